"""Deadlines of entries and appeals, when an entry may still be taken back, and when a second person is needed.

Pure: no ORM, no clock; moments are local (aware) datetimes. Source: domain.md §1.1 (cycle), design §9.3, §9.13.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from appraisal.rules import Rule
from appraisal.rules.base import Kind
from appraisal.rules.entries import Ask, BadEntry, EntryValues
from lianzhen.town.workdays import WorkCalendar
from lianzhen.wording import clock, list_date

#: Deadlines end with the office day.
CLOSING = time(17, 0)
#: An entry may be taken back without ado for as long after the notice, unless the team has read it before.
FREE = timedelta(minutes=30)


def appeal_deadline(notified: datetime, workdays: int, calendar: WorkCalendar) -> datetime:
    """17:00 of the `workdays`-th working day after the day of the notice, in the notice's time zone."""
    last = calendar.add_workdays(notified.date(), max(1, workdays))
    return datetime.combine(last, CLOSING, tzinfo=notified.tzinfo)


def answer_deadline(filed: date, workdays: int, calendar: WorkCalendar) -> date:
    """The `workdays`-th working day after the day of filing."""
    return calendar.add_workdays(filed, max(1, workdays))


def rectify_deadline(notified: date, days: int | None) -> date | None:
    """Calendar days after the notice; None where the clause wants no 整改."""
    return None if not days else notified + timedelta(days=days)


def is_free_to_withdraw(notified: datetime | None, read: datetime | None, now: datetime) -> bool:
    """Within half an hour of the notice and before the team has read it; always before there was a notice."""
    return notified is None or (read is None and now - notified <= FREE)


def until(moment: datetime, today: date) -> str:
    """10月22日17:00; with the year where it is another."""
    return f"{list_date(moment.date(), today.year)}{clock(moment)}"


@dataclass(frozen=True)
class Worked:
    """What a clause makes of the answers: points (分), the sentence, whether a second person must look at it."""

    points: Decimal
    calculation: str
    needs_second: bool
    values: EntryValues


def worked_out(
    rule: Rule, answers: Mapping[str, object], *, second_points: Decimal, clause_needs_second: bool
) -> Worked:
    """Raises BadEntry with a sentence per question."""
    values = EntryValues.from_json(answers)
    points = rule.points(values)
    if rule.kind is Kind.DEDUCTION and not points:
        raise BadEntry({rule.asks()[-1].ask: "按填写的情况不扣分，不用登记"})
    second = clause_needs_second or rule.wants_second_person or points > second_points
    return Worked(points, rule.calculation(values), second, values)


def quick_answers(rule: Rule, quantity: Decimal | None) -> dict[str, object] | None:
    """The answers of a clause that one figure is enough for, as in a sheet or from a suggestion: the main case,
    so many. None where the clause asks more than that."""
    answers: dict[str, object] = {}
    for question in rule.asks():
        if question.ask is Ask.QUANTITY:
            answers[Ask.QUANTITY] = quantity if quantity is not None else Decimal(1)
        elif question.ask is Ask.CHOICE and rule.code in ("per_event", "per_place", "uncapped"):
            answers[Ask.CHOICE] = question.options[0]
        elif question.ask is Ask.MET:
            answers[Ask.MET] = True
        else:
            return None
    return answers
