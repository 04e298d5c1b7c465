"""How far each team's report of a week is, in the words of design §6.3.

A week stands under the rules in force on its Monday. A team owes the report when it exists on the day the
report is due: whoever began on the Saturday, or ended on the Wednesday, owes none; a self-governed
village has no team.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple, Protocol

from django.utils import timezone

from appraisal.models import WeeklyReport, WorkRules
from appraisal.working_rules import EXAMPLE, Rules
from lianzhen.periods import Week
from lianzhen.wording import WEEKDAYS, clock
from villages.models import LiaisonTeam

#: Codes of a team whose report is still wanted.
MISSING = ("none", "draft", "overdue")
#: Codes of a report that has been sent.
HERE = ("sent", "late", "read")


class ReportState(NamedTuple):
    """`code`: none draft overdue (not sent) · sent late read (sent) · exempt (owes none). `due` is aware."""

    report_id: int | None
    code: str
    text: str
    tone: str
    is_late: bool
    due: datetime

    @property
    def is_missing(self) -> bool:
        return self.code in MISSING

    @property
    def is_here(self) -> bool:
        return self.code in HERE


def due_moment(rules: Rules, week: Week) -> datetime:
    """The moment until which the report of the week is in time, in local time."""
    return timezone.make_aware(rules.report_due(week))


def rules_of(week: Week) -> Rules:
    """One query."""
    return WorkRules.objects.in_force(week.start)


def due_words(due: datetime) -> str:
    """10月19日（星期五）17:00"""
    local = timezone.localtime(due)
    return f"{local.month}月{local.day}日（{WEEKDAYS[local.weekday()]}）{clock(local)}"


def owes(team: LiaisonTeam, due: datetime, rules: Rules = EXAMPLE) -> bool:
    """Not for a week before the working week was kept here (`Rules.kept`). `due`: of `due_moment`, in local time."""
    return rules.kept and team.covers(due.date())


class Kept(Protocol):
    """As much of a report as its state follows from."""

    @property
    def pk(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def is_late(self) -> bool: ...


class StoredReport(NamedTuple):
    """The same as read from many reports at once."""

    pk: int
    state: str
    is_late: bool
    team_id: int
    week_start: date


def stored_reports(teams: Iterable[int], weeks: Iterable[Week]) -> dict[tuple[int, date], StoredReport]:
    """Reports of teams, by id, and of weeks: by team and first day. One query."""
    rows = WeeklyReport.objects.filter(team__in=list(teams), week_start__in=[week.start for week in weeks])
    found = (StoredReport(*row) for row in rows.order_by().values_list(*StoredReport._fields))
    return {(report.team_id, report.week_start): report for report in found}


def state_of(report: Kept | None, *, owed: bool, due: datetime, now: datetime) -> ReportState:
    """The state of one report. No query."""
    pk = report.pk if report else None
    if report is None or report.state == WeeklyReport.State.DRAFT:
        if not owed and report is None:
            return ReportState(pk, "exempt", "不需报送", "off", False, due)
        if owed and now > due:
            text = "逾期未报" if report is None else "逾期未报，有草稿"
            return ReportState(pk, "overdue", text, "bad", True, due)
        code, text, tone = ("none", "未填", "wait") if report is None else ("draft", "草稿", "warn")
        return ReportState(pk, code, text, tone, False, due)
    if report.state == WeeklyReport.State.READ:
        return ReportState(pk, "read", "已阅（逾期报送）" if report.is_late else "已阅", "done", report.is_late, due)
    if report.is_late:
        return ReportState(pk, "late", "逾期报送", "warn", True, due)
    return ReportState(pk, "sent", "已报送", "done", False, due)


def report_states(
    teams: Iterable[LiaisonTeam], week: Week, now: datetime, rules: Rules | None = None
) -> dict[int, ReportState]:
    """Team id → state. One query; one more for the rules of the week where the caller has none at hand."""
    listed = list(teams)
    rules = rules or rules_of(week)
    due = due_moment(rules, week)
    reports = stored_reports([team.pk for team in listed], [week])
    return {t.pk: state_of(reports.get((t.pk, week.start)), owed=owes(t, due, rules), due=due, now=now) for t in listed}
