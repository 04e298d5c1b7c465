"""The papers of a quarter: shown, printed, as a Word file, and issued to the shelf by the head of the office."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import quarter_papers as actions
from appraisal.actions.documents import further_words, unchanged
from appraisal.forms.quarters import IssuePayoutForm, IssueReviewForm
from appraisal.models import IssuedDocument, Payout, QuarterlyReview
from appraisal.papers.content import PLAIN, Paper
from appraisal.papers.responses import print_page, word_response
from appraisal.permissions_documents import follow_figures
from appraisal.permissions_quarters import issue_quarter_papers, see_payouts, see_quarters
from appraisal.quarter_paper_facts import issued_of, list_of, review_of
from appraisal.views.quarters import asked_quarter, begun, under
from lianzhen.pages.forms import PageForm, form_page, taken_meanwhile
from lianzhen.pages.guard import guarded
from lianzhen.periods import Quarter

Kind = IssuedDocument.Kind


# --- 季讲评 -----------------------------------------------------------------------------------------
@guarded(see_quarters, methods=("GET",))
def quarter_review_paper(request: HttpRequest, quarter: str) -> HttpResponse:
    """季讲评 as the committee decided it, of the whole town: what is issued is for all staff."""
    period = asked_quarter(quarter)
    paper = review_of(decided(period), PLAIN, timezone.localdate())
    return _paper_page(request, period, Kind.QUARTERLY_REVIEW, paper, reverse("quarter_review_issue", args=[quarter]))


@guarded(issue_quarter_papers)
def quarter_review_issue(request: HttpRequest, quarter: str) -> HttpResponse:
    """With a 发文字号 it is the town's official paper."""
    period = asked_quarter(quarter)
    review = decided(period)
    paper = review_of(review, PLAIN, timezone.localdate())
    return _issue_page(
        request,
        period,
        issued_of(Kind.QUARTERLY_REVIEW, period, paper.title),
        unchanged(Kind.QUARTERLY_REVIEW, period.key, paper),
        IssueReviewForm(request.POST or None),
        lambda now, values: actions.issue_review(review=review, by=request.user, now=now, **values),
        heading=f"签发{period.title}联村工作讲评情况",
        cancel_url=reverse("quarter_review_paper", args=[quarter]),
    )


def decided(period: Quarter) -> QuarterlyReview:
    review = begun(period)
    if not review.is_decided:
        raise Http404(f"{review}还没有审定。")
    return review


# --- 兑现清单 ---------------------------------------------------------------------------------------
@guarded(see_payouts, methods=("GET",))
def quarter_payout_paper(request: HttpRequest, quarter: str, count: int) -> HttpResponse:
    period = asked_quarter(quarter)
    paper = list_of(approved(period, count))
    same = unchanged(Kind.PAYOUT, period.key, paper)
    issue_url = "" if same else reverse("quarter_payout_issue", args=[quarter, count])
    return _paper_page(request, period, Kind.PAYOUT, paper, issue_url)


@guarded(issue_quarter_papers)
def quarter_payout_issue(request: HttpRequest, quarter: str, count: int) -> HttpResponse:
    period = asked_quarter(quarter)
    payout = approved(period, count)
    paper = list_of(payout)
    said, here = unchanged(Kind.PAYOUT, period.key, paper), reverse("quarter_payout_paper", args=[quarter, count])
    if said and request.method == "GET":
        return taken_meanwhile(request, said, here)
    return _issue_page(
        request,
        period,
        issued_of(Kind.PAYOUT, period, paper.title),
        said,
        IssuePayoutForm(request.POST or None),
        lambda now, values: actions.issue_payout(payout=payout, by=request.user, now=now),
        heading=f"签发{paper.title}",
        cancel_url=here,
    )


def approved(period: Quarter, count: int) -> Payout:
    rows = Payout.objects.select_related("review").filter(state=Payout.State.APPROVED)
    payout = rows.filter(review__quarter=period.start, number=count).first()
    if payout is None:
        raise Http404
    return payout


# --- Both -------------------------------------------------------------------------------------------
def _paper_page(request: HttpRequest, period: Quarter, kind: str, paper: Paper, issue_url: str) -> HttpResponse:
    """On the screen, on A4 (`?print=1`), as Word (`?format=docx`)."""
    if request.GET.get("format") == "docx":
        return word_response(paper, paper.title)
    if request.GET.get("print") == "1":
        return print_page(request, paper, back_url=request.path, draft=True)
    context = {
        **under(period),
        "title": paper.title,
        "paper": paper,
        # Of the whole town: a liaison group may not follow the figures of other districts.
        "links": bool(follow_figures(request.user)),
        "issued": issued_of(kind, period, paper.title),
        "issue_url": issue_url if issue_quarter_papers(request.user) else "",
    }
    return render(request, "appraisal/quarter_paper.html", context)


def _issue_page(
    request: HttpRequest,
    period: Quarter,
    issued: list[IssuedDocument],
    same: str,
    form: PageForm,
    save: Callable[[datetime, dict[str, Any]], IssuedDocument],
    **context: str,
) -> HttpResponse:
    effects = [*further_words(issued, same), "印发后放入文件柜，原文和校验值不再变动。"]
    return form_page(
        request,
        form,
        save=lambda values: save(timezone.now(), values),
        done=lambda document: (reverse("document", args=[document.pk]), f"{document.title}已印发。"),
        context={**under(period), "submit": "更正印发" if issued else "签发并印发", "effects": effects, **context},
    )
