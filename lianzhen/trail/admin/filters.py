"""Filters that several panels share."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone


class StateFilter(admin.SimpleListFilter):
    """Rows that hold and rows that have ended. Subclasses name the two states and the condition."""

    title = "状态"
    parameter_name = "state"
    words = ("现有", "已结束")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("current", self.words[0]), ("ended", self.words[1])]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "current":
            return queryset.filter(self.holds())
        if self.value() == "ended":
            return queryset.exclude(self.holds())
        return queryset

    def holds(self) -> Q:
        return Q(ended_on=None)


class TermFilter(StateFilter):
    """Terms that run today, and those that are over or still to come."""

    words = ("在任", "不在任")

    def holds(self) -> Q:
        today = timezone.localdate()
        return Q(starts_on__lte=today) & (Q(ends_on=None) | Q(ends_on__gte=today))
