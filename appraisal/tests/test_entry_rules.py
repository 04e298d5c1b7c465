"""Deadlines of deductions and appeals, for any day and any calendar."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from appraisal.entry_rules import (
    FREE,
    answer_deadline,
    appeal_deadline,
    is_free_to_withdraw,
    quick_answers,
    rectify_deadline,
    until,
    worked_out,
)
from appraisal.rules.entries import BadEntry
from appraisal.rules.sample import CLAUSES
from lianzhen.town.workdays import WorkCalendar

DAYS = st.dates(date(2018, 1, 1), date(2030, 12, 31))
TIMES = st.times().filter(lambda at: at.tzinfo is None)
CALENDARS = st.dictionaries(DAYS, st.booleans(), max_size=30).map(WorkCalendar)
RULES = {clause.number: clause.rule for clause in CLAUSES}


def local(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))


@given(DAYS, TIMES, st.integers(1, 20), CALENDARS)
def test_deadline_is_five_o_clock_of_the_nth_working_day(day, at, workdays, calendar):
    deadline = appeal_deadline(local(day, at), workdays, calendar)
    assert deadline.time() == time(17, 0)
    assert calendar.is_workday(deadline.date())
    after = [day + timedelta(days=n) for n in range(1, (deadline.date() - day).days + 1)]
    assert calendar.count(after) == workdays


@given(DAYS, TIMES, TIMES, st.integers(1, 20), CALENDARS)
def test_hour_of_the_notice_does_not_matter(day, one, other, workdays, calendar):
    assert appeal_deadline(local(day, one), workdays, calendar) == appeal_deadline(
        local(day, other), workdays, calendar
    )


@given(DAYS, st.integers(1, 19), CALENDARS)
def test_more_days_never_end_earlier(day, workdays, calendar):
    notified = local(day, time(9, 0))
    assert appeal_deadline(notified, workdays, calendar) < appeal_deadline(notified, workdays + 1, calendar)
    assert answer_deadline(day, workdays, calendar) < answer_deadline(day, workdays + 1, calendar)


def test_over_the_national_holiday():
    """Friday before the holiday of 2026: 1 to 7 October off, Saturday 10 October worked."""
    off = {date(2026, 10, 1) + timedelta(days=n): False for n in range(7)}
    calendar = WorkCalendar({**off, date(2026, 10, 10): True})
    assert appeal_deadline(local(date(2026, 9, 30), time(10, 0)), 3, calendar) == local(date(2026, 10, 10), time(17, 0))


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(0, 7200))
def test_free_for_half_an_hour_and_until_read(notified, seconds):
    moment = timezone.make_aware(notified)
    now = moment + timedelta(seconds=seconds)
    assert is_free_to_withdraw(moment, None, now) == (timedelta(seconds=seconds) <= FREE)
    assert not is_free_to_withdraw(moment, moment, now)
    assert is_free_to_withdraw(None, None, now)


@given(DAYS, st.one_of(st.none(), st.integers(0, 60)))
def test_rectifying_in_calendar_days(day, days):
    assert rectify_deadline(day, days) == (day + timedelta(days=days) if days else None)


def test_written_out_with_the_year_where_it_is_another():
    moment = local(date(2027, 1, 5), time(17, 0))
    assert until(moment, date(2026, 12, 30)) == "2027年1月5日17:00"
    assert until(moment, date(2027, 1, 2)) == "1月5日17:00"


@pytest.mark.parametrize(
    ("number", "answers", "points", "second"),
    [
        ("B3", {"quantity": "2"}, "2", False),
        ("B3", {"quantity": "3"}, "3", True),
        ("C1", {"target": "10", "actual": "7"}, "1.5", False),
        ("A4", {"quantity": "1", "choice": "迟到早退"}, "0.5", False),
        ("F2", {"met": True}, "15", True),
    ],
)
def test_points_and_second_person(number, answers, points, second):
    worked = worked_out(RULES[number], answers, second_points=Decimal(2), clause_needs_second=False)
    assert (worked.points, worked.needs_second) == (Decimal(points), second)
    assert worked_out(RULES[number], answers, second_points=Decimal(99), clause_needs_second=True).needs_second


def test_no_points_is_no_deduction():
    with pytest.raises(BadEntry, match="不用登记"):
        worked_out(RULES["C1"], {"target": "5", "actual": "5"}, second_points=Decimal(2), clause_needs_second=False)


@pytest.mark.parametrize("number", ["A1", "A4", "B3", "D1", "F2"])
def test_one_figure_is_enough(number):
    answers = quick_answers(RULES[number], Decimal(2))
    assert worked_out(RULES[number], answers, second_points=Decimal(2), clause_needs_second=False).points > 0


@pytest.mark.parametrize("number", ["C1", "C3", "G1", "G2"])
def test_one_figure_is_not_enough(number):
    assert quick_answers(RULES[number], Decimal(2)) is None
