"""What waits for somebody, of every kind, in one query: the lists 要办的事 and 谁没跟上 are made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, DateField, DateTimeField, Expression, IntegerField, QuerySet, Value
from django.db.models.functions import TruncDate

from appraisal.together import Part, fetch_together

TYPES = (IntegerField(), IntegerField(), DateField(), CharField(max_length=500), IntegerField())


@dataclass(frozen=True)
class Source:
    """Open rows of one kind; there are few of them, so that they are fetched and counted here.

    `day`: the field of the date or moment that matters, since when or until when it waits. `team`: the path to
    the team's id, `text`: to the words that the list shows, "" where there is none. `count`: how many things
    one row stands for.
    """

    rows: QuerySet
    day: str
    team: str = "team_id"
    text: str = ""
    count: Expression | None = None

    @property
    def part(self) -> Part:
        moment = isinstance(self.rows.model._meta.get_field(self.day), DateTimeField)
        day = TruncDate(self.day) if moment else self.day
        return Part(self.rows, ("pk", self.team or None, day, self.text or None, self.count or Value(1)))


@dataclass(frozen=True)
class Item:
    pk: int
    team_id: int | None
    day: date
    text: str | None = None
    count: int = 1


def gather(sources: Mapping[str, Source]) -> dict[str, list[Item]]:
    """The open rows of every kind, oldest day first. One query."""
    found = fetch_together({kind: source.part for kind, source in sources.items()}, TYPES)
    return {
        kind: sorted((Item(*row) for row in rows), key=lambda item: (item.day, item.pk)) for kind, rows in found.items()
    }
