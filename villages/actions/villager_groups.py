"""Villager groups 村民小组 and their heads."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date
from villages.actions.ending import refuse_twice, refuse_while_used
from villages.actions.records import known, refuse_ended_village, refuse_stranger, write
from villages.models import Village, VillagerGroup

FACTS = ("number", "name", "households", "population", "head", "head_since", "founded_on")
#: More at one time is a slip of the finger: the largest village of the town has about forty.
MOST_AT_ONCE = 99


def add_villager_group(*, village: Village, by: User | None, **facts: Any) -> VillagerGroup:
    """Add one group; `number` at least. Raises `ValidationError` on a number in use or a head from elsewhere."""
    group = VillagerGroup(village=village)
    with acting(by=by, action="villager_group.add", label="登记村民小组"):
        refuse_ended_village(village)
        _set(group, facts)
    return group


def add_villager_groups(*, village: Village, first: int, last: int, by: User | None) -> list[VillagerGroup]:
    """Add the groups numbered from `first` to `last`; numbers already in use are left as they are.

    Raises `ValidationError` when the numbers are the wrong way round, too many, or all in use.
    """
    if last < first:
        raise ValidationError({"last": "末组号不能小于首组号。"})
    if last - first >= MOST_AT_ONCE:
        raise ValidationError({"last": f"一次最多登记{MOST_AT_ONCE}个组，请分几次登记。"})
    with acting(by=by, action="villager_group.add_many", label="批量登记村民小组"):
        refuse_ended_village(village)
        used = set(VillagerGroup.objects.current().filter(village=village).values_list("number", flat=True))
        missing = [number for number in range(first, last + 1) if number not in used]
        if not missing:
            raise ValidationError({"last": f"第{first}组至第{last}组都已登记。"})
        groups = [VillagerGroup(village=village, number=number) for number in missing]
        for group in groups:
            write(group, {})
    return groups


def change_villager_group(
    *, group: VillagerGroup, by: User | None, version: int | None = None, **facts: Any
) -> VillagerGroup:
    """Correct a group's facts or name a new head. Raises `EditConflict` when somebody else saved meanwhile."""
    with acting(by=by, action="villager_group.change", label="修改村民小组"):
        group = lock_for_change(group, version)
        _set(group, facts)
    return group


def end_villager_group(
    *, group: VillagerGroup, ended_on: date, reason: str, by: User | None, version: int | None = None
) -> VillagerGroup:
    """End a group. Raises `ValidationError` while people are registered in it or a grid covers it."""
    with acting(by=by, action="villager_group.end", label="撤并村民小组", reason=reason):
        group = lock_for_change(group, version)
        refuse_twice(group)
        refuse_while_used(group, ended_on)
        write(group, {"ended_on": ended_on})
    return group


def _set(group: VillagerGroup, facts: dict[str, Any]) -> None:
    before = (group.head_id, group.head_since)
    wanted = known(facts, FACTS)
    refuse_stranger(wanted.get("head"), group.village, field="head")
    _refuse_earlier_head(before, wanted)
    write(group, wanted)


def _refuse_earlier_head(before: tuple[int | None, date | None], wanted: dict[str, Any]) -> None:
    """A new head cannot have begun before the one he follows."""
    head, since = wanted.get("head"), wanted.get("head_since")
    old_head, old_since = before
    if head is None or since is None or old_since is None or head.pk == old_head:
        return
    if since <= old_since:
        raise ValidationError({"head_since": f"任职起始日期须晚于上一任组长的起始日期（{full_date(old_since)}）。"})
