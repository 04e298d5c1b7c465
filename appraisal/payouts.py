"""季兑现: what each team, its people and the village's heads get for a quarter by the formula of the version.

Pure. A formula is a list of awards: to whom, and by what (等次、得分、名次). Every award of a person is paid by
the calendar days served in the quarter; a team as a whole gets its award whole. Each award of a row is rounded
once, half up, to 0.01元; the row is their sum, the total that of the rows. No account numbers anywhere.
Who gets nothing is not on the list to sign, and is kept beside it with the reason.
A list that was approved never changes: what differs later goes into a further list (`changes`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple

from appraisal.quarter_grades import (
    BASES,
    MEAN,
    SAMPLE_GRADING,
    SUM,
    Grading,
    grading_from_json,
    grading_to_json,
)
from appraisal.rules.base import ZERO
from appraisal.rules.parameters import BadParameters, Money, Parameter, Rows, Text
from appraisal.subsidies import Summed, cents
from appraisal.subsidy_formulas import ByBand, ByPlace, Part, PerPoint
from lianzhen import wording
from lianzhen.periods import Quarter, Span

# --- To whom -----------------------------------------------------------------------------------
LEADER, MEMBER, TEAM, VILLAGE = "leader", "member", "team", "village"
#: What a row is, by role.
ROLES = {LEADER: "组长", MEMBER: "组员", TEAM: "联村工作组", VILLAGE: "村主要负责人"}
#: Whom an award may name.
EVERYONE = "people"
TO_CHOICES = (
    (EVERYONE, "组长和组员，每人"),
    (LEADER, "组长"),
    (MEMBER, "组员，每人"),
    (TEAM, "联村工作组（整体）"),
    (VILLAGE, "村主要负责人（支部书记、村主任），每人"),
)
_TO = dict(TO_CHOICES)


@dataclass(frozen=True)
class Payee:
    """One row: one person in one role, or a team as a whole. `score` (分), `place` (`tied`: of others too) and
    `grade` are those of the team in the quarter; `spans` of a person are cut to the quarter. The parts of a formula
    (`subsidy_formulas`) read of it what they read of a `Recipient`."""

    key: str
    person: str
    name: str
    score: Decimal
    spans: tuple[Span, ...]
    place: int | None = None
    role: str = MEMBER
    grade: str = ""
    tied: bool = False

    @property
    def by_days(self) -> bool:
        return self.role != TEAM


# --- By what -----------------------------------------------------------------------------------
class GradeRow(NamedTuple):
    grade: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class ByGrade(Part):
    """按等次: an amount for each grade; grades without a row get `otherwise`."""

    code: ClassVar[str] = "by_grade"
    title: ClassVar[str] = "按等次"
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Rows(
            name="grades",
            label="各等次",
            help="一行一个：等次 金额",
            row=GradeRow,
            columns=(Text(name="grade", label="等次", longest=10), Money(name="amount", label="金额")),
        ),
        Money(name="otherwise", label="其余等次"),
    )

    grades: tuple[GradeRow, ...]
    otherwise: Decimal = ZERO

    def sentence(self) -> str:
        said = [f"{row.grade}{wording.money(row.amount)}" for row in self.grades]
        return "，".join([*said, f"其余{wording.money(self.otherwise)}"])

    def worked(self, recipient: Payee) -> tuple[str, Decimal]:
        grade = getattr(recipient, "grade", "")
        if not grade:
            raise ValueError(f"{recipient.name}没有等次，不能按等次计算。")
        amount = next((row.amount for row in self.grades if row.grade == grade), self.otherwise)
        return f"等次“{grade}”{wording.money(amount)}", amount


PARTS: tuple[type[Part], ...] = (ByGrade, ByBand, ByPlace, PerPoint)
PART_CHOICES = [(one.code, one.title) for one in PARTS]
_BY_CODE = {one.code: one for one in PARTS}


def part_type(code: str) -> type[Part]:
    """KeyError when there is none: codes never change."""
    return _BY_CODE[code]


# --- The settings of a version -------------------------------------------------------------------
@dataclass(frozen=True)
class Award:
    """One line of the formula: to whom, by what."""

    to: str
    part: Part

    def reaches(self, role: str) -> bool:
        return self.to == role or (self.to == EVERYONE and role in (LEADER, MEMBER))

    def sentence(self) -> str:
        return f"{_TO[self.to]}：{self.part.sentence()}"


@dataclass(frozen=True)
class QuarterTerms:
    """How a version judges and pays a quarter. `basis`: the mean of the months' scores, or their sum."""

    basis: str = MEAN
    grading: Grading = SAMPLE_GRADING
    awards: tuple[Award, ...] = ()

    def review_sentence(self) -> str:
        """季度得分 = 各月得分的平均；等次：好90.0分以上，…"""
        return f"季度得分 = {dict(BASES)[self.basis]}；等次：{self.grading.sentence()}"

    def payout_sentence(self) -> str:
        if not self.awards:
            return "没有规定兑现标准"
        said = "；".join(one.sentence() for one in self.awards)
        return f"{said}。个人按季度内任职天数折算"

    def to_json(self) -> dict[str, Any]:
        awards = [{"to": one.to, "type": one.part.code, **one.part.to_json()} for one in self.awards]
        return {"basis": self.basis, "grading": grading_to_json(self.grading), "awards": awards}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> QuarterTerms:
        """BadParameters with keys `basis`, `grading`, `awards.0.rate`; KeyError for unknown types."""
        errors: dict[str, str] = {}
        basis = data.get("basis", MEAN)
        if basis not in (MEAN, SUM):
            errors["basis"] = "请选择季度得分怎样计算"
        grading: Grading = SAMPLE_GRADING
        if data.get("grading"):
            try:
                grading = grading_from_json(data["grading"])
            except BadParameters as bad:
                errors["grading"] = str(bad)
        awards = []
        for number, given in enumerate(data.get("awards", ())):
            values = {name: value for name, value in given.items() if name not in ("to", "type")}
            if given.get("to") not in _TO:
                errors[f"awards.{number}.to"] = "请选择兑现给谁"
                continue
            try:
                awards.append(Award(given["to"], part_type(given["type"]).from_json(values)))
            except BadParameters as bad:
                errors |= {f"awards.{number}.{name}": wrong for name, wrong in bad.errors.items()}
        if errors:
            raise BadParameters(errors)
        return cls(basis, grading, tuple(awards))


