"""Filters of the weekly overview and of what villages ask of the town."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from appraisal.filters_duty import _TeamRows, by_district, kept
from appraisal.models import TownNeed
from lianzhen.pages.computed import ComputedRows
from lianzhen.periods import Week
from lianzhen.town.models import Department
from villages.filters import seen_groups, text_filter
from villages.models import LiaisonTeam


class ReportFilter(_TeamRows):
    STATES = (("none", "未填"), ("draft", "草稿"), ("sent", "已报送"), ("overdue", "逾期"))

    week = kept("周")
    group = by_district()
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label="全部")

    class Meta:
        model = LiaisonTeam
        fields: list[str] = []

    def by_state(self, rows: ComputedRows, name: str, value: str) -> ComputedRows:
        return rows.filter(lambda row: row.kind == value)


def _departments(request: HttpRequest) -> QuerySet[Department]:
    return Department.objects.filter(pk__in=TownNeed.objects.visible_to(request.user).values("department"))


class NeedFilter(filters.FilterSet):
    STATES = (
        ("open", "未办结"),
        ("new", "待交办"),
        ("assigned", "办理中"),
        ("overdue", "超期"),
        ("done", "已解决"),
        ("declined", "暂不能解决"),
        ("all", "全部"),
    )

    q = text_filter("事项或村", "search")
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label=None)
    department = filters.ModelChoiceFilter(label="承办站所（办）", queryset=_departments, empty_label="全部")
    group = filters.ModelChoiceFilter(
        label="片区", queryset=seen_groups, field_name="village__group", empty_label="全部片区"
    )
    week = filters.CharFilter(label="周报所在周", method="by_week", widget=forms.HiddenInput)

    class Meta:
        model = TownNeed
        fields: list[str] = []

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        data = data.copy() if data is not None else None
        if data is not None:
            data.setdefault("state", "all" if data.get("week") else "open")
        super().__init__(data, *args, **kwargs)

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        typed = value.strip()
        return rows.filter(text__icontains=typed) | rows.filter(village__name__icontains=typed)

    def by_state(self, rows: Any, name: str, value: str) -> QuerySet:
        if value == "open":
            return rows.open()
        if value == "overdue":
            return rows.overdue(timezone.localdate())
        if value == "all":
            return rows.exclude(state=TownNeed.State.WITHDRAWN)
        return rows.filter(state=value)

    def by_week(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Those that the reports of one week raised; another word narrows to nothing."""
        try:
            return rows.filter(line__report__week_start=Week.parse(value).start)
        except ValueError:
            return rows.none()
