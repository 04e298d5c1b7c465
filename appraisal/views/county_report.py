"""汇报材料: a report to the county of any run of months, as it stands; printed, as a draft in Word, or issued."""

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
from appraisal.county_report import county_paper, period_words, title_of
from appraisal.county_terms import CountyFacts
from appraisal.forms.county_report import CountyIssueForm, CountyPeriodForm
from appraisal.models import IssuedDocument, PaperSettings
from appraisal.papers.content import Paper
from appraisal.papers.heads import town_name
from appraisal.papers.responses import print_page, word_response
from appraisal.permissions_documents import draft_papers, sign_papers
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded
from lianzhen.periods import Month
from lianzhen.town.models import Town
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


def _report(first: Month, last: Month) -> Report:
    town = Town.objects.first()
    name = town.name if town is not None else ""
    unit = PaperSettings.current().issuing_unit or f"{name}联村工作办"
    today = timezone.localdate()
    return Report(county_facts(first, last, today), name, unit, today)


def usual(today: date) -> dict[str, Month]:
    """This year so far; in January, last year."""
    before = Month.of(today).previous()
    return {"first": Month.of(date(before.start.year, 1, 1)), "last": before}


@guarded(draft_papers, methods=("GET",))
def county_report(request: HttpRequest) -> HttpResponse:
    asked = "first" in request.GET or "last" in request.GET
    initial = usual(timezone.localdate())
    form = CountyPeriodForm(request.GET if asked else None, initial=initial)
    if asked and not form.is_valid():
        return render(request, "appraisal/county_report.html", {"form": form, "crumbs": CRUMBS}, status=422)
    months = form.cleaned_data if asked else initial
    report = _report(months["first"], months["last"])
    paper = report.paper()
    query = f"first={months['first'].key}&last={months['last'].key}"
    if request.GET.get("format") == "docx":
        return word_response(paper, paper.title)
    if request.GET.get("print") == "1":
        return print_page(request, paper, back_url=f"{request.path}?{query}", draft=True)
    context = {
        "form": form,
        "paper": paper,
        "query": query,
        "may_issue": bool(sign_papers(request.user)),
        "issued": IssuedDocument.objects.of_period(IssuedDocument.Kind.COUNTY_REPORT, period_key(report.facts)).first(),
        "crumbs": CRUMBS,
    }
    return render(request, "appraisal/county_report.html", context)


def period_key(facts: CountyFacts) -> str:
    """2018-01_2018-09"""
    return f"{facts.first.key}_{facts.last.key}"


@guarded(sign_papers)
def county_issue(request: HttpRequest) -> HttpResponse:
    """签发: the facts as they stand at that moment, with what is typed."""
    asked = CountyPeriodForm(request.GET)
    months = asked.cleaned_data if asked.is_valid() else usual(timezone.localdate())
    return form_page(
        request,
        CountyIssueForm(request.POST if request.method == "POST" else None, initial=_initial(request, months)),
        save=lambda values: _issue(request, values),
        done=lambda document: (reverse("document", args=[document.pk]), f"{document}已印发，存入文件柜。"),
        context={
            "heading": "签发汇报材料",
            "submit": "签发材料",
            "effects": ["按签发时的数据写成，以后数据变了，印发的材料不变。", "存入文件柜，全体工作人员可以查阅。"],
            "cancel_url": f"{reverse('county_report')}?first={months['first'].key}&last={months['last'].key}",
            "crumbs": [*CRUMBS, ("汇报材料", reverse("county_report"))],
        },
    )


def _initial(request: HttpRequest, months: dict[str, Month]) -> dict[str, Any]:
    if request.method == "POST":
        return {}
    facts = CountyFacts(months["first"], months["last"], months["last"].end)
    return {**months, "title": title_of(town_name(), facts)}


def _issue(request: HttpRequest, values: dict[str, Any]) -> IssuedDocument:
    report = _report(values["first"], values["last"])
    typed = {name: values[name] for name in ("title", "problems", "plans")}
    with acting(by=request.user, action="county_report.issue", label=f"印发{period_words(report.facts)}汇报材料"):
        return issue(
            kind=IssuedDocument.Kind.COUNTY_REPORT,
            period=period_key(report.facts),
            year=values["last"].start.year,
            paper=report.paper(**typed),
            signed_by=request.user,
            by=request.user,
            now=timezone.now(),
        )
