"""A version on its way to the party committee: submitted, sent back, adopted."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import schemes as actions
from appraisal.forms.schemes import AdoptForm, ReasonForm, StepForm
from appraisal.models import Scheme
from appraisal.permissions_schemes import decide_schemes, keep_schemes
from appraisal.scheme_words import effect_sentence, problems_of
from appraisal.views.schemes import find_scheme, find_with_terms, led_away, under
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded


@guarded(keep_schemes, find=find_with_terms)
def scheme_submit(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    problems = problems_of(scheme)
    effects = problems or ["提交后不能再修改，由党委通过或退回。"]
    return led_away(request, scheme) or form_page(
        request,
        StepForm(request.POST or None, record=scheme),
        save=lambda values: actions.submit(scheme=scheme, by=request.user, today=timezone.localdate(), **values),
        done=lambda made: (reverse("scheme", args=[made.pk]), f"{made}已提交，待党委通过。"),
        context=under(
            scheme,
            heading=f"提交{scheme}",
            submit="提交方案",
            effects=effects,
            intro="以下各项改好后再提交：" if problems else "",
        ),
    )


def _not_waiting(request: HttpRequest, scheme: Scheme) -> HttpResponse | None:
    """Nothing to decide about: the page of the version says where it stands."""
    if request.method == "GET" and scheme.state != Scheme.State.SUBMITTED:
        return redirect("scheme", pk=scheme.pk)
    return None


@guarded(decide_schemes, find=find_scheme)
def scheme_send_back(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    return _not_waiting(request, scheme) or form_page(
        request,
        ReasonForm(request.POST or None, record=scheme),
        save=lambda values: actions.send_back(scheme=scheme, by=request.user, **values),
        done=lambda made: (reverse("scheme", args=[made.pk]), f"{made}已退回修改。"),
        context=under(
            scheme, heading=f"退回{scheme}", submit="退回修改", effects=["退回后由联村办主任修改，再次提交。"]
        ),
    )


@guarded(decide_schemes, find=find_scheme)
def scheme_adopt(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    today = timezone.localdate()
    return _not_waiting(request, scheme) or form_page(
        request,
        AdoptForm(request.POST or None, record=scheme),
        save=lambda values: actions.adopt(scheme=scheme, by=request.user, today=today, **values),
        done=_adopted,
        context=under(
            scheme,
            heading=f"登记通过{scheme}",
            submit="登记通过",
            effects=_effects(scheme.month_from),
        ),
    )


def _adopted(made: Scheme) -> tuple[str, str]:
    return reverse("scheme", args=[made.pk]), f"{made}已登记通过，{effect_sentence(made.month_from)}"


def _effects(month_from: date | None) -> list[Any]:
    begins = [f"拟定的起始月份：{effect_sentence(month_from)}"] if month_from else []
    return [*begins, "通过后的方案不再修改；需要修改时另起一版。", "已经开始的月份一直用原来的方案。"]
