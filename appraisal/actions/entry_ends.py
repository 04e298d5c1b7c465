"""What becomes of an entry after it was recorded: read, taken back, reversed, effective, put right. Never edited."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from appraisal.actions import entry_notices as notices
from appraisal.actions.entries import refuse_own_team
from appraisal.actions.open_month import hold_month
from appraisal.entry_rules import is_free_to_withdraw
from appraisal.models import AppraisalMonth, ScoreEntry
from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date

State = ScoreEntry.State
Kind = ScoreEntry.Kind
#: Nobody has been told of these.
UNTOLD = (State.DRAFT, State.WAITING, State.RETURNED)
CLAIMED = (State.CLAIMED, State.OPINION, State.VERIFIED)


def withdraw(*, entry: ScoreEntry, by: User, now: datetime, reason: str, version: int | None = None) -> ScoreEntry:
    """作废 before anybody was told, or within half an hour of the notice while the team has not read it; a
    bonus until it is decided. The row stays."""
    label = "撤回加分申报" if entry.kind == Kind.BONUS else "作废扣分"
    with acting(by=by, action="entry.withdraw", label=label, reason=reason):
        row = _held(entry, version, reason)
        told = row.state == State.NOTIFIED
        if row.kind == Kind.DEDUCTION:
            refuse_own_team(row, by)
            if row.state not in (*UNTOLD, State.NOTIFIED):
                raise ValidationError(f"这条扣分{row.get_state_display()}，不能作废。")
            if told and not is_free_to_withdraw(row.notified_at, row.read_at, now):
                raise ValidationError("通知已超过30分钟或工作组已阅，不能作废。请由联村工作办主任写明原因撤销。")
        elif row.state not in CLAIMED:
            raise ValidationError(f"这条加分{row.get_state_display()}，不能撤回。")
        _end(row, State.WITHDRAWN, by, now, reason)
        if told:
            notices.tell_ended(row, by, "作废", reason, now)
    return row


def reverse(*, entry: ScoreEntry, by: User, now: datetime, reason: str, version: int | None = None) -> ScoreEntry:
    """撤销 of what counts already, with a reason, until the month is 定稿. An open appeal is decided instead."""
    word = "加分" if entry.kind == Kind.BONUS else "扣分"
    with acting(by=by, action="entry.reverse", label=f"撤销{word}", reason=reason):
        row = _held(entry, version, reason)
        refuse_own_team(row, by)
        if row.state == State.APPEALED:
            raise ValidationError("这条扣分正在申诉，请在申诉里答复“撤销”。")
        if row.state not in ScoreEntry.COUNTING:
            raise ValidationError(f"这条{word}{row.get_state_display()}，不用撤销。")
        _end(row, State.REVERSED, by, now, reason)
        notices.tell_ended(row, by, "撤销", reason, now)
    return row


def _held(entry: ScoreEntry, version: int | None, reason: str) -> ScoreEntry:
    if not reason.strip():
        raise ValidationError({"reason": "请写明原因。"})
    row = lock_for_change(entry, version)
    hold_month(row.month)
    return row


def _end(row: ScoreEntry, state: str, by: User, now: datetime, reason: str) -> None:
    row.state, row.ended_at, row.ended_by, row.end_reason = state, now, by, reason.strip()
    row.full_clean()
    row.save()


def mark_entry_read(*, entry: ScoreEntry, by: User, now: datetime) -> ScoreEntry:
    """已阅 by the team or the village: the first one stands. An appeal stays possible until its deadline."""
    with acting(by=by, action="entry.read", label="已阅扣分"):
        row = lock_for_change(entry)
        if row.read_at is None and row.notified_at is not None:
            row.read_at, row.read_by = now, by
            row.full_clean()
            row.save()
    return row


def take_effect(*, now: datetime, by: User | None = None) -> int:
    """已通知 → 已生效 where the time for an appeal has passed. By the system, with a trail; again changes nothing.

    Sealed months are left alone: what was frozen there stays as it was frozen."""
    open_months = AppraisalMonth.objects.exclude(state__in=AppraisalMonth.SEALED).values("month")
    due = ScoreEntry.objects.filter(state=State.NOTIFIED, appeal_until__lt=now, month__in=open_months)
    numbers = list(due.order_by("pk").values_list("pk", flat=True))
    done = 0
    with acting(by=by, action="entry.effective", label="申诉期满生效"):
        for row in ScoreEntry.objects.select_for_update().filter(pk__in=numbers, state=State.NOTIFIED).order_by("pk"):
            row.state = State.EFFECTIVE
            row.save()
            done += 1
    return done


# --- 整改 -----------------------------------------------------------------------------------------
def report_rectified(
    *, entry: ScoreEntry, rectified_on: date, result: str, by: User, now: datetime, version: int | None = None
) -> ScoreEntry:
    """整改情况, by the team or the village; once more where the office found it wanting."""
    with acting(by=by, action="entry.rectified", label="填写整改情况"):
        row = lock_for_change(entry, version)
        _refuse_no_rectifying(row)
        if row.rectify_ok:
            raise ValidationError("整改已核查到位，不用再填。")
        if rectified_on > timezone.localdate(now):
            raise ValidationError({"rectified_on": "整改完成日期不能晚于今天。"})
        if rectified_on < row.occurred_on:
            day = full_date(row.occurred_on)
            raise ValidationError({"rectified_on": f"整改完成日期不能早于发生日期（{day}）。"})
        row.rectified_on, row.rectify_result = rectified_on, result.strip()
        row.rectified_at, row.rectified_by = now, by
        if row.read_at is None:
            row.read_at, row.read_by = now, by
        row.rectify_checked_at = row.rectify_checked_by = row.rectify_ok = None
        row.rectify_note = ""
        row.full_clean()
        row.save()
        notices.tell_rectified(row, by, now)
    return row


def check_rectified(
    *, entry: ScoreEntry, ok: bool, note: str, by: User, now: datetime, version: int | None = None
) -> ScoreEntry:
    """核查整改: done, or what is still missing."""
    with acting(by=by, action="entry.rectify_check", label="核查整改", reason=note):
        if not ok and not note.strip():
            raise ValidationError({"note": "没有到位的，请写明还差什么。"})
        row = lock_for_change(entry, version)
        _refuse_no_rectifying(row)
        refuse_own_team(row, by)
        if row.rectified_at is None:
            raise ValidationError("工作组还没有填写整改情况。")
        if row.rectify_checked_at is not None:
            raise ValidationError("整改已经核查过。")
        row.rectify_checked_at, row.rectify_checked_by = now, by
        row.rectify_ok, row.rectify_note = ok, note.strip()
        row.full_clean()
        row.save()
        notices.tell_rectification(row, by, now)
    return row


def _refuse_no_rectifying(row: ScoreEntry) -> None:
    if row.rectify_by is None:
        raise ValidationError("这条扣分没有整改要求。")
    if row.state in ScoreEntry.OVER:
        raise ValidationError(f"这条扣分{row.get_state_display()}，不用整改。")
