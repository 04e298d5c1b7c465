"""Rules that count: so many times, places or missing ones, so many points each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, NamedTuple

from appraisal.rules.base import CAP, ZERO, Rule, taken, up_to
from appraisal.rules.entries import Ask, EntryValues, Question, count
from appraisal.rules.parameters import Parameter, Points, Rows, Text, Whole
from lianzhen import wording

UNIT = Text(name="unit", label="计数单位", help="次、处、户、例、天、人等", longest=5)
SUBJECT = Text(name="subject", label="计数对象", required=False, help="写在数量前面，如“缺驻村”", longest=20)
POINTS = Points(name="points", label="每单位扣分")


class Variant(NamedTuple):
    """A case of the clause that costs its own points."""

    name: str
    points: Decimal


VARIANTS = Rows(
    name="variants",
    label="其他情形",
    required=False,
    help="同一条款里扣分不同的情形，每行一种：名称 每单位扣分",
    row=Variant,
    columns=(Text(name="name", label="名称", longest=20), Points(name="points", label="每单位扣分")),
)


class Counting(Rule):
    """Quantity × points, in one of the cases of the clause. Base of three types."""

    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (SUBJECT, POINTS, UNIT, VARIANTS, CAP)

    points_each: ClassVar[None] = None
    subject: str
    unit: str
    variants: tuple[Variant, ...]

    def _problems(self) -> dict[str, str]:
        if self.variants and not self.subject:
            return {"subject": "有其他情形时请填写计数对象，作为第一种情形的名称"}
        if self.subject in {variant.name for variant in self.variants}:
            return {"variants": "其他情形不能与计数对象同名"}
        return {}

    @property
    def cases(self) -> tuple[Variant, ...]:
        """All cases, the main one first."""
        return (Variant(self.subject, self.each), *self.variants)

    @property
    def each(self) -> Decimal:
        """Points (分) per unit in the main case."""
        raise NotImplementedError

    def asks(self) -> tuple[Question, ...]:
        quantity = count(Ask.QUANTITY, "数量", self.unit)
        if not self.variants:
            return (quantity,)
        return Question(Ask.CHOICE, "情形", options=tuple(case.name for case in self.cases)), quantity
