"""What a home page says of the teams one has left: since when until when, the scores of these months, what can still
be appealed against, which appeals are open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from appraisal.models import Appeal, ScoreEntry
from appraisal.models.entries import of_served_days
from appraisal.todos import Todo, deduction_todo, until
from appraisal.waiting import Item, Source
from lianzhen.periods import Month
from lianzhen.wording import full_date

if TYPE_CHECKING:
    from lianzhen.accounts.models import User
    from lianzhen.accounts.standing import Service

#: Months that are listed; from each the page leads on to the one before.
SHOWN = 12


@dataclass(frozen=True)
class Past:
    """One posting that is over. `months`: name and address of its scores, the latest first; `seen_until`: the last
    day on which it can be looked back at."""

    sentence: str
    months: Sequence[tuple[str, str]]
    seen_until: date


def past_sources(user: User, now: datetime) -> dict[str, Source]:
    """What is still open about the days in teams that the user has left. Nothing for anybody else."""
    if not user.standing.served:
        return {}
    told = ScoreEntry.objects.filter(of_served_days(user), kind=ScoreEntry.Kind.DEDUCTION)
    in_time = told.filter(state=ScoreEntry.State.NOTIFIED, appeal_until__gte=now)
    points_and_fact = Concat(Cast("points", CharField()), Value(" "), "fact", output_field=CharField())
    about = Concat("entry__clause_number", Value(" "), "entry__fact", output_field=CharField())
    filed = Appeal.objects.open().filter(of_served_days(user, "entry__"))
    return {
        "past_deductions": Source(in_time, "appeal_until", text=points_and_fact),
        "past_appeals": Source(filed, "answer_by", "entry__team_id", text=about),
    }


def past_todos(items: Mapping[str, Sequence[Item]], today: date) -> list[Todo]:
    """Those of `past_sources` in words. No query."""
    found = [deduction_todo(item, today) for item in items.get("past_deductions", ())]
    return [*found, *(_appeal(item, today) for item in items.get("past_appeals", ()))]


def _appeal(item: Item, today: date) -> Todo:
    note, tone = until(item.day, today)
    return Todo(f"申诉待答复：{item.text}", reverse("appeal", args=[item.pk]), note, tone, day=item.day)


def past_of(user: User) -> list[Past]:
    """No query."""
    return [_past(one) for one in user.standing.served]


def _past(one: Service) -> Past:
    months = []
    month, first = Month.of(one.until), Month.of(one.since)
    while len(months) < SHOWN and month.start >= first.start:
        months.append((month.title, reverse("score_page", args=[month.key, one.team])))
        month = month.previous()
    sentence = f"{full_date(one.since)}至{full_date(one.until)}任{one.place}联村工作组{one.role}"
    return Past(sentence, months, date(one.until.year + 1, 12, 31))
