"""The month is the seal: which months may still be written, asked by every action that writes a dated record.

Two questions: may the record of a day still change (until its month is 已定稿), and may a new entry still count
in a month (until its 公示 begins).
"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from appraisal.models import AppraisalMonth
from lianzhen.periods import Month
from lianzhen.wording import list_date


def sealed_month(first: date, last: date | None = None) -> AppraisalMonth | None:
    """The earliest sealed month that shares a day with first…last; None when all are open. One query."""
    months = AppraisalMonth.objects.sealed().order_by("month")
    return months.filter(month__gte=first.replace(day=1), month__lte=(last or first).replace(day=1)).first()


def ensure_open(first: date, last: date | None = None, *, field: str | None = None) -> None:
    """Raises ValidationError (at `field`, where one is named) when a day lies in a sealed month."""
    month = sealed_month(first, last)
    if month is not None:
        sentence = sealed_sentence(month)
        raise ValidationError({field: sentence} if field else sentence)


def sealed_sentence(month: AppraisalMonth) -> str:
    """2018年8月考核已于9月14日定稿，不能再改。如需更正，请填写更正单。"""
    when = list_date(timezone.localdate(month.locked_at), month.month.year)
    return f"{month.period.title}考核已于{when}定稿，不能再改。如需更正，请填写更正单。"


def ensure_counts(month: date, *, field: str | None = None) -> None:
    """Raises ValidationError when no new entry may enter the month (its first day) any more."""
    row = AppraisalMonth.objects.filter(month=month, state__in=AppraisalMonth.CLOSED_FOR_ENTRIES).first()
    if row is None:
        return
    title = Month.of(month).title
    sentence = sealed_sentence(row) if row.is_sealed else f"{title}考核正在公示，不再登记新的扣分和加分。"
    raise ValidationError({field: sentence} if field else sentence)
