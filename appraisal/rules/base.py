"""What all rule types share: a code, a name, parameters, questions, points, sentences, a cap over the month.

Pure. A rule type is a frozen dataclass; a rule is one of it with its parameters filled in. Points are sizes
(分, never below zero, in steps of 0.1); whether they are taken or given is the `kind`.
Source of the types: domain.md §1.1, gathered from published 考核细则.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar

from appraisal.rules.entries import NAMES, Ask, BadEntry, EntryValues, Question
from appraisal.rules.parameters import Parametric, Points
from lianzhen import wording

ZERO = Decimal(0)
#: What the column of points holds: decimal(6,2).
MOST_POINTS = Decimal("9999.9")


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half up; no negative zero. TypeError for a float."""
    if not isinstance(value, Decimal):
        raise TypeError("points are Decimal; a float has lost the half that is rounded up")
    return _rounded(value, decimals)


@lru_cache(maxsize=4096)
def _rounded(value: Decimal, decimals: int) -> Decimal:
    # The scores of a county's month ask for the same few figures thousands of times.
    result = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return result if result else abs(result)


@lru_cache(maxsize=4096)
def in_points(points: Decimal | None) -> str:
    """96.5分; with two decimals where the second one counts, so that no sentence of a calculation is rounded;
    「—」 for what is unknown."""
    if points is None:
        return wording.UNKNOWN
    exact = rounded(points, 2)
    return wording.points(exact) if exact == rounded(exact, 1) else f"{exact:,}分".replace("-", wording.MINUS)


def marks(points: Decimal | None) -> str:
    """96.5 without its unit, for columns whose heading names it; 「—」 for what is unknown."""
    return in_points(points).removesuffix("分")


def change_in_points(points: Decimal | None) -> str:
    """−1.0分, +1.0分, 0.0分; 「—」 for what is unknown."""
    return f"+{in_points(points)}" if points is not None and points > 0 else in_points(points)


def change_in_marks(points: Decimal | None) -> str:
    """The same without its unit."""
    return change_in_points(points).removesuffix("分")


class Kind(StrEnum):
    DEDUCTION = "deduction"
    BONUS = "bonus"
    VETO = "veto"


CAP = Points(name="cap", label="本项每月上限", required=False, help="不填即扣到本类扣完为止")


class Rule(Parametric):
    """`code` is stored and never changes; `title` may.

    `keeps_floor`: the lines stop at the floor of their category. `wants_reason`, `wants_second_person`: the
    entry needs a written reason, somebody else's confirmation, whatever the clause says.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    kind: ClassVar[Kind] = Kind.DEDUCTION
    keeps_floor: ClassVar[bool] = True
    wants_reason: ClassVar[bool] = False
    wants_second_person: ClassVar[bool] = False

    def asks(self) -> tuple[Question, ...]:
        """What an entry has to tell."""
        raise NotImplementedError

    def points(self, values: EntryValues) -> Decimal:
        """Points (分) of one line, before any cap. BadEntry with sentences when the values do not answer."""
        self._check(values)
        points = self._points(values)
        if points > MOST_POINTS:
            raise BadEntry({self.asks()[0].ask: f"算得{in_points(points)}，超过{in_points(MOST_POINTS)}"})
        return points

    def calculation(self, values: EntryValues) -> str:
        """「缺驻村1天 × 1.0分/天 = 1.0分」. BadEntry like `points`."""
        self._check(values)
        return self._calculation(values)

    def sentence(self) -> str:
        """The rule as the 考核办法 prints it: 「每次扣1.0分，本项最多扣6.0分」."""
        raise NotImplementedError

    @property
    def month_cap(self) -> Decimal | None:
        """The most (分) that all lines of this clause of one subject count in one month; None: no cap of its own."""
        return getattr(self, "cap", None)

    def room(self, already: Decimal) -> Decimal | None:
        """Points (分) that the next line of the clause may still count when `already` are counted; None: any."""
        cap = self.month_cap
        return None if cap is None else max(ZERO, cap - already)

    def _points(self, values: EntryValues) -> Decimal:
        raise NotImplementedError

    def _calculation(self, values: EntryValues) -> str:
        raise NotImplementedError

    def _check(self, values: EntryValues) -> None:
        questions = self.asks()
        errors = {question.ask: wrong for question in questions if (wrong := question.problem(values))}
        asked = {question.ask for question in questions}
        # What is not asked would be kept with the entry and explain nothing.
        for ask in Ask:
            if ask not in asked and getattr(values, ask) is not None:
                errors[ask] = f"本条不用填写{NAMES[ask]}"
        if errors:
            raise BadEntry(errors)


def taken(points: Decimal) -> str:
    """扣1.0分, or 不扣分."""
    return f"扣{in_points(points)}" if points else "不扣分"


def up_to(cap: Decimal | None) -> str:
    """The end of a catalogue sentence."""
    return "，扣完为止" if cap is None else f"，本项最多扣{in_points(cap)}"
