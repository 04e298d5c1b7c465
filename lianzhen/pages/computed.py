"""Lists whose rows are worked out rather than read, and lists about one week or month.

`ListPage` asks its rows for little: to be filtered, ordered, counted and cut. Where a row is a total over
many records (duty of a week), no ordering of the database gives it; `ComputedRows` does in memory what the
list needs, so that screen, paper and workbook still come from the same columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

import django_filters as filters
from django.db.models import Model, OrderBy
from django.http import Http404, HttpRequest

from lianzhen.pages.days import Days
from lianzhen.pages.tables import ListPage
from lianzhen.periods import Month, Period, Week


class ComputedRows:
    """Rows in memory with as much of a queryset as a list needs. `model` is what the trail names on export."""

    def __init__(self, model: type[Model], rows: Iterable[Any]) -> None:
        self.model, self.rows = model, list(rows)

    def all(self) -> ComputedRows:
        return self

    def none(self) -> ComputedRows:
        return ComputedRows(self.model, [])

    def filter(self, keep: Callable[[Any], bool]) -> ComputedRows:
        return ComputedRows(self.model, filter(keep, self.rows))

    def order_by(self, *names: str | OrderBy) -> ComputedRows:
        """Ordered as the database would: unknown values last either way."""
        rows = self.rows
        for name in reversed(names):
            path, turned = _order(name)
            valued = [(_value(row, path), row) for row in rows]
            known = [pair for pair in valued if pair[0] is not None]
            known.sort(key=itemgetter(0), reverse=turned)
            rows = [row for _, row in known] + [row for value, row in valued if value is None]
        return ComputedRows(self.model, rows)

    def count(self) -> int:
        return len(self.rows)

    def iterator(self, chunk_size: int = 0) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __getitem__(self, place: Any) -> Any:
        return self.rows[place]


class ComputedFilterSet(filters.FilterSet):
    """A filterset over `ComputedRows`: each filter names a method that answers the rows it leaves."""

    def filter_queryset(self, rows: ComputedRows) -> ComputedRows:
        for name, value in self.form.cleaned_data.items():
            rows = self.filters[name].filter(rows, value)
        return rows


@dataclass
class PeriodPage(ListPage):
    """A list about one period: choosing the period is no filter, and the sheet says which it was."""

    period: Period | Days | None = None

    @property
    def _word(self) -> str:
        if isinstance(self.period, Days):
            return "days"
        return "week" if isinstance(self.period, Week) else "month"

    @property
    def filtered(self) -> bool:
        ignored = {"sort", "page", "print", "orient", "by", self._word}
        return any(value for key, value in self.request.GET.items() if key not in ignored)

    @property
    def clear_url(self) -> str:
        kept = {name: value for name in ("by", self._word) if (value := self.request.GET.get(name))}
        return f"{self.request.path}?{urlencode(kept)}" if kept else self.request.path

    @property
    def conditions(self) -> str:
        told = super().conditions
        return f"{self.period.title}；{told}" if told else self.period.title


def asked_week(request: HttpRequest, today: date) -> Week:
    """The week of the address, or the running one. An address with another key leads nowhere."""
    return _asked(Week, request.GET.get("week"), today)


def asked_month(request: HttpRequest, today: date) -> Month:
    return _asked(Month, request.GET.get("month"), today)


def _asked(kind: type[Any], key: str | None, today: date) -> Any:
    if not key:
        return kind.of(today)
    try:
        return kind.parse(key)
    except ValueError as problem:
        raise Http404(str(problem)) from problem


def _order(name: str | OrderBy) -> tuple[str, bool]:
    if isinstance(name, OrderBy):
        return name.expression.name, name.descending
    return name.lstrip("-"), name.startswith("-")


def _value(row: Any, path: str) -> Any:
    if "__" not in path:
        return getattr(row, path, None)
    for step in path.split("__"):
        row = getattr(row, step, None)
    return row
