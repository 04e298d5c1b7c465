"""加分: claimed by the leader, the liaison group's opinion, verified by the office, agreed by its head."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from appraisal.actions import entry_notices as notices
from appraisal.actions.entries import (
    Recorded,
    clause_in,
    fill_entry,
    refuse_future,
    refuse_like,
    refuse_own_team,
    work_out,
)
from appraisal.actions.evidence import attach, prepare_all
from appraisal.actions.open_month import hold_month, month_for
from appraisal.addressees import of_office
from appraisal.models import Clause, ScoreEntry
from appraisal.seals import ensure_counts
from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import points, short
from villages.models import Village

State = ScoreEntry.State


def claim_bonus(
    *,
    village: Village,
    clause: Clause,
    occurred_on: date,
    answers: Mapping[str, Any],
    fact: str,
    by: User | None,
    now: datetime,
    reason: str = "",
    record_number: str = "",
    files: Iterable[Any] = (),
    again: bool = False,
) -> Recorded:
    """申报加分. Raises `ValidationError` by field."""
    ready = prepare_all(files)
    with acting(by=by, action="bonus.claim", label="申报加分"):
        refuse_future(occurred_on, now)
        counted = month_for(occurred_on, by)
        clause = clause_in(counted.scheme, clause.number, deduction=False)
        worked = work_out(clause, counted.scheme, answers)
        row = ScoreEntry(kind=ScoreEntry.Kind.BONUS, recorded_by=by, recorded_at=now, source=ScoreEntry.Source.CLAIM)
        fill_entry(row, village, clause, counted, worked, occurred_on, fact=fact, reason=reason)
        row.record_number = record_number.strip()
        row.needs_second = True
        row.state = State.CLAIMED
        if not again:
            refuse_like(row, timezone.localdate(now))
        row.full_clean()
        row.save()
        attach(ready, by=by, day=occurred_on, entry=row)
        today = timezone.localdate(now)
        asked = notices.guides(row, today)
        text = f"{notices.place_of(row)}申报加分{points(row.points)}：{short(row.fact, 40)}"
        notices.tell_claim(row, asked, text, by)
    return Recorded(
        row, f"已申报（{row.number}），由{'片区联络组出意见' if asked else '联村工作办核实'}。{counted.sentence}"
    )


def wants_opinion(row: ScoreEntry, now: datetime) -> bool:
    """Whether there is a liaison group that can give one: not where all of it serve in the team, or claimed."""
    return bool(notices.guides(row, timezone.localdate(now)) - {row.recorded_by_id})


def give_opinion(
    *, entry: ScoreEntry, is_for: bool, opinion: str, by: User, now: datetime, version: int | None = None
) -> Recorded:
    """片区意见: for or against, for the office to weigh."""
    with acting(by=by, action="bonus.opinion", label="出片区意见", reason=opinion):
        if not is_for and not opinion.strip():
            raise ValidationError({"opinion": "不赞成的，请写明理由。"})
        row = _held(entry, (State.CLAIMED,), by, version)
        row.state, row.opinion_at, row.opinion_by = State.OPINION, now, by
        row.opinion_for, row.opinion = is_for, opinion.strip()
        row.full_clean()
        row.save()
        text = f"片区已出意见，请核实：{notices.place_of(row)}申报加分{points(row.points)}"
        notices.tell_claim(row, of_office(timezone.localdate(now)), text, by)
    return Recorded(row, "已出意见，由联村工作办核实。")


def verify(
    *, entry: ScoreEntry, verified_points: Decimal, note: str, by: User, now: datetime, version: int | None = None
) -> Recorded:
    """核实: the material bears out so many points (分), never more than were claimed."""
    with acting(by=by, action="bonus.verify", label="核实加分", reason=note):
        row = _held(entry, (State.CLAIMED, State.OPINION), by, version)
        if row.state == State.CLAIMED and wants_opinion(row, now):
            raise ValidationError("先由所在片区的联络组出意见，再核实。")
        if not Decimal(0) < verified_points <= row.points:
            raise ValidationError({"verified_points": f"核实分值应在0.1到{points(row.points)}之间。"})
        if verified_points < row.points and not note.strip():
            raise ValidationError({"note": "核实分值少于申报的，请写明理由。"})
        row.state, row.verified_at, row.verified_by, row.verify_note = State.VERIFIED, now, by, note.strip()
        row.changed_points = verified_points if verified_points != row.points else None
        row.full_clean()
        row.save()
        text = f"加分已核实，待同意：{notices.place_of(row)}{points(verified_points)}"
        notices.tell_claim(row, notices.heads_about(row, timezone.localdate(now)), text, by)
    return Recorded(row, "已核实，由联村工作办主任决定。")


def agree(*, entry: ScoreEntry, by: User, now: datetime, note: str = "", version: int | None = None) -> Recorded:
    """同意: it counts from now on. Raises `ValidationError` before it was verified."""
    with acting(by=by, action="bonus.agree", label="同意加分", reason=note):
        row = _held(entry, (State.CLAIMED, State.OPINION, State.VERIFIED), by, version)
        if row.state != State.VERIFIED:
            raise ValidationError(f"这项加分还没有核实，{_first(row, now)}，核实后再决定。")
        ensure_counts(row.month)
        _decide(row, State.AGREED, by, now, note)
        text = f"已同意加分{points(row.effective_points)}：{short(row.fact, 40)}"
        _tell_claimant(row, text, by, now)
    return Recorded(row, f"已同意，加{points(row.effective_points)}。")


def decline_bonus(*, entry: ScoreEntry, by: User, now: datetime, note: str, version: int | None = None) -> Recorded:
    """不同意, with the reason, at any step before the decision."""
    with acting(by=by, action="bonus.decline", label="不同意加分", reason=note):
        if not note.strip():
            raise ValidationError({"note": "不同意请写明理由。"})
        row = _held(entry, (State.CLAIMED, State.OPINION, State.VERIFIED), by, version)
        _decide(row, State.DECLINED, by, now, note)
        _tell_claimant(row, f"没有同意加分：{short(row.fact, 20)}。理由：{short(note, 40)}", by, now)
    return Recorded(row, "已答复不同意。")


def _held(entry: ScoreEntry, states: tuple[str, ...], by: User, version: int | None) -> ScoreEntry:
    row = lock_for_change(entry, version)
    hold_month(row.month)
    if row.state not in states:
        raise ValidationError(f"这项加分{row.get_state_display()}，不用再办理。")
    if by.pk == row.recorded_by_id:
        raise ValidationError("申报人不能办理自己申报的加分。")
    refuse_own_team(row, by)
    return row


def _first(row: ScoreEntry, now: datetime) -> str:
    """What comes before the decision, and whose it is."""
    if row.state == State.CLAIMED and wants_opinion(row, now):
        return "先由所在片区的联络组出意见，再由联村工作办核实"
    return "先由联村工作办核实"


def _decide(row: ScoreEntry, state: str, by: User, now: datetime, note: str) -> None:
    row.state, row.confirmed_at, row.confirmed_by, row.confirm_note = state, now, by, note.strip()
    row.full_clean()
    row.save()


def _tell_claimant(row: ScoreEntry, text: str, by: User, now: datetime) -> None:
    notices.tell_claim(row, notices.concerned(row, timezone.localdate(now)) | {row.recorded_by_id}, text, by)
