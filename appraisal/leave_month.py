"""Who is away on which day of a month, by team: one row for each person with leave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from appraisal.models import Leave
from lianzhen.periods import Month
from lianzhen.town.workdays import WorkCalendar
from lianzhen.wording import list_date
from villages.models import Person

OFFICIAL, PRIVATE = "公", "假"


@dataclass(frozen=True)
class Cell:
    """One day: `mark` is 公, 假 or nothing; `text` says it in words to a screen reader."""

    mark: str
    text: str
    is_workday: bool


@dataclass
class Row:
    person: Person
    place: str
    cells: list[Cell] = field(default_factory=list)
    official: int = 0
    private: int = 0


def month_rows(leaves: Iterable[Leave], month: Month, calendar: WorkCalendar) -> list[Row]:
    """One row a person, in the order of his first leave; `official` and `private` count the working days (天)
    of the month. `leaves` share a day with it and come with person, village and group."""
    taken: dict[int, dict[date, str]] = {}
    rows: dict[int, Row] = {}
    for leave in leaves:
        rows.setdefault(leave.person_id, Row(leave.person, str(leave.village or leave.group)))
        days = taken.setdefault(leave.person_id, {})
        for day in month:
            if leave.starts_on <= day <= leave.last_day:
                days[day] = OFFICIAL if leave.is_official else PRIVATE
    for person_id, row in rows.items():
        days = taken[person_id]
        row.cells = [_cell(day, days.get(day, ""), calendar) for day in month]
        worked = [mark for day, mark in days.items() if calendar.is_workday(day)]
        row.official, row.private = worked.count(OFFICIAL), worked.count(PRIVATE)
    return list(rows.values())


def _cell(day: date, mark: str, calendar: WorkCalendar) -> Cell:
    told = {OFFICIAL: "公出", PRIVATE: "请假", "": ""}[mark]
    return Cell(mark, f"{list_date(day, day.year)}{told}" if told else "", calendar.is_workday(day))
