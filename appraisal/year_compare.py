"""年考核对比: one year by district, and each village's team over the years. Points 分.

A year that was handed to the committee has the figures frozen in its grades; any other year those of its sealed
months. Nothing is worked out a second way: months come from `MonthlyScore`, aggregated by the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, IntegerField, Sum, Value, When

from appraisal.linkage import Mean, mean
from appraisal.models import AnnualAssessment, AnnualGrade, AppraisalMonth, MonthlyScore
from appraisal.quarter_grades import MEAN, score_of
from appraisal.rules.base import ZERO, rounded
from appraisal.team_rows import LAST, NO_DISTRICT
from appraisal.year_terms import YearTerms
from villages.models import Village

#: How many years stand side by side: more do not fit beside each other on a screen.
YEARS = 4
WHOLE_TOWN = "全镇"


@dataclass(frozen=True)
class TeamYear:
    """A village's team in one year. `months`: how many were sealed; `deducted`, `bonus`: their sums."""

    district: str
    score: Decimal | None
    grade: str = ""
    months: int = 0
    deducted: Decimal = ZERO
    bonus: Decimal = ZERO


@dataclass(frozen=True)
class District:
    """The teams of a district in one year."""

    name: str
    rows: tuple[TeamYear, ...]

    @property
    def teams(self) -> int:
        return len(self.rows)

    @cached_property
    def mean(self) -> Decimal | None:
        """Of the teams that have a score."""
        return mean(one.score for one in self.rows if one.score is not None).value

    @cached_property
    def _grades(self) -> Counter[str]:
        return Counter(one.grade for one in self.rows)

    def count(self, grade: str) -> int:
        return self._grades[grade]

    def counted(self, grades: Sequence[str]) -> list[tuple[str, int]]:
        """(优秀, 11), (合格, 27), those that were given."""
        return [(grade, self._grades[grade]) for grade in grades if self._grades[grade]]

    @property
    def deducted(self) -> Mean:
        """Of a team in all months of the year."""
        return mean(one.deducted for one in self.rows)

    @property
    def bonus(self) -> Mean:
        return mean(one.bonus for one in self.rows)


def by_district(rows: Iterable[TeamYear]) -> list[District]:
    """In the order of the rows; the last one is the whole town."""
    listed = tuple(rows)
    found: dict[str, list[TeamYear]] = {}
    for one in listed:
        found.setdefault(one.district or NO_DISTRICT, []).append(one)
    return [*(District(name, tuple(own)) for name, own in found.items()), District(WHOLE_TOWN, listed)]


def of_grades(rows: Iterable[AnnualGrade]) -> list[TeamYear]:
    """From rows read with their summaries."""
    return [TeamYear(one.summary.district_name, one.score, one.grade) for one in rows]


# --- Over the years -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class VillageYears:
    """A row of the table: the village, its district now, and its team's years."""

    pk: int
    name: str
    district: str
    place: int
    code: str
    pinyin: str
    years: Mapping[int, TeamYear] = field(default_factory=dict)

    def score(self, year: int) -> Decimal | None:
        return self.years[year].score if year in self.years else None

    def grade(self, year: int) -> str:
        return self.years[year].grade if year in self.years else ""

    def change(self, year: int) -> Decimal | None:
        """To the year before."""
        now, before = self.score(year), self.score(year - 1)
        return None if now is None or before is None else now - before


@dataclass(frozen=True)
class Comparison:
    """`years` from the oldest, `assessed` those whose assessment was begun, `grades` those given in any of them."""

    year: int
    years: tuple[int, ...]
    rows: tuple[VillageYears, ...]
    assessments: Mapping[int, AnnualAssessment]
    terms: YearTerms | None

    def districts(self, year: int) -> list[District]:
        """In the order of the districts now."""
        return by_district(one.years[year] for one in self.rows if year in one.years)

    @property
    def months(self) -> int:
        """How many months of the year were sealed, of the team that has most."""
        return max((one.years[self.year].months for one in self.rows if self.year in one.years), default=0)


