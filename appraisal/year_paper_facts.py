"""What the papers of a year are made from, read in a number of queries that does not grow with the teams."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from appraisal.models import (
    AnnualAssessment,
    AnnualGrade,
    AnnualSummary,
    IssuedDocument,
    SelfGovYear,
)
from appraisal.papers.content import Paper
from appraisal.papers.heads import signed
from appraisal.quarter_grades import BASES
from appraisal.ranking import Display
from appraisal.year_facts import figures_of, quarter_grades_of, quota_of, self_governed, terms_of
from appraisal.year_papers import Figures, Notice, SelfGoverned, figures_from, form_paper, result_paper
from lianzhen.periods import Year
from villages.models import Posting

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

State = AnnualSummary.State
#: Columns of a summary that only its own pages show.
TEXTS = ("facts", "work", "highlights", "problems", "plans", "opinion", "check_note", "return_reason")


# --- 结果通报 ---------------------------------------------------------------------------------------
def result_of(assessment: AnnualAssessment, user: User, style: str, today: date) -> Paper:
    """The notice of a decided year. Seven queries at most."""
    rows = list(
        AnnualGrade.objects.standing()
        .filter(assessment=assessment)
        .select_related("summary")
        .defer("months", *(f"summary__{name}" for name in TEXTS))
        .order_by("position")
    )
    out = AnnualSummary.objects.filter(assessment=assessment, state=State.OUT).order_by("position")
    terms, quota = terms_of(assessment), quota_of(assessment, rows)
    alone = self_governed(assessment.year, user)
    judged = [
        SelfGoverned(str(one.village), one.grade, one.url)
        for one in alone
        if one.sheet is not None and one.sheet.state in (SelfGovYear.State.DONE, SelfGovYear.State.TOLD)
    ]
    notice = Notice(
        grades=terms.choices,
        rule=f"年度得分是{dict(BASES)[terms.basis]}；等次：{terms.grading.sentence()}",
        quota=quota.sentence,
        out=[(one.team_name, one.out_reason) for one in out.defer(*TEXTS)],
        self_governed=judged,
        not_graded=len(alone) - len(judged),
    )
    masthead, ending = signed(style, today)
    return result_paper(assessment, rows, notice, Display(assessment.scheme.display), masthead, ending)


def issued_of(kind: str, assessment: AnnualAssessment, **about: int) -> list[IssuedDocument]:
    """What was issued of a kind, the last at the end: a further issue corrects it. One query."""
    rows = IssuedDocument.objects.of_period(kind, str(assessment.year)).filter(**about)
    return list(rows.order_by("issued_at", "pk"))


# --- 年度考核表 -------------------------------------------------------------------------------------
def forms_of(assessment: AnnualAssessment, summaries: Sequence[AnnualSummary], *, results: bool) -> list[Paper]:
    """The form of each team that takes part. `results`: the year's score, place and grade are shown, once they
    stand. Three queries at most, however many teams."""
    taking_part = [one for one in summaries if one.state != State.OUT]
    handed = assessment.state != AnnualAssessment.State.SUMMARY
    shown = handed and results
    rows = {one.summary_id: one for one in AnnualGrade.objects.filter(summary__in=taking_part)} if shown else {}
    running = {} if shown else running_figures(assessment.year, [one.team_id for one in taking_part])
    people = members_of(assessment.year, taking_part)
    display = Display(assessment.scheme.display)
    papers = []
    for one in taking_part:
        row = rows.get(one.pk)
        figures = figures_from(row) if row is not None else running.get(one.team_id, Figures({}))
        grade = row.grade if row is not None and assessment.is_graded else ""
        papers.append(form_paper(one, assessment, people.get(one.team_id, []), figures, display, grade))
    return papers


def running_figures(year: int, teams: Sequence[int]) -> dict[int, Figures]:
    """Team → its sealed months and decided quarters. Two queries."""
    quarters = quarter_grades_of(year, teams)
    return {
        one.team_id: Figures(
            {month.number: (total, village) for month, total, village, _ in one.months},
            quarters.get(one.team_id, ()),
        )
        for one in figures_of(year, teams)
    }


def members_of(year: int, summaries: Sequence[AnnualSummary]) -> dict[int, list[str]]:
    """Team → who served in it in the year besides its leader, with the month that somebody came or left in. One
    query."""
    span, leaders = Year(year), {one.team_id: one.leader_name for one in summaries}
    rows = Posting.objects.filter(team__in=list(leaders), starts_on__lte=span.end).filter(
        Q(ends_on=None) | Q(ends_on__gte=span.start)
    )
    found: dict[int, dict[int, list[Posting]]] = {}
    for one in rows.select_related("person").order_by("team_id", "-is_leader", "starts_on", "pk"):
        found.setdefault(one.team_id, {}).setdefault(one.person_id, []).append(one)
    return {
        team: [told for own in people.values() if (told := _served(own, span, leaders[team]))]
        for team, people in found.items()
    }


def _served(postings: Sequence[Posting], span: Year, leader: str) -> str:
    """李某, 王某（6月起）, 赵某（至6月）, 陈某（组长，至6月）, 孙某（组长至6月）; nothing for whoever leads."""
    name = postings[0].person.name
    if name == leader:
        return ""
    first = min(one.starts_on for one in postings)
    last = None if any(one.ends_on is None for one in postings) else max(one.ends_on for one in postings)
    notes = _led(postings, last or span.end)
    notes += [f"{first.month}月起"] if first > span.start else []
    notes += [f"至{last.month}月"] if last is not None and last < span.end else []
    return f"{name}（{'，'.join(notes)}）" if notes else name


def _led(postings: Sequence[Posting], last: date) -> list[str]:
    """组长 for who led as long as he served, 组长至6月 for who stayed as a member."""
    days = [one.ends_on or last for one in postings if one.is_leader]
    if not days:
        return []
    until = max(days)
    return [f"组长至{until.month}月" if until < last else "组长"]
