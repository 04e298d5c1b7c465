"""The terms in which duty days are reckoned: the marks of a day, what goes into a week and what comes out.

Pure values; `duty_week` does the arithmetic, `facts` fetches what goes in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple, Protocol

from lianzhen.periods import Span, Week

HERE, ASKED, LEAVE, OFFICIAL, ABSENT, DUE, OFF, NONE = "驻", "补", "假", "公", "缺", "待", "休", "—"

#: Code of each mark, for a template's class and for the legend.
STATES = {
    HERE: "here",
    ASKED: "asked",
    LEAVE: "leave",
    OFFICIAL: "official",
    ABSENT: "absent",
    DUE: "due",
    OFF: "off",
    NONE: "none",
}
#: What each mark means, in the order of the legend.
LEGEND = {
    HERE: "已登记驻村",
    ASKED: "补登待同意",
    LEAVE: "请假",
    OFFICIAL: "公出",
    ABSENT: "应到未登记",
    DUE: "应到（今天或以后）",
    OFF: "不上班",
    NONE: "不应到",
}
IN_DISPUTE = "登记有异议，尚未处理"


class Away(Protocol):
    """An approved leave (`absences.Absence`)."""

    is_official: bool
    substitute_id: int | None
    text: str

    def covers(self, day: date) -> bool: ...


# --- What goes in -----------------------------------------------------------------------------
@dataclass(frozen=True)
class Plan:
    """Fixed days from a day on: ISO weekday digits, "24" = 周二、周四."""

    span: Span
    weekdays: str

    def fixes(self, day: date) -> bool:
        return self.span.covers(day) and str(day.isoweekday()) in self.weekdays


class Service(NamedTuple):
    """Somebody who may be on duty for the team, from when to when; a cadre is not of the team."""

    person_id: int
    name: str
    span: Span
    role: str = "member"

    @property
    def is_cadre(self) -> bool:
        return self.role == "cadre"


class Presence(NamedTuple):
    """Somebody entered for a day. `state`: "here" counts; "asked" waits for consent to a late entry;
    "disputed" waits for an answer. `stands_in`: for a member on leave. `note`: the session, where not whole.
    `late`: the day was entered later, with a reason (补登)."""

    day: date
    person_id: int
    state: str = "here"
    stands_in: bool = False
    note: str = ""
    late: bool = False


@dataclass(frozen=True)
class Shift:
    """顺延、调休: `to_day` stands for `from_day`, or is one day more (None). Asked for, or accepted."""

    to_day: date
    from_day: date | None = None
    accepted: bool = True


@dataclass(frozen=True)
class TeamFacts:
    """Everything known about one team in the weeks looked at. `absences`: person id → approved leaves."""

    span: Span
    plans: Sequence[Plan] = ()
    services: Sequence[Service] = ()
    presences: Sequence[Presence] = ()
    absences: Mapping[int, Sequence[Away]] = field(default_factory=dict)
    shifts: Sequence[Shift] = ()

    @cached_property
    def by_week(self) -> Mapping[date, Sequence[Presence]]:
        """The presences by the Monday of their week: ten years are not searched for each of their weeks."""
        found: dict[date, list[Presence]] = {}
        for presence in self.presences:
            found.setdefault(presence.day - timedelta(days=presence.day.weekday()), []).append(presence)
        return found


# --- What comes out ---------------------------------------------------------------------------
class DayFact(NamedTuple):
    """One day as one character (`LEGEND`) with its code and, where there is something to say, why."""

    day: date
    is_workday: bool
    is_fixed: bool
    mark: str
    state: str
    note: str = ""


@dataclass(frozen=True)
class WeekDuty:
    """A team's week. Figures are days (天); where the rules count per person they are man-days (人天) of the
    members, each person's own surplus left out, so that `need - done` is what is missing.

    `due_days`: workdays on which somebody is expected, shifts included. `proposals`: workdays from today on
    that would make up for fixed days that are not worked. `missed`: of what is missing, that whose day has
    passed. `excused`: days off the week's account by official travel.
    """

    week: Week
    need: int
    done: int
    missing: int
    days: tuple[DayFact, ...]
    due_days: tuple[date, ...]
    proposals: tuple[date, ...]
    sentence: str
    missed: int = 0
    excused: int = 0
    unit: str = "天"
    #: The days that the team together owes, and those of them that no day done stands for: what a month
    #: counts, since an owed day belongs to the month that it lies in.
    slots: tuple[date, ...] = ()
    unfilled: tuple[date, ...] = ()

    @property
    def short(self) -> str:
        """1/2天"""
        return f"{self.done}/{self.need}{self.unit}"

    @property
    def is_met(self) -> bool:
        return self.missing == 0


@dataclass(frozen=True)
class PersonDuty:
    """One person's days in a week or month. `done`: days there; `leave`, `official`: workdays away.

    `need`, `missing`, `missed` are 0 for everybody while the rules count per team. In a month, an owed day
    belongs to the month that it lies in, also where its week does not.
    """

    person_id: int
    name: str
    role: str
    need: int
    done: int
    missing: int
    missed: int
    leave: int
    official: int
    days: tuple[DayFact, ...]


@dataclass(frozen=True)
class Owed:
    """The account of one week: `slots` are the days that it is owed on, `need` of them."""

    need: int
    slots: tuple[date, ...]
    excused: int

    def unfilled(self, done: Iterable[date]) -> tuple[date, ...]:
        """The earliest owed days that no day done stands for: as many as are missing."""
        there = set(done)
        missing = max(0, self.need - len(there))
        return tuple(day for day in self.slots if day not in there)[:missing]
