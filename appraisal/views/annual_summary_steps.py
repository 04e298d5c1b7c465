"""年总结 as it is written: five pages, each saved by itself, looked over and sent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import annual_summaries as actions
from appraisal.actions.annual_summaries import FACTS, STEPS, TEXTS
from appraisal.forms.years import SummaryStepForm, YearStepForm
from appraisal.models import AnnualSummary
from appraisal.permissions_years import write_summary
from appraisal.views.annual_summaries import args_of, closed_page, find_summary, first_open, page_of, step_url
from appraisal.views.weekly_reports import carried_out
from appraisal.views.years import under
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded
from lianzhen.trail.versions import EditConflict
from lianzhen.wording import clock

State = AnnualSummary.State
TITLES = {FACTS: "基本情况", **TEXTS}
#: Shorter than this nothing is stored by itself: the first words of a sentence are no text yet.
SHORT = f"写满{actions.LEAST_WORDS}字后自动保存。"


def steps_of(summary: AnnualSummary, current: str) -> list[dict[str, Any]]:
    shown = [
        {"title": title, "url": step_url(summary, name), "current": name == current, "done": name in summary.saved}
        for name, title in TITLES.items()
    ]
    url = reverse("year_submit", args=args_of(summary))
    return [*shown, {"title": "核对", "url": url, "current": current == "submit", "done": False}]


@guarded(write_summary, find=find_summary)
def year_step(request: HttpRequest, summary: AnnualSummary, step: str) -> HttpResponse:
    """One of the five pages. Each is saved by itself; going back and saving once more is no conflict with oneself."""
    if step not in STEPS:
        raise Http404
    if closed := closed_page(request, summary, State.DRAFT):
        return closed
    place, later, user = STEPS.index(step), "later" in request.POST, request.user
    after = (
        step_url(summary, STEPS[place + 1]) if place + 1 < len(STEPS) else reverse("year_submit", args=args_of(summary))
    )

    def save(values: dict[str, Any]) -> AnnualSummary:
        if summary.updated_by_id == user.pk:
            values["version"] = None
        return actions.write_step(summary=summary, step=step, by=user, now=timezone.now(), **values)

    def done(saved: AnnualSummary) -> tuple[str, str]:
        return (page_of(summary), "已保存，可以随时接着填。") if later else (after, f"{TITLES[step]}已保存。")

    context = {
        **under(summary.assessment.year),
        "cancel_url": page_of(summary),
        "heading": f"{TITLES[step]}（第{place + 1}步，共{len(STEPS)}步）",
        "summary": summary,
        "step": step,
        "steps": steps_of(summary, step),
        "taken": summary.facts.get(step, []),
        "back_url": step_url(summary, STEPS[place - 1]) if place else "",
        "draft_url": reverse("year_draft", args=[*args_of(summary), step]) if step in TEXTS else "",
        "facts_url": reverse("year_facts", args=args_of(summary)),
    }
    form = SummaryStepForm(request.POST if request.method == "POST" else None, record=summary, step=step)
    return form_page(
        request, form, save=save, done=done, context=context, template="appraisal/annual_summary_step.html"
    )


@guarded(write_summary, find=find_summary, methods=("POST",))
def year_draft(request: HttpRequest, summary: AnnualSummary, step: str) -> HttpResponse:
    """Autosave: the box as it stands, answered to the script in JSON."""
    if step not in TEXTS:
        raise Http404
    now = timezone.now()
    form = SummaryStepForm(request.POST, record=summary, step=step)
    if not form.is_valid():
        return JsonResponse({"sentence": _first(form)}, status=422)
    if len(form.values["text"]) < actions.LEAST_WORDS:
        return JsonResponse({"sentence": SHORT}, status=422)
    try:
        saved = actions.write_step(summary=summary, step=step, by=request.user, now=now, by_itself=True, **form.values)
    except EditConflict as conflict:
        at = clock(timezone.localtime(conflict.theirs.updated_at))
        told = f"{conflict.theirs.updated_by or '系统'}{at}保存过，您写的还没有保存。点“保存，下一步”核对。"
        return JsonResponse({"sentence": told}, status=409)
    except (ValidationError, IntegrityError) as problem:
        told = problem.messages[0] if isinstance(problem, ValidationError) else "暂时没有存下，请点“保存，下一步”。"
        return JsonResponse({"sentence": told}, status=422)
    return JsonResponse({"version": saved.version, "sentence": f"已保存 {clock(timezone.localtime(now))}"})


def _first(form: forms.Form) -> str:
    return next((error for errors in form.errors.values() for error in errors), "")


@guarded(write_summary, find=find_summary, methods=("POST",))
def year_facts(request: HttpRequest, summary: AnnualSummary) -> HttpResponse:
    """重新取数; what the leader wrote stays."""

    def work() -> str:
        actions.take_facts(summary=summary, by=request.user, now=timezone.now())
        return "已按今天的记录更新数据，写过的内容没有变。"

    return carried_out(request, work, step_url(summary, FACTS) if summary.state == State.DRAFT else page_of(summary))


@guarded(write_summary, find=find_summary)
def year_submit(request: HttpRequest, summary: AnnualSummary) -> HttpResponse:
    """核对: everything on one page, each part with the way back to its step."""
    if closed := closed_page(request, summary, State.DRAFT):
        return closed
    context = {
        **under(summary.assessment.year),
        "cancel_url": page_of(summary),
        "heading": "核对并报送",
        "submit": "报送年总结",
        "summary": summary,
        "steps": steps_of(summary, "submit"),
        "lacking": actions.submit_problem(summary),
        "lacking_url": _lacking_url(summary),
        "facts": summary.facts.get(FACTS, []),
        "facts_url": step_url(summary, FACTS),
        "parts": [(label, getattr(summary, name), step_url(summary, name)) for name, label in TEXTS.items()],
        "back_url": step_url(summary, STEPS[-1]),
        "effects": [
            "报送后由片区联络组出意见，联村工作办核查，镇党委评定等次。",
            "数据按现在页面上的存下；退回补充时可以再改。",
        ],
    }
    return form_page(
        request,
        YearStepForm(request.POST if request.method == "POST" else None, record=summary),
        save=lambda values: actions.submit(summary=summary, by=request.user, now=timezone.now(), **values),
        done=lambda saved: (page_of(saved), "年总结已报送，片区联络组会收到通知。"),
        context=context,
        template="appraisal/annual_summary_submit.html",
    )


def _lacking_url(summary: AnnualSummary) -> str:
    step = next((name for name in TEXTS if len(getattr(summary, name)) < actions.LEAST_WORDS), None)
    return step_url(summary, step) if step else first_open(summary)
