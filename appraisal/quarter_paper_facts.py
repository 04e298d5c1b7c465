"""What the papers of a quarter are made from, and what was issued of them."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from appraisal.models import IssuedDocument, PaperSettings, Payout, QuarterlyReview, TeamReview
from appraisal.papers.content import Paper
from appraisal.papers.heads import heads, unit_name
from appraisal.quarter_facts import stored_sheet, terms_of
from appraisal.quarter_grades import choices_of
from appraisal.quarter_papers import payout_paper, review_paper
from appraisal.ranking import Display
from lianzhen.periods import Quarter
from lianzhen.wording import full_date


def review_of(review: QuarterlyReview, style: str, today: date) -> Paper:
    """季讲评 of a decided quarter, of the whole town. Three queries at most; `review.scheme` is at hand."""
    terms = terms_of(review)
    rows = list(TeamReview.objects.filter(review=review).order_by("position"))
    masthead, ending = heads(style, today)
    choices, display = choices_of(terms.grading), Display(review.scheme.display)
    return review_paper(review.period, rows, terms, choices, display, masthead, ending)


def list_of(payout: Payout) -> Paper:
    """兑现清单 of the day on which it was approved. Three queries at most; `payout.review` is at hand."""
    day = full_date(timezone.localdate(payout.approved_at))
    unit = unit_name(PaperSettings.current())
    return payout_paper(payout.review.period, payout, stored_sheet(payout).rows, unit, day)


def issued_of(kind: str, quarter: Quarter, title: str) -> list[IssuedDocument]:
    """What was issued of a paper, the last at the end: a further issue corrects it. One query."""
    rows = IssuedDocument.objects.of_period(kind, quarter.key).filter(title=title)
    return list(rows.order_by("issued_at", "pk"))
