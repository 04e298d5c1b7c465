"""A version of the scheme (考核方案) as a value: categories with full marks, clauses with rules, caps, floors.

Pure. Models build it (`SchemeTerms`), `scoring.score` reads it, `sample.SAMPLE` is one. `problems()` tells a
committee what must be right before a version is adopted; a draft may still have some and can be tried out.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from appraisal.rules.base import ZERO, Kind, Rule, in_points, rounded


class AppliesTo(StrEnum):
    """Whose score a clause, or one entry of a clause for both, goes into."""

    TEAM = "team"
    VILLAGE = "village"
    BOTH = "both"

    @property
    def label(self) -> str:
        return {"team": "联村工作组", "village": "村", "both": "村和联村工作组"}[self.value]

    def covers(self, other: AppliesTo) -> bool:
        return self in (AppliesTo.BOTH, other)


@dataclass(frozen=True)
class CategoryTerms:
    """A category with its full marks (分). With 0 it is a category of bonuses alone (村级特色工作).

    Ordinary deductions stop when the category is down to `floor`; those of 不保底 clauses never stop there.
    """

    key: str
    name: str
    full: Decimal
    floor: Decimal = ZERO

    @property
    def most(self) -> Decimal:
        """What ordinary deductions may take (分)."""
        return max(ZERO, self.full - self.floor)


@dataclass(frozen=True)
class ClauseTerms:
    """`number` is the clause number of the version (A1) and names the clause in every line."""

    number: str
    category: str
    text: str
    rule: Rule
    applies_to: AppliesTo = AppliesTo.BOTH

    @cached_property
    def is_bonus(self) -> bool:
        return self.rule.kind is Kind.BONUS


@dataclass(frozen=True)
class SchemeTerms:
    """`base` score, `total_floor` (None: the total may fall below zero), caps of bonuses per month and quarter
    (None: none), all 分; `decimals` to which lines and totals are rounded, half up."""

    categories: tuple[CategoryTerms, ...]
    clauses: tuple[ClauseTerms, ...]
    base: Decimal = Decimal(100)
    total_floor: Decimal | None = ZERO
    bonus_month_cap: Decimal | None = None
    bonus_quarter_cap: Decimal | None = None
    decimals: int = 1

    def __post_init__(self) -> None:
        if len(self.by_category) < len(self.categories) or len(self.by_number) < len(self.clauses):
            raise ValueError("类别或条款编号有重复。")
        if strange := {clause.category for clause in self.clauses} - set(self.by_category):
            raise ValueError(f"条款所属类别不存在：{'、'.join(sorted(strange))}。")
        if self.decimals not in (1, 2):
            raise ValueError("得分保留1位或2位小数。")

    @cached_property
    def by_category(self) -> dict[str, CategoryTerms]:
        return {category.key: category for category in self.categories}

    @cached_property
    def by_number(self) -> dict[str, ClauseTerms]:
        return {clause.number: clause for clause in self.clauses}

    def rounded(self, points: Decimal) -> Decimal:
        """To the scheme's decimals, half up. A float is refused: it has lost the half."""
        return rounded(points, self.decimals)

    def problems(self) -> list[str]:
        """What has to be put right before this version can be adopted, as sentences."""
        found = []
        full = sum((category.full for category in self.categories), ZERO)
        if full != self.base:
            found.append(f"各类满分合计{in_points(full)}，应等于基础分{in_points(self.base)}")
        if self.total_floor is not None and self.total_floor > self.base:
            found.append("总分最低分不能大于基础分")
        for category in self.categories:
            found += self._category_problems(category)
        used = {clause.category for clause in self.clauses}
        found += [f"{category.name}还没有条款" for category in self.categories if category.key not in used]
        month, quarter = self.bonus_month_cap, self.bonus_quarter_cap
        if month is not None and quarter is not None and month > quarter:
            found.append("每月加分上限不能大于每季加分上限")
        return found

    def _category_problems(self, category: CategoryTerms) -> list[str]:
        found = []
        if not ZERO <= category.floor <= category.full:
            found.append(f"{category.name}的保底分应在0.0到{in_points(category.full)}之间")
        for clause in self.clauses:
            if clause.category != category.key or clause.rule.kind is not Kind.DEDUCTION:
                continue
            cap = clause.rule.month_cap
            if clause.rule.keeps_floor and not category.most:
                found.append(f"{category.name}没有可扣的分，不能放扣分条款{clause.number}")
            elif cap is not None and cap > category.full:
                found.append(f"条款{clause.number}每月上限{in_points(cap)}，超过{category.name}的满分")
        return found
