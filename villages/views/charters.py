"""村规民约: reading a version, comparing two, recording a new one, correcting the newest."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from villages.actions import charters as actions
from villages.charter_text import compare, paragraphs
from villages.forms.charters import CharterForm, CorrectCharterForm
from villages.models import Village, VillageCharter
from villages.permissions import keep_part, keep_village, see_village_life
from villages.views.villages import find_village, tab_url, under

find_charter = visible(VillageCharter, narrow=lambda rows: rows.select_related("village"))


@guarded(see_village_life, find=find_charter, methods=("GET",))
def charter_page(request: HttpRequest, charter: VillageCharter) -> HttpResponse:
    """One version; `?with=` names the number of another to compare it with."""
    versions = list(charter.village.charters.order_by("-number"))
    other = next((v for v in versions if str(v.number) == request.GET.get("with") and v != charter), None)
    context: dict[str, Any] = {
        "charter": charter,
        "village": charter.village,
        "newest": versions[0] == charter,
        "others": [v for v in versions if v != charter],
        "paragraphs": paragraphs(charter.text),
        "may_keep": keep_part(request.user, charter),
        "crumbs": [
            ("村（社区）", reverse("village_list")),
            (charter.village.name, tab_url(charter.village)),
            ("村规民约", tab_url(charter.village, "charter")),
        ],
    }
    if other is not None:
        old, new = sorted((charter, other), key=lambda v: v.number)
        context |= {"old": old, "new": new, "passages": compare(old.text, new.text)}
    return render(request, "villages/charter.html", context)


@guarded(keep_village, find=find_village)
def charter_add(request: HttpRequest, village: Village) -> HttpResponse:
    last = actions.newest(village)
    initial = {"title": last.title, "text": last.text} if last else {"title": f"{village}村规民约"}
    number = last.number + 1 if last else 1
    return form_page(
        request,
        CharterForm(request.POST or None, initial=initial),
        save=lambda values: actions.add_charter(village=village, by=request.user, **values),
        done=lambda charter: (tab_url(village, "charter"), f"已登记第{charter.number}版。"),
        context=under(
            village,
            "charter",
            heading=f"登记村规民约第{number}版",
            submit="登记新版",
            intro="村规民约由村民会议制定和修改，报镇备案。以前的各版都保留，可以查阅和对照。",
        ),
    )


@guarded(keep_part, find=find_charter)
def charter_edit(request: HttpRequest, charter: VillageCharter) -> HttpResponse:
    return form_page(
        request,
        CorrectCharterForm(request.POST or None, record=charter),
        save=lambda values: actions.correct_charter(charter=charter, by=request.user, **values),
        done=lambda saved: (reverse("charter", args=[saved.pk]), "已更正。"),
        context=under(
            charter.village,
            "charter",
            heading=f"更正{charter}",
            submit="保存更正",
            intro="这里只更正录入的差错或补登备案日期。村民会议修改了内容的，请登记新版。",
        ),
    )
