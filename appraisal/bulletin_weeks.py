"""Weeks of the year of which no bulletin tells although the town was at work in them, for the list of bulletins."""

from __future__ import annotations

from datetime import date

from appraisal.models import Bulletin, DutyLog, WeeklyReport
from lianzhen.periods import Week


def untold(today: date) -> list[Week]:
    """The weeks that are over and have a duty day or a report but not so much as a draft, latest first: of the year
    that last week belongs to, so that the first week of a year still finds those of the year before. Three queries."""
    last = Week.of(today).previous()
    first = Week(last.year, 1)
    days = (first.start, last.end)
    duty = DutyLog.objects.filter(state=DutyLog.State.REGISTERED, day__range=days)
    sent = WeeklyReport.objects.exclude(state=WeeklyReport.State.DRAFT).filter(week_start__range=days)
    told = Bulletin.objects.filter(kind=Bulletin.Kind.WEEK, starts_on__range=days).exclude(state=Bulletin.State.DROPPED)
    at_work = {*duty.dates("day", "week"), *sent.order_by().values_list("week_start", flat=True).distinct()}
    left = at_work - set(told.values_list("starts_on", flat=True))
    return [Week.of(monday) for monday in sorted(left, reverse=True)]
