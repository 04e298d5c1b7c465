"""The role that follows from heading a grid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from grids.models import GridHeadTerm
from lianzhen.accounts.roles import Role
from lianzhen.accounts.standing import Holding
from lianzhen.wording import full_date

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


def grid_head_holdings(user: User, on: date) -> Iterator[Holding]:
    terms = GridHeadTerm.objects.on(on).filter(person__user_id=user.pk).select_related("grid__village")
    for term in terms:
        yield Holding(
            role=Role.GRIDHEAD,
            why=f"{full_date(term.starts_on)}起任{term.grid.head_title}",
            since=term.starts_on,
            villages=frozenset([term.grid.village_id]),
            grids=frozenset([term.grid_id]),
            person=term.person_id,
        )
