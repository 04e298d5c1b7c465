"""更正单: names a frozen line, is signed by a second person, and becomes an entry of the next open month."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils import timezone

from appraisal.actions import entry_notices as notices
from appraisal.actions.entries import next_number, notify
from appraisal.actions.open_month import Counted, month_for
from appraisal.as_body import expect, ground, noted
from appraisal.models import Correction, MonthlyScore, ScoreEntry
from appraisal.permissions_months import SIGNERS, signs_correction
from appraisal.rules.base import change_in_points, in_points
from lianzhen.accounts.models import User
from lianzhen.periods import Month
from lianzhen.trail import acting
from lianzhen.trail.recording import Act
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date

State = Correction.State
LETTER = "更"
STEP = Decimal("0.1")


def ask_correction(
    *, score: MonthlyScore, entry: ScoreEntry, points: Decimal, reason: str, by: User, now: datetime
) -> Correction:
    """`points` (分): above zero to give back, below to take. Raises `ValidationError` by field."""
    with acting(by=by, action="correction.ask", label="填写更正单", reason=reason):
        if entry.village_id != score.village_id or entry.month != score.month.month:
            raise ValidationError({"entry": "请选择这个月定稿的记录。"})
        if not User.objects.holding(*SIGNERS, on=timezone.localdate(now)).exclude(pk=by.pk).exists():
            raise ValidationError("更正单由另一人批准，没有另外的联村办主任或党委委员账号，请由其他同志填写。")
        if not points or points % STEP:
            raise ValidationError({"points": "更正分值不能是0，最小单位0.1分。"})
        if entry.state in ScoreEntry.UNCOUNTED:
            raise ValidationError({"entry": f"{entry.number}没有通知过，也没有计分，不用更正。"})
        if entry.clause.rule == "veto":
            raise ValidationError({"entry": "一票否决不计分，不用更正单办理。"})
        list(ScoreEntry.objects.select_for_update().filter(pk=entry.pk).values_list("pk"))  # one slip after another
        _refuse_beyond(entry, points)
        slip = Correction(
            number=next_number("", Month.of(timezone.localdate(now)), Correction, LETTER),
            score=score,
            entry=entry,
            points=points,
            reason=reason.strip(),
            created_at=now,
            created_by=by,
        )
        slip.full_clean()
        slip.save()
    return slip


def _refuse_beyond(entry: ScoreEntry, points: Decimal) -> None:
    """No more may be undone than the entry took or gave; slips that wait or were approved are reckoned with."""
    sign = 1 if entry.kind == ScoreEntry.Kind.DEDUCTION else -1
    counted = entry.effective_points if entry.state in ScoreEntry.COUNTING else Decimal(0)
    slips = Correction.objects.filter(entry=entry).exclude(state=State.DECLINED)
    left = counted - sign * (slips.aggregate(sum=Sum("points"))["sum"] or Decimal(0))
    if sign * points > left:
        word = "还给" if sign > 0 else "收回"
        most = f"最多{word}{in_points(left)}" if left > 0 else f"没有可以{word}的分值"
        raise ValidationError({"points": f"{entry.number}计{in_points(counted)}，{most}。"})


def approve(*, slip: Correction, by: User, now: datetime, note: str = "", version: int | None = None) -> Correction:
    """批准: a line of the month that is open today, outside caps; taken points are told and may be appealed."""
    with acting(by=by, action="correction.approve", label="批准更正单", reason=note) as act:
        slip, note = _open(slip, by, version, note, act)
        counted = month_for(timezone.localdate(now), by)
        assert counted.row is not None
        _become_entry(slip, counted, by, now)
        slip.state, slip.into_month = State.APPROVED, counted.row
        _decide(slip, by, now, note)
    return slip


def decline(*, slip: Correction, by: User, now: datetime, note: str, version: int | None = None) -> Correction:
    with acting(by=by, action="correction.decline", label="不批准更正单", reason=note) as act:
        if not note.strip():
            raise ValidationError({"note": "不批准请写明原因。"})
        slip, note = _open(slip, by, version, note, act)
        slip.state = State.DECLINED
        _decide(slip, by, now, note)
    return slip


def _open(slip: Correction, by: User, version: int | None, note: str, act: Act) -> tuple[Correction, str]:
    """Held, with the note as it is kept."""
    slip = lock_for_change(slip, version)
    if slip.state != State.ASKED:
        raise ValidationError(f"{slip}{slip.get_state_display()}，不用再签。")
    verdict = expect(signs_correction(by, slip))
    if verdict.reason:
        act.note(slip, noted(verdict))
    return slip, ground(note, verdict, "note")


def _decide(slip: Correction, by: User, now: datetime, note: str) -> None:
    slip.decided_at, slip.decided_by, slip.decision_note = now, by, note.strip()
    slip.full_clean()
    slip.save()


def _become_entry(slip: Correction, counted: Counted, by: User, now: datetime) -> ScoreEntry:
    original = slip.entry
    clause = next((c for c in counted.scheme.clauses.all() if c.number == original.clause_number), None)
    if clause is None:
        raise ValidationError(f"{counted.scheme}没有条款{original.clause_number}，不能计入{counted.month.title}。")
    gives = slip.points > 0
    kind = ScoreEntry.Kind.BONUS if gives else ScoreEntry.Kind.DEDUCTION
    said = f"更正{original.number}：{change_in_points(slip.points)}"
    row = ScoreEntry(
        number=next_number(kind, counted.month),
        kind=kind,
        month=counted.month.start,
        clause=clause,
        clause_number=clause.number,
        clause_text=clause.text,
        village_id=slip.score.village_id,
        team_id=slip.score.team_id,
        concerns=original.concerns,
        occurred_on=timezone.localdate(now),
        source=ScoreEntry.Source.OTHER,
        values={"correction": slip.number},
        points=abs(slip.points),
        calculation=said,
        fact=f"{slip.number}，更正{full_date(original.occurred_on)}的{original.number}：{slip.reason}"[:200],
        basis=slip.number,
        corrects=original,
        recorded_by=slip.created_by,
        recorded_at=slip.created_at,
        needs_second=True,
        confirmed_at=now,
        confirmed_by=by,
    )
    if gives:
        row.state = ScoreEntry.State.AGREED
        row.full_clean()
        row.save()
        notices.tell_corrected(row, original.month, by, now)
    else:
        notify(row, counted.scheme, by, now)
    return row
