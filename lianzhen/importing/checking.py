"""What each row would do. Reads the register, writes nothing."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from lianzhen.importing.kinds import Kind, Plan, Problem, Unsound, unsound
from lianzhen.importing.models import ImportBatch, ImportRow

Outcome = ImportRow.Outcome


@dataclass
class Reader:
    """Rows of one batch against one reading of the register."""

    batch: ImportBatch
    kind: Kind
    book: Any

    def __init__(self, batch: ImportBatch) -> None:
        self.batch = batch
        self.kind = batch.definition
        self.book = self.kind.book()
        self.met: dict[Hashable, ImportRow] = {}

    def values(self, row: ImportRow) -> dict[str, Any]:
        """The parsed values of a row, blank cells absent. Raises `Unsound` with every cell that cannot be read."""
        found: dict[str, Any] = {key: text for key, text in row.typed.items() if key.startswith("_")}
        problems = []
        for column in self.kind.columns:
            text = row.text_of(column.key)
            if not text.strip():
                if column.required:
                    problems.append(Problem(column.key, f"请填写{column.title}。"))
                continue
            try:
                found[column.key] = column.parse(text, column.title)
            except ValueError as reason:
                problems.append(Problem(column.key, str(reason)))
        if problems:
            raise Unsound(*problems)
        return found

    def plan(self, row: ImportRow) -> Plan:
        values = self.values(row)
        self._refuse_twice(row, self.kind.same(values))
        return self.kind.plan(values, self.book)

    def _refuse_twice(self, row: ImportRow, same: Hashable | None) -> None:
        if same is None:
            return
        earlier = self.met.setdefault(same, row)
        if earlier is not row:
            raise unsound(
                "",
                f"与第{earlier.line}行重复。",
                ("保留本行", "_keep_this", str(earlier.line)),
                (f"保留第{earlier.line}行", "_drop", "yes"),
            )

    def judge(self, row: ImportRow) -> None:
        """Set what the row would do, or why it cannot."""
        row.problems, row.changes, row.seen = [], [], ""
        try:
            plan = self.plan(row)
        except Unsound as reason:
            row.outcome = Outcome.PROBLEM
            row.problems = [problem.stored() for problem in reason.problems]
            return
        row.changes = [list(change) for change in plan.changes]
        row.outcome = Outcome.NEW if plan.is_new else Outcome.CHANGED if plan.changes else Outcome.SAME
        row.seen = seen(plan)


def seen(plan: Plan, version: int | None = None) -> str:
    """Which record in which version a plan is about, so that a change in between is noticed. `version` where
    earlier rows of the same import have raised that of the record."""
    if plan.target is None:
        return ""
    version = getattr(plan.target, "version", 0) if version is None else version
    return f"{plan.target._meta.label_lower}:{plan.target.pk}:{version}"[:60]


def told(problem: ValidationError, kind: Kind) -> list[dict[str, Any]]:
    """An action's refusal as problems of a row."""
    if not hasattr(problem, "error_dict"):
        return [Problem("", sentence).stored() for sentence in problem.messages]
    found = []
    for name, errors in problem.error_dict.items():
        column = kind.column(name) if name != NON_FIELD_ERRORS else None
        for error in errors:
            found += [Problem(column.key if column else "", text).stored() for text in error.messages]
    return found


def judge_all(rows: Iterable[ImportRow], batch: ImportBatch, tell: Any) -> None:
    reader = Reader(batch)
    rows = list(rows)
    for done, row in enumerate(rows, start=1):
        row.batch = batch
        reader.judge(row)
        tell(batch.pk, done, len(rows))
