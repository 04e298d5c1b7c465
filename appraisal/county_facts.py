"""The facts of a run of months for the report to the county, through the modules that the pages use: duty is
`duty_months`', scores are the frozen ones of sealed months, points `entry_lines`'.

`FACT_QUERIES` queries, however many months and teams.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse

from appraisal.county_terms import (
    CategoryLine,
    CountyFacts,
    District,
    DutyMonth,
    DutyTotal,
    Example,
    MonthLine,
    Work,
    YearLine,
)
from appraisal.duty_months import MonthRow, months_of_teams
from appraisal.entry_lines import line_of
from appraisal.linkage import mean
from appraisal.models import (
    AnnualAssessment,
    AnnualGrade,
    AppraisalMonth,
    Decision,
    DutyLog,
    MonthlyScore,
    ScoreEntry,
    TownNeed,
    WeeklyMeeting,
    WeeklyReport,
)
from appraisal.rules.base import ZERO
from appraisal.score_account import TeamScore, from_text
from appraisal.team_rows import NO_DISTRICT
from appraisal.year_compare import TeamYear, by_district
from appraisal.year_facts import terms_of
from grids.models import Grid, GridHeadTerm
from lianzhen.pages.days import days_key
from lianzhen.periods import ONE_DAY, Month
from lianzhen.town.models import Town
from villages.models import LiaisonTeam, Posting, SelfGovernance, SocialOrganization, Village, VillagerGroup
from villages.models.terms import runs_on

#: Villages, counts of work, teams, duty (3), scores, years decided, examples; one more for the grades of such years.
FACT_QUERIES = 9
MOST_EXAMPLES = 8
#: Where the rows behind a figure of the structure are found; a district's by its number.
REGISTERS = {
    "villages": "village_list",
    "teams": "team_list",
    "people": "team_list",
    "selfgov": "selfgov_list",
    "instructors": "selfgov_list",
    "grids": "grid_list",
    "heads": "grid_list",
    "groups": "village_list",
    "organizations": "organization_list",
}
#: Where those behind a figure of the work are, narrowed to the days of the report.
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


def months_between(first: Month, last: Month) -> list[Month]:
    months = [first]
    while months[-1] < last:
        months.append(months[-1].next())
    return months


def county_facts(first: Month, last: Month, today: date) -> CountyFacts:
    """Everything that the report says of the months, as the records stand. `first` is not after `last`, and its
    first day not after today."""
    months = months_between(first, last)
    until = min(last.end, today)
    scored = _scored(months)
    return CountyFacts(
        first=first,
        last=last,
        until=until,
        districts=tuple(_districts(until)),
        duty=_duty(months, until, today),
        work=_work(first.start, until),
        months=tuple(_month_line(month, own) for month, own in scored.items()),
        unsealed=tuple(month for month in months if month not in scored),
        years=tuple(_years(months)),
        categories=tuple(_categories(scored, first, last)),
        district_means=tuple(_district_means(scored)),
        examples=tuple(_examples(months)),
        urls=_urls(first.start, until),
    )


def _urls(start: date, until: date) -> dict[str, str]:
    due = days_key(start, max(start, until - ONE_DAY))
    work = {
        name: f"{reverse(page)}?{query.format(days=days_key(start, until), due=due)}"
        for name, (page, query) in WORK.items()
    }
    registers = {name: reverse(page) for name, page in REGISTERS.items()}
    return registers | work | {"vacant": f"{reverse('grid_list')}?state=vacant"}


# --- Structure --------------------------------------------------------------------------------------
def _number(rows: QuerySet, village: str) -> Coalesce:
    """How many of the rows belong to the village of the outer query."""
    counted = rows.filter(**{village: OuterRef("pk")}).order_by().values(village).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def _existing(rows: QuerySet, day: date) -> QuerySet:
    return rows.filter(Q(ended_on=None) | Q(ended_on__gt=day))


def _districts(day: date) -> list[District]:
    """As the register stood on the day. One query."""
    now = runs_on(day)
    rows = _existing(Village.objects.all(), day).annotate(
        n_teams=_number(LiaisonTeam.objects.filter(now), "village"),
        n_people=_number(Posting.objects.filter(now, team__village__isnull=False), "team__village"),
        n_selfgov=_number(SelfGovernance.objects.filter(now), "village"),
        n_instructors=_number(Posting.objects.filter(now, village__isnull=False), "village"),
        n_grids=_number(_existing(Grid.objects.all(), day), "village"),
        n_heads=_number(_existing_heads(day), "grid__village"),
        n_groups=_number(_existing(VillagerGroup.objects.all(), day), "village"),
        n_organizations=_number(_existing(SocialOrganization.objects.all(), day), "village"),
    )
    names = ("teams", "people", "selfgov", "instructors", "grids", "heads", "groups", "organizations")
    sums: dict[str, list[int]] = {}
    found = rows.order_by("group__position", "code").values_list(
        "group__district_name", "group_id", *(f"n_{name}" for name in names)
    )
    groups: dict[str, int | None] = {}
    for district, group, *figures in found:
        name = district or NO_DISTRICT
        groups[name] = group
        sums[name] = [a + b for a, b in zip(sums.get(name, [0] * 9), [1, *figures], strict=True)]
    return [
        District(name, *figures, url=_district_url(groups[name]), group=groups[name]) for name, figures in sums.items()
    ]


def _existing_heads(day: date) -> QuerySet:
    return GridHeadTerm.objects.filter(runs_on(day)).filter(Q(grid__ended_on=None) | Q(grid__ended_on__gt=day))


def _district_url(group: int | None) -> str:
    return reverse("district", args=[group]) if group else reverse("village_list")


# --- Work -------------------------------------------------------------------------------------------
def _duty(months: Sequence[Month], until: date, today: date) -> DutyTotal:
    """Of the days up to today: a day that lies ahead was neither kept nor missed. Four queries."""
    teams = LiaisonTeam.objects.filter(starts_on__lte=until).filter(Q(ends_on=None) | Q(ends_on__gte=months[0].start))
    begun = [month for month in months if month.start <= today]
    found = months_of_teams(list(teams.select_related("village__group")), begun, today)
    by_month = [_duty_month(month, rows) for month, rows in found.items()]
    logs = f"{reverse('duty_list')}?since={months[0].start:%Y-%m-%d}&until={until:%Y-%m-%d}"
    return DutyTotal(
        done=sum(one.done for one in by_month),
        missed=sum(one.missed for one in by_month),
        late=sum(one.late for one in by_month),
        url=f"{logs}&state={DutyLog.State.REGISTERED}",
        late_url=f"{logs}&state=late",
        months=tuple(by_month),
    )


def _duty_month(month: Month, rows: Sequence[MonthRow]) -> DutyMonth:
    return DutyMonth(
        month,
        done=sum(row.done for row in rows),
        missed=sum(row.missed or 0 for row in rows),
        late=sum(row.late for row in rows),
        url=f"{reverse('duty_statistics')}?month={month.key}",
    )


def _of(rows: QuerySet) -> Coalesce:
    """A count as a column of another query."""
    counted = rows.order_by().annotate(whole=Value(1)).values("whole").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def _work(start: date, until: date) -> Work:
    """Reports, needs, meetings and decisions of the days. One query."""
    sent = [WeeklyReport.State.SENT, WeeklyReport.State.READ]
    reports = WeeklyReport.objects.filter(week_start__range=(start, until), state__in=sent)
    needs = TownNeed.objects.filter(raised_on__range=(start, until)).exclude(state=TownNeed.State.WITHDRAWN)
    meetings = WeeklyMeeting.objects.filter(held_on__range=(start, until))
    decisions = Decision.objects.filter(meeting__held_on__range=(start, until)).exclude(state=Decision.State.DROPPED)
    columns = {
        "reports": reports,
        "late_reports": reports.filter(is_late=True),
        "needs": needs,
        "needs_done": needs.filter(state=TownNeed.State.DONE),
        "needs_declined": needs.filter(state=TownNeed.State.DECLINED),
        "meetings": meetings,
        "decisions": decisions,
        "decisions_done": decisions.filter(state=Decision.State.DONE),
        "decisions_overdue": decisions.filter(state=Decision.State.OPEN, due_on__lt=until),
    }
    counted = Town.objects.values_list(*[_of(rows) for rows in columns.values()]).first()
    return Work(**dict(zip(columns, counted or [0] * len(columns), strict=True)))


# --- Scores -----------------------------------------------------------------------------------------
def _scored(months: Sequence[Month]) -> dict[Month, list[TeamScore]]:
    """The frozen accounts of the sealed months. One query."""
    rows = MonthlyScore.objects.filter(
        month__month__range=(months[0].start, months[-1].start), month__state__in=AppraisalMonth.SEALED
    ).order_by("month__month", "position")
    found: dict[Month, list[TeamScore]] = defaultdict(list)
    for month, account in rows.values_list("month__month", Cast("detail", TextField())):
        found[Month.of(month)].append(from_text(account))
    return dict(found)


def _mean(scores: Sequence[TeamScore]) -> Decimal | None:
    return mean([one.total for one in scores], decimals=scores[0].decimals if scores else 1).value


def _month_line(month: Month, scores: Sequence[TeamScore]) -> MonthLine:
    totals = [one.total for one in scores]
    return MonthLine(
        month=month,
        teams=len(scores),
        mean=_mean(scores),
        best=max(totals),
        worst=min(totals),
        deducted=sum((one.deducted for one in scores), ZERO),
        bonus=sum((one.bonus for one in scores), ZERO),
        url=reverse("score_list", args=[month.key]),
    )


def _categories(scored: dict[Month, list[TeamScore]], first: Month, last: Month) -> list[CategoryLine]:
    """By their names: versions of the scheme may differ in their categories. A category keeps its key from version
    to version, by which the lists know it."""
    sums: dict[str, list[Decimal]] = {}
    keys: dict[str, str] = {}
    for scores in scored.values():
        for one in scores:
            for category in one.categories:
                own = sums.setdefault(category.name, [ZERO, ZERO])
                own[0] += category.deducted
                own[1] += category.bonus
                keys.setdefault(category.name, category.key)
    asked = f"?months={days_key(first.start, last.start)}&category="
    deductions, bonuses = reverse("deduction_list") + asked, reverse("bonus_list") + asked
    return [
        CategoryLine(
            name,
            deducted,
            bonus,
            f"{deductions}{keys[name]}&state=counting",
            f"{bonuses}{keys[name]}&state={ScoreEntry.State.AGREED}",
        )
        for name, (deducted, bonus) in sums.items()
    ]


def _district_means(scored: dict[Month, list[TeamScore]]) -> list[tuple[str, Decimal | None]]:
    by_district: dict[tuple[int, str], list[TeamScore]] = defaultdict(list)
    for scores in scored.values():
        for one in scores:
            by_district[one.district_position, one.district].append(one)
    return [(name, _mean(scores)) for (_, name), scores in sorted(by_district.items())]


def _years(months: Sequence[Month]) -> list[YearLine]:
    """Those that end in the months and are decided. One query, two where there are any."""
    ended = [month.start.year for month in months if month.number == 12]
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
        found.append(YearLine(year, whole.teams, whole.mean, counted, reverse("year", args=[year])))
    return sorted(found, key=lambda one: one.year)


def _examples(months: Sequence[Month]) -> list[Example]:
    """Bonuses that were agreed to, the largest first. One query."""
    rows: Any = ScoreEntry.objects.filter(
        kind=ScoreEntry.Kind.BONUS,
        state=ScoreEntry.State.AGREED,
        month__range=(months[0].start, months[-1].start),
    )
    rows = rows.select_related("village").order_by(Coalesce("changed_points", "points").desc(), "occurred_on", "number")
    return [
        Example(row.village.name, row.fact, row.occurred_on, line_of(row).own, reverse("bonus", args=[row.pk]))
        for row in rows[:MOST_EXAMPLES]
    ]
