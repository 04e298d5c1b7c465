"""撤销决定: before its first day the committee takes its decision back, and what the decision changed returns."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from appraisal.actions import selfgov_years
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.actions import selfgov_applications as applications
from villages.actions import teams, work_budgets
from villages.actions.selfgov_revoked import revoke
from villages.models import (
    CadreTerm,
    LiaisonTeam,
    Person,
    Posting,
    SelfGovApplication,
    SelfGovernance,
    WorkBudget,
)
from villages.tests.selfgov_scene import GROUND, NOW, TODAY, build, decision

State = SelfGovApplication.State
FIRST = date(2027, 4, 1)
EVE = FIRST - timedelta(days=1)
BACK = {"decided_on": TODAY, "basis": "党委会议纪要〔2026〕23号", "reason": "村里班子有变动，暂缓一年。"}
SENT = BACK | {"decided_on": "2026-11-26"}


@pytest.fixture(autouse=True)
def _now(time_machine, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def scene(cast):
    return build(cast)


def agreed(scene, village=None, kind="begin", **more):
    """On its way through four people, in force from next April."""
    if kind == "begin":
        made, given = scene.checked(**({"village": village} if village else {})), decision(scene, starts_on=FIRST)
    else:
        lead, person = scene.user(Role.OFFICE_LEAD), scene.user
        made = applications.start(village=village, kind="stop", origin="town", by=lead, now=NOW)
        made = applications.give_reason(application=made, reason="班子长期不健全，需要派组加强。", by=lead)
        made = applications.submit(application=made, by=lead, now=NOW)
        said = {"is_for": True, "opinion": "同意派组。", "by": person(Role.DISTRICT)}
        made = applications.give_opinion(application=made, **said, now=NOW)
        made = applications.check(application=made, is_for=True, note="情况属实。", by=person(Role.OFFICE), now=NOW)
        given = decision(scene, starts_on=FIRST, person=None)
    return applications.agree(application=made, **given, by=scene.user(Role.COMMITTEE), now=NOW)


def back(application, scene, **more):
    by = scene.user(Role.COMMITTEE)
    return revoke(application=application, **{**BACK, "by": by, "now": NOW, **more})


def staff(cast, *names):
    with acting(by=None, action="test", label="测试"):
        people = [Person(name=name, department=cast.department) for name in names]
        for person in people:
            person.save()
    return people


def terms(rows):
    return [(one.person.name, one.starts_on, one.ends_on, one.end_reason) for one in rows.order_by("starts_on", "pk")]


def test_everything_that_the_decision_ended_returns_and_nothing_else(
    scene, cast, sign_in, django_capture_on_commit_callbacks
):
    """In between somebody left for a reason of his own, the leader was replaced, money was granted."""
    leader, member = cast.people[Role.LEADER].name, cast.people[Role.MEMBER].name
    new, gone = staff(cast, "戊接任", "己离组")
    teams.set_duty_days(team=cast.team, weekdays="24", starts_on=START, by=None)
    leaving = teams.post_to_team(team=cast.team, person=gone, is_leader=False, starts_on=START, by=None)
    made = agreed(scene)
    teams.replace_leader(team=cast.team, person=new, starts_on=date(2026, 11, 27), reason="病休", by=None)
    leaving.refresh_from_db()
    teams.end_posting(posting=leaving, last_day=EVE, reason="退休", by=None)
    money = {"village": cast.own, "amount": Decimal("30000"), "basis": "示例〔2026〕5号", "by": scene.user(Role.OFFICE)}
    budget = work_budgets.grant(year=2027, granted_on=TODAY, **money, now=NOW)
    client, page = sign_in(Role.COMMITTEE), reverse("selfgov_revoke", args=[made.pk])
    assert page in client.get(reverse("selfgov_application", args=[made.pk])).content.decode()
    shown = client.get(page).content.decode()
    for words in (
        f"示例一村联村工作组不再止于2027年3月31日，组长戊接任、组员{member}继续任职，固定办公日（周二、周四）照常",
        "联村工作指导员丁指导自2027年4月1日起的任职还没有开始，同时撤回",
        "示例一村2027年工作经费30,000.00元还没有使用，同时收回",
    ):
        assert words in shown
    assert "己离组" not in shown
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page, SENT | {"version": made.version}).status_code == 303
    made.refresh_from_db()
    assert (made.state, made.revoked_on, made.revoked_by) == (State.REVOKED, TODAY, scene.user(Role.COMMITTEE))
    cast.team.refresh_from_db()
    assert (cast.team.ends_on, cast.team.end_reason) == (None, "")
    assert terms(cast.team.postings) == [
        (leader, START, TODAY, "病休"),
        (member, START, None, ""),
        ("己离组", START, EVE, "退休"),
        ("戊接任", date(2026, 11, 27), None, ""),
    ]
    assert [(plan.weekdays, plan.ends_on) for plan in cast.team.duty_plans.all()] == [("24", None)]
    assert not Posting.objects.filter(village=cast.own).exists()
    # The term is kept, and no question about the village finds it.
    assert not cast.own.self_governance.exists()
    assert not SelfGovernance.objects.filter(village=cast.own).exists()
    assert SelfGovernance.every.get(pk=made.term_id).withdraw_reason == BACK["reason"]
    budget.refresh_from_db()
    assert budget.withdrawn_by == scene.user(Role.COMMITTEE)
    # One act on the trail, and the same accounts are told as of the decision.
    about = (made, made.term, cast.team, budget, Posting.objects.get(person=new))
    assert len({AuditEntry.objects.about(row).first().batch for row in about}) == 1
    told = Notice.objects.filter(text__contains="撤销决定，不再自2027年4月1日起实行")
    heard = Notice.objects.filter(text__contains="党委研究同意")
    assert set(told.values_list("user", flat=True)) >= set(heard.values_list("user", flat=True))
    assert told.filter(user=scene.secretary).exists()
    page = client.get(reverse("selfgov_application", args=[made.pk])).content.decode()
    for words in ("决定已撤销", "2026年11月26日研究，撤销决定，不再生效", BACK["reason"], BACK["basis"]):
        assert words in page
    assert "不再按月考核" not in page
    shown = client.get(reverse("selfgov_village", args=[cast.own.pk])).content.decode()
    assert "现在没有实行村为主自治" in shown
    assert "已收回" in shown
    # And it may be applied for again, to the end.
    again = agreed(scene)
    assert (again.state, again.term.starts_on) == (State.AGREED, FIRST)
    assert cast.own.self_governance.get() == again.term
    assert work_budgets.grant(year=2027, granted_on=TODAY, **money, now=NOW).amount == Decimal("30000")


def test_the_end_of_self_governance_is_taken_back(scene, cast, sign_in):
    with acting(by=None, action="test", label="测试"):
        group = Posting.objects.get(person=cast.people[Role.DISTRICT])
        group.group = cast.other_group
        group.save()
    village, (guide, leader) = cast.selfgov, staff(cast, "庚指导", "辛组长")
    old = cast.people[Role.INSTRUCTOR].name
    made = agreed(scene, village, kind="stop")
    teams.appoint_instructor(village=village, person=guide, starts_on=date(2027, 1, 1), today=TODAY, by=None)
    team = LiaisonTeam.objects.get(village=village)
    teams.post_to_team(team=team, person=leader, is_leader=True, starts_on=FIRST, by=None)
    teams.set_duty_days(team=team, weekdays="24", starts_on=FIRST, by=None)
    # Meanwhile the village asked to go on governing itself: there is nothing to ask for any more.
    asked = applications.start(village=village, kind="begin", origin="on_behalf", by=scene.user(Role.OFFICE), now=NOW)
    client, page = sign_in(Role.COMMITTEE), reverse("selfgov_revoke", args=[made.pk])
    shown = client.get(page).content.decode()
    for words in (
        f"{village}继续实行村为主自治，不再止于2027年3月31日",
        "联村工作指导员庚指导继续任职",
        f"{team}不再于2027年4月1日成立，已安排的组长辛组长同时撤回",
        f"正在办理的{asked}同时撤回",
    ):
        assert words in shown
    assert client.post(page, SENT | {"version": made.version}).status_code == 303
    term = village.self_governance.get()
    assert (term.ends_on, term.end_reason, term.withdrawn_at) == (None, "", None)
    assert not LiaisonTeam.objects.filter(village=village).exists()
    assert not Posting.objects.filter(person=leader).exists()
    assert terms(village.instructor_postings) == [
        (old, START, date(2026, 12, 31), "由庚指导接任"),
        ("庚指导", date(2027, 1, 1), None, ""),
    ]
    asked.refresh_from_db()
    assert asked.state == State.WITHDRAWN
    assert "辛组长" in AuditEntry.objects.filter(action="posting.withdraw").last().changes.__str__()
    # The way is free: it may be ended again.
    assert agreed(scene, village, kind="stop").state == State.AGREED


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"decided_on": TODAY + timedelta(days=1)}, "decided_on"),
        ({"decided_on": date(2026, 11, 24)}, "decided_on"),
        ({"basis": ""}, "revoke_basis"),
        ({"reason": " "}, "revoke_reason"),
    ],
)
def test_what_is_missing_changes_nothing(scene, cast, more, field):
    made = agreed(scene)
    with pytest.raises(ValidationError):
        back(made, scene, **more)
    made.refresh_from_db()
    cast.team.refresh_from_db()
    assert (made.state, cast.team.ends_on, made.term.withdrawn_at) == (State.AGREED, EVE, None)


def test_only_until_the_first_day_only_by_the_committee_and_only_once(scene, cast, sign_in, time_machine):
    made = agreed(scene)
    page = reverse("selfgov_revoke", args=[made.pk])
    for role in (Role.OFFICE_LEAD, Role.OFFICE, Role.DISTRICT):
        assert sign_in(role).post(page, SENT).status_code == 403
    with pytest.raises(ValidationError, match="请由其他同志办理"):
        back(made, scene, by=scene.user(Role.OFFICE))
    late = NOW.replace(year=2027, month=4, day=1)
    with pytest.raises(ValidationError, match="已于2027年4月1日生效，不能撤销"):
        back(made, scene, now=late)
    time_machine.move_to(late, tick=False)
    client = sign_in(Role.COMMITTEE)
    assert client.get(page)["Location"] == reverse("selfgov_application", args=[made.pk])
    assert client.post(page, SENT | {"version": made.version}).status_code == 422
    assert page not in client.get(reverse("selfgov_application", args=[made.pk])).content.decode()
    time_machine.move_to(NOW, tick=False)
    back(made, scene)
    with pytest.raises(ValidationError, match="决定已撤销"):
        back(made, scene)
    assert SelfGovernance.every.filter(village=cast.own).count() == 1


def test_a_later_decision_is_taken_back_first(scene, cast):
    with acting(by=None, action="test", label="测试"):
        group = Posting.objects.get(person=cast.people[Role.DISTRICT])
        group.group = cast.other_group
        group.save()
        secretary = Person.objects.get(user=scene.secretary)
        CadreTerm(person=secretary, village=cast.selfgov, position="director", starts_on=START).save()
    ended = agreed(scene, cast.selfgov, kind="stop")
    made = scene.checked(village=cast.selfgov)
    later = applications.agree(
        application=made,
        **decision(scene, starts_on=date(2027, 5, 1)),
        by=scene.user(Role.COMMITTEE),
        now=NOW,
    )
    with pytest.raises(ValidationError, match="请先撤销后一个决定"):
        back(ended, scene)
    back(later, scene)
    assert LiaisonTeam.objects.get(village=cast.selfgov).ends_on is None
    back(ended, scene)
    assert cast.selfgov.self_governance.get().ends_on is None
    assert not LiaisonTeam.objects.filter(village=cast.selfgov).exists()


def test_nothing_of_the_time_to_come_exists_before_it(scene, cast):
    """So that nothing but what `revoke` settles can be left over: no sheet, no use of money, no end of it; the team is
    scored by the month until then, and after the decision is taken back as well."""
    made = agreed(scene)
    december = NOW.replace(month=12, day=20)
    with pytest.raises(ValidationError, match="没有实行村为主自治"):
        selfgov_years.start(village=cast.own, year=2026, by=scene.secretary, now=december)
    budget = work_budgets.grant(
        village=cast.own,
        year=2027,
        amount=Decimal("30000"),
        basis=GROUND,
        granted_on=TODAY,
        by=scene.user(Role.OFFICE),
        now=NOW,
    )
    before = {"spent_on": date(2027, 3, 31), "purpose": "沟渠清理", "amount": Decimal(100), "by": scene.secretary}
    with pytest.raises(ValidationError, match="没有实行村为主自治"):
        work_budgets.report_use(budget=budget, **before, now=NOW.replace(year=2027, month=3, day=31))
    with pytest.raises(ValidationError, match="才实行村为主自治"):
        applications.start(village=cast.own, kind="stop", origin="village", by=scene.secretary, now=NOW)
    back(made, scene)
    with pytest.raises(ValidationError, match="没有实行村为主自治"):
        selfgov_years.start(village=cast.own, year=2027, by=scene.secretary, now=NOW.replace(year=2027, month=12))
    with pytest.raises(ValidationError, match="已收回"):
        work_budgets.report_use(budget=budget, **before, now=NOW.replace(year=2027, month=3, day=31))


@pytest.mark.parametrize(
    "wrong", [{"revoked_on": FIRST}, {"revoke_basis": ""}, {"state": "agreed"}, {"revoked_at": None}]
)
def test_the_database_knows_what_was_taken_back(scene, wrong):
    made = back(agreed(scene), scene)
    with pytest.raises(IntegrityError), transaction.atomic():
        SelfGovApplication.objects.filter(pk=made.pk).update(**wrong)


def test_the_office_takes_back_a_budget_that_nothing_was_used_of(scene, cast, sign_in):
    """What is left when self-governance ends cannot be adjusted to nothing."""
    given = {"village": cast.selfgov, "amount": Decimal("30000"), "basis": GROUND, "by": scene.user(Role.OFFICE)}
    budget = work_budgets.grant(year=2026, granted_on=date(2026, 1, 10), **given, now=NOW)
    use = {"spent_on": date(2026, 3, 5), "purpose": "沟渠清理", "amount": Decimal("1200.50"), "by": scene.secretary}
    used = work_budgets.report_use(budget=budget, **use, now=NOW)
    page, client = reverse("work_budget_withdraw", args=[budget.pk]), sign_in(Role.OFFICE)
    budget.refresh_from_db()
    answer = client.post(page, {"reason": "不再实行自治", "version": budget.version})
    assert answer.status_code == 422
    assert "不能收回，请用“调整金额”核减到已用数" in answer.content.decode()
    work_budgets.withdraw_use(use=used, reason="登记有误", by=scene.secretary, now=NOW)
    budget.refresh_from_db()
    assert "收回经费" in client.get(reverse("work_budget", args=[budget.pk])).content.decode()
    assert client.post(page, {"reason": "不再实行自治", "version": budget.version}).status_code == 303
    assert "收回：不再实行自治" in client.get(reverse("work_budget", args=[budget.pk])).content.decode()
    budget.refresh_from_db()
    with pytest.raises(ValidationError, match="已收回"):
        work_budgets.adjust(
            budget=budget, amount=Decimal(5), basis=GROUND, reason="再调", by=scene.user(Role.OFFICE), today=TODAY
        )
    work_budgets.grant(year=2026, granted_on=date(2026, 6, 10), **given | {"amount": Decimal(500)}, now=NOW)
    rows = client.get(reverse("work_budget_list")).content.decode()
    assert "已收回" in rows
    assert "30,000.00" not in rows
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkBudget.objects.filter(pk=budget.pk).update(used=Decimal(1))
