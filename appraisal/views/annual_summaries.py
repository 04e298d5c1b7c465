"""年总结 of one team as it is read: its texts, the opinions on it, how far it is and whose turn it is."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import annual_summaries as actions
from appraisal.actions.annual_summaries import FACTS, STEPS, TEXTS
from appraisal.models import AnnualAssessment, AnnualSummary
from appraisal.permissions import OFFICE
from appraisal.permissions_years import (
    check_summary,
    keep_years,
    next_step,
    opine_summary,
    return_summary,
    see_year_row,
)
from appraisal.views.year_table import result_of, tone_of
from appraisal.views.years import sees_places, sees_results, under
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.pages.forms import taken_meanwhile
from lianzhen.pages.guard import guarded
from lianzhen.trail.models import AuditEntry
from lianzhen.wording import full_date

State, Year = AnnualSummary.State, AnnualAssessment.State
#: Entries of the trail that are looked at, and those whose reason stands nowhere else on the page.
COURSE, REASONED = 300, ("annual_summary.return", "annual_summary.out")


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


def closed_page(request: HttpRequest, summary: AnnualSummary, *states: str) -> HttpResponse | None:
    """Somebody took the step in between: to the page that says how far it is."""
    if request.method == "GET" and (summary.state not in states or summary.assessment.state != Year.SUMMARY):
        return taken_meanwhile(request, actions.closed_sentence(summary, *states), page_of(summary))
    return None
