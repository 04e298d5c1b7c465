"""Rules that count: so many times, places or missing ones, so many points each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, NamedTuple

from appraisal.rules.base import CAP, ZERO, Rule, in_points, up_to
from appraisal.rules.entries import Ask, EntryValues, Question, count
from appraisal.rules.parameters import Parameter, Points, Rows, Text, Whole
from lianzhen import wording

EACH = Points(name="each", label="每单位扣分")
UNIT = Text(name="unit", label="计数单位", help="次、处、户、例、天、人等", longest=5)
SUBJECT = Text(name="subject", label="计数对象", required=False, help="写在数量前面，如“缺驻村”", longest=20)


class Variant(NamedTuple):
    """A case of the clause that costs its own points."""

    name: str
    each: Decimal


VARIANTS = Rows(
    name="variants",
    label="其他情形",
    required=False,
    help="同一条款里扣分不同的情形，一行一种：名称 每单位扣分",
    row=Variant,
    columns=(Text(name="name", label="名称", longest=20), EACH),
)


@dataclass(frozen=True, kw_only=True)
class Counting(Rule):
    """Quantity × points, in one of the cases of the clause. Base of three types, none itself."""

    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (SUBJECT, EACH, UNIT, VARIANTS)

    each: Decimal
    unit: str
    subject: str = ""
    variants: tuple[Variant, ...] = ()

    @property
    def cases(self) -> tuple[Variant, ...]:
        """All cases, the main one first."""
        return (Variant(self.subject, self.each), *self.variants)

    def asks(self) -> tuple[Question, ...]:
        quantity = count(Ask.QUANTITY, "数量", self.unit)
        if not self.variants:
            return (quantity,)
        return Question(Ask.CHOICE, "情形", options=tuple(case.name for case in self.cases)), quantity

    def sentence(self) -> str:
        cases = (f"{case.name}每{self.unit}扣{in_points(case.each)}" for case in self.cases)
        return "，".join(cases) + self._end()

    def _end(self) -> str:
        return up_to(self.month_cap)

    def _case(self, values: EntryValues) -> Variant:
        return next(case for case in self.cases if values.choice in (None, case.name))

    def _points(self, values: EntryValues) -> Decimal:
        return values.quantity * self._case(values).each

    def _calculation(self, values: EntryValues) -> str:
        case = self._case(values)
        return (
            f"{case.name}{wording.number(values.quantity)}{self.unit} × {in_points(case.each)}/{self.unit}"
            f" = {in_points(self._points(values))}"
        )

    def _problems(self) -> dict[str, str]:
        if self.variants and not self.subject:
            return {"subject": "有其他情形时请填写计数对象，作为第一种情形的名称"}
        if self.subject in {variant.name for variant in self.variants}:
            return {"variants": "其他情形不能与计数对象同名"}
        return {}


@dataclass(frozen=True, kw_only=True)
class PerEvent(Counting):
    """按次扣: 会议缺席 1/次."""

    code: ClassVar[str] = "per_event"
    title: ClassVar[str] = "按次扣分"
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (*Counting.PARAMETERS, CAP)

    unit: str = "次"
    cap: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class PerPlace(Counting):
    """按处、按户、按例扣: 每处0.5."""

    code: ClassVar[str] = "per_place"
    title: ClassVar[str] = "按处（户、例）扣分"
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (*Counting.PARAMETERS, CAP)

    unit: str = "处"
    cap: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Uncapped(Counting):
    """不保底: counted by the unit, and the category may fall below its floor (「本项扣分不保底」)."""

    code: ClassVar[str] = "uncapped"
    title: ClassVar[str] = "扣分不保底"
    keeps_floor: ClassVar[bool] = False

    unit: str = "次"

    def _end(self) -> str:
        return "，本项扣分不保底"


@dataclass(frozen=True, kw_only=True)
class PerShort(Rule):
    """每少、每缺一项: 督查每少1次扣1.5. Without a `target` of its own every entry names one (走访户数 differ)."""

    code: ClassVar[str] = "per_short"
    title: ClassVar[str] = "每少一项扣分"
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        SUBJECT,
        EACH,
        UNIT,
        Whole(name="target", label="应完成数", required=False, help="各村不同的不填，登记时逐条填写"),
        CAP,
    )

    each: Decimal
    unit: str = "项"
    subject: str = ""
    target: Decimal | None = None
    cap: Decimal | None = None

    def asks(self) -> tuple[Question, ...]:
        actual = count(Ask.ACTUAL, "实际数", self.unit, low=0)
        return (count(Ask.TARGET, "应完成数", self.unit), actual) if self.target is None else (actual,)

    def sentence(self) -> str:
        due = f"应{self.subject}{wording.number(self.target)}{self.unit}，" if self.target is not None else self.subject
        return f"{due}每少1{self.unit}扣{in_points(self.each)}{up_to(self.cap)}"

    def _due(self, values: EntryValues) -> Decimal:
        return values.target if self.target is None else self.target

    def _missing(self, values: EntryValues) -> Decimal:
        return max(ZERO, self._due(values) - values.actual)

    def _points(self, values: EntryValues) -> Decimal:
        return self._missing(values) * self.each

    def _calculation(self, values: EntryValues) -> str:
        due, actual, missing = (
            f"{wording.number(one)}{self.unit}" for one in (self._due(values), values.actual, self._missing(values))
        )
        found = f"应{self.subject}{due}，实际{actual}"
        if not self._missing(values):
            return f"{found}，不少，不扣分"
        return f"{found}，少{missing} × {in_points(self.each)}/{self.unit} = {in_points(self._points(values))}"
