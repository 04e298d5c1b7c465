"""Party branch and party groups 党员小组: setting up, leaders, members, ending."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date
from villages.actions.ending import refuse_twice
from villages.actions.records import known, refuse_ended_village, refuse_stranger, write
from villages.models import PartyBranch, PartyGroup, Person, Village

BRANCH_FACTS = ("name", "founded_on")
GROUP_FACTS = ("name", "leader", "leader_since", "area")


# --- Branch -----------------------------------------------------------------------------------
def add_branch(*, village: Village, by: User | None, **facts: Any) -> PartyBranch:
    branch = PartyBranch(village=village)
    with acting(by=by, action="party_branch.add", label="登记党支部"):
        refuse_ended_village(village)
        write(branch, known(facts, BRANCH_FACTS))
    return branch


def change_branch(*, branch: PartyBranch, by: User | None, version: int | None = None, **facts: Any) -> PartyBranch:
    with acting(by=by, action="party_branch.change", label="修改党支部"):
        branch = lock_for_change(branch, version)
        write(branch, known(facts, BRANCH_FACTS))
    return branch


def end_branch(
    *, branch: PartyBranch, ended_on: date, reason: str, by: User | None, version: int | None = None
) -> PartyBranch:
    """Raises `ValidationError` while party groups of the branch go on."""
    with acting(by=by, action="party_branch.end", label="撤销党支部", reason=reason):
        branch = lock_for_change(branch, version)
        refuse_twice(branch)
        names = "、".join(str(group) for group in branch.groups.current())
        if names:
            raise ValidationError(f"{branch}还有{names}，请先撤销或改属其他党支部。")
        write(branch, {"ended_on": ended_on})
    return branch


# --- Group ------------------------------------------------------------------------------------
def add_party_group(*, branch: PartyBranch, by: User | None, **facts: Any) -> PartyGroup:
    """Set up a party group; its leader becomes a member of it."""
    group = PartyGroup(branch=branch)
    with acting(by=by, action="party_group.add", label="登记党员小组"):
        _refuse_ended_branch(branch)
        _set(group, facts)
    return group


def change_party_group(*, group: PartyGroup, by: User | None, version: int | None = None, **facts: Any) -> PartyGroup:
    """Correct a party group or name a new leader, who becomes a member of it."""
    with acting(by=by, action="party_group.change", label="修改党员小组"):
        group = lock_for_change(group, version)
        branch = facts.get("branch")
        if branch is not None and branch != group.branch:
            _move(group, branch)
        _set(group, facts)
    return group


def set_members(
    *, group: PartyGroup, members: Iterable[Person], by: User | None, version: int | None = None
) -> PartyGroup:
    """Make `members` the members of the group; those left out belong to none. The leader stays one.

    Raises `ValidationError` for somebody who is no party member of the village.
    """
    chosen = {person.pk: person for person in members}
    with acting(by=by, action="party_group.members", label="编入党员小组") as act:
        group = lock_for_change(group, version)
        if group.ended_on is not None:
            raise ValidationError(f"{group}已撤销，不再编入党员。")
        if group.leader_id and group.leader_id not in chosen:
            raise ValidationError({"members": f"{group.leader}是本组组长，须在名单内。要更换组长请先修改党员小组。"})
        for person in chosen.values():
            _refuse_unfit(person, group, field="members")
        before = Person.objects.select_for_update().current().filter(party_group=group).order_by("pinyin")
        leaving = [person for person in before if person.pk not in chosen]
        coming = [person for person in chosen.values() if person.party_group_id != group.pk]
        for person in leaving:
            _place(person, None)
        for person in coming:
            _place(person, group)
        group.save()  # raises its version: a second editor of this page is shown what the first did
        moved = [("编入", None, _names(coming)), ("调出", _names(leaving), None)]
        act.note(group, [line for line in moved if any(line[1:])])
    return group


def end_party_group(
    *, group: PartyGroup, ended_on: date, reason: str, by: User | None, version: int | None = None
) -> PartyGroup:
    """Raises `ValidationError` while party members besides its leader are still in it."""
    with acting(by=by, action="party_group.end", label="撤销党员小组", reason=reason):
        group = lock_for_change(group, version)
        refuse_twice(group)
        left = Person.objects.current().filter(party_group=group).exclude(pk=group.leader_id)
        if left.exists():
            raise ValidationError(f"{group}还有党员{left.count()}名，请先编入其他党员小组。")
        for person in Person.objects.current().filter(party_group=group):
            _place(person, None)
        write(group, {"ended_on": ended_on})
    return group


def _set(group: PartyGroup, facts: dict[str, Any]) -> None:
    wanted = known(facts, GROUP_FACTS)
    leader, since = wanted.get("leader"), wanted.get("leader_since")
    if leader is not None:
        _refuse_unfit(leader, group, field="leader")
        if group.leader_since and since and leader.pk != group.leader_id and since <= group.leader_since:
            raise ValidationError(
                {"leader_since": f"任职起始日期须晚于上一任组长的起始日期（{full_date(group.leader_since)}）。"}
            )
    write(group, wanted)
    if leader is not None and leader.party_group_id != group.pk:
        _place(leader, group)


def _move(group: PartyGroup, branch: PartyBranch) -> None:
    _refuse_ended_branch(branch)
    if branch.village_id != group.branch.village_id:
        raise ValidationError({"branch": f"{branch}不在{group.branch.village}。"})
    group.branch = branch


def _place(person: Person, group: PartyGroup | None) -> None:
    person = lock_for_change(person)
    person.party_group = group
    person.full_clean()
    person.save()


def _refuse_unfit(person: Person, group: PartyGroup, *, field: str) -> None:
    refuse_stranger(person, group.branch.village, field=field)
    if not person.is_party_member:
        raise ValidationError({field: f"{person}没有登记为中共党员，请先在人员页面核对。"})


def _refuse_ended_branch(branch: PartyBranch) -> None:
    if branch.ended_on is not None:
        raise ValidationError({"branch": f"{branch}已撤销，请选择其他党支部。"})


def _names(people: list[Person]) -> str:
    return "、".join(str(person) for person in people)
