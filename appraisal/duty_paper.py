"""The paper 驻村登记表 of a team and a month, as it hangs in the village office. Pure.

For days without power or signal: signed by hand on the day, keyed by the office later (`/duty/grid/`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from appraisal.duty_calendar import WEEKDAYS
from lianzhen.periods import Month
from lianzhen.town.workdays import WorkCalendar

#: People that a sheet of A4 takes side by side with room to sign; more go onto a second sheet.
SIDE_BY_SIDE = 7
#: Lines below the month's days, for a day that the sheet could not know of.
SPARE_LINES = 2


@dataclass(frozen=True)
class PaperLine:
    """One day to be signed; `note` says that it is a fixed day, or makes up for a holiday."""

    day: date
    note: str

    @property
    def title(self) -> str:
        return f"{self.day.month}月{self.day.day}日"

    @property
    def weekday(self) -> str:
        return WEEKDAYS[self.day.weekday()]


@dataclass(frozen=True)
class PaperSheet:
    """One sheet of paper: whose, which month, who signs, the days, and how many sheets belong together."""

    team: str
    month: str
    fixed: str
    people: Sequence[tuple[str, str]]
    lines: list[PaperLine]
    spare: range
    number: int
    total: int

    @property
    def columns(self) -> int:
        """Columns to sign in: one stays open where nobody serves yet."""
        return max(1, len(self.people))


def paper_sheets(
    team: str,
    month: Month,
    people: Sequence[tuple[str, str]],
    works: WorkCalendar,
    names: Mapping[date, str],
    fixed_days: Collection[date],
    fixed: str,
) -> list[PaperSheet]:
    """The sheets of one team. `people` are (name, role); `names` are those of the calendar's special days.

    Days that nobody works are left out; the spare lines take what happens all the same.
    """
    lines = [PaperLine(day, _note(day, names, fixed_days)) for day in works.workdays(month)]
    parts = [people[n : n + SIDE_BY_SIDE] for n in range(0, len(people), SIDE_BY_SIDE)] or [()]
    return [
        PaperSheet(team, month.title, fixed, part, lines, range(SPARE_LINES), number, len(parts))
        for number, part in enumerate(parts, start=1)
    ]


def _note(day: date, names: Mapping[date, str], fixed_days: Collection[date]) -> str:
    return "、".join(text for text in ("固定日" if day in fixed_days else "", names.get(day, "")) if text)
