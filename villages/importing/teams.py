"""工作组与任职: who serves in which team, and who instructs a self-governed village."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from lianzhen import phones
from lianzhen.accounts.models import User
from lianzhen.importing import cells
from lianzhen.importing.kinds import Column, Kind, Plan, unsound
from lianzhen.wording import full_date
from villages.actions.teams import appoint_instructor, open_team, post_to_team, replace_leader
from villages.importing.lookups import PersonBook, VillageBook, missing
from villages.models import LiaisonTeam, Person, Posting, SelfGovernance, Village

LEADER, MEMBER, INSTRUCTOR = "组长", "组员", "指导员"
ROLES = {
    "组长": LEADER,
    "联村工作组组长": LEADER,
    "组员": MEMBER,
    "成员": MEMBER,
    "联村工作组组员": MEMBER,
    "指导员": INSTRUCTOR,
    "联村工作指导员": INSTRUCTOR,
}
TEAM_NAME = "联村工作组"


class _Book:
    def __init__(self) -> None:
        self.villages = VillageBook()
        self.people = PersonBook()
        self.staff = sorted({p.name for rows in self.people.by_name.values() for p in rows if p.department_id})
        today = timezone.localdate()
        lasting = Q(ends_on=None) | Q(ends_on__gte=today)
        teams = LiaisonTeam.objects.filter(lasting).select_related("village").order_by("-starts_on")
        self.teams = {team.village_id: team for team in teams}
        self.alone = set(SelfGovernance.objects.on(today).values_list("village_id", flat=True))
        # Whoever serves until the last day of a team that is to end serves until further notice.
        lasting = Q(ends_on=None) | Q(ends_on__gte=today, ends_on=F("team__ends_on"))
        lasting |= Q(ends_on__gte=today, village__isnull=False)
        serving = Posting.objects.filter(lasting).select_related("person", "team", "village").order_by("starts_on")
        self.posted = {
            (p.team.village_id if p.team else p.village_id, p.person_id): p for p in serving if not p.group_id
        }
        self.first = {p.team.village_id: p for p in serving if p.team and p.is_leader}
        self.first |= {p.village_id: p for p in serving if p.village_id}


class Teams(Kind):
    key = "teams"
    title = "工作组与任职"
    place = 40
    columns = (
        Column(
            "village",
            "村",
            cells.name(40),
            ("村名", "村（社区）", "联村工作组", "工作组", "所在村", "联系村"),
            required=True,
            width=16,
            hint="村名，或“示例村联村工作组”。",
        ),
        Column(
            "role",
            "职务",
            cells.choice(ROLES),
            ("角色", "组内职务", "任职"),
            required=True,
            hint="组长、组员或指导员。",
        ),
        Column("name", "姓名", cells.name(30), ("人员", "人员姓名"), required=True),
        Column(
            "phone",
            "手机号",
            cells.phone,
            ("手机", "手机号码", "电话", "联系电话"),
            width=16,
            hint="同名时用来分清是哪一个。号码的改动请导入“人员”。",
            is_phone=True,
        ),
        Column(
            "starts_on",
            "起始日期",
            cells.day,
            ("起", "任职日期", "任职时间", "起任日期", "开始日期"),
            width=14,
            hint="新的任职必填，例如2018-05-01。",
        ),
        Column("basis", "依据", cells.words(200), ("文件依据", "任命文件"), width=24),
    )
    notes = (
        "人员须先在人员名册里登记为镇干部。",
        "组长与平台里登记的不同时，按更换组长办理。村里还没有联村工作组的，自这一行的起始日期成立。",
    )
    samples = (
        {"village": "示例一村", "role": "组长", "name": "曾示例", "phone": "19900001001", "starts_on": "2018-05-01"},
        {"village": "示例一村", "role": "组员", "name": "单示例", "starts_on": "2018年5月", "basis": "荷发〔2018〕9号"},
    )

    def book(self) -> _Book:
        return _Book()

    def same(self, row: Mapping[str, Any]) -> Hashable | None:
        village = row["village"].removesuffix(TEAM_NAME)
        if row["role"] == MEMBER:
            return (village, row["name"], row.get("phone"))
        return (village, row["role"])

    def plan(self, row: Mapping[str, Any], book: _Book) -> Plan:
        village = book.villages.find(row["village"].removesuffix(TEAM_NAME))
        role = row["role"]
        if (role == INSTRUCTOR) != (village.pk in book.alone):
            sent = "实行村为主自治，只派指导员" if village.pk in book.alone else "没有实行村为主自治，不派指导员"
            raise unsound("role", f"{village}{sent}。")
        person = self._person(row, book)
        held = book.posted.get((village.pk, person.pk))
        if held is not None and (role == INSTRUCTOR or held.is_leader == (role == LEADER)):
            return self._held(row, held)
        if held is not None and held.is_leader:
            raise unsound("role", f"{person}现任{held.target}组长，改任组员请用“更换组长”办理。")
        since = row.get("starts_on")
        if since is None:
            raise unsound("starts_on", "新的任职请填写起始日期，例如2018-05-01。")
        before = book.first.get(village.pk) if role != MEMBER else None
        told = [(f"{village}{role}", str(before.person) if before else "", f"{person}（{full_date(since)}起）")]
        if role != INSTRUCTOR and village.pk not in book.teams:
            told.insert(0, (TEAM_NAME, "", f"自{full_date(since)}成立"))

        def write(by: User | None) -> None:
            self._write(village, person, row, book, by)

        return Plan(write, told)

    def _held(self, row: Mapping[str, Any], held: Posting) -> Plan:
        since = row.get("starts_on")
        if since is not None and since != held.starts_on:
            day = held.starts_on.isoformat()
            raise unsound(
                "starts_on",
                f"{held.person}的起始日期登记为{full_date(held.starts_on)}，导入不改动已有的任职。",
                (f"改为{full_date(held.starts_on)}", "starts_on", day),
            )
        return Plan(lambda by: None, [], held)

    def _person(self, row: Mapping[str, Any], book: _Book) -> Person:
        name, phone = row["name"], row.get("phone", "")
        found = book.people.staff(name)
        if not found:
            if book.people.by_name[name]:
                raise unsound("name", f"{name}不是镇干部。如已调入镇里，请先在人员资料中填写站所（办）。")
            raise missing("name", name, book.staff)
        if len(found) > 1:
            found = [p for p in found if phone and phone in (p.phone, phones.mask(p.phone))]
        if len(found) != 1:
            raise unsound("phone", f"有同名的{name}，请填写名册里的手机号，以便分清是哪一个。")
        return found[0]

    def _write(self, village: Village, person: Person, row: Mapping[str, Any], book: _Book, by: User | None) -> None:
        since, basis = row["starts_on"], row.get("basis", "")
        if row["role"] == INSTRUCTOR:
            appoint_instructor(
                village=village, person=person, starts_on=since, by=by, today=timezone.localdate(), basis=basis
            )
            return
        team = book.teams.get(village.pk)
        if team is None:
            team = open_team(village=village, starts_on=since, by=by, reason="导入")
        if row["role"] == LEADER:
            replace_leader(team=team, person=person, starts_on=since, reason="导入", by=by, basis=basis)
        else:
            post_to_team(team=team, person=person, is_leader=False, starts_on=since, by=by, basis=basis)
        # Only once the row is in: a team that went back with its row must not be met by the next one.
        book.teams[village.pk] = team
