"""Dated rows: the answer to "who was it on that day"."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q


def runs_on(day: date, path: str = "") -> Q:
    """A condition: the term at `path` (e.g. `"postings__"`) covers the day. Both ends are included."""
    return Q(**{f"{path}starts_on__lte": day}) & (Q(**{f"{path}ends_on": None}) | Q(**{f"{path}ends_on__gte": day}))


def stood_on(day: date, path: str = "") -> Q:
    """A condition: what is at `path` had not ended on the day. Of a place the register knows when it ended, not
    since when it exists: what was registered later counts as well."""
    return Q(**{f"{path}ended_on": None}) | Q(**{f"{path}ended_on__gt": day})


def end_after_start(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
        violation_error_message="截止日期不能早于起始日期。",
    )


class TermQuerySet(models.QuerySet):
    def on(self, day: date) -> Self:
        """Rows whose term covers the day."""
        return self.filter(runs_on(day))

    def open(self) -> Self:
        """Rows without an end, whether or not they have begun."""
        return self.filter(ends_on=None)

    def until(self, day: date) -> Self:
        """Rows that ended before the day."""
        return self.filter(ends_on__lt=day)


class Term(models.Model):
    """A fact that holds from a day to a day, both included; `ends_on` empty means until further notice."""

    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期", null=True, blank=True)
    end_reason = models.CharField("结束原因", max_length=200, blank=True)

    class Meta:
        abstract = True

    def covers(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
