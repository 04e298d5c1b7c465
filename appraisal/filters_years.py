"""Filters of the tables of a year. Their rows are computed, see `lianzhen.pages.computed`."""

from __future__ import annotations

from typing import Any

import django_filters as filters

from appraisal.models import AnnualGrade, AnnualSummary
from lianzhen.pages.computed import ComputedFilterSet, ComputedRows


class YearFilter(ComputedFilterSet):
    """Rows with `.district` and `.state`; what is offered are those of the rows, which costs no query."""

    district = filters.ChoiceFilter(label="片区", method="by_district", empty_label="全部片区")
    state = filters.ChoiceFilter(label="状态", method="by_state", empty_label="全部")

    class Meta:
        model = AnnualSummary
        fields: list[str] = []

    def __init__(self, data: Any = None, queryset: ComputedRows | None = None, **more: Any) -> None:
        super().__init__(data, queryset=queryset, **more)
        districts = dict.fromkeys(row.district for row in self.queryset if row.district)
        self.filters["district"].extra["choices"] = [(name, name) for name in districts]
        states = dict.fromkeys((row.state, row.told) for row in self.queryset)
        self.filters["state"].extra["choices"] = list(states)

    def by_district(self, rows: ComputedRows, name: str, value: str) -> ComputedRows:
        return rows.filter(lambda row: row.district == value)

    def by_state(self, rows: ComputedRows, name: str, value: str) -> ComputedRows:
        return rows.filter(lambda row: row.state == value)


class GradeFilter(ComputedFilterSet):
    """Rows with `.district` and `.grade`."""

    OPEN = "open"

    district = filters.ChoiceFilter(label="片区", method="by_district", empty_label="全部片区")
    grade = filters.ChoiceFilter(label="等次", method="by_grade", empty_label="全部等次")

    class Meta:
        model = AnnualGrade
        fields: list[str] = []

    def __init__(self, data: Any = None, queryset: ComputedRows | None = None, **more: Any) -> None:
        super().__init__(data, queryset=queryset, **more)
        districts = dict.fromkeys(row.district for row in self.queryset if row.district)
        self.filters["district"].extra["choices"] = [(name, name) for name in districts]
        grades = dict.fromkeys(row.grade for row in self.queryset if row.grade)
        self.filters["grade"].extra["choices"] = [(self.OPEN, "待评定"), *((name, name) for name in grades)]

    def by_district(self, rows: ComputedRows, name: str, value: str) -> ComputedRows:
        return rows.filter(lambda row: row.district == value)

    def by_grade(self, rows: ComputedRows, name: str, value: str) -> ComputedRows:
        return rows.filter(lambda row: row.grade == ("" if value == self.OPEN else value))
