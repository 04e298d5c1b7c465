"""公示表 put on the shelf as it was posted; a table that has changed since goes out as a further issue."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from appraisal.actions.documents import issue
from appraisal.models import AppraisalMonth, IssuedDocument
from appraisal.month_notice import latest_notice, notice_of
from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change


def issue_notice(*, row: AppraisalMonth, by: User, now: datetime, version: int | None = None) -> IssuedDocument:
    """Once the publicity has begun. The head of the office or the committee signed the month off, which stands as
    the signature. Raises ValidationError before that, and when the table is the same as last issued."""
    with acting(by=by, action="month.notice", label="印发公示表"):
        row = lock_for_change(row, version)
        if said := issue_refusal(row):
            raise ValidationError(said)
        assert row.reviewed_by is not None
        return issue(
            kind=IssuedDocument.Kind.MONTHLY_NOTICE,
            period=row.period.key,
            year=timezone.localdate(now).year,
            paper=notice_of(row, now),
            signed_by=row.reviewed_by,
            by=by,
            now=now,
            corrects=latest_notice(row.period),
        )


def issue_refusal(row: AppraisalMonth) -> str:
    """Why there is nothing to post yet; empty once the publicity has begun."""
    if row.state in AppraisalMonth.CLOSED_FOR_ENTRIES and row.reviewed_by_id is not None:
        return ""
    return f"{row}还没有开始公示，公示开始后才能印发公示表。"
