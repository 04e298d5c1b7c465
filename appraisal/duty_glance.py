"""The town's week at a glance for a home page: on how many teams' days somebody was there, who is through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from appraisal.duty_calendar import WEEKDAYS, is_worth_showing
from appraisal.duty_terms import ABSENT, HERE, WeekDuty
from appraisal.facts import duty_of
from lianzhen.periods import Week
from villages.models import LiaisonTeam


@dataclass(frozen=True)
class GlanceDay:
    """One day over all teams: how many were there, how many were expected and did not come."""

    day: date
    here: int
    absent: int
    is_today: bool

    @property
    def title(self) -> str:
        return f"周{WEEKDAYS[self.day.weekday()]}"


@dataclass(frozen=True)
class Glance:
    """`met` of `teams` owe nothing more in the week. Shown by `appraisal/includes/duty_glance.html`."""

    week: Week
    teams: int
    met: int
    days: list[GlanceDay]

    @property
    def short(self) -> int:
        return self.teams - self.met


def glance(teams: Iterable[LiaisonTeam], week: Week, today: date) -> Glance:
    """Counts of the week. `facts.QUERIES` queries."""
    return glance_at(list(duty_of(teams, week, today).values()), week, today)


def glance_at(duties: Sequence[WeekDuty], week: Week, today: date) -> Glance:
    """The same from weeks that are at hand. No query."""
    days = []
    for place, day in enumerate(week):
        facts = [duty.days[place] for duty in duties]
        if place < 5 or any(map(is_worth_showing, facts)):
            marks = [fact.mark for fact in facts]
            days.append(GlanceDay(day, marks.count(HERE), marks.count(ABSENT), day == today))
    return Glance(week, len(duties), sum(duty.is_met for duty in duties), days)
