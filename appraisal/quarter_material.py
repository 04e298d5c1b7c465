"""One page per team for the review of a quarter: what three sealed months say of it, its duty, what was decided
and asked for. Figures are those the months froze; duty is counted as in the monthly statistics.

Ten queries, however many teams.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from django.urls import reverse

from appraisal.duty_months import MonthRow, team_months
from appraisal.models import (
    AppraisalMonth,
    Clause,
    Decision,
    MonthlyScore,
    QuarterlyReview,
    Scheme,
    TeamReview,
    TownNeed,
)
from appraisal.payouts import QuarterTerms
from appraisal.quarter_facts import TeamFigures, figures_of, proposals, quarter_terms_of
from appraisal.rules.base import ZERO, Kind
from appraisal.score_account import ExplainedLine, TeamScore, from_json
from appraisal.score_charts import share_of, tint
from lianzhen.periods import Month, Quarter
from villages.models import LiaisonTeam

#: Month and number → key and rule of a clause.
Clauses = dict[tuple[Month, str], tuple[int, str]]
#: So many lines of each kind fit on the page (design §9.6: one A4 per team).
BEST, WORST, DECISIONS, NEEDS = 3, 5, 4, 4


@dataclass(frozen=True)
class MonthFigure:
    """A month of the team; `score` None where it was not scored or the month is not sealed."""

    month: Month
    score: TeamScore | None
    sealed: bool

    @property
    def why_none(self) -> str:
        return "未参加月度考核" if self.sealed else "未定稿"


@dataclass(frozen=True)
class Cell:
    lost: Decimal | None
    tint: int


@dataclass(frozen=True)
class CategoryRow:
    """A category over the months: what was lost (分, as it went into the linked score), tinted by its share of
    full marks. `width`: hundredths of the longest bar on the page."""

    name: str
    cells: tuple[Cell, ...]
    lost: Decimal
    bonus: Decimal
    tint: int
    width: str


@dataclass(frozen=True)
class ShownLine:
    """A line of a month's account, as it was frozen, with the addresses of its record and its clause. `gives_back`:
    by a 更正单 what a clause took; that is no bonus."""

    month: Month
    line: ExplainedLine
    effect: Decimal
    url: str
    clause_url: str
    gives_back: bool = False


@dataclass(frozen=True)
class Place:
    """Where the team stands in the quarter. `text`: its place, where the scheme shows places; `grade`: the one given,
    or proposed while nothing is begun."""

    score: Decimal
    text: str
    grade: str
    why: str


@dataclass(frozen=True)
class Material:
    team: LiaisonTeam
    district: str
    leader: str
    months: tuple[MonthFigure, ...]
    place: Place | None
    categories: tuple[CategoryRow, ...]
    worst: tuple[ShownLine, ...]
    best: tuple[ShownLine, ...]
    lines: int
    duty: MonthRow
    decisions: tuple[Decision, ...]
    more_decisions: int
    needs: tuple[TownNeed, ...]
    more_needs: int
    row: TeamReview | None

    @property
    def pk(self) -> int:
        return self.team.pk


def materials_of(
    quarter: Quarter,
    teams: Sequence[LiaisonTeam],
    months: dict[Month, AppraisalMonth],
    review: QuarterlyReview | None,
    today: date,
    reviewed: Sequence[TeamReview] | None = None,
    figures: Sequence[TeamFigures] | None = None,
) -> list[Material]:
    """In the order of the teams given (with their village and liaison group at hand). `reviewed`,
    `figures`: the rows of the review, those of the months, where they are at hand."""
    wanted = {team.pk for team in teams}
    accounts = _accounts(quarter, wanted)
    places, rows = _places(quarter, months, review, reviewed, figures)
    clauses = _clauses(accounts, months)
    duty = {row.pk: row for row in team_months(teams, quarter, today)}
    decided, asked = _decisions(quarter, wanted), _needs(quarter, {team.village_id for team in teams})
    found = []
    for team in teams:
        own = accounts.get(team.pk, {})
        monthly = tuple(MonthFigure(m, own.get(m), bool(m in months and months[m].is_sealed)) for m in quarter.months)
        last = next((one.score for one in reversed(monthly) if one.score), None)
        lines = shown_lines(own, clauses)
        decisions, needs = decided.get(team.pk, []), asked.get(team.village_id, [])
        worst = sorted((one for one in lines if one.effect < 0), key=lambda one: one.effect)[:WORST]
        given = [one for one in lines if one.effect > 0 and not one.gives_back]
        best = sorted(given, key=lambda one: one.effect, reverse=True)[:BEST]
        found.append(
            Material(
                team=team,
                district=last.district if last else "",
                leader=last.leader if last else "",
                months=monthly,
                place=places.get(team.pk),
                categories=_categories(monthly),
                worst=tuple(worst),
                best=tuple(best),
                lines=len(lines),
                duty=duty[team.pk],
                decisions=tuple(decisions[:DECISIONS]),
                more_decisions=max(0, len(decisions) - DECISIONS),
                needs=tuple(needs[:NEEDS]),
                more_needs=max(0, len(needs) - NEEDS),
                row=rows.get(team.pk),
            )
        )
    return found


def _accounts(quarter: Quarter, teams: Collection[int]) -> dict[int, dict[Month, TeamScore]]:
    """Team → month → the frozen account with its lines. One query."""
    rows = MonthlyScore.objects.filter(
        team_id__in=teams,
        month__month__range=(quarter.start, quarter.end),
        month__state__in=AppraisalMonth.SEALED,
    )
    found: dict[int, dict[Month, TeamScore]] = {}
    for team, month, detail, lines in rows.values_list("team_id", "month__month", "detail", "lines"):
        found.setdefault(team, {})[Month.of(month)] = from_json(detail, lines)
    return found


def _places(
    quarter: Quarter,
    months: dict[Month, AppraisalMonth],
    review: QuarterlyReview | None,
    reviewed: Sequence[TeamReview] | None,
    figures: Sequence[TeamFigures] | None,
) -> tuple[dict[int, Place], dict[int, TeamReview]]:
    """As frozen once the review began; before, as they would be proposed. One query."""
    if review is not None:
        rows = {row.team_id: row for row in (reviewed or TeamReview.objects.filter(review=review))}
        return {
            pk: Place(
                row.score,
                f"{row.place_text}（共{len(rows)}个组）" if shows_places(review.scheme) else "",
                row.grade,
                row.proposed_why,
            )
            for pk, row in rows.items()
        }, rows
    sealed = [row for row in months.values() if row.is_sealed]
    figures = figures_of(quarter) if figures is None else figures
    if not sealed or not figures:
        return {}, {}
    terms: QuarterTerms = quarter_terms_of(sealed[-1].scheme)
    found = proposals(figures, terms, sealed[-1].scheme.decimals)
    placed = shows_places(sealed[-1].scheme)
    return {
        pk: Place(one.score, one.place.full_text if placed else "", one.grade, one.why) for pk, one in found.items()
    }, {}


def shows_places(scheme: Scheme) -> bool:
    """On what a meeting sees; the tables of office and committee show them always."""
    return scheme.display == Scheme.Display.PLACE


def _categories(figures: Sequence[MonthFigure]) -> tuple[CategoryRow, ...]:
    """In the order of the last scored month's version; a category that an earlier one had alone comes last."""
    names: dict[str, str] = {}
    for figure in reversed(figures):
        for one in figure.score.categories if figure.score else ():
            names.setdefault(one.key, one.name)
    rows = []
    for key, name in names.items():
        cells, lost, bonus, full = [], ZERO, ZERO, ZERO
        for figure in figures:
            own = next((one for one in figure.score.categories if one.key == key), None) if figure.score else None
            if own is None:
                cells.append(Cell(None, 0))
                continue
            cells.append(Cell(own.deducted, tint(own.deducted, own.full) if own.counts else 0))
            lost, bonus, full = lost + own.deducted, bonus + own.bonus, full + own.full
        rows.append((name, tuple(cells), lost, bonus, tint(lost, full) if full else 0))
    longest = max([Decimal(5), *(row[2] for row in rows)])
    return tuple(CategoryRow(*row, width=share_of(max(row[2], ZERO), longest)) for row in rows)


