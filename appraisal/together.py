"""Rows of several tables in one query.

A page about a week asks a dozen tables for a few rows each, and on a busy server each question costs more
than its answer. `UNION ALL` needs columns of the same types in every part; each value is cast to its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Expression, F, Field, QuerySet, Value
from django.db.models.functions import Cast


@dataclass(frozen=True)
class Part:
    """Rows of one table and what each column of the answer is for them: a field's name, an expression, or
    None."""

    rows: QuerySet
    columns: Sequence[str | Expression | None]


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
    columns = {"t_part": Cast(Value(name), CharField(max_length=20))}
    for place, (column, field) in enumerate(zip(part.columns, types, strict=True)):
        source = Value(None) if column is None else F(column) if isinstance(column, str) else column
        columns[f"t_{place}"] = Cast(source, field)
    return part.rows.order_by().annotate(**columns).values_list(*columns)
