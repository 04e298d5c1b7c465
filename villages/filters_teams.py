"""Filters of the lists of teams and of social organisations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from villages.filters import seen_villages, text_filter
from villages.filters_places import DistrictFilter, StateFilterSet, named
from villages.membership import TERM_NOTICE_DAYS, term_ends_by
from villages.models import LiaisonTeam, OrganizationKind, SocialOrganization


class TeamFilter(StateFilterSet):
    """The rows carry `leader_name`, `leader_pinyin` and `leader_initials` of the day that counts for them."""

    STATES = (("current", "在任"), ("vacant", "暂无组长"), ("ended", "已结束"), ("all", "全部"))

    q = text_filter("村名、组长姓名或拼音首字母", "search")
    group = DistrictFilter(field_name="village__group")
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label=None)

    class Meta:
        model = LiaisonTeam
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(named(value, "village__") | named(value, "leader_"))

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        today = timezone.localdate()
        ended = Q(ends_on__lt=today)
        running = ~ended & Q(starts_on__lte=today)
        conditions = {"current": ~ended, "vacant": running & Q(leader_name=None), "ended": ended, "all": Q()}
        return rows.filter(conditions[value])


def all_kinds(request: HttpRequest) -> QuerySet[OrganizationKind]:
    return OrganizationKind.objects.all()


class OrganizationFilter(StateFilterSet):
    """The rows carry `chair_name`."""

    STATES = (("current", "现有"), ("vacant", "暂无会长（主任）"), ("ended", "已撤销"), ("all", "全部"))
    TERMS = (("soon", f"{TERM_NOTICE_DAYS}天内到期或已到期"), ("past", "已到期"), ("unknown", "未登记任期"))

    q = text_filter("名称、村名或拼音首字母", "search")
    group = DistrictFilter(field_name="village__group")
    village = filters.ModelChoiceFilter(label="村", queryset=seen_villages, empty_label="全部村")
    kind = filters.ModelChoiceFilter(label="种类", queryset=all_kinds, empty_label="全部种类")
    due = filters.ChoiceFilter(label="换届", choices=TERMS, method="by_term", empty_label="不限")
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label=None)

    class Meta:
        model = SocialOrganization
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(name__icontains=value.strip()) | named(value, "village__"))

    def by_term(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        today = timezone.localdate()
        if value == "unknown":
            return rows.filter(term_starts_on=None)
        return rows.filter(term_ends_by(today if value == "past" else today + timedelta(days=TERM_NOTICE_DAYS)))

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        current = Q(ended_on=None)
        conditions: dict[str, Any] = {
            "current": current,
            "vacant": current & Q(chair_name=None),
            "ended": ~current,
            "all": Q(),
        }
        return rows.filter(conditions[value])
