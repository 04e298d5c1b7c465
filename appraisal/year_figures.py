"""A year of deductions by category and of scores by district: figures by month, and the bars that stand beside them.

Bars begin at zero; one scale for all rows of a table, so that they compare (design §11.6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, DecimalField, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from appraisal.models import AppraisalMonth, Category, MonthlyScore, ScoreEntry
from appraisal.rules.base import ZERO, marks, rounded
from appraisal.team_rows import NO_DISTRICT
from lianzhen.wording import UNKNOWN

MONTHS = range(1, 13)
#: The picture of one row: twelve columns in a field of 240 × 40.
STEP, WIDTH, HEIGHT = 20, 14, 40


@dataclass(frozen=True)
class Bar:
    x: int
    y: str
    width: int
    height: str


@dataclass(frozen=True)
class YearRow:
    """One category or district: a figure a month (「—」 where there is none), that of the year, and the columns."""

    name: str
    months: tuple[str, ...]
    year: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class YearFigures:
    year: int
    categories: list[YearRow]
    districts: list[YearRow]


def years() -> list[int]:
    """Those with months in them, the newest first. One query."""
    found = AppraisalMonth.objects.order_by("-month").values_list("month", flat=True)
    return sorted({month.year for month in found}, reverse=True)


def year_figures(year: int) -> YearFigures:
    """Three queries."""
    return YearFigures(year, _categories(year), _districts(year))


def _categories(year: int) -> list[YearRow]:
    """Points (分) of the deductions that count, as they were entered: before the caps of categories. A category from
    which nothing was deducted in a month has 0.0; one that the month's version did not know has no figure."""
    found: dict[str, dict[int, Decimal]] = {}
    names: dict[str, str] = {}
    for month, key, name, total in (*_judged(year), *_deducted(year)):
        names[key] = name
        by_month = found.setdefault(key, {})
        by_month[month.month] = by_month.get(month.month, ZERO) + rounded(Decimal(total), 2)
    return _rows({names[key]: (by_month, sum(by_month.values(), ZERO)) for key, by_month in found.items()})


def _judged(year: int) -> QuerySet:
    """Nothing yet from the categories by which the months are judged; those of bonuses alone have no marks."""
    rows = Category.objects.filter(full__gt=0, scheme__months__month__year=year)
    nothing = Value(ZERO, output_field=DecimalField())
    return rows.order_by("position", "key").values_list("scheme__months__month", "key", "name", nothing)


def _deducted(year: int) -> QuerySet:
    points = Coalesce("changed_points", "points", output_field=DecimalField(max_digits=9, decimal_places=2))
    rows = ScoreEntry.objects.counting().filter(kind=ScoreEntry.Kind.DEDUCTION, month__year=year)
    of = ("clause__category__key", "clause__category__name")
    place = ("clause__category__position", *of, "month")
    return rows.order_by(*place).values_list("month", *of).annotate(total=Sum(points))


def _districts(year: int) -> list[YearRow]:
    """Mean points (分) lost by a team, from what the locks of the months froze. The bars are those of the losses,
    since scores all sit near 100."""
    rows = MonthlyScore.objects.filter(month__month__year=year)
    grouped = rows.order_by("group__position", "district_name").values_list(
        "month__month", "group__position", "district_name"
    )
    sums: dict[str, dict[int, tuple[Decimal, int]]] = {}
    for month, _position, name, lost, teams in grouped.annotate(lost=Sum("deducted"), teams=Count("pk")):
        sums.setdefault(name or NO_DISTRICT, {})[month.month] = (Decimal(lost), teams)
    means = {}
    for name, by_month in sums.items():
        lost = sum((one for one, _ in by_month.values()), ZERO)
        teams = sum(count for _, count in by_month.values())
        means[name] = ({m: rounded(one / n, 1) for m, (one, n) in by_month.items()}, rounded(lost / teams, 1))
    return _rows(means)


def _rows(found: Mapping[str, tuple[Mapping[int, Decimal], Decimal]]) -> list[YearRow]:
    highest = max((one for by_month, _ in found.values() for one in by_month.values()), default=ZERO)
    return [
        YearRow(
            name,
            tuple(marks(by_month[m]) if m in by_month else UNKNOWN for m in MONTHS),
            marks(year),
            tuple(_bars(by_month, highest)),
        )
        for name, (by_month, year) in found.items()
    ]


def _bars(by_month: Mapping[int, Decimal], highest: Decimal) -> Iterable[Bar]:
    for month in MONTHS:
        if (points := by_month.get(month, ZERO)) > 0:
            height = points * HEIGHT / highest
            yield Bar(STEP * (month - 1) + 3, f"{HEIGHT - height:.1f}", WIDTH, f"{height:.1f}")
