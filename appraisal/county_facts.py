"""The facts of any run of days for the report to the county, through the modules that the pages use: duty is
`duty_months`', scores are the frozen ones of sealed months, deductions and bonuses those that bulletins tell of.

`FACT_QUERIES` queries, however many months and teams.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count, IntegerField, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from appraisal.county_scores import categories_of, entries_of, month_line, scored_in
from appraisal.county_structure import districts_on, register_urls
from appraisal.county_terms import CountyFacts, DutyPart, DutyTotal, Example, Work, YearLine
from appraisal.duty_months import MonthRow, months_of_teams
from appraisal.entries_told import Kind, State, told_between
from appraisal.entry_lines import line_of
from appraisal.models import (
    AnnualAssessment,
    AnnualGrade,
    Decision,
    TownNeed,
    WeeklyMeeting,
    WeeklyReport,
)
from appraisal.report_period import ReportPeriod
from appraisal.year_compare import TeamYear, by_district
from appraisal.year_facts import terms_of
from lianzhen.pages.days import days_key
from lianzhen.periods import ONE_DAY
from lianzhen.town.models import Town
from villages.models import LiaisonTeam

#: Districts, work, teams, duty (3), scores, years decided, examples, and entries: those of sealed months, of the other
#: days, or of both. One more for the grades of years decided.
FACT_QUERIES = 11
MOST_EXAMPLES = 8
#: Where the rows behind a figure of the work are, narrowed to the days of the report.
WORK = {
    "reports": ("sent_report_list", "days={days}"),
    "late_reports": ("sent_report_list", "days={days}&time=late"),
    "needs": ("need_list", "days={days}&state=all"),
    "needs_done": ("need_list", "days={days}&state=done"),
    "needs_declined": ("need_list", "days={days}&state=declined"),
    "needs_open": ("need_list", "days={days}&state=open"),
    "meetings": ("meeting_list", "days={days}"),
    "decisions": ("decision_list", "days={days}&state=standing"),
    "decisions_done": ("decision_list", "days={days}&state=done"),
    "overdue": ("decision_list", "days={days}&due={due}&state=current"),
}


def county_facts(period: ReportPeriod, today: date) -> CountyFacts:
    """Everything that the report says of the period, as the records stand. It ends not after today."""
    scored = scored_in(period)
    entries, before = entries_of(period, scored)
    return CountyFacts(
        period=period,
        districts=tuple(districts_on(period.end)),
        duty=_duty(period, today),
        work=_work(period),
        months=tuple(month_line(month, own) for month, own in scored.items()),
        unsealed=tuple(month for month in period.whole_months if month not in scored),
        years=tuple(_years(period)),
        categories=tuple(categories_of(scored)),
        entries=entries,
        before=before,
        examples=tuple(_examples(period)),
        urls=register_urls(period.end) | _urls(period),
    )


def _urls(period: ReportPeriod) -> dict[str, str]:
    days = days_key(period.start, period.end)
    due = days_key(period.start, max(period.start, period.end - ONE_DAY))
    return {name: f"{reverse(page)}?{query.format(days=days, due=due)}" for name, (page, query) in WORK.items()}


# --- Work -------------------------------------------------------------------------------------------
def _duty(period: ReportPeriod, today: date) -> DutyTotal:
    """Of the days up to today: a day that lies ahead was neither kept nor missed. Four queries."""
    teams = LiaisonTeam.objects.filter(starts_on__lte=period.end)
    teams = teams.filter(Q(ends_on=None) | Q(ends_on__gte=period.start)).select_related("village__group")
    found, by_person = months_of_teams(list(teams), period.parts, today)
    parts = [_duty_part(part, rows) for part, rows in found.items()]
    return DutyTotal(
        done=sum(one.done for one in parts),
        missed=sum(one.missed for one in parts),
        late=sum(one.late for one in parts),
        url=_duty_url(period),
        parts=tuple(parts),
        unit="人天" if by_person else "天",
    )


def _duty_part(part: ReportPeriod, rows: Sequence[MonthRow]) -> DutyPart:
    return DutyPart(
        part,
        done=sum(row.done for row in rows),
        missed=sum(row.missed or 0 for row in rows),
        late=sum(row.late for row in rows),
        url=_duty_url(part),
    )


def _duty_url(period: ReportPeriod) -> str:
    """The statistics by team, whose last row sums them up."""
    months = period.months
    whole = len(months) == 1 and period.is_whole_months
    asked = f"month={months[0].key}" if whole else f"days={days_key(period.start, period.end)}"
    return f"{reverse('duty_statistics')}?{asked}"


def _of(rows: QuerySet) -> Coalesce:
    """A count as a column of another query."""
    counted = rows.order_by().annotate(whole=Value(1)).values("whole").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def _work(period: ReportPeriod) -> Work:
    """Reports, needs, meetings and decisions of the days. One query."""
    days = (period.start, period.end)
    reports = WeeklyReport.objects.filter(
        week_start__range=days, state__in=[WeeklyReport.State.SENT, WeeklyReport.State.READ]
    )
    needs = TownNeed.objects.filter(raised_on__range=days).exclude(state=TownNeed.State.WITHDRAWN)
    decisions = Decision.objects.standing().filter(meeting__held_on__range=days)
    columns = {
        "reports": reports,
        "late_reports": reports.filter(is_late=True),
        "needs": needs,
        "needs_done": needs.filter(state=TownNeed.State.DONE),
        "needs_declined": needs.filter(state=TownNeed.State.DECLINED),
        "meetings": WeeklyMeeting.objects.filter(held_on__range=days),
        "decisions": decisions,
        "decisions_done": decisions.filter(state=Decision.State.DONE),
        "decisions_overdue": decisions.overdue(period.end),
    }
    counted = Town.objects.values_list(*[_of(rows) for rows in columns.values()]).first()
    return Work(**dict(zip(columns, counted or [0] * len(columns), strict=True)))


# --- Years and examples -----------------------------------------------------------------------------
def _years(period: ReportPeriod) -> list[YearLine]:
    """Those that end in the period and are decided. One query, two where there are any."""
    ended = [month.start.year for month in period.months if month.number == 12 and month.end in period]
    decided = AnnualAssessment.objects.filter(year__in=ended, state__in=AnnualAssessment.GRADED).order_by("year")
    terms = {one.year: terms_of(one) for one in decided.only("year", "terms")}
    if not terms:
        return []
    rows = AnnualGrade.objects.standing().filter(assessment__year__in=list(terms)).order_by("position")
    by_year: dict[int, list[TeamYear]] = defaultdict(list)
    for year, score, grade in rows.values_list("assessment__year", "score", "grade"):
        by_year[year].append(TeamYear("", score, grade))
    found = []
    for year, own in by_year.items():
        whole = by_district(own)[-1]
        counted = tuple(whole.counted(terms[year].choices))
        found.append(YearLine(year, whole.teams, whole.mean, counted, reverse("year_grades", args=[year])))
    return sorted(found, key=lambda one: one.year)


def _examples(period: ReportPeriod) -> list[Example]:
    """Bonuses of the days that were agreed to, the largest first. One query."""
    rows: Any = told_between(period.start, period.end, Kind.BONUS).filter(state=State.AGREED)
    rows = rows.select_related("village").order_by(Coalesce("changed_points", "points").desc(), "occurred_on", "number")
    return [
        Example(row.village.name, row.fact, row.occurred_on, line_of(row).own, reverse("bonus", args=[row.pk]))
        for row in rows[:MOST_EXAMPLES]
    ]
