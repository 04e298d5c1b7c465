"""What still hangs on a place that is to end. Nothing loses its place by accident."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Count, ForeignObjectRel, Model, Q, QuerySet, Value

from lianzhen.wording import number


def what_remains(record: Model, on: date) -> list[str]:
    """What would still belong to `record` on a day if it ended then, in words: 网格（5）, 人员（120）.

    Asks every relation that leads to the record, also those of parts nearer the roof, so that nothing
    registered later is forgotten. Rows that end (a term, a merged grid) count while they run; rows that
    know no end count always. A model says otherwise by `holds_place`: which of its rows count, e.g. those that
    somebody still has to decide; None where all are history and stay with the place. One query for all relations.
    """
    named = [(rows.model._meta.verbose_name, count) for rows, count in remaining(record, on)]
    return [f"{name}（{number(count)}）" for name, count in named]


def remaining(record: Model, on: date) -> list[tuple[QuerySet, int]]:
    """The same as rows with how many they are. One query, until somebody reads the rows."""
    relations = [one for one in record._meta.related_objects if _holds(one.related_model) is not None]
    rows = [_rows(relation, record, on) for relation in relations]
    counts = [_counted(place, one) for place, one in enumerate(rows)]
    found = sorted(counts[0].union(*counts[1:], all=True)) if counts else []
    return [(rows[place], count) for place, count in found if count]


def refuse_while_used(record: Model, on: date) -> None:
    """Raise when something would still belong to the record."""
    remains = what_remains(record, on)
    if remains:
        raise ValidationError(f"{record}还有{'、'.join(remains)}，请先调整或结束，再办理撤并。")


def refuse_twice(record: Model) -> None:
    """Raise when the record has already ended."""
    if record.ended_on is not None:
        raise ValidationError(f"{record}已经撤并或停止，请刷新页面核对。")


def _rows(relation: ForeignObjectRel, record: Model, on: date) -> QuerySet:
    """Those of the relation that would still belong to the record."""
    model = relation.related_model
    return model._base_manager.filter(Q(**{relation.field.name: record}) & _holds(model) & _runs_into(model, on))


def _counted(place: int, rows: QuerySet) -> QuerySet:
    """One row: the relation's place, and how many of its rows would still belong to the record."""
    whole = rows.order_by().annotate(r_place=Value(place)).values("r_place")
    return whole.annotate(r_count=Count("pk")).values_list("r_place", "r_count")


def _holds(model: type[Model]) -> Q | None:
    return getattr(model, "holds_place", Q())


def _runs_into(model: type[Model], on: date) -> Q:
    names = {field.name for field in model._meta.concrete_fields}
    stands = Q(withdrawn_at=None) if "withdrawn_at" in names else Q()
    if "ends_on" in names:
        return stands & (Q(ends_on=None) | Q(ends_on__gte=on))
    if "ended_on" in names:
        return stands & (Q(ended_on=None) | Q(ended_on__gt=on))
    return stands
