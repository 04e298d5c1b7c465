"""自治村年度考核: once a year, four different people, the budget as it stood, the result as a paper."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import selfgov_years as actions
from appraisal.models import IssuedDocument, SelfGovYear
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from villages.actions import work_budgets
from villages.actions.self_governance import end_self_governance
from villages.actions.selfgov_rules import set_conditions
from villages.actions.teams import appoint_instructor
from villages.models import BudgetUse, CadreTerm, Person, Posting, SelfGovernance

NOW = timezone.make_aware(datetime(2026, 12, 10, 9, 0))
SAID = {
    "work": "全年清淤三公里，办成两件民生实事。",
    "problems": "集体收入还不高，年轻人手不够。",
    "plans": "下年修好两口水塘，办一次五星户评选。",
}
OPINION = "村里工作主动，账目清楚，建议评为合格。"
GROUND = "党委会议纪要〔2026〕30号"
State = SelfGovYear.State


@pytest.fixture(autouse=True)
def _now(time_machine, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def village(cast):
    """Self-governed, with the cast's cadre as its own, a budget and one use of it."""
    with acting(by=None, action="test", label="测试"):
        CadreTerm(person=cast.people[Role.CADRE], village=cast.selfgov, position="director", starts_on=START).save()
    budget = work_budgets.grant(
        village=cast.selfgov,
        year=2026,
        amount=Decimal("30000"),
        basis="示例〔2026〕5号",
        granted_on=date(2026, 1, 10),
        by=cast.users[Role.OFFICE],
        now=NOW,
    )
    work_budgets.report_use(
        budget=budget,
        spent_on=date(2026, 3, 5),
        purpose="沟渠清理人工费",
        amount=Decimal("1200.50"),
        by=cast.users[Role.CADRE],
        now=NOW,
    )
    return cast.selfgov


def client_of(user):
    client = Client()
    client.force_login(user, backend="lianzhen.accounts.backends.AccountOrPhoneBackend")
    return client


def started(cast, village, **more):
    return actions.start(village=village, year=2026, by=cast.users[Role.CADRE], now=NOW, **more)


def submitted(cast, village):
    by = cast.users[Role.CADRE]
    sheet = actions.write(sheet=started(cast, village), **SAID, by=by, now=NOW)
    return actions.submit(sheet=sheet, by=by, now=NOW)


def checked(cast, village):
    sheet = actions.give_opinion(
        sheet=submitted(cast, village), opinion=OPINION, by=cast.users[Role.INSTRUCTOR], now=NOW
    )
    return actions.check(sheet=sheet, note="经费账实相符，情况属实。", by=cast.users[Role.OFFICE], now=NOW)


def graded(cast, village, **more):
    given = {"grade": "good", "note": "", "decided_on": date(2026, 12, 9), "basis": GROUND, **more}
    return actions.grade(sheet=checked(cast, village), **given, by=cast.users[Role.COMMITTEE], now=NOW)


def url(sheet, step=""):
    return reverse(f"selfgov_year{'_' if step else ''}{step}", args=[sheet.pk])


def version(sheet):
    return SelfGovYear.objects.get(pk=sheet.pk).version


