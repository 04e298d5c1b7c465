"""All grids of the town on one page, and which of them lack which kind of people."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from grids.filters import CoverageFilter, GridFilter
from grids.permissions import arrange_grids, see_coverage, see_grids
from grids.views.rows import (
    FOUNDED,
    GRID,
    HOUSEHOLDS,
    PHONE,
    RESIDENTS,
    SINCE,
    VILLAGE,
    GridRows,
    act_columns,
    head_column,
    kind_columns,
    lacking_columns,
    state_column,
)
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.pages.days import asked_day
from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, tag
from lianzhen.wording import number


@guarded(see_grids, methods=LIST_METHODS)
def grid_list(request: HttpRequest) -> HttpResponse:
    rows = GridRows(request.user, asked_day(request, timezone.localdate()))
    page = ListPage(
        request,
        rows.queryset(),
        list_columns(rows, request),
        title="网格和网格长名册" if request.GET.get("print") == "1" else "网格",
        order=["village__code", "number"],
        filterset=_filter_for(request.user, GridFilter),
        count=lambda n: _count(n, rows, rows.vacant, "暂无网格长"),
        groups=rows.heading,
        prepare=rows.prepare,
        empty_text="还没有登记网格。划分网格后，这里按村列出全部网格和网格长。",
        context={
            "extra_actions": _extra_actions(request),
            "dense": True,
            "add_url": reverse("grid_add"),
            "add_text": "新增网格",
            "may_add": arrange_grids(request.user),
        },
    )
    return page.respond("grids/list.html")


@guarded(see_coverage, methods=LIST_METHODS)
def grid_coverage(request: HttpRequest) -> HttpResponse:
    rows = GridRows(request.user, asked_day(request, timezone.localdate()), names_heads=False, names_areas=True)
    page = ListPage(
        request,
        rows.queryset(),
        coverage_columns(rows, request),
        title="网格四类人员",
        order=["village__code", "number"],
        filterset=CoverageFilter,
        count=lambda n: _count(n, rows, rows.lacking, "有缺项"),
        groups=rows.heading,
        prepare=rows.prepare,
        empty_text="还没有登记网格。",
        context={
            "extra_actions": [("网格和网格长", reverse("grid_list"))],
            "intro": "每个网格应有中共党员，以及"
            + "、".join(kind.name for kind in rows.kinds[1:])
            + "的成员。按人员所在的村民小组归入网格，人数由人员和社会组织台账得出。",
        },
    )
    return page.respond("grids/list.html")


def list_columns(rows: GridRows, request: HttpRequest) -> list[Column]:
    """Upright paper takes eight columns; the screen and `?orient=l` show them all."""
    printing = request.GET.get("print") == "1"
    upright = printing and request.GET.get("orient") != "l"
    columns = [village_column(request), GRID, head_column(rows), PHONE, HOUSEHOLDS, RESIDENTS]
    columns += [] if upright else kind_columns(rows)
    columns += [SINCE, state_column(rows), FOUNDED]
    return columns if printing else [*columns, *act_columns(request.user)]


def village_column(request: HttpRequest) -> Column:
    """On a phone the headings name the village; a sorted list has none. On paper its name stays whole."""
    if request.GET.get("print") == "1":
        return replace(VILLAGE, show=lambda g: format_html('<span class="nowrap">{}</span>', g.village))
    return replace(VILLAGE, secondary=not request.GET.get("sort"))


def coverage_columns(rows: GridRows, request: HttpRequest) -> list[Column]:
    areas = Column("areas", "村民小组", rows.area, show=lambda g: rows.area(g) or tag("warn", "未划定"))
    return [village_column(request), GRID, areas, *lacking_columns(rows), Column("lacks", "缺项", rows.lacks)]


def _count(total: int, rows: GridRows, marked: int, mark: str) -> str:
    """A page of a longer list knows only of its own rows how many are marked, and does not say it."""
    all_here = len(rows.coverage) == total
    return f"共{number(total)}个网格" + (f"，其中{number(marked)}个{mark}" if marked and all_here else "")


def _filter_for(user: User, filterset: type[GridFilter]) -> type[GridFilter] | None:
    """A head of one grid has nothing to search among."""
    only_head = user.standing.roles == {Role.GRIDHEAD} and len(user.standing.grids()) == 1
    return None if only_head else filterset


def _extra_actions(request: HttpRequest) -> list[tuple[str, str]]:
    found = []
    if see_coverage(request.user):
        found.append(("网格四类人员", reverse("grid_coverage")))
    if request.user.standing.has(*TOWN_WIDE, Role.DISTRICT):
        found.append(("横版打印全部列", _wide_print(request)))
    return found


def _wide_print(request: HttpRequest) -> str:
    kept = {key: value for key, value in request.GET.items() if value and key not in ("print", "orient", "page")}
    return "?" + urlencode({**kept, "print": "1", "orient": "l"})
