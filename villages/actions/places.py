"""Districts, villages and what they grow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max

from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from villages.actions.ending import refuse_twice, refuse_while_used
from villages.actions.founding import refuse_founded_after
from villages.actions.records import known, refuse_ended_village, write
from villages.extensions import follow_code
from villages.models import LiaisonGroup, Speciality, Village

#: The facts of a village that a form may set.
VILLAGE_FACTS = (
    "code",
    "name",
    "kind",
    "group",
    "population",
    "households",
    "group_count",
    "arable_mu",
    "party_members",
    "motto",
    "address",
    "office_phone",
    "founded_on",
)
SPECIALITY_FACTS = ("name", "area_mu", "output", "output_unit", "note")


# --- Districts --------------------------------------------------------------------------------
def add_district(
    *, name: str, district_name: str, by: User | None, position: int | None = None, note: str = ""
) -> LiaisonGroup:
    """Set up a liaison group with its district, last in order where no position is given."""
    with acting(by=by, action="district.add", label="新增片区联络组"):
        if position is None:
            position = (LiaisonGroup.objects.aggregate(last=Max("position"))["last"] or 0) + 1
        group = LiaisonGroup(position=position)
        write(group, {"name": name, "district_name": district_name, "note": note})
    return group


def change_district(
    *, group: LiaisonGroup, name: str, district_name: str, by: User | None, note: str = "", version: int | None = None
) -> LiaisonGroup:
    with acting(by=by, action="district.change", label="修改片区联络组"):
        group = lock_for_change(group, version)
        write(group, {"name": name, "district_name": district_name, "note": note})
    return group


def assign_villages(
    *, group: LiaisonGroup, villages: Iterable[Village], by: User | None, version: int | None = None
) -> LiaisonGroup:
    """Make `villages` the villages of the district: those left out belong to none until assigned again."""
    chosen = {village.pk for village in villages}
    with acting(by=by, action="district.villages", label="调整片区所辖村") as act:
        group = lock_for_change(group, version)
        rows = Village.objects.select_for_update().current().order_by("code")
        leaving = list(rows.filter(group=group).exclude(pk__in=chosen))
        coming = [village for village in rows.filter(pk__in=chosen) if village.group_id != group.pk]
        for village in leaving:
            write(village, {"group": None})
        for village in coming:
            write(village, {"group": group})
        group.save()  # raises its version: a second editor of this page is shown what the first did
        moved = [("划入", None, "、".join(map(str, coming))), ("划出", "、".join(map(str, leaving)), None)]
        act.note(group, [line for line in moved if any(line[1:])])
    return group


# --- Villages -----------------------------------------------------------------------------------
def add_village(*, by: User | None, **facts: Any) -> Village:
    """Add a village or community; `code` and `name` at least. Raises `ValidationError` on a taken code or name."""
    village = Village()
    with acting(by=by, action="village.add", label="新增村"):
        write(village, known(facts, VILLAGE_FACTS))
    return village


def change_village(*, village: Village, by: User | None, version: int | None = None, **facts: Any) -> Village:
    """Correct a village's facts, or move it to another district. Whatever is numbered by its statistics
    code follows. Raises `EditConflict` when somebody else saved meanwhile, and `ValidationError` on a day of
    founding after its first team or self-governance began."""
    with acting(by=by, action="village.change", label="修改村情"):
        village = lock_for_change(village, version)
        code, founded_on = village.code, village.founded_on
        write(village, known(facts, VILLAGE_FACTS))
        if village.founded_on != founded_on:
            refuse_founded_after(village, village.teams.all(), village.self_governance.all())
        if village.code != code:
            follow_code(village)
    return village


def end_village(
    *,
    village: Village,
    ended_on: date,
    reason: str,
    by: User | None,
    into: Village | None = None,
    version: int | None = None,
) -> Village:
    """撤并: the village exists no longer from `ended_on` on; `into` is the village it became part of.

    Raises `ValidationError` while people, grids, a team, posts or organisations would still belong to it.
    """
    with acting(by=by, action="village.end", label="撤并村", reason=reason):
        village = lock_for_change(village, version)
        refuse_twice(village)
        if into is not None and (into.pk == village.pk or into.ended_on is not None):
            raise ValidationError({"into": "请选择另一个现有的村。"})
        refuse_while_used(village, ended_on)
        for speciality in Speciality.objects.current().filter(village=village):
            write(speciality, {"ended_on": ended_on})
        told = f"并入{into}。{reason.strip()}" if into else reason
        write(village, {"ended_on": ended_on, "end_reason": told})
    return village


def return_village(*, village: Village, reason: str, by: User | None) -> Village:
    """Undo a 撤并 that was recorded by mistake."""
    with acting(by=by, action="village.return", label="恢复村", reason=reason):
        village = lock_for_change(village)
        if village.ended_on is None:
            raise ValidationError(f"{village}没有撤并，无需恢复。")
        ended_on = village.ended_on
        write(village, {"ended_on": None, "end_reason": ""})
        for speciality in Speciality.objects.filter(village=village, ended_on=ended_on):
            write(speciality, {"ended_on": None})
    return village


# --- Specialities ---------------------------------------------------------------------------------
def add_speciality(*, village: Village, by: User | None, **facts: Any) -> Speciality:
    """Record what a village grows or makes: area in 亩, output in a unit of its own."""
    speciality = Speciality(village=village)
    with acting(by=by, action="speciality.add", label="登记特色产业"):
        refuse_ended_village(village)
        write(speciality, known(facts, SPECIALITY_FACTS))
    return speciality


def change_speciality(
    *, speciality: Speciality, by: User | None, version: int | None = None, **facts: Any
) -> Speciality:
    with acting(by=by, action="speciality.change", label="修改特色产业"):
        speciality = lock_for_change(speciality, version)
        write(speciality, known(facts, SPECIALITY_FACTS))
    return speciality


def end_speciality(
    *, speciality: Speciality, ended_on: date, reason: str, by: User | None, version: int | None = None
) -> Speciality:
    with acting(by=by, action="speciality.end", label="停止特色产业", reason=reason):
        speciality = lock_for_change(speciality, version)
        refuse_twice(speciality)
        write(speciality, {"ended_on": ended_on})
    return speciality
