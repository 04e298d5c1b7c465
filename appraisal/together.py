"""Rows of several tables in one query.

A page about a week asks a dozen tables for a few rows each, and on a busy server each question costs more
than its answer. `UNION ALL` needs columns of the same types in every part. Only nothing is cast to its type:
fields and expressions are to be of it as they are, since each cast costs more to write than its value to fetch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Expression, F, Field, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler


@dataclass(frozen=True)
class Part:
    """Rows of one table and what each column of the answer is for them: a field's name, an expression, or
    None. A boolean is no number to PostgreSQL: cast it where a number is wanted."""

    rows: QuerySet
    columns: Sequence[str | Expression | None]


class Nothing(Expression):
    """NULL of a type: PostgreSQL takes one that has none for text."""

    def __init__(self, field: Field) -> None:
        super().__init__(output_field=field)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        return f"CAST(NULL AS {self.output_field.cast_db_type(connection)})", []


def fetch_together(parts: Mapping[str, Part], types: Sequence[Field]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every part, without an order. One query."""
    found: dict[str, list[tuple[Any, ...]]] = {name: [] for name in parts}
    queries = [_typed(name, part, types) for name, part in parts.items()]
    if not queries:
        return found
    rows = queries[0].union(*queries[1:], all=True) if len(queries) > 1 else queries[0]
    for name, *values in rows:
        found[name].append(tuple(values))
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
