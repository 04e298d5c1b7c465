"""月考核, step by step: checked, laid before the sign-off, signed off, made public, back with a reason.

The steps after 定稿 stand in `month_lock`. Every act holds the month's row.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.entries import calendar_after
from appraisal.actions.open_month import month_ahead, open_month
from appraisal.addressees import of_staff
from appraisal.as_body import expect, ground, noted
from appraisal.closing import ORDER, back_targets, checks, refusal
from appraisal.closing_facts import open_counts
from appraisal.models import AppraisalMonth, Clause, ScoreEntry
from appraisal.permissions_months import signs_month
from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell
from lianzhen.periods import Month
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import date_range, list_date, step_closed

State = AppraisalMonth.State
#: What may be put off to the next month: nobody has been told of a result.
PUT_OFF = (ScoreEntry.State.WAITING, ScoreEntry.State.CLAIMED, ScoreEntry.State.OPINION, ScoreEntry.State.VERIFIED)


def start_checks(*, month: Month, by: User | None, today: date) -> AppraisalMonth:
    """进行中 → 数据检查, from the first day after the month. Opens a month in which nothing was recorded."""
    _refuse(start_refusal(month, None, today))
    with acting(by=by, action="month.check", label="开始月考核检查"):
        row = AppraisalMonth.objects.filter(month=month.start).first()
        if row is None:
            row = open_month(month, month_ahead(month.start).scheme, by)
        row = lock_for_change(row)
        _refuse(start_refusal(month, row, today))
        row.state = State.CHECKING
        _save(row)
    return row


def hand_in(*, row: AppraisalMonth, by: User | None, now: datetime, version: int | None = None) -> AppraisalMonth:
    """数据检查 → 待审核, once nothing blocks any more. `by` will not be the one who signs off."""
    with acting(by=by, action="month.hand_in", label="提交月考核审核"):
        row = lock_for_change(row, version)
        _refuse(not_due(row, State.CHECKING))
        _refuse_unfinished(row, now)
        row.state, row.checked_at, row.checked_by = State.REVIEW, now, by
        _save(row)
    return row


def put_off(*, row: AppraisalMonth, entries: Collection[ScoreEntry], by: User | None, now: datetime) -> int:
    """顺延: entries that wait go over to the next month, with the clause of its version. Answers how many."""
    with acting(by=by, action="month.put_off", label="顺延到下个月"):
        chosen = ScoreEntry.objects.select_for_update().filter(pk__in=[one.pk for one in entries]).order_by("pk")
        held = list(chosen)
        row = lock_for_change(row)
        _refuse(not_due(row, State.CHECKING))
        month = row.period.next()
        counted = month_ahead(month.start)
        following = counted.row or open_month(counted.month, counted.scheme, by)
        for entry in held:
            if entry.month != row.month or entry.state not in PUT_OFF:
                raise ValidationError(f"{entry.number}已办完，不用顺延。")
            _move(entry, following)
    return len(held)


def _move(entry: ScoreEntry, following: AppraisalMonth) -> None:
    if entry.clause.scheme_id != following.scheme_id:
        clause = Clause.objects.filter(scheme=following.scheme_id, number=entry.clause_number).first()
        if clause is None:
            raise ValidationError(
                f"{following.scheme}没有条款{entry.clause_number}，{entry.number}不能顺延，请在本月办完。"
            )
        entry.clause = clause
    entry.month = following.month
    entry.full_clean()
    entry.save()


def review(
    *, row: AppraisalMonth, by: User, now: datetime, note: str = "", version: int | None = None
) -> AppraisalMonth:
    """审核通过: by somebody else than checked, who serves in no team and served in none in the month; where nobody is
    left, one registers what the committee decided, with its minutes in `note`."""
    with acting(by=by, action="month.review", label="审核月考核", reason=note) as act:
        row = lock_for_change(row, version)
        _refuse(review_refusal(row))
        verdict = expect(signs_month(by, row))
        act.reason = ground(note, verdict, "note")
        if verdict.reason:
            act.note(row, noted(verdict))
        _refuse_unfinished(row, now)
        row.reviewed_at, row.reviewed_by = now, by
        _save(row)
    return row


def publicity_dates(row: AppraisalMonth, starts_on: date) -> tuple[date, date]:
    """From the first working day on or after `starts_on`, so many working days as the version says."""
    calendar = calendar_after(starts_on)
    first = calendar.add_workdays(starts_on, 0)
    return first, calendar.add_workdays(first - timedelta(days=1), max(1, row.scheme.publicity_days))


def publish(
    *, row: AppraisalMonth, starts_on: date, by: User | None, now: datetime, version: int | None = None
) -> AppraisalMonth:
    """待审核 → 公示中. From here on no new entry counts in the month. All staff are told from when to when."""
    with acting(by=by, action="month.publish", label="开始公示"):
        row = lock_for_change(row, version)
        _refuse(publish_refusal(row))
        if starts_on < timezone.localdate(now):
            raise ValidationError({"starts_on": "公示开始日期不能早于今天。"})
        _refuse_unfinished(row, now)
        row.publicity_from, row.publicity_until = publicity_dates(row, starts_on)
        row.state = State.PUBLICITY
        _save(row)
        days = date_range(row.publicity_from, row.publicity_until, row.month.year)
        told = f"{row.period.title}考核得分公示：{days}。有异议的，请在公示期内反映。"
        tell(
            of_staff(timezone.localdate(now), row.month) - {by.pk if by else 0},
            told,
            reverse("month_notice", args=[row.period.key]),
        )
    return row


def end_publicity(*, row: AppraisalMonth, by: User | None, today: date, version: int | None = None) -> AppraisalMonth:
    """公示中 → 处理申诉, after its last day."""
    with acting(by=by, action="month.unpublish", label="结束公示"):
        row = lock_for_change(row, version)
        _refuse(end_refusal(row, today))
        row.state = State.APPEALS
        _save(row)
    return row


def step_back(
    *, row: AppraisalMonth, to: str, reason: str, by: User | None, version: int | None = None
) -> AppraisalMonth:
    """退回到 an earlier step, until the lock. What was signed after that step is signed again."""
    with acting(by=by, action="month.back", label="退回月考核", reason=reason):
        row = lock_for_change(row, version)
        if not reason.strip():
            raise ValidationError({"reason": "请写明退回原因。"})
        _refuse(back_refusal(row))
        if to not in back_targets(row.state):
            raise ValidationError({"to": "请选择退回到哪一步。"})
        row.state = to
        row.reviewed_at = row.reviewed_by = None
        row.publicity_from = row.publicity_until = None
        if ORDER.index(to) < ORDER.index("review"):
            row.checked_at = row.checked_by = None
        _save(row)
    return row


# --- When a step is not taken: the sentence for its page and its action; empty when it is --------------
def not_due(row: AppraisalMonth, state: str) -> str:
    """`state`: the one at which the step is taken."""
    return "" if row.state == state else step_closed(row, State, row.state, state)


def start_refusal(month: Month, row: AppraisalMonth | None, today: date) -> str:
    if today <= month.end:
        return f"{month.title}还没有结束，下月1日起可以开始。"
    return not_due(row, State.OPEN) if row is not None else ""


def review_refusal(row: AppraisalMonth) -> str:
    return not_due(row, State.REVIEW) or ("审核已通过，不用再审核。" if row.reviewed_at is not None else "")


def publish_refusal(row: AppraisalMonth) -> str:
    return not_due(row, State.REVIEW) or ("审核通过后才能公示。" if row.reviewed_at is None else "")


def end_refusal(row: AppraisalMonth, today: date) -> str:
    said, until = not_due(row, State.PUBLICITY), row.publicity_until
    if said or (until is not None and today > until):
        return said
    assert until is not None  # `month_publicity_fits`
    return f"公示还没有到期，{list_date(until + timedelta(days=1), today.year)}起可以结束。"


def back_refusal(row: AppraisalMonth) -> str:
    if row.is_sealed:
        return f"{row}已定稿，不能退回。如需更正，请填写更正单。"
    return "" if back_targets(row.state) else f"{row}还没有开始检查，没有可以退回的步骤。"


# --- Shared -------------------------------------------------------------------------------------------
def _refuse(said: str) -> None:
    if said:
        raise ValidationError(said)


def _refuse_unfinished(row: AppraisalMonth, now: datetime) -> None:
    _refuse(refusal(checks(open_counts(row.period, now, with_week=False))))


def _save(row: AppraisalMonth) -> None:
    row.full_clean()
    row.save()
