"""村档案: everything the register holds about a village, on A4."""

from __future__ import annotations

from itertools import islice

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from lianzhen.pages.guard import guarded
from lianzhen.pages.together import fetch_together
from villages.extensions import village_tabs
from villages.models import Village
from villages.permissions import see_village_life
from villages.views.village_overview import answering_of, cadre_terms, facts, leading
from villages.views.villages import find_village, management_of, tab_url


@guarded(see_village_life, find=find_village, methods=("GET",))
def village_dossier(request: HttpRequest, village: Village) -> HttpResponse:
    """The facts, who answers, and the tables of every tab that gives some to the dossier."""
    today = timezone.localdate()
    serving = [
        cadre_terms(village),
        village.teams.on(today),
        village.self_governance.on(today),
        leading(village, today),
    ]
    tabs = [tab for tab in village_tabs() if tab.dossier is not None and tab.permission(request.user, village)]
    sections = [tab.dossier(request, village) for tab in tabs]
    found = iter(fetch_together([*serving, *(rows for section in sections for rows in section.lists)]))
    answering = answering_of(today, *islice(found, len(serving)))
    tables = [table for section in sections for table in section.tables(*islice(found, len(section.lists)))]
    context = {
        "title": f"{village}档案",
        "village": village,
        "management": management_of(village),
        "facts": facts(village),
        "answering": answering,
        "tables": tables,
        "signs": ("村（盖章）", "联村工作组组长（指导员）", "联村工作办"),
        "back_url": tab_url(village),
        "dense": True,  # the table of grids has eleven columns
    }
    return render(request, "villages/village_dossier.html", context)
