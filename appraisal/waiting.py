"""What waits for somebody, of every kind, in one query: the lists 要办的事 and 谁没跟上 are made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, DateField, DateTimeField, Expression, IntegerField, QuerySet
from django.utils import timezone

from appraisal.together import Part, Together

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


class Waiting:
    """Sources as one statement, which may be kept and asked again: see `Statement`."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.kinds = {name: source.kinds for name, source in sources.items()}
        self.together = Together({name: source.part for name, source in sources.items()}, TYPES)

    def items(self) -> dict[str, list[Item]]:
        """The open rows of every kind, oldest day first. One query."""
        found: dict[str, list[Item]] = {}
        for name, rows in self.together.fetch().items():
            kinds = self.kinds[name]
            found |= {kind: [] for kind in (kinds.values() if kinds else [name])}
            for pk, team_id, day, moment, text, count in rows:
                item = Item(pk, team_id, timezone.localdate(moment) if moment else day, text, count or 1)
                found[kinds[text] if kinds else name].append(item)
        for items in found.values():
            items.sort(key=lambda item: (item.day, item.pk))
        return found


def gather(sources: Mapping[str, Source]) -> dict[str, list[Item]]:
    """The items of sources that are asked for once."""
    return Waiting(sources).items()
