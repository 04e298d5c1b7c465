"""扣分: recorded, confirmed by a second person, told to the team. From then on never edited (see `entry_ends`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet
from django.utils import timezone

from appraisal.actions import entry_notices as notices
from appraisal.actions.evidence import Prepared, attach, prepare_all
from appraisal.actions.open_month import Counted, hold_month, month_for
from appraisal.entry_rules import Worked, appeal_deadline, rectify_deadline, until, worked_out
from appraisal.models import Clause, Scheme, ScoreEntry, Suggestion
from appraisal.permissions import RECUSED
from appraisal.permissions_entries import has_part_in
from appraisal.rules.base import Kind as RuleKind
from appraisal.rules.entries import BadEntry
from appraisal.seals import ensure_counts
from lianzhen.accounts.models import User
from lianzhen.periods import Month
from lianzhen.town.models import CalendarDay
from lianzhen.town.workdays import WorkCalendar
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import list_date, points
from villages.models import LiaisonTeam, Village

State = ScoreEntry.State
Kind = ScoreEntry.Kind
#: Far enough to find the end of any run of holidays after `Scheme.appeal_days`.
BEYOND = timedelta(days=120)
LETTERS = {Kind.DEDUCTION: "扣", Kind.BONUS: "加"}


@dataclass(frozen=True)
class Recorded:
    """What became of it, in a sentence for the page."""

    entry: ScoreEntry
    sentence: str


# --- Recording ------------------------------------------------------------------------------------
def record_deduction(
    *,
    village: Village,
    clause: Clause,
    occurred_on: date,
    answers: Mapping[str, Any],
    fact: str,
    by: User | None,
    now: datetime,
    source: str = ScoreEntry.Source.TOWN,
    reason: str = "",
    record_number: str = "",
    basis: str = "",
    files: Iterable[Any] = (),
    draft: bool = False,
    again: bool = False,
    suggestion: Suggestion | None = None,
    entry: ScoreEntry | None = None,
    version: int | None = None,
) -> Recorded:
    """登记扣分: told to the team at once, or waiting for a second person, or kept as a draft.

    `clause` may belong to another version than the month's: its number is looked up there. `answers` are the
    answers to the rule's questions. `again`: the recorder has seen that a like entry exists. `entry`: a draft
    or a returned one to write anew. Raises `ValidationError` by field, nothing is kept then.
    """
    ready = prepare_all(files)
    with acting(by=by, action="entry.draft" if draft else "entry.record", label="存扣分草稿" if draft else "登记扣分"):
        refuse_future(occurred_on, now)
        row = _row_to_write(entry, version, by)  # before the month: every act about an entry takes this way
        counted = month_for(occurred_on, by)
        clause = clause_in(counted.scheme, clause.number, deduction=True)
        worked = work_out(clause, counted.scheme, answers)
        fill_entry(row, village, clause, counted, worked, occurred_on, fact=fact, reason=reason)
        row.source, row.record_number, row.basis = source, record_number.strip(), basis.strip()
        if not draft:
            refuse_missing_reason(row, clause)
            _refuse_missing_evidence(row, clause, ready)
            if not again:
                refuse_like(row, timezone.localdate(now))
        if suggestion is not None:
            row.suggestion = _take_up(suggestion, row, by, now)
        row.state = State.DRAFT
        row.confirmed_at = row.confirmed_by = None
        row.confirm_note = ""
        row.full_clean()
        row.save()
        attach(ready, by=by, day=occurred_on, entry=row)
        if draft:
            return Recorded(row, f"已存草稿（{row.number}）。{counted.sentence}")
        return Recorded(row, _send(row, counted, by, now))


def _row_to_write(entry: ScoreEntry | None, version: int | None, by: User | None) -> ScoreEntry:
    if entry is None:
        return ScoreEntry(kind=Kind.DEDUCTION, recorded_by=by)
    row = lock_for_change(entry, version)
    if row.state not in (State.DRAFT, State.RETURNED):
        raise ValidationError(f"这条扣分{row.get_state_display()}，不再修改，只能作废或撤销后重新登记。")
    return row


def fill_entry(
    row: ScoreEntry,
    village: Village,
    clause: Clause,
    counted: Counted,
    worked: Worked,
    day: date,
    *,
    fact: str,
    reason: str,
) -> None:
    """The facts of an entry, with what may change later frozen."""
    row.village, row.occurred_on = village, day
    row.team = LiaisonTeam.objects.on(day).filter(village=village).first()
    if row.team is None and clause.applies_to == "team":
        raise ValidationError({"clause": f"{village}这一天没有联村工作组，条款{clause.number}只对联村工作组执行。"})
    if row.month != counted.month.start or not row.number:
        row.month = counted.month.start
        row.number = next_number(row.kind, counted.month)
    row.clause, row.clause_number, row.clause_text = clause, clause.number, clause.text
    row.concerns = clause.applies_to
    row.values, row.points, row.calculation = worked.values.to_json(), worked.points, worked.calculation[:200]
    row.needs_second = worked.needs_second
    row.fact, row.reason = fact.strip(), reason.strip()


def _send(row: ScoreEntry, counted: Counted, by: User | None, now: datetime) -> str:
    if row.needs_second:
        row.state = State.WAITING
        row.recorded_at = now
        row.save()
        notices.tell_waiting(row, by, now)
        return f"已登记，待复核后通知{notices.place_of(row)}（{row.number}）。{counted.sentence}"
    row.recorded_at = now
    notify(row, counted.scheme, by, now)
    return f"已登记。{notices.place_of(row)}会收到通知（{row.number}）。{counted.sentence}"


def notify(row: ScoreEntry, scheme: Scheme, by: User | None, now: datetime) -> None:
    """Tell the team; from here the time for an appeal runs, and for putting it right."""
    local = timezone.localtime(now)
    row.state, row.notified_at = State.NOTIFIED, now
    row.appeal_until = appeal_deadline(local, scheme.appeal_days, calendar_after(local.date()))
    row.rectify_by = rectify_deadline(local.date(), row.clause.rectify_days)
    row.full_clean()
    row.save()
    notices.tell_notified(row, by, now)


# --- The second person ------------------------------------------------------------------------------
def confirm(*, entry: ScoreEntry, by: User, now: datetime, note: str = "", version: int | None = None) -> Recorded:
    """复核同意: told to the team from now on."""
    with acting(by=by, action="entry.confirm", label="复核扣分", reason=note):
        row = _waiting(entry, by, version)
        scheme = hold_month(row.month).scheme
        ensure_counts(row.month)
        row.confirmed_at, row.confirmed_by, row.confirm_note = now, by, note.strip()
        notify(row, scheme, by, now)
    return Recorded(row, f"已同意。{notices.place_of(row)}会收到通知。")


def send_back(*, entry: ScoreEntry, by: User, now: datetime, note: str, version: int | None = None) -> Recorded:
    """复核退回, with what is to be put right; the recorder may write it anew or leave it."""
    with acting(by=by, action="entry.send_back", label="退回扣分", reason=note):
        if not note.strip():
            raise ValidationError({"note": "退回请写明原因。"})
        row = _waiting(entry, by, version)
        hold_month(row.month)
        row.state = State.RETURNED
        row.confirmed_at, row.confirmed_by, row.confirm_note = now, by, note.strip()
        row.full_clean()
        row.save()
        notices.tell_returned(row, by, note)
    return Recorded(row, "已退回，登记人会收到通知。")


def _waiting(entry: ScoreEntry, by: User, version: int | None) -> ScoreEntry:
    row = lock_for_change(entry, version)
    if row.state != State.WAITING:
        raise ValidationError(f"这条扣分{row.get_state_display()}，不用再复核。")
    if row.recorded_by_id == by.pk:
        raise ValidationError("登记人不能复核自己登记的扣分，请由其他同志复核。")
    refuse_own_team(row, by)
    return row


# --- Steps that acts share ----------------------------------------------------------------------------
def refuse_own_team(row: ScoreEntry, by: User) -> None:
    """Whoever serves in the team, or served in it on the day of the fact."""
    if has_part_in(by, row):
        raise ValidationError(RECUSED)


def refuse_future(day: date, now: datetime) -> None:
    if day > timezone.localdate(now):
        raise ValidationError({"occurred_on": "发生日期不能晚于今天。"})


def clause_in(scheme: Scheme, number: str, *, deduction: bool) -> Clause:
    """The clause of this version by its number; terms of `scheme` are at hand."""
    found = next((one for one in scheme.clauses.all() if one.number == number), None)
    if found is None:
        raise ValidationError({"clause": f"{scheme}没有条款{number}，请重新选择条款。"})
    if (found.as_rule().kind is RuleKind.BONUS) == deduction:
        word = "加分条款，请在“申报加分”办理" if deduction else "扣分条款，请选择加分条款"
        raise ValidationError({"clause": f"条款{number}是{word}。"})
    return found


def work_out(clause: Clause, scheme: Scheme, answers: Mapping[str, Any]) -> Worked:
    try:
        return worked_out(
            clause.as_rule(), answers, second_points=scheme.second_points, clause_needs_second=clause.needs_second
        )
    except BadEntry as problem:
        raise ValidationError({name: f"{sentence}。" for name, sentence in problem.errors.items()}) from problem


def refuse_missing_reason(row: ScoreEntry, clause: Clause) -> None:
    if clause.as_rule().wants_reason and not row.reason:
        raise ValidationError({"reason": f"条款{clause.number}须写明酌情理由。"})


def _refuse_missing_evidence(row: ScoreEntry, clause: Clause, ready: list[Prepared]) -> None:
    if clause.evidence != Clause.Evidence.ONE_OF or ready or row.record_number:
        return
    if row.pk is None or not row.evidence.filter(withdrawn_at=None).exists():
        raise ValidationError({"files": f"条款{clause.number}至少要一项：照片、文件或检查记录编号。"})


def like_entries(village_id: int, day: date, clause_number: str, kind: str = Kind.DEDUCTION) -> QuerySet[ScoreEntry]:
    """Entries of the same village, day and clause that stand."""
    gone = (*ScoreEntry.OVER, State.DRAFT, State.RETURNED)
    return ScoreEntry.objects.filter(
        kind=kind, village_id=village_id, occurred_on=day, clause_number=clause_number
    ).exclude(state__in=gone)


def refuse_like(row: ScoreEntry, today: date) -> None:
    other = like_entries(row.village_id, row.occurred_on, row.clause_number, row.kind).exclude(pk=row.pk).first()
    if other is not None:
        raise ValidationError({"again": ValidationError(like_sentence(other, today), code="duplicate")})


def like_sentence(other: ScoreEntry, today: date) -> str:
    """10月16日已有一条B3（−1.0分），是否重复？"""
    sign = "+" if other.kind == Kind.BONUS else "−"
    day = list_date(other.occurred_on, today.year)
    return f"{day}已有一条{other.clause_number}（{sign}{points(other.points)}，{other.number}），是否重复？"


def next_number(kind: str, month: Month, model: Any = ScoreEntry, letter: str = "") -> str:
    """扣201810-0001. The caller holds the month's row, so that nobody takes the same."""
    prefix = f"{letter or LETTERS[Kind(kind)]}{month.year:04}{month.number:02}-"
    last = model.objects.filter(number__startswith=prefix).aggregate(last=Max("number"))["last"]
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:04}"


def calendar_after(day: date) -> WorkCalendar:
    """The work calendar of the deadlines that begin on the day. One query."""
    return WorkCalendar(CalendarDay.objects.between(day, day + BEYOND).as_exceptions())


def deadline_words(row: ScoreEntry, today: date) -> str:
    """10月22日17:00; empty before the notice."""
    return until(timezone.localtime(row.appeal_until), today) if row.appeal_until else ""


def _take_up(suggestion: Suggestion, row: ScoreEntry, by: User | None, now: datetime) -> Suggestion:
    """The suggestion becomes this entry; it can become only one."""
    found = lock_for_change(suggestion)
    if found.state != Suggestion.State.OPEN and ScoreEntry.objects.filter(suggestion=found, pk=row.pk).count() == 0:
        raise ValidationError(f"这条建议扣分{found.get_state_display()}，不用再登记。")
    if found.team.village_id != row.village_id:
        raise ValidationError({"village": f"这条建议扣分是{found.team}的，请不要更换工作组。"})
    if by is not None:
        refuse_own_team(row, by)
    found.state, found.decided_at, found.decided_by = Suggestion.State.CONFIRMED, now, by
    found.decision_reason = f"登记扣分{row.number}"
    found.full_clean()
    found.save()
    return found
