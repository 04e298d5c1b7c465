"""Years of the teams that the committee has decided, for `bulk.FILLERS`: summaries, figures and grades by the code
that freezes them, written at once."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary, AppraisalMonth
from appraisal.year_facts import (
    YearFigures,
    figures_of,
    linkage_of,
    months_of,
    proposals,
    quarter_grades_of,
    year_terms_of,
)
from lianzhen.accounts.models import User
from lianzhen.periods import Month

#: What a leader writes: as long as most are.
WORDS = {
    "work": "全年每周定点驻村办公，办理群众来访和代办事项，组织党员学习和无职党员履职，清理公路沿线堆放杂物。" * 6,
    "highlights": "五星级文明户评选完成，公示后群众没有意见。" * 4,
    "problems": "环境整建扣分较多，公路沿线巡查不够勤。" * 4,
    "plans": "建立公路沿线每周巡查，修好两口水塘。" * 4,
}
FACT = {"label": "驻村办公", "text": "应驻村104天，实到102天，缺2天。", "url": "/duty/statistics/"}
FACTS: dict[str, Any] = {"facts": [FACT] * 8, "work": [], "highlights": [], "problems": []}
#: Rows written by one statement.
PORTION = 500


def years(years: int) -> None:
    """Every year whose December is sealed, but those that the demo lived through."""
    sealed = defaultdict(set)
    for day in AppraisalMonth.objects.sealed().values_list("month", flat=True):
        sealed[day.year].add(day.month)
    lived = set(AnnualAssessment.objects.values_list("year", flat=True))
    for year in sorted(year for year, months in sealed.items() if 12 in months and year not in lived):
        _decided(year)


def _decided(year: int) -> None:
    roles = ("leader", "district", "office", "office_lead", "committee")
    people = {role: User.objects.values_list("pk", flat=True).get(username=f"demo_{role}") for role in roles}
    months, at = months_of(year), _at(date(year + 1, 1, 8))
    scheme = months[Month(year, 12)].scheme
    terms = year_terms_of(scheme)
    row = AnnualAssessment(
        year=year,
        scheme=scheme,
        terms=terms.to_json(),
        opened_at=_at(date(year, 12, 1)),
    )
    AnnualAssessment.objects.bulk_create([row])
    figures = figures_of(year)
    summaries = [_summary(row, one, n, people, at) for n, one in enumerate(figures, start=1)]
    AnnualSummary.objects.bulk_create(summaries, batch_size=PORTION)
    proposed, quarters = proposals(figures, terms, scheme.decimals), quarter_grades_of(year)
    grades = []
    for one, summary in zip(figures, summaries, strict=True):
        proposal, village = proposed[one.team_id], one.village_score(scheme.decimals)
        grades.append(
            AnnualGrade(
                assessment=row,
                summary=summary,
                team_id=one.team_id,
                village_id=one.village_id,
                position=summary.position,
                months=one.months_json,
                quarters=[{"quarter": quarter.key, "grade": grade} for quarter, grade in quarters.get(one.team_id, ())],
                score=proposal.score,
                village_score=village,
                linkage=linkage_of(months.values(), village, scheme.decimals),
                place=proposal.place.number,
                tied=proposal.place.tied,
                proposed=proposal.grade,
                proposed_why=proposal.why[:200],
                grade=proposal.grade,
                graded_at=at,
                graded_by_id=people["committee"],
            )
        )
    AnnualGrade.objects.bulk_create(grades, batch_size=PORTION)
    _step(row, AnnualAssessment.State.COMMITTEE, handed_at=at, handed_by_id=people["office"])
    _step(
        row,
        AnnualAssessment.State.DECIDED,
        decided_at=at,
        decided_by_id=people["committee"],
        decided_on=date(year + 1, 1, 8),
        basis=f"党委会议纪要〔{year + 1}〕1号",
        over_quota_reason="各组差距很小",
    )


def _step(row: AnnualAssessment, state: str, **facts: Any) -> None:
    """What the database keeps of a year depends on its state: the rows are written before the state."""
    AnnualAssessment.objects.filter(pk=row.pk).update(state=state, **facts)


def _summary(
    row: AnnualAssessment, one: YearFigures, position: int, people: dict[str, int], at: datetime
) -> AnnualSummary:
    done: dict[str, Any] = {}
    steps = (("written", "leader"), ("submitted", "leader"), ("opinion", "district"), ("checked", "office_lead"))
    for step, role in steps:
        done |= {f"{step}_at": at, f"{step}_by_id": people[role]}
    return AnnualSummary(
        assessment=row,
        team_id=one.team_id,
        village_id=one.village_id,
        position=position,
        village_name=one.village_name,
        district_name=one.district,
        leader_name=one.leader,
        state=AnnualSummary.State.CHECKED,
        facts={**FACTS, "taken_on": f"{row.year}-12-20"},
        saved=["facts", *WORDS],
        opinion="自评属实，驻村办公扎实。",
        opinion_grade="合格",
        check_note="与登记核对一致。",
        **WORDS,
        **done,
    )


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(15, 0)))
