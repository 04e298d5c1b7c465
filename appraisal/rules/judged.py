"""Rules on which somebody judges: all or nothing, within a range, a bonus, a veto."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, NamedTuple

from appraisal.rules.base import CAP, ZERO, Kind, Rule, in_points, up_to
from appraisal.rules.entries import Ask, BadEntry, EntryValues, Question, count
from appraisal.rules.parameters import Choice, Parameter, Points, Rows, Switch, Text
from lianzhen import wording

CONDITION = Text(name="condition", label="条件", help="如“未公示”“发生责任事故”", longest=60)


@dataclass(frozen=True, kw_only=True)
class All(Rule):
    """不得分、全扣: 未公示不得分. Lost once in a month, however often it is found."""

    code: ClassVar[str] = "all"
    title: ClassVar[str] = "全扣（不得分）"
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (CONDITION, Points(name="full", label="本项分值"))

    condition: str
    full: Decimal

    def asks(self) -> tuple[Question, ...]:
        return (Question(Ask.MET, self.condition),)

    @property
    def month_cap(self) -> Decimal:
        return self.full

    def sentence(self) -> str:
        return f"{self.condition}的，本项{in_points(self.full)}全部扣除"

    def _points(self, values: EntryValues) -> Decimal:
        return self.full

    def _calculation(self, values: EntryValues) -> str:
        return f"{self.condition}，本项{in_points(self.full)}全部扣除"


@dataclass(frozen=True, kw_only=True)
class Range(Rule):
    """酌情区间: 扣0.5–1. The main source of disputes, so a reason and a second person are always wanted."""

    code: ClassVar[str] = "range"
    title: ClassVar[str] = "酌情扣分"
    wants_reason: ClassVar[bool] = True
    wants_second_person: ClassVar[bool] = True
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Points(name="least", label="每次最少扣"),
        Points(name="most", label="每次最多扣"),
        CAP,
    )

    least: Decimal
    most: Decimal
    cap: Decimal | None = None

    def asks(self) -> tuple[Question, ...]:
        return (Question(Ask.POINTS, "分值", Points(name=Ask.POINTS, label="分值", low=self.least, high=self.most)),)

    def sentence(self) -> str:
        return f"每次酌情扣{self._bounds()}，写明理由并由第二人确认{up_to(self.cap)}"

    def _points(self, values: EntryValues) -> Decimal:
        return values.points

    def _calculation(self, values: EntryValues) -> str:
        return f"在{self._bounds()}之间酌情扣{in_points(values.points)}"

    def _bounds(self) -> str:
        return f"{self.least:.1f}—{in_points(self.most)}"

    def _problems(self) -> dict[str, str]:
        return {} if self.least < self.most else {"most": "每次最多扣应大于每次最少扣"}


class Level(NamedTuple):
    """A level of evidence (镇、县、市、省) and what one matter earns there; from `least` to `most`."""

    name: str
    least: Decimal
    most: Decimal


@dataclass(frozen=True, kw_only=True)
class Bonus(Rule):
    """加分: 村级特色工作, by the level of its evidence. With a `unit` several matters go on one entry."""

    code: ClassVar[str] = "bonus"
    title: ClassVar[str] = "加分"
    kind: ClassVar[Kind] = Kind.BONUS
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Rows(
            name="levels",
            label="认定级别",
            help="一行一级：级别 最少加分 最多加分；固定加分的两处写同一分值",
            row=Level,
            columns=(
                Text(name="name", label="级别", longest=20),
                Points(name="least", label="最少加分"),
                Points(name="most", label="最多加分"),
            ),
        ),
        Text(name="unit", label="计数单位", required=False, help="一张加分单可报几项时填写，如“例”", longest=5),
        Points(name="cap", label="本项每月上限", required=False, help="不填即只受每月、每季加分总上限限制"),
    )

    levels: tuple[Level, ...]
    unit: str = ""
    cap: Decimal | None = None

    @property
    def has_range(self) -> bool:
        return any(level.least < level.most for level in self.levels)

    def asks(self) -> tuple[Question, ...]:
        asked = [Question(Ask.CHOICE, "认定级别", options=tuple(level.name for level in self.levels))]
        if self.unit:
            asked.append(count(Ask.QUANTITY, "数量", self.unit))
        if self.has_range:
            low, high = min(level.least for level in self.levels), max(level.most for level in self.levels)
            figure = Points(name=Ask.POINTS, label="申报分值", low=low, high=high)
            asked.append(Question(Ask.POINTS, "申报分值", figure))
        return tuple(asked)

    def sentence(self) -> str:
        end = "" if self.cap is None else f"，本项每月最多加{in_points(self.cap)}"
        return "，".join(f"{level.name}每{self.unit or '项'}加{_span(level)}" for level in self.levels) + end

    def _level(self, values: EntryValues) -> Level:
        return next(level for level in self.levels if level.name == values.choice)

    def _each(self, values: EntryValues) -> Decimal:
        return values.points if self.has_range else self._level(values).most

    def _points(self, values: EntryValues) -> Decimal:
        return self._each(values) * (values.quantity if self.unit else 1)

    def _calculation(self, values: EntryValues) -> str:
        each = in_points(self._each(values))
        if not self.unit:
            return f"{values.choice}加{each}"
        many = f"{wording.number(values.quantity)}{self.unit}"
        return f"{values.choice}{many} × {each}/{self.unit} = {in_points(self._points(values))}"

    def _check(self, values: EntryValues) -> None:
        super()._check(values)
        level = self._level(values)
        if self.has_range and not level.least <= values.points <= level.most:
            fixed = level.least == level.most
            right = f"{level.name}固定为{_span(level)}" if fixed else f"应在{level.least:.1f}到{level.most:.1f}分之间"
            raise BadEntry({Ask.POINTS: f"申报分值{right}"})

    def _problems(self) -> dict[str, str]:
        for level in self.levels:
            if level.least > level.most:
                return {"levels": f"“{level.name}”的最少加分大于最多加分"}
        return {}


class VetoEffect(StrEnum):
    """What a veto does. It takes no points."""

    UNQUALIFIED = "unqualified"
    NO_AWARD = "no_award"

    @property
    def label(self) -> str:
        return {"unqualified": "等次定为不合格", "no_award": "取消评优资格"}[self.value]


@dataclass(frozen=True, kw_only=True)
class Veto(Rule):
    """一票否决. Politically restricted: off until switched on, never without the document it rests on."""

    code: ClassVar[str] = "veto"
    title: ClassVar[str] = "一票否决"
    kind: ClassVar[Kind] = Kind.VETO
    wants_reason: ClassVar[bool] = True
    wants_second_person: ClassVar[bool] = True
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        CONDITION,
        Choice(name="effect", label="后果", choices=tuple((effect.value, effect.label) for effect in VetoEffect)),
        Text(name="basis", label="依据文号", help="上级规定设立本项一票否决的文件", longest=60),
        Switch(name="enabled", label="启用", help="不启用的条款只列出，不能登记"),
    )

    condition: str
    effect: str
    basis: str
    enabled: bool = False

    def asks(self) -> tuple[Question, ...]:
        return (Question(Ask.MET, self.condition),)

    def sentence(self) -> str:
        off = "" if self.enabled else "，未启用"
        return f"{self.condition}的，{VetoEffect(self.effect).label}（依据：{self.basis}{off}）"

    def _points(self, values: EntryValues) -> Decimal:
        return ZERO

    def _calculation(self, values: EntryValues) -> str:
        return f"{self.condition}，{VetoEffect(self.effect).label}，不计分"

    def _check(self, values: EntryValues) -> None:
        super()._check(values)
        if not self.enabled:
            raise BadEntry({Ask.MET: "这条一票否决没有启用，不能登记"})


def _span(level: Level) -> str:
    """2.0分, or 0.5—2.0分."""
    if level.least == level.most:
        return in_points(level.most)
    return f"{level.least:.1f}—{in_points(level.most)}"
