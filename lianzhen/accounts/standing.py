"""What somebody is on a day: every role held, since when, over what, and why.

Roles are never stored on the account. Grants come from this app; postings and terms come from the
register, which registers itself here (`register_holdings`) so that nothing points upward.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import (
    BigIntegerField,
    CharField,
    DateField,
    Expression,
    Field,
    IntegerField,
    QuerySet,
    Value,
)

from lianzhen.accounts.roles import Role
from lianzhen.statements import Nothing, Statement

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


@dataclass(frozen=True)
class Service:
    """Days in a team that are over, both ends included. Kept apart from what is held today: whoever has them may
    look back at those days, and is given nothing over the team or the village."""

    team: int
    village: int
    place: str
    role: str
    since: date
    until: date

    def covers(self, day: date) -> bool:
        return self.since <= day <= self.until

    def touches(self, first: date, last: date) -> bool:
        """Whether one of the days from `first` to `last` was among them."""
        return self.since <= last and first <= self.until


@dataclass(frozen=True)
class Holding:
    """One role held by one person from a day on, with its ground in one sentence (`why`)."""

    role: Role
    why: str
    since: date
    villages: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()
    grids: frozenset[int] = frozenset()
    person: int | None = None
    served: tuple[Service, ...] = ()


@dataclass(frozen=True)
class Standing:
    """All holdings of one account on one day."""

    on: date
    holdings: tuple[Holding, ...]

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(h.role for h in self.holdings)

    def has(self, *roles: Role) -> bool:
        """True when at least one of the roles is held."""
        return any(h.role in roles for h in self.holdings)

    def villages(self, *roles: Role) -> frozenset[int]:
        """Ids of the villages over which any of the roles (all when none is named) is held."""
        return self._ids("villages", roles)

    def groups(self, *roles: Role) -> frozenset[int]:
        return self._ids("groups", roles)

    def teams(self, *roles: Role) -> frozenset[int]:
        return self._ids("teams", roles)

    def grids(self, *roles: Role) -> frozenset[int]:
        return self._ids("grids", roles)

    @property
    def served(self) -> tuple[Service, ...]:
        """Days in teams that the account serves in no more, the latest first."""
        past = [service for holding in self.holdings for service in holding.served]
        return tuple(sorted(past, key=lambda one: (one.until, one.since, one.team), reverse=True))

    def served_on(self, team: int | None, day: date) -> bool:
        """Served in the team on a day, and serves there no more."""
        return any(one.team == team and one.covers(day) for one in self.served)

    @property
    def person(self) -> int | None:
        """Id of the person of the register whom this account belongs to, where a posting tells."""
        return next((h.person for h in self.holdings if h.person is not None), None)

    def _ids(self, kind: str, roles: tuple[Role, ...]) -> frozenset[int]:
        chosen = (h for h in self.holdings if not roles or h.role in roles)
        return frozenset().union(*(getattr(h, kind) for h in chosen))


class Held(NamedTuple):
    """What one row of any source says. `text`, `code`, `number` and `place` mean what their source makes of
    them; the others are ids, None where the source knows none."""

    pk: int
    since: date
    until: date | None
    code: str | None
    text: str | None
    number: int | None
    place: str | None
    person: int | None
    village: int | None
    group: int | None
    team: int | None
    grid: int | None


#: How the columns of `Held` after the first are typed, so that the sources can be asked together.
TYPES: dict[str, Field] = {
    "since": DateField(),
    "until": DateField(),
    "code": CharField(),
    "text": CharField(),
    "number": IntegerField(),
    "place": CharField(),
    **dict.fromkeys(("person", "village", "group", "team", "grid"), BigIntegerField()),
}


@dataclass(frozen=True)
class HoldingSource:
    """Where roles come from. `rows(user, on)` are those of one account on a day; `columns` names the field or
    expression of each column of `Held` after `pk` that they have; `read` makes the holding."""

    name: str
    rows: Callable[[User, date], QuerySet]
    columns: Mapping[str, str | Expression]
    read: Callable[[Held], Holding]

    def asked(self, user: User, on: date) -> QuerySet:
        """Names stay names: an expression that says no more than a name costs as much again to write."""
        made: dict[str, Expression] = {"h_source": Value(self.name, CharField())}
        columns = ["h_source", "pk"]
        for name, field in TYPES.items():
            column = self.columns.get(name)
            if not isinstance(column, str):
                made[f"h_{name}"] = Nothing(field) if column is None else column
                column = f"h_{name}"
            columns.append(column)
        return self.rows(user, on).order_by().annotate(**made).values_list(*columns)


_sources: dict[str, HoldingSource] = {}


def register_holdings(source: HoldingSource) -> None:
    """Add a source of holdings; called once by each app from its `AppConfig.ready`."""
    _sources[source.name] = source
    _statement.cache_clear()


@lru_cache(maxsize=1000)
def _statement(user: User, on: date) -> Statement:
    """Written once for an account's day."""
    asked = [source.asked(user, on) for source in _sources.values()]
    return Statement(asked[0].union(*asked[1:], all=True))


def standing_of(user: User, on: date) -> Standing:
    """Collect the holdings of `user` on a day. One query, whatever sources there are: every page asks."""
    rows = sorted(_statement(type(user)(pk=user.pk), on).rows(), key=lambda row: (row[0], row[1]))
    holdings = [_sources[name].read(Held(*columns)) for name, *columns in rows]
    order = {role: place for place, role in enumerate(Role)}
    return Standing(on=on, holdings=tuple(sorted(holdings, key=lambda h: (order[h.role], h.since))))
