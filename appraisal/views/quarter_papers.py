"""The papers of a quarter: shown, printed, as a Word file, and issued to the shelf by the head of the office."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.documents import issue
from appraisal.forms.quarters import IssuePayoutForm, IssueReviewForm
from appraisal.models import IssuedDocument, PaperSettings, Payout, TeamReview
from appraisal.papers.content import OFFICIAL, PLAIN, Paper
from appraisal.papers.heads import heads, unit_name
from appraisal.papers.responses import print_page, word_response
from appraisal.permissions_quarters import issue_quarter_papers, see_payouts, see_quarters
from appraisal.quarter_facts import stored_sheet, terms_of
from appraisal.quarter_grades import choices_of
from appraisal.quarter_papers import payout_paper, review_paper
from appraisal.ranking import Display
from appraisal.views.quarters import asked_quarter, begun, under
from lianzhen.pages.forms import PageForm, form_page
from lianzhen.pages.guard import guarded
from lianzhen.periods import Quarter
from lianzhen.wording import full_date

Kind = IssuedDocument.Kind


# --- 季讲评 -----------------------------------------------------------------------------------------
@guarded(see_quarters, methods=("GET",))
def quarter_review_paper(request: HttpRequest, quarter: str) -> HttpResponse:
    """季讲评 as the committee decided it, of the whole town: what is issued is for all staff."""
    period = asked_quarter(quarter)
    paper = _review_paper(period, PLAIN)
    return _paper_page(request, period, Kind.QUARTERLY_REVIEW, paper, reverse("quarter_review_issue", args=[quarter]))


@guarded(issue_quarter_papers)
def quarter_review_issue(request: HttpRequest, quarter: str) -> HttpResponse:
    """With a 发文字号 it is the town's official paper."""
    period = asked_quarter(quarter)
    official = request.POST.get("official_number", "").strip()
    paper = _review_paper(period, OFFICIAL if official else PLAIN)
    form = IssueReviewForm(request.POST or None)
    back = reverse("quarter_review_paper", args=[quarter])
    return _issue_page(request, period, Kind.QUARTERLY_REVIEW, paper, form, back)


def _review_paper(period: Quarter, style: str) -> Paper:
    review = begun(period)
    if not review.is_decided:
        raise Http404(f"{review}还没有审定。")
    terms = terms_of(review)
    rows = list(TeamReview.objects.filter(review=review).order_by("position"))
    masthead, ending = heads(style, timezone.localdate())
    display = Display(review.scheme.display)
    return review_paper(period, rows, terms, choices_of(terms.grading), display, masthead, ending)


# --- 兑现清单 ---------------------------------------------------------------------------------------
@guarded(see_payouts, methods=("GET",))
def quarter_payout_paper(request: HttpRequest, quarter: str, count: int) -> HttpResponse:
    period = asked_quarter(quarter)
    issue_url = reverse("quarter_payout_issue", args=[quarter, count])
    return _paper_page(request, period, Kind.PAYOUT, _payout_paper(period, count), issue_url)


@guarded(issue_quarter_papers)
def quarter_payout_issue(request: HttpRequest, quarter: str, count: int) -> HttpResponse:
    period = asked_quarter(quarter)
    form = IssuePayoutForm(request.POST or None)
    back = reverse("quarter_payout_paper", args=[quarter, count])
    return _issue_page(request, period, Kind.PAYOUT, _payout_paper(period, count), form, back)


def _payout_paper(period: Quarter, count: int) -> Paper:
    approved = Payout.objects.select_related("review").filter(state=Payout.State.APPROVED)
    payout = approved.filter(review__quarter=period.start, number=count).first()
    if payout is None:
        raise Http404
    day = full_date(timezone.localdate(payout.approved_at))
    return payout_paper(period, payout, stored_sheet(payout).rows, unit_name(PaperSettings.current()), day)


# --- Both -------------------------------------------------------------------------------------------
def _issued(kind: str, period: Quarter, paper: Paper) -> list[IssuedDocument]:
    """What was issued of this paper before: a further issue corrects the last. One query."""
    rows = IssuedDocument.objects.filter(kind=kind, period=period.key, title=paper.title)
    return list(rows.defer("body", "words").order_by("issued_at", "pk"))


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
        "issued": _issued(kind, period, paper),
        "issue_url": issue_url if issue_quarter_papers(request.user) else "",
    }
    return render(request, "appraisal/quarter_paper.html", context)


def _issue_page(
    request: HttpRequest, period: Quarter, kind: str, paper: Paper, form: PageForm, back: str
) -> HttpResponse:
    issued = _issued(kind, period, paper)
    audience = IssuedDocument.Audience.OFFICE if kind == Kind.PAYOUT else IssuedDocument.Audience.STAFF
    effects = ["印发后放入文件柜，原文和校验值不再变动。"]
    if issued:
        effects.insert(0, f"已印发{len(issued)}次，再次印发作为更正件。")
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
            "cancel_url": back,
            "heading": f"签发{paper.title}",
            "submit": "更正印发" if issued else "签发并印发",
            "effects": effects,
        },
    )
