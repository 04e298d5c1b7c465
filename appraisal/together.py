"""Rows of several tables in one query.

A page about a week asks a dozen tables for a few rows each, and on a busy server each question costs more
than its answer. `UNION ALL` needs columns of the same types in every part. Only nothing is cast to its type:
fields and expressions are to be of it as they are, since each cast costs more to write than its value to fetch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Expression, F, Field, QuerySet, Value

from lianzhen.statements import Nothing, Statement


@dataclass(frozen=True)
class Part:
    """Rows of one table and what each column of the answer is for them: a field's name, an expression, or
    None. A boolean is no number to PostgreSQL: cast it where a number is wanted."""

    rows: QuerySet
    columns: Sequence[str | Expression | None]


class Together:
    """The parts as one statement, which may be kept and asked again: see `Statement`."""

    def __init__(self, parts: Mapping[str, Part], types: Sequence[Field]) -> None:
        self.names = tuple(parts)
        queries = [_typed(name, part, types) for name, part in parts.items()]
        rows = queries[0].union(*queries[1:], all=True) if len(queries) > 1 else next(iter(queries), None)
        self.statement = Statement(rows) if rows is not None else None

    def fetch(self) -> dict[str, list[list[Any]]]:
        """The rows of every part by its name, without an order. One query."""
        found: dict[str, list[list[Any]]] = {name: [] for name in self.names}
        for name, *values in self.statement.rows() if self.statement else ():
            found[name].append(values)
        return found


def _typed(name: str, part: Part, types: Sequence[Field]) -> QuerySet:
    made: dict[str, Expression | F] = {"t_part": Value(name, CharField())}
    columns = ["t_part"]
    for place, (column, field) in enumerate(zip(part.columns, types, strict=True)):
        if isinstance(column, str) and column not in columns:
            columns.append(column)
            continue
        columns.append(f"t_{place}")
        made[columns[-1]] = Nothing(field) if column is None else F(column) if isinstance(column, str) else column
    return part.rows.order_by().annotate(**made).values_list(*columns)
