"""Rows worked out in memory are filtered, ordered, counted and cut as those of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from django.db.models import F
from django.http import Http404
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from lianzhen.accounts.models import User
from lianzhen.pages.computed import ComputedRows, asked_month, asked_week
from lianzhen.periods import Month, Week

DAY = date(2018, 10, 18)


@dataclass(frozen=True)
class Place:
    code: str


@dataclass(frozen=True)
class Row:
    pk: int
    days: int | None
    place: Place


def rows(*days: int | None) -> ComputedRows:
    return ComputedRows(User, [Row(n, day, Place(f"{n % 2}")) for n, day in enumerate(days)])


def asked(**query: str):
    return RequestFactory().get("/", query)


@given(st.lists(st.none() | st.integers(-3, 3)))
def test_ordered_with_the_unknown_last_either_way(days):
    known = [day for day in days if day is not None]
    for order, turned in ((F("days").asc(nulls_last=True), False), (F("days").desc(nulls_last=True), True)):
        found = [row.days for row in rows(*days).order_by(order, "pk")]
        assert found == sorted(known, reverse=turned) + [None] * (len(days) - len(known))


@given(st.lists(st.integers(0, 2), max_size=12))
def test_equals_are_ordered_by_what_comes_next(days):
    found = list(rows(*days).order_by("days", "place__code", "-pk"))
    assert found == sorted(found, key=lambda row: (row.days, row.place.code, -row.pk))
    assert len(found) == len(days)


def test_filtered_counted_and_cut():
    found = rows(1, 2, 3).filter(lambda row: row.days > 1)
    assert (found.count(), len(found), [row.days for row in found[:1]]) == (2, 2, [2])
    assert found.none().count() == 0
    assert [row.days for row in found.iterator(chunk_size=1)] == [2, 3]


def test_the_running_period_where_the_address_names_none():
    assert asked_week(asked(), DAY) == Week.of(DAY)
    assert asked_month(asked(month=""), DAY) == Month.of(DAY)
    assert asked_week(asked(week="2018-W01"), DAY) == Week(2018, 1)


@pytest.mark.parametrize("key", ["2018-W60", "2018-42", "x", "9999-W01", "2018-W01\x00"])
def test_a_week_that_does_not_exist_leads_nowhere(key):
    with pytest.raises(Http404):
        asked_week(asked(week=key), DAY)


@pytest.mark.parametrize("key", ["2018-13", "2018-00", "2018-W10", "十月"])
def test_a_month_that_does_not_exist_leads_nowhere(key):
    with pytest.raises(Http404):
        asked_month(asked(month=key), DAY)
