"""What becomes of the register's own kinds when a village is merged: groups, party, organisations, industries, figures.

What lies in a village by its one foreign key ends there with the day and is set up anew in the other village on the
same day, so that the registers of days before stay as they were.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from lianzhen.wording import number
from villages.actions import organizations, party, places, villager_groups
from villages.merged_names import numbers_for
from villages.merging import END, MOVE, Carried, Line
from villages.models import (
    OrganizationMember,
    PartyBranch,
    PartyGroup,
    SocialOrganization,
    Speciality,
    Village,
    VillagerGroup,
)

MOVES_OR_ENDS = ((MOVE, "随村并入"), (END, "一并终止"))
GROUP_FACTS = ("households", "population")


def tab(village: Village, key: str) -> str:
    return reverse("village_tab", args=[village.pk, key])


class VillagerGroups(Carried):
    """Groups keep their numbers where none of them is used in the other village; else all of them follow its last one
    and are told apart by the old village's name."""

    key, title, place = "groups", "村民小组", 10
    models = (VillagerGroup,)
    modes = MOVES_OR_ENDS
    effect = "随村并入：原组自撤并日期起停止，并入村同日设立新组，户数、人口、组长照旧。一并终止：组内人员不再编组。"

    def lists(self) -> list[QuerySet]:
        groups = VillagerGroup.objects.filter(self.merger.holding(), village=self.merger.village)
        there = VillagerGroup.objects.filter(village=self.merger.into, ended_on=None)
        return [groups.select_related("head"), there]

    def take(self, *found: list[Any]) -> None:
        self.groups, there = found
        names = {str(group) for group in there}
        numbers = numbers_for([group.number for group in self.groups], {group.number for group in there})
        self.planned: list[tuple[int, str]] = []
        url = tab(self.merger.village, "groups")
        for group, new in zip(self.groups, numbers, strict=True):
            title, stays = str(group), new == group.number
            # 第1组 that is number 13 now may not go on being called 第1组.
            taken = names if group.name or stays else names | {title}
            name = ""
            if group.name or not stays or title in taken:
                name = self.merger.named(title, taken, 30)
            names.add(name or title)
            self.planned.append((new, name))
            said = name or f"第{new}组"
            becomes = f"{said}（组号{new}）" if (said, new) != (str(group), group.number) else ""
            self.lines.append(Line(f"{group}{_size(group)}", url, becomes))
            self.refuse_from(group, str(group), url)

    def prepare(self) -> None:
        for group, (new, name) in zip(self.groups if self.moves else (), self.planned, strict=False):
            facts = {fact: getattr(group, fact) for fact in GROUP_FACTS}
            self.merger.groups[group.pk] = villager_groups.add_villager_group(
                village=self.merger.into,
                number=new,
                name=name,
                founded_on=self.merger.day,
                by=self.merger.by,
                **facts,
            )

    def settle(self) -> None:
        merger = self.merger
        for group in self.groups:
            villager_groups.end_villager_group(group=group, ended_on=merger.day, reason=merger.told, by=merger.by)
            if group.head is not None and group.pk in merger.groups:
                successor = merger.groups[group.pk]
                villager_groups.change_villager_group(
                    group=successor, head=merger.moved(group.head), head_since=merger.day, by=merger.by
                )


def _size(group: Any) -> str:
    parts = [f"{number(group.households)}户" if group.households is not None else ""]
    parts += [f"{number(group.population)}人" if group.population is not None else ""]
    parts += [f"组长{group.head}" if group.head is not None else ""]
    said = "，".join(part for part in parts if part)
    return f"（{said}）" if said else ""


