"""The papers of a quarter: shown, printed, as a Word file, and issued to the shelf by the head of the office."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.documents import issue
from appraisal.forms.quarters import IssuePayoutForm, IssueReviewForm
from appraisal.models import IssuedDocument, PaperSettings, Payout, QuarterlyReview, TeamReview
from appraisal.papers.content import OFFICIAL, PLAIN, Paper
from appraisal.papers.heads import heads, unit_name
from appraisal.papers.responses import print_page, word_response
from appraisal.permissions_quarters import issue_quarter_papers, see_payouts, see_quarters
from appraisal.quarter_facts import stored_sheet, terms_of
from appraisal.quarter_grades import choices_of
from appraisal.quarter_papers import payout_paper, review_paper
from appraisal.ranking import Display
from appraisal.views.quarters import asked_quarter, begun, under
from lianzhen.accounts.verdicts import NotAllowed
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded
from lianzhen.periods import Quarter
from lianzhen.wording import full_date

Kind = IssuedDocument.Kind


@guarded(see_quarters)
def quarter_review_paper(request: HttpRequest, quarter: str) -> HttpResponse:
    """季讲评 as the committee decided it, of the whole town: what is issued is for all staff."""
    period = asked_quarter(quarter)
    review = begun(period)
    if not review.is_decided:
        raise Http404(f"{review}还没有审定。")
    official = request.POST.get("official_number", "").strip()
    return _paper_page(
        request,
        period,
        _review_paper(period, review, OFFICIAL if official else PLAIN),
        form=IssueReviewForm(request.POST or None),
        kind=Kind.QUARTERLY_REVIEW,
        audience=IssuedDocument.Audience.STAFF,
        heading=f"{period.title}讲评通报",
    )


def _review_paper(period: Quarter, review: QuarterlyReview, style: str) -> Paper:
    terms = terms_of(review)
    rows = list(TeamReview.objects.filter(review=review).order_by("position"))
    masthead, ending = heads(style, timezone.localdate())
    display = Display(review.scheme.display)
    return review_paper(period, rows, terms, choices_of(terms.grading), display, masthead, ending)


@guarded(see_payouts)
def quarter_payout_paper(request: HttpRequest, quarter: str, count: int) -> HttpResponse:
    period = asked_quarter(quarter)
    payout = (
        Payout.objects.select_related("review")
        .filter(review__quarter=period.start, number=count, state=Payout.State.APPROVED)
        .first()
    )
    if payout is None:
        raise Http404
    day = full_date(timezone.localdate(payout.approved_at))
    paper = payout_paper(period, payout, stored_sheet(payout).rows, unit_name(PaperSettings.current()), day)
    return _paper_page(
        request,
        period,
        paper,
        form=IssuePayoutForm(request.POST or None),
        kind=Kind.PAYOUT,
        audience=IssuedDocument.Audience.OFFICE,
        heading=f"{period.title}{payout.title}",
    )


def _paper_page(
    request: HttpRequest,
    period: Quarter,
    paper: Paper,
    *,
    form: Any,
    kind: str,
    audience: str,
    heading: str,
) -> HttpResponse:
    """Issued once under a title; a second time it corrects the first."""
    if request.method == "GET" and request.GET.get("format") == "docx":
        return word_response(paper, paper.title)
    if request.method == "GET" and request.GET.get("print") == "1":
        return print_page(request, paper, back_url=request.path, draft=True)
    found = IssuedDocument.objects.filter(kind=kind, period=period.key, title=paper.title)
    issued = list(found.defer("body", "words").order_by("issued_at", "pk"))
    may = issue_quarter_papers(request.user)
    if request.method == "POST" and not may:
        raise NotAllowed(may.reason)
    return form_page(
        request,
        form,
        save=lambda values: issue(
            kind=kind,
            period=period.key,
            year=period.year,
            paper=paper,
            signed_by=request.user,
            by=request.user,
            now=timezone.now(),
            audience=audience,
            corrects=issued[-1] if issued else None,
            official_number=values.get("official_number", ""),
        ),
        done=lambda document: (reverse("document", args=[document.pk]), f"{document.title}已印发。"),
        context={
            **under(period),
            "heading": heading,
            "paper": paper,
            "issued": issued,
            "may_issue": bool(may),
            "submit": "更正印发" if issued else "签发并印发",
        },
        template="appraisal/quarter_paper.html",
    )
