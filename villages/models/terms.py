"""Dated rows: the answer to "who was it on that day"."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


def runs_on(day: date, path: str = "") -> Q:
    """A condition: the term at `path` (e.g. `"postings__"`) covers the day. Both ends are included."""
    return Q(**{f"{path}starts_on__lte": day}) & (Q(**{f"{path}ends_on": None}) | Q(**{f"{path}ends_on__gte": day}))


def founded_by(day: date, path: str = "") -> Q:
    """A condition: what is at `path` was there on the day, unless it had ended. One that nobody has dated was
    there before the register began."""
    return Q(**{f"{path}founded_on": None}) | Q(**{f"{path}founded_on__lte": day})


def stood_on(day: date, path: str = "") -> Q:
    """A condition: what is at `path` existed on the day. Its first day is `founded_on`; `ended_on` is the first
    without it."""
    ended_later = Q(**{f"{path}ended_on": None}) | Q(**{f"{path}ended_on__gt": day})
    return founded_by(day, path) & ended_later


def stood_in_village_on(day: date) -> Q:
    """The same for a part of a village (`village`): it is no older than the village, even where nobody has dated
    it. It never outlives the village: see `refuse_while_used`."""
    return stood_on(day) & founded_by(day, "village__")


def absence(record: Any, day: date) -> str:
    """Why something was not there on the day, in a word; empty when it was."""
    if record.ended_on is not None and record.ended_on <= day:
        return "已撤并"
    return "尚未设立" if record.founded_on is not None and record.founded_on > day else ""


def refuse_future(day: date) -> None:
    """A place that is not there yet is not entered: lists and figures of today would differ about it."""
    if day > timezone.localdate():
        raise ValidationError("设立日期不能晚于今天，请到当天再登记。")


def founding_day() -> models.DateField:
    """Since when a place exists; empty means longer ago than the register."""
    return models.DateField("设立日期", null=True, blank=True, validators=[refuse_future])


def end_after_founding(name: str) -> models.CheckConstraint:
    """Of something with `founded_on` and `ended_on`, both of which may be unknown."""
    return models.CheckConstraint(
        name=name,
        condition=Q(founded_on=None) | Q(ended_on=None) | Q(ended_on__gte=F("founded_on")),
        violation_error_message="撤并日期不能早于设立日期。",
    )


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
