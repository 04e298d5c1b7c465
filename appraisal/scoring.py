"""From lines to an explained score: every point of the total belongs to a line, every lost point has a reason.

Pure. `score(scheme, lines, subject=…)` is a function of its arguments; the order of the lines never matters,
because caps are filled by date and then by the line's own key. Rules of the sum (domain.md §1.1, design §0):

1. Only effective lines count, and those changed by an appeal with the changed points. Pending ones and those
   under appeal are shown beside (另有待定); withdrawn ones not at all.
2. A clause counts up to its cap in the month. Ordinary clauses of a category together count until the
   category is down to its floor; 不保底 clauses count on top, wholly.
3. Bonuses count up to the cap of their clause, of the month and of the quarter.
4. The total does not fall below its own floor: the last deductions that would do it lose the rest.
5. score = base − Σ counted deductions + Σ counted bonuses, exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from appraisal.rules.base import ZERO, Kind, change_in_points, in_points
from appraisal.rules.judged import VetoEffect
from appraisal.rules.scheme import AppliesTo, CategoryTerms, ClauseTerms, SchemeTerms


class LineState(StrEnum):
    """What the score needs to know of an entry's state."""

    EFFECTIVE = "effective"
    PENDING = "pending"
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"

    @property
    def counts(self) -> bool:
        return self in (LineState.EFFECTIVE, LineState.CHANGED)

    @property
    def waits(self) -> bool:
        return self in (LineState.PENDING, LineState.APPEALED)


@dataclass(frozen=True)
class Line:
    """One entry as it scores. `points` (分) is its size as its rule computed it, never below zero.

    `key` orders lines of one day and is unique in the month (the entry's 编号). `changed_points` belong to
    CHANGED: what the appeal left. `concerns` narrows a clause for both to the village or the team alone.
    `corrects`: 1 for a 更正 of a locked month that gives points back, −1 for one that takes them, outside caps
    and floors, which the locked month has filled already; 0 for every other line.
    ValueError with a sentence when an appeal would make it worse.
    """

    key: str
    clause: str
    date: date
    points: Decimal
    state: LineState = LineState.EFFECTIVE
    changed_points: Decimal | None = None
    concerns: AppliesTo = AppliesTo.BOTH
    corrects: int = 0

    def __post_init__(self) -> None:
        for one in (self.points, self.changed_points):
            if one is not None and not isinstance(one, Decimal):
                raise TypeError("points are Decimal, never float")
        if self.points < 0 or (self.changed_points is not None and self.changed_points < 0):
            raise ValueError("分值不能小于0。")
        if (self.state is LineState.CHANGED) != (self.changed_points is not None):
            raise ValueError("申诉变更的须有变更后的分值，其他的没有。")

    @property
    def own(self) -> Decimal:
        """Points (分) after the appeal."""
        return self.points if self.changed_points is None else self.changed_points


class LossReason(StrEnum):
    """Why a line counts less than its own points."""

    CLAUSE_CAP = "clause_cap"
    CATEGORY_FLOOR = "category_floor"
    TOTAL_FLOOR = "total_floor"
    MONTH_CAP = "month_cap"
    QUARTER_CAP = "quarter_cap"


@dataclass(frozen=True)
class Loss:
    """Points (分) of a line that do not count, and why. `limit` is the cap or floor that was met."""

    reason: LossReason
    points: Decimal
    limit: Decimal

    @property
    def sentence(self) -> str:
        limit, points = in_points(self.limit), in_points(self.points)
        met = {
            LossReason.CLAUSE_CAP: f"本条款每月最多计{limit}",
            LossReason.CATEGORY_FLOOR: f"本类普通条款最多扣到{limit}为止",
            LossReason.TOTAL_FLOOR: f"总分最低{limit}",
            LossReason.MONTH_CAP: f"每月加分最多{limit}",
            LossReason.QUARTER_CAP: f"本季加分最多{limit}",
        }
        return f"{met[self.reason]}，{points}不计"


@dataclass(frozen=True)
class CountedLine:
    """A line with what it counts. own = counted + Σ losses."""

    line: Line
    clause: ClauseTerms
    own: Decimal
    counted: Decimal
    losses: tuple[Loss, ...] = ()

    @property
    def signed(self) -> Decimal:
        """What it adds to the score (分): below zero for a deduction."""
        return self.counted if self.clause.is_bonus else ZERO - self.counted

    @property
    def why_less(self) -> str:
        """Empty when the line counts all its points."""
        return "；".join(loss.sentence for loss in self.losses)

    def cut(self, room: Decimal, reason: LossReason, limit: Decimal) -> CountedLine:
        """With at most `room` counted; a correction counts wholly."""
        if self.line.corrects:
            return self
        lost = self.counted - max(ZERO, room)
        if lost <= 0:
            return self
        return replace(self, counted=self.counted - lost, losses=(*self.losses, Loss(reason, lost, limit)))


