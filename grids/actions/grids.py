"""Grids: drawing, correcting, merging them, and the villager groups that lie in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, Q

from grids.models import Grid, GridArea, GridHeadTerm
from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.trail.recording import Act
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date
from villages.actions.ending import refuse_twice
from villages.actions.founding import refuse_founded_after
from villages.actions.records import known, refuse_ended_village, write
from villages.actions.terms import close, day_before
from villages.models import Village, VillagerGroup

#: The facts of a grid that a form may set. The number never changes: papers and people know the grid by it.
FACTS = ("name", "boundary", "households", "residents", "founded_on")
LAST_NUMBER = 99


def add_grid(
    *,
    village: Village,
    by: User | None,
    number: int | None = None,
    villager_groups: Iterable[VillagerGroup] = (),
    **facts: Any,
) -> Grid:
    """Draw a new grid; without a `number` it takes the next that the village never used.

    Raises `ValidationError` on a number used before, a village that has ended, and villager groups of
    another village. Groups that lay in another grid move here, which is recorded for both.
    """
    with acting(by=by, action="grid.add", label="新增网格") as act:
        village = _lock_village(village.pk)
        refuse_ended_village(village)
        grid = Grid(village=village, number=number or _next_number(village))
        write(grid, known(facts, FACTS))
        _place(grid, villager_groups, act)
    return grid


def change_grid(
    *,
    grid: Grid,
    by: User | None,
    version: int | None = None,
    villager_groups: Iterable[VillagerGroup] | None = None,
    **facts: Any,
) -> Grid:
    """Correct a grid's facts, and its area when `villager_groups` are given. Raises `EditConflict` when
    somebody else saved meanwhile."""
    with acting(by=by, action="grid.change", label="修改网格") as act:
        grid = _lock_grid(grid, version)
        refuse_ended_grid(grid)
        founded_on = grid.founded_on
        write(grid, known(facts, FACTS))
        if grid.founded_on != founded_on:
            refuse_founded_after(grid, grid.head_terms.select_related("person"))
        if villager_groups is not None:
            _place(grid, villager_groups, act)
    return grid


def set_areas(
    *, grid: Grid, villager_groups: Iterable[VillagerGroup], by: User | None, version: int | None = None
) -> Grid:
    """Make `villager_groups` the ones that lie in the grid. Groups of another village are refused; groups
    of another grid move here; groups left out lie in no grid until they are placed again."""
    return change_grid(grid=grid, villager_groups=villager_groups, by=by, version=version)


def end_grid(*, grid: Grid, ended_on: date, reason: str, by: User | None, version: int | None = None) -> Grid:
    """撤并: the grid exists no longer from `ended_on` on. Its head's term ends the day before and its
    villager groups become free for another grid."""
    with acting(by=by, action="grid.end", label="撤并网格", reason=reason) as act:
        grid = _lock_grid(grid, version)
        refuse_twice(grid)
        for term in grid.head_terms.select_related("person"):
            _refuse_term_after(term, ended_on)
            if term.ends_on is None:
                close(term, last_day=day_before(ended_on), reason=f"网格撤并：{reason.strip()}"[:200])
                act.note(grid, [("网格长", head_line(term), "")])
        _place(grid, (), act)
        write(grid, {"ended_on": ended_on, "end_reason": reason})
    return grid


def return_grid(*, grid: Grid, reason: str, by: User | None) -> Grid:
    """Undo a 撤并 that was recorded by mistake. The grid comes back without head and without area."""
    with acting(by=by, action="grid.return", label="恢复网格", reason=reason):
        grid = _lock_grid(grid)
        if grid.ended_on is None:
            raise ValidationError(f"{grid}没有撤并，无需恢复。")
        refuse_ended_village(grid.village)
        write(grid, {"ended_on": None, "end_reason": ""})
    return grid


def follow_village_code(village: Village) -> None:
    """The village's statistics code changed: its grids are numbered by it, the ended ones too."""
    for grid in Grid.objects.select_for_update().filter(village=village):
        grid.village = village
        grid.save()


# --- Areas ------------------------------------------------------------------------------------
def _place(grid: Grid, villager_groups: Iterable[VillagerGroup], act: Act) -> None:
    """The caller holds the lock of the village, so that no two grids take the same group."""
    chosen = {group.pk: group for group in villager_groups}
    for group in chosen.values():
        if group.village_id != grid.village_id:
            raise ValidationError({"villager_groups": f"{group}属于{group.village}，不在{grid.village}。"})
        if group.ended_on is not None:
            raise ValidationError({"villager_groups": f"{group}已撤并，请从现有的村民小组中选择。"})
    concerned = GridArea.objects.filter(Q(grid=grid) | Q(villager_group__in=chosen))
    areas = {area.villager_group_id: area for area in concerned.select_related("villager_group", "grid__village")}
    losing = {area.grid_id: area.grid for area in areas.values() if area.grid_id != grid.pk}
    before = {pk: _names(other) for pk, other in [(grid.pk, grid), *losing.items()]}
    for pk, area in areas.items():
        if pk not in chosen:
            area.delete()
        elif area.grid_id != grid.pk:
            area.grid = grid
            area.full_clean()
            area.save()
    for pk, group in chosen.items():
        if pk not in areas:
            area = GridArea(grid=grid, villager_group=group)
            area.full_clean()
            area.save()
    _note_areas(grid, before[grid.pk], act)
    for pk, other in losing.items():
        _note_areas(other, before[pk], act)
        other.save()  # raises its version: whoever has its form open is shown what happened


def _note_areas(grid: Grid, before: str, act: Act) -> None:
    after = _names(grid)
    if after != before:
        act.note(grid, [("所辖村民小组", before, after)], label="划定村民小组")


def _names(grid: Grid) -> str:
    return "、".join(str(group) for group in grid.villager_groups)


# --- Locks and refusals -----------------------------------------------------------------------
def _lock_village(pk: int) -> Village:
    """Whoever changes what grids cover comes one after the other within a village."""
    return Village.objects.select_for_update(no_key=True).get(pk=pk)


def _lock_grid(grid: Grid, version: int | None = None) -> Grid:
    village = _lock_village(grid.village_id)
    grid = lock_for_change(grid, version)
    grid.village = village
    return grid


def _next_number(village: Village) -> int:
    number = (Grid.objects.filter(village=village).aggregate(last=Max("number"))["last"] or 0) + 1
    if number > LAST_NUMBER:
        raise ValidationError({"number": f"{village}的网格号已用到{LAST_NUMBER}，请填写一个没有用过的号。"})
    return number


def refuse_ended_grid(grid: Grid) -> None:
    """Raise when the grid exists no longer: what it was stays as it was."""
    if grid.ended_on is not None:
        raise ValidationError(f"{grid}已于{full_date(grid.ended_on)}撤并，历史记录只供查阅。")


def _refuse_term_after(term: GridHeadTerm, ended_on: date) -> None:
    if term.starts_on >= ended_on:
        raise ValidationError(
            {"ended_on": f"撤并日期应晚于{term.person}任网格长的起始日期（{full_date(term.starts_on)}）。"}
        )
    if term.ends_on is not None and term.ends_on >= ended_on:
        raise ValidationError({"ended_on": f"{term.person}任网格长至{full_date(term.ends_on)}，撤并日期应在此之后。"})


def head_line(term: GridHeadTerm) -> str:
    """A head as the trail names him, so that the entry stays readable: 曾某（2024年1月1日起）."""
    return f"{term.person}（{full_date(term.starts_on)}起）"
