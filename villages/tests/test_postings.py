"""Postings: joining, leaving, withdrawing what has not begun; two at once."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.actions import teams as actions
from villages.models import Person, Posting

DAY = date(2025, 6, 1)
BEFORE = date(2025, 5, 31)
TOKEN = "7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9a31"


@pytest.fixture
def newcomer(cast):
    return new_staff(cast, "欧阳示例")


def new_staff(cast, name):
    with acting(by=None, action="test", label="测试"):
        person = Person(name=name, department=cast.department)
        person.save()
    return person


def url(name, record):
    return reverse(name, args=[record.pk])


def joining(person, **more):
    return {"person": person.pk, "is_leader": "0", "starts_on": "2025-06-01", "basis": "党委会议纪要", **more}


# --- Joining a team -----------------------------------------------------------------------------
def test_office_adds_a_member(cast, sign_in, newcomer):
    answer = sign_in(Role.OFFICE).post(url("team_posting_add", cast.team), joining(newcomer))
    posting = Posting.objects.get(person=newcomer)
    assert (answer.status_code, answer["Location"]) == (303, url("team", cast.team))
    assert (posting.team, posting.is_leader, posting.starts_on, posting.basis) == (
        cast.team,
        False,
        DAY,
        "党委会议纪要",
    )
    assert AuditEntry.objects.about(posting).get().label == "增加组员"


def test_member_of_another_village_is_not_found(cast, sign_in, newcomer):
    answer = sign_in(Role.LEADER).post(url("team_posting_add", cast.other_team), joining(newcomer))
    assert answer.status_code == 404


@pytest.mark.parametrize("role", [Role.LEADER, Role.CADRE, Role.COMMITTEE, Role.AUDITOR])
def test_only_the_office_posts(cast, sign_in, newcomer, role):
    client = sign_in(role)
    assert client.get(url("team_posting_add", cast.team)).status_code == 403
    assert client.post(url("team_posting_add", cast.team), joining(newcomer)).status_code == 403
    assert not Posting.objects.filter(person=newcomer).exists()


def test_second_leader_is_refused_at_the_right_field(cast, sign_in, newcomer):
    answer = sign_in(Role.OFFICE).post(url("team_posting_add", cast.team), joining(newcomer, is_leader="1"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"is_leader"}
    assert "甲联村工作组组长2024年1月1日至今任组长，请用“更换组长”办理" in page
    assert 'value="党委会议纪要"' in page
    assert Posting.objects.filter(team=cast.team).count() == 2


@pytest.mark.parametrize(
    ("starts_on", "sentence"),
    [
        ("2023-12-31", "日期不能早于示例一村联村工作组的起始日期（2024年1月1日）"),
        ("2025-13-01", "请按2018-10-18的格式填写起始日期"),
        ("", "请填写起始日期"),
        ("9999-12-31", "请核对年份"),
        ("0001-01-01", "请核对年份"),
    ],
)
def test_day_outside_the_team_is_refused(cast, sign_in, newcomer, starts_on, sentence):
    form = joining(newcomer, starts_on=starts_on)
    answer = sign_in(Role.OFFICE).post(url("team_posting_add", cast.team), form)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"starts_on"}
    assert sentence in answer.content.decode()
    assert not Posting.objects.filter(person=newcomer).exists()


@pytest.mark.parametrize("name", ["team_posting_add", "team_leader"])
def test_nobody_joins_or_leads_a_team_that_has_ended(cast, sign_in, newcomer, name):
    actions.end_team(team=cast.team, last_day=BEFORE, reason="示例", by=None)
    form = joining(newcomer, starts_on="2025-05-15", is_leader="1", reason="轮岗")
    answer = sign_in(Role.OFFICE).post(url(name, cast.team), form)
    assert answer.status_code == 403
    assert "示例一村联村工作组止于2025年5月31日，不能再作安排" in answer.content.decode()
    assert not Posting.objects.filter(person=newcomer).exists()


def test_resident_cannot_be_chosen(cast, sign_in):
    answer = sign_in(Role.OFFICE).post(url("team_posting_add", cast.team), joining(cast.resident))
    assert answer.status_code == 422
    assert "请从名单中选择" in answer.content.decode()


def test_action_posts_current_staff_only(cast, newcomer):
    with pytest.raises(ValidationError, match="不是镇干部"):
        actions.post_to_team(team=cast.team, person=cast.resident, is_leader=False, starts_on=DAY, by=None)
    with acting(by=None, action="test", label="测试"):
        newcomer.ended_on, newcomer.end_reason = DAY, "调出"
        newcomer.save()
    with pytest.raises(ValidationError, match="离册"):
        actions.post_to_team(team=cast.team, person=newcomer, is_leader=False, starts_on=DAY, by=None)


def test_terms_of_one_person_in_one_team_do_not_overlap(cast, sign_in):
    form = joining(cast.people[Role.MEMBER])
    answer = sign_in(Role.OFFICE).post(url("team_posting_add", cast.team), form)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"person"}
    assert "2024年1月1日至今任示例一村联村工作组组员，任期不能重叠" in answer.content.decode()


def test_who_left_may_come_back_after_the_last_day(cast):
    member = cast.people[Role.MEMBER]
    posting = Posting.objects.get(person=member)
    actions.end_posting(posting=posting, last_day=BEFORE, reason="借调", by=None)
    with pytest.raises(ValidationError, match="2024年1月1日—2025年5月31日"):
        actions.post_to_team(team=cast.team, person=member, is_leader=False, starts_on=BEFORE, by=None)
    actions.post_to_team(team=cast.team, person=member, is_leader=False, starts_on=DAY, by=None)
    assert Posting.objects.filter(person=member).count() == 2


def test_one_person_may_serve_in_two_teams(cast):
    member = cast.people[Role.MEMBER]
    actions.post_to_team(team=cast.other_team, person=member, is_leader=True, starts_on=DAY, by=None)
    assert cast.other_team.led_by(DAY) == member
    assert Posting.objects.open().filter(person=member).count() == 2


def test_script_as_basis_is_text(cast, sign_in, newcomer):
    client = sign_in(Role.OFFICE)
    client.post(url("team_posting_add", cast.team), joining(newcomer, basis="<script>alert(1)</script>"))
    page = client.get(url("team", cast.team)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_doubled_sending_posts_once(cast, sign_in, newcomer):
    client = sign_in(Role.OFFICE)
    form = joining(newcomer, once=TOKEN)
    first, second = (client.post(url("team_posting_add", cast.team), form) for _ in range(2))
    assert Posting.objects.filter(person=newcomer).count() == 1
    assert (second.status_code, second["Location"]) == (303, first["Location"])


def test_clash_found_by_the_database_alone_is_a_sentence(cast, sign_in, newcomer, monkeypatch):
    """As when two offices post at the same moment and both pass every check."""

    def late(**values):
        raise IntegrityError("posting_team_lead: overlapping terms")

    monkeypatch.setattr("villages.views.postings.actions.post_to_team", late)
    answer = sign_in(Role.OFFICE).post(url("team_posting_add", cast.team), joining(newcomer))
    assert answer.status_code == 422
    assert "与刚刚保存的另一条记录冲突" in answer.content.decode()


@pytest.mark.parametrize(
    "second",
    [
        {"is_leader": True, "starts_on": START},
        {"is_leader": True, "starts_on": date(2025, 1, 1), "ends_on": DAY},
        {"is_leader": True, "starts_on": date(2023, 6, 1), "ends_on": START},
    ],
)
def test_the_database_itself_keeps_one_leader_a_day(cast, newcomer, second):
    with pytest.raises(IntegrityError), transaction.atomic(), acting(by=None, action="test", label="测试"):
        Posting(team=cast.team, person=newcomer, **second).save()
    assert Posting.objects.filter(person=newcomer).count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_at_once_appoint_one_leader(cast):
    """Both begin before either has written: the second waits, then hears of the first."""
    people = [new_staff(cast, name) for name in ("欧阳示例", "司马示例")]
    ready, answers = threading.Barrier(2), []

    def appoint(person):
        ready.wait(timeout=30)
        try:
            actions.post_to_team(team=cast.other_team, person=person, is_leader=True, starts_on=DAY, by=None)
            answers.append("posted")
        except (ValidationError, IntegrityError) as refused:
            answers.append(type(refused).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=appoint, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(answers) == ["ValidationError", "posted"]
    assert Posting.objects.filter(team=cast.other_team).count() == 1


# --- Leaving ----------------------------------------------------------------------------------
def leaving(posting, **more):
    return {"last_day": "2025-05-31", "reason": "调出", "version": posting.version, **more}


def test_office_ends_a_posting(cast, sign_in):
    posting = Posting.objects.get(person=cast.people[Role.MEMBER])
    answer = sign_in(Role.OFFICE).post(url("posting_end", posting), leaving(posting))
    posting.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, url("team", cast.team))
    assert (posting.ends_on, posting.end_reason) == (BEFORE, "调出")


@pytest.mark.parametrize(
    ("role", "page"), [(Role.DISTRICT, "district"), (Role.INSTRUCTOR, "village"), (Role.LEADER, "team")]
)
def test_ending_leads_back_to_where_the_posting_was(cast, sign_in, role, page):
    posting = Posting.objects.get(person=cast.people[role])
    answer = sign_in(Role.OFFICE).post(url("posting_end", posting), leaving(posting))
    assert answer["Location"] == url(page, posting.target)


def test_page_warns_before_a_leader_leaves_without_successor(cast, sign_in):
    posting = Posting.objects.get(person=cast.people[Role.LEADER])
    assert "将暂无组长" in sign_in(Role.OFFICE).get(url("posting_end", posting)).content.decode()


def test_posting_does_not_end_before_it_began(cast, sign_in):
    posting = Posting.objects.get(person=cast.people[Role.MEMBER])
    answer = sign_in(Role.OFFICE).post(url("posting_end", posting), leaving(posting, last_day="2023-12-31"))
    posting.refresh_from_db()
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"last_day"}
    assert posting.ends_on is None


def test_posting_ends_once(cast, sign_in):
    posting = Posting.objects.get(person=cast.people[Role.MEMBER])
    client = sign_in(Role.OFFICE)
    client.post(url("posting_end", posting), leaving(posting))
    posting.refresh_from_db()
    answer = client.post(url("posting_end", posting), leaving(posting, last_day="2025-06-30"))
    posting.refresh_from_db()
    assert answer.status_code == 422
    assert "已办理结束" in answer.content.decode()
    assert posting.ends_on == BEFORE


def test_ending_what_somebody_else_ended_shows_both(cast, sign_in):
    posting = Posting.objects.get(person=cast.people[Role.MEMBER])
    form = leaving(posting)
    actions.end_posting(posting=posting, last_day=DAY, reason="先办的", by=cast.users[Role.OFFICE_LEAD])
    answer = sign_in(Role.OFFICE).post(url("posting_end", posting), form)
    posting.refresh_from_db()
    assert answer.status_code == 409
    assert posting.ends_on == DAY


def test_member_cannot_end_his_own_posting(cast, sign_in):
    posting = Posting.objects.get(person=cast.people[Role.MEMBER])
    assert sign_in(Role.MEMBER).post(url("posting_end", posting), leaving(posting)).status_code == 403
    assert Posting.objects.open().filter(pk=posting.pk).exists()


def test_posting_in_another_village_is_not_found(cast, sign_in):
    posting = Posting.objects.get(person=cast.people[Role.INSTRUCTOR])
    assert sign_in(Role.LEADER).get(url("posting_end", posting)).status_code == 404


# --- Withdrawing what has not begun ----------------------------------------------------------------
def test_posting_to_come_is_withdrawn_and_stays_on_the_trail(cast, sign_in, newcomer):
    tomorrow = timezone.localdate() + timedelta(days=1)
    posting = actions.post_to_team(team=cast.team, person=newcomer, is_leader=False, starts_on=tomorrow, by=None)
    client = sign_in(Role.OFFICE)
    assert "撤回" in client.get(url("team", cast.team)).content.decode()
    answer = client.post(url("posting_withdraw", posting), {"reason": "登记有误"})
    assert answer.status_code == 303
    assert not Posting.objects.filter(person=newcomer).exists()
    assert AuditEntry.objects.about(posting).first().reason == "登记有误"
    assert "欧阳示例" in client.get(url("team", cast.team)).content.decode()


def test_posting_that_has_begun_is_ended_not_withdrawn(cast, sign_in):
    posting = Posting.objects.get(person=cast.people[Role.MEMBER])
    answer = sign_in(Role.OFFICE).post(url("posting_withdraw", posting), {"reason": "登记有误"})
    assert answer.status_code == 422
    assert "请用“结束任职”办理" in answer.content.decode()
    assert Posting.objects.filter(pk=posting.pk).exists()


def test_leader_withdraws_nothing(cast, sign_in):
    posting = Posting.objects.get(person=cast.people[Role.MEMBER])
    assert sign_in(Role.LEADER).post(url("posting_withdraw", posting), {"reason": "示例"}).status_code == 403


# --- Forms ------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["team_posting_add", "team_leader"])
def test_form_needs_as_many_queries_for_many_staff(cast, sign_in, name, django_assert_max_num_queries):
    for n in range(30):
        new_staff(cast, f"示例{n}")
    client = sign_in(Role.OFFICE)
    client.get(url(name, cast.team))
    with django_assert_max_num_queries(15):
        client.get(url(name, cast.team))


@pytest.mark.parametrize("name", ["team_posting_add", "team_leader"])
def test_form_pages_take_no_other_method(cast, sign_in, name):
    assert sign_in(Role.OFFICE).put(url(name, cast.team)).status_code == 405
