"""Nothing begins before the village or the grid in which it begins."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from lianzhen.wording import full_date


def refuse_before(place: Model, starts_on: date) -> None:
    """Raise when something of the place is to begin before the place itself (`founded_on`)."""
    if place.founded_on is not None and starts_on < place.founded_on:
        raise ValidationError({"starts_on": f"起始日期不能早于{place}的设立日期（{full_date(place.founded_on)}）。"})


def refuse_founded_after(place: Model, *begun: QuerySet) -> None:
    """Raise when one of the terms began before the place. One query each, where the day is known."""
    for terms in begun if place.founded_on is not None else ():
        refuse_founded_late(place, terms.order_by("starts_on").first())


def refuse_founded_late(place: Model, first: Model | None) -> None:
    """The same, of the first term."""
    if first is not None and place.founded_on is not None and first.starts_on < place.founded_on:
        since = full_date(first.starts_on)
        raise ValidationError({"founded_on": f"{first}自{since}起，设立日期不能晚于这一天。"})
