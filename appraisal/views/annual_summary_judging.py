"""年总结 as it is judged: opinion of the district, check of the office, sent back, left out and taken in again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from appraisal.actions import annual_summaries as actions
from appraisal.actions.annual_summaries import FACTS, TEXTS
from appraisal.forms.years import (
    SummaryCheckForm,
    SummaryOpinionForm,
    SummaryOutForm,
    SummaryReturnForm,
    YearStepForm,
)
from appraisal.models import AnnualSummary
from appraisal.permissions_years import check_summary, keep_years, opine_summary, return_summary
from appraisal.views.annual_summaries import closed_page, find_summary, judged, page_of
from appraisal.views.years import under
from appraisal.year_facts import terms_of
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded

State = AnnualSummary.State


def judging(
    request: HttpRequest,
    summary: AnnualSummary,
    states: tuple[str, ...],
    form: Callable[[], forms.Form],
    save: Callable[..., AnnualSummary],
    said: str,
    submit: str,
    **more: Any,
) -> HttpResponse:
    """One step about a summary that somebody else wrote, with the summary beside it."""
    if closed := closed_page(request, summary, *states):
        return closed
    context = {
        **under(summary.assessment.year),
        "cancel_url": page_of(summary),
        "heading": f"{summary.village_name}：{submit}",
        "submit": submit,
        "summary": summary,
        "facts": summary.facts.get(FACTS, []),
        "parts": [(label, getattr(summary, name)) for name, label in TEXTS.items()],
        **more,
    }
    return form_page(
        request,
        form(),
        save=lambda values: save(summary=summary, by=request.user, now=timezone.now(), **values),
        done=lambda saved: (page_of(summary), said),
        context=context,
        template="appraisal/annual_summary_judge.html",
    )


@guarded(opine_summary, find=find_summary)
def year_opinion(request: HttpRequest, summary: AnnualSummary) -> HttpResponse:
    grades = terms_of(summary.assessment).choices
    return judging(
        request,
        summary,
        (State.DISTRICT,),
        lambda: SummaryOpinionForm(request.POST or None, record=summary, grades=grades),
        actions.give_opinion,
        "已出片区意见，联村工作办会收到通知。",
        "出片区意见",
    )


@guarded(check_summary, find=find_summary)
def year_check(request: HttpRequest, summary: AnnualSummary) -> HttpResponse:
    return judging(
        request,
        summary,
        (State.OFFICE,),
        lambda: SummaryCheckForm(request.POST or None, record=summary),
        actions.check,
        "已填写核查情况。",
        "填写核查情况",
        judged=judged(summary),
    )


@guarded(return_summary, find=find_summary)
def year_return(request: HttpRequest, summary: AnnualSummary) -> HttpResponse:
    return judging(
        request,
        summary,
        AnnualSummary.WAITING,
        lambda: SummaryReturnForm(request.POST or None, record=summary),
        actions.send_back,
        "已退回补充，组长会收到通知。",
        "退回补充",
        judged=judged(summary),
        effects=["组长补充后重新报送，片区意见和核查情况重新填写。"],
    )


@guarded(keep_years, find=find_summary)
def year_out(request: HttpRequest, summary: AnnualSummary) -> HttpResponse:
    return judging(
        request,
        summary,
        tuple(state for state in State if state != State.OUT),
        lambda: SummaryOutForm(request.POST or None, record=summary),
        actions.leave_out,
        "已登记不参加，组长会收到通知。",
        "登记不参加",
        effects=["这个组不计入参加考核的组数，不评定等次；写过的内容保留。"],
        brief=True,
    )


@guarded(keep_years, find=find_summary)
def year_in(request: HttpRequest, summary: AnnualSummary) -> HttpResponse:
    return judging(
        request,
        summary,
        (State.OUT,),
        lambda: YearStepForm(request.POST if request.method == "POST" else None),
        actions.take_in,
        "已重新参加，组长会收到通知。",
        "重新参加",
        effects=["回到组长自评，写过的内容还在；片区意见和核查情况重新填写。"],
        brief=True,
    )
