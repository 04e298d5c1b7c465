"""The month's leaves as people and days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from appraisal.actions import leave as actions
from appraisal.leave_month import month_rows
from appraisal.models import Leave
from appraisal.tests.leave_scenes import FRIDAY, MONDAY, TODAY, WEDNESDAY, ask, granted, staff
from lianzhen.accounts.roles import Role
from lianzhen.periods import Month
from lianzhen.town.workdays import WorkCalendar
from villages.models import Person, Village
from villages.tests.counting import queries_of

ADDRESS = "/leave/month/"
DAYS = st.dates(date(2026, 10, 1), date(2026, 12, 31))


@pytest.fixture(autouse=True)
def day():
    with time_machine.travel(f"{TODAY}T10:00:00+08:00", tick=False):
        yield


def page(client, **query):
    answer = client.get(ADDRESS, query)
    assert answer.status_code == 200
    return answer.content.decode()


@given(st.lists(st.tuples(DAYS, st.integers(0, 40), st.sampled_from(["sick", "meeting"])), max_size=6))
def test_every_day_of_the_month_that_was_taken_is_marked_and_no_other(terms):
    month, person, village = Month(2026, 11), Person(pk=1, name="甲"), Village(pk=1, name="示例一村")
    leaves = [
        Leave(person=person, village=village, kind=kind, starts_on=first, last_day=first + timedelta(days=n))
        for first, n, kind in terms
    ]
    rows = month_rows(leaves, month, WorkCalendar())
    assert len(rows) == bool(terms)
    for row in rows:
        taken = {d for one in leaves for d in month if one.starts_on <= d <= one.last_day}
        assert {d for d, cell in zip(month, row.cells, strict=True) if cell.mark} == taken
        assert row.official + row.private == WorkCalendar().count(taken)


def test_page_marks_official_and_private_leave(cast, sign_in):
    granted(cast, ends_on=WEDNESDAY)
    granted(cast, Role.CADRE, kind="meeting", proof="通知", starts_on=FRIDAY, ends_on=FRIDAY)
    ask(cast, Role.LEADER)
    text = page(sign_in(Role.OFFICE), month="2026-11")
    assert text.count(">假<") == 3
    assert text.count(">公<") == 1
    assert "11月23日请假" in text
    assert "共2人" in text
    assert "甲联村工作组组长" not in text
    assert "没有已批的请假公出" in page(sign_in(Role.OFFICE), month="2026-10")


def test_an_early_return_ends_the_marks(cast, sign_in):
    leave = granted(cast, ends_on=FRIDAY)
    actions.return_to_post(leave=leave, returned_on=WEDNESDAY, by=cast.users[Role.MEMBER], today=WEDNESDAY)
    assert page(sign_in(Role.OFFICE)).count(">假<") == 2


def test_only_villages_one_sees_and_no_kind_of_private_leave(cast, sign_in):
    granted(cast, kind="sick", reason="住院检查")
    granted(cast, person=staff(cast, "癸示例", user=True, team=cast.other_team))
    text = page(sign_in(Role.MEMBER))
    assert "示例一村" in text
    assert "癸示例" not in text
    assert "病假" not in text
    assert "住院检查" not in text


@pytest.mark.parametrize("key", ["", "2026-13", "abc", "9999-01", "2026-W10"])
def test_an_address_without_a_month_is_this_month(cast, sign_in, key):
    assert "2026年11月请假公出一览" in page(sign_in(Role.OFFICE), month=key)


def test_prints_landscape(cast, sign_in):
    granted(cast)
    text = page(sign_in(Role.OFFICE), month="2026-11", print=1)
    assert "landscape" in text
    assert "甲联村工作组组员" in text


def test_as_many_queries_for_many_people(cast, sign_in):
    granted(cast)
    client = sign_in(Role.OFFICE)
    few = queries_of(client, ADDRESS)
    for n in range(8):
        granted(cast, person=staff(cast, f"示例{n}", user=True, team=cast.team), starts_on=MONDAY, ends_on=FRIDAY)
    assert queries_of(client, ADDRESS) == few <= 15
