"""What somebody is on a day: every role held, since when, over what, and why.

Roles are never stored on the account. Grants come from this app; postings and terms come from the
register, which registers itself here (`register_holdings`) so that nothing points upward.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from lianzhen.accounts.roles import Role

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


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
    def person(self) -> int | None:
        """Id of the person of the register whom this account belongs to, where a posting tells."""
        return next((h.person for h in self.holdings if h.person is not None), None)

    def _ids(self, kind: str, roles: tuple[Role, ...]) -> frozenset[int]:
        chosen = (h for h in self.holdings if not roles or h.role in roles)
        return frozenset().union(*(getattr(h, kind) for h in chosen))


Provider = Callable[["User", date], Iterable[Holding]]
_providers: list[Provider] = []


def register_holdings(provider: Provider) -> None:
    """Add a source of holdings; called once by each app from its `AppConfig.ready`."""
    _providers.append(provider)


def standing_of(user: User, on: date) -> Standing:
    """Collect the holdings of `user` on a day, in a fixed number of queries (one per provider)."""
    holdings = [h for provider in _providers for h in provider(user, on)]
    order = {role: place for place, role in enumerate(Role)}
    return Standing(on=on, holdings=tuple(sorted(holdings, key=lambda h: (order[h.role], h.since))))
