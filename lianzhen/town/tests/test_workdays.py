"""Which days are worked. The oracle is chinesecalendar's own `is_workday`, from which we take only the
lists of days, and the notice for 2026 as domain.md §1.2 gives it."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhen.periods import Month, Week, Year
from lianzhen.town.calendars import days_from_package, package_years
from lianzhen.town.workdays import DaySpec, WorkCalendar, is_plain_workday

FIRST, LAST = 2004, 2026
REAL = WorkCalendar({spec.day: spec.is_workday for year in range(FIRST, LAST + 1) for spec in days_from_package(year)})
PLAIN = WorkCalendar()
days = st.dates(min_value=date(FIRST, 2, 1), max_value=date(LAST, 11, 30))
steps = st.integers(min_value=1, max_value=15)


def _all_weeks() -> list[Week]:
    weeks = [Week(FIRST, 2)]
    while weeks[-1].next().end.year <= LAST:
        weeks.append(weeks[-1].next())
    return weeks


def test_every_week_of_the_package_agrees_with_it():
    weeks = _all_weeks()
    assert len(weeks) > 1190
    differing = set()
    for week in weeks:
        assert REAL.workdays(week) == [day for day in week if chinese_calendar.is_workday(day)]
        for day in week:
            if REAL.is_workday(day) != PLAIN.is_workday(day):
                differing.add((day.year, REAL.is_workday(day)))
    # Both directions of 调休 were met in every year: weekdays off and weekend days worked.
    assert differing == {(year, works) for year in range(FIRST, LAST + 1) for works in (True, False)}


def test_weeks_wholly_off_and_weeks_of_seven_workdays_exist():
    counts = {REAL.count(week) for week in _all_weeks()}
    assert {0, 1, 2, 3, 4, 5, 6, 7} >= counts >= {0, 2, 3, 4, 5, 6}


def test_the_year_2026_is_that_of_the_notice():
    def run(month: int, first: int, last: int) -> set[date]:
        return {date(2026, month, day) for day in range(first, last + 1)}

    off = run(1, 1, 3) | run(2, 15, 23) | run(4, 4, 6) | run(5, 1, 5) | run(6, 19, 21) | run(9, 25, 27)
    off |= run(10, 1, 7)
    worked = {date(2026, m, d) for m, d in [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]}
    assert {d for d in off | worked if REAL.is_workday(d)} == worked
    for day in Year(2026):
        if day not in off | worked:
            assert REAL.is_workday(day) == is_plain_workday(day)


@pytest.mark.parametrize(
    ("week", "count"),
    [("2026-W08", 0), ("2026-W19", 4), ("2026-W38", 6), ("2026-W41", 3)],
)
def test_the_weeks_of_the_duty_rule(week, count):
    assert REAL.count(Week.parse(week)) == count


def test_months_are_counted_too():
    assert REAL.count(Month(2026, 2)) == 16
    assert REAL.count(Month(2026, 10)) == 18


@given(days)
def test_the_next_workday_is_the_first_one_after(day):
    following = REAL.next_workday(day)
    assert following > day
    assert REAL.is_workday(following)
    between = [day + timedelta(days=n) for n in range(1, (following - day).days)]
    assert REAL.workdays(between) == []


@given(days, steps)
def test_adding_counts_the_workdays_passed(day, n):
    end = REAL.add_workdays(day, n)
    passed = [day + timedelta(days=k) for k in range(1, (end - day).days + 1)]
    assert REAL.count(passed) == n
    assert passed[-1] == REAL.workdays(passed)[-1]


@given(days, steps, steps)
def test_adding_in_two_steps_is_adding_in_one(day, first, second):
    assert REAL.add_workdays(REAL.add_workdays(day, first), second) == REAL.add_workdays(day, first + second)


@given(days, steps)
def test_going_back_undoes_going_forward_from_a_workday(day, n):
    start = REAL.add_workdays(day, 0)
    assert REAL.is_workday(start)
    assert start >= day
    assert REAL.add_workdays(REAL.add_workdays(start, n), -n) == start


def test_three_workdays_over_national_day():
    assert REAL.add_workdays(date(2026, 9, 29), 3) == date(2026, 10, 9)
    assert REAL.next_workday(date(2026, 10, 9)) == date(2026, 10, 10)
    assert REAL.next_workday(date(2026, 10, 10)) == date(2026, 10, 12)


def test_without_exceptions_the_week_is_monday_to_friday():
    assert [day.weekday() for day in PLAIN.workdays(Week(2018, 42))] == [0, 1, 2, 3, 4]


def test_a_day_says_something_by_name_or_by_difference():
    saturday, monday = date(2027, 1, 2), date(2027, 1, 4)
    assert DaySpec(saturday, False, "元旦").says_something
    assert DaySpec(saturday, True).says_something
    assert DaySpec(monday, False).says_something
    assert not DaySpec(saturday, False).says_something
    assert not DaySpec(monday, True).says_something


def test_the_package_covers_the_years_we_rely_on():
    assert set(range(FIRST, LAST + 1)) <= set(package_years())