def _by_grade(*amounts: str) -> ByGrade:
    pairs = zip(SAMPLE_GRADING.names, amounts, strict=False)
    return ByGrade(grades=tuple(GradeRow(name, Decimal(amount)) for name, amount in pairs))


#: Every amount is an example: the article names none. Amounts per place: domain.md §0.5.
SAMPLE = QuarterTerms(
    awards=(
        Award(EVERYONE, _by_grade("600", "400", "200")),
        Award(VILLAGE, _by_grade("300", "200", "100")),
        Award(
            TEAM,
            ByPlace.from_json(
                {"places": [{"place": str(n), "amount": str(m)} for n, m in ((1, 2000), (2, 1500), (3, 1000))]}
            ),
        ),
    )
)


# --- The list ------------------------------------------------------------------------------------
def days_served(quarter: Quarter, payee: Payee) -> int:
    """Calendar days of the quarter that at least one span covers; all of them for a team."""
    if not payee.by_days:
        return len(quarter)
    return sum(any(span.covers(day) for span in payee.spans) for day in quarter)


@dataclass(frozen=True)
class Item:
    """One award of a row (元), with its calculation in words."""

    sentence: str
    amount: Decimal


@dataclass(frozen=True)
class Row:
    payee: Payee
    days: int
    items: tuple[Item, ...]

    @property
    def amount(self) -> Decimal:
        return sum((item.amount for item in self.items), cents(ZERO))

    @property
    def sentence(self) -> str:
        """等次“好”600.00元 × 46天 ÷ 92天 = 300.00元"""
        worked = "；".join(item.sentence for item in self.items)
        if len(self.items) == 1:
            return worked
        plus = " + ".join(wording.money(item.amount) for item in self.items)
        return f"{worked}；应兑现{wording.money(self.amount)} = {plus}"


@dataclass(frozen=True)
class PayoutList(Summed):
    """`checks`: what whoever signs should look at."""

    quarter: Quarter
    rows: tuple[Row, ...]
    checks: tuple[str, ...]


def payout_list(terms: QuarterTerms, quarter: Quarter, payees: Sequence[Payee]) -> PayoutList:
    """In the order of the payees, those whom no award names left out. ValueError with a sentence where a fact
    that an award needs is missing."""
    rows = []
    for payee in payees:
        awards = [one for one in terms.awards if one.reaches(payee.role)]
        if awards:
            days = days_served(quarter, payee)
            rows.append(Row(payee, days, tuple(_item(one, quarter, payee, days) for one in awards)))
    return PayoutList(quarter, tuple(rows), _checks(quarter, rows))


def _item(award: Award, quarter: Quarter, payee: Payee, days: int) -> Item:
    said, exact = award.part.worked(payee)
    if payee.by_days and days < len(quarter) and exact:
        said, exact = f"{said} × {days}天 ÷ {len(quarter)}天", exact * days / len(quarter)
    amount = cents(exact)
    # A grade, a band or a place names its amount already.
    return Item(said if said.endswith(wording.money(amount)) else f"{said} = {wording.money(amount)}", amount)


def _checks(quarter: Quarter, rows: Sequence[Row]) -> tuple[str, ...]:
    found, by_person = [], {}
    for row in rows:
        if row.payee.by_days:
            by_person.setdefault(row.payee.person, []).append(row)
    for own in by_person.values():
        name, days = own[0].payee.name, sum(row.days for row in own)
        whole = Payee("", "", name, ZERO, tuple(span for row in own for span in row.payee.spans))
        if days > days_served(quarter, whole):
            found.append(f"{name}同一天有两个任职，请核对")
        elif days < len(quarter):
            said = "、".join(f"{ROLES[row.payee.role]}{row.days}天" for row in own)
            found.append(f"{name}本季度任职{said}，按天折算")
    return tuple(found)


# --- A further list --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Change:
    """What a row is due now (元) beside what the lists so far have given it."""

    before: Decimal
    due: Decimal

    @property
    def amount(self) -> Decimal:
        return self.due - self.before


def changes(now: Mapping[str, Decimal], listed: Mapping[str, Decimal]) -> dict[str, Change]:
    """Key → change, only where something changes: those due now in their order, then those no longer due."""
    found = {key: Change(listed.get(key, ZERO), due) for key, due in now.items()}
    found |= {key: Change(before, ZERO) for key, before in listed.items() if key not in now}
    return {key: one for key, one in found.items() if one.amount}
