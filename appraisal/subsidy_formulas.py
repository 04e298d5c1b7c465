"""月补助的计发办法: parts that add up (按分、按得分分档、按名次、按驻村天数、按人基数), less amounts per absence.

Pure. Every part but the one per duty day is paid by calendar days where a posting did not last the month
(按天折算). Amounts and thresholds are settings of the scheme's version, with examples from published rules
(domain.md §0.5, §1.1); the article names none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from appraisal.ranking import place_words
from appraisal.rules.base import ZERO, in_points
from appraisal.rules.parameters import (
    CENT,
    BadParameters,
    Choice,
    Figure,
    Money,
    Parameter,
    Parametric,
    Points,
    Rows,
    Text,
    Whole,
)
from lianzhen import wording
from lianzhen.periods import Span

HUNDRED = Decimal(100)
SCORE = Points(name="at_least", label="得分达到", low=ZERO)
#: Of most people.
NO_ABSENCES: Mapping[str, int] = MappingProxyType({})


# --- Who gets something ----------------------------------------------------------------------
class Recipient(NamedTuple):
    """One row of the sheet: one person in one team.

    `person` is the same in all rows of a person who moved. `score` (分) and `place` (`tied`: of others too) are
    those of the team; `duty_days` of the person in this team in the month; `spans` are the postings to this team,
    cut to the month here; `absences` counts by name of the formula's table.
    """

    key: str
    person: str
    name: str
    score: Decimal
    spans: tuple[Span, ...]
    place: int | None = None
    duty_days: int | None = None
    absences: Mapping[str, int] = NO_ABSENCES
    tied: bool = False


# --- Parts of a formula ----------------------------------------------------------------------
class Part(Parametric):
    """`code` is stored and never changes. `by_days`: paid by calendar days served."""

    code: ClassVar[str]
    title: ClassVar[str]
    by_days: ClassVar[bool] = True

    def sentence(self) -> str:
        """As the formula is printed above the sheet."""
        raise NotImplementedError

    def worked(self, recipient: Recipient) -> tuple[str, Decimal]:
        """The calculation with numbers, without its result, and the exact amount (元) for a whole month."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class PerPoint(Part):
    """950分以上每分奖8元: of the points above the threshold, or of all once it is reached."""

    code: ClassVar[str] = "per_point"
    title: ClassVar[str] = "按分计发"
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Money(name="rate", label="每分", low=CENT),
        Points(name="threshold", label="起算分", low=ZERO),
        Choice(
            name="counted", label="计发的分", choices=(("above", "起算分以上的部分"), ("all", "达到起算分后的全部得分"))
        ),
    )

    rate: Decimal
    threshold: Decimal = ZERO
    counted: str = "above"

    def sentence(self) -> str:
        each = f"每分{wording.money(self.rate)}"
        if not self.threshold:
            return f"得分{each}"
        if self.counted == "all":
            return f"得分达到{in_points(self.threshold)}的，全部得分{each}"
        return f"得分超过{in_points(self.threshold)}的部分{each}"

    def worked(self, recipient: Recipient) -> tuple[str, Decimal]:
        score, each = recipient.score, f"{wording.money(self.rate)}/分"
        if score < self.threshold or score <= 0:
            return f"得分{in_points(score)}，没有达到{in_points(self.threshold)}，{wording.money(ZERO)}", ZERO
        if self.counted == "all" or not self.threshold:
            return f"{in_points(score)} × {each}", score * self.rate
        return (
            f"（{in_points(score)} − {in_points(self.threshold)}）× {each}",
            (score - self.threshold) * self.rate,
        )


class BandRow(NamedTuple):
    at_least: Decimal
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class ByBand(Part):
    """按得分分档: the highest threshold reached decides; below all of them `otherwise`."""

    code: ClassVar[str] = "by_band"
    title: ClassVar[str] = "按得分分档"
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Rows(
            name="bands",
            label="各档",
            help="一行一档：得分达到 金额",
            row=BandRow,
            columns=(SCORE, Money(name="amount", label="金额")),
        ),
        Money(name="otherwise", label="各档都没有达到时"),
    )

    bands: tuple[BandRow, ...]
    otherwise: Decimal = ZERO

    @property
    def from_the_top(self) -> list[BandRow]:
        return sorted(self.bands, reverse=True)

    def sentence(self) -> str:
        said = [f"得分达到{in_points(one.at_least)}的{wording.money(one.amount)}" for one in self.from_the_top]
        lowest = in_points(self.from_the_top[-1].at_least)
        return "，".join([*said, f"不足{lowest}的{wording.money(self.otherwise)}"])

    def worked(self, recipient: Recipient) -> tuple[str, Decimal]:
        score = in_points(recipient.score)
        for one in self.from_the_top:
            if recipient.score >= one.at_least:
                return f"得分{score}，在“达到{in_points(one.at_least)}”一档{wording.money(one.amount)}", one.amount
        lowest = in_points(self.from_the_top[-1].at_least)
        return f"得分{score}，不足{lowest}，{wording.money(self.otherwise)}", self.otherwise

    def _problems(self) -> dict[str, str]:
        amounts = [one.amount for one in self.from_the_top] + [self.otherwise]
        return {} if amounts == sorted(amounts, reverse=True) else {"bands": "得分高的一档，金额不能比低的一档少"}


