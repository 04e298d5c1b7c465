"""印发年考核的文件: the notice of the result, and the form of each team for the shelf."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.documents import issue
from appraisal.models import AnnualAssessment, AnnualGrade, IssuedDocument
from appraisal.papers.content import OFFICIAL, PLAIN
from appraisal.year_paper_facts import forms_of, issued_of, result_of
from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from villages.models import Posting
from villages.selfgov_turns import accounts

Kind, State = IssuedDocument.Kind, AnnualAssessment.State
#: Forms put on the shelf by one request: a Word file is written for each.
AT_ONCE = 60


def issue_result(
    *,
    assessment: AnnualAssessment,
    by: User,
    now: datetime,
    official_number: str = "",
    version: int | None = None,
) -> IssuedDocument:
    """印发结果通报: 已评定 → 已公布, and the teams are told. Issued once more it corrects the last. With a 发文字号 it
    is the town's official paper."""
    today = timezone.localdate(now)
    with acting(by=by, action="year.notice", label="印发年考核结果通报"):
        assessment = lock_for_change(assessment, version)
        _expect_graded(assessment)
        earlier = issued_of(Kind.ANNUAL_RESULT, assessment)
        document = issue(
            kind=Kind.ANNUAL_RESULT,
            period=str(assessment.year),
            year=assessment.year,
            paper=result_of(assessment, by, OFFICIAL if official_number.strip() else PLAIN, today),
            signed_by=by,
            by=by,
            now=now,
            official_number=official_number,
            corrects=earlier[-1] if earlier else None,
        )
        if assessment.state == State.DECIDED:
            assessment.state, assessment.notice = State.TOLD, document
            assessment.full_clean()
            assessment.save()
        teams = AnnualGrade.objects.standing().filter(assessment=assessment).values("team")
        told = accounts(Posting.objects.on(today).filter(team__in=teams))
        word = "更正印发" if earlier else "印发"
        tell(told - {by.pk}, f"{assessment}结果通报已{word}。", reverse("year", args=[assessment.year]))
    return document


def file_form(*, row: AnnualGrade, by: User, now: datetime) -> IssuedDocument:
    """归档年度考核表 of one team; once more it corrects the last."""
    with acting(by=by, action="year.form", label="归档年度考核表"):
        assessment = lock_for_change(row.assessment)
        _expect_graded(assessment)
        earlier = issued_of(Kind.ANNUAL_FORM, assessment, village=row.village_id)
        return _file(assessment, [row], by, now, earlier[-1] if earlier else None)[0]


def file_forms(*, assessment: AnnualAssessment, by: User, now: datetime) -> tuple[int, int]:
    """归档 of the teams that have no form on the shelf yet, so many that one request can write them. Answers how
    many were filed and how many are left."""
    with acting(by=by, action="year.forms", label="归档年度考核表"):
        assessment = lock_for_change(assessment)
        _expect_graded(assessment)
        filed = IssuedDocument.objects.of_period(Kind.ANNUAL_FORM, str(assessment.year)).values("village")
        rows = AnnualGrade.objects.standing().filter(assessment=assessment).exclude(village__in=filed)
        waiting = list(rows.select_related("summary", "village").order_by("position"))
        if not waiting:
            raise ValidationError("各组的年度考核表都已归档。")
        done = _file(assessment, waiting[:AT_ONCE], by, now, None)
    return len(done), len(waiting) - len(done)


def _file(
    assessment: AnnualAssessment, rows: list[AnnualGrade], by: User, now: datetime, corrects: IssuedDocument | None
) -> list[IssuedDocument]:
    papers = forms_of(assessment, [row.summary for row in rows], results=True)
    if len(papers) < len(rows):
        raise ValidationError("不参加年考核的工作组没有年度考核表。")
    return [
        issue(
            kind=Kind.ANNUAL_FORM,
            period=str(assessment.year),
            year=assessment.year,
            paper=paper,
            signed_by=by,
            by=by,
            now=now,
            village=row.village,
            corrects=corrects,
        )
        for row, paper in zip(rows, papers, strict=True)
    ]


def _expect_graded(assessment: AnnualAssessment) -> None:
    if not assessment.is_graded:
        raise ValidationError(f"{assessment}还没有评定，党委评定后才能印发。")