class Party(Carried):
    """Party groups go to the other village's branch; where it has none, to one of the old branch's name."""

    key, title, place = "party", "党支部、党员小组", 40
    models = (PartyBranch, PartyGroup)
    modes = ((MOVE, "党员小组随村并入"), (END, "一并终止"))

    def lists(self) -> list[QuerySet]:
        merger = self.merger
        branches = PartyBranch.objects.filter(merger.holding(), village=merger.village)
        groups = PartyGroup.objects.filter(merger.holding(), branch__village=merger.village)
        there = PartyBranch.objects.filter(village=merger.into, ended_on=None)
        taken = PartyGroup.objects.filter(branch__village=merger.into, ended_on=None)
        return [branches, groups.select_related("branch", "leader"), there.order_by("pk"), taken]

    def take(self, *found: list[Any]) -> None:
        self.branches, self.groups, there, taken = found
        self.branch = there[0] if there else None
        names = {group.name for group in taken}
        self.planned: list[str] = []
        url = tab(self.merger.village, "party")
        self.effect = f"党员小组并入{self.branch}，小组名称有重复的加上原村名，组长照旧。原党支部撤销。"
        if self.branch is None:
            self.effect = f"{self.merger.into}还没有党支部，同日登记一个，党员小组编入其中，组长照旧。原党支部撤销。"
        self.new_branch = self.branches[0].name if self.branches else ""
        for branch in self.branches:
            self.lines.append(Line(f"{branch}（撤销）", url))
            self.refuse_from(branch, str(branch), url)
        for group in self.groups:
            name = self.merger.named(group.name, names, 40)
            names.add(name)
            self.planned.append(name)
            led = f"（组长{group.leader}）" if group.leader is not None else ""
            page = reverse("party_group", args=[group.pk])
            self.lines.append(Line(f"{group}{led}", page, name if name != group.name else ""))
            self.refuse_from(group, str(group), page)

    def prepare(self) -> None:
        merger = self.merger
        if not self.moves or not self.groups:
            return
        branch = self.branch or party.add_branch(
            village=merger.into, name=self.new_branch, founded_on=merger.day, by=merger.by
        )
        for group, name in zip(self.groups, self.planned, strict=True):
            merger.party_groups[group.pk] = party.add_party_group(
                branch=branch, name=name, area=group.area, by=merger.by
            )

    def settle(self) -> None:
        merger = self.merger
        why = {"ended_on": merger.day, "reason": merger.told, "by": merger.by}
        for group in self.groups:
            party.end_party_group(group=group, **why)
            if group.leader is not None and group.pk in merger.party_groups:
                successor = merger.party_groups[group.pk]
                party.change_party_group(
                    group=successor, leader=merger.moved(group.leader), leader_since=merger.day, by=merger.by
                )
        for branch in self.branches:
            party.end_branch(branch=branch, **why)


class Organizations(Carried):
    """Organisations of the ended village end with it, unless the town wants to go on with them in the other one."""

    key, title, place = "organizations", "社会组织", 50
    models = (SocialOrganization,)
    modes = ((END, "一并终止"), (MOVE, "随村并入"))
    effect = "成员任期止于撤并日期的前一天。随村并入的，同日在并入村设立同名组织，成员和职务照旧，本届任期另行登记。"

    def lists(self) -> list[QuerySet]:
        merger = self.merger
        rows = SocialOrganization.objects.filter(merger.holding(), village=merger.village).select_related("kind")
        members = OrganizationMember.objects.filter(merger.running(), organization__village=merger.village)
        there = SocialOrganization.objects.filter(village=merger.into, ended_on=None)
        return [rows, members.select_related("person"), there]

    def take(self, *found: list[Any]) -> None:
        self.organizations, members, there = found
        self.members: dict[int, list[OrganizationMember]] = defaultdict(list)
        for member in members:
            self.members[member.organization_id].append(member)
        names = {one.name for one in there}
        self.planned: list[str] = []
        for one in self.organizations:
            name = self.merger.named(one.name, names, 60)
            names.add(name)
            self.planned.append(name)
            page = reverse("organization", args=[one.pk])
            count = len(self.members[one.pk])
            self.lines.append(Line(f"{one}（成员{number(count)}人）", page, name if name != one.name else ""))
            self.refuse_from(one, str(one), page)
            for member in self.members[one.pk]:
                self.refuse_term(member, f"{one}{member.get_position_display()}{member.person}的任期", page)

    def leave(self) -> None:
        merger = self.merger
        for one in self.organizations:
            for member in self.members[one.pk]:
                organizations.end_membership(
                    membership=member, last_day=merger.last_day, reason=merger.told, by=merger.by
                )
            organizations.dissolve_organization(organization=one, ended_on=merger.day, reason=merger.told, by=merger.by)

    def settle(self) -> None:
        merger = self.merger
        for one, name in zip(self.organizations if self.moves else (), self.planned, strict=False):
            facts = {"kind": one.kind, "name": name, "founded_on": merger.day, "duties": one.duties}
            successor = organizations.add_organization(village=merger.into, by=merger.by, **facts)
            seats = defaultdict(list)
            for member in self.members[one.pk]:
                seats[member.position].append(merger.moved(member.person))
            for position, people in seats.items():
                organizations.add_members(
                    organization=successor,
                    people=people,
                    position=position,
                    starts_on=merger.day,
                    confirmed=True,
                    by=merger.by,
                )