class CategoryScore(NamedTuple):
    """One category (all 分). `score` = full − deducted, below zero only through 不保底 clauses or a floor below.

    `lost`, `bonus_lost`: what lines of the category do not count because of caps and floors.
    """

    category: CategoryTerms
    deducted: Decimal
    lost: Decimal
    bonus: Decimal
    bonus_lost: Decimal

    @property
    def score(self) -> Decimal:
        return self.category.full - self.deducted


@dataclass(frozen=True)
class Pending:
    """Beside the total: what would change (分) if everything that waits became effective as it stands."""

    lines: tuple[CountedLine, ...]
    deducted: Decimal
    bonus: Decimal
    total: Decimal
    effects: tuple[VetoEffect, ...]

    @property
    def sentence(self) -> str:
        """另有待定 −1.0分、+0.5分; empty when nothing waits."""
        parts = [change_in_points(ZERO - self.deducted)] if self.deducted else []
        parts += [change_in_points(self.bonus)] if self.bonus else []
        if not parts and self.lines:
            return f"另有{len(self.lines)}条待定"
        return f"另有待定 {'、'.join(parts)}" if parts else ""


@dataclass(frozen=True)
class Score:
    """A score with all that explains it. total = base − deducted + bonus = base + Σ line.signed."""

    scheme: SchemeTerms
    subject: AppliesTo
    base: Decimal
    deducted: Decimal
    bonus: Decimal
    total: Decimal
    lines: tuple[CountedLine, ...]
    categories: tuple[CategoryScore, ...]
    pending: Pending
    effects: tuple[VetoEffect, ...]

    @property
    def equation(self) -> str:
        """得分96.5分 = 基础分100.0分 − 扣分4.5分 + 加分1.0分"""
        return equation(self.total, self.base, self.deducted, self.bonus)


def equation(total: Decimal, base: Decimal, deducted: Decimal, bonus: Decimal) -> str:
    """得分96.5分 = 基础分100.0分 − 扣分4.5分 + 加分1.0分"""
    return f"得分{in_points(total)} = 基础分{in_points(base)} − 扣分{in_points(deducted)} + 加分{in_points(bonus)}"


def score(scheme: SchemeTerms, lines: Iterable[Line], *, subject: AppliesTo, bonus_before: Decimal = ZERO) -> Score:
    """The score of one village, or of one team by itself (before linkage), for one month.

    `subject`: VILLAGE or TEAM; lines that do not concern it are left out. `bonus_before`: bonuses (分)
    already counted in earlier months of the same quarter. KeyError for a clause the scheme does not have,
    ValueError with a sentence for two lines with one key, or an appeal that makes it worse.
    """
    if subject is AppliesTo.BOTH:
        raise ValueError("a score is of the village or of the team, never of both")
    ours = _in_order(scheme, lines, subject)
    waiting = [one for one in ours if one.line.state.waits]
    counted = _count(scheme, [one for one in ours if one.line.state.counts], bonus_before)
    alive = [one for one in ours if one.line.state is not LineState.WITHDRAWN]
    with_waiting = _count(scheme, alive, bonus_before) if waiting else counted
    now, then = _sums(counted), _sums(with_waiting)
    base = scheme.rounded(scheme.base)
    return Score(
        scheme=scheme,
        subject=subject,
        base=base,
        deducted=now[0],
        bonus=now[1],
        total=base - now[0] + now[1],
        lines=tuple(counted),
        categories=_categories(scheme, counted),
        pending=Pending(
            lines=tuple(waiting),
            deducted=then[0] - now[0],
            bonus=then[1] - now[1],
            total=base - then[0] + then[1],
            effects=_effects(waiting),
        ),
        effects=_effects(counted),
    )


def _in_order(scheme: SchemeTerms, lines: Iterable[Line], subject: AppliesTo) -> list[CountedLine]:
    clauses = scheme.by_number
    ours: dict[str, CountedLine] = {}
    for line in lines:
        clause = clauses[line.clause]
        if line.key in ours:
            raise ValueError(f"编号{line.key}出现了两次。")
        if not (clause.applies_to.covers(subject) and line.concerns.covers(subject)):
            continue
        worse = line.own < line.points if clause.is_bonus else line.own > line.points
        if worse:
            raise ValueError("申诉不会加重扣分，也不会减少加分。")
        if clause.rule.kind is Kind.VETO and line.points:
            raise ValueError("一票否决不计分。")
        own = scheme.rounded(line.own)
        if line.corrects and clause.is_bonus != (line.corrects > 0):
            own = ZERO - own
        ours[line.key] = CountedLine(line=line, clause=clause, own=own, counted=own)
    return sorted(ours.values(), key=lambda one: (one.line.date, one.line.key))


