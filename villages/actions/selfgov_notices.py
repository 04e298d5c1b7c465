"""Telling whoever is next with an application for 村为主自治."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell
from villages.models import SelfGovApplication
from villages.selfgov_turns import holding, next_ones, of_village


def tell_next(application: SelfGovApplication, text: str, today: date, by: User | None) -> None:
    send(application, next_ones(application, today), text, by)


def tell_decision(application: SelfGovApplication, words: str, today: date, by: User | None) -> None:
    """What the committee decided, and what it took back: to the same accounts."""
    told = of_village(application.village, today) | holding(today, "office", "office_lead")
    told |= {pk for pk in (application.started_by_id, application.opinion_by_id) if pk}
    send(application, told, f"{application}，党委研究{words}", by)


def send(application: SelfGovApplication, users: set[int], text: str, by: User | None) -> None:
    tell(users - {by.pk if by else 0}, text, reverse("selfgov_application", args=[application.pk]))
