"""What others decide: late entries, 有异议, withdrawing; and that nobody decides about himself."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from appraisal import facts
from appraisal.actions import duty_decisions as actions
from appraisal.models import DutyAttendance
from appraisal.tests.duty_scenes import LONG_AGO, NOW, THU, TODAY, entered, serves_too
from lianzhen.accounts.roles import Role
from lianzhen.periods import Week
from lianzhen.tests.answers import told

RECUSED = "涉及本人所在工作组，请由其他同志处理。"


@pytest.fixture
def waiting(duty):
    return entered(duty, day=LONG_AGO, late_reason="手机丢失").log


@pytest.fixture
def named(duty):
    """The member, entered by the leader."""
    entered(duty, Role.LEADER, Role.MEMBER)
    return DutyAttendance.objects.get(person=duty.people[Role.MEMBER])


def done(cast, day=THU) -> int:
    return facts.duty_of([cast.team], Week.of(day), TODAY)[cast.team.pk].done


# --- Late entries -------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.DISTRICT, Role.OFFICE, Role.OFFICE_LEAD])
def test_consent_makes_the_day_count(duty, waiting, role, sign_in, django_capture_on_commit_callbacks):
    url = reverse("duty_decide", args=[waiting.pk])
    assert "手机丢失" in sign_in(role).get(url).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = sign_in(role).post(url, {"answer": "1", "note": ""})
    assert answer["Location"] == reverse("duty", args=[waiting.pk])
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by, waiting.decided_at) == ("registered", duty.users[role], NOW)
    assert done(duty, LONG_AGO) == 1
    assert "11月18日驻村的补登已同意。" in told(duty.users[Role.LEADER])


def test_declining_says_why(duty, waiting, sign_in):
    url = reverse("duty_decide", args=[waiting.pk])
    answer = sign_in(Role.DISTRICT).post(url, {"answer": "0", "note": " "})
    assert answer.status_code == 422
    assert "不同意补登，请写明原因。" in answer.content.decode()
    sign_in(Role.DISTRICT).post(url, {"answer": "0", "note": "当天在县里开会"})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decision_note) == ("declined", "当天在县里开会")
    assert done(duty, LONG_AGO) == 0
    with pytest.raises(ValidationError, match="这一天的补登没有同意"):
        entered(duty, day=LONG_AGO, late_reason="再试一次")


def test_a_late_entry_is_decided_once(duty, waiting, sign_in):
    url = reverse("duty_decide", args=[waiting.pk])
    sign_in(Role.DISTRICT).post(url, {"answer": "1"})
    answer = sign_in(Role.OFFICE).post(url, {"answer": "0", "note": "不"})
    assert answer.status_code == 422
    assert "这次补登已登记，不需再办理。" in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.LEADER, 403), (Role.CADRE, 403), (Role.COMMITTEE, 403), (Role.AUDITOR, 403), (Role.GRIDHEAD, 404)],
)
def test_others_do_not_decide(waiting, role, status, sign_in):
    url = reverse("duty_decide", args=[waiting.pk])
    assert sign_in(role).post(url, {"answer": "1"}).status_code == status
    waiting.refresh_from_db()
    assert waiting.state == "pending"


@pytest.mark.parametrize("role", [Role.DISTRICT, Role.OFFICE])
def test_nobody_decides_about_his_own_team(duty, waiting, role, sign_in):
    if role == Role.OFFICE:
        from lianzhen.trail import acting
        from villages.models import Person

        with acting(by=None, action="test", label="测试"):
            duty.people[role] = Person(name="甲办", user=duty.users[role], department=duty.department)
            duty.people[role].save()
    serves_too(duty, role)
    answer = sign_in(role).post(reverse("duty_decide", args=[waiting.pk]), {"answer": "1"})
    assert answer.status_code == 403
    assert RECUSED in answer.content.decode()


# --- Disputes -----------------------------------------------------------------------------------
def test_not_me(duty, named, sign_in, django_capture_on_commit_callbacks):
    page = sign_in(Role.MEMBER).get(reverse("duty", args=[named.log_id])).content.decode()
    assert "由甲联村工作组组长登记" in page
    assert "不是我" in page
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(Role.MEMBER).post(reverse("duty_dispute", args=[named.log_id]), {"reason": "当天在县里"})
    named.refresh_from_db()
    assert (named.state, named.dispute_reason, named.disputed_by) == ("disputed", "当天在县里", duty.users[Role.MEMBER])
    sentence = "甲联村工作组组员对11月26日在示例一村联村工作组的驻村登记有异议，请核实。"
    assert told(duty.users[Role.DISTRICT]) == told(duty.users[Role.LEADER]) == [sentence]
    # The leader's own presence still counts.
    assert done(duty) == 1


def test_the_only_presence_in_dispute_does_not_count(duty):
    entered(duty, Role.MEMBER, by=Role.LEADER)
    row = DutyAttendance.objects.get()
    assert done(duty) == 1
    actions.dispute(attendance=row, reason="不在", by=duty.users[Role.MEMBER], today=TODAY)
    assert done(duty) == 0


def test_a_dispute_has_its_reason(named, sign_in):
    answer = sign_in(Role.MEMBER).post(reverse("duty_dispute", args=[named.log_id]), {"reason": ""})
    assert answer.status_code == 422
    assert "请填写哪里不对" in answer.content.decode()
    named.refresh_from_db()
    assert named.state == "present"


def test_nobody_disputes_for_another_or_his_own_entry(duty, named, sign_in):
    url = reverse("duty_dispute", args=[named.log_id])
    for role in (Role.LEADER, Role.CADRE, Role.OFFICE):
        assert sign_in(role).post(url, {"reason": "不在"}).status_code == 403
    own = DutyAttendance.objects.get(person=duty.people[Role.LEADER])
    with pytest.raises(ValidationError, match="只能对别人为您作的登记提出异议"):
        actions.dispute(attendance=own, reason="不在", by=duty.users[Role.LEADER], today=TODAY)


def test_while_disputed_nobody_else_enters_him(duty, named):
    actions.dispute(attendance=named, reason="不在", by=duty.users[Role.MEMBER], today=TODAY)
    with pytest.raises(ValidationError, match="有异议，处理后再登记"):
        entered(duty, Role.LEADER, Role.MEMBER)
    entered(duty, Role.MEMBER, by=Role.MEMBER)
    named.refresh_from_db()
    assert (named.state, named.source, named.resolution) == ("present", "self", "本人登记")


@pytest.mark.parametrize(("answer", "state"), [("1", "present"), ("0", "withdrawn")])
def test_a_dispute_is_answered(duty, named, answer, state, sign_in, django_capture_on_commit_callbacks):
    actions.dispute(attendance=named, reason="不在", by=duty.users[Role.MEMBER], today=TODAY)
    url = reverse("duty_resolve", args=[named.pk])
    assert "不在" in sign_in(Role.DISTRICT).get(url).content.decode()
    refused = sign_in(Role.DISTRICT).post(url, {"answer": answer, "note": ""})
    assert refused.status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(Role.DISTRICT).post(url, {"answer": answer, "note": "问过支书"})
    named.refresh_from_db()
    assert (named.state, named.resolution, named.resolved_by) == (state, "问过支书", duty.users[Role.DISTRICT])
    assert len(told(duty.users[Role.MEMBER])) == len(told(duty.users[Role.LEADER])) == 1
    again = sign_in(Role.DISTRICT).post(url, {"answer": "1", "note": "问过支书"})
    assert "这条异议已经处理。" in again.content.decode()


def test_the_last_presence_withdrawn_withdraws_the_day(duty):
    log = entered(duty, Role.MEMBER, by=Role.LEADER).log
    row = DutyAttendance.objects.get()
    actions.dispute(attendance=row, reason="不在", by=duty.users[Role.MEMBER], today=TODAY)
    actions.resolve_dispute(attendance=row, keep=False, note="属实", by=duty.users[Role.DISTRICT], today=TODAY)
    log.refresh_from_db()
    assert log.state == "withdrawn"


def test_who_entered_does_not_answer_the_dispute(duty):
    entered(duty, Role.MEMBER, by=Role.OFFICE)
    row = DutyAttendance.objects.get()
    actions.dispute(attendance=row, reason="不在", by=duty.users[Role.MEMBER], today=TODAY)
    with pytest.raises(ValidationError, match="登记人和本人不能处理这条异议"):
        actions.resolve_dispute(attendance=row, keep=True, note="在", by=duty.users[Role.OFFICE], today=TODAY)


# --- Withdrawing --------------------------------------------------------------------------------
def test_a_wrong_entry_is_withdrawn_with_its_reason(duty, named, sign_in, django_capture_on_commit_callbacks):
    url = reverse("duty_withdraw", args=[named.log_id])
    person = duty.people[Role.MEMBER].pk
    for sent in (
        {"people": [person], "reason": ""},
        {"people": [], "reason": "记错"},
        {"people": [999], "reason": "x"},
    ):
        assert sign_in(Role.DISTRICT).post(url, sent).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(Role.DISTRICT).post(url, {"people": [person], "reason": "记错了人"})
    named.refresh_from_db()
    assert named.state == "withdrawn"
    assert done(duty) == 1
    assert told(duty.users[Role.MEMBER]) == ["甲联村工作组组员11月26日在示例一村联村工作组的驻村登记已撤销：记错了人"]
    assert sign_in(Role.LEADER).post(url, {"people": [person], "reason": "记错"}).status_code == 403
