"""印发季讲评的文件: the review for all staff, a list of money for the town's offices.

Each holds the quarter's row, so that of two who issue at once the second corrects the first.
"""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from appraisal.actions.documents import issue
from appraisal.models import IssuedDocument, Payout, QuarterlyReview
from appraisal.papers.content import OFFICIAL, PLAIN, Paper
from appraisal.quarter_paper_facts import issued_of, list_of, review_of
from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change

Kind, Audience = IssuedDocument.Kind, IssuedDocument.Audience


def issue_review(*, review: QuarterlyReview, by: User, now: datetime, official_number: str = "") -> IssuedDocument:
    """Once the committee has decided; once more it corrects the last. With a 发文字号 it is the town's official
    paper."""
    with acting(by=by, action="quarter.paper", label="印发季讲评通报"):
        review = lock_for_change(review)
        if not review.is_decided:
            raise ValidationError(f"{review}还没有审定，党委审定后才能印发。")
        paper = review_of(review, OFFICIAL if official_number.strip() else PLAIN, timezone.localdate(now))
        return _issue(Kind.QUARTERLY_REVIEW, review, paper, Audience.STAFF, by, now, official_number)


def issue_payout(*, payout: Payout, by: User, now: datetime) -> IssuedDocument:
    """A list that the committee approved; once more it corrects the last."""
    with acting(by=by, action="quarter.payout_paper", label="印发兑现清单"):
        review = lock_for_change(payout.review)
        payout = lock_for_change(payout)
        if payout.state != Payout.State.APPROVED:
            raise ValidationError(f"{payout}{payout.get_state_display()}，党委审定后才能印发。")
        return _issue(Kind.PAYOUT, review, list_of(payout), Audience.OFFICE, by, now)


def _issue(
    kind: str, review: QuarterlyReview, paper: Paper, audience: str, by: User, now: datetime, official_number: str = ""
) -> IssuedDocument:
    quarter = review.period
    earlier = issued_of(kind, quarter, paper.title)
    return issue(
        kind=kind,
        period=quarter.key,
        year=quarter.year,
        paper=paper,
        signed_by=by,
        by=by,
        now=now,
        official_number=official_number,
        audience=audience,
        corrects=earlier[-1] if earlier else None,
    )
