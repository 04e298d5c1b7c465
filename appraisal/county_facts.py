"""The facts of any run of days for the report to the county, through the modules that the pages use: duty is
`duty_months`', scores are the frozen ones of sealed months, deductions and bonuses those that bulletins tell of.

`FACT_QUERIES` queries, however many months and teams.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db.models import Count, IntegerField, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from appraisal.county_scores import categories_of, entries_of, entries_read, examples_of, month_line, scored_in
from appraisal.county_structure import UNDATED, districts_on, register_urls, undated
from appraisal.county_terms import CountyFacts, DutyPart, DutyTotal, Work, YearLine
from appraisal.duty_months import MonthRow, months_of_teams
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

#: Districts, work, teams, duty (3), scores, entries, years decided.
FACT_QUERIES = 9
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
    read = entries_read(period, scored)
    entries, before = entries_of(period, scored, read)
    town, work, uncertain = _work(period)
    return CountyFacts(
        period=period,
        town=town,
        districts=tuple(districts_on(period.end)),
        duty=_duty(period, today),
        work=work,
        months=tuple(month_line(month, own) for month, own in scored.items()),
        unsealed=tuple(month for month in period.whole_months if month not in scored),
        years=tuple(_years(period)),
        categories=tuple(categories_of(scored, read)),
        entries=entries,
        before=before,
        examples=tuple(examples_of(period, read)),
        uncertain=uncertain,
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


def _work(period: ReportPeriod) -> tuple[str, Work, dict[str, int]]:
    """The town's name; reports, needs, meetings and decisions of the days; how many of the register are counted
    that may have come after them, by what they are. One query."""
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
    asked = [*columns.values(), *undated(period.end)]
    found = Town.objects.values_list("name", *[_of(rows) for rows in asked]).first()
    town, *counted = found or ("", *[0] * len(asked))
    work, later = counted[: len(columns)], counted[len(columns) :]
    uncertain = {name: count for name, count in zip(UNDATED.values(), later, strict=True) if count}
    return town, Work(**dict(zip(columns, work, strict=True))), uncertain


# --- Years ------------------------------------------------------------------------------------------
def _years(period: ReportPeriod) -> list[YearLine]:
    """Those that end in the period and are decided. One query."""
    ended = [month.start.year for month in period.months if month.number == 12 and month.end in period]
    decided = {"assessment__year__in": ended, "assessment__state__in": AnnualAssessment.GRADED}
    rows = AnnualGrade.objects.standing().filter(**decided).select_related("assessment").order_by("position")
    by_year: dict[int, list[AnnualGrade]] = defaultdict(list)
    for row in rows.only("score", "grade", "assessment__year", "assessment__terms"):
        by_year[row.assessment.year].append(row)
    found = []
    for year, own in by_year.items():
        whole = by_district([TeamYear("", row.score, row.grade) for row in own])[-1]
        counted = tuple(whole.counted(terms_of(own[0].assessment).choices))
        found.append(YearLine(year, whole.teams, whole.mean, counted, reverse("year_grades", args=[year])))
    return sorted(found, key=lambda one: one.year)
