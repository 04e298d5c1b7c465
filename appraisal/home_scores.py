"""Scores on the home pages: one's own with where it comes from, the town's as bars, how far a month's closing is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Case, CharField, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse

from appraisal.closing import Progress, progress
from appraisal.linkage import Mean
from appraisal.models import AppraisalMonth, Scheme, ScoreEntry
from appraisal.ranking import Display
from appraisal.rules.base import ZERO, change_in_points, in_points, marks
from appraisal.score_account import TeamScore
from appraisal.score_charts import BarRow, bar_rows
from appraisal.score_facts import MonthScores, month_scores, team_scores
from appraisal.waiting import Item, Source
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.pages.days import days_key
from lianzhen.periods import Month, Week

if TYPE_CHECKING:
    from lianzhen.accounts.models import User
    from villages.models import LiaisonTeam

PLACE, DISTRICT, CODE = "place", "district", "code"
ORDERS = ((PLACE, "名次"), (DISTRICT, "片区"), (CODE, "村序"))


# --- One's own ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class OwnScore:
    """The month of a team that the reader serves in. `score`: None where it takes no part or no version judges."""

    month: Month
    score: TeamScore | None
    url: str
    place: str = ""

    @property
    def equation(self) -> str:
        """「100.0 − 扣4.5 + 加1.0」; the whole equation where caps, floors or rounding make that untrue."""
        score = self.score
        if score is None:
            return ""
        base = score.linked(score.village.base, score.own.base)
        if base - score.deducted + score.bonus != score.total:
            return score.equation
        figures = (marks(one) for one in (base, score.deducted, score.bonus))
        return "{} − 扣{} + 加{}".format(*figures)


def own_score(found: MonthScores, team: LiaisonTeam) -> OwnScore:
    """The place among all only where the version shows places."""
    score = found.scores.get(team.pk)
    place = score.place if score is not None and found.display is Display.PLACE else ""
    return OwnScore(found.month, score, reverse("score_page", args=[found.month.key, team.pk]), place)


# --- A district's week -----------------------------------------------------------------------------
@dataclass(frozen=True)
class WeekPoints:
    """What the facts of a week took from a team and gave it (分), each with its text and where its rows are.
    `waiting`: entries whose points are not settled."""

    deducted: Decimal = ZERO
    deducted_url: str = ""
    bonus: Decimal = ZERO
    bonus_url: str = ""
    waiting: int = 0

    @property
    def shown(self) -> list[tuple[str, str]]:
        """−1.0分 and +0.5分 with their addresses; nothing where nothing was recorded."""
        parts = ((-self.deducted, self.deducted_url), (self.bonus, self.bonus_url))
        return [(change_in_points(points), url) for points, url in parts if url]


def week_points_sources(user: User, week: Week) -> dict[str, Source]:
    """Entries of the district's teams about facts of the week: kind, state and points in one text."""
    points = Cast(Coalesce("changed_points", "points"), CharField())
    text = Concat("kind", Value(" "), "state", Value(" "), points, output_field=CharField())
    rows = ScoreEntry.objects.filter(
        occurred_on__range=(week.start, week.end),
        state__in=(*ScoreEntry.COUNTING, *ScoreEntry.PENDING),
        team__village__group__in=user.standing.groups(Role.DISTRICT),
    )
    return {"week_points": Source(rows, "occurred_on", text=text)}


def week_points_of(items: Sequence[Item], team: LiaisonTeam, week: Week) -> WeekPoints:
    """One row leads to itself, several to the list of them."""
    found: dict[str, list[tuple[Item, Decimal]]] = {"deduction": [], "bonus": []}
    waiting = 0
    for item in items:
        kind, state, points = (item.text or "").split(" ")
        if item.team_id == team.pk and state in ScoreEntry.COUNTING:
            found[kind].append((item, Decimal(points)))
        elif item.team_id == team.pk:
            waiting += 1
    sums = {kind: sum((points for _, points in rows), ZERO) for kind, rows in found.items()}
    urls = {kind: _rows_url(kind, [item for item, _ in rows], team, week) for kind, rows in found.items()}
    return WeekPoints(sums["deduction"], urls["deduction"], sums["bonus"], urls["bonus"], waiting)


def _rows_url(kind: str, items: Sequence[Item], team: LiaisonTeam, week: Week) -> str:
    if len(items) == 1:
        return reverse(kind, args=[items[0].pk])
    state = "counting" if kind == ScoreEntry.Kind.DEDUCTION else ScoreEntry.State.AGREED.value
    asked = f"village={team.village_id}&days={days_key(week.start, week.end)}&state={state}"
    return f"{reverse(f'{kind}_list')}?{asked}" if items else ""


