"""What the papers of a quarter are made from, and what was issued of them."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from appraisal.models import IssuedDocument, PaperSettings, Payout, QuarterlyReview, TeamReview
from appraisal.papers.content import Paper
from appraisal.papers.heads import signed, unit_name
from appraisal.quarter_facts import stored_sheet, terms_of
from appraisal.quarter_grades import choices_of
from appraisal.quarter_papers import payout_paper, review_paper
from appraisal.ranking import Display
from lianzhen.periods import Quarter
from lianzhen.wording import bare, full_date


def review_of(review: QuarterlyReview, style: str, today: date) -> Paper:
    """季讲评 of a decided quarter, of the whole town. Three queries at most; `review.scheme` is at hand."""
    terms = terms_of(review)
    rows = list(TeamReview.objects.filter(review=review).order_by("position"))
    masthead, ending = signed(style, today)
    choices, display = choices_of(terms.grading), Display(review.scheme.display)
    return review_paper(review.period, decision_of(review), rows, terms, choices, display, masthead, ending)


def decision_of(review: QuarterlyReview) -> str:
    """经2018年11月3日镇党委审定，依据荷党纪要〔2018〕9号"""
    return f"经{full_date(timezone.localdate(review.approved_at))}镇党委审定，依据{bare(review.basis)}"


def list_of(payout: Payout) -> Paper:
    """兑现清单 of the day on which it was approved. Three queries at most; `payout.review` is at hand."""
    day = full_date(timezone.localdate(payout.approved_at))
    unit = unit_name(PaperSettings.current())
    return payout_paper(payout.review.period, payout, stored_sheet(payout).rows, unit, day)


def issued_of(kind: str, quarter: Quarter, title: str) -> list[IssuedDocument]:
    """What was issued of a paper, the last at the end: a further issue corrects it. One query."""
    rows = IssuedDocument.objects.of_period(kind, quarter.key).filter(title=title)
    return list(rows.order_by("issued_at", "pk"))
