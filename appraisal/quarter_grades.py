"""季度等次, proposed by rule: by thresholds of the quarter's score, or by shares of the places.

Pure. The rule is a setting of the scheme's version; the committee may decide otherwise, with a reason. Shares
are upper limits (「好」不超过30%): teams with one place stay together, and a limit is never exceeded, so that a
tie on its edge goes to the next grade as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple

from appraisal.ranking import BANDS, UNQUALIFIED, Place, ranked
from appraisal.rules.base import ZERO, in_points, rounded
from appraisal.rules.judged import VetoEffect
from appraisal.rules.parameters import Parameter, Parametric, Points, Rows, Text, Whole
from lianzhen import wording

#: How the quarter's score comes from those of its months.
MEAN, SUM = "mean", "sum"
BASES = ((MEAN, "各月得分的平均"), (SUM, "各月得分之和"))
NAME = Text(name="name", label="等次", longest=10)
#: How a grade names the time that it judges; that of a year says 年度.
QUARTER = "季度"


@dataclass(frozen=True)
class TeamQuarter:
    """What the proposal rests on. `months`: the frozen scores (分) of the months in which the team was scored;
    `effects`: vetoes of any of them."""

    key: int
    months: tuple[Decimal, ...]
    effects: tuple[VetoEffect, ...] = ()


def quarter_score(months: Sequence[Decimal], basis: str, decimals: int) -> Decimal:
    """Mean (half up to `decimals`) or sum. ValueError without a month."""
    if not months:
        raise ValueError("没有月得分，不能计算季度得分。")
    return score_of(sum(months, ZERO), len(months), basis, decimals)


def score_of(total: Decimal, months: int, basis: str, decimals: int) -> Decimal:
    """The score (分) from the sum of so many months: a quarter's, a year's."""
    return rounded(total, 2) if basis == SUM else rounded(total / months, decimals)


class ScoreRow(NamedTuple):
    name: str
    at_least: Decimal


class ShareRow(NamedTuple):
    name: str
    percent: Decimal


class Grading(Parametric):
    """`code` is stored and never changes."""

    code: ClassVar[str]
    title: ClassVar[str]

    @property
    def names(self) -> tuple[str, ...]:
        """From the best to the poorest."""
        raise NotImplementedError

    def sentence(self) -> str:
        raise NotImplementedError

    def grades(self, places: Sequence[Place[int]], period: str = QUARTER) -> dict[int, tuple[str, str]]:
        """Key → grade and why, vetoes left aside. `period`: how the time that is judged is called."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class ByScore(Grading):
    """得分达到; the lowest grade takes whatever lies below."""

    code: ClassVar[str] = "score"
    title: ClassVar[str] = "按季度得分"
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Rows(
            name="rows",
            label="各等次",
            help="一行一个：等次 得分达到。分数线最低的等次包括低于它的全部得分，填0即可。",
            row=ScoreRow,
            columns=(NAME, Points(name="at_least", label="得分达到", low=ZERO)),
        ),
    )

    rows: tuple[ScoreRow, ...]

    @property
    def ordered(self) -> list[ScoreRow]:
        return sorted(self.rows, key=lambda row: row.at_least, reverse=True)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(row.name for row in self.ordered)

    def sentence(self) -> str:
        *upper, lowest = self.ordered
        return "，".join([*(f"{row.name}{in_points(row.at_least)}以上" for row in upper), f"其余{lowest.name}"])

    def grades(self, places: Sequence[Place[int]], period: str = QUARTER) -> dict[int, tuple[str, str]]:
        return {one.key: self._grade(one.score, period) for one in places}

    def _grade(self, score: Decimal, period: str) -> tuple[str, str]:
        *upper, lowest = self.ordered
        for row in upper:
            if score >= row.at_least:
                return row.name, f"{period}得分{in_points(score)}，达到{in_points(row.at_least)}"
        return lowest.name, f"{period}得分{in_points(score)}，不足{in_points(upper[-1].at_least)}"

    def _problems(self) -> dict[str, str]:
        if len(self.rows) < 2:
            return {"rows": "至少要有两个等次"}
        if len({row.at_least for row in self.rows}) < len(self.rows):
            return {"rows": "两个等次的分数线不能相同"}
        return {}


