"""Shapes of the score pages: bars of points lost, tints of the heat table, the line of twelve months.

Pure. Widths are hundredths of the chart's width; every chart stands in, or beside, a table with its figures.
Bars begin at zero: scores all sit near 100, and a cut axis would mislead (design §11.6).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from appraisal.rules.base import ZERO, in_points, marks
from appraisal.score_account import TeamScore
from lianzhen.periods import Month

#: A month in which hardly anything was lost does not look like a bad one.
SHORTEST_SCALE = Decimal(10)
#: Tints by the share of a category's full marks that was lost.
TINTS = (Decimal("0.25"), Decimal("0.1"), ZERO)


@dataclass(frozen=True)
class Segment:
    """A category's part of a bar."""

    x: str
    width: str
    shade: int
    name: str
    points: str


@dataclass(frozen=True)
class BarRow:
    score: TeamScore
    lost: tuple[Segment, ...]
    won: str

    @property
    def told(self) -> str:
        """基层党建1.0　综治维稳2.0, what the shades stand for."""
        return "　".join(f"{one.name}{one.points}" for one in self.lost)


def bar_rows(scores: Sequence[TeamScore]) -> list[BarRow]:
    """One scale for all, so that rows compare."""
    longest = max([SHORTEST_SCALE, *map(_drawn, scores), *(one.bonus for one in scores)])
    return [BarRow(one, tuple(_segments(one, longest)), share_of(one.bonus, longest)) for one in scores]


def _drawn(score: TeamScore) -> Decimal:
    """Length of a bar. A category to which a correction gave back more than it lost has no part in it."""
    return sum((max(one.deducted, ZERO) for one in score.categories if one.counts), ZERO)


def _segments(score: TeamScore, longest: Decimal) -> Iterable[Segment]:
    """Told for each category, also of nothing's length where points came back."""
    at = ZERO
    for number, one in enumerate(category for category in score.categories if category.counts):
        if one.deducted:
            told = marks(one.deducted)
            length = max(one.deducted, ZERO)
            yield Segment(share_of(at, longest), share_of(length, longest), number % 3, one.name, told)
            at += length


def share_of(part: Decimal, whole: Decimal) -> str:
    """Hundredths, as a chart's shapes are measured in."""
    return f"{part * 100 / whole:.2f}"


def tint(lost: Decimal, full: Decimal) -> int:
    """0 for nothing lost, then 1 to 3."""
    if lost <= 0:
        return 0
    share = lost / full
    return 3 if share >= TINTS[0] else 2 if share >= TINTS[1] else 1


@dataclass(frozen=True)
class YearPoint:
    month: Month
    total: Decimal | None


@dataclass(frozen=True)
class YearLine:
    """Twelve months of one team. `path` connects the known ones in a picture of 220 × 40."""

    points: tuple[YearPoint, ...]
    path: str
    last: tuple[str, str] | None

    @property
    def last_told(self) -> str:
        """11月 96.5分, the label of the last point."""
        found = self.known
        return f"{found[-1].month.number}月 {in_points(found[-1].total)}" if found else ""

    @property
    def known(self) -> list[YearPoint]:
        return [one for one in self.points if one.total is not None]


def year_line(points: Sequence[YearPoint]) -> YearLine:
    """The lowest known score is at the foot, the highest at the top; at least ten points between both."""
    known = [one.total for one in points if one.total is not None]
    if not known:
        return YearLine(tuple(points), "", None)
    top = max(known)
    depth = max(top - min(known), SHORTEST_SCALE)
    step = Decimal(208) / max(1, len(points) - 1)
    places = [
        (f"{6 + step * n:.1f}", f"{4 + (top - one.total) * 32 / depth:.1f}")
        for n, one in enumerate(points)
        if one.total is not None
    ]
    return YearLine(tuple(points), " ".join(f"{x},{y}" for x, y in places), places[-1])
