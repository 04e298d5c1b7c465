"""Filters of the overviews of duty. Their rows are computed, see `lianzhen.pages.computed`."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms

from lianzhen.pages.computed import ComputedFilterSet, ComputedRows
from villages.models import LiaisonTeam


def kept(name: str) -> filters.CharFilter:
    """A word of the address that stays while somebody filters."""
    return filters.CharFilter(method="keep", widget=forms.HiddenInput, label=name)


class _TeamRows(ComputedFilterSet):
    """Rows with `.team`; the districts offered are those of the rows, which costs no query."""

    def __init__(self, data: Any = None, queryset: ComputedRows | None = None, **more: Any) -> None:
        super().__init__(data, queryset=queryset, **more)
        villages = {village.group_id: village for village in (row.team.village for row in self.queryset)}
        groups = [village.group for number, village in villages.items() if number is not None]
        offered = sorted(groups, key=lambda group: (group.position, group.pk))
        self.filters["group"].extra["choices"] = [(group.pk, group.district_name) for group in offered]

    def keep(self, rows: ComputedRows, name: str, value: str) -> ComputedRows:
        return rows

    def by_group(self, rows: ComputedRows, name: str, value: str) -> ComputedRows:
        return rows.filter(lambda row: str(row.team.village.group_id) == value)


def by_district() -> filters.ChoiceFilter:
    return filters.ChoiceFilter(label="片区", method="by_group", empty_label="全部片区")


class MatrixFilter(_TeamRows):
    STATES = (("short", "未达标"), ("met", "达标"))

    week = kept("周")
    group = by_district()
    state = filters.ChoiceFilter(label="达标情况", choices=STATES, method="by_state", empty_label="全部")

    class Meta:
        model = LiaisonTeam
        fields: list[str] = []

    def by_state(self, rows: ComputedRows, name: str, value: str) -> ComputedRows:
        return rows.filter(lambda row: row.duty.is_met == (value == "met"))


class MonthFilter(_TeamRows):
    month = kept("月份")
    days = kept("起止日期")
    by = kept("分栏")
    group = by_district()

    class Meta:
        model = LiaisonTeam
        fields: list[str] = []
