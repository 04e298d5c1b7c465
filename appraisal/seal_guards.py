"""The seal in the database: what a sealed month counted is changed by nobody, not even past the actions.

The same rule as `seals`, laid as triggers on both engines. After 定稿 an entry still takes what happens to it and
moves no score: that the team has read it, and how it was put right (整改). A draft or a returned entry, which never
counted, may go on into the month that is open now.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import models

from appraisal.models import Appeal, AppraisalMonth, Evidence, MonthlyScore, ScoreEntry, SubsidyRow
from lianzhen.trail import guards

#: Columns that the seal leaves open, beside those of every versioned row.
AFTERWARDS = (
    "read_at",
    "read_by_id",
    "rectified_on",
    "rectify_result",
    "rectified_at",
    "rectified_by_id",
    "rectify_checked_at",
    "rectify_checked_by_id",
    "rectify_ok",
    "rectify_note",
)
VERSIONED = ("version", "updated_at", "updated_by_id")
MESSAGE = "the month is sealed"
#: Of the month's own row, what the steps after the lock leave alone.
LOCKED = ("month", "scheme_id", "checked_by_id", "reviewed_by_id", "locked_at", "locked_by_id", "seal")


def lay() -> None:
    """Once, when the app is ready; every migrate lays the triggers anew."""
    # What was frozen is never changed, not even by the administrator.
    guards.append_only(MonthlyScore)
    guards.append_only(SubsidyRow)
    _entries()
    _beside(Appeal, "appeal", "{row}.entry_id")
    of_appeal = f"(SELECT a.entry_id FROM {Appeal._meta.db_table} a WHERE a.id = {{row}}.appeal_id)"
    _beside(Evidence, "evidence", f"COALESCE({{row}}.entry_id, {of_appeal})")
    _months()


def _entries() -> None:
    moved = changed(ScoreEntry, [*AFTERWARDS, *VERSIONED])
    counted = f"({_sealed_with('OLD')} OR {_sealed_with('NEW')})"
    guards.refuse(
        ScoreEntry,
        name="entry_sealed",
        message=MESSAGE,
        insert=_sealed("NEW.month"),
        update=f"({moved}) AND {counted}",
        delete=_sealed_with("OLD"),
    )


def _beside(model: type[models.Model], name: str, entry: str) -> None:
    """What hangs on an entry: nothing is added, changed or taken away once the entry is sealed. `entry`: its id, as
    SQL about `{row}`."""
    old, new = (_entry_sealed(entry.format(row=row)) for row in ("OLD", "NEW"))
    guards.refuse(model, name=f"{name}_sealed", message=MESSAGE, insert=new, update=f"{old} OR {new}", delete=old)


def _months() -> None:
    """A sealed month stays sealed, with its scheme and its check value; the steps after it go on."""
    states = ", ".join(f"'{state}'" for state in AppraisalMonth.SEALED)
    moved = " OR ".join(f"OLD.{name} {{differs}} NEW.{name}" for name in LOCKED)
    guards.refuse(
        AppraisalMonth,
        name="month_sealed",
        message=MESSAGE,
        update=f"OLD.state IN ({states}) AND (NEW.state NOT IN ({states}) OR {moved})",
        delete=f"OLD.state IN ({states})",
    )


def _sealed(month: str) -> str:
    states = ", ".join(f"'{state}'" for state in AppraisalMonth.SEALED)
    table = AppraisalMonth._meta.db_table
    return f"EXISTS (SELECT 1 FROM {table} m WHERE m.month = {month} AND m.state IN ({states}))"


def _sealed_with(row: str) -> str:
    """The entry's month is sealed and it was no mere draft."""
    states = ", ".join(f"'{state}'" for state in ScoreEntry.UNCOUNTED)
    return f"({row}.state NOT IN ({states}) AND {_sealed(f'{row}.month')})"


def _entry_sealed(entry: str) -> str:
    table = ScoreEntry._meta.db_table
    return f"EXISTS (SELECT 1 FROM {table} e WHERE e.id = {entry} AND {_sealed_with('e')})"


def changed(model: type[models.Model], leave_out: Collection[str]) -> str:
    """SQL for `guards.refuse`: some column of the row other than those is another one."""
    names = [one.column for one in model._meta.concrete_fields if one.column not in leave_out]
    return " OR ".join(f'OLD."{name}" {{differs}} NEW."{name}"' for name in names)
