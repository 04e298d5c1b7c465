"""年总结 of one team: read whole, written step by step, then judged by the district and the office."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import annual_summaries as actions
from appraisal.actions.annual_summaries import FACTS, STEPS, TEXTS
from appraisal.forms.years import (
    SummaryCheckForm,
    SummaryOpinionForm,
    SummaryOutForm,
    SummaryReturnForm,
    SummaryStepForm,
    YearStepForm,
)
from appraisal.models import AnnualAssessment, AnnualSummary
from appraisal.permissions import OFFICE
from appraisal.permissions_years import (
    check_summary,
    keep_years,
    next_step,
    opine_summary,
    return_summary,
    see_year_row,
    write_summary,
)
from appraisal.views.weekly_reports import carried_out
from appraisal.views.year_table import result_of, tone_of
from appraisal.views.years import sees_places, sees_results, under
from appraisal.year_facts import terms_of
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.pages.forms import form_page, taken_meanwhile
from lianzhen.pages.guard import guarded
from lianzhen.trail.models import AuditEntry
from lianzhen.trail.versions import EditConflict
from lianzhen.wording import clock, full_date

State, Year = AnnualSummary.State, AnnualAssessment.State
TITLES = {FACTS: "基本情况", **TEXTS}
#: Entries of the trail that are looked at, and those whose reason stands nowhere else on the page.
COURSE, REASONED = 300, ("annual_summary.return", "annual_summary.out")
#: Shorter than this nothing is stored by itself: the first words of a sentence are no text yet.
SHORT = f"写满{actions.LEAST_WORDS}字后自动保存。"


def summary_rows(rows: QuerySet) -> QuerySet:
    people = ("written_by", "submitted_by", "opinion_by", "checked_by", "returned_by", "updated_by")
    return rows.select_related("assessment__scheme", "team", "village__group", "result", *people)


def find_summary(user: User, kwargs: dict[str, Any]) -> AnnualSummary:
    """The summary of the address, whose year must be its own."""
    rows = summary_rows(AnnualSummary.objects.visible_to(user))
    summary = rows.filter(pk=kwargs.pop("pk"), assessment__year=kwargs.pop("year")).first()
    if summary is None:
        raise Http404
    return summary


def args_of(summary: AnnualSummary) -> list[int]:
    return [summary.assessment.year, summary.pk]


def page_of(summary: AnnualSummary) -> str:
    return reverse("year_summary", args=args_of(summary))


def step_url(summary: AnnualSummary, step: str) -> str:
    return reverse("year_step", args=[*args_of(summary), step])


def first_open(summary: AnnualSummary) -> str:
    """Where writing goes on: the first step that is not saved, then 核对."""
    step = next((name for name in STEPS if name not in summary.saved), None)
    return step_url(summary, step) if step else reverse("year_submit", args=args_of(summary))


# --- Reading ----------------------------------------------------------------------------------------
BUTTONS = {"edit": "填写年总结", "opinion": "出片区意见", "check": "填写核查情况"}


@guarded(see_year_row, find=find_summary, methods=("GET",))
def year_summary(request: HttpRequest, summary: AnnualSummary) -> HttpResponse:
    user, assessment = request.user, summary.assessment
    step = next_step(user, summary)
    open_now = assessment.state == Year.SUMMARY
    results = sees_results(user, assessment) and summary.state != State.OUT
    context = {
        "summary": summary,
        "assessment": assessment,
        "state": (tone_of(summary), summary.get_state_display()),
        "button": (_next_url(summary, step), _button(summary, step)) if step else None,
        "why_not": _why_not(user, summary, step) if open_now else "",
        "may_return": open_now and summary.state in AnnualSummary.WAITING and bool(return_summary(user, summary)),
        "may_leave_out": open_now and summary.state != State.OUT and bool(keep_years(user, summary)),
        "may_take_in": open_now and summary.state == State.OUT and bool(keep_years(user, summary)),
        "facts": summary.facts.get(FACTS, []),
        "parts": [(label, getattr(summary, name), step_url(summary, name)) for name, label in TEXTS.items()],
        "judged": judged(summary),
        "result": result_of(summary) if results else None,
        "places": sees_places(user, assessment),
        "course": course_of(summary),
        **under(assessment.year),
    }
    return render(request, "appraisal/annual_summary.html", context)


def course_of(summary: AnnualSummary) -> list[dict[str, Any]]:
    """办理经过, newest first: savings one after another by the same person are one line, and the texts, which the
    page shows, are not told again. One query."""
    told: list[dict[str, Any]] = []
    entries = AuditEntry.objects.about(summary).values("at", "action", "label", "by_name", "reason")
    for entry in entries[:COURSE]:
        if told and (told[-1]["action"], told[-1]["by_name"]) == (entry["action"], entry["by_name"]):
            continue
        told.append({**entry, "reason": entry["reason"] if entry["action"] in REASONED else ""})
    return told


def _button(summary: AnnualSummary, step: str) -> str:
    return "继续填写年总结" if step == "edit" and summary.saved else BUTTONS[step]


def _next_url(summary: AnnualSummary, step: str) -> str:
    return first_open(summary) if step == "edit" else reverse(f"year_{step}", args=args_of(summary))


def _why_not(user: User, summary: AnnualSummary, step: str) -> str:
    """For those whose step it would be: why somebody else takes it."""
    judges = {State.DISTRICT: opine_summary, State.OFFICE: check_summary}
    judge = judges.get(State(summary.state))
    if judge is None or step or not user.standing.has(*OFFICE, Role.DISTRICT):
        return ""
    return judge(user, summary).reason


def judged(summary: AnnualSummary) -> list[tuple[str, str, str, str]]:
    """Heading, words, who, when: of the opinion and the check."""
    told = []
    for label, text, name in (
        ("片区意见", summary.opinion, "opinion"),
        ("联村工作办核查", summary.check_note, "checked"),
    ):
        moment = getattr(summary, f"{name}_at")
        if moment is not None:
            told.append((label, text, str(getattr(summary, f"{name}_by")), full_date(timezone.localdate(moment))))
    return told


# --- Writing ----------------------------------------------------------------------------------------
def steps_of(summary: AnnualSummary, current: str) -> list[dict[str, Any]]:
    shown = [
        {"title": title, "url": step_url(summary, name), "current": name == current, "done": name in summary.saved}
        for name, title in TITLES.items()
    ]
    url = reverse("year_submit", args=args_of(summary))
    return [*shown, {"title": "核对", "url": url, "current": current == "submit", "done": False}]


def _closed(request: HttpRequest, summary: AnnualSummary, *states: str) -> HttpResponse | None:
    """Somebody took the step in between: to the page that says how far it is."""
    if request.method == "GET" and (summary.state not in states or summary.assessment.state != Year.SUMMARY):
        return taken_meanwhile(request, actions.closed_sentence(summary, *states), page_of(summary))
    return None


@guarded(write_summary, find=find_summary)
def year_step(request: HttpRequest, summary: AnnualSummary, step: str) -> HttpResponse:
    """One of the five pages. Each is saved by itself; going back and saving once more is no conflict with oneself."""
    if step not in STEPS:
        raise Http404
    if closed := _closed(request, summary, State.DRAFT):
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
    if closed := _closed(request, summary, State.DRAFT):
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


# --- Judging ----------------------------------------------------------------------------------------
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
    if closed := _closed(request, summary, *states):
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
