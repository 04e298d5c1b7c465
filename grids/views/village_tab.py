"""The tab 网格 of a village's page, and its part of the printed 村档案."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from grids.models import Grid
from grids.permissions import arrange_grids
from grids.views.rows import (
    GRID,
    HOUSEHOLDS,
    PHONE,
    RESIDENTS,
    SINCE,
    GridRows,
    act_columns,
    head_column,
    lacking_columns,
    state_column,
)
from lianzhen.pages.tables import Column, Table, plain_table
from villages.extensions import Section
from villages.models import Village, VillagerGroup

EMPTY = "还没有划分网格。"


def village_grids(request: HttpRequest, village: Village) -> dict[str, Any]:
    rows, grids = _rows(request, village)
    exists = village.ended_on is None
    table = plain_table("网格", [*_columns(rows), *act_columns(request.user)], grids, empty_text=EMPTY)
    table.count_text = _count(len(grids), rows)
    return {
        "grids": table,
        "unplaced": list(VillagerGroup.objects.current().filter(village=village, grid_area=None)) if grids else [],
        "ended_grids": list(Grid.objects.filter(village=village, ended_on__isnull=False).select_related("village")),
        "may_arrange_grids": exists and arrange_grids(request.user),
        "add_grid_url": f"{reverse('grid_add')}?village={village.pk}",
    }


def grids_dossier(request: HttpRequest, village: Village) -> Section:
    def tables() -> list[Table]:
        rows, grids = _rows(request, village)
        return [plain_table("网格", _columns(rows), grids, empty_text=EMPTY)]

    return Section((), tables)


def _rows(request: HttpRequest, village: Village) -> tuple[GridRows, list[Grid]]:
    rows = GridRows(request.user, timezone.localdate())
    grids = list(rows.queryset().current().filter(village=village).order_by("number"))
    rows.prepare(grids)
    return rows, grids


def _count(total: int, rows: GridRows) -> str:
    parts = [f"共{total}个网格"]
    parts += [f"{rows.vacant}个暂无网格长"] if rows.vacant else []
    parts += [f"{rows.lacking}个有缺项"] if rows.lacking else []
    return "，".join(parts)


def _columns(rows: GridRows) -> list[Column]:
    return [
        GRID,
        head_column(rows),
        PHONE,
        HOUSEHOLDS,
        RESIDENTS,
        *lacking_columns(rows),
        SINCE,
        state_column(rows),
    ]