def test_from_self_report_to_the_notice(cast, village, django_capture_on_commit_callbacks):
    cadre = client_of(cast.users[Role.CADRE])
    assert cadre.post(reverse("selfgov_year_add"), {"village": village.pk, "year": 2026}).status_code == 303
    sheet = SelfGovYear.objects.get()
    page = cadre.get(url(sheet, "edit")).content.decode()
    assert "下达30,000.00元，已用1,200.50元，余额28,799.50元" in page
    assert "沟渠清理人工费" in page
    half = {"work": SAID["work"], "version": version(sheet), "later": "1"}
    assert cadre.post(url(sheet, "edit"), half)["Location"] == url(sheet)
    assert cadre.post(url(sheet, "submit"), {"x": "1"}).status_code == 422
    whole = {**SAID, "version": version(sheet)}
    assert cadre.post(url(sheet, "edit"), whole)["Location"] == url(sheet, "submit")
    assert cadre.post(url(sheet, "submit"), {"x": "2"}).status_code == 303
    instructor = client_of(cast.users[Role.INSTRUCTOR])
    said = {"opinion": OPINION, "version": version(sheet)}
    assert instructor.post(url(sheet, "opinion"), said).status_code == 303
    office = client_of(cast.users[Role.OFFICE])
    noted = {"note": "经费账实相符，情况属实。", "version": version(sheet)}
    assert office.post(url(sheet, "check"), noted).status_code == 303
    committee = client_of(cast.users[Role.COMMITTEE])
    given = {"grade": "excellent", "decided_on": "2026-12-09", "basis": GROUND, "version": version(sheet)}
    assert committee.post(url(sheet, "grade"), given).status_code == 422
    given["note"] = "全年无安全事故，群众满意，办成实事多。"
    assert committee.post(url(sheet, "grade"), given).status_code == 303
    lead = client_of(cast.users[Role.OFFICE_LEAD])
    with django_capture_on_commit_callbacks(execute=True):
        assert lead.post(url(sheet, "notice"), {"x": "1"}).status_code == 303
    sheet.refresh_from_db()
    notice = IssuedDocument.objects.get()
    assert (sheet.state, sheet.grade, sheet.notice) == (State.TOLD, "excellent", notice)
    assert (notice.kind, notice.period, notice.village) == ("selfgov_result", "2026", village)
    for words in ("评定为优秀", "人民币叁万元整", "沟渠清理人工费", GROUND):
        assert words in notice.words
    assert "结果：优秀" in Notice.objects.filter(user=cast.users[Role.CADRE]).last().text
    assert "2026年：优秀" in lead.get(reverse("selfgov_list")).content.decode()
    assert lead.post(url(sheet, "notice"), {"x": "2"}).status_code == 422
    assert IssuedDocument.objects.count() == 1


def test_budget_is_frozen_as_it_stood(cast, village):
    sheet = submitted(cast, village)
    work_budgets.report_use(
        budget=village.work_budgets.get(),
        spent_on=date(2026, 12, 1),
        purpose="后来的一笔",
        amount=Decimal(500),
        by=cast.users[Role.CADRE],
        now=NOW,
    )
    sheet.refresh_from_db()
    assert (sheet.granted, sheet.used) == (Decimal("30000.00"), Decimal("1200.50"))
    assert sheet.spending == [["2026-03-05", "沟渠清理人工费", "1200.50"]]
    page = client_of(cast.users[Role.OFFICE]).get(url(sheet)).content.decode()
    assert "后来的一笔" not in page
    assert "1,200.50元" in page


def test_once_a_year_from_december_and_only_self_governed(cast, village):
    sheet = started(cast, village)
    with pytest.raises(ValidationError, match="一年只考核一次"):
        started(cast, village)
    with pytest.raises(ValidationError, match="没有实行村为主自治"):
        actions.start(village=cast.own, year=2026, by=cast.users[Role.CADRE], now=NOW)
    early = timezone.make_aware(datetime(2026, 11, 30, 9, 0))
    with pytest.raises(ValidationError, match="12月1日开始"):
        actions.start(village=village, year=2026, by=cast.users[Role.CADRE], now=early)
    # The day is the town's to set.
    conditions = {"conditions": "班子健全。", "basis": "荷党纪要〔2026〕9号", "today": early.date(), "by": None}
    set_conditions(starts_on=early.date(), opens_month=12, opens_day=5, **conditions)
    with pytest.raises(ValidationError, match="12月5日开始"):
        actions.start(village=village, year=2026, by=cast.users[Role.CADRE], now=early)
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        acting(by=None, action="test", label="测试"),
    ):
        SelfGovYear(village=village, year=sheet.year).save()


def test_wrong_people_are_refused(cast, village):
    sheet = submitted(cast, village)
    for role, step in (
        (Role.OFFICE, "opinion"),
        (Role.INSTRUCTOR, "check"),
        (Role.OFFICE_LEAD, "grade"),
        (Role.OFFICE, "notice"),
        (Role.INSTRUCTOR, "edit"),
    ):
        assert client_of(cast.users[role]).post(url(sheet, step), {}).status_code == 403, (role, step)
    assert client_of(cast.users[Role.LEADER]).get(url(sheet)).status_code == 404
    assert client_of(cast.users[Role.CADRE]).get(url(sheet, "edit"))["Location"] == url(sheet)
    assert client_of(cast.users[Role.OFFICE]).post(url(sheet)).status_code == 405