# --- The town's -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class TownScores:
    """All teams as bars. `orders`: how they can be ordered, each with its address and whether it is chosen."""

    month: Month
    rows: Sequence[BarRow]
    orders: Sequence[dict[str, object]]
    state: str
    as_of: date
    is_frozen: bool
    places: bool
    grades: bool


def town_scores(found: MonthScores, today: date, asked: str) -> TownScores:
    """`asked`: a code of `ORDERS`; by place only where the version shows places, and first of all then."""
    shown = [(code, name) for code, name in ORDERS if code != PLACE or found.display is Display.PLACE]
    order = asked if asked in dict(shown) else shown[0][0]
    keys = {
        PLACE: lambda one: (one.number, one.district_position, one.code),
        DISTRICT: lambda one: (one.district_position, one.code),
        CODE: lambda one: one.code,
    }
    return TownScores(
        month=found.month,
        rows=bar_rows(sorted(found.scores.values(), key=keys[order])),
        orders=[{"title": name, "url": f"?order={code}", "current": code == order} for code, name in shown],
        state=found.row.get_state_display() if found.row is not None else "",
        as_of=min(today, found.month.end),
        is_frozen=found.is_frozen,
        places=found.display is Display.PLACE,
        grades=found.display is Display.GRADE,
    )


def place_sources(month: Month) -> dict[str, Source]:
    """A row where the version in force shows places, which are found among all teams only."""
    judging = Scheme.objects.adopted().filter(month_from__lte=month.start).order_by("-month_from")
    shown = Scheme.objects.filter(pk=Subquery(judging.values("pk")[:1]), display=Scheme.Display.PLACE)
    return {"places": Source(shown, "month_from", "")}


def found_for(user: User, teams: Sequence[LiaisonTeam], today: date, *, whole: bool) -> MonthScores:
    """The scores that this reader's home needs, as cheaply as they are to be had. `whole`: those of all teams, for
    whoever compares them or is told a place; otherwise those of his own."""
    month = Month.of(today)
    for_team = not user.standing.has(*TOWN_WIDE, Role.DISTRICT)
    if whole or len(teams) > 1:
        return month_scores(month, today, for_team=for_team)
    return team_scores(teams[0], month, today, for_team=for_team)


def mean_of(means: Mapping[str, Mean], district: str) -> str:
    """96.5分, or 「—」 for a district without teams in the scoring."""
    mean = means.get(district)
    return in_points(mean.value if mean is not None else None)


# --- The closing of months -------------------------------------------------------------------------
@dataclass(frozen=True)
class MonthProgress:
    title: str
    url: str
    steps: Sequence[Progress]

    @property
    def left(self) -> str:
        """What is left of a month whose figures are fixed, in one line; empty while the steps say more."""
        rest = [step for step in self.steps if step.tone != "done"]
        if len(rest) > 1:
            return ""
        return f"{rest[0].title}{rest[0].note}" if rest else "待归档"


def month_sources() -> dict[str, Source]:
    """Months that are not archived yet: state, last day of the publicity, whether signed off, in one text."""
    until = Coalesce(Cast("publicity_until", CharField()), Value(""))
    reviewed = Case(When(reviewed_at=None, then=Value("")), default=Value("1"))
    text = Concat("state", Value(" "), until, Value(" "), reviewed, output_field=CharField())
    rows = AppraisalMonth.objects.exclude(state=AppraisalMonth.State.ARCHIVED)
    return {"months": Source(rows, "month", "", text=text)}


def months_in_progress(items: Sequence[Item], today: date) -> list[MonthProgress]:
    """Those that are over, the oldest first, those whose figures are fixed last; the running one where there is
    nothing else to close."""
    over = [item for item in items if Month.of(item.day).end < today]
    return sorted((_month_progress(item, today) for item in over or list(items)[:1]), key=lambda one: bool(one.left))


def _month_progress(item: Item, today: date) -> MonthProgress:
    state, until, reviewed = (item.text or "").split(" ")
    month = Month.of(item.day)
    last = date.fromisoformat(until) if until else None
    found = progress(state, month, today, reviewed=bool(reviewed), publicity_until=last)
    return MonthProgress(f"{month.number}月考核", reverse("month", args=[month.key]), found)
