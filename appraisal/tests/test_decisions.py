"""议定事项: with owner and date or not at all, followed until done, taken back, from a village's need."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from appraisal.actions import decisions as actions
from appraisal.models import Decision
from appraisal.tests import week_scene as scene
from appraisal.tests.week_scene import MONDAY, TODAY, WEEK, at
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.trail.models import AuditEntry
from lianzhen.trail.versions import EditConflict


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at(TODAY), tick=False):
        yield


@pytest.fixture
def office(cast):
    return cast.users[Role.OFFICE]


@pytest.fixture
def meeting(cast):
    return scene.meeting(chair=cast.people[Role.DISTRICT])


@pytest.fixture
def make(cast, meeting, office, django_capture_on_commit_callbacks):
    def go(**more):
        values = {"text": "清理主干道沟渠", "due_on": TODAY + timedelta(days=7), "team": cast.team, **more}
        with django_capture_on_commit_callbacks(execute=True):
            return actions.decide(meeting=meeting, today=TODAY, by=office, **values)

    return go


def closed(meeting, office):
    meeting.state, meeting.closed_at, meeting.closed_by = "closed", at(TODAY), office
    return scene.saved(meeting)


def texts(user) -> list[str]:
    return list(Notice.objects.filter(user=user).values_list("text", flat=True))


# --- Making ---------------------------------------------------------------------------------------
def test_numbers_follow_and_owners_are_told(cast, make, office):
    first, second = make(text="清理主干道沟渠。"), make(text="第二项")
    assert (first.number, second.number) == (1, 2)
    assert texts(cast.users[Role.LEADER]) == texts(cast.users[Role.MEMBER])
    assert "议定事项：清理主干道沟渠，12月3日前落实。" in texts(cast.users[Role.LEADER])
    assert texts(cast.users[Role.CADRE]) == []
    assert AuditEntry.objects.filter(action="decision.make").count() == 2


def test_person_and_department_are_told_once(cast, make):
    make(team=None, owner=cast.people[Role.INSTRUCTOR], department=cast.department)
    assert len(texts(cast.users[Role.INSTRUCTOR])) == 1


@pytest.mark.parametrize(
    ("spoilt", "sentence"),
    [
        ({"team": None}, "请选择责任工作组、责任站所（办）或责任人"),
        ({"due_on": MONDAY - timedelta(days=1)}, "期限不能早于例会日期"),
        ({"text": "  "}, "字段不能为空|不能为空|This field"),
    ],
)
def test_without_owner_date_or_words_it_is_no_decision(make, spoilt, sentence):
    with pytest.raises(ValidationError, match=sentence):
        make(**spoilt)
    assert not Decision.objects.exists()


def test_the_page_asks_for_owner_and_date(cast, meeting, sign_in):
    client, url = sign_in(Role.OFFICE), reverse("decision_add", args=[meeting.pk])
    answer = client.post(url, {"text": "清理沟渠"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请选择责任工作组、责任站所（办）或责任人，至少一项" in page
    assert "请填写期限" in page
    sent = {"text": "清理沟渠", "team": cast.team.pk, "due_on": "2026-12-03"}
    assert client.post(url, sent)["Location"] == reverse("meeting", args=[WEEK.key])
    assert Decision.objects.get().team == cast.team


# --- A village's need -----------------------------------------------------------------------------
def test_a_need_is_charged_with_the_decision_and_answered_with_it(cast, make, office, sign_in):
    need = scene.need(cast.own)
    page = sign_in(Role.OFFICE).get(
        reverse("decision_add", args=[scene.WeeklyMeeting.objects.get().pk]), {"need": need.pk}
    )
    assert page.context["form"].initial["text"] == need.text
    decision = make(team=None, department=cast.department, need=need)
    need.refresh_from_db()
    assert (need.state, need.department, need.due_on) == ("assigned", cast.department, decision.due_on)
    actions.report_done(decision=decision, result="已清淤800米", today=TODAY, by=office)
    need.refresh_from_db()
    assert (need.state, need.answer) == ("done", "已清淤800米")


def test_a_need_wants_a_department_or_a_person(cast, make):
    with pytest.raises(ValidationError) as problem:
        make(need=scene.need(cast.own))
    assert "department" in problem.value.error_dict
    assert not Decision.objects.exists()


def test_one_need_one_open_decision(cast, make):
    need = scene.need(cast.own)
    make(department=cast.department, need=need)
    with pytest.raises(ValidationError, match="已有正在办理的议定事项"):
        make(department=cast.department, need=need)


# --- Following --------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.LEADER, Role.MEMBER, Role.OFFICE, Role.OFFICE_LEAD])
def test_owner_or_office_reports_the_end(make, sign_in, role):
    decision = make()
    client, url = sign_in(role), reverse("decision_result", args=[decision.pk])
    assert client.post(url, {"result": "", "version": decision.version}).status_code == 422
    assert client.post(url, {"result": "已清理", "version": decision.version}).status_code == 303
    decision.refresh_from_db()
    assert (decision.state, decision.result) == ("done", "已清理")
    assert decision.ended_by is not None


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.COMMITTEE, Role.AUDITOR])
def test_others_do_not(make, cast, sign_in, role):
    decision = make()
    answer = sign_in(role).post(reverse("decision_result", args=[decision.pk]), {"result": "已清理"})
    assert answer.status_code == 403
    assert "落实情况由示例一村联村工作组或联村工作办填写" in answer.content.decode()
    decision.refresh_from_db()
    assert decision.state == "open"


def test_words_change_while_the_record_is_open_and_owner_and_date_afterwards(cast, make, meeting, office):
    decision = make()
    same = {"team": cast.team, "due_on": decision.due_on}
    decision = actions.change_decision(decision=decision, today=TODAY, text="清理两条沟渠", by=office, **same)
    assert decision.text == "清理两条沟渠"
    closed(meeting, office)
    with pytest.raises(ValidationError, match="议定的内容不能再改"):
        actions.change_decision(decision=decision, today=TODAY, text="别的事", reason="笔误", by=office, **same)
    later = {**same, "due_on": decision.due_on + timedelta(days=7)}
    with pytest.raises(ValidationError, match="请写明调整的原因"):
        actions.change_decision(decision=decision, today=TODAY, text=decision.text, by=office, **later)
    changed = actions.change_decision(
        decision=decision, today=TODAY, text=decision.text, reason="连续下雨", by=office, **later
    )
    assert changed.due_on == later["due_on"]
    assert AuditEntry.objects.filter(action="decision.change", reason="连续下雨").count() == 1


def test_fixed_words_cannot_be_smuggled_in_by_the_form(make, meeting, office, cast, sign_in):
    decision = make()
    closed(meeting, office)
    sent = {
        "text": "别的事",
        "team": cast.team.pk,
        "due_on": "2026-12-20",
        "reason": "连续下雨",
        "version": decision.version,
    }
    assert sign_in(Role.OFFICE).post(reverse("decision_edit", args=[decision.pk]), sent).status_code == 303
    decision.refresh_from_db()
    assert decision.text == "清理主干道沟渠"


def test_two_editors(make, office, cast):
    decision = make()
    values = {"text": decision.text, "due_on": decision.due_on, "team": cast.team}
    actions.change_decision(
        decision=decision, today=TODAY, by=office, version=decision.version, **{**values, "text": "改"}
    )
    with pytest.raises(EditConflict):
        actions.change_decision(decision=decision, today=TODAY, by=office, version=decision.version, **values)


def test_dropped_with_a_reason_and_taken_up_again(cast, make, office, sign_in, django_capture_on_commit_callbacks):
    decision = make()
    client = sign_in(Role.OFFICE)
    url = reverse("decision_drop", args=[decision.pk])
    assert client.post(url, {"reason": "", "version": decision.version}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {"reason": "已由县里统一安排", "version": decision.version})
    decision.refresh_from_db()
    assert (decision.state, decision.result) == ("dropped", "已由县里统一安排")
    assert any("不再办理" in text for text in texts(cast.users[Role.LEADER]))
    with pytest.raises(ValidationError, match="不能再改"):
        actions.report_done(decision=decision, result="已清理", today=TODAY, by=office)
    decision = actions.resume_decision(decision=decision, today=TODAY, reason="县里不做了", by=office)
    assert (decision.state, decision.result, decision.ended_at) == ("open", "", None)
    with pytest.raises(ValidationError, match="正在办理"):
        actions.resume_decision(decision=decision, today=TODAY, reason="再来", by=office)


# --- The list -----------------------------------------------------------------------------------
def test_list_filters_open_overdue_done_and_mine(cast, make, meeting, office, sign_in):
    late = make(text="超期的")
    late.due_on = TODAY - timedelta(days=2)
    scene.saved(late)
    other = make(text="别组的", team=cast.other_team)
    done = make(text="办完的")
    actions.report_done(decision=done, result="已办", today=TODAY, by=office)
    client = sign_in(Role.LEADER)

    def listed(query: str) -> list[str]:
        rows = client.get(reverse("decision_list") + query).context["table"].rows
        names = ("超期的", "别组的", "办完的")
        return [name for row in rows for name in names if name in str(row)]

    assert listed("") == ["超期的", "别组的"]
    assert listed("?state=overdue") == ["超期的"]
    assert listed("?state=done") == ["办完的"]
    assert listed("?state=all&whose=mine") == ["超期的", "办完的"]
    assert listed(f"?team={cast.team.pk}") == ["超期的"]
    page = client.get(reverse("decision_list")).content.decode()
    assert "超期2天" in page
    assert other.owners == "示例二村联村工作组"


def test_page_shows_what_the_reader_may_do(make, sign_in):
    decision = make()
    url = reverse("decision", args=[decision.pk])
    may = {role: sign_in(role).get(url).content.decode() for role in (Role.LEADER, Role.OFFICE, Role.COMMITTEE)}
    result, edit = reverse("decision_result", args=[decision.pk]), reverse("decision_edit", args=[decision.pk])
    assert result in may[Role.LEADER]
    assert edit not in may[Role.LEADER]
    assert edit in may[Role.OFFICE]
    assert result not in may[Role.COMMITTEE]
    assert sign_in(Role.CADRE).get(url).status_code == 404