def _count(scheme: SchemeTerms, ordered: Sequence[CountedLine], bonus_before: Decimal) -> list[CountedLine]:
    """All caps and floors, in the order of the lines."""
    lines = _clause_caps(ordered)
    lines = _category_floors(scheme, lines)
    lines = _bonus_caps(scheme, lines, bonus_before)
    return _total_floor(scheme, lines)


def _clause_caps(lines: Sequence[CountedLine]) -> list[CountedLine]:
    already: dict[str, Decimal] = defaultdict(lambda: ZERO)
    done = []
    for one in lines:
        room = one.clause.rule.room(already[one.clause.number])
        if room is not None:
            one = one.cut(room, LossReason.CLAUSE_CAP, one.clause.rule.month_cap or ZERO)
        already[one.clause.number] += ZERO if one.line.corrects else one.counted
        done.append(one)
    return done


def _category_floors(scheme: SchemeTerms, lines: Sequence[CountedLine]) -> list[CountedLine]:
    room: dict[str, Decimal] = {}
    done = []
    for one in lines:
        if one.clause.rule.kind is Kind.DEDUCTION and one.clause.rule.keeps_floor:
            key = one.clause.category
            if key not in room:
                room[key] = scheme.rounded(scheme.by_category[key].most)
            one = one.cut(room[key], LossReason.CATEGORY_FLOOR, scheme.by_category[key].floor)
            room[key] -= ZERO if one.line.corrects else one.counted
        done.append(one)
    return done


def _bonus_caps(scheme: SchemeTerms, lines: Sequence[CountedLine], before: Decimal) -> list[CountedLine]:
    month, quarter = scheme.bonus_month_cap, scheme.bonus_quarter_cap
    counted = ZERO
    done = []
    for one in lines:
        if one.clause.is_bonus:
            if month is not None:
                one = one.cut(scheme.rounded(month) - counted, LossReason.MONTH_CAP, month)
            if quarter is not None:
                room = scheme.rounded(quarter) - scheme.rounded(before) - counted
                one = one.cut(room, LossReason.QUARTER_CAP, quarter)
            counted += ZERO if one.line.corrects else one.counted
        done.append(one)
    return done


def _total_floor(scheme: SchemeTerms, lines: Sequence[CountedLine]) -> list[CountedLine]:
    if scheme.total_floor is None:
        return list(lines)
    bonus = _sums(lines)[1]
    room = scheme.rounded(scheme.base) + bonus - scheme.rounded(scheme.total_floor)
    done = []
    for one in lines:
        if not one.clause.is_bonus:
            one = one.cut(room, LossReason.TOTAL_FLOOR, scheme.total_floor)
            room -= one.counted
        done.append(one)
    return done


def _sums(lines: Iterable[CountedLine]) -> tuple[Decimal, Decimal]:
    """Counted deductions and counted bonuses."""
    deducted = bonus = ZERO
    for one in lines:
        if one.clause.is_bonus:
            bonus += one.counted
        else:
            deducted += one.counted
    return deducted, bonus


def _categories(scheme: SchemeTerms, lines: Iterable[CountedLine]) -> tuple[CategoryScore, ...]:
    ours: dict[str, list[CountedLine]] = {}
    for one in lines:
        ours.setdefault(one.clause.category, []).append(one)
    return tuple(_category(category, ours.get(category.key, [])) for category in scheme.categories)


def _category(category: CategoryTerms, ours: Sequence[CountedLine]) -> CategoryScore:
    if not ours:
        return CategoryScore(category, ZERO, ZERO, ZERO, ZERO)
    deducted, bonus = _sums(ours)
    return CategoryScore(
        category=category,
        deducted=deducted,
        lost=sum((one.own - one.counted for one in ours if not one.clause.is_bonus), ZERO),
        bonus=bonus,
        bonus_lost=sum((one.own - one.counted for one in ours if one.clause.is_bonus), ZERO),
    )


def _effects(lines: Iterable[CountedLine]) -> tuple[VetoEffect, ...]:
    """Of vetoes that are switched on, each once."""
    found = {VetoEffect(one.clause.rule.effect) for one in lines if getattr(one.clause.rule, "enabled", False)}
    return tuple(effect for effect in VetoEffect if effect in found)
