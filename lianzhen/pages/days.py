"""Lists narrowed to the days that a figure of a paper speaks of: 「2018-10-15_2018-10-21」 in the address; registers
as of one day: 「2018-10-31」.

Nobody types it; a figure's link does. The list says in words what it was narrowed to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from lianzhen.periods import FIRST_YEAR, LAST_YEAR, Month
from lianzhen.wording import date_range, full_date


class Narrowed:
    """What a list was narrowed to by a link, and says in words."""

    def told(self, label: str) -> str:
        return f"{label}：{self}"


@dataclass(frozen=True)
class Days(Narrowed):
    """From the first to the last day, both included."""

    start: date
    end: date

    def __str__(self) -> str:
        return full_date(self.start) if self.start == self.end else date_range(self.start, self.end)

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def title(self) -> str:
        return str(self)

    @property
    def key(self) -> str:
        return f"{self.start:%Y-%m-%d}_{self.end:%Y-%m-%d}"


class Months(Days):
    """Given by the first days of the first and the last month."""

    def __str__(self) -> str:
        first, last = Month.of(self.start), Month.of(self.end)
        return first.title if first == last else f"{first.title}至{last.title}"


@dataclass(frozen=True)
class MonthRuns(Narrowed):
    """Runs of months, from each of which the list leaves everything out."""

    runs: tuple[Months, ...]

    def __str__(self) -> str:
        return "、".join(map(str, self.runs))


@dataclass(frozen=True)
class AsOf(Narrowed):
    """The day as of which a register is shown."""

    day: date

    def told(self, label: str) -> str:
        """截至2018年10月31日; the label says no more."""
        return f"截至{full_date(self.day)}"


def days_key(start: date, end: date) -> str:
    """As the address holds it."""
    return Days(start, end).key


class NarrowingField(forms.CharField):
    """Hidden; gives what the key in the address says, or None where there is none. Anything else makes the list
    empty."""

    example = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.HiddenInput, **kwargs)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return self.read(typed)
        except ValueError:
            raise ValidationError(f"请按{self.example}的格式填写日期。") from None

    def read(self, key: str) -> Any:
        """ValueError where it says nothing."""
        raise ValueError


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError
    return day


class DaysField(NarrowingField):
    kind = Days
    example = "2018-10-15_2018-10-21"

    def read(self, key: str) -> Days:
        start, end = map(_day, key.split("_"))
        if end < start:
            raise ValueError
        return self.kind(start, end)


class MonthsField(DaysField):
    kind = Months


class MonthRunsField(NarrowingField):
    """Several runs, with commas between them."""

    example = "2018-08-01_2018-09-01,2018-11-01_2018-11-01"

    def read(self, key: str) -> MonthRuns:
        return MonthRuns(tuple(MonthsField().read(part) for part in key.split(",")))


class AsOfField(NarrowingField):
    example = "2018-10-31"

    def read(self, key: str) -> AsOf:
        return AsOf(_day(key))


def asked_day(request: HttpRequest, today: date) -> date:
    """The day as of which a register is asked for: that of the address, or today. Where the address holds no date,
    the filter lists nothing."""
    try:
        found = AsOfField(required=False).clean(request.GET.get("on"))
    except ValidationError:
        found = None
    return today if found is None else found.day


def asked_days(request: HttpRequest, most: int) -> Days | None:
    """The days of the address, at most so many; None where none are asked for. An address with others leads
    nowhere."""
    try:
        found = DaysField(required=False).clean(request.GET.get("days"))
    except ValidationError as problem:
        raise Http404(str(problem)) from problem
    if found is not None and not 0 <= (found.end - found.start).days < most:
        raise Http404("这段时间太长。")
    return found


class DaysFilter(filters.Filter):
    """Rows whose `field_name` lies in the days."""

    field_class = DaysField

    def filter(self, rows: QuerySet, value: Days | None) -> QuerySet:
        return rows if value is None else rows.filter(**{f"{self.field_name}__range": (value.start, value.end)})


class MonthsFilter(DaysFilter):
    """Rows whose `field_name`, the first day of a month, lies in the months."""

    field_class = MonthsField


class BesidesFilter(filters.Filter):
    """Rows whose `field_name`, the first day of a month, lies in none of the runs of months."""

    field_class = MonthRunsField

    def filter(self, rows: QuerySet, value: MonthRuns | None) -> QuerySet:
        left_out = Q(pk__in=[])
        for run in value.runs if value is not None else ():
            left_out |= Q(**{f"{self.field_name}__range": (run.start, run.end)})
        return rows if value is None else rows.exclude(left_out)


class AsOfFilter(filters.Filter):
    """The day on which the state of the rows is asked for; what that means is each filterset's to say."""

    field_class = AsOfField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label="日期", **kwargs)

    def filter(self, rows: QuerySet, value: AsOf | None) -> QuerySet:
        return rows
