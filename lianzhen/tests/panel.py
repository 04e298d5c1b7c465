"""The table of rights of the admin panel, and what its tests share. No test here."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.urls import reverse

from appraisal import models as w
from grids.models import Grid, GridArea, GridHeadTerm
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.importing.models import ImportBatch
from lianzhen.notices.models import Feedback, Notice
from lianzhen.tests.bulletin_rows import bulletin_rows
from lianzhen.tests.document_rows import document_rows
from lianzhen.tests.duty_rows import duty_rows
from lianzhen.tests.entry_rows import entry_rows
from lianzhen.tests.meeting_rows import meeting_rows
from lianzhen.tests.month_rows import month_rows
from lianzhen.tests.quarter_rows import quarter_rows
from lianzhen.tests.selfgov_rows import selfgov_rows
from lianzhen.tests.year_rows import year_rows
from lianzhen.town.models import CalendarDay, CalendarYear, Department, Town
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages import models as m

OFFICE = (Role.OFFICE, Role.OFFICE_LEAD)
LEAD_OR_KEEPER = (Role.OFFICE_LEAD, Role.SYSADMIN)
WATCHERS = (Role.SYSADMIN, Role.OFFICE_LEAD, Role.COMMITTEE, Role.AUDITOR)
SETTINGS = (*TOWN_WIDE, Role.SYSADMIN)
NOBODY: tuple[Role, ...] = ()

#: Model → who sees its panel, who adds there, who changes there.
RIGHTS = {
    m.LiaisonGroup: (TOWN_WIDE, OFFICE, OFFICE),
    m.Village: (TOWN_WIDE, OFFICE, OFFICE),
    m.Speciality: (TOWN_WIDE, OFFICE, OFFICE),
    m.VillagerGroup: (TOWN_WIDE, OFFICE, OFFICE),
    m.LiaisonTeam: (TOWN_WIDE, NOBODY, NOBODY),
    m.Posting: (TOWN_WIDE, NOBODY, NOBODY),
    m.DutyPlan: (TOWN_WIDE, NOBODY, NOBODY),
    m.SelfGovernance: (TOWN_WIDE, NOBODY, NOBODY),
    m.SelfGovApplication: (TOWN_WIDE, NOBODY, NOBODY),
    m.WorkBudget: (TOWN_WIDE, NOBODY, NOBODY),
    m.BudgetUse: (TOWN_WIDE, NOBODY, NOBODY),
    m.SelfGovRules: (TOWN_WIDE, NOBODY, NOBODY),
    w.SelfGovYear: (TOWN_WIDE, NOBODY, NOBODY),
    m.Person: (TOWN_WIDE, OFFICE, OFFICE),
    m.CadreTerm: (TOWN_WIDE, OFFICE, OFFICE),
    m.OrganizationKind: (TOWN_WIDE, OFFICE, OFFICE),
    m.SocialOrganization: (TOWN_WIDE, OFFICE, OFFICE),
    m.OrganizationMember: (TOWN_WIDE, NOBODY, NOBODY),
    m.PartyBranch: (TOWN_WIDE, OFFICE, OFFICE),
    m.PartyGroup: (TOWN_WIDE, OFFICE, OFFICE),
    m.VillageCharter: (TOWN_WIDE, OFFICE, OFFICE),
    Grid: (TOWN_WIDE, OFFICE, OFFICE),
    GridArea: (TOWN_WIDE, NOBODY, NOBODY),
    GridHeadTerm: (TOWN_WIDE, NOBODY, NOBODY),
    w.WorkRules: (TOWN_WIDE, NOBODY, NOBODY),
    w.Leave: (TOWN_WIDE, NOBODY, NOBODY),
    w.Outing: (TOWN_WIDE, NOBODY, NOBODY),
    w.DutyLog: (TOWN_WIDE, NOBODY, NOBODY),
    w.DutyShift: (TOWN_WIDE, NOBODY, NOBODY),
    w.SpotCheck: (TOWN_WIDE, NOBODY, NOBODY),
    w.WeeklyReport: (TOWN_WIDE, NOBODY, NOBODY),
    w.TownNeed: (TOWN_WIDE, NOBODY, NOBODY),
    w.WeeklyMeeting: (TOWN_WIDE, NOBODY, NOBODY),
    w.Decision: (TOWN_WIDE, NOBODY, NOBODY),
    w.Suggestion: (TOWN_WIDE, NOBODY, NOBODY),
    w.ScoreEntry: (TOWN_WIDE, NOBODY, NOBODY),
    w.Appeal: (TOWN_WIDE, NOBODY, NOBODY),
    w.AppraisalMonth: (TOWN_WIDE, NOBODY, NOBODY),
    w.MonthlyScore: (TOWN_WIDE, NOBODY, NOBODY),
    w.SubsidyRow: (TOWN_WIDE, NOBODY, NOBODY),
    w.Correction: (TOWN_WIDE, NOBODY, NOBODY),
    w.Bulletin: (TOWN_WIDE, NOBODY, NOBODY),
    w.IssuedDocument: (TOWN_WIDE, NOBODY, NOBODY),
    w.DocumentTemplate: (TOWN_WIDE, NOBODY, NOBODY),
    w.QuarterlyReview: (TOWN_WIDE, NOBODY, NOBODY),
    w.TeamReview: (TOWN_WIDE, NOBODY, NOBODY),
    w.Payout: (TOWN_WIDE, NOBODY, NOBODY),
    w.PayoutRow: (TOWN_WIDE, NOBODY, NOBODY),
    w.AnnualAssessment: (TOWN_WIDE, NOBODY, NOBODY),
    w.AnnualSummary: (TOWN_WIDE, NOBODY, NOBODY),
    w.AnnualGrade: (TOWN_WIDE, NOBODY, NOBODY),
    w.Scheme: (TOWN_WIDE, NOBODY, NOBODY),
    w.Clause: (TOWN_WIDE, NOBODY, NOBODY),
    Town: (SETTINGS, NOBODY, LEAD_OR_KEEPER),
    Department: (SETTINGS, LEAD_OR_KEEPER, LEAD_OR_KEEPER),
    CalendarDay: (SETTINGS, (Role.OFFICE, *LEAD_OR_KEEPER), (Role.OFFICE, *LEAD_OR_KEEPER)),
    CalendarYear: (SETTINGS, NOBODY, NOBODY),
    User: (WATCHERS, NOBODY, (Role.SYSADMIN,)),
    RoleGrant: (WATCHERS, (Role.SYSADMIN,), NOBODY),
    ImportBatch: (SETTINGS, NOBODY, NOBODY),
    Feedback: (TOWN_WIDE, NOBODY, OFFICE),
    Notice: (SETTINGS, NOBODY, NOBODY),
    AuditEntry: (WATCHERS, NOBODY, NOBODY),
}


def make_rows(cast: Any) -> dict:
    """One row of every model that has a panel; of notices see `row_for`."""
    with acting(by=None, action="test.rows", label="测试数据"):
        extra = [
            m.Speciality(village=cast.own, name="湘莲", area_mu=30),
            m.DutyPlan(team=cast.team, weekdays="24", starts_on=date(2024, 1, 1)),
            m.VillageCharter(
                village=cast.own, number=1, title="示例一村村规民约", text="第一条", adopted_on=date(2024, 1, 1)
            ),
            CalendarDay(date=date(2026, 10, 1), is_workday=False, name="国庆节", source="manual", plan_year=2026),
            Feedback(text="字太小", sent_by=cast.users[Role.LEADER]),
            w.WorkRules(starts_on=date(2024, 1, 1)),
            leave_of(cast, cast.people[Role.MEMBER], cast.own),
            outing_of(cast, cast.people[Role.MEMBER], cast.own),
            w.WeeklyReport(team=cast.team, week_start=date(2026, 3, 2), created_by=cast.users[Role.LEADER]),
            w.TownNeed(village=cast.own, text="水渠垮塌，请镇里支持。", raised_on=date(2026, 3, 2)),
        ]
        for row in extra:
            row.save()
        duty_rows(cast)
        meeting_rows(cast)
        entry_rows(cast)
        month_rows(cast)
        selfgov_rows(cast)
        quarter_rows(cast)
        year_rows(cast)
        document_rows(cast)
        bulletin_rows(cast)
    # Of a kind that office and administrator import alike, so that each has the row before him.
    ImportBatch.objects.create(
        kind="calendar", file_name="放假安排", stored_as="x", sha256="0", created_by=cast.users[Role.OFFICE]
    )
    Notice.objects.bulk_create(Notice(user=user, text=f"给{user}的消息") for user in cast.users.values())
    found = {
        model: model._default_manager.order_by("pk").first() for model in RIGHTS if model not in (Notice, AuditEntry)
    }
    found.update({m.Person: cast.resident, m.Village: cast.own, m.VillagerGroup: cast.villager_group, Grid: cast.grid})
    # Drafts are for the office; what was issued is for all.
    found[w.Bulletin] = w.Bulletin.objects.filter(state="issued").first()
    found[User] = cast.users[Role.LEADER]
    found[AuditEntry] = AuditEntry.objects.filter(model="accounts.user").first()
    return found


def leave_of(cast: Any, person: Any, village: Any) -> Any:
    day = date(2026, 3, 2)
    dates = {"starts_on": day, "ends_on": day, "workdays": 1}
    by = cast.users[Role.MEMBER]
    return w.Leave(person=person, village=village, kind="sick", reason="看病", step="leader", created_by=by, **dates)


def outing_of(cast: Any, person: Any, village: Any) -> Any:
    left = datetime(2026, 3, 2, 9, tzinfo=UTC)
    times = {"left_at": left, "back_expected": left + timedelta(hours=2)}
    return w.Outing(person=person, village=village, where="town", left_by=cast.users[Role.MEMBER], **times)


def name_of(model) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}"


def list_url(model) -> str:
    return reverse(f"{name_of(model)}_changelist")


def add_url(model) -> str:
    return reverse(f"{name_of(model)}_add")


def change_url(row) -> str:
    return reverse(f"{name_of(type(row))}_change", args=[row.pk])


def row_for(rows, cast, model, role):
    """The row a role may see: its own notice, otherwise the common one."""
    return Notice.objects.get(user=cast.users[role]) if model is Notice else rows[model]


def text_of(answer) -> str:
    return answer.content.decode()


def grow(model, cast) -> None:
    """A dozen rows more of what grows; the others have as many as there are."""
    start = date(2025, 3, 1)
    with acting(by=None, action="test.grow", label="测试数据"):
        people = [m.Person(name=f"示例{n}", village=cast.own, phone=f"1990001{n:04d}") for n in range(12)]
        for person in people:
            person.save()
        for n, person in enumerate(people):
            village = m.Village(code=f"4313211018{n:02d}", name=f"示例{n}村", group=cast.group)
            village.save()
            group = m.VillagerGroup(village=village, number=1, head=person, head_since=start)
            group.save()
            team = m.LiaisonTeam(village=village, starts_on=start)
            grid = Grid(village=village, number=1)
            for row in (
                team,
                grid,
                m.Posting(person=person, team=team, starts_on=start, is_leader=True),
                m.DutyPlan(team=team, weekdays="24", starts_on=start),
                GridArea(grid=grid, villager_group=group),
                GridHeadTerm(grid=grid, person=person, starts_on=start),
                m.CadreTerm(person=person, village=village, position="clerk", starts_on=start),
                m.OrganizationMember(organization=cast.organization, person=person, starts_on=start),
                m.VillageCharter(village=village, number=1, title="村规民约", text="一", adopted_on=start),
                m.PartyBranch(village=village, name="党支部"),
                m.Speciality(village=village, name="茶叶"),
                leave_of(cast, person, village),
                outing_of(cast, person, village),
            ):
                row.save()
