"""The week's reports side by side, and one category of them on one page, in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from appraisal.facts import rules_of_weeks
from appraisal.models import ReportComment, ReportLine, TownNeed, WeeklyReport
from appraisal.report_lines import BLOCKS, NUMERALS
from appraisal.report_state import HERE, ReportState, due_moment, owes, rules_of, state_of
from appraisal.team_rows import OfTeam, district_of, order_of
from appraisal.work_areas import WORK_AREAS
from lianzhen.accounts.models import User
from lianzhen.periods import Week
from villages.models import LiaisonTeam, SelfGovernance
from villages.models.teams import LiaisonTeamQuerySet

#: Sections that a bulletin is written from: the six areas, the rest of part two, and the other parts.
CATEGORIES: dict[str, tuple[str, str, str]] = {
    **{code: ("work", code, name) for code, name in WORK_AREAS.items()},
    "other": ("work", "", "其他工作"),
    **{code: (code, "", name) for code, name in BLOCKS.items() if code != "work"},
}


class Sent(NamedTuple):
    """As much of a report as the overview shows, with how many needs and comments it holds."""

    pk: int
    team_id: int
    state: str
    is_late: bool
    sent_at: datetime | None
    sent_by: str | None
    needs: int
    comments: int


@dataclass(frozen=True)
class ReportRow(OfTeam):
    """One team in a week."""

    team: LiaisonTeam
    report: Sent | None
    state: ReportState
    owed: bool

    @property
    def pk(self) -> int:
        return self.team.pk

    @property
    def sent_at(self) -> datetime | None:
        return self.report.sent_at if self.report else None

    @property
    def needs(self) -> int:
        return self.report.needs if self.report and self.state.is_here else 0

    @property
    def comments(self) -> int:
        return self.report.comments if self.report else 0

    @property
    def kind(self) -> str:
        """Which of the four words of the overview: 未填 草稿 已报送 逾期; "" for who owes none."""
        code = self.state.code
        if code == "overdue" or self.state.is_late:
            return "overdue"
        return {"none": "none", "draft": "draft", "exempt": ""}.get(code, "sent")


@dataclass(frozen=True)
class ReportWeek:
    """`due` is aware; `here` of `owed` reports have been sent."""

    week: Week
    due: datetime
    rows: list[ReportRow]

    @property
    def owed(self) -> int:
        return sum(row.state.code != "exempt" for row in self.rows)

    @property
    def here(self) -> int:
        return sum(row.state.code in HERE for row in self.rows)

    @property
    def missing(self) -> list[ReportRow]:
        return [row for row in self.rows if row.state.is_missing and row.owed]

    @property
    def counts(self) -> dict[str, str]:
        """第一片区　13个组，已报送9个, by district."""
        owing = [row for row in self.rows if row.state.code != "exempt"]
        all_of = Counter(row.district for row in owing)
        here = Counter(row.district for row in owing if row.state.code in HERE)
        names = dict.fromkeys(row.district for row in self.rows)
        return {name: f"{name}　{all_of[name]}个组，已报送{here[name]}个" for name in names}


def teams_of_week(rows: LiaisonTeamQuerySet, week: Week) -> LiaisonTeamQuerySet:
    """Those that exist on at least one day of the week."""
    running = Q(ends_on=None) | Q(ends_on__gte=week.start)
    return rows.filter(running, starts_on__lte=week.end).with_place()


def report_week(user: User, week: Week, now: datetime) -> ReportWeek:
    """The teams that the user sees, in the order of the districts. Three queries."""
    rules = rules_of(week)
    due = due_moment(rules, week)
    teams = list(teams_of_week(LiaisonTeam.objects.visible_to(user), week))
    reports = {report.team_id: report for report in _sent(week, [team.pk for team in teams])}
    rows = []
    for team in teams:
        report, owed = reports.get(team.pk), owes(team, due, rules)
        state = state_of(report, owed=owed, due=due, now=now)
        rows.append(ReportRow(team, report, state, owed))
    # Of two teams that a village had in one week, the one that owes the report is listed.
    kept = [row for row in rows if row.report is not None or row.owed]
    return ReportWeek(week, due, sorted(kept, key=attrgetter("place", "code")))


def _sent(week: Week, teams: Sequence[int]) -> list[Sent]:
    """Their reports of a week. One query."""

    def number(rows: QuerySet) -> Coalesce:
        return Coalesce(Subquery(rows.order_by().values("report").annotate(n=Count("pk")).values("n")), 0)

    needs = ReportLine.objects.filter(report=OuterRef("pk"), is_need=True, is_left_out=False)
    comments = ReportComment.objects.filter(report=OuterRef("pk"))
    rows = WeeklyReport.objects.filter(week_start=week.start, team__in=teams).order_by()
    counted = rows.annotate(need_count=number(needs), comment_count=number(comments))
    known = ("pk", "team_id", "state", "is_late", "sent_at", "sent_by__name", "need_count", "comment_count")
    return [Sent(*row) for row in counted.values_list(*known)]


def self_governed(user: User, day: date) -> int:
    """How many villages that the user sees govern themselves on the day and so owe no report. One query."""
    return SelfGovernance.objects.visible_to(user).on(day).count()


def needs_of_week(user: User, week: Week) -> QuerySet[TownNeed]:
    """What the week's reports asked of the town."""
    raised = TownNeed.objects.visible_to(user).filter(line__report__week_start=week.start)
    return raised.exclude(state=TownNeed.State.WITHDRAWN)


# --- Several weeks of one's own ---------------------------------------------------------------
def own_weeks(
    teams: Sequence[LiaisonTeam], weeks: Sequence[Week], now: datetime
) -> dict[int, list[tuple[Week, ReportState]]]:
    """Team id → those of the weeks that it owes a report for, or wrote one. Two queries."""
    rules_in = rules_of_weeks(max(week.end for week in weeks))
    starts = [week.start for week in weeks]
    found = WeeklyReport.objects.filter(team__in=[team.pk for team in teams], week_start__in=starts)
    reports = {(report.team_id, report.week_start): report for report in found}
    listed: dict[int, list[tuple[Week, ReportState]]] = {team.pk: [] for team in teams}
    for week in weeks:
        due = due_moment(rules_in(week), week)
        for team in teams:
            report = reports.get((team.pk, week.start))
            state = state_of(report, owed=owes(team, due, rules_in(week)), due=due, now=now)
            if state.code != "exempt":
                listed[team.pk].append((week, state))
    return listed


# --- One category -----------------------------------------------------------------------------
@dataclass(frozen=True)
class Told:
    """What one team reported in one category."""

    team: LiaisonTeam
    district: str
    texts: list[str]


def told_in(user: User, week: Week, category: str) -> list[Told]:
    """What the teams sent in a category of `CATEGORIES`, in the order of the districts. One query."""
    block, area, _ = CATEGORIES[category]
    teams = LiaisonTeam.objects.visible_to(user)
    rows = ReportLine.objects.filter(
        report__week_start=week.start,
        report__state__in=[WeeklyReport.State.SENT, WeeklyReport.State.READ],
        report__team__in=teams,
        block=block,
        category=area,
        is_left_out=False,
    ).select_related("report__team__village__group")
    found: dict[int, Told] = {}
    for line in rows.order_by("position", "pk"):
        team = line.report.team
        found.setdefault(team.pk, Told(team, district_of(team), [])).texts.append(line.text)
    return sorted(found.values(), key=lambda told: order_of(told.team))


def title_of(category: str) -> str:
    """基层党建; 五 下周打算"""
    block, _, name = CATEGORIES[category]
    return name if block == "work" else f"{NUMERALS[block]} {name}"
