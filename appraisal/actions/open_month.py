"""Which appraisal month an entry of a day counts in: its own, or the next one that still takes entries.

`month_ahead` looks without writing (previews); `month_for` opens the month where nobody has yet, with the
scheme in force for it, and holds its row, so that closing it and recording into it wait for each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet

from appraisal.models import AppraisalMonth, Clause, Scheme
from appraisal.seals import ensure_open
from lianzhen.accounts.models import User
from lianzhen.periods import Month
from lianzhen.trail import acting
from lianzhen.wording import list_date


class NoScheme(ValidationError):
    """No adopted version judges the month: the page says what to do first."""


@dataclass(frozen=True)
class Counted:
    """`month` that a day counts in, with its `scheme` (terms prefetched) and, once it is open, its `row`.
    `sentence` tells that it is not the day's own month; empty otherwise. `earlier`: rows of the months before it
    in its quarter."""

    month: Month
    scheme: Scheme
    row: AppraisalMonth | None = None
    sentence: str = ""
    earlier: tuple[AppraisalMonth, ...] = ()


def with_terms(rows: QuerySet[Scheme]) -> QuerySet[Scheme]:
    """So that `as_terms` asks nothing more."""
    clauses = Clause.objects.select_related("category").order_by("category__position", "position", "pk")
    return rows.prefetch_related("categories", Prefetch("clauses", clauses))


def month_ahead(day: date, field: str = "occurred_on") -> Counted:
    """Raises `NoScheme` at `field`. At most five queries."""
    own = Month.of(day)
    rows = {row.month: row for row in AppraisalMonth.objects.filter(month__gte=own.quarter.start).order_by("month")}
    month = own
    while (row := rows.get(month.start)) and row.state in AppraisalMonth.CLOSED_FOR_ENTRIES:
        month = month.next()
    sentence = "" if month == own else moved_sentence(day, own, month)
    if row is not None:
        scheme = with_terms(Scheme.objects.filter(pk=row.scheme_id)).get()
    else:
        in_force = Scheme.objects.in_force(month.start)
        if in_force is None:
            raise NoScheme({field: no_scheme_sentence(month)})
        scheme = with_terms(Scheme.objects.filter(pk=in_force.pk)).get()
    quarter = month.quarter
    earlier = tuple(one for first, one in rows.items() if quarter.start <= first < month.start)
    return Counted(month, scheme, row, sentence, earlier)


def month_for(day: date, by: User | None, field: str = "occurred_on") -> Counted:
    """The month of an entry about `day`, open and held until the caller's transaction ends."""
    while True:
        counted = month_ahead(day, field)
        row = counted.row or open_month(counted.month, counted.scheme, by)
        row = AppraisalMonth.objects.select_for_update().get(pk=row.pk)
        if row.state not in AppraisalMonth.CLOSED_FOR_ENTRIES:
            return Counted(counted.month, counted.scheme, row, counted.sentence)


def open_month(month: Month, scheme: Scheme, by: User | None) -> AppraisalMonth:
    """Begin the month with this version, which it keeps for ever. Opened meanwhile by somebody else: that one."""
    with acting(by=by, action="month.open", label="开始考核月"):
        try:
            with transaction.atomic():
                row = AppraisalMonth(month=month.start, scheme=scheme)
                row.save()
        except IntegrityError:
            row = AppraisalMonth.objects.get(month=month.start)
    return row


def hold_month(first: date) -> AppraisalMonth:
    """Hold the month of an entry while it changes. Raises ValidationError when it is sealed."""
    row = AppraisalMonth.objects.select_for_update().get(month=first)
    ensure_open(first)
    return row


def moved_sentence(day: date, own: Month, month: Month) -> str:
    return f"{own.title}考核已截止登记，{list_date(day, month.year)}的这一条计入{month.title}。"


def no_scheme_sentence(month: Month) -> str:
    return f"{month.title}还没有通过的考核方案，不能登记。请先在“考核方案”中登记通过一版，起始月份不晚于{month.title}。"
