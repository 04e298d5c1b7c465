"""What waits for somebody, of every kind, in one query: the lists 要办的事 and 谁没跟上 are made from it.

Single queries for a dozen kinds of open matter would cost more than the rest of a home page together; each
has few rows, so that the rows themselves are fetched and counted here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, DateField, DateTimeField, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, TruncDate


@dataclass(frozen=True)
class Source:
    """Open rows of one kind. `team`: the path to the team's id, "" where there is none; `day`: the field of
    the date or moment that matters, since when or until when it waits."""

    rows: QuerySet
    day: str
    team: str = "team_id"


@dataclass(frozen=True)
class Item:
    pk: int
    team_id: int | None
    day: date


def gather(sources: Mapping[str, Source]) -> dict[str, list[Item]]:
    """The open rows of every kind, oldest day first. One query."""
    parts = [_columns(kind, source) for kind, source in sources.items()]
    found: dict[str, list[Item]] = {kind: [] for kind in sources}
    if not parts:
        return found
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    for kind, pk, team_id, day in rows:
        found[kind].append(Item(pk, team_id, day))
    for items in found.values():
        items.sort(key=lambda item: (item.day, item.pk))
    return found


def _columns(kind: str, source: Source) -> QuerySet:
    """Columns of one type each: a union has those of its first part."""
    rows = source.rows.order_by()
    moment = isinstance(rows.model._meta.get_field(source.day), DateTimeField)
    team = F(source.team) if source.team else Cast(Value(None), IntegerField())
    return rows.annotate(
        waits_as=Cast(Value(kind), CharField(max_length=20)),
        waits_in=team,
        waits_day=TruncDate(source.day) if moment else Cast(F(source.day), DateField()),
    ).values_list("waits_as", "pk", "waits_in", "waits_day")
