"""撤并: what is left in a village, the village that takes over, and everything in one act."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from lianzhen.pages.forms import add_problem, form_page, taken_meanwhile
from lianzhen.pages.guard import guarded
from lianzhen.wording import full_date
from villages.actions.merging import Plan, merge_village, plan_of
from villages.forms.merging import MergeForm, MergeIntoForm
from villages.merging import Merger
from villages.models import Village
from villages.permissions import change_village
from villages.views.villages import find_village, tab_url, under

TEMPLATE = "villages/village_merge.html"


@guarded(change_village, find=find_village)
def village_merge(request: HttpRequest, village: Village) -> HttpResponse:
    """Without a village that takes over the page asks for it; with one it shows the plan and lets it be confirmed."""
    if village.ended_on is not None and request.method == "GET":
        return taken_meanwhile(request, f"{village}已撤并。", tab_url(village))
    asked = MergeIntoForm(request.GET or None, village=village)
    plan = _plan(village, asked)
    form = MergeForm(request.POST or None, record=village, kinds=plan.kinds if plan else ())
    context = under(village, **_shown(village, asked, plan, form))
    if plan is None:
        return render(request, TEMPLATE, {**context, "form": asked}, status=200 if request.method == "GET" else 422)
    merger, seen = plan.merger, request.POST.get("seen", "")
    return form_page(
        request,
        form,
        save=lambda values: merge_village(
            village=village, into=merger.into, ended_on=merger.day, seen=seen, by=request.user, **values
        ),
        done=lambda saved: (tab_url(merger.into), f"{saved}已并入{merger.into}，请核对并入后的台账。"),
        context=context,
        template=TEMPLATE,
    )


def _plan(village: Village, asked: MergeIntoForm) -> Plan | None:
    if not asked.is_bound or not asked.is_valid():
        return None
    try:
        return plan_of(Merger(village, asked.cleaned_data["into"], asked.cleaned_data["ended_on"]))
    except ValidationError as problem:
        add_problem(asked, problem)
        return None


def _shown(village: Village, asked: MergeIntoForm, plan: Plan | None, form: MergeForm) -> dict[str, Any]:
    context = {"heading": f"撤并{village}：整村并入", "asked": asked, "plan": plan}
    if plan is None:
        return context
    into, day = plan.merger.into, full_date(plan.merger.day)
    parts = [
        {"kind": kind, "field": form[kind.key] if kind.key in form.fields else None}
        for kind in plan.kinds
        if kind.lines
    ]
    effects = [
        f"{village}从{day}起不再存在，村里的内容一次并入{into}；以前的台账、得分和文书都留在{village}，照样能查。",
        f"人员名册整体转到{into}，村民小组和党员小组随着变。",
        f"村规民约留在{village}供查阅。",
        "撤并登记有误的，可以恢复这个村；已经并到别的村的内容不会自动转回。",
    ]
    people_url = f"{reverse('person_list')}?village={village.pk}"
    return {**context, "parts": parts, "effects": effects, "people_url": people_url, "day": day}
