"""回避: who has a part in what is to be decided. Pure; the one rule that permissions, pages, lists and triggers follow.

Whoever serves in the team has a part in every decision about it, and whoever served in it on one of the days that the
decision is about: the day of the fact (entries, appeals, suggestions), the month of the corrected score (更正单), the
month, the quarter with its lists of money, the year. What is decided for all teams at once is about each of them: there
a part in any team counts, for past days as for today. Days after one has left, and before one came, bar nobody.

`as_body` asks the same of the register, `recusal_rows` of the rows of a list, `recusal_guards` in the database.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from appraisal.models import Correction, ScoreEntry
    from lianzhen.accounts.standing import Standing
    from lianzhen.periods import Stretch

#: In the place of a team's id: all teams at once. None is a village without a team, in which nobody serves.
TOWN = 0


class Part(Enum):
    """What somebody has to do with the team."""

    NONE = ""
    #: Served in it on one of the days, and has left.
    THEN = "then"
    #: Serves in it.
    NOW = "now"

    def __bool__(self) -> bool:
        return self is not Part.NONE


class Days(NamedTuple):
    """The days that a decision is about, both included; a `Period` does as well."""

    start: date
    end: date


def part_in(standing: Standing, team: int | None, days: Stretch | None = None) -> Part:
    """The part of somebody with this standing, in a team or (`TOWN`) in any. Without days only today counts."""
    serving = standing.teams()
    if serving if team == TOWN else team in serving:
        return Part.NOW
    if days is None:
        return Part.NONE
    past = (one for one in standing.served if team in (TOWN, one.team))
    return Part.THEN if any(one.touches(days.start, days.end) for one in past) else Part.NONE


def of_fact(entry: ScoreEntry) -> Days:
    return Days(entry.occurred_on, entry.occurred_on)


def of_correction(slip: Correction) -> Days:
    """The month whose frozen score the slip puts right; from the day of the fact on, where that was put off into a
    later month: who was barred from the entry, or from the month, is barred from both being corrected."""
    day, month = slip.entry.occurred_on, slip.score.month.period
    return Days(min(day, month.start), max(day, month.end))
