"""What can be imported: columns, what a row means, and how it is written. Parts nearer the roof register theirs.

One definition serves the matching of headers, the check, the template and the filled sample, so that they
cannot drift. Ours instead of django-import-export's resources: those end in `save()` of a row of their own
making, past the actions that refuse, lock, tell and leave the trail.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db.models import Model

from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.importing.cells import Parser, shown
from lianzhen.trail.gathering import Gathering

OFFICE = (Role.OFFICE, Role.OFFICE_LEAD)


@dataclass(frozen=True)
class Column:
    """One column: `title` heads it in the template, `names` are further headers that mean the same.

    `instead`: another column whose header stands for this one in rosters that head nothing else so."""

    key: str
    title: str
    parse: Parser
    names: tuple[str, ...] = ()
    required: bool = False
    width: int = 12
    hint: str = ""
    is_phone: bool = False
    instead: str = ""


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be taken: beside which column, and what could be done with one press of a button
    (`choices`: words, column, value)."""

    key: str
    text: str
    choices: tuple[tuple[str, str, str], ...] = ()

    def stored(self) -> dict[str, Any]:
        return {"key": self.key, "text": self.text, "choices": [list(c) for c in self.choices]}


class Unsound(Exception):
    """A row that cannot be taken as it stands."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("；".join(p.text for p in problems))
        self.problems = problems


def unsound(key: str, text: str, *choices: tuple[str, str, str]) -> Unsound:
    return Unsound(Problem(key, text, choices))


Change = tuple[str, str, str]


@dataclass
class Plan:
    """What taking a row in would do. `write` calls actions; `gather` does the same in memory, for many rows
    at once. `target` is the record that would change, None for a new one; no `changes` means that the record
    says so already."""

    write: Callable[[User | None], Any]
    changes: list[Change] = field(default_factory=list)
    target: Model | None = None
    gather: Callable[[Gathering], Any] | None = None

    @property
    def is_new(self) -> bool:
        return self.target is None


class Kind:
    """One kind of workbook. Subclasses set the facts and answer `book`, `same` and `plan`."""

    key: ClassVar[str]
    title: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    roles: ClassVar[tuple[Role, ...]] = OFFICE
    samples: ClassVar[tuple[Mapping[str, str], ...]] = ()
    notes: ClassVar[tuple[str, ...]] = ()
    place: ClassVar[int] = 100
    #: Where a batch goes on once it is in: words and the name of an address that takes its number.
    follow_up: ClassVar[tuple[str, str] | None] = None
    #: Labels of the models that `book` reads. A kind that names them takes its rows in together: every plan
    #: has `gather`.
    reads: ClassVar[tuple[str, ...]] = ()

    def book(self) -> Any:
        """Everything that rows are compared with, read in a fixed number of queries."""
        raise NotImplementedError

    def same(self, row: Mapping[str, Any]) -> Hashable | None:
        """What two rows of one file may not share; None when it cannot be told."""
        return None

    def plan(self, row: Mapping[str, Any], book: Any) -> Plan:
        """What the row (parsed values, blank cells absent) would do. Raises `Unsound`."""
        raise NotImplementedError

    def finish(self, gathering: Gathering, book: Any) -> None:
        """What is due once all rows are gathered."""

    def conclude(self, book: Any, by: User | None) -> None:
        """The same where rows are written one by one: what is due once all are in, in the same transaction."""

    def refuse_undo(self, record: Model) -> str:
        """Why a record that this kind made cannot be taken back; '' when it can."""
        return ""

    def column(self, key: str) -> Column | None:
        return next((c for c in self.columns if c.key == key), None)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.key] = kind


def kinds() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: kind.place)


def kind_of(key: str) -> Kind:
    """Raises KeyError for a kind that is not offered."""
    return _kinds[key]


def kinds_for(user: User) -> list[Kind]:
    return [kind for kind in kinds() if user.standing.has(*kind.roles)]


# --- Help for kinds ------------------------------------------------------------------------------
def differences(record: Model, wanted: Mapping[str, Any]) -> tuple[dict[str, Any], list[Change]]:
    """Those of the wanted facts that the record does not have yet, and the same in words."""
    facts, told = {}, []
    for key, value in wanted.items():
        old = getattr(record, key)
        if old != value:
            facts[key] = value
            told.append(
                (
                    str(record._meta.get_field(key).verbose_name),
                    in_words(record, key, old),
                    in_words(record, key, value),
                )
            )
    return facts, told


def in_words(record: Model, key: str, value: Any) -> str:
    choices = dict(record._meta.get_field(key).flatchoices)
    return str(choices.get(value, shown(value))) if choices else shown(value)


def given(row: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: row[key] for key in keys if key in row}
