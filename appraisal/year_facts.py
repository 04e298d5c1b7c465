"""What a year of the teams rests on: its sealed months, the figures they froze, the quarters decided.

Figures come from `MonthlyScore` alone; nothing is worked out a second way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from appraisal.models import (
    AnnualAssessment,
    AnnualGrade,
    AnnualSummary,
    AppraisalMonth,
    MonthlyScore,
    QuarterlyReview,
    Scheme,
    SelfGovYear,
    TeamReview,
)
from appraisal.quarter_facts import months_of as months_in
from appraisal.quarter_facts import sealed_of
from appraisal.quarter_grades import Proposal, TeamQuarter, effects_from, propose, quarter_score
from appraisal.rules.base import in_points, rounded
from appraisal.rules.judged import VetoEffect
from appraisal.team_rows import LAST, order_of
from appraisal.year_terms import PERIOD, SAMPLE, Quota, YearTerms
from lianzhen.periods import Month, Quarter, Year
from lianzhen.wording import number
from villages.models import LiaisonTeam, SelfGovernance, Village

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

DECIDED = QuarterlyReview.DECIDED


# --- The rules --------------------------------------------------------------------------------------
def scheme_of(year: int) -> Scheme | None:
    """The version that judges the year's last month. One query."""
    return Scheme.objects.in_force(date(year, 12, 1))


def year_terms_of(scheme: Scheme) -> YearTerms:
    """The rules of the version; one without any shows the example's."""
    return YearTerms.from_json(scheme.year) if scheme.year else SAMPLE


def terms_of(assessment: AnnualAssessment) -> YearTerms:
    return YearTerms.from_json(assessment.terms)


def start_problem(year: int, scheme: Scheme | None, today: date) -> str:
    """Why the year cannot be begun yet, "" when it can. `scheme` as `scheme_of` found it. No query."""
    if scheme is None:
        return f"{year}年12月没有已通过的考核方案，不能开始年考核。"
    opens = year_terms_of(scheme).opens_on(year)
    if today < opens:
        return f"{year}年考核{opens.month}月{opens.day}日开始。"
    if not scheme.year:
        return f"{scheme}没有写明年考核办法，不能开始年考核。"
    return ""


# --- Months -----------------------------------------------------------------------------------------
def months_of(year: int) -> dict[Month, AppraisalMonth]:
    """Those that were opened. One query."""
    return months_in(Year(year))


def missing_of(year: int, months: Mapping[Month, AppraisalMonth]) -> str:
    """2018年10、12月未定稿。 Empty when every month from the first that was opened to December is sealed."""
    first = min((month.number for month in months), default=12)
    sealed = {month.number for month in sealed_of(months)}
    missing = [str(number) for number in range(first, 13) if number not in sealed]
    return f"{year}年{'、'.join(missing)}月未定稿。" if missing else ""


def unreviewed_of(year: int) -> str:
    """2025年第四季度讲评还没有审定。 Of the quarters from the first that was reviewed to the fourth; empty when the
    committee decided all of them, or the town reviewed none. One query."""
    rows = QuarterlyReview.objects.filter(quarter__range=(Year(year).start, Year(year).end))
    states = {Quarter.of(day): state for day, state in rows.values_list("quarter", "state")}
    first = min(states, default=None)
    waiting = [one for one in Year(year).quarters if first and one >= first and states.get(one) not in DECIDED]
    return f"{'、'.join(one.title for one in waiting)}讲评还没有审定。" if waiting else ""


def linkage_of(months: Iterable[AppraisalMonth], village: Decimal, decimals: int) -> str:
    """How village and team hang together in the year, by the versions that judged these months."""
    weights = sorted({row.scheme.village_weight for row in months})
    shares = "、".join(f"村得分 × {number(one)} + 工作组自身得分 × {number(1 - one)}" for one in weights)
    told = in_points(rounded(village, decimals))
    return f"各月工作组得分 = {shares}；村年度得分{told}，是各月村得分的平均。"


# --- Figures of the teams ---------------------------------------------------------------------------
@dataclass(frozen=True)
class YearFigures:
    """A team that was scored in at least one sealed month of the year, with the names of the last one. `months`:
    month, the team's total, the village's total (分), place."""

    team_id: int
    village_id: int
    position: int
    village_name: str
    district: str
    leader: str
    months: tuple[tuple[Month, Decimal, Decimal, int], ...]
    effects: tuple[VetoEffect, ...]

    @property
    def as_judged(self) -> TeamQuarter:
        return TeamQuarter(self.team_id, tuple(total for _, total, _, _ in self.months), self.effects)

    @property
    def months_json(self) -> list[dict[str, Any]]:
        return [
            {"month": month.key, "total": f"{total:f}", "village": f"{village:f}", "place": place}
            for month, total, village, place in self.months
        ]

    def score(self, basis: str, decimals: int) -> Decimal:
        """分"""
        return quarter_score(self.as_judged.months, basis, decimals)

    def village_score(self, decimals: int) -> Decimal:
        """The mean of the village's months (分)."""
        return rounded(sum((one[2] for one in self.months), Decimal(0)) / len(self.months), decimals)


