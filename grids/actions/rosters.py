"""Many grids and heads at once, as an imported roster brings them: the rules of `grids` and `heads`, asked of
a register that was read once and stands in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from grids.actions.grids import FACTS, head_line, refuse_ended_grid
from grids.actions.heads import refuse_namesake, refuse_second, refuse_start, words_of
from grids.models import Grid, GridHeadTerm
from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell_each
from lianzhen.trail.gathering import Gathering, Step
from lianzhen.wording import full_date, number
from villages.actions.founding import refuse_before, refuse_founded_late
from villages.actions.records import known, refuse_ended_village, refuse_stranger
from villages.actions.roll import Roll
from villages.actions.terms import day_before
from villages.models import CadreTerm, Person, Posting, Village

ADD = Step("grid.add", "新增网格")
CHANGE = Step("grid.change", "修改网格")
TAKEN = "这个村已有（或曾有）同号的网格，网格号不重复使用。"


class Rosters:
    """Grids with all their head terms. What is gathered is seen by the rows that follow."""

    def __init__(self, grids: Iterable[Grid], terms: Iterable[GridHeadTerm]) -> None:
        """`terms` by starting day; their grids and people are those of the caller's own books."""
        self.grids = {(grid.village_id, grid.number): grid for grid in grids}
        self._terms: dict[Any, list[GridHeadTerm]] = defaultdict(list)
        self._held: dict[Any, list[GridHeadTerm]] = defaultdict(list)
        for term in terms:
            self._terms[_key(term.grid)].append(term)
            self._held[_key(term.person)].append(term)
        self._news: list[tuple[Grid, GridHeadTerm | None, GridHeadTerm]] = []

    def first_term(self, grid: Grid) -> GridHeadTerm | None:
        return next(iter(self._terms[_key(grid)]), None)

    def last_term(self, grid: Grid) -> GridHeadTerm | None:
        return next(iter(self._terms[_key(grid)][-1:]), None)

    # --- Grids --------------------------------------------------------------------------------------
    def add(self, gathering: Gathering, *, village: Village, number: int, **facts: Any) -> Grid:
        """As `add_grid`. Raises `ValidationError`; then nothing is gathered."""
        place = (village.pk, number)
        with gathering.together():
            refuse_ended_village(village)
            if place in self.grids:
                raise ValidationError(TAKEN)
            grid = Grid(village=village, number=number, **known(facts, FACTS))
            gathering.add(grid, ADD)
            self.grids[place] = grid
            gathering.take_back_with(lambda: self.grids.pop(place))
        return grid

    def change(self, gathering: Gathering, grid: Grid, **facts: Any) -> None:
        """As `change_grid`."""
        with gathering.together():
            refuse_ended_grid(grid)
            with gathering.changing(grid, CHANGE):
                for name, value in known(facts, FACTS).items():
                    setattr(grid, name, value)
                if "founded_on" in facts:
                    refuse_founded_late(grid, self.first_term(grid))

    # --- Heads --------------------------------------------------------------------------------------
    def appoint_new(self, gathering: Gathering, roll: Roll, *, grid: Grid, name: str, phone: str, **more: Any) -> None:
        """As `appoint_new_person`."""
        with gathering.together():
            if not phone:
                refuse_namesake(next((p for p in roll.by_name[name] if p.village_id == grid.village_id), None))
            person = roll.add(gathering, name=name, phone=phone, village=grid.village)
            self.appoint(gathering, grid=grid, person=person, **more)

    def appoint(
        self,
        gathering: Gathering,
        *,
        grid: Grid,
        person: Person,
        starts_on: date,
        reason: str,
        note: str = "",
        allow_second: bool = False,
    ) -> None:
        """As `replace_head`."""
        label, why = words_of(reason, note)
        step = Step("grid.head", label, why)
        with gathering.together():
            refuse_ended_grid(grid)
            refuse_stranger(person, grid.village, field="person")
            refuse_before(grid, starts_on)
            last = self.last_term(grid)
            if last is not None:
                refuse_start(last, person, starts_on)
            others = self._other_grids(person, grid, starts_on)
            refuse_second(person, others, allow_second)
            ending = last if last is not None and last.ends_on is None else None
            if ending is not None:
                with gathering.changing(ending, step):
                    ending.ends_on, ending.end_reason = day_before(starts_on), why[:200]
            term = GridHeadTerm(grid=grid, person=person, starts_on=starts_on, reason=reason)
            gathering.add(term, step)
            self._enter(gathering, term)
            gathering.note(grid, [("网格长", head_line(ending) if ending else "", head_line(term))], step)
            if others:
                gathering.note(grid, [("允许兼任", "", f"{person}已任{others}")], step)
            self._news.append((grid, ending, term))
            gathering.take_back_with(self._news.pop)

    def _enter(self, gathering: Gathering, term: GridHeadTerm) -> None:
        for held in (self._terms[_key(term.grid)], self._held[_key(term.person)]):
            held.append(term)
            gathering.take_back_with(held.pop)

    def _other_grids(self, person: Person, grid: Grid, since: date) -> str:
        running = [t for t in self._held[_key(person)] if t.ends_on is None or t.ends_on >= since]
        return "、".join(t.grid.head_title for t in reversed(running) if _key(t.grid) != _key(grid))

    # --- Who is told ----------------------------------------------------------------------------------
    def tell(self, by: User | None) -> None:
        """Tell heads of their own terms one by one, and a village's leader and cadres of its grids: a single
        change as `replace_head` does, several in one sentence. Call inside the act, once all is written."""
        tell_each(
            (pk, text, url) for pk, text, url in self._notices() if pk is not None and (by is None or pk != by.pk)
        )

    def _notices(self) -> Iterator[tuple[int | None, str, str]]:
        by_village: dict[int, list[tuple[Grid, GridHeadTerm | None, GridHeadTerm]]] = defaultdict(list)
        for grid, ending, term in self._news:
            by_village[grid.village_id].append((grid, ending, term))
            yield (
                term.person.user_id,
                f"您自{full_date(term.starts_on)}起任{grid.head_title}。",
                reverse("grid", args=[grid.pk]),
            )
            if ending is not None:
                yield ending.person.user_id, f"您任{grid.head_title}至{full_date(ending.ends_on)}。", ""
        keepers = _keepers(by_village)
        for village_id, news in by_village.items():
            grid, _, term = news[-1]
            text = f"{grid.head_title}自{full_date(term.starts_on)}起由{term.person}担任。"
            url = reverse("grid", args=[grid.pk])
            if len(news) > 1:
                text = f"{grid.village}有{number(len(news))}个网格的网格长已更新（导入），请核对。"
                url = f"{reverse('grid_list')}?village={village_id}"
            first_day = min(term.starts_on for _, _, term in news)
            concerned = {p.user_id for _, ending, term in news for p in _both(ending, term)}
            for pk, until in keepers[village_id]:
                if pk not in concerned and (until is None or until >= first_day):
                    yield pk, text, url


def _both(ending: GridHeadTerm | None, term: GridHeadTerm) -> list[Person]:
    return [term.person] + ([ending.person] if ending else [])


def _keepers(villages: Iterable[int]) -> dict[int, set[tuple[int, date | None]]]:
    """Accounts of team leaders and cadres by village, with the last day of each; two queries."""
    chosen = set(villages)
    found: dict[int, set[tuple[int, date | None]]] = defaultdict(set)
    leaders = (
        Posting.objects.leaders().filter(team__isnull=False).values_list("team__village", "person__user", "ends_on")
    )
    cadres = CadreTerm.objects.values_list("village", "person__user", "ends_on")
    for village_id, user_id, until in [*leaders.iterator(), *cadres.iterator()]:
        if village_id in chosen and user_id is not None:
            found[village_id].add((user_id, until))
    return found


def _key(record: Any) -> Any:
    """Tells records apart that may have no number yet."""
    return record.pk if record.pk is not None else ("new", id(record))
