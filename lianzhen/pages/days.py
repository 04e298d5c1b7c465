"""Lists narrowed to the days that a figure of a paper speaks of: 「2018-10-15_2018-10-21」 in the address.

Nobody types it; a figure's link does. The list says in words what it was narrowed to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from lianzhen.periods import FIRST_YEAR, LAST_YEAR, Month
from lianzhen.wording import date_range, full_date


@dataclass(frozen=True)
class Days:
    """From the first to the last day, both included."""

    start: date
    end: date

    def __str__(self) -> str:
        return full_date(self.start) if self.start == self.end else date_range(self.start, self.end)

    @property
    def key(self) -> str:
        return f"{self.start:%Y-%m-%d}_{self.end:%Y-%m-%d}"


class Months(Days):
    """Given by the first days of the first and the last month."""

    def __str__(self) -> str:
        first, last = Month.of(self.start), Month.of(self.end)
        return first.title if first == last else f"{first.title}至{last.title}"


def days_key(start: date, end: date) -> str:
    """As the address holds it."""
    return Days(start, end).key


class DaysField(forms.CharField):
    """Hidden; gives `Days`, or None where nothing was asked. Anything else makes the list empty."""

    kind = Days

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.HiddenInput, **kwargs)

    def clean(self, value: Any) -> Days | None:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            start, end = (date.fromisoformat(part) for part in typed.split("_"))
            if not FIRST_YEAR <= start.year <= end.year <= LAST_YEAR:
                raise ValueError
        except ValueError:
            raise ValidationError("请按2018-10-15_2018-10-21的格式填写起止日期。") from None
        return self.kind(start, end)


class MonthsField(DaysField):
    kind = Months


class DaysFilter(filters.Filter):
    """Rows whose `field_name` lies in the days."""

    field_class = DaysField

    def filter(self, rows: QuerySet, value: Days | None) -> QuerySet:
        return rows if value is None else rows.filter(**{f"{self.field_name}__range": (value.start, value.end)})


class MonthsFilter(DaysFilter):
    """Rows whose `field_name`, the first day of a month, lies in the months."""

    field_class = MonthsField
