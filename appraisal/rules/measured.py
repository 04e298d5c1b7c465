"""Rules that measure: a rate against its target, a value on a ladder, a class among classes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import ClassVar, NamedTuple

from appraisal.rules.base import CAP, ZERO, Rule, in_points, taken, up_to
from appraisal.rules.entries import Ask, EntryValues, Question
from appraisal.rules.parameters import CENT, Choice, Figure, Parameter, Points, Rows, Text
from lianzhen import wording

HUNDRED = Decimal(100)
SUBJECT = Text(name="subject", label="考核数据", help="如“满意度”“参保率”", longest=20)


@dataclass(frozen=True, kw_only=True)
class Rate(Rule):
    """按比率: 达到目标不扣分，每低3个百分点扣0.5. What is left over of a step counts as `partial` says."""

    code: ClassVar[str] = "rate"
    title: ClassVar[str] = "按比率扣分"
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        SUBJECT,
        Figure(name="target", label="目标", unit="%", low=CENT, high=HUNDRED),
        Figure(name="step", label="每低多少", unit="个百分点", low=CENT, high=HUNDRED),
        Points(name="each", label="每档扣分"),
        Choice(name="partial", label="不足一档的", choices=(("dropped", "不计"), ("whole", "按一档计"))),
        CAP,
    )

    subject: str
    target: Decimal
    step: Decimal
    each: Decimal
    partial: str = "dropped"
    cap: Decimal | None = None

    def asks(self) -> tuple[Question, ...]:
        return (
            Question(Ask.ACTUAL, self.subject, Figure(name=Ask.ACTUAL, label=self.subject, unit="%", high=HUNDRED)),
        )

    def sentence(self) -> str:
        left_over = "按一档计" if self.partial == "whole" else "不计"
        step = f"{wording.number(self.step)}个百分点"
        return (
            f"{self.subject}达到{wording.number(self.target)}%不扣分，每低{step}扣{in_points(self.each)}"
            f"（不足{step}的{left_over}）{up_to(self.cap)}"
        )

    def _steps(self, values: EntryValues) -> Decimal:
        gap = max(ZERO, self.target - values.actual)
        rounding = ROUND_CEILING if self.partial == "whole" else ROUND_FLOOR
        return (gap / self.step).to_integral_value(rounding)

    def _points(self, values: EntryValues) -> Decimal:
        return self._steps(values) * self.each

    def _calculation(self, values: EntryValues) -> str:
        found = f"目标{wording.number(self.target)}%，实际{wording.number(values.actual)}%"
        if values.actual >= self.target:
            return f"{found}，达到目标，不扣分"
        gap = f"{found}，低{wording.number(self.target - values.actual)}个百分点"
        return (
            f"{gap}，计{wording.number(self._steps(values))}档 × {in_points(self.each)}/档"
            f" = {in_points(self._points(values))}"
        )


class Step(NamedTuple):
    """From `at_least` on (included), up to the next higher step, so many points are taken."""

    at_least: Decimal
    cost: Decimal


@dataclass(frozen=True, kw_only=True)
class Ladder(Rule):
    """分档: 满意度 ≥90 不扣，≥80 扣1，其余扣5. The highest step reached decides; below all of them `otherwise`.

    Works for values that should be high (满意度) and for those that should be low (超期天数): the costs go one
    way, up or down, along the steps.
    """

    code: ClassVar[str] = "ladder"
    title: ClassVar[str] = "分档扣分"
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        SUBJECT,
        Text(name="unit", label="单位", required=False, help="%、天、分等", longest=5),
        Rows(
            name="steps",
            label="各档",
            help="一行一档：达到多少 扣几分；不扣分写0",
            row=Step,
            columns=(Figure(name="at_least", label="达到值"), Points(name="cost", label="扣分", low=ZERO)),
        ),
        Points(name="otherwise", label="各档都没有达到时扣分", low=ZERO),
    )

    subject: str
    steps: tuple[Step, ...]
    otherwise: Decimal
    unit: str = ""

    def asks(self) -> tuple[Question, ...]:
        return (Question(Ask.ACTUAL, self.subject, Figure(name=Ask.ACTUAL, label=self.subject, unit=self.unit)),)

    @property
    def from_the_top(self) -> list[Step]:
        return sorted(self.steps, reverse=True)

    @property
    def month_cap(self) -> Decimal:
        """The worst step: measured twice in a month, the clause is not lost twice."""
        return max(self.otherwise, *(step.cost for step in self.steps))

    def sentence(self) -> str:
        said = [f"达到{self._value(step.at_least)}{taken(step.cost)}" for step in self.from_the_top]
        lowest = self._value(self.from_the_top[-1].at_least)
        return f"{self.subject}" + "，".join([*said, f"不足{lowest}{taken(self.otherwise)}"])

    def _reached(self, values: EntryValues) -> Step | None:
        return next((step for step in self.from_the_top if values.actual >= step.at_least), None)

    def _points(self, values: EntryValues) -> Decimal:
        step = self._reached(values)
        return self.otherwise if step is None else step.cost

    def _calculation(self, values: EntryValues) -> str:
        step = self._reached(values)
        lowest = self._value(self.from_the_top[-1].at_least)
        where = f"不足{lowest}" if step is None else f"在“达到{self._value(step.at_least)}”一档"
        return f"{self.subject}{self._value(values.actual)}，{where}，{taken(self._points(values))}"

    def _value(self, value: Decimal) -> str:
        return f"{wording.number(value)}{self.unit}"

    def _problems(self) -> dict[str, str]:
        costs = [step.cost for step in self.from_the_top] + [self.otherwise]
        if costs not in (sorted(costs), sorted(costs, reverse=True)):
            return {"steps": "各档扣分应逐档增加或逐档减少，请检查次序"}
        if len(set(costs)) == 1:
            return {"steps": "各档扣分都一样，请填写不同的扣分"}
        return {}


class Award(NamedTuple):
    """A class and the points it keeps."""

    name: str
    kept: Decimal


@dataclass(frozen=True, kw_only=True)
class Tier(Rule):
    """分类制: 一、二、三类得100、90、80分. What the class misses against the best one is taken."""

    code: ClassVar[str] = "tier"
    title: ClassVar[str] = "分类计分"
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Rows(
            name="awards",
            label="各类",
            help="一行一类：类别 得分；得分最高的一类即本项满分",
            row=Award,
            columns=(Text(name="name", label="类别", longest=10), Points(name="kept", label="得分", low=ZERO)),
        ),
    )

    awards: tuple[Award, ...]

    def asks(self) -> tuple[Question, ...]:
        return (Question(Ask.CHOICE, "类别", options=tuple(award.name for award in self.awards)),)

    @property
    def full(self) -> Decimal:
        return max(award.kept for award in self.awards)

    @property
    def month_cap(self) -> Decimal:
        """What the worst class misses: classed twice in a month, the clause is not lost twice."""
        return self.full - min(award.kept for award in self.awards)

    def sentence(self) -> str:
        kept = "、".join(f"{award.name}得{in_points(award.kept)}" for award in self.awards)
        return f"{kept}，与满分{in_points(self.full)}的差额扣除"

    def _kept(self, values: EntryValues) -> Decimal:
        return next(award.kept for award in self.awards if award.name == values.choice)

    def _points(self, values: EntryValues) -> Decimal:
        return self.full - self._kept(values)

    def _calculation(self, values: EntryValues) -> str:
        return (
            f"{values.choice}：满分{in_points(self.full)} − 得{in_points(self._kept(values))}"
            f" = 扣{in_points(self._points(values))}"
        )

    def _problems(self) -> dict[str, str]:
        if len({award.kept for award in self.awards}) < 2:
            return {"awards": "至少要有两类得分不同"}
        return {}
