"""补录: taking over decisions on 村为主自治 that were made before the platform; new ones go through an application."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded
from lianzhen.wording import full_date
from villages.actions import self_governance as actions
from villages.forms.self_governance import BeginForm, EndSelfGovernanceForm
from villages.models import Village
from villages.permissions import decide_self_governance
from villages.views.villages import find_village, tab_url, under

#: Why this page is still there.
TAKING_OVER = "只用来补录使用本平台以前已经生效的决定；新的请走“自治村”里的申请。保存后："


@guarded(decide_self_governance, find=find_village)
def self_governance_begin(request: HttpRequest, village: Village) -> HttpResponse:
    return form_page(
        request,
        BeginForm(request.POST or None),
        # The form calls the instructor `person`, as the refusals of the posting do.
        save=lambda values: actions.begin_self_governance(
            village=village, by=request.user, instructor=values.pop("person"), **values
        ),
        done=lambda term: (tab_url(village), f"{village}自{full_date(term.starts_on)}起实行村为主自治。"),
        context=under(
            village,
            heading=f"补录{village}实行村为主自治",
            submit="补录决定",
            intro=TAKING_OVER,
            effects=actions.effects_of_beginning(village),
        ),
    )


@guarded(decide_self_governance, find=find_village)
def self_governance_end(request: HttpRequest, village: Village) -> HttpResponse:
    term = village.self_governance.open().first()
    if term is None:
        raise Http404
    return form_page(
        request,
        EndSelfGovernanceForm(request.POST or None, record=term),
        save=lambda values: actions.end_self_governance(term=term, by=request.user, **values),
        done=lambda team: (
            reverse("team", args=[team.pk]),
            f"{team}自{full_date(team.starts_on)}起成立，请任命组长和组员。",
        ),
        context=under(
            village,
            heading=f"补录{village}终止村为主自治",
            submit="补录终止",
            danger=True,
            intro=TAKING_OVER,
            effects=actions.effects_of_ending(term),
        ),
    )