class Specialities(Carried):
    """Industries are added to those of the same name where both are measured alike; else they stand beside them."""

    key, title, place = "specialities", "特色产业", 60
    models = (Speciality,)
    modes = MOVES_OR_ENDS
    effect = "随村并入：并入村已有同名产业的，面积和产量相加；没有的，照原样登记。"

    def lists(self) -> list[QuerySet]:
        here = Speciality.objects.filter(village=self.merger.village, ended_on=None)
        return [here, Speciality.objects.filter(village=self.merger.into, ended_on=None)]

    def take(self, *found: list[Any]) -> None:
        self.specialities, there = found
        known = {one.name: one for one in there}
        names = set(known)
        self.planned: list[tuple[Speciality | None, str]] = []
        url = reverse("village", args=[self.merger.village.pk])
        for one in self.specialities:
            twin = known.get(one.name)
            if twin is not None and _alike(one, twin):
                self.planned.append((twin, one.name))
                self.lines.append(Line(str(one), url, f"与并入村的{twin}相加"))
                continue
            name = self.merger.named(one.name, names, 40)
            names.add(name)
            self.planned.append((None, name))
            self.lines.append(Line(str(one), url, name if name != one.name else ""))

    def settle(self) -> None:
        merger = self.merger
        for one, (twin, name) in zip(self.specialities if self.moves else (), self.planned, strict=False):
            if twin is not None:
                sums = {fact: _sum(getattr(one, fact), getattr(twin, fact)) for fact in ("area_mu", "output")}
                places.change_speciality(speciality=twin, by=merger.by, **sums)
                continue
            facts = {fact: getattr(one, fact) for fact in places.SPECIALITY_FACTS}
            places.add_speciality(village=merger.into, by=merger.by, **{**facts, "name": name})


def _alike(one: Speciality, twin: Speciality) -> bool:
    """Whether their figures can be added without making up one that nobody measured."""
    areas = (one.area_mu is None) == (twin.area_mu is None)
    outputs = (one.output is None) == (twin.output is None)
    return areas and outputs and (one.output is None or one.output_unit == twin.output_unit)


def _sum(one: Any, other: Any) -> Any:
    return None if one is None else one + other


class Figures(Carried):
    """The reported numbers of the other village grow by those of the ended one, where both are known."""

    key, title, place = "figures", "村情数字", 70
    modes = ((MOVE, "合并计入"), (END, "不计入，以后另填"))
    effect = "这些数字不分日期：查看以前日期的名册时，并入村显示的也是合并后的数字。"
    FACTS = ("population", "households", "group_count", "arable_mu", "party_members")

    def take(self, *found: list[Any]) -> None:
        village, into = self.merger.village, self.merger.into
        self.sums = {}
        for fact in self.FACTS:
            ours, theirs = getattr(village, fact), getattr(into, fact)
            if ours is None:
                continue
            label = str(Village._meta.get_field(fact).verbose_name)
            if theirs is None:
                self.lines.append(Line(f"{label}：{number(ours)}", "", "并入村没有填，不相加，请另填"))
                continue
            self.sums[fact] = ours + theirs
            said = f"{into}{number(theirs)} + {number(ours)} = {number(ours + theirs)}"
            self.lines.append(Line(f"{label}：{number(ours)}", "", said))

    def settle(self) -> None:
        if self.merger.chosen.get(VillagerGroups.key) == END:
            self.sums.pop("group_count", None)
        if self.moves and self.sums:
            places.change_village(village=self.merger.into, by=self.merger.by, **self.sums)
