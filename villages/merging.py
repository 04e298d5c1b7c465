"""What becomes of everything in a village that is merged into another, kind by kind.

Each part of the product says for its own kinds (`Carried`) what is there, what it will be called in the other village,
and what stands in the way; the act asks them in three steps around the moving of the people. Reads only: the steps
call the actions with which one would do the same one by one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar, NamedTuple

from django.db.models import Model, Q, QuerySet

from lianzhen.accounts.models import User
from lianzhen.wording import full_date
from villages.extensions import Matter
from villages.merged_names import free_name
from villages.models import PartyGroup, Person, Village, VillagerGroup

#: The two things that can become of a kind.
MOVE, END = "move", "end"
LONGEST_REASON = 200


@dataclass
class Merger:
    """`village` becomes part of `into` on `day`, the first day on which it is no more."""

    village: Village
    into: Village
    day: date
    by: User | None = None
    reason: str = ""
    chosen: dict[str, str] = field(default_factory=dict)
    #: What was set up in `into` in place of what had to end, by the old id.
    groups: dict[int, VillagerGroup] = field(default_factory=dict)
    party_groups: dict[int, PartyGroup] = field(default_factory=dict)
    #: Everybody who moved, as he is now.
    people: dict[int, Person] = field(default_factory=dict)

    @property
    def last_day(self) -> date:
        return self.day - timedelta(days=1)

    @property
    def told(self) -> str:
        """Why, for everything that ends or begins with it."""
        return f"{self.village}并入{self.into}。{self.reason.strip()}"[:LONGEST_REASON]

    def holding(self) -> Q:
        """A condition: what ends by `ended_on` is still there on the day."""
        return Q(ended_on=None) | Q(ended_on__gt=self.day)

    def running(self) -> Q:
        """A condition: a term reaches into the day."""
        return Q(ends_on=None) | Q(ends_on__gte=self.day)

    def moved(self, person: Person) -> Person:
        """Somebody who was read before the people moved, as he is now."""
        return self.people.get(person.pk, person)

    def named(self, name: str, taken: Collection[str], longest: int) -> str:
        return free_name(name, taken, self.village.name, longest)


class Line(NamedTuple):
    """One thing that is there, where to see it, and what it will be: `becomes` is empty where it keeps its name."""

    what: str
    url: str = ""
    becomes: str = ""


class Carried:
    """One kind of what is left. `modes` are the answers offered, the first of them by itself; none where only one
    makes sense (`effect` says it)."""

    key: ClassVar[str]
    title: ClassVar[str]
    #: Place in the order of the page and of every step.
    place: ClassVar[int]
    #: Whose rows it answers for.
    models: ClassVar[tuple[type[Model], ...]] = ()
    modes: ClassVar[tuple[tuple[str, str], ...]] = ()
    effect: str = ""

    def __init__(self, merger: Merger) -> None:
        self.merger = merger
        self.lines: list[Line] = []
        self.against: list[Matter] = []

    @property
    def moves(self) -> bool:
        default = self.modes[0][0] if self.modes else END
        return self.merger.chosen.get(self.key, default) == MOVE

    def lists(self) -> list[QuerySet]:
        """What has to be read, fetched with that of all kinds in one query."""
        return []

    def take(self, *found: list[Any]) -> None:
        """Keep what was read (list by list) and say `lines` and `against`."""

    def leave(self) -> None:
        """First: end what nobody may hold who moves to another village."""

    def prepare(self) -> None:
        """Then: set up where people will be placed."""

    def settle(self) -> None:
        """Last, when the people live in the other village."""

    # --- What stands in the way -------------------------------------------------------------------
    def refuse_from(self, record: Model, what: str, url: str) -> None:
        """Of something that ends with the village: it has not begun by the day, or was there on it and ended later."""
        founded, ended = getattr(record, "founded_on", None), record.ended_on
        if founded is not None and founded > self.merger.day:
            self._late(f"{what}自{full_date(founded)}起设立", "或以后", url)
        if ended is not None:
            self._late(f"{what}已登记到{full_date(ended)}停止", "或以后", url)

    def refuse_term(self, term: Any, what: str, url: str) -> None:
        """Of a term that ends the day before: it began before the day and its end is not decided otherwise."""
        if term.starts_on >= self.merger.day:
            self._late(f"{what}自{full_date(term.starts_on)}起", "以后", url)
        elif term.ends_on is not None:
            self._late(f"{what}已登记到{full_date(term.ends_on)}", "以后", url)

    def _late(self, fact: str, when: str, url: str) -> None:
        self.against.append(Matter(f"{fact}，撤并日期须为这一天{when}", url))


_kinds: list[type[Carried]] = []


def register_carried(*kinds: type[Carried]) -> None:
    _kinds.extend(kinds)
    _kinds.sort(key=lambda kind: kind.place)


def carried_kinds() -> list[type[Carried]]:
    return list(_kinds)
