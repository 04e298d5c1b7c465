"""汇报材料: a report to the county of any run of days, as it stands; printed, as a draft in Word, or issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.documents import issue
from appraisal.county_facts import county_facts
from appraisal.county_report import county_paper, title_of
from appraisal.county_terms import CountyFacts
from appraisal.forms.county_report import CountyIssueForm, CountyPeriodForm
from appraisal.models import IssuedDocument, PaperSettings
from appraisal.papers.content import Paper
from appraisal.papers.heads import town_name
from appraisal.papers.responses import print_page, word_response
from appraisal.permissions_documents import draft_papers, sign_papers
from appraisal.report_period import ReportPeriod, presets, usual
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded
from lianzhen.trail import acting

CRUMBS = [("文件柜", "/documents/")]


@dataclass(frozen=True)
class Report:
    """The facts, with whose report it is."""

    facts: CountyFacts
    town: str
    unit: str
    day: date

    def paper(self, **typed: str) -> Paper:
        return county_paper(self.facts, self.town, self.unit, self.day, **typed)


def _report(period: ReportPeriod) -> Report:
    today = timezone.localdate()
    facts = county_facts(period, today)
    unit = PaperSettings.current().issuing_unit or f"{facts.town}联村工作办"
    return Report(facts, facts.town, unit, today)


@guarded(draft_papers, methods=("GET",))
def county_report(request: HttpRequest) -> HttpResponse:
    form, period = _asked(request)
    context = {"form": form, "presets": _presets(period), "crumbs": CRUMBS}
    if period is None:
        return render(request, "appraisal/county_report.html", context, status=422)
    paper = _report(period).paper()
    if request.GET.get("format") == "docx":
        return word_response(paper, paper.title)
    if request.GET.get("print") == "1":
        return print_page(request, paper, back_url=f"{request.path}?{period.query}", draft=True)
    issued = IssuedDocument.objects.of_period(IssuedDocument.Kind.COUNTY_REPORT, period.key).first()
    context |= {"paper": paper, "query": period.query, "may_issue": bool(sign_papers(request.user)), "issued": issued}
    return render(request, "appraisal/county_report.html", context)


def _asked(request: HttpRequest) -> tuple[CountyPeriodForm, ReportPeriod | None]:
    """The form and the period of the address: the usual one where none is asked for, None where it cannot be."""
    asked = "first" in request.GET or "last" in request.GET
    period = usual(timezone.localdate())
    form = CountyPeriodForm(request.GET if asked else None, period)
    if not asked:
        return form, period
    return form, form.cleaned_data["period"] if form.is_valid() else None


def _presets(period: ReportPeriod | None) -> list[dict[str, Any]]:
    offered = presets(timezone.localdate())
    return [{"title": title, "url": f"?{one.query}", "current": one == period, "count": None} for title, one in offered]


@guarded(sign_papers)
def county_issue(request: HttpRequest) -> HttpResponse:
    """签发: the facts as they stand at that moment, with what is typed."""
    period = _asked(request)[1] or usual(timezone.localdate())
    return form_page(
        request,
        CountyIssueForm(request.POST if request.method == "POST" else None, initial=_initial(request, period)),
        save=lambda values: _issue(request, values),
        done=lambda document: (reverse("document", args=[document.pk]), f"{document}已印发，存入文件柜。"),
        context={
            "heading": "签发汇报材料",
            "submit": "签发材料",
            "effects": ["按签发时的数据写成，以后数据变了，印发的材料不变。", "存入文件柜，全体工作人员可以查阅。"],
            "cancel_url": f"{reverse('county_report')}?{period.query}",
            "crumbs": [*CRUMBS, ("汇报材料", reverse("county_report"))],
        },
    )


def _initial(request: HttpRequest, period: ReportPeriod) -> dict[str, Any]:
    if request.method == "POST":
        return {}
    return {"first": period.start, "last": period.end, "title": title_of(town_name(), period)}


def _issue(request: HttpRequest, values: dict[str, Any]) -> IssuedDocument:
    period: ReportPeriod = values["period"]
    typed = {name: values[name] for name in ("title", "problems", "plans")}
    with acting(by=request.user, action="county_report.issue", label=f"印发{period.words}汇报材料"):
        return issue(
            kind=IssuedDocument.Kind.COUNTY_REPORT,
            period=period.key,
            year=period.end.year,
            paper=_report(period).paper(**typed),
            signed_by=request.user,
            by=request.user,
            now=timezone.now(),
        )
