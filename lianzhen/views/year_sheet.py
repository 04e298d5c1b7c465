"""A year as twelve small months, ready to be printed by a template. Pure: no query, no clock, no request."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from lianzhen.town.workdays import DaySpec, WorkCalendar


@dataclass(frozen=True)
class Cell:
    """One day: its mark (休, 班 or nothing), the holiday's name, and whether it is a plain day off."""

    day: date
    mark: str
    name: str
    css: str


@dataclass(frozen=True)
class MonthSheet:
    title: str
    workdays: int
    weeks: list[list[Cell | None]]
    remarks: list[str]


def year_sheet(year: int, specs: Iterable[DaySpec], today: date) -> list[MonthSheet]:
    """The months of a year with the days that are otherwise than in a plain week."""
    special = {spec.day: spec for spec in specs}
    works = WorkCalendar({day: spec.is_workday for day, spec in special.items()})
    return [_month(year, month, special, works, today) for month in range(1, 13)]


def _month(year: int, month: int, special: dict[date, DaySpec], works: WorkCalendar, today: date) -> MonthSheet:
    weeks = calendar.Calendar().monthdatescalendar(year, month)
    days = [day for week in weeks for day in week if day.month == month]
    return MonthSheet(
        title=f"{month}月",
        workdays=works.count(days),
        weeks=[[_cell(d, special.get(d), today) if d.month == month else None for d in week] for week in weeks],
        remarks=remarks([special[day] for day in days if day in special]),
    )


def _cell(day: date, spec: DaySpec | None, today: date) -> Cell:
    mark = "" if spec is None else "班" if spec.is_workday else "休"
    kinds = {"班": "works", "休": "rests"}
    css = kinds.get(mark) or ("weekend" if day.weekday() > 4 else "")
    return Cell(day, mark, spec.name if spec else "", f"{css} today".strip() if day == today else css)


def remarks(specs: list[DaySpec]) -> list[str]:
    """What the marks mean, days in a row together: 「1日—3日 休 元旦」."""
    lines: list[list[DaySpec]] = []
    for spec in specs:
        last = lines[-1][-1] if lines else None
        same = last is not None and (last.is_workday, last.name) == (spec.is_workday, spec.name)
        if same and spec.day - last.day == timedelta(days=1):
            lines[-1].append(spec)
        else:
            lines.append([spec])
    return [_remark(run[0], run[-1]) for run in lines]


def _remark(first: DaySpec, last: DaySpec) -> str:
    days = f"{first.day.day}日" if first == last else f"{first.day.day}日—{last.day.day}日"
    return f"{days} {'班' if first.is_workday else '休'} {first.name}".strip()
