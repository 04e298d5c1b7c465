"""Telling whoever is next with an application for 村为主自治."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell
from villages.models import SelfGovApplication
from villages.selfgov_turns import next_ones


def tell_next(application: SelfGovApplication, text: str, today: date, by: User | None) -> None:
    send(application, next_ones(application, today), text, by)


def send(application: SelfGovApplication, users: set[int], text: str, by: User | None) -> None:
    tell(users - {by.pk if by else 0}, text, reverse("selfgov_application", args=[application.pk]))
