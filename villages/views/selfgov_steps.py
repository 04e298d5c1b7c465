"""The steps of an application: one page each, saved one by one, so that it can be closed and gone on with later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from lianzhen.pages.forms import form_page, taken_meanwhile
from lianzhen.pages.guard import guarded
from villages.actions import selfgov_applications as actions
from villages.forms.selfgov import ConditionsForm, InstructorStepForm, MeetingForm, ReasonForm, SubmitForm
from villages.models import SelfGovApplication
from villages.permissions_selfgov import write_application
from villages.selfgov_facts import facts_of
from villages.views.selfgov_applications import find_application
from villages.views.selfgov_cells import first_open, step_url, told, under

State = SelfGovApplication.State
TITLES = {
    "facts": "基本情况",
    "conditions": "逐条说明",
    "reason": "终止原因",
    "meeting": "会议决议",
    "instructor": "建议指导员",
    "review": "核对",
    "submit": "提交",
}
BEGIN = ("facts", "conditions", "meeting", "instructor", "review", "submit")
STOP = ("facts", "reason", "meeting", "review", "submit")


def steps_of(application: SelfGovApplication) -> tuple[str, ...]:
    return STOP if application.is_stop else BEGIN


def context_of(application: SelfGovApplication, /, step: str, **more: Any) -> dict[str, Any]:
    steps = steps_of(application)
    place = steps.index(step)
    lacking = {name for name, _ in actions.missing(application)}
    rail = [
        {
            "title": TITLES[name],
            "url": step_url(application, name),
            "current": name == step,
            "done": _is_done(application, name, lacking),
        }
        for name in steps
    ]
    return under(
        application,
        f"{TITLES[step]}（第{place + 1}步，共{len(steps)}步）",
        "保存，下一步",
        application=application,
        steps=rail,
        back_url=step_url(application, steps[place - 1]) if place else "",
        next_url=step_url(application, steps[place + 1]) if place + 1 < len(steps) else "",
        returned=application.return_reason if application.state == State.RETURNED else "",
        **more,
    )


def _is_done(application: SelfGovApplication, name: str, lacking: set[str]) -> bool:
    """A step that has its words; the last two are done by submitting."""
    if name == "meeting":
        return application.met_on is not None and name not in lacking
    if name == "instructor":
        return application.instructor_id is not None
    return name not in ("review", "submit") and name not in lacking


def _elsewhere(request: HttpRequest, application: SelfGovApplication, step: str) -> HttpResponse | None:
    """A step that this kind of application does not have leads to where it goes on. Somebody has submitted it
    meanwhile: to its page, where it says how far it is."""
    if step not in steps_of(application):
        return HttpResponseRedirect(first_open(application), status=303)
    if request.method == "GET" and application.state not in SelfGovApplication.WRITING:
        url = reverse("selfgov_application", args=[application.pk])
        return taken_meanwhile(request, actions.closed_sentence(application), url)
    return None


def _form_step(
    request: HttpRequest,
    application: SelfGovApplication,
    step: str,
    form: type,
    save: Callable[[dict[str, Any]], Any],
    **more: Any,
) -> HttpResponse:
    if elsewhere := _elsewhere(request, application, step):
        return elsewhere
    context = context_of(application, step, **more)
    own_page = reverse("selfgov_application", args=[application.pk])
    later = "later" in request.POST

    def done(saved: SelfGovApplication) -> tuple[str, str]:
        return (own_page, "已保存，可以随时接着填。") if later else (context["next_url"], "已保存。")

    return form_page(
        request,
        form(request.POST or None, request.FILES or None, record=application),
        save=save,
        done=done,
        context=context,
        template="villages/selfgov_step.html",
    )


@guarded(write_application, find=find_application, methods=("GET",))
def step_facts(request: HttpRequest, application: SelfGovApplication) -> HttpResponse:
    if elsewhere := _elsewhere(request, application, "facts"):
        return elsewhere
    facts = facts_of(application.village, timezone.localdate())
    context = context_of(application, "facts", facts=facts, village=application.village)
    return render(request, "villages/selfgov_step.html", context)


@guarded(write_application, find=find_application)
def step_conditions(request: HttpRequest, application: SelfGovApplication) -> HttpResponse:
    return _form_step(
        request,
        application,
        "conditions",
        ConditionsForm,
        lambda values: actions.explain(application=application, by=request.user, **values),
        intro=f"每条写明做到了什么、有什么可以看，至少{actions.LEAST_WORDS}字。没写完的也可以先保存。",
    )


@guarded(write_application, find=find_application)
def step_reason(request: HttpRequest, application: SelfGovApplication) -> HttpResponse:
    return _form_step(
        request,
        application,
        "reason",
        ReasonForm,
        lambda values: actions.give_reason(application=application, by=request.user, **values),
    )


@guarded(write_application, find=find_application)
def step_meeting(request: HttpRequest, application: SelfGovApplication) -> HttpResponse:
    intro = f"村民会议或村民代表会议的决议。赞成票{application.get_majority_display()}，才算通过。"
    if application.origin == SelfGovApplication.Origin.TOWN:
        intro += "镇里提出的可以不填，直接到下一步。"
    return _form_step(
        request,
        application,
        "meeting",
        MeetingForm,
        lambda values: actions.note_meeting(
            application=application, by=request.user, today=timezone.localdate(), **values
        ),
        intro=intro,
        may_skip=application.origin == SelfGovApplication.Origin.TOWN,
    )


@guarded(write_application, find=find_application)
def step_instructor(request: HttpRequest, application: SelfGovApplication) -> HttpResponse:
    return _form_step(
        request,
        application,
        "instructor",
        InstructorStepForm,
        lambda values: actions.suggest_instructor(application=application, by=request.user, **values),
        intro="自治村由1名联村工作指导员联系。村里可以建议人选，由镇党委研究确定。",
    )


@guarded(write_application, find=find_application, methods=("GET",))
def step_review(request: HttpRequest, application: SelfGovApplication) -> HttpResponse:
    """核对: everything on one page, each part with the way back to its step."""
    if elsewhere := _elsewhere(request, application, "review"):
        return elsewhere
    steps = {"会议决议": "meeting", "建议的指导员": "instructor", "终止原因": "reason"}
    rows = [(label, value, step_url(application, steps.get(label, "conditions"))) for label, value in told(application)]
    context = context_of(
        application,
        "review",
        facts=facts_of(application.village, timezone.localdate()),
        village=application.village,
        reviewed=rows,
        lacking=[(sentence, step_url(application, step)) for step, sentence in actions.missing(application)],
    )
    return render(request, "villages/selfgov_step.html", context)


@guarded(write_application, find=find_application)
def step_submit(request: HttpRequest, application: SelfGovApplication) -> HttpResponse:
    if elsewhere := _elsewhere(request, application, "submit"):
        return elsewhere
    lacking = [(sentence, step_url(application, step)) for step, sentence in actions.missing(application)]
    context = context_of(application, "submit", lacking=lacking) | {"submit": "提交申请", "only_submit": True}
    context["effects"] = [
        "提交后由片区联络组出意见，联村工作办核查，镇党委研究决定。",
        "决定以前可以撤回；需要补充的会退回，并写明原因。",
    ]
    own_page = reverse("selfgov_application", args=[application.pk])
    return form_page(
        request,
        SubmitForm(request.POST or None, record=application),
        save=lambda values: actions.submit(application=application, by=request.user, now=timezone.now(), **values),
        done=lambda saved: (own_page, "已提交，片区联络组会收到通知。"),
        context=context,
        template="villages/selfgov_step.html",
    )
