"""Rows of grids with what their cells show, and the columns made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from grids.coverage import Coverage, Kind, coverage_of, kinds_in_every_grid, lacks_any
from grids.models import Grid, GridArea
from grids.permissions import keep_grid
from lianzhen import phones
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE
from lianzhen.pages.tables import Column, link_to, tag
from lianzhen.wording import number
from villages.models import Person
from villages.models.places import group_title
from villages.models.terms import absence
from villages.permissions import KEEPERS, OFFICE

#: What a row shows of a grid itself; the rest of two tables is left where it is.
READ = ("number", "name", "households", "residents", "founded_on", "ended_on", "village__name")


class GridRows:
    """The grids of one list with what their cells need as of a day, found out in a fixed number of queries."""

    def __init__(self, user: User, on: date, *, names_heads: bool = True, names_areas: bool = False) -> None:
        self.user, self.on, self.names_heads, self.names_areas = user, on, names_heads, names_areas
        self.kinds = kinds_in_every_grid(on)
        self.coverage: dict[int, Coverage] = {}
        self.areas: dict[int, str] = {}
        self.linked: frozenset[int] = frozenset()
        self.headings: dict[int, str] = {}
        self.vacant = self.lacking = 0

    def queryset(self) -> QuerySet[Grid]:
        rows = Grid.objects.visible_to(self.user).with_current_head(self.on).select_related("village").only(*READ)
        return rows.alias(lacks_kind=ExpressionWrapper(lacks_any(self.kinds, self.on), BooleanField()))

    def prepare(self, grids: list[Grid]) -> None:
        """Count the people of each kind, and the villages' totals for their headings."""
        self.coverage = coverage_of(grids, self.kinds, self.on)
        self.vacant = sum(self.is_vacant(grid) for grid in grids)
        self.lacking = sum(self.has_gaps(grid) for grid in grids)
        if self.names_heads and not self.user.standing.has(*TOWN_WIDE):
            heads = [grid.head_person_id for grid in grids if grid.head_person_id]
            seen = Person.objects.visible_to(self.user).filter(pk__in=heads)
            self.linked = frozenset(seen.values_list("pk", flat=True))
        self.areas = areas_of(grids) if self.names_areas else {}
        of_village: dict[int, list[Grid]] = defaultdict(list)
        for grid in grids:
            of_village[grid.village_id].append(grid)
        self.headings = {pk: self._heading(rows) for pk, rows in of_village.items()}

    def stands(self, grid: Grid) -> bool:
        return not absence(grid, self.on)

    def is_vacant(self, grid: Grid) -> bool:
        return grid.head_term_id is None and self.stands(grid)

    def has_gaps(self, grid: Grid) -> bool:
        return self.stands(grid) and bool(self.coverage[grid.pk].lacking)

    def heading(self, grid: Grid) -> str:
        return self.headings[grid.village_id]

    def head(self, grid: Grid) -> Any:
        """The head's name, as a link where the user may open the person's page."""
        if grid.head_term_id is None:
            return "—"
        if self.user.standing.has(*TOWN_WIDE) or grid.head_person_id in self.linked:
            return link_to("person", grid.head_person_id, grid.head_name)
        return grid.head_name

    def count(self, kind: Kind) -> Callable[[Grid], int]:
        return lambda grid: self.coverage[grid.pk].counts[kind.key]

    def area(self, grid: Grid) -> str:
        return self.areas.get(grid.pk, "")

    def lacks(self, grid: Grid) -> str:
        return "、".join(kind.short for kind in self.coverage[grid.pk].lacking)

    def state(self, grid: Grid) -> str:
        return "，".join(part for part in (self._standing(grid), self._gaps(grid)) if part) or "齐全"

    def state_cell(self, grid: Grid) -> str | SafeString:
        """Only what somebody has to act on stands out: the list is about heads."""
        standing = self._standing(grid)
        if not standing:
            return self.state(grid)
        marked = tag("warn" if self.stands(grid) else "off", standing)
        gaps = self._gaps(grid)
        return format_html("{} {}", marked, gaps) if gaps else marked

    def _standing(self, grid: Grid) -> str:
        return absence(grid, self.on) or ("暂无网格长" if self.is_vacant(grid) else "")

    def _gaps(self, grid: Grid) -> str:
        return f"缺{len(self.coverage[grid.pk].lacking)}类人员" if self.has_gaps(grid) else ""

    def _heading(self, grids: list[Grid]) -> str:
        vacant = sum(self.is_vacant(grid) for grid in grids)
        lacking = sum(self.has_gaps(grid) for grid in grids)
        parts = [f"{number(len(grids))}个网格"]
        parts += [f"{vacant}个暂无网格长"] if vacant else []
        parts += [f"{lacking}个有缺项"] if lacking else []
        return f"{grids[0].village}　{'，'.join(parts)}"


