"""What all dated records share: ending one, and saying why a date cannot be."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TypeVar

from django.core.exceptions import ValidationError

from lianzhen.wording import full_date
from villages.models.terms import Term

T = TypeVar("T", bound=Term)
ONE_DAY = timedelta(days=1)


def refuse_ended(record: Term, what: str) -> None:
    """Raise when the term already has an end: it may not be ended or extended twice."""
    if record.ends_on is not None:
        raise ValidationError(f"{what}已于{full_date(record.ends_on)}结束。")


def close(record: T, *, last_day: date, reason: str) -> T:
    """Set the last day of a term and save it. Raises `ValidationError` on a day before its first."""
    if last_day < record.starts_on:
        raise ValidationError({"ends_on": f"结束日期不能早于起始日期（{full_date(record.starts_on)}）。"})
    record.ends_on, record.end_reason = last_day, reason.strip()
    record.full_clean()
    record.save()
    return record


def reopen(record: T) -> T:
    """Let a term run on whose end was decided and has not come."""
    record.ends_on, record.end_reason = None, ""
    record.full_clean()
    record.save()
    return record


def day_before(day: date) -> date:
    return day - ONE_DAY


def refuse_outside(day: date, term: Term, *, field: str, what: str) -> None:
    """Raise when a day lies outside a term: nobody serves in a team before it began or after it ended."""
    if day < term.starts_on:
        raise ValidationError({field: f"日期不能早于{what}的起始日期（{full_date(term.starts_on)}）。"})
    if term.ends_on is not None and day > term.ends_on:
        raise ValidationError({field: f"{what}已于{full_date(term.ends_on)}结束。"})


def refuse_overlap(model: type[Term], *, starts_on: date, who: str, **same: object) -> None:
    """Raise when a term of the same key ends on or after the day, or begins after it."""
    rows = model.objects.filter(**same)  # type: ignore[attr-defined]
    clash = rows.filter(ends_on=None).first() or rows.filter(ends_on__gte=starts_on).order_by("-ends_on").first()
    if clash is not None:
        until = "至今" if clash.ends_on is None else f"至{full_date(clash.ends_on)}"
        raise ValidationError({"starts_on": f"{who}已有{full_date(clash.starts_on)}{until}的任期，日期不能重叠。"})
