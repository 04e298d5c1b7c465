"""Scores of the report to the county: sealed months as their locks froze them; of the days beside them, the deductions
and bonuses as recorded (`entries_told`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.urls import reverse

from appraisal.county_terms import CategoryLine, DistrictMean, Entries, EntrySum, Example, MonthLine
from appraisal.entries_told import COUNTING, WAITING, Kind, counts, told_of
from appraisal.entry_lines import NAMES, line_of
from appraisal.linkage import mean
from appraisal.models import AppraisalMonth, MonthlyScore
from appraisal.report_period import ReportPeriod, runs_of
from appraisal.rules.base import ZERO
from appraisal.score_account import TeamScore, from_text
from appraisal.score_facts import means_of
from lianzhen.pages.days import days_key
from lianzhen.periods import Month
from villages.filters_places import NO_DISTRICT as WITHOUT

Scored = dict[Month, list[TeamScore]]
LISTS = {Kind.DEDUCTION: "deduction_list", Kind.BONUS: "bonus_list"}
#: What is read of an entry.
READ = (*NAMES, "pk", "fact", "village__name", "clause__category__key", "clause__category__name")
#: How many good examples are told.
MOST_EXAMPLES = 8


def scored_in(period: ReportPeriod) -> Scored:
    """The frozen accounts of the sealed months that lie wholly in the period. One query."""
    months = period.whole_months
    rows = MonthlyScore.objects.filter(
        month__month__in=[month.start for month in months], month__state__in=AppraisalMonth.SEALED
    ).order_by("month__month", "position")
    found: Scored = defaultdict(list)
    for month, account in rows.values_list("month__month", Cast("detail", TextField())):
        found[Month.of(month)].append(from_text(account))
    return dict(found)


def month_line(month: Month, scores: Sequence[TeamScore]) -> MonthLine:
    totals = [one.total for one in scores]
    url = reverse("score_list", args=[month.key])
    groups = {one.district: one.group_id or WITHOUT for one in scores}
    return MonthLine(
        month=month,
        teams=len(scores),
        mean=mean(totals, decimals=scores[0].decimals).value,
        best=max(totals),
        worst=min(totals),
        deducted=sum((one.deducted for one in scores), ZERO),
        bonus=sum((one.bonus for one in scores), ZERO),
        url=url,
        districts=tuple(
            DistrictMean(name, one.value, f"{url}?group={groups[name]}") for name, one in means_of(scores).items()
        ),
    )


# --- Categories -------------------------------------------------------------------------------------
@dataclass
class _Sums:
    """Of one category: how many, and their points, of both kinds."""

    name: str
    number: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))
    points: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(Kind, ZERO))

    def line(self, key: str, narrowed: str) -> CategoryLine:
        urls = {kind: list_url(kind, f"{narrowed}&category={key}&{COUNTING[kind]}") for kind in Kind}
        return CategoryLine(
            self.name,
            self.number[Kind.DEDUCTION],
            self.points[Kind.DEDUCTION],
            self.number[Kind.BONUS],
            self.points[Kind.BONUS],
            urls[Kind.DEDUCTION],
            urls[Kind.BONUS],
        )


def list_url(kind: Kind, query: str) -> str:
    return f"{reverse(LISTS[kind])}?{query}"


def entries_read(period: ReportPeriod, scored: Scored) -> list[Any]:
    """What is told of the days of the period, of its sealed months, and without any of as many days before. One
    query."""
    first = period.start if scored else period.before.start
    days, sealed = Q(occurred_on__range=(first, period.end)), Q(month__in=[month.start for month in scored])
    rows = told_of().filter(days | sealed)
    rows = rows.order_by("clause__category__position", "-clause__category__scheme__number", "pk")
    return list(rows.values_list(*READ, named=True))


def categories_of(scored: Scored, read: Sequence[Any]) -> list[CategoryLine]:
    """Points as the scores counted them, over all their teams; the entries that they rest on are counted. A category
    keeps its key from version to version, by which the lists know it."""
    sums: dict[str, _Sums] = {}
    for scores in scored.values():
        for one in scores:
            for category in one.categories:
                own = sums.setdefault(category.key, _Sums(category.name))
                own.points[Kind.DEDUCTION] += category.deducted
                own.points[Kind.BONUS] += category.bonus
    if not sums:
        return []
    months = sorted(scored)
    sealed = {month.start for month in months}
    for row in read:
        if row.month in sealed and row.clause__category__key in sums and counts(row):
            sums[row.clause__category__key].number[row.kind] += 1
    # Months between that are not sealed are in no sum.
    others = [month for month in ReportPeriod.of(months[0], months[-1]).months if month not in scored]
    narrowed = f"months={days_key(months[0].start, months[-1].start)}{_besides(others)}"
    return [own.line(key, narrowed) for key, own in sums.items()]


def _besides(months: Sequence[Month]) -> str:
    if not months:
        return ""
    return "&besides=" + ",".join(days_key(run[0].start, run[-1].start) for run in runs_of(months))


# --- Entries of the days ------------------------------------------------------------------------------
def entries_of(period: ReportPeriod, scored: Scored, read: Sequence[Any]) -> tuple[Entries | None, Entries | None]:
    """What happened on days of the period and is in none of its sealed months, where there are such days; and, where
    no month is sealed, of as many days before."""
    if len(scored) == len(period.months):
        return None, None
    sealed = {month.start for month in scored}
    own = [row for row in read if row.occurred_on in period and row.month not in sealed]
    narrowed = f"days={days_key(period.start, period.end)}{_besides(sorted(scored))}"
    entries = _entries(period, own, narrowed)
    if scored:
        return entries, None
    before = period.before
    earlier = [row for row in read if row.occurred_on in before]
    return entries, _entries(before, earlier, f"days={days_key(before.start, before.end)}")


def _entries(period: ReportPeriod, rows: Sequence[Any], narrowed: str) -> Entries:
    of_kind = {kind: [row for row in rows if row.kind == kind] for kind in Kind}
    sums: dict[str, _Sums] = {}
    for row in rows:
        line = line_of(row)
        if line.state.counts:
            own = sums.setdefault(row.clause__category__key, _Sums(row.clause__category__name))
            own.number[row.kind] += 1
            own.points[row.kind] += line.own
    return Entries(
        period=period,
        deductions=sum_of(of_kind[Kind.DEDUCTION]),
        bonuses=sum_of(of_kind[Kind.BONUS]),
        categories=tuple(own.line(key, narrowed) for key, own in sums.items()),
        urls={
            "deductions": list_url(Kind.DEDUCTION, f"{narrowed}&{COUNTING[Kind.DEDUCTION]}"),
            "bonuses": list_url(Kind.BONUS, f"{narrowed}&{COUNTING[Kind.BONUS]}"),
            "appealed": list_url(Kind.DEDUCTION, f"{narrowed}&{WAITING[Kind.DEDUCTION]}"),
            "claimed": list_url(Kind.BONUS, f"{narrowed}&{WAITING[Kind.BONUS]}"),
        },
    )


def sum_of(rows: Iterable[Any]) -> EntrySum:
    """Of rows (or `NAMES` of them) of one kind. No query."""
    lines = [line_of(row) for row in rows]
    counting = [line.own for line in lines if line.state.counts]
    return EntrySum(len(counting), sum(counting, ZERO), len(lines) - len(counting))


# --- Examples -----------------------------------------------------------------------------------------
def examples_of(period: ReportPeriod, read: Sequence[Any]) -> list[Example]:
    """Bonuses of the days that were agreed to, the largest first."""
    rows = [row for row in read if row.kind == Kind.BONUS and row.occurred_on in period and counts(row)]
    rows.sort(key=lambda row: (-line_of(row).own, row.occurred_on, row.number))
    return [
        Example(row.village__name, row.fact, row.occurred_on, line_of(row).own, reverse("bonus", args=[row.pk]))
        for row in rows[:MOST_EXAMPLES]
    ]
