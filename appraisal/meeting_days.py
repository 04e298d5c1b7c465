"""When the weekly meeting is, which weeks it speaks of, and what the calendar brings. Pure.

Source: domain.md §1.4 (a meeting hears what became of the last decisions); the day is a rule of the town.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from appraisal.working_rules import Rules
from lianzhen.periods import Week
from lianzhen.town.workdays import DaySpec, WorkCalendar
from lianzhen.wording import WEEKDAYS, date_range

#: A meeting until Wednesday looks back on the week before, a later one on its own.
LAST_EARLY_WEEKDAY = 3
#: More teams than this are counted, not named.
TEAMS_NAMED = 3


@dataclass(frozen=True)
class Fixed:
    """The fixed weekdays of a team (ISO numbers) while it works: `first`…`last`, open-ended with None."""

    team: str
    weekdays: frozenset[int]
    first: date
    last: date | None = None

    def falls_on(self, day: date) -> bool:
        runs = self.first <= day and (self.last is None or day <= self.last)
        return runs and day.isoweekday() in self.weekdays


def meeting_day(week: Week, rules: Rules, calendar: WorkCalendar) -> date | None:
    """The day of the rules; on a holiday the next workday of the same week; None when there is none left."""
    day = calendar.add_workdays(rules.meeting_day(week), 0)
    return day if day in week else None


def looked_back_on(held_on: date) -> Week:
    """The week whose work the meeting hears about."""
    week = Week.of(held_on)
    return week.previous() if held_on.isoweekday() <= LAST_EARLY_WEEKDAY else week


def looked_ahead_to(held_on: date) -> tuple[Week, Week]:
    """The two weeks whose calendar it hears about: those after the one looked back on."""
    first = looked_back_on(held_on).next()
    return first, first.next()


def calendar_notes(week: Week, specs: Mapping[date, DaySpec], fixed: Iterable[Fixed]) -> list[str]:
    """Holidays, 调休 work days and the fixed days that fall out, a sentence each; empty for a plain week."""
    calendar = WorkCalendar({day: spec.is_workday for day, spec in specs.items()})
    plans = list(fixed)
    told = [f"{_days(run)}{run[0].name or '放假'}{'放假' if run[0].name else ''}。" for run in _holidays(week, specs)]
    for day in week:
        spec = specs.get(day)
        if spec is not None and spec.is_workday and spec.says_something and day.isoweekday() > 5:
            told.append(f"{_day(day)}{spec.name or '调休'}，上班。")
    for day in week:
        missed = [plan.team for plan in plans if plan.falls_on(day)]
        if missed and not calendar.is_workday(day) and day.isoweekday() <= 5:
            told.append(f"{_day(day)}放假，固定办公日落空：{_teams(missed)}。")
    return told


def _holidays(week: Week, specs: Mapping[date, DaySpec]) -> list[list[DaySpec]]:
    """Runs of days off under one name. A plain weekend has no row and is no holiday."""
    runs: list[list[DaySpec]] = []
    for day in week:
        spec = specs.get(day)
        if spec is None or spec.is_workday:
            continue
        if runs and runs[-1][-1].day == day - timedelta(days=1) and runs[-1][-1].name == spec.name:
            runs[-1].append(spec)
        else:
            runs.append([spec])
    return runs


def _days(run: Sequence[DaySpec]) -> str:
    if len(run) == 1:
        return _day(run[0].day)
    return date_range(run[0].day, run[-1].day, run[0].day.year)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"


def _teams(names: Sequence[str]) -> str:
    if len(names) <= TEAMS_NAMED:
        return "、".join(names)
    return f"{'、'.join(names[:TEAMS_NAMED])}等{len(names)}个组"