def test_a_member_of_the_committee_who_guides_the_village_steps_back(cast, village):
    sheet = checked(cast, village)
    from lianzhen.accounts.models import RoleGrant

    with acting(by=None, action="test", label="测试"):
        RoleGrant(user=cast.users[Role.INSTRUCTOR], role=Role.COMMITTEE, starts_on=START, reason="测试").save()
    answer = client_of(cast.users[Role.INSTRUCTOR]).get(url(sheet, "grade"))
    assert answer.status_code == 403
    assert "请由其他同志处理" in answer.content.decode()


def test_whoever_only_wrote_in_it_judges_it_no_more(cast, village):
    """Neither who wrote last, whom the row names, nor who wrote before, whom the trail names."""
    lead, clerk = cast.users[Role.OFFICE_LEAD], cast.users[Role.OFFICE]
    sheet = actions.write(sheet=started(cast, village), **SAID, by=clerk, now=NOW)
    sheet = actions.write(sheet=sheet, **SAID, by=lead, now=NOW)
    assert (sheet.written_by, sheet.written_at) == (lead, NOW)
    sheet = actions.submit(sheet=sheet, by=cast.users[Role.CADRE], now=NOW)
    sheet = actions.give_opinion(sheet=sheet, opinion=OPINION, by=cast.users[Role.INSTRUCTOR], now=NOW)
    for user in (lead, clerk):
        answer = client_of(user).get(url(sheet, "check"))
        assert answer.status_code == 403
        assert "填写自评和出意见的人不能核查" in answer.content.decode()
        assert "年度考核请核查" not in client_of(user).get(reverse("home")).content.decode()
        with pytest.raises(ValidationError, match="由不同的同志办理"):
            actions.check(sheet=sheet, note="经费账实相符，情况属实。", by=user, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        SelfGovYear.objects.filter(pk=sheet.pk).update(checked_by=lead, checked_at=NOW, state="committee")


@pytest.mark.parametrize("stem", ["opinion", "checked", "decided"])
def test_the_database_keeps_the_steps_apart(cast, village, stem):
    sheet = graded(cast, village)
    with pytest.raises(IntegrityError), transaction.atomic():
        SelfGovYear.objects.filter(pk=sheet.pk).update(**{f"{stem}_by": cast.users[Role.CADRE]})


@pytest.mark.parametrize("wrong", [{"grade": ""}, {"state": "told"}, {"opinion_at": None}, {"state": "draft"}])
def test_the_database_knows_states(cast, village, wrong):
    sheet = graded(cast, village)
    with pytest.raises(IntegrityError), transaction.atomic():
        SelfGovYear.objects.filter(pk=sheet.pk).update(**wrong)


def test_returned_and_sent_again(cast, village):
    sheet = checked(cast, village)
    reason = {"reason": "请补充两口水塘的进度。", "version": version(sheet)}
    assert client_of(cast.users[Role.COMMITTEE]).post(url(sheet, "return"), reason).status_code == 303
    sheet.refresh_from_db()
    assert (sheet.state, sheet.opinion, sheet.checked_by) == (State.DRAFT, "", None)
    page = client_of(cast.users[Role.CADRE]).get(url(sheet, "edit")).content.decode()
    assert "退回补充：请补充两口水塘的进度。" in page


def test_without_an_instructor_the_office_gives_the_opinion(cast, village):
    sheet = submitted(cast, village)
    with acting(by=None, action="test", label="测试"):
        posting = Posting.objects.get(village=village)
        posting.ends_on = date(2026, 12, 1)
        posting.save()
    office = client_of(cast.users[Role.OFFICE_LEAD])
    assert office.get(url(sheet, "opinion")).status_code == 200
    for page in (reverse("home"), reverse("approval_list")):
        assert "年度考核请代出指导员意见" in office.get(page).content.decode()


def test_what_somebody_else_changed_meanwhile_is_not_sent_unseen(cast, village):
    sheet = actions.write(sheet=started(cast, village), **SAID, by=cast.users[Role.CADRE], now=NOW)
    shown = version(sheet)
    actions.write(
        sheet=sheet, **{**SAID, "plans": "明年再修两口水塘，六月底完工。"}, by=cast.users[Role.OFFICE], now=NOW
    )
    answer = client_of(cast.users[Role.CADRE]).post(url(sheet, "submit"), {"version": shown})
    assert answer.status_code == 409
    assert SelfGovYear.objects.get(pk=sheet.pk).state == State.DRAFT


def test_the_sheet_says_who_guided_the_village_and_stands_beside_others(cast, village, django_assert_max_num_queries):
    """The instructor was replaced in the year, the budget not used, another district has its own; a former year."""
    office, one = cast.users[Role.OFFICE], cast.people[Role.INSTRUCTOR]
    with acting(by=None, action="test", label="测试"):
        other = Person(name="戊接任", department=cast.department)
        other.save()
        SelfGovYear(village=village, year=2025, started_by=cast.users[Role.CADRE]).save()
        SelfGovYear(village=cast.own, year=2026, started_by=cast.users[Role.CADRE]).save()
        SelfGovernance.objects.filter(village=village).update(starts_on=date(2026, 4, 1))
    appoint_instructor(village=village, person=other, starts_on=date(2026, 8, 1), today=NOW.date(), by=office)
    work_budgets.withdraw_use(use=BudgetUse.objects.get(), reason="登记有误", by=office, now=NOW)
    sheet = submitted(cast, village)
    # What follows after the year changes nothing about it.
    appoint_instructor(
        village=village, person=cast.people[Role.MEMBER], starts_on=date(2027, 2, 1), today=NOW.date(), by=office
    )
    client = client_of(office)
    client.get(reverse("selfgov_year_list"))  # the first page after signing in keeps the session
    with django_assert_max_num_queries(15):
        page = client.get(url(sheet)).content.decode()
    for words in (
        "2026年4月1日起实行村为主自治。",
        f"联村工作指导员：{one.name}（2024年1月1日—2026年7月31日）、戊接任（2026年8月1日起）。",
        "人民币零元整",
        "示例三社区历年考核",
        "2026年各片区自治村",
    ):
        assert words in page
    rows = client.get(reverse("selfgov_year_list"), {"year": 2026, "group": cast.group.pk}).content.decode()
    assert "示例一村" in rows
    assert "示例三社区" not in rows


def test_a_village_that_ended_it_in_the_year_has_no_sheet_and_is_not_offered(cast, village, sign_in):
    client, add = client_of(cast.users[Role.OFFICE]), reverse("selfgov_year_add")
    offered = [str(label) for _, label in client.get(add).context["form"].fields["village"].choices]
    assert str(village) in offered
    end_self_governance(
        term=village.self_governance.get(), decided_on=START, starts_on=date(2026, 7, 1), reason="纪要", by=None
    )
    page = client.get(add)
    assert str(village) not in [str(label) for _, label in page.context["form"].fields["village"].choices]
    assert "现在没有还要填写的村" in page.content.decode()
    answer = client.post(add, {"village": village.pk, "year": 2026})
    assert answer.status_code == 422
    assert "止于2026年6月30日，2026年末没有实行村为主自治，不填这张考核表，随联村工作组考核" in answer.content.decode()


def test_printed_and_as_a_word_file_in_few_queries(cast, village, django_assert_max_num_queries):
    sheet = graded(cast, village)
    client = client_of(cast.users[Role.OFFICE])
    with django_assert_max_num_queries(15):
        client.get(url(sheet))
    printed = client.get(url(sheet) + "?print=1").content.decode()
    for words in (*SAID.values(), OPINION, "评定为合格"):
        assert words in printed
    assert client.get(url(sheet) + "?format=docx").content[:2] == b"PK"
    with django_assert_max_num_queries(15):
        assert "合格" in client.get(reverse("selfgov_year_list")).content.decode()
