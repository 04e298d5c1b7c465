"""The filter of the list of meetings."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from appraisal.filters_entries import MonthFilter
from appraisal.models import WeeklyMeeting
from lianzhen.pages.days import DaysFilter
from lianzhen.periods import Month


class MeetingFilter(filters.FilterSet):
    month = MonthFilter(label="月份", method="by_month")
    days = DaysFilter(label="例会日期", field_name="held_on")

    class Meta:
        model = WeeklyMeeting
        fields: list[str] = []

    def by_month(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        month = Month.of(value)
        return rows.filter(held_on__range=(month.start, month.end))
