"""网格与网格长: a roster of grids, each with its head. The number tells the grid, the name the head."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from grids.actions import add_grid, appoint_new_person, change_grid, replace_head
from grids.actions.rosters import Rosters
from grids.models import Grid, GridHeadTerm
from lianzhen import phones
from lianzhen.accounts.models import User
from lianzhen.importing import cells
from lianzhen.importing.kinds import Change, Column, Kind, Plan, differences, given, register, unsound
from lianzhen.trail.gathering import Gathering
from lianzhen.wording import full_date
from villages.actions.people import change_person
from villages.importing.lookups import FOUNDING_HINT, PersonBook, VillageBook, past_day, refuse_masked, stem
from villages.models import Person, Village

FACTS = ("name", "boundary", "households", "residents", "founded_on")
NUMBER = cells.numbered("网格", "网格", 99)
Reason = GridHeadTerm.Reason


class _Book:
    def __init__(self) -> None:
        self.villages = VillageBook()
        self.people = PersonBook()
        grids = {grid.pk: grid for grid in Grid.objects.select_related("village")}
        self.named = {(g.village_id, g.short_name): g for g in grids.values() if g.ended_on is None}
        known = {person.pk: person for people in self.people.by_name.values() for person in people}
        terms = list(GridHeadTerm.objects.order_by("starts_on", "pk"))
        left = {term.person_id for term in terms} - known.keys()
        known |= Person.objects.filter(ended_on__isnull=False, grid_head_terms__isnull=False).in_bulk() if left else {}
        for term in terms:
            term.grid, term.person = grids[term.grid_id], known[term.person_id]
        self.rosters = Rosters(grids.values(), terms)

    def head(self, grid: Grid | None) -> GridHeadTerm | None:
        """Who heads the grid now or is already named for later."""
        term = self.rosters.last_term(grid) if grid else None
        return term if term is not None and term.ends_on is None else None


@dataclass
class _Heading:
    """What is to happen with the head: `person` None means somebody new of that `name`."""

    name: str
    phone: str
    person: Person | None
    starts_on: date
    reason: str
    allow_second: bool

    @property
    def appointment(self) -> dict[str, Any]:
        more = {"starts_on": self.starts_on, "reason": self.reason, "allow_second": self.allow_second}
        return {**more, "note": "导入"}


class Grids(Kind):
    key = "grids"
    title = "网格与网格长"
    place = 20
    columns = (
        Column(
            "village",
            "村",
            cells.name(40),
            ("村名", "村（社区）", "行政村", "所在村", "村名称", "村（居）"),
            required=True,
            width=16,
        ),
        Column(
            "number",
            "网格",
            cells.name(30),
            ("网格号", "网格序号", "网格编号", "第几网格", "网格编码", "网格名称或编号"),
            required=True,
            hint="例如“2”或“第2网格”。",
            instead="name",
        ),
        Column("name", "网格名称", cells.name(30), ("网格名",), hint="有自己名称的网格填写。", width=16),
        Column("boundary", "四至范围", cells.words(300), ("范围", "网格范围", "四至"), width=30),
        Column("households", "户数", cells.whole(0, 100_000), ("户数（户）", "网格户数")),
        Column("residents", "人口", cells.whole(0, 1_000_000), ("人口（人）", "人数", "网格人口")),
        Column("head", "网格长", cells.name(30), ("网格长姓名", "姓名", "网格员", "负责人")),
        Column(
            "phone",
            "手机",
            cells.phone,
            ("手机号", "手机号码", "电话", "联系电话", "网格长电话", "联系方式"),
            width=16,
            hint="网格长的手机号。导出的表里遮住的号码表示不变。",
            is_phone=True,
        ),
        Column(
            "starts_on",
            "起任日期",
            cells.day,
            ("起任", "任职日期", "任职时间", "上任时间", "起始日期", "任职起"),
            width=14,
            hint="新任或更换网格长时必填，例如2018-05-01、2018年5月。",
        ),
        Column(
            "founded_on", "设立日期", past_day, ("网格设立日期", "成立日期", "划分日期"), width=14, hint=FOUNDING_HINT
        ),
        Column("allow_second", "允许兼任", cells.yes_no, ("兼任",), hint="一人任两个网格的网格长时填“是”。"),
    )
    reads = ("villages.village", "villages.person", "grids.grid", "grids.gridheadterm")
    notes = ("网格长与平台里登记的不同时，按更换办理：原网格长任期到起任日期的前一天止。",)
    samples = (
        {
            "village": "示例一村",
            "number": "第1网格",
            "households": "52",
            "residents": "168",
            "head": "曾示例",
            "phone": "19900001001",
            "starts_on": "2018-05-01",
            "boundary": "东至小河，南至公路，西至山脚，北至水库",
        },
        {
            "village": "示例一村",
            "number": "第2网格",
            "households": "47",
            "residents": "151",
            "head": "李明",
            "phone": "19900001005",
            "starts_on": "2018年5月",
        },
    )

    def book(self) -> _Book:
        return _Book()

    def same(self, row: Mapping[str, Any]) -> Hashable | None:
        try:
            number: Any = NUMBER(row["number"], "网格")
        except ValueError:
            number = row["number"]
        return (stem(row["village"]), number)

    def plan(self, row: Mapping[str, Any], book: _Book) -> Plan:
        village = book.villages.find(row["village"])
        number, grid = self._grid(row["number"], village, book)
        facts = given(row, FACTS)
        wanted, told = differences(grid, facts) if grid else (facts, [("新增", "", f"{village}第{number}网格")])
        heading, phone_change, more = self._heading(row, village, grid, book)
        told = [*told, *more]
        self._refuse_before(facts.get("founded_on", grid.founded_on if grid else None), heading, grid, book)

        def write(by: User | None) -> None:
            current = grid or add_grid(village=village, number=number, by=by, **facts)
            if grid is not None and wanted:
                current = change_grid(grid=grid, by=by, **wanted)
            if phone_change is not None:
                change_person(person=phone_change, phone=row["phone"], by=by)
            if heading is not None:
                self._appoint(current, heading, book, by)

        def gather(gathering: Gathering) -> None:
            current = grid or book.rosters.add(gathering, village=village, number=number, **facts)
            if grid is not None and wanted:
                book.rosters.change(gathering, grid, **wanted)
            if phone_change is not None:
                book.people.change(gathering, phone_change, phone=row["phone"])
            if heading is not None:
                self._gather_head(gathering, current, heading, book)

        return Plan(write, told, grid, gather=gather)

    def finish(self, gathering: Gathering, book: _Book) -> None:
        gathering.afterwards(lambda: book.rosters.tell(gathering.by))

    def _grid(self, typed: str, village: Village, book: _Book) -> tuple[int, Grid | None]:
        named = book.named.get((village.pk, typed))
        if named is not None:
            return named.number, named
        if typed.isdigit() and len(typed) == 14:
            if not typed.startswith(village.code):
                raise unsound("number", f"网格编码{typed}不属于{village}（{village.code}）。")
            typed = str(int(typed[-2:]))
        try:
            number = NUMBER(typed, "网格")
        except ValueError as reason:
            raise unsound("number", str(reason)) from reason
        grid = book.rosters.grids.get((village.pk, number))
        if grid is not None and grid.ended_on is not None:
            raise unsound("number", f"{grid}已于{full_date(grid.ended_on)}撤并，网格号不重复使用。")
        return number, grid

    def _heading(
        self, row: Mapping[str, Any], village: Village, grid: Grid | None, book: _Book
    ) -> tuple[_Heading | None, Person | None, list[Change]]:
        """Who is to be appointed, whose number changes, and both in words."""
        name, phone = row.get("head", ""), row.get("phone", "")
        if not name:
            return None, None, []
        term = book.head(grid)
        if term is not None and term.person.name == name:
            return None, *self._same_head(term, phone, row, book)
        person = self._person(name, phone, village, book)
        since = row.get("starts_on")
        if since is None:
            raise unsound("starts_on", f"{'更换' if term else '新任'}网格长，请填写起任日期，例如2018-05-01。")
        before = f"{term.person}" if term else ""
        last = book.rosters.last_term(grid) if grid else None
        if last is not None and since <= last.starts_on:
            raise unsound("starts_on", f"起任日期须晚于上一任{last.person}的起任日期（{full_date(last.starts_on)}）。")
        if last is not None and last.ends_on is not None and since <= last.ends_on:
            raise unsound("starts_on", f"上一任{last.person}任期止于{full_date(last.ends_on)}，起任日期应在此之后。")
        reason = Reason.FIRST if last is None else Reason.OTHER
        heading = _Heading(name, phone, person, since, reason, row.get("allow_second", False))
        return heading, None, [("网格长", before, f"{name}（{full_date(since)}起）")]

    def _refuse_before(self, founded_on: date | None, heading: _Heading | None, grid: Grid | None, book: _Book) -> None:
        """Nobody heads a grid before it is one."""
        if founded_on is None:
            return
        if heading is not None and heading.starts_on < founded_on:
            raise unsound("starts_on", f"起任日期不能早于网格的设立日期（{full_date(founded_on)}）。")
        first = book.rosters.first_term(grid) if grid else None
        if first is not None and first.starts_on < founded_on:
            since = full_date(first.starts_on)
            raise unsound("founded_on", f"{first.person}自{since}起任网格长，设立日期不能晚于这一天。")

    def _same_head(
        self, term: GridHeadTerm, phone: str, row: Mapping[str, Any], book: _Book
    ) -> tuple[Person | None, list[Change]]:
        since = row.get("starts_on")
        if since is not None and since != term.starts_on:
            raise unsound(
                "starts_on",
                f"{term.person}的起任日期登记为{full_date(term.starts_on)}。登记有误的，请在网格页面更正任期。",
                (f"改为{full_date(term.starts_on)}", "starts_on", term.starts_on.isoformat()),
            )
        held = term.person.phone
        if not phone or phone == held or (isinstance(phone, cells.MaskedPhone) and phone == phones.mask(held)):
            return None, []
        refuse_masked(phone)
        return term.person, [("手机", phones.mask(held), phones.mask(phone))]

    def _person(self, name: str, phone: str, village: Village, book: _Book) -> Person | None:
        """The resident meant, None for somebody new."""
        found = book.people.with_phone(name, phone)
        if found is not None and found.village_id == village.pk:
            return found
        here = book.people.residents(name, village)
        if len(here) > 1:
            raise unsound("phone", f"{village}有{len(here)}个{name}，请填写手机号，以便分清是哪一个。")
        if here and phone and here[0].phone and not isinstance(phone, cells.MaskedPhone):
            raise unsound(
                "phone",
                f"{village}已登记{name}，号码是{here[0].masked_phone}，与表中不同。请核对号码；换了号码的，请先在人员页面修改。",
            )
        if not here:
            refuse_masked(phone)
        return here[0] if here else None

    def _appoint(self, grid: Grid, heading: _Heading, book: _Book, by: User | None) -> None:
        person = heading.person or self._met(grid, heading, book)
        more = {"grid": grid, "by": by, **heading.appointment}
        if person is None:
            term = appoint_new_person(name=heading.name, phone=heading.phone, **more)
            book.people.meet(term.person)
        else:
            replace_head(person=person, **more)

    def _gather_head(self, gathering: Gathering, grid: Grid, heading: _Heading, book: _Book) -> None:
        person = heading.person or self._met(grid, heading, book)
        more = {"grid": grid, **heading.appointment}
        if person is None:
            book.rosters.appoint_new(gathering, book.people, name=heading.name, phone=heading.phone, **more)
        else:
            book.rosters.appoint(gathering, person=person, **more)

    def _met(self, grid: Grid, heading: _Heading, book: _Book) -> Person | None:
        """Somebody whom an earlier row of the sheet has entered."""
        here = book.people.residents(heading.name, grid.village)
        return next((p for p in here if p.phone == heading.phone), None)


def register_kinds() -> None:
    register(Grids())
