"""What waits for somebody, of every kind, in one query: the lists 要办的事 and 谁没跟上 are made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import DateField, DateTimeField, IntegerField, QuerySet
from django.db.models.functions import TruncDate

from appraisal.together import Part, fetch_together

TYPES = (IntegerField(), IntegerField(), DateField())


@dataclass(frozen=True)
class Source:
    """Open rows of one kind; there are few of them, so that they are fetched and counted here. `team`: the path
    to the team's id, "" where there is none; `day`: the field of the date or moment that matters, since when
    or until when it waits."""

    rows: QuerySet
    day: str
    team: str = "team_id"

    @property
    def part(self) -> Part:
        moment = isinstance(self.rows.model._meta.get_field(self.day), DateTimeField)
        return Part(self.rows, ("pk", self.team or None, TruncDate(self.day) if moment else self.day))


@dataclass(frozen=True)
class Item:
    pk: int
    team_id: int | None
    day: date


def gather(sources: Mapping[str, Source]) -> dict[str, list[Item]]:
    """The open rows of every kind, oldest day first. One query."""
    found = fetch_together({kind: source.part for kind, source in sources.items()}, TYPES)
    return {
        kind: sorted((Item(*row) for row in rows), key=lambda item: (item.day, item.pk)) for kind, rows in found.items()
    }