def shown_lines(accounts: dict[Month, TeamScore], clauses: Clauses) -> list[ShownLine]:
    """Those that count in one of the scores."""
    return [
        ShownLine(
            month=month,
            line=line,
            effect=effect,
            url=reverse("bonus" if line.is_bonus else "deduction", args=[line.entry_id]),
            clause_url=reverse("clause", args=[pk]) if pk else "",
            gives_back=line.is_bonus and rule not in ("", Kind.BONUS),
        )
        for month, account in sorted(accounts.items())
        for line in account.lines
        if not line.waits and (effect := line.effect(account.weight))
        for pk, rule in [clauses.get((month, line.clause), (0, ""))]
    ]


def _clauses(accounts: dict[int, dict[Month, TeamScore]], months: dict[Month, AppraisalMonth]) -> Clauses:
    """Month and number → the clause of the version that judged it, and its rule. One query."""
    wanted = {
        (month, line.clause) for own in accounts.values() for month, account in own.items() for line in account.lines
    }
    schemes = {months[month].scheme_id for month, _ in wanted}
    rows = Clause.objects.filter(scheme__in=schemes, number__in={number for _, number in wanted})
    found = {
        (scheme, number): (pk, rule)
        for pk, scheme, number, rule in rows.values_list("pk", "scheme_id", "number", "rule")
    }
    judged = {(month, number): (months[month].scheme_id, number) for month, number in wanted}
    return {key: found[one] for key, one in judged.items() if one in found}


def _decisions(quarter: Quarter, teams: Collection[int]) -> dict[int, list[Decision]]:
    """Of the meetings of the quarter's weeks, what the teams were to see to. One query."""
    rows = Decision.objects.filter(
        team_id__in=teams, meeting__week_start__range=(quarter.start, quarter.end)
    ).select_related("meeting")
    found: dict[int, list[Decision]] = {}
    for one in rows.order_by("-meeting__week_start", "number"):
        found.setdefault(cast(int, one.team_id), []).append(one)
    return found


def _needs(quarter: Quarter, villages: Collection[int]) -> dict[int, list[TownNeed]]:
    """What the villages asked the town for in the quarter. One query."""
    rows = TownNeed.objects.filter(village_id__in=villages, raised_on__range=(quarter.start, quarter.end))
    found: dict[int, list[TownNeed]] = {}
    for one in rows.exclude(state=TownNeed.State.WITHDRAWN).order_by("-raised_on", "pk"):
        found.setdefault(one.village_id, []).append(one)
    return found
