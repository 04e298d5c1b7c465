"""申诉: filed within its time, looked into, answered by somebody who had no part in it. Never worse than before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from appraisal.actions import entry_notices as notices
from appraisal.actions.entries import calendar_after, deadline_words, next_number, refuse_own_team
from appraisal.actions.evidence import attach, prepare_all
from appraisal.actions.open_month import hold_month
from appraisal.addressees import of_office
from appraisal.as_body import expect, noted, with_ground
from appraisal.entry_rules import answer_deadline
from appraisal.models import Appeal, ScoreEntry
from appraisal.permissions_entries import Leads, signs_appeal
from lianzhen.accounts.models import User
from lianzhen.periods import Month
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import list_date, points

State = ScoreEntry.State
Outcome = Appeal.Outcome
#: Characters that a statement and an answer need at least.
LEAST_WORDS = 10
#: Characters that an answer may have, with its ground.
MOST_WORDS = 500


def file_appeal(
    *,
    entry: ScoreEntry,
    reason: str,
    text: str,
    by: User,
    now: datetime,
    files: Iterable[Any] = (),
    version: int | None = None,
) -> Appeal:
    """提出申诉. While it is open the points do not count (另有待定). Raises `ValidationError` by field."""
    ready = prepare_all(files)
    with acting(by=by, action="appeal.file", label="提出申诉"):
        row = lock_for_change(entry, version)
        month = hold_month(row.month)
        _refuse_late(row, now)
        text = text.strip()
        if len(text) < LEAST_WORDS:
            raise ValidationError({"text": f"说明至少{LEAST_WORDS}个字，请写清楚哪里不对。"})
        today = timezone.localdate(now)
        appeal = Appeal(
            number=next_number("", Month.of(today), Appeal, "申"),
            entry=row,
            reason=reason,
            text=text,
            filed_at=now,
            filed_by=by,
            answer_by=answer_deadline(today, month.scheme.answer_days, calendar_after(today)),
            recorder_id=row.recorded_by_id,
            confirmer_id=row.confirmed_by_id,
            points_before=row.points,
        )
        appeal.full_clean()
        appeal.save()
        row.state = State.APPEALED
        if row.read_at is None:
            row.read_at, row.read_by = now, by
        row.full_clean()
        row.save()
        attach(ready, by=by, day=today, appeal=appeal)
        asked = f"{notices.place_of(row)}对扣分{row.number}提出申诉，{answer_words(appeal)}。"
        notices.tell_appeal(appeal, of_office(today) | deciders(appeal, now), asked, by)
    return appeal


def deciders(appeal: Appeal, now: datetime) -> set[int]:
    """Who may answer it today. At most three queries."""
    today = timezone.localdate(now)
    return Leads.on(today).who_may(appeal) or notices.committee(today)


def handled_by(appeal: Appeal, now: datetime) -> str:
    """联村工作办主任, or 党委委员 where he may not."""
    return "联村工作办主任" if Leads.on(timezone.localdate(now)).may(appeal) else "党委委员"


def answer_words(appeal: Appeal) -> str:
    """10月24日前答复"""
    return f"{list_date(appeal.answer_by, timezone.localdate(appeal.filed_at).year)}前答复"


def _refuse_late(row: ScoreEntry, now: datetime) -> None:
    if row.state != State.NOTIFIED:
        raise ValidationError(closed_sentence(row, now) or f"这条扣分{row.get_state_display()}，不能申诉。")
    if sentence := closed_sentence(row, now):
        raise ValidationError(sentence)


def closed_sentence(row: ScoreEntry, now: datetime) -> str:
    """申诉期已于10月22日17:00结束。 Empty while it runs, and before the notice."""
    if row.appeal_until is None or now <= row.appeal_until:
        return ""
    return f"申诉期已于{deadline_words(row, timezone.localdate(now))}结束。"


def withdraw_appeal(*, appeal: Appeal, by: User, now: datetime, version: int | None = None) -> Appeal:
    """撤回 until it is answered; the deduction stands as before."""
    with acting(by=by, action="appeal.withdraw", label="撤回申诉"):
        appeal, row = _held(appeal, version)
        if appeal.filed_by_id != by.pk:
            raise ValidationError("申诉由提出的人撤回。")
        appeal.state, appeal.withdrawn_at, appeal.withdrawn_by = Appeal.State.WITHDRAWN, now, by
        appeal.full_clean()
        appeal.save()
        assert row.appeal_until is not None
        row.state = State.EFFECTIVE if now > row.appeal_until else State.NOTIFIED
        row.full_clean()
        row.save()
        notices.tell_appeal(appeal, of_office(timezone.localdate(now)), f"{appeal}已撤回。", by)
    return appeal


def note_check(*, appeal: Appeal, note: str, by: User, now: datetime, version: int | None = None) -> Appeal:
    """核查情况: what the office found out, for whoever decides."""
    with acting(by=by, action="appeal.check", label="填写核查情况"):
        if not note.strip():
            raise ValidationError({"check_note": "请填写核查情况。"})
        appeal, row = _held(appeal, version)
        refuse_own_team(row, by)
        if by.pk in (appeal.recorder_id, appeal.filed_by_id):
            raise ValidationError("登记人和申诉人不能核查这件申诉，请由其他同志核查。")
        appeal.state, appeal.check_note = Appeal.State.CHECKING, note.strip()
        appeal.checked_at, appeal.checked_by = now, by
        appeal.full_clean()
        appeal.save()
    return appeal


def decide(
    *,
    appeal: Appeal,
    outcome: str,
    answer: str,
    by: User,
    now: datetime,
    points_after: Decimal | None = None,
    minutes: str = "",
    version: int | None = None,
) -> Appeal:
    """答复: 维持, 变更为 fewer points, or 撤销, with the reasons. Counts at once. Where everybody who may answer has a
    part in it, the answer is the committee's and names its minutes (`minutes`, of no account otherwise)."""
    with acting(by=by, action="appeal.decide", label="答复申诉", reason=answer) as act:
        appeal, row = _held(appeal, version)
        verdict = expect(signs_appeal(by, appeal))
        if len(answer.strip()) < LEAST_WORDS:
            raise ValidationError({"answer": f"理由至少{LEAST_WORDS}个字。"})
        answer = with_ground(answer, minutes, verdict, "minutes")
        if (length := len(answer)) > MOST_WORDS:
            raise ValidationError({"answer": f"理由连同会议纪要不能超过{MOST_WORDS}字，现在是{length}字。"})
        if verdict.reason:
            act.note(appeal, noted(verdict))
        after = points_left(row.points, outcome, points_after)
        appeal.state, appeal.outcome, appeal.answer = Appeal.State.ANSWERED, outcome, answer
        appeal.points_after, appeal.decided_at, appeal.decided_by = after, now, by
        appeal.full_clean()
        appeal.save()
        row.state = STATE_AFTER[Outcome(outcome)]
        row.changed_points = after if outcome == Outcome.CHANGE else None
        row.full_clean()
        row.save()
        told = notices.concerned(row, timezone.localdate(now)) | {appeal.filed_by_id, appeal.recorder_id}
        notices.tell_appeal(appeal, told, f"申诉已答复：{outcome_words(appeal)}。", by)
    return appeal


