"""人员: residents and staff, found again by name with telephone number or place."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from django.utils import timezone

from lianzhen import phones
from lianzhen.accounts.models import User
from lianzhen.importing import cells
from lianzhen.importing.kinds import Column, Kind, Plan, differences, given, unsound
from lianzhen.town.models import Department
from villages.actions.people import add_person, change_person
from villages.importing.lookups import PersonBook, VillageBook, missing, refuse_masked
from villages.models import PartyGroup, Person, VillagerGroup

FACTS = ("name", "gender", "phone", "job_title", "is_party_member", "note")


class _Book:
    def __init__(self) -> None:
        self.villages = VillageBook()
        self.people = PersonBook()
        self.departments = {d.name: d for d in Department.objects.on(timezone.localdate())}
        self.groups = {(g.village_id, str(g)): g for g in VillagerGroup.objects.current()}
        self.numbered = {(g.village_id, g.number): g for g in self.groups.values()}
        parties = PartyGroup.objects.current().select_related("branch")
        self.parties = {(g.branch.village_id, g.name): g for g in parties}


class People(Kind):
    key = "people"
    title = "人员"
    place = 30
    reads = ("villages.person", "villages.village", "villages.villagergroup", "villages.partygroup", "town.department")
    columns = (
        Column("name", "姓名", cells.name(30), ("名字", "人员姓名", "姓  名"), required=True),
        Column("gender", "性别", cells.choice({"男": "m", "女": "f"}), width=8),
        Column(
            "phone",
            "手机号",
            cells.phone,
            ("手机", "手机号码", "电话", "联系电话", "电话号码", "联系方式"),
            width=16,
            hint="11位手机号，或带区号的座机。导出的表里遮住的号码表示不变。",
            is_phone=True,
        ),
        Column(
            "place",
            "村或站所",
            cells.name(40),
            ("村", "所在村", "村名", "村（社区）", "行政村", "站所", "站所（办）", "单位", "工作单位", "部门"),
            required=True,
            width=16,
            hint="村里的人填村名，镇干部填站所（办）。",
        ),
        Column("villager_group", "村民小组", cells.name(30), ("小组", "组", "所在组", "组别"), hint="例如第2组。"),
        Column("job_title", "职务", cells.words(40), ("职位", "现任职务")),
        Column("is_party_member", "党员", cells.yes_no, ("中共党员", "是否党员", "政治面貌"), width=8, hint="是或否。"),
        Column("party_group", "党员小组", cells.name(40), ("所在党员小组",)),
        Column("note", "备注", cells.words(200), width=24),
    )
    notes = ("同一姓名同一号码的是同一个人；没有填号码的，按姓名和所在村查找。",)
    samples = (
        {
            "name": "曾示例",
            "gender": "男",
            "phone": "19900001001",
            "place": "示例一村",
            "villager_group": "第1组",
            "is_party_member": "是",
        },
        {
            "name": "单示例",
            "gender": "女",
            "phone": "19900001002",
            "place": "示例二村",
            "villager_group": "第1组",
            "is_party_member": "否",
            "note": "在家务农",
        },
    )

    def book(self) -> _Book:
        return _Book()

    def same(self, row: Mapping[str, Any]) -> Hashable | None:
        return (row["name"], row.get("phone") or row["place"])

    def plan(self, row: Mapping[str, Any], book: _Book) -> Plan:
        facts = given(row, FACTS)
        facts |= self._place(row, book)
        facts |= self._groups(row, facts, book)
        person = self._known(row, facts, book)
        if isinstance(row.get("phone"), cells.MaskedPhone):
            if person is None or phones.mask(person.phone) != row["phone"]:
                refuse_masked(row["phone"])
            del facts["phone"]
        if person is None:
            return Plan(
                lambda by: self._add(facts, book, by),
                [("新增", "", row["name"])],
                gather=lambda gathering: book.people.add(gathering, **facts),
            )
        if person.village_id and facts.get("village") is None:
            facts.pop("village", None)  # a resident who also serves in an office stays a resident
        wanted, told = differences(person, facts)
        return Plan(
            lambda by: change_person(person=person, by=by, **wanted),
            told,
            person,
            gather=lambda gathering: book.people.change(gathering, person, **wanted),
        )

    def _add(self, facts: dict[str, Any], book: _Book, by: User | None) -> None:
        book.people.meet(add_person(by=by, **facts))

    def _place(self, row: Mapping[str, Any], book: _Book) -> dict[str, Any]:
        typed = row["place"]
        if typed in book.departments:
            return {"department": book.departments[typed]}
        known = book.villages
        if typed not in known.by_name and typed not in known.by_code:
            try:
                return {"village": known.find(typed, "place")}
            except Exception as reason:
                raise missing("place", typed, [*known.by_name, *book.departments]) from reason
        return {"village": known.find(typed, "place")}

    def _groups(self, row: Mapping[str, Any], facts: dict[str, Any], book: _Book) -> dict[str, Any]:
        found: dict[str, Any] = {}
        village = facts.get("village")
        if village is None:
            return found
        if "villager_group" in row:
            found["villager_group"] = self._villager_group(row["villager_group"], village, book)
        if "party_group" in row:
            party = book.parties.get((village.pk, row["party_group"]))
            if party is None:
                raise missing("party_group", row["party_group"], [n for pk, n in book.parties if pk == village.pk])
            found["party_group"] = party
        return found

    def _villager_group(self, typed: str, village: Any, book: _Book) -> VillagerGroup:
        group = book.groups.get((village.pk, typed))
        if group is None:
            try:
                number = cells.numbered("组", "(?:村民小?组|小?组)", 500)(typed, "村民小组")
            except ValueError:
                number = 0
            group = book.numbered.get((village.pk, number))
        if group is None:
            known = [name for pk, name in book.groups if pk == village.pk]
            if not known:
                raise unsound("villager_group", f"{village}还没有登记村民小组，请先登记，或把这一格清空。")
            raise missing("villager_group", typed, known)
        return group

    def _known(self, row: Mapping[str, Any], facts: dict[str, Any], book: _Book) -> Person | None:
        """The person of the register that the row means; None for somebody new. Raises `Unsound` in doubt."""
        name, phone, people = row["name"], row.get("phone", ""), book.people
        found = people.with_phone(name, phone)
        if found is not None:
            return found
        village = facts.get("village")
        here = (
            people.residents(name, village)
            if village is not None
            else [p for p in people.staff(name) if p.department_id == facts["department"].pk]
        )
        if phone and not isinstance(phone, cells.MaskedPhone):
            here = [p for p in here if not p.phone] or here
        if not here or row.get("_twin") == "other":
            return None
        if len(here) > 1:
            raise unsound("phone", f"{row['place']}有{len(here)}个{name}，请填写手机号，以便分清是哪一个。")
        if phone and here[0].phone and row.get("_twin") != "same" and not isinstance(phone, cells.MaskedPhone):
            raise unsound(
                "phone",
                f"{row['place']}已有{name}，号码是{here[0].masked_phone}。是同一个人换了号码，还是同名的另一个人？",
                ("同一个人，更新号码", "_twin", "same"),
                ("另一个人，新增", "_twin", "other"),
            )
        return here[0]