class PlaceRow(NamedTuple):
    place: Decimal
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class ByPlace(Part):
    """按名次: 5000/5000/2000…; teams with one place get its amount each, places without a row `otherwise`."""

    code: ClassVar[str] = "by_place"
    title: ClassVar[str] = "按名次计发"
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Rows(
            name="places",
            label="各名次",
            help="一行一个名次：名次 金额",
            row=PlaceRow,
            columns=(Whole(name="place", label="名次"), Money(name="amount", label="金额")),
        ),
        Money(name="otherwise", label="其余名次"),
    )

    places: tuple[PlaceRow, ...]
    otherwise: Decimal = ZERO

    def sentence(self) -> str:
        said = [f"第{wording.number(one.place)}名{wording.money(one.amount)}" for one in sorted(self.places)]
        return "，".join([*said, f"其余{wording.money(self.otherwise)}"])

    def worked(self, recipient: Recipient) -> tuple[str, Decimal]:
        if recipient.place is None:
            raise ValueError(f"{recipient.name}没有名次，不能按名次计算。")
        amount = next((one.amount for one in self.places if one.place == recipient.place), self.otherwise)
        return f"{place_words(recipient.place, tied=recipient.tied)}{wording.money(amount)}", amount


@dataclass(frozen=True, kw_only=True)
class PerDutyDay(Part):
    """按驻村天数. Days are days already: nothing is cut for a posting that changed."""

    code: ClassVar[str] = "per_duty_day"
    title: ClassVar[str] = "按驻村天数"
    by_days: ClassVar[bool] = False
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Money(name="rate", label="每天", low=CENT),
        Whole(name="most", label="每月最多计", unit="天", high=Decimal(31), required=False),
    )

    rate: Decimal
    most: Decimal | None = None

    def sentence(self) -> str:
        end = "" if self.most is None else f"，每月最多计{wording.number(self.most)}天"
        return f"驻村每天{wording.money(self.rate)}{end}"

    def worked(self, recipient: Recipient) -> tuple[str, Decimal]:
        if recipient.duty_days is None:
            raise ValueError(f"{recipient.name}没有驻村天数，不能按驻村天数计算。")
        days = Decimal(recipient.duty_days)
        counted = days if self.most is None else min(days, self.most)
        said = f"驻村{wording.number(days)}天" + (f"，计{wording.number(counted)}天" if counted < days else "")
        return f"{said} × {wording.money(self.rate)}/天", counted * self.rate


@dataclass(frozen=True, kw_only=True)
class PerPerson(Part):
    """基数 × max(0, 得分 ÷ 100), where wanted with a highest coefficient."""

    code: ClassVar[str] = "per_person"
    title: ClassVar[str] = "按人基数"
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Money(name="amount", label="每人每月基数", low=CENT),
        Figure(name="most", label="系数最高", high=Decimal(10), required=False, help="不填即不封顶"),
    )

    amount: Decimal
    most: Decimal | None = None

    def coefficient(self, score: Decimal) -> Decimal:
        value = max(ZERO, score / HUNDRED)
        return value if self.most is None else min(value, self.most)

    def sentence(self) -> str:
        end = "" if self.most is None else f"，系数最高{wording.number(self.most)}"
        return f"每人每月{wording.money(self.amount)} × 系数（得分 ÷ 100，不低于0{end}）"

    def worked(self, recipient: Recipient) -> tuple[str, Decimal]:
        coefficient = self.coefficient(recipient.score)
        return f"{wording.money(self.amount)} × {wording.number(coefficient)}", self.amount * coefficient


PART_TYPES: tuple[type[Part], ...] = (PerPoint, ByBand, ByPlace, PerDutyDay, PerPerson)
PART_CHOICES = [(one.code, one.title) for one in PART_TYPES]
_BY_CODE = {one.code: one for one in PART_TYPES}


def part_type(code: str) -> type[Part]:
    """KeyError when there is none: codes never change."""
    return _BY_CODE[code]


# --- The formula of a version ----------------------------------------------------------------
class AbsenceRow(NamedTuple):
    name: str
    amount: Decimal


#: In the name of a row: for leaders of teams.
LEADER = "组长"
#: What an absence that the county found is called, where a version has an amount for it.
BY_COUNTY = "被县查到"


