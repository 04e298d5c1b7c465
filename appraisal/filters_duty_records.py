"""Filters of the lists of duty entries, shifts and spot checks."""

from __future__ import annotations

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet

from appraisal.models import DutyAttendance, DutyLog, DutyShift, SpotCheck
from lianzhen.pages.filters import text_filter
from villages.filters_places import DayFilter, DistrictFilter, PlacesFilterSet, named


class _TeamRecords(PlacesFilterSet):
    """Rows of a team, found by its village."""

    q = text_filter("村名或拼音首字母", "search")
    group = DistrictFilter(field_name="team__village__group")

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(named(value, "team__village__"))


class DutyLogFilter(_TeamRecords):
    STATES = (*DutyLog.State.choices, ("late", "补登"), ("disputed", "有异议"))

    q = text_filter("村名、姓名或拼音首字母", "search")
    group = DistrictFilter(field_name="team__village__group")
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label="全部状态")
    since = DayFilter(label="起", field_name="day", lookup_expr="gte")
    until = DayFilter(label="止", field_name="day", lookup_expr="lte")

    class Meta:
        model = DutyLog
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        standing = DutyAttendance.objects.exclude(state=DutyAttendance.State.WITHDRAWN)
        there = standing.filter(named(value, "person__"), log=OuterRef("pk"))
        return rows.filter(named(value, "team__village__") | Q(Exists(there)))

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == "late":
            return rows.exclude(late_reason="")
        if value == "disputed":
            disputed = DutyAttendance.objects.disputed().filter(log=OuterRef("pk"))
            return rows.filter(Exists(disputed))
        return rows.filter(state=value)


class DutyShiftFilter(_TeamRecords):
    state = filters.ChoiceFilter(label="状态", choices=DutyShift.State.choices, empty_label="全部状态")

    class Meta:
        model = DutyShift
        fields: list[str] = []


class SpotCheckFilter(_TeamRecords):
    state = filters.ChoiceFilter(label="状态", choices=SpotCheck.State.choices, empty_label="全部状态")
    source = filters.ChoiceFilter(label="发现方式", choices=SpotCheck.Source.choices, empty_label="全部发现方式")
    since = DayFilter(label="起", field_name="day", lookup_expr="gte")
    until = DayFilter(label="止", field_name="day", lookup_expr="lte")

    class Meta:
        model = SpotCheck
        fields: list[str] = []