def figures_of(year: int, teams: Collection[int] | None = None) -> list[YearFigures]:
    """In the order of districts and villages, of all teams or of those asked for. One query."""
    span = Year(year)
    rows = MonthlyScore.objects.filter(
        month__month__range=(span.start, span.end), month__state__in=AppraisalMonth.SEALED
    ).order_by("month__month", "position")
    if teams is not None:
        rows = rows.filter(team__in=teams)
    names = ("team_id", "village_id", "position", "village_name", "district_name", "leader_name")
    by_team: dict[int, list[Any]] = {}
    for row in rows.values_list(*names, "month__month", "team_total", "village_total", "place", "vetoes"):
        by_team.setdefault(row[0], []).append(row)
    found = []
    for own in by_team.values():
        team, village, position, name, district, leader = own[-1][:6]
        months = tuple((Month.of(row[6]), row[7], row[8], row[9]) for row in own)
        effects = effects_from(label for row in own for label in row[10])
        found.append(YearFigures(team, village, position, name, district, leader, months, effects))
    return sorted(found, key=lambda one: one.position)


def proposals(figures: Sequence[YearFigures], terms: YearTerms, decimals: int) -> dict[int, Proposal]:
    """By team, of the teams given: who does not take part takes no place."""
    teams = [one.as_judged for one in figures]
    return propose(teams, terms.grading, basis=terms.basis, decimals=decimals, period=PERIOD)


def quarter_grades_of(year: int, teams: Collection[int] | None = None) -> dict[int, list[tuple[Quarter, str]]]:
    """Team → the quarters that the committee decided, in order; of all teams or of those asked for. One query."""
    span = Year(year)
    rows = TeamReview.objects.filter(
        review__quarter__range=(span.start, span.end), review__state__in=QuarterlyReview.DECIDED
    )
    if teams is not None:
        rows = rows.filter(team__in=teams)
    found: dict[int, list[tuple[Quarter, str]]] = {}
    for team, quarter, grade in rows.order_by("review__quarter").values_list("team_id", "review__quarter", "grade"):
        found.setdefault(team, []).append((Quarter.of(quarter), grade))
    return found


def quota_of(assessment: AnnualAssessment, grades: Iterable[AnnualGrade]) -> Quota:
    """`grades`: the rows of the teams taking part (`AnnualGrade.objects.standing()`). No query."""
    rows = list(grades)
    return terms_of(assessment).quota_of([row.grade for row in rows], len(rows))


# --- Who takes part -----------------------------------------------------------------------------------
def day_of(year: int, today: date) -> date:
    """The day whose teams take part: the year's last, today while it runs."""
    return min(today, date(year, 12, 31))


def teams_on(day: date) -> list[LiaisonTeam]:
    """In the order of districts and villages. One query."""
    return sorted(LiaisonTeam.objects.on(day).with_place(), key=order_of)


def counts_of(assessment: AnnualAssessment) -> dict[str, int]:
    """State → how many summaries. One query."""
    states = AnnualSummary.objects.filter(assessment=assessment).values_list("state", flat=True)
    found: dict[str, int] = {}
    for state in states:
        found[state] = found.get(state, 0) + 1
    return found


@dataclass(frozen=True)
class SelfGoverned:
    """A village that governs itself at the year's end, or that has a sheet of the year."""

    village: Village
    sheet: SelfGovYear | None

    @property
    def state(self) -> str:
        return self.sheet.get_state_display() if self.sheet else "未填写"

    @property
    def grade(self) -> str:
        return self.sheet.get_grade_display() if self.sheet else ""

    @property
    def url(self) -> str:
        return reverse("selfgov_year", args=[self.sheet.pk]) if self.sheet else ""


def self_governed(year: int, user: User) -> list[SelfGoverned]:
    """Of the villages that the user sees, in the order of districts and villages. Two queries."""
    day = day_of(year, user.standing.on)
    sheets = {
        sheet.village_id: sheet
        for sheet in SelfGovYear.objects.visible_to(user).filter(year=year).select_related("village__group")
    }
    terms = SelfGovernance.objects.visible_to(user).on(day).select_related("village__group")
    villages = {term.village_id: term.village for term in terms} | {pk: one.village for pk, one in sheets.items()}
    ordered = sorted(villages.values(), key=lambda one: (one.group.position if one.group else LAST, one.code))
    return [SelfGoverned(village, sheets.get(village.pk)) for village in ordered]