def comparison(year: int, *, only_told: bool) -> Comparison:
    """Grades of decided years; `only_told`: of those whose notice was issued. Five queries."""
    years = tuple(range(year - YEARS + 1, year + 1))
    assessments = {one.year: one for one in AnnualAssessment.objects.filter(year__in=years).defer("basis")}
    shown = {y for y, one in assessments.items() if (one.notice_id if only_told else one.is_graded)}
    frozen = _frozen(years, shown)
    figures = _sealed({year, *(y for y in years if y not in frozen)}, assessments)
    found: dict[int, dict[int, TeamYear]] = {}
    for y in years:
        # Once a year is frozen, a team that takes no part in it stands in none of its papers.
        for village, own in (frozen.get(y) or figures.get(y, {})).items():
            summed = figures.get(y, {}).get(village)
            if summed is not None and own is not summed:
                own = TeamYear(own.district, own.score, own.grade, summed.months, summed.deducted, summed.bonus)
            found.setdefault(village, {})[y] = own
    own = assessments.get(year)
    return Comparison(
        year, years, tuple(_villages(found)), assessments, YearTerms.from_json(own.terms) if own is not None else None
    )


def _villages(found: Mapping[int, Mapping[int, TeamYear]]) -> Iterable[VillageYears]:
    """One query."""
    rows = Village.objects.filter(pk__in=found).order_by("group__position", "code")
    for pk, name, code, pinyin, district, place in rows.values_list(
        "pk", "name", "code", "pinyin", "group__district_name", "group__position"
    ):
        place = LAST if place is None else place
        yield VillageYears(pk, name, district or NO_DISTRICT, place, code, pinyin, found[pk])


def _frozen(years: Sequence[int], shown: set[int]) -> dict[int, dict[int, TeamYear]]:
    """Year → village → what was handed to the committee. One query."""
    rows = AnnualGrade.objects.standing().filter(assessment__year__in=years)
    rows = rows.exclude(assessment__state=AnnualAssessment.State.SUMMARY).order_by("assessment__year", "position")
    found: dict[int, dict[int, TeamYear]] = {}
    for year, village, district, score, grade in rows.values_list(
        "assessment__year", "village_id", "summary__district_name", "score", "grade"
    ):
        told = grade if year in shown else ""
        found.setdefault(year, {})[village] = TeamYear(district or NO_DISTRICT, score, told)
    return found


def _sealed(years: set[int], assessments: Mapping[int, AnnualAssessment]) -> dict[int, dict[int, TeamYear]]:
    """Year → village → its sealed months, by the rule of the year where it has one, else their mean, with the
    decimals of the version that judged the last of them. Two queries: months are few and their ids tell the year,
    which asked of each score would cost more than all the rest."""
    by_year: dict[int, list[int]] = {}
    decimals: dict[int, int] = {}
    months = AppraisalMonth.objects.sealed().filter(month__year__in=sorted(years)).order_by("month")
    for pk, day, places in months.values_list("pk", "month", "scheme__decimals"):
        by_year.setdefault(day.year, []).append(pk)
        decimals[day.year] = places
    year_of = Case(
        *(When(month__in=ids, then=Value(year)) for year, ids in by_year.items()), output_field=IntegerField()
    )
    rows = MonthlyScore.objects.filter(month__in=[pk for ids in by_year.values() for pk in ids]).order_by()
    summed = (
        rows.annotate(year=year_of)
        .values_list("year", "village_id", "district_name")
        .annotate(n=Count("pk"), total=Sum("team_total"), lost=Sum("deducted"), won=Sum("bonus"))
    )
    parts: dict[tuple[int, int], list[tuple[Any, ...]]] = {}
    for year, village, *part in summed if by_year else ():
        parts.setdefault((year, village), []).append(tuple(part))
    bases = {year: YearTerms.from_json(one.terms).basis for year, one in assessments.items()}
    found: dict[int, dict[int, TeamYear]] = {}
    for (year, village), own in parts.items():
        found.setdefault(year, {})[village] = _team_year(own, bases.get(year, MEAN), decimals[year])
    return found


def _team_year(parts: Sequence[tuple[Any, ...]], basis: str, decimals: int) -> TeamYear:
    """A village that changed its district in the year stands with the one of most of its months."""
    months = sum(part[1] for part in parts)
    total, lost, won = (sum((rounded(Decimal(part[n]), 2) for part in parts), ZERO) for n in (2, 3, 4))
    district = max(parts, key=lambda part: (part[1], part[0]))[0] or NO_DISTRICT
    return TeamYear(district, score_of(total, months, basis, decimals), "", months, lost, won)
