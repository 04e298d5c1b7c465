"""The number of a village's grids, as a column of the village list."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from grids.models import Grid
from lianzhen.pages.tables import Column
from villages.extensions import VillageColumn
from villages.models.terms import stood_on


def with_grid_count(villages: QuerySet, day: date) -> QuerySet:
    """Annotate `grid_count` of the day. Counted in a subquery: a join would multiply what others count."""
    grids = Grid.objects.filter(stood_on(day), village=OuterRef("pk")).order_by().values("village")
    count = Subquery(grids.annotate(count=Count("pk")).values("count"), output_field=IntegerField())
    return villages.annotate(grid_count=Coalesce(count, 0))


GRID_COUNT = VillageColumn(
    Column(
        "grids",
        "网格",
        lambda v: v.grid_count,
        sort=["grid_count"],
        kind="number",
        total=True,
        secondary=True,
    ),
    with_grid_count,
)
