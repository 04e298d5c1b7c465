"""挂钩: the score of a team rests on its own work and on that of its village; means of a district.

Pure. 工作组得分 = 村得分 × w + 工作组自身得分 × (1 − w), rounded half up to the scheme's decimals. The article
says only 挂钩; the formula and w = 0.6 are defaults of domain.md §1.1, settings of the scheme's version.
Villages of 村为主自治 have no team and are judged once a year: they are out of the monthly scoring.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from appraisal.rules.base import ZERO, in_points, rounded
from lianzhen import wording

ONE = Decimal(1)
Key = TypeVar("Key")


@dataclass(frozen=True)
class LinkedScore:
    """`village` and `own` are scores (分), `weight` is the village's share, from 0 to 1."""

    village: Decimal
    own: Decimal
    weight: Decimal
    decimals: int = 1

    def __post_init__(self) -> None:
        check_weight(self.weight)

    @property
    def total(self) -> Decimal:
        return rounded(self.village * self.weight + self.own * (ONE - self.weight), self.decimals)

    @property
    def equation(self) -> str:
        """工作组得分94.6分 = 村得分95.0分 × 0.6 + 工作组自身得分94.0分 × 0.4"""
        return (
            f"工作组得分{in_points(self.total)} = 村得分{in_points(self.village)} × "
            f"{wording.number(self.weight)} + 工作组自身得分{in_points(self.own)} × "
            f"{wording.number(ONE - self.weight)}"
        )


def check_weight(weight: Decimal) -> None:
    """ValueError with a sentence unless the weight is a Decimal from 0 to 1 in thousandths."""
    if not isinstance(weight, Decimal):
        raise TypeError("a weight is a Decimal, never float")
    if not ZERO <= weight <= ONE or weight % Decimal("0.001"):
        raise ValueError("村得分所占比重应在0到1之间，最多三位小数。")


def linked(*, village: Decimal, own: Decimal, weight: Decimal, decimals: int = 1) -> LinkedScore:
    """The team's score (分), explained."""
    return LinkedScore(village=village, own=own, weight=weight, decimals=decimals)


@dataclass(frozen=True)
class Unit(Generic[Key]):
    """A village as the month sees it: its district, and whether it governs itself on the month's last day."""

    key: Key
    district: Key
    self_governed: bool = False


def in_monthly_scoring(units: Iterable[Unit[Key]]) -> list[Unit[Key]]:
    """Those with a team; self-governed villages are left out. The order stays."""
    return [unit for unit in units if not unit.self_governed]


@dataclass(frozen=True)
class Mean:
    """Mean (分) of `count` scores; None of none, which is shown as 「—」 and not as a zero."""

    count: int
    total: Decimal
    decimals: int = 1

    @property
    def value(self) -> Decimal | None:
        return rounded(self.total / self.count, self.decimals) if self.count else None

    @property
    def sentence(self) -> str:
        """3个组合计289.5分 ÷ 3 = 96.5分"""
        if not self.count:
            return "没有参加月度考核的工作组"
        return f"{self.count}个组合计{in_points(self.total)} ÷ {self.count} = {in_points(self.value)}"


def mean(scores: Iterable[Decimal], *, decimals: int = 1) -> Mean:
    values = list(scores)
    return Mean(len(values), sum(values, ZERO), decimals)


def district_means(units: Iterable[Unit[Key]], scores: dict[Key, Decimal], *, decimals: int = 1) -> dict[Key, Mean]:
    """District → mean of the scores of its units in monthly scoring. KeyError for one without a score."""
    by_district: dict[Key, list[Decimal]] = {}
    for unit in units:
        district = by_district.setdefault(unit.district, [])
        if not unit.self_governed:
            district.append(scores[unit.key])
    return {district: mean(values, decimals=decimals) for district, values in by_district.items()}
