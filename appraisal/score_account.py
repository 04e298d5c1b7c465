"""What a month's score shows of one team: figures, equations, every line with its facts, as it is printed.

Pure. The same values are made from live entries (`score_facts`) and read back from what the lock froze
(`to_json`, `from_json`), so that a page cannot tell a sealed month differently from an open one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from appraisal.linkage import ONE, linked
from appraisal.ranking import place_words
from appraisal.rules.base import ZERO, change_in_points, in_points, rounded
from appraisal.scoring import Score, equation
from lianzhen import wording


@dataclass(frozen=True)
class CategoryFigures:
    """One category, all 分. `lost`, `bonus_lost`: what caps and floors left out."""

    key: str
    name: str
    full: Decimal
    deducted: Decimal = ZERO
    bonus: Decimal = ZERO
    lost: Decimal = ZERO
    bonus_lost: Decimal = ZERO

    @property
    def score(self) -> Decimal:
        return self.full - self.deducted

    @property
    def counts(self) -> bool:
        """Takes part in the base; the others hold bonuses alone."""
        return bool(self.full)


@dataclass(frozen=True)
class PartScore:
    """The score (分) of the village, or of the team by itself, before both are linked."""

    total: Decimal
    base: Decimal
    deducted: Decimal
    bonus: Decimal
    categories: tuple[CategoryFigures, ...]
    pending: str = ""

    @property
    def equation(self) -> str:
        return equation(self.total, self.base, self.deducted, self.bonus)


def part_of(found: Score) -> PartScore:
    return PartScore(
        total=found.total,
        base=found.base,
        deducted=found.deducted,
        bonus=found.bonus,
        pending=found.pending.sentence,
        categories=tuple(
            CategoryFigures(
                one.category.key,
                one.category.name,
                one.category.full,
                one.deducted,
                one.bonus,
                one.lost,
                one.bonus_lost,
            )
            for one in found.categories
        ),
    )


@dataclass(frozen=True)
class PersonAct:
    """登记 王示例 2018年10月16日"""

    act: str
    name: str
    when: str


@dataclass(frozen=True)
class ExplainedLine:
    """One entry in the month. `size` (分) is what its rule computed, `left` what an appeal or the verification
    left of it; `village` and `own` are what it adds to the two scores, None where it does not concern one."""

    key: str
    entry_id: int
    is_bonus: bool
    clause: str
    text: str
    category: str
    day: date
    fact: str
    calculation: str
    state: str
    waits: bool
    is_over: bool
    size: Decimal
    left: Decimal | None
    village: Decimal | None
    own: Decimal | None
    why_less: str
    note: str
    people: tuple[PersonAct, ...]
    evidence: int
    record_number: str
    appeals: tuple[str, ...]
    #: Whether the reader sees the entry's own page.
    opens: bool = True

    def effect(self, weight: Decimal) -> Decimal:
        """What it adds to the linked score (分), exactly."""
        return (self.village or ZERO) * weight + (self.own or ZERO) * (ONE - weight)

    @property
    def signed(self) -> str:
        """−1.0分 as entered, before caps."""
        size = self.size if self.left is None else self.left
        return change_in_points(size if self.is_bonus else ZERO - size)

    @property
    def counted(self) -> str:
        """村 −1.0分，组 −1.0分; one figure where both are the same."""
        told = {name: value for name, value in (("村", self.village), ("组", self.own)) if value is not None}
        if not told:
            return "不计"
        figures = set(told.values())
        if len(told) == 2 and len(figures) == 1:
            return change_in_points(figures.pop())
        return "，".join(f"{name}{change_in_points(value)}" for name, value in told.items())


@dataclass(frozen=True)
class TeamScore:
    """The month of one team (分). `number` is its place among `size` teams in the monthly scoring, `change` the
    difference to last month, `places` those gained; None where there is nothing to compare with."""

    team_id: int
    village_id: int
    group_id: int | None
    village_name: str
    district: str
    district_position: int
    code: str
    pinyin: str
    leader: str
    weight: Decimal
    decimals: int
    total: Decimal
    village: PartScore
    own: PartScore
    pending: str = ""
    lines: tuple[ExplainedLine, ...] = ()
    effects: tuple[str, ...] = ()
    number: int | None = None
    tied: bool = False
    size: int = 0
    column: str = ""
    band: str = ""
    tone: str = ""
    change: Decimal | None = None
    places: int | None = None

    @property
    def pk(self) -> int:
        return self.team_id

    @property
    def name(self) -> str:
        return f"{self.village_name}联村工作组"

    @property
    def equation(self) -> str:
        """工作组得分94.6分 = 村得分95.0分 × 0.6 + 工作组自身得分94.0分 × 0.4"""
        return linked(
            village=self.village.total, own=self.own.total, weight=self.weight, decimals=self.decimals
        ).equation

    def linked(self, village: Decimal, own: Decimal) -> Decimal:
        """By the version's weights, to 0.01 (exact for weights in tenths)."""
        return _linked(village, own, self.weight)

    @cached_property
    def categories(self) -> tuple[CategoryFigures, ...]:
        """As they go into the linked score."""
        return tuple(
            _linked_category(
                one.key, one.name, one.full, one.deducted, one.bonus, of_own.deducted, of_own.bonus, self.weight
            )
            for one, of_own in zip(self.village.categories, self.own.categories, strict=True)
        )

    @property
    def deducted(self) -> Decimal:
        return self.linked(self.village.deducted, self.own.deducted)

    @property
    def bonus(self) -> Decimal:
        return self.linked(self.village.bonus, self.own.bonus)

    @property
    def place(self) -> str:
        """并列第3名（共39个组）; empty when places were not worked out."""
        if self.number is None:
            return ""
        return f"{place_words(self.number, tied=self.tied)}（共{self.size}个组）"

    @property
    def change_text(self) -> str:
        return change_in_points(self.change)

    @property
    def places_text(self) -> str:
        """上升2名, 下降1名, 名次不变, or 「—」"""
        if self.places is None:
            return wording.UNKNOWN
        if not self.places:
            return "名次不变"
        return f"{'上升' if self.places > 0 else '下降'}{abs(self.places)}名"

    @property
    def total_text(self) -> str:
        return in_points(self.total)

    def without_lines(self) -> TeamScore:
        return replace(self, lines=())


