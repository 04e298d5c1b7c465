"""The strip and the calendar: every day in its place, one character, and words for whoever cannot see it."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from appraisal.duty_calendar import WEEKDAYS, last_weeks, month_calendar, shown_days, week_strip
from appraisal.duty_paper import SIDE_BY_SIDE, paper_sheets
from appraisal.duty_terms import LEGEND, Plan, Presence, Service, TeamFacts
from appraisal.duty_week import week_duty, weeks_of
from lianzhen.periods import Month, Span, Week
from lianzhen.town.workdays import WorkCalendar

START = date(2018, 1, 1)
TODAY = date(2018, 10, 18)
WEEK = Week.of(TODAY)
MONTHS = st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(Month.of)


def facts(*days: date) -> TeamFacts:
    return TeamFacts(
        Span(START),
        plans=[Plan(Span(START), "24")],
        services=[Service(1, "甲", Span(START), "leader")],
        presences=[Presence(day, 1) for day in days],
    )


def weeks(month: Month, *days: date, calendar: WorkCalendar | None = None, today: date = TODAY):
    return [week_duty(week, facts(*days), calendar or WorkCalendar(), today) for week in weeks_of(month)]


@given(MONTHS)
def test_every_day_of_the_month_once_and_under_its_weekday(month):
    found = month_calendar(month, weeks(month), TODAY)
    cells = [(place, cell) for row in found.weeks for place, cell in enumerate(row) if cell]
    assert [cell.day for _, cell in cells] == list(month)
    assert all(place == cell.day.weekday() for place, cell in cells)
    assert all(len(row) == 7 for row in found.weeks)
    assert {mark for mark, _ in found.legend} == {cell.mark for _, cell in cells}
    assert all(cell.mark in LEGEND and len(cell.mark) == 1 for _, cell in cells)


def test_a_day_is_read_out_with_its_date():
    found = month_calendar(Month.of(TODAY), weeks(Month.of(TODAY), date(2018, 10, 16)), TODAY)
    cells = {cell.day.day: cell for row in found.weeks for cell in row if cell}
    assert cells[16].label == "10月16日 已登记（固定日）"
    assert cells[17].label == "10月17日 没有登记"
    assert cells[11].label == "10月11日 应到未登记（固定日）"
    assert cells[18].label == "10月18日 待登记（固定日）"
    assert "day-today" in cells[18].css
    assert "day-today" not in cells[16].css


def test_ones_own_days_are_set_off_and_lead_to_their_entry():
    day = date(2018, 10, 16)
    month = Month.of(TODAY)
    found = month_calendar(month, weeks(month, day), TODAY, own={day}, urls={day: "/duty/1/"})
    own = [cell for row in found.weeks for cell in row if cell and "day-own" in cell.css]
    assert [(cell.day, cell.url, "本人在岗" in cell.label) for cell in own] == [(day, "/duty/1/", True)]
    assert found.shows_own
    assert found.count("驻") == 1
    assert not month_calendar(month.next(), weeks(month.next()), TODAY, own={day}).shows_own


def test_the_strip_leaves_the_weekend_out_unless_something_is_there():
    plain = week_strip(week_duty(WEEK, facts(), WorkCalendar(), TODAY), TODAY)
    assert [cell.weekday for cell in plain.days] == list("一二三四五")
    saturday = WEEK.days[5]
    worked = week_duty(WEEK, facts(), WorkCalendar({saturday: True}), TODAY)
    assert [fact.day for fact in shown_days(worked.days)] == list(WEEK.days[:6])
    entered = week_duty(WEEK, facts(WEEK.days[6]), WorkCalendar(), TODAY)
    assert shown_days(entered.days)[-1].day == WEEK.days[6]
    assert plain.sentence == "本周已登记0天，还差2天（固定日：周二、周四）"
    assert not plain.is_reached


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(Week.of), st.integers(1, 60))
def test_the_last_weeks_follow_each_other_backwards(week, count):
    found = last_weeks(week, count)
    assert len(found) == count
    assert found[0] == week
    assert all(later.previous() == earlier for later, earlier in pairwise(found))


# --- The sheet of paper -------------------------------------------------------------------------
@given(MONTHS, st.integers(0, 20))
def test_every_workday_and_everybody_stand_on_paper_once(month, count):
    people = [(f"甲{n}", "组员") for n in range(count)]
    off = month.start + timedelta(days=2)
    works = WorkCalendar({off: False})
    sheets = paper_sheets("示例一村联村工作组", month, people, works, {off: "国庆节"}, set(), "周二、周四")
    assert [person for sheet in sheets for person in sheet.people] == people
    assert all([line.day for line in sheet.lines] == works.workdays(month) for sheet in sheets)
    assert all(len(sheet.people) <= SIDE_BY_SIDE and sheet.columns >= 1 for sheet in sheets)
    assert [sheet.number for sheet in sheets] == list(range(1, sheets[0].total + 1))


def test_fixed_days_and_worked_weekends_are_marked_on_paper():
    month, saturday = Month(2018, 9), date(2018, 9, 29)
    works, names = WorkCalendar({saturday: True, date(2018, 9, 24): False}), {saturday: "国庆节调休"}
    (sheet,) = paper_sheets("组", month, [("甲", "组长")], works, names, {date(2018, 9, 4)}, "周二")
    notes = {line.day: line.note for line in sheet.lines}
    assert notes[date(2018, 9, 4)] == "固定日"
    assert notes[saturday] == "国庆节调休"
    assert notes[date(2018, 9, 5)] == ""
    assert date(2018, 9, 24) not in notes
    assert [line.weekday for line in sheet.lines][:2] == ["一", "二"]
    assert sheet.lines[0].title == "9月3日"
    assert len(WEEKDAYS) == 7
