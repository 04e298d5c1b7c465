"""Everything about an import that needs no lock: rows planned, rules asked, entries worded.

What is left for the transaction is to see that nothing was written meanwhile and to store the result, so that
on SQLite, where one writes at a time, the others wait for seconds and not for minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from lianzhen.accounts.models import User
from lianzhen.importing.checking import Reader, Unsound, seen, told
from lianzhen.importing.kinds import Plan, Problem
from lianzhen.importing.models import ImportBatch, ImportRow, ImportTouch
from lianzhen.importing.touching import touch_of
from lianzhen.trail.gathering import Gathering, trail_length

Outcome = ImportRow.Outcome
READY = (Outcome.NEW, Outcome.CHANGED)


@dataclass
class Prepared:
    """`refused` rows carry their problems; `trail` is how long the trail was when the register was read."""

    gathering: Gathering
    trail: int
    total: int = 0
    refused: list[ImportRow] = field(default_factory=list)

    def is_stale(self, batch: ImportBatch) -> bool:
        return trail_length(batch.definition.reads) != self.trail

    def touches(self) -> list[ImportTouch]:
        """Records as they were, in the order in which they were written."""
        return [touch_of(written.record, written.before) for written in self.gathering.writes]


def prepare(batch: ImportBatch, by: User | None, tell: Callable[[int, int, int], Any]) -> Prepared:
    """Plan all ready rows against one reading of the register."""
    prepared = Prepared(Gathering(by), trail_length(batch.definition.reads))
    reader = Reader(batch)
    rows = list(batch.rows.filter(outcome__in=READY))
    prepared.total = len(rows)
    for done, row in enumerate(rows, start=1):
        row.batch = batch
        problems = _gather(prepared.gathering, reader, row)
        if problems:
            refuse(row, problems)
            prepared.refused.append(row)
        tell(batch.pk, done, len(rows))
    reader.kind.finish(prepared.gathering, reader.book)
    return prepared


def refuse(row: ImportRow, problems: list[dict[str, Any]]) -> None:
    row.outcome, row.problems, row.changes = Outcome.PROBLEM, problems, []


def _gather(gathering: Gathering, reader: Reader, row: ImportRow) -> list[dict[str, Any]]:
    """Problems that keep the row out; [] when it is gathered."""

    def act(plan: Plan) -> None:
        with gathering.together():
            plan.gather(gathering)  # type: ignore[misc]

    return carry_out(reader, row, act, gathering.version_read)


def carry_out(
    reader: Reader,
    row: ImportRow,
    act: Callable[[Plan], Any],
    version_of: Callable[[Model], int | None] = lambda record: None,
) -> list[dict[str, Any]]:
    """Plan a row and act on the plan. Problems that keep the row out; [] when it is in."""
    try:
        plan = reader.plan(row)
        if plan.target is not None and row.seen and seen(plan, version_of(plan.target)) != row.seen:
            return [Problem("", f"检查以后，{plan.target}又有改动，请重新检查后再导入。").stored()]
        if plan.is_new or plan.changes:
            act(plan)
    except Unsound as reason:
        return [problem.stored() for problem in reason.problems]
    except ValidationError as reason:
        return told(reason, reader.kind)
    return []