@lru_cache(maxsize=4096)
def _linked(village: Decimal, own: Decimal, weight: Decimal) -> Decimal:
    # A month's table asks thousands of times for the same few.
    return rounded(village * weight + own * (ONE - weight), 2)


@lru_cache(maxsize=4096)
def _linked_category(
    key: str,
    name: str,
    full: Decimal,
    deducted: Decimal,
    bonus: Decimal,
    own_deducted: Decimal,
    own_bonus: Decimal,
    weight: Decimal,
) -> CategoryFigures:
    # So it does for the same few categories, most of them without a line.
    return CategoryFigures(key, name, full, _linked(deducted, own_deducted, weight), _linked(bonus, own_bonus, weight))


# --- As JSON ----------------------------------------------------------------------------------
def to_json(value: Any) -> Any:
    """Points as text, days as 2018-10-16, tuples as lists. What is at its default is left out: most months of
    most categories are."""
    if is_dataclass(value):
        shown = ((one, getattr(value, one.name)) for one in fields(value))
        return {one.name: to_json(found) for one, found in shown if one.default is MISSING or found != one.default}
    if isinstance(value, tuple):
        return [to_json(one) for one in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


@lru_cache(maxsize=2048)
def from_text(text: str) -> TeamScore:
    """As stored. A frozen account never changes, so whoever looks at a sealed month again finds it read already."""
    return from_json(json.loads(text))


def from_json(data: Mapping[str, Any], lines: Sequence[Mapping[str, Any]] = ()) -> TeamScore:
    """`lines`: those frozen with it, where they are wanted."""
    score: TeamScore = _reader(TeamScore)(data)
    return with_lines(score, lines)


def with_lines(score: TeamScore, lines: Sequence[Mapping[str, Any]]) -> TeamScore:
    return replace(score, lines=tuple(map(_reader(ExplainedLine), lines))) if lines else score


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """From JSON to the type, made once for each: a table reads hundreds of accounts."""
    if get_origin(kind) is UnionType:
        read = _reader(next(one for one in get_args(kind) if one is not type(None)))
        return lambda value: None if value is None else read(value)
    if is_dataclass(kind):
        readers = {name: _reader(hint) for name, hint in get_type_hints(kind).items()}
        return lambda value: kind(**{name: readers[name](one) for name, one in value.items()})  # type: ignore[operator]
    if get_origin(kind) is tuple:
        read = _reader(get_args(kind)[0])
        return lambda value: tuple(map(read, value))
    if kind is Decimal:
        return _points
    return date.fromisoformat if kind is date else _same


def _same(value: Any) -> Any:
    return value


@lru_cache(maxsize=4096)
def _points(text: str) -> Decimal:
    return Decimal(text)
