"""The home page: what waits, what the user answers for, and the register at a glance."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.home import Home, home_of
from appraisal.todos import Todo
from appraisal.waiting import Source
from grids.coverage import organizations_in_every_grid, with_the_party
from grids.models import Grid
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict
from lianzhen.importing.kinds import kinds_for
from lianzhen.importing.models import ImportBatch, ImportRow
from lianzhen.notices.models import Feedback
from lianzhen.overview import Figure, Need, overview
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
    now = timezone.now()
    today, user = timezone.localdate(now), request.user
    own = home_of(user, today, now, waiting_at_the_desk, request.GET.get("order", ""))
    context: dict[str, Any] = {"today": today, "week": Week.containing(today), "standing": user.standing, "home": own}
    context["desk"] = _desk(own)
    if see_villages(user):
        kinds = (own.items or {}).get("kinds", ())
        glance = overview(user, today, with_the_party((one.pk, one.text or "", one.text or "") for one in kinds))
        context |= {"figures": glance.figures, "needs": glance.needs}
        context["figures_title"] = "所联系村的台账" if user.standing.has(*VILLAGE_ROLES) else "台账一览"
    if others := user.standing.villages(*VILLAGE_ROLES) - own.villages:
        context["own_villages"] = _own_villages(others, today)
    if user.standing.has(Role.GRIDHEAD):
        context["own_grids"] = Grid.objects.filter(pk__in=user.standing.grids(Role.GRIDHEAD)).select_related("village")
    if user.standing.has(Role.SYSADMIN):
        context |= {"figures": _account_figures(today), "needs": _account_needs(today), "figures_title": "账号一览"}
    if user.standing.has(Role.AUDITOR):
        context["latest"] = AuditEntry.objects.visible_to(user)[:12]
    return render(request, "home.html", context)


def _own_villages(ids: Collection[int], today: date) -> list[dict[str, Any]]:
    """Villages without a team that one works in, each with who serves there today. Two queries."""
    villages = Village.objects.filter(pk__in=ids).select_related("group")
    serving = Posting.objects.on(today).filter(Q(team__village__in=ids) | Q(village__in=ids))
    by_village: dict[int, list[Posting]] = {}
    for posting in serving.select_related("person", "team"):
        by_village.setdefault(posting.village_id or posting.team.village_id, []).append(posting)
    return [
        {"village": v, "serving": by_village.get(v.pk, []), "url": reverse("village", args=[v.pk])} for v in villages
    ]


def waiting_at_the_desk(user: User, today: date) -> dict[str, Source]:
    """What waits on the desk besides the working week: feedback to answer, rows of imports to put right. And the
    kinds of organisations that every grid should have, which would otherwise cost a question of their own."""
    sources = {}
    if see_villages(user):
        sources["kinds"] = Source(organizations_in_every_grid(today), "updated_at", "", text="name")
    if user.standing.has(*TOWN_WIDE) and not user.standing.has(Role.AUDITOR):
        sources["feedback"] = Source(Feedback.objects.filter(answered_at=None), "sent_at", "")
    if kinds_for(user):
        problems = ImportRow.objects.filter(batch=OuterRef("pk"), outcome=ImportRow.Outcome.PROBLEM).order_by()
        rows = Subquery(problems.values("batch").annotate(n=Count("pk")).values("n"))
        batches = ImportBatch.objects.visible_to(user).waiting().filter(Exists(problems))
        sources["imports"] = Source(batches, "created_at", "", count=rows)
    return sources


def _desk(own: Home) -> list[Todo]:
    """Those of `waiting_at_the_desk`, in words."""
    items = own.items or {}
    found = []
    if feedback := items.get("feedback"):
        found.append(Todo("意见建议未答复", reverse("feedback_list"), count=len(feedback)))
    if batches := items.get("imports"):
        url = reverse("import_pending", args=[batches[0].pk]) if len(batches) == 1 else reverse("import_list")
        found.append(Todo("导入后待处理的行", url, count=sum(batch.count for batch in batches)))
    return found


def _account_figures(today: date) -> list[Figure]:
    """What the keeper of the accounts keeps. Two queries; nothing about who signs in when."""
    accounts = User.objects.aggregate(
        open=Count("pk", filter=Q(ended_at=None)),
        first=Count("pk", filter=Q(ended_at=None, must_change_password=True)),
        ended=Count("pk", filter=Q(ended_at__isnull=False)),
    )
    listed = reverse("account_list")
    return [
        Figure("在用账号", accounts["open"], "个", listed),
        Figure("首次密码未改", accounts["first"], "个", f"{listed}?state=first"),
        Figure("已停用账号", accounts["ended"], "个", f"{listed}?state=ended"),
        Figure("授予中的角色", RoleGrant.objects.on(today).count(), "项", listed),
    ]


def _account_needs(today: date) -> list[Need]:
    """Roles that the platform cannot do without and nobody holds."""
    held = set(RoleGrant.objects.on(today).filter(user__ended_at=None).values_list("role", flat=True))
    wanted = (Role.OFFICE_LEAD, Role.OFFICE, Role.AUDITOR)
    return [
        Need(f"还没有{role.label}，请开通账号并授予", 1, reverse("account_list")) for role in wanted if role not in held
    ]
