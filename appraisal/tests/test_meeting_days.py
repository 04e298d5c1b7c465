"""The day of the meeting over every week of the calendar, and what it hears about the weeks ahead."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.meeting_days import Fixed, calendar_notes, looked_ahead_to, looked_back_on, meeting_day
from appraisal.working_rules import Rules
from lianzhen.periods import Week
from lianzhen.town.calendars import days_from_package, package_years
from lianzhen.town.workdays import DaySpec, WorkCalendar

SPECS = {spec.day: spec for year in (2025, 2026) for spec in days_from_package(year)}
CALENDAR = WorkCalendar({day: spec.is_workday for day, spec in SPECS.items()})


@pytest.mark.parametrize("weekday", range(1, 8))
def test_every_week_of_every_year_has_its_day_or_none(weekday):
    """A workday of the week, not before the day of the rules; without one, no workday is left from there on."""
    rules, weeks, moved, without = Rules(meeting_weekday=weekday), 0, 0, 0
    for year in package_years()[1:-1]:
        specs = {s.day: s.is_workday for y in (year - 1, year, year + 1) for s in days_from_package(y)}
        calendar = WorkCalendar(specs)
        week = Week.of(date(year, 1, 4))
        while week.year == year:
            wanted, day = rules.meeting_day(week), meeting_day(week, rules, calendar)
            left = [d for d in week if d >= wanted and calendar.is_workday(d)]
            assert day == (left[0] if left else None)
            moved += day is not None and day != wanted
            without += day is None
            weeks += 1
            week = week.next()
    assert weeks > 1000
    assert moved or weekday == 7
    assert without


def test_monday_meeting_of_a_holiday_moves_to_the_next_workday():
    # 4–6 April 2026 are off: 清明节, Saturday to Monday.
    assert meeting_day(Week(2026, 15), Rules(), CALENDAR) == date(2026, 4, 7)


def test_week_of_nothing_but_holiday_has_no_meeting():
    assert meeting_day(Week(2026, 8), Rules(), CALENDAR) is None


@given(st.dates(date(2000, 1, 10), date(2099, 12, 1)))
def test_weeks_spoken_of_follow_each_other(day):
    back, (first, second) = looked_back_on(day), looked_ahead_to(day)
    assert back.next() == first
    assert first.next() == second
    assert back.end < day or day in back
    assert day <= first.end


def test_monday_looks_back_on_last_week_friday_on_its_own():
    assert looked_back_on(date(2026, 11, 23)) == Week(2026, 47)
    assert looked_back_on(date(2026, 11, 27)) == Week(2026, 48)


def fixed(name: str, days: str, first=date(2024, 1, 1), last=None) -> Fixed:
    return Fixed(name, frozenset(int(d) for d in days), first, last)


def test_holiday_make_up_day_and_fixed_day_that_falls_out():
    # 1–3 January 2026 off (Thursday to Saturday), Sunday the 4th worked.
    notes = calendar_notes(Week(2026, 1), SPECS, [fixed("示例一村", "24"), fixed("示例二村", "23")])
    assert notes == [
        "1月1日—1月3日元旦放假。",
        "1月4日（星期日）元旦调休，上班。",
        "1月1日（星期四）放假，固定办公日落空：示例一村。",
    ]


def test_team_that_ended_before_the_holiday_misses_nothing():
    notes = calendar_notes(Week(2026, 1), SPECS, [fixed("示例一村", "4", last=date(2025, 12, 31))])
    assert not any("落空" in note for note in notes)


def test_many_teams_are_counted():
    notes = calendar_notes(Week(2026, 1), SPECS, [fixed(f"示例{n}村", "4") for n in range(12)])
    assert notes[-1] == "1月1日（星期四）放假，固定办公日落空：示例0村、示例1村、示例2村等12个组。"


def test_plain_week_has_nothing_to_say():
    assert calendar_notes(Week(2026, 47), SPECS, [fixed("示例一村", "24")]) == []


def test_nameless_day_off_is_told():
    day = date(2026, 11, 25)
    assert calendar_notes(Week.of(day), {day: DaySpec(day, False)}, []) == ["11月25日（星期三）放假。"]


@given(st.sampled_from(sorted(SPECS)), st.sets(st.integers(1, 7)))
def test_every_holiday_and_every_make_up_day_is_told_once(day, weekdays):
    week = Week.of(day)
    told = "".join(calendar_notes(week, SPECS, [fixed("示例一村", "".join(map(str, weekdays)))]))
    off = [d for d in week if d.isoweekday() <= 5 and not CALENDAR.is_workday(d)]
    assert told.count("落空") == sum(d.isoweekday() in weekdays for d in off)
    assert told.count("上班。") == sum(d.isoweekday() > 5 and CALENDAR.is_workday(d) for d in week)
    assert ("放假" in told) == any(d in SPECS and not SPECS[d].is_workday for d in week)
    assert week.start + timedelta(days=6) == week.end
