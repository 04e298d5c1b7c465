"""社会组织和成员: one row is a member of an organisation, or an organisation with its chair alone."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lianzhen import phones
from lianzhen.accounts.models import User
from lianzhen.importing import cells
from lianzhen.importing.kinds import Change, Column, Kind, Plan, differences, given, unsound
from lianzhen.trail.gathering import Gathering
from lianzhen.wording import full_date
from villages.actions.boards import TERM_PAIRED, Boards
from villages.actions.organizations import add_members, add_organization, change_organization, replace_chair
from villages.importing.lookups import PersonBook, VillageBook, missing, stem
from villages.models import OrganizationKind, OrganizationMember, Person, SocialOrganization, Village

Position = OrganizationMember.Position
FACTS = ("founded_on", "term_starts_on", "term_years", "duties")
POSITIONS = {
    "成员": Position.MEMBER,
    "委员": Position.MEMBER,
    "理事": Position.MEMBER,
    "会长（主任）": Position.CHAIR,
    "会长": Position.CHAIR,
    "主任": Position.CHAIR,
    "理事长": Position.CHAIR,
    "副会长（副主任）": Position.VICE,
    "副会长": Position.VICE,
    "副主任": Position.VICE,
    "副理事长": Position.VICE,
}
STANDS, DISSOLVED = "stands", "dissolved"
STATES = {"现有": STANDS, "已撤销": DISSOLVED}


class _Book:
    def __init__(self) -> None:
        self.villages = VillageBook()
        self.people = PersonBook()
        self.kinds = list(OrganizationKind.objects.filter(ended_on=None))
        organizations = {o.pk: o for o in SocialOrganization.objects.select_related("village", "kind")}
        known = {person.pk: person for people in self.people.by_name.values() for person in people}
        members = list(OrganizationMember.objects.order_by("starts_on", "pk"))
        left = {member.person_id for member in members} - known.keys()
        gone = Person.objects.filter(ended_on__isnull=False, memberships__isnull=False)
        known |= gone.in_bulk() if left else {}
        for member in members:
            member.organization, member.person = organizations[member.organization_id], known[member.person_id]
        self.boards = Boards(organizations.values(), members)
        #: Terms of office of organisations that earlier rows of the sheet would register.
        self.coming: dict[tuple[int, str], date] = {}

    def kind(self, typed: str) -> OrganizationKind:
        found = next((k for k in self.kinds if typed in (k.name, k.short_name)), None)
        if found is None:
            raise missing("kind", typed, [k.name for k in self.kinds])
        return found


@dataclass(frozen=True)
class _Seat:
    """Who is to hold which position from when on."""

    person: Person
    position: str
    starts_on: date


class Organizations(Kind):
    key = "organizations"
    title = "社会组织和成员"
    place = 35
    reads = (
        "villages.village",
        "villages.person",
        "villages.organizationkind",
        "villages.socialorganization",
        "villages.organizationmember",
    )
    columns = (
        Column(
            "village",
            "村",
            cells.name(40),
            ("村名", "村（社区）", "行政村", "所在村", "村名称"),
            required=True,
            width=16,
        ),
        Column(
            "name",
            "社会组织",
            cells.name(60),
            ("名称", "组织名称", "社会组织名称", "组织"),
            width=26,
            hint="不填时按村和种类，例如“示例一村红白喜事理事会”。",
        ),
        Column(
            "kind", "种类", cells.name(40), ("组织种类", "类别", "类型"), width=20, hint="名称或简称；新的组织必填。"
        ),
        Column(
            "chair", "会长（主任）", cells.name(30), ("会长", "主任", "理事长", "负责人"), hint="现任会长（主任）。"
        ),
        Column("member", "成员", cells.name(30), ("姓名", "成员姓名"), hint="一行一个成员。只登记组织的，不填。"),
        Column(
            "phone",
            "手机号",
            cells.phone,
            ("手机", "手机号码", "电话", "联系电话"),
            width=16,
            hint="同村有同名的人时，用来分清是哪一个。",
            is_phone=True,
        ),
        Column("position", "职务", cells.choice(POSITIONS), ("组织职务", "组内职务"), width=16, hint="不填时是成员。"),
        Column(
            "starts_on",
            "任职起",
            cells.day,
            ("起始日期", "任职日期", "任职时间", "起任日期"),
            width=14,
            hint="不填时从本届起始日期算起。",
        ),
        Column("founded_on", "成立日期", cells.day, ("成立时间", "成立"), width=14),
        Column("term_starts_on", "本届起始日期", cells.day, ("本届起始", "换届时间", "本届开始"), width=14),
        Column("term_years", "任期（年）", cells.whole(1, 10), ("任期", "每届任期"), hint="与本届起始日期同时填写。"),
        Column("duties", "职责", cells.words(300), ("主要职责", "工作职责"), width=30),
        Column("state", "状态", cells.choice(STATES), (), hint="导出的表里才有。撤销请在社会组织页面办理。"),
    )
    notes = (
        "成员须先在人员名册里登记在这个村。",
        "会长（主任）与平台里登记的不同时，按更换办理：原会长（主任）的任期到任职起的前一天止。",
    )
    samples = (
        {
            "village": "示例一村",
            "name": "示例一村红白喜事理事会",
            "kind": "红白喜事理事会",
            "chair": "曾示例",
            "phone": "19900001001",
            "starts_on": "2018-05-01",
            "founded_on": "2018年5月",
            "term_starts_on": "2018-05-01",
            "term_years": "3",
            "duties": "办理红白喜事从简",
        },
        {
            "village": "示例一村",
            "name": "示例一村红白喜事理事会",
            "kind": "红白理事会",
            "member": "单示例",
            "position": "副会长（副主任）",
            "starts_on": "2018-05-01",
        },
    )

    def book(self) -> _Book:
        return _Book()

    def same(self, row: Mapping[str, Any]) -> Hashable | None:
        return (stem(row["village"]), row.get("name") or row.get("kind"), _of_the_row(row), row.get("phone"))

    def plan(self, row: Mapping[str, Any], book: _Book) -> Plan:
        village = book.villages.find(row["village"])
        organization = self._find(row, village, book)
        if organization is not None and organization.ended_on is not None:
            return self._dissolved(row, organization)
        facts = self._facts(row, organization, book)
        wanted, told = differences(organization, facts) if organization else (facts, [self._new(row, village, facts)])
        if organization is None and "term_starts_on" in facts:
            book.coming[village.pk, facts["name"]] = facts["term_starts_on"]
        seats = self._seats(row, village, organization, book)
        for seat in seats:
            told += self._told(seat, organization, book)

        def write(by: User | None) -> None:
            current = organization or add_organization(village=village, by=by, **facts)
            if organization is not None and wanted:
                current = change_organization(organization=organization, by=by, **wanted)
            for seat in seats:
                self._seat(current, seat, by)
            # Only once the row is in: one that went back with its row must not be met by the next one.
            book.boards.current.setdefault((village.pk, current.name), current)

        def gather(gathering: Gathering) -> None:
            current = organization or book.boards.add(gathering, village=village, **facts)
            if organization is not None and wanted:
                book.boards.change(gathering, organization, **wanted)
            for seat in seats:
                self._gather_seat(gathering, current, seat, book)

        return Plan(write, told, organization, gather=gather)

    # --- The organisation -----------------------------------------------------------------------------
    def _find(self, row: Mapping[str, Any], village: Village, book: _Book) -> SocialOrganization | None:
        if "name" in row:
            place = (village.pk, row["name"])
            ended = book.boards.dissolved.get(place) if row.get("state") == DISSOLVED else None
            return ended or book.boards.current.get(place) or book.boards.dissolved.get(place)
        if "kind" not in row:
            raise unsound("name", "请填写社会组织的名称或种类。")
        kind = book.kind(row["kind"])
        here = [o for o in book.boards.current.values() if o.village_id == village.pk and o.kind_id == kind.pk]
        if len(here) > 1:
            raise unsound("name", f"{village}有{len(here)}个{kind}，请填写名称，以便分清是哪一个。")
        return here[0] if here else None

    def _dissolved(self, row: Mapping[str, Any], organization: SocialOrganization) -> Plan:
        if row.get("state") != DISSOLVED or "member" in row:
            raise unsound("name", f"{organization}已于{full_date(organization.ended_on)}撤销，不能再登记。")
        return Plan(lambda by: None, [], organization, gather=lambda gathering: None)

    def _facts(self, row: Mapping[str, Any], organization: SocialOrganization | None, book: _Book) -> dict[str, Any]:
        facts = given(row, FACTS)
        if "kind" in row:
            if organization is None or row["kind"] not in (organization.kind.name, organization.kind.short_name):
                facts["kind"] = book.kind(row["kind"])
        elif organization is None:
            facts["kind"] = self._kind_in(row["name"], book)
        if organization is None:
            facts["name"] = row.get("name", "")
        started = facts.get("term_starts_on", getattr(organization, "term_starts_on", None))
        years = facts.get("term_years", getattr(organization, "term_years", None))
        if (started is None) != (years is None):
            raise unsound("term_years" if years is None else "term_starts_on", TERM_PAIRED)
        return facts

    def _kind_in(self, name: str, book: _Book) -> OrganizationKind:
        """示例一村爱卫会 is an 爱卫会."""
        found = [k for k in book.kinds if name.endswith((k.name, k.short_name))]
        if len(found) != 1:
            raise unsound("kind", f"没有登记过{name}。要新增，请填写种类。")
        return found[0]

    def _new(self, row: Mapping[str, Any], village: Village, facts: dict[str, Any]) -> Change:
        return "新增", "", facts["name"] or f"{village}{facts['kind']}"

    # --- Its members ------------------------------------------------------------------------------------
    def _seats(
        self, row: Mapping[str, Any], village: Village, organization: SocialOrganization | None, book: _Book
    ) -> list[_Seat]:
        """What is to change about who sits there."""
        wanted = [(row[key], position) for key, position in self._named(row)]
        seats = []
        for name, position in wanted:
            phone = row.get("phone", "") if name == _of_the_row(row) else ""
            if position == Position.CHAIR and organization is not None and self._chairs(organization, name, row, book):
                continue
            person = self._person(name, phone, village, book, "member" if "member" in row else "chair")
            held = book.boards.membership(organization, person) if organization else None
            if held is not None and held.position == position:
                self._refuse_other_day(row, held)
                continue
            if held is not None and held.position == Position.CHAIR:
                raise unsound("position", f"{person}现任{held.get_position_display()}，改任请用“更换会长”办理。")
            seats.append(_Seat(person, position, self._since(row, village, organization, book)))
        return seats

    def _named(self, row: Mapping[str, Any]) -> list[tuple[str, str]]:
        named = [("chair", Position.CHAIR)] if "chair" in row else []
        if "member" in row and not (named and row["member"] == row["chair"]):
            named.append(("member", row.get("position", Position.MEMBER)))
        if [position for _, position in named].count(Position.CHAIR) > 1:
            raise unsound("position", f"会长（主任）已填{row['chair']}，{row['member']}的职务请核对。")
        return named

    def _chairs(self, organization: SocialOrganization, name: str, row: Mapping[str, Any], book: _Book) -> bool:
        """Whether somebody of the name is in the chair; a number in the row tells namesakes apart."""
        held = book.boards.chair(organization)
        if held is None or held.person.name != name:
            return False
        if name == _of_the_row(row):
            phone = row.get("phone", "")
            if phone and phone not in (held.person.phone, phones.mask(held.person.phone)):
                return False
            self._refuse_other_day(row, held)
        return True

    def _refuse_other_day(self, row: Mapping[str, Any], held: OrganizationMember) -> None:
        since = row.get("starts_on")
        if since is not None and since != held.starts_on:
            day = held.starts_on.isoformat()
            raise unsound(
                "starts_on",
                f"{held.person}的任职起登记为{full_date(held.starts_on)}，导入不改动已有的任职。",
                (f"改为{full_date(held.starts_on)}", "starts_on", day),
            )

    def _person(self, name: str, phone: str, village: Village, book: _Book, key: str) -> Person:
        here = book.people.residents(name, village)
        if not here:
            names = [p.name for people in book.people.by_name.values() for p in people if p.village_id == village.pk]
            problem = missing(key, name, names).problems[0]
            raise unsound(key, f"{problem.text}成员须先登记在{village}的人员名册。", *problem.choices)
        if len(here) > 1 or phone:
            here = [p for p in here if phone and phone in (p.phone, phones.mask(p.phone))] or here
        if len(here) > 1:
            raise unsound("phone", f"{village}有{len(here)}个{name}，请填写手机号，以便分清是哪一个。")
        return here[0]

    def _since(
        self, row: Mapping[str, Any], village: Village, organization: SocialOrganization | None, book: _Book
    ) -> date:
        term = row.get("term_starts_on") or getattr(organization, "term_starts_on", None)
        since = row.get("starts_on") or term or book.coming.get((village.pk, row.get("name", "")))
        if since is None:
            raise unsound("starts_on", "新的任职请填写任职起，例如2018-05-01。")
        return since

    def _told(self, seat: _Seat, organization: SocialOrganization | None, book: _Book) -> list[Change]:
        title = Position(seat.position).label
        before = ""
        if organization is not None:
            replaced = book.boards.chair(organization) if seat.position == Position.CHAIR else None
            held = book.boards.membership(organization, seat.person)
            before = str(replaced.person) if replaced else held.get_position_display() if held else ""
        return [(title, before, f"{seat.person}（{full_date(seat.starts_on)}起）")]

    def _seat(self, organization: SocialOrganization, seat: _Seat, by: User | None) -> None:
        if seat.position == Position.CHAIR:
            replace_chair(organization=organization, person=seat.person, starts_on=seat.starts_on, reason="导入", by=by)
            return
        add_members(
            organization=organization, people=[seat.person], starts_on=seat.starts_on, by=by, position=seat.position
        )

    def _gather_seat(self, gathering: Gathering, organization: SocialOrganization, seat: _Seat, book: _Book) -> None:
        boards = book.boards
        if seat.position == Position.CHAIR:
            boards.hand_over(gathering, organization, seat.person, starts_on=seat.starts_on, reason="导入")
            return
        boards.join(gathering, organization, seat.person, position=seat.position, starts_on=seat.starts_on)


def _of_the_row(row: Mapping[str, Any]) -> str | None:
    """Whom the row is about: its number and its day are theirs."""
    return row.get("member") or row.get("chair")