STATE_AFTER = {Outcome.KEEP: State.EFFECTIVE, Outcome.CHANGE: State.CHANGED, Outcome.REVOKE: State.REVOKED}


def points_left(before: Decimal, outcome: str, after: Decimal | None) -> Decimal:
    """Points (分) of the deduction after the answer. Raises `ValidationError`: an appeal never makes it worse."""
    if outcome == Outcome.KEEP:
        return before
    if outcome == Outcome.REVOKE:
        return Decimal(0)
    if outcome != Outcome.CHANGE:
        raise ValidationError({"outcome": "请选择答复的结果。"})
    if not before:
        raise ValidationError({"outcome": "一票否决不计分，只能维持或撤销。"})
    if after is None:
        raise ValidationError({"points_after": "请填写变更后的分值。"})
    if after >= before:
        raise ValidationError({"points_after": f"申诉不会加重扣分，变更后的分值应小于{points(before)}。"})
    if after < Decimal("0.1") or after % Decimal("0.1"):
        raise ValidationError({"points_after": "变更后的分值最小到0.1分；不扣分的请选“撤销”。"})
    return after


def outcome_words(appeal: Appeal) -> str:
    """撤销扣分1.0分; 扣分1.0分变更为0.5分; 维持扣分1.0分"""
    before = points(appeal.points_before)
    if appeal.outcome == Outcome.CHANGE:
        return f"扣分{before}变更为{points(appeal.points_after)}"
    return f"{appeal.get_outcome_display()}扣分{before}"


def _held(appeal: Appeal, version: int | None) -> tuple[Appeal, ScoreEntry]:
    """The appeal and its entry, both held. The entry first: every act about it takes the same way."""
    row = ScoreEntry.objects.select_for_update().get(pk=appeal.entry_id)
    hold_month(row.month)
    appeal = lock_for_change(appeal, version)
    if appeal.state not in (Appeal.State.FILED, Appeal.State.CHECKING):
        raise ValidationError(f"这件申诉{appeal.get_state_display()}，不用再办理。")
    appeal.entry = row
    return appeal, row
