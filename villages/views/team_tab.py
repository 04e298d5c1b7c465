"""Tab 工作组 of the village page: the team, or the instructor of a self-governed village, and those before."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from lianzhen.pages.tables import Table, plain_table
from villages.actions.teams import ending_of
from villages.extensions import Section, VillageTab, register_tab
from villages.models import LiaisonTeam, Posting, Village
from villages.permissions import arrange_teams, reveal_phone, see_villages
from villages.views.teams import SERVICE_COLUMNS, TEAM_COLUMNS, service, with_ends


def team_tab(request: HttpRequest, village: Village) -> dict[str, Any]:
    today = timezone.localdate()
    teams = list(LiaisonTeam.objects.filter(village=village))
    for team in teams:
        team.village = village
    running = next((team for team in teams if team.ends_on is None or team.ends_on >= today), None)
    instructors = list(village.instructor_postings.select_related("person__department"))
    serving = [posting for posting in instructors if posting.covers(today)]
    before = [posting for posting in instructors if posting.ends_on is not None and posting.ends_on < today]
    coming = [posting for posting in instructors if posting.starts_on > today]
    arranges = arrange_teams(request.user, village) and village.ended_on is None
    terms = list(village.self_governance.exclude(ends_on__lt=today).order_by("starts_on"))
    alone = next((term for term in terms if term.covers(today)), None)
    context = {
        "alone": alone,
        "alone_later": next((term for term in terms if term.starts_on > today), None),
        "instructors": with_ends(serving, ending_of(village, today)) if arranges else serving,
        "coming_instructors": coming,
        "former_instructors": _listed("曾任联村工作指导员", SERVICE_COLUMNS, before),
        "history": _listed("历次联村工作组", TEAM_COLUMNS, [team for team in teams if team is not running]),
        "add_url": f"{reverse('team_add')}?village={village.pk}" if arranges else "",
        "appoint_url": reverse("instructor_appoint", args=[village.pk]) if arranges else "",
        "arranges": arranges,
        "may_reveal": bool(serving) and reveal_phone(request.user, serving[0].person),
    }
    if running is not None:
        postings = list(running.postings.select_related("person__department"))
        context |= service(request.user, running, postings, today)
        context["plan"] = running.duty_plans.on(today).first()
    return context


def _listed(caption: str, columns: Any, rows: list[Any]) -> Table | None:
    return plain_table(caption, columns, rows) if rows else None


def team_dossier(request: HttpRequest, village: Village) -> Section:
    """Who serves today and who served, for the printed 村档案."""
    postings = Posting.objects.filter(team__village=village) | Posting.objects.filter(village=village)
    rows = postings.select_related("person").order_by("-starts_on", "-is_leader")
    caption, empty = "联村工作组和指导员任职", "还没有派驻人员。"
    return Section([rows], lambda postings: [plain_table(caption, SERVICE_COLUMNS, postings, empty_text=empty)])


def register() -> None:
    """Put the tab into its place; called once when the app is ready."""
    register_tab(VillageTab("team", "工作组", "villages/team_tab.html", team_tab, see_villages, 20, team_dossier))
