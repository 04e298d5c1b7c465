"""扣分: recorded, confirmed by a second person, told, taken back, reversed, effective. Who may not do what."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from appraisal.actions import entries, entry_ends
from appraisal.actions.open_month import NoScheme, month_ahead, month_for
from appraisal.entry_lines import line_of, lines_of
from appraisal.models import AppraisalMonth, ScoreEntry
from appraisal.permissions_entries import confirm_entry, reverse_entry
from appraisal.scoring import LineState
from appraisal.tests.entry_scene import (
    DAY,
    MONTH,
    NOW,
    TODAY,
    UNTIL,
    answered,
    appeal,
    clause,
    close_month,
    deduct,
    scheme,
    second_clerk,
    serve_too,
    set_clause,
    verified,
    waiting,
)
from appraisal.todos_signing import signing_sources
from appraisal.waiting import gather
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.tests.answers import told
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry

__all__ = ["scheme"]
State = ScoreEntry.State
pytestmark = pytest.mark.usefixtures("scheme")


def changed_directly(entry: ScoreEntry, **facts) -> None:
    """Past every action, as a mistake in one would write it."""
    ScoreEntry.objects.filter(pk=entry.pk).update(**facts)


# --- Recording ------------------------------------------------------------------------------------
@pytest.fixture
def entry(cast):
    return deduct(cast)


def test_points_calculation_and_clause_are_frozen(entry, cast):
    assert (entry.points, entry.calculation) == (Decimal(1), "缺岗1次 × 1.0分/次 = 1.0分")
    assert (entry.clause_number, entry.clause_text) == ("B3", "固定办公日、值班无故缺岗的，每次扣分。")
    assert (entry.number, entry.month, entry.team) == ("扣202611-0001", MONTH, cast.team)
    assert entry.concerns == "team"


def test_small_deduction_is_notified_at_once(entry):
    assert entry.state == State.NOTIFIED
    assert (entry.notified_at, entry.appeal_until) == (NOW, UNTIL)
    assert "登记扣分" in set(AuditEntry.objects.about(entry).values_list("label", flat=True))


def test_team_and_secretary_are_told_until_when(cast, django_capture_on_commit_callbacks):
    from villages.models import CadreTerm

    with acting(by=None, action="test", label="测试"):
        term = CadreTerm.objects.get(village=cast.own)
        term.position = "secretary"
        term.save()
    with django_capture_on_commit_callbacks(execute=True):
        deduct(cast)
    for role in (Role.LEADER, Role.MEMBER, Role.CADRE):
        assert told(cast.users[role]) == [
            "11月24日上午10:20到村部，无联村干部在岗，扣1.0分（B3）。如有异议，可在12月1日17:00前申诉。"
        ]
    assert told(cast.users[Role.OFFICE]) == []
    assert told(cast.users[Role.OFFICE_LEAD]) == []


def test_month_is_opened_with_the_scheme_in_force(cast, scheme):
    assert not AppraisalMonth.objects.exists()
    deduct(cast)
    month = AppraisalMonth.objects.get()
    assert (month.month, month.scheme, month.state) == (MONTH, scheme, "open")


def test_without_a_scheme_the_sentence_says_what_to_do(cast):
    with pytest.raises(NoScheme, match="2025年12月还没有通过的考核方案"):
        deduct(cast, occurred_on=date(2025, 12, 31))
    assert not ScoreEntry.objects.exists()


def test_closed_month_leads_into_the_next_with_a_sentence(cast):
    deduct(cast)
    close_month("publicity")
    found = entries.record_deduction(
        village=cast.own,
        clause=clause("B1"),
        occurred_on=DAY,
        answers={"quantity": "1"},
        fact="没有上报",
        by=cast.users[Role.OFFICE],
        now=NOW,
    )
    assert found.entry.month == date(2026, 12, 1)
    assert found.entry.number == "扣202612-0001"
    assert "2026年11月考核已截止登记，11月24日的这一条计入2026年12月。" in found.sentence
    assert month_ahead(DAY).month.key == "2026-12"


def test_the_month_ahead_never_writes(cast):
    assert month_ahead(DAY).row is None
    assert not AppraisalMonth.objects.exists()


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"occurred_on": TODAY + timedelta(days=1)}, "occurred_on", "不能晚于今天"),
        ({"answers": {}}, "quantity", "请填写数量"),
        ({"answers": {"quantity": "0"}}, "quantity", "大于0的整数"),
        ({"answers": {"quantity": "1", "choice": "迟到"}}, "choice", "本条不用填写情形"),
        ({"fact": " "}, "fact", ""),
    ],
)
def test_bad_input_keeps_nothing(cast, change, field, sentence):
    with pytest.raises(ValidationError) as caught:
        deduct(cast, **change)
    assert field in caught.value.message_dict
    assert sentence in "".join(caught.value.message_dict[field])
    assert not ScoreEntry.objects.exists()
    assert not AppraisalMonth.objects.exists()


def test_bonus_clause_is_no_deduction(cast):
    with pytest.raises(ValidationError, match="加分条款"):
        deduct(cast, "G2", answers={"choice": "镇认定", "points": "1"})


def test_team_clause_needs_a_team_on_that_day(cast):
    with pytest.raises(ValidationError, match="没有联村工作组"):
        deduct(cast, village=cast.selfgov)
    own = deduct(cast, "A3", village=cast.selfgov)
    assert own.team is None


def test_nothing_to_deduct_is_not_recorded(cast):
    with pytest.raises(ValidationError, match="不扣分，不用登记"):
        deduct(cast, "C1", answers={"target": "5", "actual": "5"})


def test_same_again_is_asked_about_first(cast, entry):
    with pytest.raises(ValidationError) as caught:
        deduct(cast)
    assert "11月24日已有一条B3（−1.0分，扣202611-0001），是否重复？" in caught.value.message_dict["again"]
    assert ScoreEntry.objects.count() == 1
    assert deduct(cast, again=True).number == "扣202611-0002"


@pytest.mark.parametrize("other", ["village", "day", "clause", "withdrawn"])
def test_what_differs_is_no_repetition(cast, entry, other):
    if other == "withdrawn":
        entry_ends.withdraw(entry=entry, by=cast.users[Role.OFFICE], now=NOW, reason="登记有误")
    change = {
        "village": {"village": cast.other},
        "day": {"occurred_on": DAY - timedelta(days=1)},
        "clause": {"number": "B1"},
        "withdrawn": {},
    }[other]
    deduct(cast, **change)
    assert ScoreEntry.objects.count() == 2


def test_evidence_is_asked_for_where_the_clause_says_so(cast, scheme):
    set_clause(scheme, "B3", evidence="one_of")
    with pytest.raises(ValidationError) as caught:
        deduct(cast)
    assert "files" in caught.value.message_dict
    assert deduct(cast, record_number="督查〔2026〕12号").state == State.NOTIFIED


def test_draft_counts_nothing_and_becomes_an_entry(cast, scheme):
    set_clause(scheme, "B3", evidence="one_of")
    draft = deduct(cast, draft=True)
    assert draft.state == State.DRAFT
    assert line_of(draft).state is LineState.WITHDRAWN
    sent = deduct(cast, entry=draft, record_number="督查12号", answers={"quantity": "2"})
    assert (sent.pk, sent.state, sent.points) == (draft.pk, State.NOTIFIED, Decimal(2))


def test_notified_entry_is_never_written_anew(cast, entry):
    with pytest.raises(ValidationError, match="不再修改"):
        deduct(cast, entry=entry, answers={"quantity": "2"})


# --- The second person ------------------------------------------------------------------------------
def test_above_the_threshold_waits_and_does_not_count(cast):
    entry = waiting(cast)
    assert (entry.state, entry.needs_second, entry.notified_at) == (State.WAITING, True, None)
    assert lines_of(MONTH)[cast.own.pk][0].state is LineState.PENDING


def test_exactly_the_threshold_needs_nobody(cast):
    assert waiting(cast, answers={"quantity": "2"}).state == State.NOTIFIED


def test_clause_that_wants_a_second_person(cast, scheme):
    set_clause(scheme, "B3", needs_second=True)
    assert deduct(cast).state == State.WAITING


@pytest.mark.parametrize("role", [Role.OFFICE_LEAD, Role.DISTRICT])
def test_somebody_else_confirms(cast, role):
    entry = entries.confirm(entry=waiting(cast), by=cast.users[role], now=NOW).entry
    assert (entry.state, entry.confirmed_by, entry.appeal_until) == (State.NOTIFIED, cast.users[role], UNTIL)


def test_recorder_never_confirms(cast):
    lead = cast.users[Role.OFFICE_LEAD]
    entry = waiting(cast, by=lead)
    with pytest.raises(ValidationError, match="登记人不能复核"):
        entries.confirm(entry=entry, by=lead, now=NOW)
    assert ScoreEntry.objects.get(pk=entry.pk).state == State.WAITING


def test_nobody_confirms_about_his_own_team(cast):
    entry = waiting(cast)
    lead = serve_too(cast, Role.OFFICE_LEAD)
    with pytest.raises(ValidationError, match="涉及本人所在工作组"):
        entries.confirm(entry=entry, by=lead, now=NOW)


def test_what_neither_head_nor_group_may_confirm_is_the_committees(cast, django_capture_on_commit_callbacks):
    committee, lead = cast.users[Role.COMMITTEE], serve_too(cast, Role.OFFICE_LEAD)
    waits = lambda: [one.pk for one in gather(signing_sources(committee, TODAY))["sign_entries"]]  # noqa: E731
    entry = waiting(cast)
    assert not confirm_entry(committee, entry)
    assert waits() == []
    serve_too(cast, Role.DISTRICT)
    with django_capture_on_commit_callbacks(execute=True):
        second = waiting(cast, occurred_on=DAY - timedelta(days=1))
    assert Notice.objects.filter(user=committee, url=f"/deductions/{second.pk}/").exists()
    assert confirm_entry(committee, entry)
    assert waits() == [entry.pk, second.pk]
    counted = entries.confirm(entry=entry, by=committee, now=NOW).entry
    assert not reverse_entry(lead, counted)
    assert reverse_entry(committee, counted)


def test_confirming_twice_changes_nothing(cast):
    entry = waiting(cast)
    entries.confirm(entry=entry, by=cast.users[Role.OFFICE_LEAD], now=NOW)
    before = AuditEntry.objects.about(entry).count()
    with pytest.raises(ValidationError, match="已通知，不用再复核"):
        entries.confirm(entry=entry, by=cast.users[Role.DISTRICT], now=NOW + timedelta(hours=1))
    entry.refresh_from_db()
    assert (entry.confirmed_by, entry.confirmed_at) == (cast.users[Role.OFFICE_LEAD], NOW)
    assert AuditEntry.objects.about(entry).count() == before


def test_sent_back_with_a_reason_and_written_anew(cast):
    entry = waiting(cast)
    lead = cast.users[Role.OFFICE_LEAD]
    with pytest.raises(ValidationError, match="请写明原因"):
        entries.send_back(entry=entry, by=lead, now=NOW, note=" ")
    entry = entries.send_back(entry=entry, by=lead, now=NOW, note="请核对起数").entry
    assert entry.state == State.RETURNED
    again = waiting(cast, entry=entry, answers={"quantity": "1"})
    assert (again.state, again.confirmed_by, again.points) == (State.NOTIFIED, None, Decimal(1))


def test_confirming_into_a_closed_month_is_refused(cast):
    entry = waiting(cast)
    close_month("publicity")
    with pytest.raises(ValidationError, match="正在公示"):
        entries.confirm(entry=entry, by=cast.users[Role.OFFICE_LEAD], now=NOW)


@pytest.mark.parametrize(
    "facts",
    [
        {"confirmed_by": "recorder", "confirmed_at": NOW},
        {"state": "notified", "notified_at": NOW, "appeal_until": UNTIL},
        {"state": "agreed"},
        {"points": Decimal("-1")},
        {"changed_points": Decimal(9)},
        {"state": "reversed"},
        {"fact": ""},
        {"state": "changed"},
    ],
    ids=lambda facts: "-".join(facts),
)
def test_the_database_itself_refuses(cast, facts):
    entry = waiting(cast)
    facts = {name: entry.recorded_by if value == "recorder" else value for name, value in facts.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        changed_directly(entry, **facts)


def test_the_database_refuses_who_verifies_and_agrees(cast):
    entry = verified(cast)
    for facts in (
        {"confirmed_by": entry.verified_by, "confirmed_at": NOW},
        {"confirmed_by": entry.recorded_by, "confirmed_at": NOW},
        {"verified_by": entry.recorded_by},
        {"opinion_by": entry.recorded_by},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            changed_directly(entry, **facts)


# --- Taking back -----------------------------------------------------------------------------------
def test_free_for_half_an_hour(cast, entry):
    late = NOW + timedelta(minutes=30)
    gone = entry_ends.withdraw(entry=entry, by=cast.users[Role.OFFICE], now=late, reason="登记有误")
    assert (gone.state, gone.ended_by) == (State.WITHDRAWN, cast.users[Role.OFFICE])
    assert lines_of(MONTH)[cast.own.pk][0].state is LineState.WITHDRAWN


def test_after_half_an_hour_only_reversed(cast, entry):
    late = NOW + timedelta(minutes=30, seconds=1)
    with pytest.raises(ValidationError, match="已超过30分钟"):
        entry_ends.withdraw(entry=entry, by=cast.users[Role.OFFICE], now=late, reason="登记有误")
    gone = entry_ends.reverse(entry=entry, by=cast.users[Role.OFFICE_LEAD], now=late, reason="经查不属实")
    assert (gone.state, gone.end_reason) == (State.REVERSED, "经查不属实")


def test_once_read_it_is_not_withdrawn(cast, entry):
    entry_ends.mark_entry_read(entry=entry, by=cast.users[Role.LEADER], now=NOW + timedelta(minutes=1))
    with pytest.raises(ValidationError, match="工作组已阅"):
        entry_ends.withdraw(entry=entry, by=cast.users[Role.OFFICE], now=NOW + timedelta(minutes=2), reason="登记有误")


def test_first_reader_stands(cast, entry):
    entry_ends.mark_entry_read(entry=entry, by=cast.users[Role.LEADER], now=NOW + timedelta(minutes=1))
    entry_ends.mark_entry_read(entry=entry, by=cast.users[Role.MEMBER], now=NOW + timedelta(minutes=2))
    entry.refresh_from_db()
    assert entry.read_by == cast.users[Role.LEADER]


def test_reversing_wants_a_reason_and_not_ones_own_team(cast, entry):
    with pytest.raises(ValidationError, match="请写明原因"):
        entry_ends.reverse(entry=entry, by=cast.users[Role.OFFICE_LEAD], now=NOW, reason="")
    lead = serve_too(cast, Role.OFFICE_LEAD)
    with pytest.raises(ValidationError, match="涉及本人所在工作组"):
        entry_ends.reverse(entry=entry, by=lead, now=NOW, reason="经查不属实")


@pytest.mark.parametrize("act", [entry_ends.withdraw, entry_ends.reverse])
def test_nothing_moves_in_a_sealed_month(cast, entry, act):
    close_month("final")
    with pytest.raises(ValidationError, match="已于11月26日定稿"):
        act(entry=entry, by=cast.users[Role.OFFICE_LEAD], now=NOW, reason="经查不属实")
    entry.refresh_from_db()
    assert entry.state == State.NOTIFIED


# --- Taking effect -------------------------------------------------------------------------------------
def test_effective_when_the_time_for_an_appeal_has_passed(cast, entry):
    assert entry_ends.take_effect(now=UNTIL) == 0
    assert entry_ends.take_effect(now=UNTIL + timedelta(seconds=1)) == 1
    assert entry_ends.take_effect(now=UNTIL + timedelta(days=1)) == 0
    entry.refresh_from_db()
    assert entry.state == State.EFFECTIVE
    last = AuditEntry.objects.about(entry).first()
    assert (last.label, last.by_name) == ("申诉期满生效", "系统")


def test_appealed_ones_and_sealed_months_do_not_take_effect(cast):
    appeal(cast)
    deduct(cast, "B1")
    close_month("final")
    assert entry_ends.take_effect(now=UNTIL + timedelta(days=1)) == 0


# --- 整改 -----------------------------------------------------------------------------------------
@pytest.fixture
def to_rectify(cast, scheme):
    set_clause(scheme, "D1", rectify_days=7)
    return deduct(cast, "D1")


def test_due_date_follows_the_clause(to_rectify, cast):
    assert to_rectify.rectify_by == TODAY + timedelta(days=7)
    assert deduct(cast, "B1").rectify_by is None


def test_reported_by_the_team_and_checked_by_the_office(to_rectify, cast):
    facts = {"rectified_on": TODAY, "result": "已清理", "now": NOW}
    entry = entry_ends.report_rectified(entry=to_rectify, by=cast.users[Role.LEADER], **facts)
    assert entry.read_by == cast.users[Role.LEADER]  # whoever answers has read it: no free withdrawal any more
    with pytest.raises(ValidationError, match="还差什么"):
        entry_ends.check_rectified(entry=entry, ok=False, note="", by=cast.users[Role.OFFICE], now=NOW)
    entry = entry_ends.check_rectified(entry=entry, ok=False, note="沟边还有", by=cast.users[Role.OFFICE], now=NOW)
    assert entry.rectify_ok is False
    entry = entry_ends.report_rectified(entry=entry, by=cast.users[Role.MEMBER], **facts)
    assert (entry.rectify_ok, entry.rectify_checked_by) == (None, None)
    entry = entry_ends.check_rectified(entry=entry, ok=True, note="", by=cast.users[Role.OFFICE], now=NOW)
    assert entry.rectify_ok
    with pytest.raises(ValidationError, match="已核查到位"):
        entry_ends.report_rectified(entry=entry, by=cast.users[Role.LEADER], **facts)


def test_rectifying_without_a_duty_to_or_in_the_future(to_rectify, cast):
    with pytest.raises(ValidationError, match="没有整改要求"):
        entry_ends.report_rectified(
            entry=deduct(cast), rectified_on=TODAY, result="好了", by=cast.users[Role.LEADER], now=NOW
        )
    with pytest.raises(ValidationError, match="不能晚于今天"):
        entry_ends.report_rectified(
            entry=to_rectify,
            rectified_on=TODAY + timedelta(days=1),
            result="好了",
            by=cast.users[Role.LEADER],
            now=NOW,
        )


# --- Lines of the score -----------------------------------------------------------------------------
def test_every_state_has_its_line(cast):
    states = {
        deduct(cast).pk: LineState.EFFECTIVE,
        waiting(cast).pk: LineState.PENDING,
        appeal(cast, deduct(cast, "A1")).entry_id: LineState.APPEALED,
        answered(
            cast,
            appeal(cast, deduct(cast, "D1", answers={"quantity": "2"})),
            "change",
            points_after=Decimal("0.5"),
        ).entry_id: LineState.CHANGED,
        answered(cast, appeal(cast, deduct(cast, "F1")), "revoke").entry_id: LineState.WITHDRAWN,
        verified(cast).pk: LineState.PENDING,
    }
    by_number = {entry.number: states[entry.pk] for entry in ScoreEntry.objects.all()}
    found = {line.key: line.state for line in lines_of(MONTH, [cast.own.pk])[cast.own.pk]}
    assert found == by_number


def test_lines_ask_once_for_any_number_of_villages(cast, django_assert_num_queries):
    deduct(cast)
    deduct(cast, village=cast.other)
    with django_assert_num_queries(1):
        found = lines_of(MONTH, [cast.own.pk, cast.other.pk, cast.selfgov.pk])
    assert {pk: len(lines) for pk, lines in found.items()} == {cast.own.pk: 1, cast.other.pk: 1, cast.selfgov.pk: 0}
    assert set(lines_of(MONTH)) == {cast.own.pk, cast.other.pk}


def test_a_month_opened_by_two_is_one_month(cast):
    first = month_for(DAY, cast.users[Role.OFFICE])
    second = month_for(DAY, second_clerk(cast))
    assert first.row == second.row
