"""The home page: what waits, what the user answers for, and the register at a glance."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from grids.models import Grid
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict
from lianzhen.notices.models import Feedback
from lianzhen.overview import Need, overview
from lianzhen.pages.guard import guarded
from lianzhen.periods import Week
from lianzhen.trail.models import AuditEntry
from villages.models import Posting, Village
from villages.permissions import see_villages
from villages.visibility import VILLAGE_ROLES


def open_home(user: object) -> Verdict:
    """Every account has a home page."""
    return ALLOWED


@guarded(open_home, methods=("GET",))
def home(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    user = request.user
    context: dict[str, Any] = {"today": today, "week": Week.containing(today), "standing": user.standing}
    if see_villages(user):
        glance = overview(user, today)
        context |= {"figures": glance.figures, "needs": [*glance.needs, *_office_needs(user)]}
    if user.standing.has(*VILLAGE_ROLES):
        context["own_villages"] = _own_villages(user, today)
    if user.standing.has(Role.GRIDHEAD):
        context["own_grids"] = Grid.objects.filter(pk__in=user.standing.grids(Role.GRIDHEAD)).select_related("village")
    if user.standing.has(Role.AUDITOR):
        context["latest"] = AuditEntry.objects.visible_to(user)[:12]
    return render(request, "home.html", context)


def _own_villages(user: User, today: date) -> list[dict[str, Any]]:
    """The villages one works in, each with who serves there today. Two queries."""
    ids = user.standing.villages(*VILLAGE_ROLES)
    villages = Village.objects.filter(pk__in=ids).select_related("group")
    serving = Posting.objects.on(today).filter(Q(team__village__in=ids) | Q(village__in=ids))
    by_village: dict[int, list[Posting]] = {}
    for posting in serving.select_related("person", "team"):
        by_village.setdefault(posting.village_id or posting.team.village_id, []).append(posting)
    return [
        {"village": v, "serving": by_village.get(v.pk, []), "url": reverse("village", args=[v.pk])} for v in villages
    ]


def _office_needs(user: User) -> list[Need]:
    if not user.standing.has(*TOWN_WIDE) or user.standing.has(Role.AUDITOR):
        return []
    waiting = Feedback.objects.filter(answered_at=None).count()
    return [Need("意见建议未答复", waiting, reverse("feedback_list"))] if waiting else []
