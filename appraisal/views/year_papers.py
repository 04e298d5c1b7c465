"""The papers of a year: the notice of the result and the form of each team; shown, printed, as Word, and filed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import year_papers as actions
from appraisal.actions.documents import further_words, unchanged
from appraisal.forms.year_papers import FileFormForm, IssueResultForm
from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary, IssuedDocument
from appraisal.papers.content import PLAIN, Paper
from appraisal.papers.responses import print_page, word_response
from appraisal.permissions_years import draft_year_notice, issue_year_papers, see_year_row, see_years
from appraisal.views.years import begun, page_url, sees_results, under
from appraisal.year_paper_facts import forms_of, issued_of, result_of
from lianzhen.accounts.models import User
from lianzhen.pages.forms import form_page, taken_meanwhile
from lianzhen.pages.guard import guarded
from lianzhen.wording import number
from villages.models import Village

Kind = IssuedDocument.Kind
FILED = "归档后放入文件柜，原文和校验值不再变动。"


# --- 结果通报 ---------------------------------------------------------------------------------------
def decided(year: int) -> AnnualAssessment:
    assessment = begun(year)
    if not assessment.is_graded:
        raise Http404(f"{assessment}还没有评定。")
    return assessment


@guarded(draft_year_notice, methods=("GET",))
def year_notice(request: HttpRequest, year: int) -> HttpResponse:
    """As it would be issued; once it is, everybody reads it on the shelf."""
    assessment = decided(year)
    paper = result_of(assessment, request.user, PLAIN, timezone.localdate())
    if request.GET.get("format") == "docx":
        return word_response(paper, paper.title)
    if request.GET.get("print") == "1":
        return print_page(request, paper, back_url=request.path, draft=True)
    may = issue_year_papers(request.user)
    context = {
        **under(year),
        "title": paper.title,
        "paper": paper,
        "draft": True,
        "issued": issued_of(Kind.ANNUAL_RESULT, assessment),
        "issue_url": reverse("year_notice_issue", args=[year]) if may else "",
        "issue_text": "签发结果通报",
        "file_url": reverse("year_forms_issue", args=[year]) if may else "",
        "note": notice_note(assessment, may=bool(may)),
    }
    return render(request, "appraisal/year_paper.html", context)


def notice_note(assessment: AnnualAssessment, *, may: bool) -> str:
    if assessment.state == assessment.State.TOLD:
        return "印发的原件在文件柜；下面是按现在的记录生成的，供更正时用。"
    return "" if may else "由联村办主任签发并印发。"


@guarded(issue_year_papers)
def year_notice_issue(request: HttpRequest, year: int) -> HttpResponse:
    assessment = decided(year)
    issued = issued_of(Kind.ANNUAL_RESULT, assessment)
    paper = result_of(assessment, request.user, PLAIN, timezone.localdate())
    effects = [
        *further_words(issued, unchanged(Kind.ANNUAL_RESULT, str(year), paper)),
        "印发后放入文件柜，原文和校验值不再变动。",
        "各联村工作组收到消息，等次和得分向全体工作人员公布。",
    ]
    return form_page(
        request,
        IssueResultForm(request.POST or None, record=assessment),
        save=lambda values: actions.issue_result(assessment=assessment, by=request.user, now=timezone.now(), **values),
        done=lambda document: (reverse("document", args=[document.pk]), f"{document.title}已印发。"),
        context={
            **under(year),
            "cancel_url": reverse("year_notice", args=[year]),
            "heading": f"签发{year}年联村工作年考核结果通报",
            "submit": "更正印发" if issued else "签发并印发",
            "effects": effects,
        },
    )


# --- 年度考核表 -------------------------------------------------------------------------------------
def find_summary(user: User, kwargs: dict[str, Any]) -> AnnualSummary:
    """Of the year in the address, a team that takes part."""
    rows = AnnualSummary.objects.visible_to(user).exclude(state=AnnualSummary.State.OUT)
    row = rows.filter(pk=kwargs.pop("pk"), assessment__year=kwargs.pop("year")).first()
    if row is None:
        raise Http404
    row.assessment = begun(row.assessment.year)
    return row


def form_of(summary: AnnualSummary, user: User) -> Paper:
    assessment = summary.assessment
    return forms_of(assessment, [summary], results=sees_results(user, assessment))[0]


@guarded(see_year_row, find=find_summary, methods=("GET",))
def year_form(request: HttpRequest, summary: AnnualSummary) -> HttpResponse:
    """A draft until the committee has decided; then to be signed."""
    assessment, user = summary.assessment, request.user
    paper, draft = form_of(summary, user), not (assessment.is_graded and sees_results(user, assessment))
    if request.GET.get("format") == "docx":
        return word_response(paper, paper.title, draft=draft)
    if request.GET.get("print") == "1":
        return print_page(request, paper, back_url=request.path, draft=draft)
    files = assessment.is_graded and issue_year_papers(user) and not filed_already(assessment, paper, summary.village)
    year = assessment.year
    context = {
        **in_summary(summary),
        "title": paper.title,
        "paper": paper,
        "draft": draft,
        "issued": issued_of(Kind.ANNUAL_FORM, assessment, village=summary.village_id),
        "issue_url": reverse("year_form_issue", args=[year, summary.pk]) if files else "",
        "issue_text": "归档考核表",
        "note": "" if assessment.is_graded else "党委评定后由联村办主任归档。",
    }
    return render(request, "appraisal/year_paper.html", context)


def filed_already(assessment: AnnualAssessment, paper: Paper, village: Village) -> str:
    """Why the form is not filed again; empty where it is the first or tells something new. One query."""
    return unchanged(Kind.ANNUAL_FORM, str(assessment.year), paper, village=village)


def in_summary(summary: AnnualSummary) -> dict[str, Any]:
    year = summary.assessment.year
    address = reverse("year_summary", args=[year, summary.pk])
    return {"cancel_url": address, "crumbs": [*under(year)["crumbs"], (f"{summary.team_name}年总结", address)]}


@guarded(issue_year_papers, find=find_summary)
def year_form_issue(request: HttpRequest, summary: AnnualSummary) -> HttpResponse:
    assessment = decided(summary.assessment.year)
    row = AnnualGrade.objects.select_related("assessment", "summary", "village").filter(summary=summary).first()
    if row is None:
        raise Http404
    filed = issued_of(Kind.ANNUAL_FORM, assessment, village=row.village_id)
    here, paper = reverse("year_form", args=[assessment.year, summary.pk]), form_of(summary, request.user)
    if request.method == "GET" and (said := filed_already(assessment, paper, row.village)):
        return taken_meanwhile(request, said, here)
    return form_page(
        request,
        FileFormForm(request.POST or None),
        save=lambda values: actions.file_form(row=row, by=request.user, now=timezone.now()),
        done=lambda document: (reverse("document", args=[document.pk]), f"{document.title}已归档。"),
        context={
            **in_summary(summary),
            "cancel_url": here,
            "heading": f"归档{summary.team_name}{assessment.year}年度考核表",
            "submit": "更正归档" if filed else "归档考核表",
            "effects": [*(["这个组的考核表已归档，再次归档作为更正件。"] if filed else []), FILED],
        },
    )


@guarded(see_years, methods=("GET",))
def year_forms(request: HttpRequest, year: int) -> HttpResponse:
    """全部打印: the forms of the teams that the user sees, each beginning on a page of its own."""
    assessment = begun(year)
    results = sees_results(request.user, assessment)
    summaries = AnnualSummary.objects.visible_to(request.user).taking_part().filter(assessment=assessment)
    papers = forms_of(assessment, list(summaries.order_by("position")), results=results)
    context = {
        "title": f"{year}年度考核表（{number(len(papers))}份）",
        "papers": papers,
        "draft": not (assessment.is_graded and results),
        "back_url": page_url(year),
    }
    return render(request, "appraisal/year_forms_print.html", context)


@guarded(issue_year_papers)
def year_forms_issue(request: HttpRequest, year: int) -> HttpResponse:
    """全部归档, so many at a time as one request can write."""
    assessment = decided(year)

    def said(done: tuple[int, int]) -> tuple[str, str]:
        filed, left = done
        told = f"已归档{number(filed)}份年度考核表"
        if left:
            return reverse("year_forms_issue", args=[year]), f"{told}，还有{number(left)}份，请继续归档。"
        return page_url(year), f"{told}，各组的都已归档。"

    return form_page(
        request,
        FileFormForm(request.POST or None),
        save=lambda values: actions.file_forms(assessment=assessment, by=request.user, now=timezone.now()),
        done=said,
        context={
            **under(year),
            "heading": f"归档{year}年度考核表",
            "submit": "归档考核表",
            "effects": [f"把还没有归档的年度考核表放入文件柜，一次{actions.AT_ONCE}份。", FILED],
        },
    )
