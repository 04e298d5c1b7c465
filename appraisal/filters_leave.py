"""The filter of the list of leaves."""

from __future__ import annotations

from datetime import date

import django_filters as filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from appraisal.actions.leave import calendar_around
from appraisal.leave_rules import overdue_before
from appraisal.models import Leave
from lianzhen.pages.filters import text_filter
from villages.filters_places import DayFilter, DistrictFilter, PlacesFilterSet, named
from villages.models import LiaisonTeam


def seen_teams(request: HttpRequest) -> QuerySet[LiaisonTeam]:
    today = timezone.localdate()
    rows = LiaisonTeam.objects.visible_to(request.user).select_related("village")
    return rows.filter(Q(ends_on=None) | Q(ends_on__gte=today))


def overdue(rows: QuerySet[Leave], today: date) -> QuerySet[Leave]:
    """Granted, over, and nobody came back on record by the day that was due. One query for the calendar."""
    before = overdue_before(today, calendar_around(today, today))
    return rows.filter(state=Leave.State.APPROVED, ends_on__lt=before)


class LeaveFilter(PlacesFilterSet):
    STATES = (
        ("asked", "待批"),
        ("approved", "已批"),
        ("overdue", "应回岗未销假"),
        ("returned", "已销假"),
        ("declined", "不批"),
        ("withdrawn", "已撤回"),
    )
    KINDS = (("official", "公出"), ("private", "请假"), *Leave.Kind.choices)

    q = text_filter("姓名、村名或拼音首字母", "search")
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label="全部状态")
    kind = filters.ChoiceFilter(label="类别", choices=KINDS, method="by_kind", empty_label="全部类别")
    team = filters.ModelChoiceFilter(label="联村工作组", queryset=seen_teams, empty_label="全部工作组")
    group = DistrictFilter()
    since = DayFilter(label="从", method="from_day")
    until = DayFilter(label="到", method="to_day")

    class Meta:
        model = Leave
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(named(value, "person__") | named(value, "village__"))

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return overdue(rows, timezone.localdate()) if value == "overdue" else rows.filter(state=value)

    def by_kind(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        official = Q(kind__in=Leave.OFFICIAL)
        conditions = {"official": official, "private": ~official}
        return rows.filter(conditions.get(value, Q(kind=value)))

    def from_day(self, rows: QuerySet, name: str, value: date) -> QuerySet:
        return rows.filter(last_day__gte=value)

    def to_day(self, rows: QuerySet, name: str, value: date) -> QuerySet:
        return rows.filter(starts_on__lte=value)
