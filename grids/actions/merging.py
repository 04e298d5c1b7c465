"""The grids of a village that is merged: each ends and goes on in the other village under the next number there."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse

from grids.actions.grids import LAST_NUMBER, add_grid, end_grid
from grids.actions.heads import replace_head
from grids.models import Grid, GridArea, GridHeadTerm
from lianzhen.wording import number
from villages.merged_names import numbers_for
from villages.merging import END, MOVE, Carried, Line
from villages.models import VillagerGroup

FACTS = ("boundary", "households", "residents")


class Grids(Carried):
    """Numbers are never given again, so that grids keep theirs only where the other village never used one of them."""

    key, title, place = "grids", "网格", 20
    models = (Grid,)
    modes = ((MOVE, "随村并入"), (END, "一并终止"))
    effect = (
        "随村并入：原网格止于撤并日期的前一天，并入村同日设立新网格，四至、户数、人口、所辖村民小组和网格长照旧。"
        "村民小组不并入的，新网格须重新划定。"
    )

    def lists(self) -> list[QuerySet]:
        merger = self.merger
        grids = Grid.objects.filter(merger.holding(), village=merger.village).select_related("village")
        terms = GridHeadTerm.objects.filter(merger.running(), grid__village=merger.village)
        areas = GridArea.objects.filter(grid__village=merger.village).select_related("villager_group")
        there = Grid.objects.filter(village=merger.into)  # the ended ones too: their numbers are used
        return [grids, terms.select_related("person"), areas.order_by("villager_group__number"), there]

    def take(self, *found: list[Any]) -> None:
        self.grids, terms, areas, there = found
        self.heads: dict[int, list[GridHeadTerm]] = defaultdict(list)
        for term in terms:
            self.heads[term.grid_id].append(term)
        self.areas: dict[int, list[VillagerGroup]] = defaultdict(list)
        for area in areas:
            self.areas[area.grid_id].append(area.villager_group)
        names = {grid.short_name for grid in there if grid.ended_on is None}
        numbers = numbers_for([grid.number for grid in self.grids], {grid.number for grid in there})
        self.planned: list[tuple[int, str]] = []
        for grid, new in zip(self.grids, numbers, strict=True):
            name = self.merger.named(grid.name, names, 30) if grid.name else ""
            names.add(name or f"第{new}网格")
            self.planned.append((new, name))
            said = name or f"第{new}网格"
            becomes = f"{said}（网格号{new}）" if (said, new) != (grid.short_name, grid.number) else ""
            page = reverse("grid", args=[grid.pk])
            self.lines.append(Line(f"{grid.short_name}{self._about(grid)}", page, becomes))
            self.refuse_from(grid, str(grid), page)
            for term in self.heads[grid.pk]:
                self.refuse_term(term, f"{term.person}任{grid.head_title}的任期", page)

    def _about(self, grid: Grid) -> str:
        parts = [f"网格长{term.person}" for term in self.heads[grid.pk]]
        parts += [f"{number(grid.households)}户"] if grid.households is not None else []
        parts += ["、".join(str(group) for group in self.areas[grid.pk])] if self.areas[grid.pk] else []
        return f"（{'，'.join(parts)}）" if parts else ""

    def leave(self) -> None:
        merger = self.merger
        for grid in self.grids:
            end_grid(grid=grid, ended_on=merger.day, reason=merger.told, by=merger.by)

    def settle(self) -> None:
        merger = self.merger
        if self.moves and max((new for new, _ in self.planned), default=0) > LAST_NUMBER:
            text = f"{merger.into}的网格号会超过{LAST_NUMBER}，网格请选“一并终止”，并入后另行划定。"
            raise ValidationError({self.key: text})
        for grid, (new, name) in zip(self.grids if self.moves else (), self.planned, strict=False):
            facts = {fact: getattr(grid, fact) for fact in FACTS}
            groups = [merger.groups[group.pk] for group in self.areas[grid.pk] if group.pk in merger.groups]
            successor = add_grid(
                village=merger.into,
                number=new,
                name=name,
                founded_on=merger.day,
                villager_groups=groups,
                by=merger.by,
                **facts,
            )
            for term in self.heads[grid.pk]:
                replace_head(
                    grid=successor,
                    person=merger.moved(term.person),
                    starts_on=merger.day,
                    reason=GridHeadTerm.Reason.FIRST,
                    note=merger.told,
                    allow_second=True,  # whoever headed two of them goes on heading two
                    tell_village=False,
                    by=merger.by,
                )