def areas_of(grids: list[Grid]) -> dict[int, str]:
    """第1组、第2组: the villager groups of each grid, by its id. One query."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = GridArea.objects.filter(grid__in=[grid.pk for grid in grids]).order_by("villager_group__number", "pk")
    for grid, *group in rows.values_list("grid_id", "villager_group__number", "villager_group__name"):
        found[grid].append(group_title(*group))
    return {grid: "、".join(names) for grid, names in found.items()}


# --- Columns ------------------------------------------------------------------------------------
VILLAGE = Column("village", "村", lambda g: str(g.village), sort=["village__code", "number"])
GRID = Column(
    "grid",
    "网格",
    lambda g: g.short_name,
    show=lambda g: link_to("grid", g.pk, g.short_name),
    sort=["number", "village__code"],
    head=True,
)
HOUSEHOLDS = Column("households", "户数", lambda g: g.households, kind="number", sort=["households"], total=True)
RESIDENTS = Column("residents", "人口", lambda g: g.residents, kind="number", sort=["residents"], total=True)
PHONE = Column(
    "phone",
    "电话",
    lambda g: phones.mask(g.head_phone) if g.head_phone else "",
    kind="phone",
    export=lambda g: g.head_phone,
)
SINCE = Column(
    "since",
    "任期起",
    lambda g: g.head_since,
    show=lambda g: format_html('<span class="nowrap">{}</span>', g.head_since) if g.head_since else "—",
    kind="date",
    sort=["head_since"],
    secondary=True,
)
FOUNDED = Column("founded", "设立日期", lambda g: g.founded_on, kind="date", file_only=True)


def head_column(rows: GridRows) -> Column:
    return Column("head", "网格长", lambda g: g.head_name, show=rows.head, sort=["head_sound"])


def state_column(rows: GridRows) -> Column:
    return Column("state", "状态", rows.state, show=rows.state_cell)


def act_columns(user: User) -> list[Column]:
    """The column 办理, for those who keep any grid at all."""
    if not user.standing.has(*OFFICE, *KEEPERS):
        return []
    return [Column("act", "办理", lambda g: "", show=lambda g: replace_link(user, g), screen_only=True)]


def kind_columns(rows: GridRows) -> list[Column]:
    """How many people of each kind."""
    return [
        Column(kind.key, kind.short, rows.count(kind), kind="number", total=True, secondary=True) for kind in rows.kinds
    ]


def lacking_columns(rows: GridRows) -> list[Column]:
    """The same where the gap is what matters: 缺 stands in place of 0."""

    def shown(count: Callable[[Grid], int]) -> Callable[[Grid], Any]:
        return lambda grid: number(count(grid)) if count(grid) else tag("bad", "缺")

    counts = [(kind, rows.count(kind)) for kind in rows.kinds]
    return [Column(k.key, k.short, count, show=shown(count), kind="number", total=True) for k, count in counts]


def replace_link(user: User, grid: Grid) -> str | SafeString:
    """The row's act: 更换, or 确定人选 where the grid is vacant; nothing for who may not."""
    if not keep_grid(user, grid):
        return ""
    word = "更换" if grid.head_term_id else "确定人选"
    return link_to("grid_replace", grid.pk, format_html('{}<span class="visually-hidden">{}</span>', word, grid.post))
