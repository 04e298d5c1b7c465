"""定稿: scores, names, lines and the words of the clauses are frozen and sealed; then subsidies and archive.

Two who lock at the same moment stand in line at the month's row; the second finds it sealed and changes nothing.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from appraisal.actions.months import State, _refuse, _save, not_due
from appraisal.closing import lock_checks, refusal
from appraisal.closing_facts import open_counts
from appraisal.models import AppraisalMonth, MonthlyScore, ScoreEntry
from appraisal.score_facts import month_scores
from appraisal.sealing import frozen_row, seal_of
from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.trail.versions import EditConflict, lock_for_change


def lock_month(
    *, row: AppraisalMonth, typed: str, by: User | None, now: datetime, version: int | None = None
) -> AppraisalMonth:
    """处理申诉 → 已定稿. `typed`: the month written out, 2018年9月. Sealed already: the row as it is.

    Raises `ValidationError` while somebody's appeal is open or could still be filed.
    """
    with acting(by=by, action="month.lock", label="月考核定稿") as act:
        # Entries before the month: every act about an entry takes this way.
        _take_effect(row, now)
        row = lock_for_change(row)
        if row.is_sealed:
            return row
        if version is not None and row.version != version:
            raise EditConflict(row)
        _refuse(not_due(row, State.APPEALS))
        _refuse_earlier_open(row)
        if "".join(unicodedata.normalize("NFKC", typed).split()) != row.period.title:
            raise ValidationError({"typed": f"请输入“{row.period.title}”，表示确认定稿。"})
        _refuse(refusal(lock_checks(open_counts(row.period, now, with_week=False))))
        teams = freeze(row, timezone.localdate(now))
        row.state, row.locked_at, row.locked_by = State.FINAL, now, by
        _save(row)
        act.note(row, [("定稿工作组", "", str(teams))])
    return row


def freeze(row: AppraisalMonth, today: date) -> int:
    """Write the frozen scores and put their check value on the row, which the caller saves. Answers how many."""
    found = month_scores(row.period, today, explain=None)
    rows = [frozen_row(row, score, place) for place, score in enumerate(found.scores.values(), start=1)]
    MonthlyScore.objects.bulk_create(rows, batch_size=200)
    row.seal = seal_of(row.scheme.number, rows)
    return len(rows)


def _refuse_earlier_open(row: AppraisalMonth) -> None:
    """Bonus caps of a quarter rest on its earlier months, which therefore may not move any more."""
    earlier = AppraisalMonth.objects.filter(month__lt=row.month).exclude(state__in=AppraisalMonth.SEALED)
    if (first := earlier.order_by("month").first()) is not None:
        raise ValidationError(f"{first}还没有定稿，请按月份先后定稿。")


def _take_effect(row: AppraisalMonth, now: datetime) -> None:
    """已通知 whose time for an appeal is over → 已生效."""
    due = ScoreEntry.objects.select_for_update().filter(
        month=row.month, state=ScoreEntry.State.NOTIFIED, appeal_until__lt=now
    )
    for entry in due.order_by("pk"):
        entry.state = ScoreEntry.State.EFFECTIVE
        entry.save()


def archive(*, row: AppraisalMonth, by: User | None, now: datetime, version: int | None = None) -> AppraisalMonth:
    """补助已核对 → 已归档."""
    with acting(by=by, action="month.archive", label="归档月考核"):
        row = lock_for_change(row, version)
        _refuse(not_due(row, State.PAID))
        row.state, row.archived_at, row.archived_by = State.ARCHIVED, now, by
        _save(row)
    return row
