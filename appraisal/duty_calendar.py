"""A week as a strip and a month as a calendar of single characters (design §8.1). Pure."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from appraisal.duty_terms import DUE, HERE, LEGEND, NONE, OFF, DayFact, WeekDuty
from lianzhen.periods import Month, Week

WEEKDAYS = "一二三四五六日"
#: What is read out for a day where the legend is too long for it.
SPOKEN = {**LEGEND, HERE: "已登记", DUE: "待登记", NONE: "没有登记"}


@dataclass(frozen=True)
class DayCell:
    """One day as a cell: `label` is read out, `css` says how it looks, `url` leads to the day's entry."""

    day: date
    mark: str
    label: str
    css: str
    url: str = ""

    @property
    def key(self) -> str:
        """The day for scripts: a phone marks ↑ what still waits on it."""
        return self.day.isoformat()

    @property
    def weekday(self) -> str:
        return WEEKDAYS[self.day.weekday()]


@dataclass(frozen=True)
class WeekStrip:
    """A week of a team for a home page: the days to show, and where it stands in one sentence."""

    title: str
    days: list[DayCell]
    sentence: str
    is_reached: bool


@dataclass(frozen=True)
class MonthCalendar:
    title: str
    weeks: list[list[DayCell | None]]
    legend: list[tuple[str, str]]
    shows_own: bool = False

    def count(self, mark: str) -> int:
        """Days of the month with a mark."""
        return sum(cell.mark == mark for week in self.weeks for cell in week if cell)


def day_cell(fact: DayFact, today: date, *, own: bool = False, url: str = "") -> DayCell:
    """10月16日 已登记（本人在岗）"""
    label = f"{fact.day.month}月{fact.day.day}日 {SPOKEN[fact.mark]}"
    told = [text for text in ("本人在岗" if own else "", "固定日" if fact.is_fixed else "", fact.note) if text]
    if told:
        label += f"（{'，'.join(told)}）"
    names = [f"day-{fact.state}"]
    names += [
        f"day-{name}" for name, on in (("own", own), ("fixed", fact.is_fixed), ("today", fact.day == today)) if on
    ]
    return DayCell(fact.day, fact.mark, label, " ".join(names), url)


def shown_days(days: Iterable[DayFact]) -> list[DayFact]:
    """Monday to Friday; Saturday and Sunday when that day is worked or something is entered for it."""
    return [fact for fact in days if fact.day.weekday() < 5 or is_worth_showing(fact)]


def is_worth_showing(fact: DayFact) -> bool:
    return fact.is_workday or fact.mark not in (OFF, NONE)


def week_strip(duty: WeekDuty, today: date, urls: Mapping[date, str] | None = None) -> WeekStrip:
    """The strip of a week. `urls` leads from a day to its entry."""
    cells = [day_cell(fact, today, url=(urls or {}).get(fact.day, "")) for fact in shown_days(duty.days)]
    return WeekStrip(duty.week.title, cells, duty.sentence, duty.is_met)


def month_calendar(
    month: Month,
    weeks: Iterable[WeekDuty],
    today: date,
    *,
    own: Collection[date] = (),
    urls: Mapping[date, str] | None = None,
) -> MonthCalendar:
    """The month from Monday to Sunday; days of other months stay empty. `own`: days one was present oneself."""
    facts = {fact.day: fact for duty in weeks for fact in duty.days}

    def cell(day: date) -> DayCell | None:
        if day.month != month.number or day not in facts:
            return None
        return day_cell(facts[day], today, own=day in own, url=(urls or {}).get(day, ""))

    grid = calendar.Calendar().monthdatescalendar(month.year, month.number)
    rows = [[cell(day) for day in week] for week in grid]
    used = {found.mark for row in rows for found in row if found}
    legend = [(mark, text) for mark, text in LEGEND.items() if mark in used]
    return MonthCalendar(month.title, rows, legend, any(day in own for day in month))


def last_weeks(week: Week, count: int) -> list[Week]:
    """`count` weeks up to and including `week`, newest first."""
    return [Week.of(week.start - timedelta(weeks=n)) for n in range(count)]