@dataclass(frozen=True, kw_only=True)
class ByShare(Grading):
    """不超过百分之几, counted from the first place; the last grade takes the rest."""

    code: ClassVar[str] = "share"
    title: ClassVar[str] = "按名次比例"
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Rows(
            name="rows",
            label="各等次",
            help="从好到差一行一个：等次 不超过百分之几。最后一个等次是其余各组，填100即可。",
            row=ShareRow,
            columns=(NAME, Whole(name="percent", label="百分之几", high=Decimal(100))),
        ),
    )

    rows: tuple[ShareRow, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(row.name for row in self.rows)

    def sentence(self) -> str:
        *upper, lowest = self.rows
        said = [f"{row.name}不超过{wording.number(row.percent)}%" for row in upper]
        return "，".join([*said, f"其余{lowest.name}"]) + "；同名次的不分开，超过比例的归下一等次"

    def grades(self, places: Sequence[Place[int]], period: str = QUARTER) -> dict[int, tuple[str, str]]:
        size, found = len(places), {}
        groups: dict[int, list[Place[int]]] = {}
        for one in places:
            groups.setdefault(one.number, []).append(one)
        at, taken, limit = 0, 0, self._limit(0, size)
        for number in sorted(groups):
            own = groups[number]
            while at < len(self.rows) - 1 and taken + len(own) > limit:
                at, taken = at + 1, 0
                limit = self._limit(at, size)
            taken += len(own)
            found |= {one.key: (self.rows[at].name, self._why(one, at, size)) for one in own}
        return found

    def _limit(self, at: int, size: int) -> int:
        return int(self.rows[at].percent * size / 100)

    def _why(self, place: Place[int], at: int, size: int) -> str:
        row = self.rows[at]
        if at == len(self.rows) - 1:
            return f"{place.full_text}，其余各组"
        return f"{place.full_text}，{row.name}不超过{wording.number(row.percent)}%，即{self._limit(at, size)}个组"

    def _problems(self) -> dict[str, str]:
        if len(self.rows) < 2:
            return {"rows": "至少要有两个等次"}
        if sum(row.percent for row in self.rows[:-1]) > 100:
            return {"rows": "除最后一个等次外，各比例之和不能超过100"}
        return {}


GRADINGS: tuple[type[Grading], ...] = (ByScore, ByShare)
GRADING_CHOICES = [(one.code, one.title) for one in GRADINGS]
_BY_CODE = {one.code: one for one in GRADINGS}


def grading_from_json(data: Mapping[str, Any]) -> Grading:
    """BadParameters with a sentence; KeyError for a type that does not exist."""
    kind = _BY_CODE[data["type"]]
    return kind.from_json({name: value for name, value in data.items() if name != "type"})


def grading_to_json(grading: Grading) -> dict[str, Any]:
    return {"type": grading.code, **grading.to_json()}


#: The names and thresholds of the month's bands (domain.md §7), as an example.
SAMPLE_GRADING = ByScore(rows=tuple(ScoreRow(b.name, b.at_least if b.at_least.is_finite() else ZERO) for b in BANDS))


@dataclass(frozen=True)
class Proposal:
    """Of one team: score (分) and place in the quarter, the grade proposed and why."""

    key: int
    score: Decimal
    place: Place[int]
    grade: str
    why: str


def choices_of(grading: Grading) -> tuple[str, ...]:
    """The grades that may be given, from the best: those of the rule, and 不合格 that a veto brings."""
    return (*grading.names, *(() if UNQUALIFIED.name in grading.names else (UNQUALIFIED.name,)))


def propose(
    teams: Sequence[TeamQuarter], grading: Grading, *, basis: str, decimals: int, period: str = QUARTER
) -> dict[int, Proposal]:
    """Key → proposal, in the order given. Ties share a place (1, 2, 2, 4)."""
    scores = {one.key: quarter_score(one.months, basis, decimals) for one in teams}
    places = ranked(scores)
    grades = grading.grades(list(places.values()), period)
    found = {}
    for one in teams:
        grade, why = _after_vetoes(one.effects, grading, *grades[one.key])
        found[one.key] = Proposal(one.key, scores[one.key], places[one.key], grade, why)
    return found


def _after_vetoes(effects: Iterable[VetoEffect], grading: Grading, grade: str, why: str) -> tuple[str, str]:
    effects = tuple(effects)
    if VetoEffect.UNQUALIFIED in effects:
        return UNQUALIFIED.name, f"一票否决：{VetoEffect.UNQUALIFIED.label}"
    if VetoEffect.NO_AWARD in effects and grade == grading.names[0]:
        return grading.names[1], f"{why}；一票否决：{VetoEffect.NO_AWARD.label}，定为{grading.names[1]}"
    return grade, why


def effects_from(labels: Iterable[str]) -> tuple[VetoEffect, ...]:
    """From the words that the months froze."""
    said = set(labels)
    return tuple(effect for effect in VetoEffect if effect.label in said)
