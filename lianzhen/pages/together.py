"""Several lists of records in one question.

A printed sheet about a village has ten short lists of different things, and on a busy server each question costs
more than its answer. Every record comes as one value of JSON, so that lists of any shape make one `UNION ALL`;
what is given back are records as their own querysets would give them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import (
    BinaryField,
    DateTimeField,
    DecimalField,
    F,
    Field,
    JSONField,
    Model,
    QuerySet,
    TextField,
    Value,
    Window,
)
from django.db.models.functions import Cast, JSONArray, RowNumber


@dataclass(frozen=True)
class Branch:
    """A model whose columns are fetched, the way to it from the list's own, and what hangs on it in turn."""

    model: type[Model]
    path: str
    fields: tuple[Field, ...]
    branches: dict[str, Branch]

    def columns(self) -> Iterator[F]:
        for field in self.fields:
            yield F(f"{self.path}{field.attname}")

    def flat(self) -> Iterator[Branch]:
        yield self
        for branch in self.branches.values():
            yield from branch.flat()


def fetch_together(lists: Sequence[QuerySet]) -> list[list[Any]]:
    """The records of every list in its order, with what `select_related` and annotations say of them. One query.

    Lists are neither sliced nor distinct and prefetch nothing. Columns of JSON or bytes are not for them: defer them.
    """
    shapes = [_branch(rows.model, "", rows.query.select_related, _deferred(rows)) for rows in lists]
    parts = [_part(place, rows, shape) for place, (rows, shape) in enumerate(zip(lists, shapes, strict=True))]
    found: list[list[Any]] = [[] for _ in lists]
    for place, _, text in sorted(parts[0].union(*parts[1:], all=True), key=lambda row: row[:2]) if parts else ():
        *columns, added = json.loads(text, parse_float=Decimal)
        record = _record(shapes[place], iter(columns))
        for (name, expression), value in zip(lists[place].query.annotation_select.items(), added, strict=True):
            setattr(record, name, _value(expression.output_field, value))
        found[place].append(record)
    return found


def _part(place: int, rows: QuerySet, shape: Branch) -> QuerySet:
    """Rows of three columns: which list, where in it, and the record."""
    order = rows.query.order_by or shape.model._meta.ordering
    record = [JSONArray(*branch.columns()) for branch in shape.flat()]
    record.append(JSONArray(*(F(name) for name in rows.query.annotation_select)))
    marked = rows.order_by().annotate(
        t_list=Value(place),
        t_place=Window(RowNumber(), order_by=[*order, "pk"]),
        t_record=Cast(JSONArray(*record), TextField()),
    )
    return marked.values_list("t_list", "t_place", "t_record")


def _branch(model: type[Model], path: str, related: Any, deferred: frozenset[str] = frozenset()) -> Branch:
    fields = tuple(field for field in model._meta.concrete_fields if field.name not in deferred)
    unfit = [field for field in fields if isinstance(field, JSONField | BinaryField)]
    if unfit:
        raise TypeError(f"{unfit} cannot be fetched together with other lists")
    branches = {
        name: _branch(model._meta.get_field(name).related_model, f"{path}{name}__", further)
        for name, further in (related or {}).items()
    }
    return Branch(model, path, fields, branches)


def _deferred(rows: QuerySet) -> frozenset[str]:
    names, are_deferred = rows.query.deferred_loading
    return frozenset(names) if are_deferred else frozenset(f.name for f in rows.model._meta.fields) - names


def _record(branch: Branch, columns: Iterator[list[Any]]) -> Model | None:
    """The record and what hangs on it, from the columns of each branch in the order of `flat`; None where the key
    led nowhere."""
    values = [_value(field, value) for field, value in zip(branch.fields, next(columns), strict=True)]
    hanging = {name: _record(further, columns) for name, further in branch.branches.items()}
    names = [field.attname for field in branch.fields]
    record = branch.model.from_db(DEFAULT_DB_ALIAS, names, values)
    if record.pk is None:
        return None
    for name, other in hanging.items():
        branch.model._meta.get_field(name).set_cached_value(record, other)
    return record


def _value(field: Field, value: Any) -> Any:
    """As the database's own column would give it."""
    field = getattr(field, "target_field", field)
    if value is None:
        return None
    if isinstance(field, DecimalField):
        return Decimal(value).quantize(Decimal(1).scaleb(-field.decimal_places))
    value = field.to_python(value)
    if isinstance(field, DateTimeField) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value