@dataclass(frozen=True, kw_only=True)
class Absences(Parametric):
    """缺岗扣款: 30元/次, 组长（带班领导）50元/次, 被县查到100元/次 (domain.md §0.5).

    `by_county` is one amount for whoever was absent. A version without it charges what the county found like any
    other absence.
    """

    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Rows(
            name="rows",
            label="缺岗扣款",
            required=False,
            help="一行：情形 每次金额；组长另有标准的，再加一行，情形里写明“组长”",
            row=AbsenceRow,
            columns=(Text(name="name", label="情形", longest=20), Money(name="amount", label="每次金额", low=CENT)),
        ),
        Money(
            name="by_county",
            label=f"{BY_COUNTY}，每次",
            required=False,
            low=CENT,
            help="县里暗访、通报的缺岗，组长和组员都按这个金额扣；不填的，和其他缺岗一样扣",
        ),
    )

    rows: tuple[AbsenceRow, ...] = ()
    by_county: Decimal | None = None

    @property
    def table(self) -> tuple[AbsenceRow, ...]:
        """Every amount by its name, that for the county's findings last."""
        return self.rows if self.by_county is None else (*self.rows, AbsenceRow(BY_COUNTY, self.by_county))

    def charged(self, *, leader: bool, by_county: bool = False) -> str:
        """Name in `table` that an absence is charged by; empty where none is. A row that names 组长 is for leaders
        alone, any other one for everybody else; what the county found goes by its own amount where there is one."""
        if by_county and self.by_county is not None:
            return BY_COUNTY
        own = [row.name for row in self.rows if LEADER in row.name]
        common = [row.name for row in self.rows if LEADER not in row.name]
        return next(iter([*own, *common] if leader else common), "")

    def counted(self, *, leader: bool, by_town: int, by_county: int) -> Mapping[str, int]:
        """Times of being absent by the name in `table` that they are charged by, from who found them."""
        if not (by_town or by_county):  # most people
            return NO_ABSENCES
        found: dict[str, int] = {}
        for times, county in ((by_town, False), (by_county, True)):
            name = self.charged(leader=leader, by_county=county)
            if name and times:
                found[name] = found.get(name, 0) + times
        return found or NO_ABSENCES

    def idle(self) -> list[str]:
        """Rows that no absence would ever be charged by: two for the same people."""
        used = {self.charged(leader=True), self.charged(leader=False)}
        return [row.name for row in self.rows if row.name not in used]

    def _problems(self) -> dict[str, str]:
        if self.by_county is not None and any(row.name == BY_COUNTY for row in self.rows):
            return {"rows": f"“{BY_COUNTY}”已另填金额，请去掉这一行"}
        return {}


@dataclass(frozen=True)
class Formula:
    """Parts that add up, less the amounts of absences; a row never falls below zero."""

    parts: tuple[Part, ...]
    absences: Absences = Absences()

    def sentence(self) -> str:
        """Printed above the sheet."""
        said = [part.sentence() for part in self.parts]
        sum_of = said[0] if len(said) == 1 else " + ".join(f"（{one}）" for one in said)
        each = "、".join(f"{row.name}每次{wording.money(row.amount)}" for row in self.absences.table)
        by_days = "；月内任职变动的按任职天数折算" if any(part.by_days for part in self.parts) else ""
        return f"应发 = {sum_of}" + (f" − 缺岗扣款（{each}）" if each else "") + by_days

    def to_json(self) -> dict[str, Any]:
        parts = [{"type": part.code, **part.to_json()} for part in self.parts]
        absences = self.absences.to_json()
        stored = {"parts": parts, "absences": absences["rows"]}
        # A version without the amount is stored as it always was.
        return stored if absences["by_county"] is None else {**stored, "by_county": absences["by_county"]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Formula:
        """BadParameters with keys like `parts.0.rate`; KeyError for an unknown type of part."""
        errors: dict[str, str] = {}
        parts: list[Part] = []
        for number, given in enumerate(data.get("parts", ())):
            kind = part_type(given["type"])
            try:
                parts.append(kind.from_json({name: value for name, value in given.items() if name != "type"}))
            except BadParameters as bad:
                errors |= {f"parts.{number}.{name}": wrong for name, wrong in bad.errors.items()}
        absences = Absences()
        try:
            absences = Absences.from_json({"rows": data.get("absences", ()), "by_county": data.get("by_county")})
        except BadParameters as bad:
            errors |= {"absences" if name == "rows" else name: wrong for name, wrong in bad.errors.items()}
        if not data.get("parts"):
            errors["parts"] = "请至少选择一种计发办法"
        if errors:
            raise BadParameters(errors)
        return cls(tuple(parts), absences)


#: domain.md §1.1: 月补助 = 基数 × max(0, 得分/100); §0.5: what an absence costs. All amounts are examples.
SAMPLE = Formula(
    (PerPerson(amount=Decimal(300)),),
    Absences(
        rows=(AbsenceRow("缺岗", Decimal(30)), AbsenceRow(f"{LEADER}缺岗", Decimal(50))),
        by_county=Decimal(100),
    ),
)
