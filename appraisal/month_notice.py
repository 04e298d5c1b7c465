"""公示表 of a month: the scores as the month's publicity shows them, as one paper."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from appraisal.bulletin_facts import as_of, scores_of
from appraisal.bulletin_months import notice_paper
from appraisal.models import AppraisalMonth, IssuedDocument, PaperSettings
from appraisal.papers.content import Paper, says
from appraisal.score_facts import month_scores
from lianzhen import phones
from lianzhen.periods import Month
from lianzhen.town.models import Town
from lianzhen.wording import date_range, full_date


def notice_of(row: AppraisalMonth, now: datetime) -> Paper:
    """The table as it stands, with the dates of the publicity and the number for objections. `score_facts`'
    queries and two more."""
    assert row.publicity_from is not None
    assert row.publicity_until is not None
    setting, town = PaperSettings.current(), Town.objects.first()
    found = month_scores(row.period, timezone.localdate(now), for_team=True)
    return notice_paper(
        scores_of(found),
        town=str(town or ""),
        dates=date_range(row.publicity_from, row.publicity_until, row.month.year),
        phone=phones.as_printed(setting.notice_phone or (town.office_phone if town else "")),
        as_of=as_of(now),
        unit=setting.issuing_unit,
        day=full_date(row.publicity_from),
    )


def latest_notice(month: Month) -> IssuedDocument | None:
    """The one that is posted. One query."""
    rows = IssuedDocument.objects.filter(kind=IssuedDocument.Kind.MONTHLY_NOTICE, period=month.key)
    return rows.order_by("-pk").first()


def differs(issued: IssuedDocument | None, paper: Paper) -> bool:
    """Whether the table is another than the one that was last issued; true where none was."""
    return issued is None or says(issued.paper) != says(paper)
