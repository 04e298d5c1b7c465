"""申诉: in time, by whom it concerns, answered by somebody who had no part in it, never worse."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from appraisal.actions import appeals
from appraisal.entry_lines import line_of, lines_of
from appraisal.models import Appeal, ScoreEntry
from appraisal.office_behind import office_behind
from appraisal.permissions_entries import check_appeal, decide_appeal, file_appeal
from appraisal.scoring import LineState
from appraisal.tests.entry_scene import (
    MONTH,
    NOW,
    TODAY,
    UNTIL,
    answered,
    appeal,
    close_month,
    deduct,
    scheme,
    second_clerk,
    serve_too,
    waiting,
)
from appraisal.todos_signing import signing_sources
from appraisal.waiting import gather
from lianzhen.accounts.models import RoleGrant
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry

__all__ = ["scheme"]
State = ScoreEntry.State
pytestmark = pytest.mark.usefixtures("scheme")


@pytest.fixture
def entry(cast):
    return deduct(cast)


# --- Filing ---------------------------------------------------------------------------------------
def test_filed_and_beside_the_total_until_it_is_answered(cast, entry):
    found = appeal(cast, entry)
    entry.refresh_from_db()
    assert (found.number, found.state, found.answer_by) == ("申202611-0001", "filed", date(2026, 12, 3))
    assert (found.recorder, found.confirmer) == (cast.users[Role.OFFICE], None)
    assert entry.state == State.APPEALED
    assert entry.read_by == cast.users[Role.LEADER]
    assert line_of(entry).state is LineState.APPEALED
    assert appeals.answer_words(found) == "12月3日前答复"


def test_until_the_very_minute(cast, entry):
    with pytest.raises(ValidationError, match="申诉期已于12月1日17:00结束"):
        appeal(cast, entry, now=UNTIL + timedelta(seconds=1))
    assert appeal(cast, entry, now=UNTIL).state == "filed"


@pytest.mark.parametrize(("text", "passes"), [("没有这回事", False), ("当天有人在村部值守。", True)])
def test_ten_characters_at_least(cast, entry, text, passes):
    if passes:
        assert appeal(cast, entry, text=text).text == text
    else:
        with pytest.raises(ValidationError) as caught:
            appeal(cast, entry, text=text)
        assert "text" in caught.value.message_dict


def test_one_open_appeal_only(cast, entry):
    appeal(cast, entry)
    with pytest.raises(ValidationError, match="申诉中，不能申诉"):
        appeal(cast, entry, by=cast.users[Role.MEMBER])
    assert Appeal.objects.count() == 1


def test_not_against_what_was_not_told(cast):
    with pytest.raises(ValidationError, match="待复核，不能申诉"):
        appeal(cast, waiting(cast))


def test_not_in_a_sealed_month(cast, entry):
    close_month("final")
    with pytest.raises(ValidationError, match="定稿"):
        appeal(cast, entry)


def test_during_publicity_an_appeal_is_still_heard(cast, entry):
    close_month("publicity")
    assert answered(cast, appeal(cast, entry), "revoke").outcome == "revoke"


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.LEADER, True),
        (Role.MEMBER, True),
        (Role.CADRE, True),
        (Role.OFFICE, False),
        (Role.DISTRICT, False),
        (Role.COMMITTEE, False),
    ],
)
def test_who_may_file(cast, entry, role, may):
    assert bool(file_appeal(cast.users[role], entry)) == may


def test_nobody_of_another_village_files(cast):
    far = deduct(cast, "B1", village=cast.other)
    assert not file_appeal(cast.users[Role.LEADER], far)


def test_withdrawn_the_deduction_stands_again(cast, entry):
    found = appeal(cast, entry)
    with pytest.raises(ValidationError, match="由提出的人撤回"):
        appeals.withdraw_appeal(appeal=found, by=cast.users[Role.MEMBER], now=NOW)
    appeals.withdraw_appeal(appeal=found, by=cast.users[Role.LEADER], now=NOW + timedelta(hours=2))
    entry.refresh_from_db()
    assert entry.state == State.NOTIFIED
    again = appeal(cast, entry, now=NOW + timedelta(hours=3))
    appeals.withdraw_appeal(appeal=again, by=cast.users[Role.LEADER], now=UNTIL + timedelta(hours=1))
    entry.refresh_from_db()
    assert entry.state == State.EFFECTIVE


def test_those_who_handle_it_are_told(cast, entry, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        appeal(cast, entry)
    told = dict(Notice.objects.values_list("user__username", "text"))
    assert set(told) == {"t_office", "t_office_lead"}
    assert "申诉，12月3日前答复。" in told["t_office_lead"]


# --- Checking ----------------------------------------------------------------------------------------
def test_recorder_does_not_check(cast):
    found = appeal(cast)
    with pytest.raises(ValidationError, match="不能核查"):
        appeals.note_check(appeal=found, note="已看过去向牌", by=cast.users[Role.OFFICE], now=NOW)
    found = appeals.note_check(appeal=found, note="已看过去向牌", by=second_clerk(cast), now=NOW)
    assert (found.state, found.check_note) == ("checking", "已看过去向牌")
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=found.pk).update(checked_by=found.recorder)


# --- Answering -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("outcome", "after", "state", "line"),
    [
        ("keep", None, State.EFFECTIVE, LineState.EFFECTIVE),
        ("change", "0.5", State.CHANGED, LineState.CHANGED),
        ("revoke", None, State.REVOKED, LineState.WITHDRAWN),
    ],
)
def test_three_answers(cast, entry, outcome, after, state, line):
    found = answered(cast, appeal(cast, entry), outcome, points_after=Decimal(after) if after else None)
    entry.refresh_from_db()
    assert (found.state, entry.state) == ("answered", state)
    assert lines_of(MONTH)[cast.own.pk][0].state is line
    assert line_of(entry).own <= entry.points


@pytest.mark.parametrize("after", ["1", "1.1", "0", "0.05", None])
def test_changed_only_to_less_in_steps(cast, entry, after):
    with pytest.raises(ValidationError) as caught:
        answered(cast, appeal(cast, entry), "change", points_after=Decimal(after) if after else None)
    assert "points_after" in caught.value.message_dict
    entry.refresh_from_db()
    assert entry.state == State.APPEALED


def test_reasons_of_ten_characters(cast):
    with pytest.raises(ValidationError, match="理由至少10个字"):
        answered(cast, answer="属实")


@given(before=st.integers(1, 300), after=st.integers(-50, 400), outcome=st.sampled_from(["keep", "change", "revoke"]))
def test_an_appeal_never_makes_it_worse(before, after, outcome):
    was = Decimal(before) / 10
    try:
        left = appeals.points_left(was, outcome, Decimal(after) / 10)
    except ValidationError:
        assert outcome == "change"
        assert not 0 < after < before
    else:
        assert 0 <= left <= was


@pytest.mark.parametrize("who", ["recorder", "confirmer", "filer"])
def test_no_party_answers(cast, who):
    lead = cast.users[Role.OFFICE_LEAD]
    if who == "recorder":
        found = appeal(cast, deduct(cast, by=lead))
    elif who == "confirmer":
        from appraisal.actions import entries

        found = appeal(cast, entries.confirm(entry=waiting(cast), by=lead, now=NOW).entry)
    else:
        serving = serve_too(cast, Role.OFFICE_LEAD)
        found = appeal(cast, by=serving)
    assert not decide_appeal(lead, found)
    with pytest.raises(ValidationError):
        answered(cast, found)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=found.pk).update(
            state="answered",
            outcome="keep",
            answer="维持",
            points_after=found.points_before,
            decided_by=lead,
            decided_at=NOW,
        )


def test_recusal_of_ones_own_team(cast):
    found = appeal(cast)
    lead = serve_too(cast, Role.OFFICE_LEAD)
    verdict = decide_appeal(lead, found)
    assert verdict.reason == "涉及本人所在工作组，请由其他同志处理。"
    with pytest.raises(ValidationError, match="涉及本人所在工作组"):
        answered(cast, found, by=lead)


def test_committee_only_where_the_head_of_the_office_may_not(cast):
    committee = cast.users[Role.COMMITTEE]
    assert decide_appeal(committee, appeal(cast)).reason == "这件申诉由联村工作办主任答复。"
    found = appeal(cast, deduct(cast, "B1", by=cast.users[Role.OFFICE_LEAD]))
    assert decide_appeal(committee, found)
    assert appeals.handled_by(found, NOW) == "党委委员"
    assert answered(cast, found, by=committee).decided_by == committee


def test_where_nobody_else_is_left_the_body_answers(cast, sign_in):
    """The head of the office recorded it, and the one of the committee serves in the team."""
    found = appeal(cast, deduct(cast, by=cast.users[Role.OFFICE_LEAD]))
    committee, other = serve_too(cast, Role.COMMITTEE), second_clerk(cast, Role.COMMITTEE)
    waits = lambda user: [one.pk for one in gather(signing_sources(user, TODAY))["sign_appeals"]]  # noqa: E731
    assert "涉及本人所在工作组" in decide_appeal(committee, found).reason
    assert (waits(committee), waits(other)) == ([], [found.pk])
    with pytest.raises(ValidationError, match="涉及本人所在工作组"):
        answered(cast, found, by=committee)
    with acting(by=None, action="test.scene", label="测试数据"):
        RoleGrant.objects.filter(user=other).update(ends_on=TODAY - timedelta(days=1))
    verdict = decide_appeal(committee, found)
    assert verdict
    assert "由党委会集体审定" in verdict.reason
    assert waits(committee) == [found.pk]
    # The form asks for the minutes, and keeps what was typed.
    client = sign_in(committee)
    page = reverse("appeal_decide", args=[found.pk])
    typed = {"outcome": "keep", "answer": "经核查，当天去向牌写明外出办事。", "version": found.version}
    answer = client.post(page, typed)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "由党委会集体审定的，请写明会议纪要的文号。" in shown
    assert "经核查，当天去向牌写明外出办事。</textarea>" in shown
    with pytest.raises(ValidationError, match="会议纪要的文号"):
        answered(cast, found, by=committee)
    long = {"answer": "长" * 490, "minutes": "荷党纪要〔2026〕9号"}
    with pytest.raises(ValidationError, match="连同会议纪要不能超过500字，现在是514字"):
        answered(cast, found, by=committee, **long)
    assert client.post(page, typed | {"minutes": "荷党纪要〔2026〕9号"}).status_code == 303
    found.refresh_from_db()
    assert found.answer == "经核查，当天去向牌写明外出办事。依据：荷党纪要〔2026〕9号，党委会集体审定"
    assert AuditEntry.objects.filter(action="appeal.decide", changes__0__label="审定方式").exists()


def test_a_second_head_of_the_office_decides_before_the_committee(cast):
    other = second_clerk(cast, Role.OFFICE_LEAD)
    found = appeal(cast, deduct(cast, by=cast.users[Role.OFFICE_LEAD]))
    assert decide_appeal(other, found)
    assert not decide_appeal(cast.users[Role.COMMITTEE], found)
    assert check_appeal(other, found)


def test_answering_twice_changes_nothing(cast):
    found = appeal(cast)
    answered(cast, found, "revoke")
    before = AuditEntry.objects.about(found).count()
    with pytest.raises(ValidationError, match="已答复，不用再办理"):
        answered(cast, found, "keep")
    found.refresh_from_db()
    assert found.outcome == "revoke"
    assert AuditEntry.objects.about(found).count() == before


@pytest.mark.parametrize(
    "facts",
    [
        {"points_after": Decimal(2)},
        {"outcome": "change", "points_after": Decimal(1)},
        {"outcome": "revoke", "points_after": Decimal("0.5")},
        {"answer": ""},
    ],
    ids=str,
)
def test_the_database_itself_refuses(cast, facts):
    found = answered(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=found.pk).update(**facts)


def test_late_answers_stand_among_what_the_office_is_late_with(cast):
    found = appeal(cast)
    assert [one for one in office_behind(found.answer_by) if "申诉" in one.text] == []
    late = [one for one in office_behind(found.answer_by + timedelta(days=1)) if "申诉" in one.text]
    assert [(one.who, one.text) for one in late] == [("联村工作办", "申诉超期未答复1件（最早应于12月3日）")]
    answered(cast, found)
    assert [one for one in office_behind(TODAY + timedelta(days=30)) if "申诉" in one.text] == []
