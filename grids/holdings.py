"""The role that follows from heading a grid."""

from __future__ import annotations

from grids.models import Grid, GridHeadTerm
from lianzhen.accounts.roles import Role
from lianzhen.accounts.standing import Held, Holding, HoldingSource
from lianzhen.wording import full_date
from villages.holdings import ids
from villages.models import Village


def _read(held: Held) -> Holding:
    """`text` is the grid's own name, `number` its number."""
    grid = Grid(name=held.text, number=held.number, village=Village(name=held.place))
    return Holding(
        role=Role.GRIDHEAD,
        why=f"{full_date(held.since)}起任{grid.head_title}",
        since=held.since,
        villages=ids(held.village),
        grids=ids(held.grid),
        person=held.person,
    )


GRID_HEADS = HoldingSource(
    name="grid_head",
    rows=lambda user, on: GridHeadTerm.objects.on(on).filter(person__user_id=user.pk),
    columns={
        "since": "starts_on",
        "text": "grid__name",
        "number": "grid__number",
        "place": "grid__village__name",
        "person": "person_id",
        "village": "grid__village_id",
        "grid": "grid_id",
    },
    read=_read,
)
