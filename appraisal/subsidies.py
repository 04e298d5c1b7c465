"""月补助清单: what each person gets by the formula of the scheme's version, explained and adding up to the 分.

Pure. Each part of a row is rounded once, half up, to 0.01元; a row is the sum of its rounded parts less what
absences cost, not below zero; the total is that of the rows shown. No account numbers anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from appraisal.rules.base import ZERO
from appraisal.rules.parameters import CENT
from appraisal.subsidy_formulas import AbsenceRow, Formula, Part, Recipient
from lianzhen import wording
from lianzhen.money_words import money_words
from lianzhen.periods import ONE_DAY, Month, Span

#: What an amount is worked out from: score, place, duty days, days served, absences.
Facts = tuple[Decimal, int | None, int | None, int, tuple[tuple[str, int], ...]]


def days_served(month: Month, spans: Iterable[Span]) -> int:
    """Calendar days of the month that at least one span covers."""
    return _days_covered(month.start, month.end, spans)


def _days_covered(first: date, last: date, spans: Iterable[Span]) -> int:
    days, counted_to = 0, first - ONE_DAY
    in_order = list(spans)
    if len(in_order) > 1:  # most have one
        in_order.sort(key=attrgetter("starts_on"))
    for span in in_order:
        until = last if span.ends_on is None else min(span.ends_on, last)
        since = max(span.starts_on, counted_to + ONE_DAY)
        if since <= until:
            days += (until - since).days + 1
            counted_to = until
    return days


@dataclass(frozen=True)
class Item:
    """One part or one absence of a row (元), with its calculation in words."""

    title: str
    sentence: str
    amount: Decimal


class Worked(NamedTuple):
    """What a formula pays for one set of facts (元): `amount` = Σ items − Σ deductions, not below zero.

    `deducted` is what is really taken, never more than there is; `sentence` the whole calculation.
    """

    items: tuple[Item, ...]
    deductions: tuple[Item, ...]
    gross: Decimal
    deducted: Decimal
    amount: Decimal
    sentence: str


class Row(NamedTuple):
    """A recipient with the days served in the month and what was `Worked` out."""

    recipient: Recipient
    days: int
    items: tuple[Item, ...]
    deductions: tuple[Item, ...]
    gross: Decimal
    deducted: Decimal
    amount: Decimal
    sentence: str


class Summed:
    """A list of money (元): its total is the sum of the amounts that its rows show."""

    rows: Sequence[Any]

    @property
    def total(self) -> Decimal:
        return sum((row.amount for row in self.rows), cents(ZERO))

    @property
    def words(self) -> str:
        """人民币壹仟贰佰元整"""
        return money_words(self.total)


@dataclass(frozen=True)
class Sheet(Summed):
    """The month's list; `checks` are sentences for whoever signs."""

    month: Month
    formula: Formula
    rows: tuple[Row, ...]
    checks: tuple[str, ...]


def subsidy_sheet(formula: Formula, month: Month, recipients: Iterable[Recipient]) -> Sheet:
    """The list in the order of the recipients. ValueError with a sentence where a fact is missing."""
    known: dict[Facts, Worked] = {}
    rows = []
    first, last = month.start, month.end
    for one in recipients:
        days = _days_covered(first, last, one.spans)
        # Of two thousand people most share a score, a place and a whole month: each case is worked out once.
        facts = (one.score, one.place, one.duty_days, days, tuple(one.absences.items()))
        if facts not in known:
            known[facts] = _worked(formula, month, one, days)
        rows.append(Row(one, days, *known[facts]))
    return Sheet(month, formula, tuple(rows), _checks(month, rows))


def sum_problem(amounts: Iterable[Decimal], total: Decimal) -> str:
    """Empty when stored rows add up to the stored total (元); otherwise the sentence that stops the sheet."""
    added = sum(amounts, ZERO)
    if added == total:
        return ""
    return f"各行应发之和{wording.money(added)}，与合计{wording.money(total)}相差{wording.money(abs(added - total))}"


def cents(amount: Decimal) -> Decimal:
    """Half up to 0.01元."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def _worked(formula: Formula, month: Month, recipient: Recipient, days: int) -> Worked:
    strange = set(recipient.absences) - {row.name for row in formula.absences.table}
    if strange:
        raise ValueError(f"缺岗扣款里没有“{'、'.join(sorted(strange))}”。")
    items = tuple(_item(part, month, recipient, days) for part in formula.parts)
    deductions = tuple(
        _absence(row, recipient.absences[row.name])
        for row in formula.absences.table
        if recipient.absences.get(row.name)
    )
    gross, owed = _sum(items), _sum(deductions)
    deducted = min(gross, owed)
    amount = cents(gross - deducted)
    return Worked(items, deductions, gross, deducted, amount, _sentence(items, deductions, amount, owed > gross))


def _sum(items: Iterable[Item]) -> Decimal:
    return sum((item.amount for item in items), ZERO)


def _sentence(items: Sequence[Item], deductions: Sequence[Item], amount: Decimal, is_limited: bool) -> str:
    """应发198.76元 = 158.76元 + 100.00元 − 60.00元, after the calculation of each item."""
    worked = "；".join(item.sentence for item in (*items, *deductions))
    if len(items) + len(deductions) == 1:
        return worked
    plus = " + ".join(wording.money(item.amount) for item in items)
    minus = "".join(f" − {wording.money(item.amount)}" for item in deductions)
    limit = "（扣款以应发为限）" if is_limited else ""
    return f"{worked}；应发{wording.money(amount)} = {plus}{minus}{limit}"


def _item(part: Part, month: Month, recipient: Recipient, days: int) -> Item:
    said, exact = part.worked(recipient)
    if part.by_days and days < len(month) and exact:
        said, exact = f"{said} × {days}天 ÷ {len(month)}天", exact * days / len(month)
    amount = cents(exact)
    # A band or a place names its amount already.
    done = said if said.endswith(wording.money(amount)) else f"{said} = {wording.money(amount)}"
    return Item(part.title, done, amount)


def _absence(row: AbsenceRow, times: int) -> Item:
    amount = cents(row.amount * times)
    said = f"{row.name}{times}次 × {wording.money(row.amount)}/次 = {wording.money(amount)}"
    return Item(row.name, said, amount)


def _checks(month: Month, rows: Sequence[Row]) -> tuple[str, ...]:
    """What whoever signs should look at: part of the month, more days than the month has, no days, nothing left."""
    found = []
    whole = len(month)
    counted = Counter([row.recipient.person for row in rows])
    by_person: dict[str, list[Row]] = {}
    for row in rows:
        # Nearly all of two thousand people: one row, the whole month, nothing taken.
        if row.days != whole or row.deducted or counted[row.recipient.person] > 1:
            by_person.setdefault(row.recipient.person, []).append(row)
    for own in by_person.values():
        name = own[0].recipient.name
        if len(own) > 1 and _twice(month, own):
            found.append(f"{name}同一天在两个工作组任职，请核对")
        if any(0 < row.days < whole for row in own):
            said = "、".join(f"{row.days}天" for row in own)
            found.append(f"{name}本月任职{said}，按天折算")
        if any(not row.days for row in own):
            found.append(f"{name}本月没有任职，请核对")
        if any(row.gross and row.deducted == row.gross for row in own):
            found.append(f"{name}缺岗扣款已扣完本月应发")
    return tuple(found)


def _twice(month: Month, own: Sequence[Row]) -> bool:
    """Days of one person that two teams pay."""
    return sum(row.days for row in own) > days_served(month, [span for row in own for span in row.recipient.spans])
