"""What waits for somebody, of every kind, in one query: the lists 要办的事 and 谁没跟上 are made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, DateField, DateTimeField, Expression, IntegerField, QuerySet
from django.utils import timezone

from appraisal.together import Part, fetch_together

#: id, team, the day or else the moment that matters, text, how many: see `Source.part`.
TYPES = (IntegerField(), IntegerField(), DateField(), DateTimeField(), CharField(max_length=500), IntegerField())


@dataclass(frozen=True)
class Source:
    """Open rows of one kind; there are few of them, so that they are fetched and counted here.

    `day`: the field of the date or moment that matters, since when or until when it waits. `team`: the path to
    the team's id, `text`: to the words that the list shows, "" where there is none. `count`: how many things
    one row stands for. `kinds`: where rows are of several kinds, the value of `text` → the kind it means.
    """

    rows: QuerySet
    day: str
    team: str = "team_id"
    text: str | Expression = ""
    count: Expression | None = None
    kinds: Mapping[str, str] | None = None

    @property
    def part(self) -> Part:
        is_moment = isinstance(self.rows.model._meta.get_field(self.day), DateTimeField)
        day = (None, self.day) if is_moment else (self.day, None)
        return Part(self.rows, ("pk", self.team or None, *day, self.text or None, self.count))


@dataclass(frozen=True)
class Item:
    pk: int
    team_id: int | None
    day: date
    text: str | None = None
    count: int = 1


def gather(sources: Mapping[str, Source]) -> dict[str, list[Item]]:
    """The open rows of every kind, oldest day first. One query."""
    rows = fetch_together({name: source.part for name, source in sources.items()}, TYPES)
    found: dict[str, list[Item]] = {}
    for name, source in sources.items():
        for kind in source.kinds.values() if source.kinds else [name]:
            found[kind] = []
        for pk, team_id, day, moment, text, count in rows[name]:
            kind = source.kinds[text] if source.kinds else name
            item = Item(pk, team_id, timezone.localdate(moment) if moment else day, text, count or 1)
            found[kind].append(item)
    for items in found.values():
        items.sort(key=lambda item: (item.day, item.pk))
    return found
