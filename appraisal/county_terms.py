"""What the report to the county speaks of, as values. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from appraisal.report_period import ReportPeriod
from appraisal.rules.base import ZERO
from lianzhen.periods import Month

#: What is counted → the list of it.
Urls = Mapping[str, str]


@dataclass(frozen=True)
class District:
    """A 片区 on the last day: villages, teams with their people, self-governed villages with their instructors,
    grids and how many have a head, villager groups, social organisations. `url`: its page."""

    name: str
    villages: int
    teams: int
    people: int
    selfgov: int
    instructors: int
    grids: int
    heads: int
    groups: int
    organizations: int
    url: str = ""
    urls: Urls = field(default_factory=dict)


@dataclass(frozen=True)
class DutyPart:
    """Days of duty of a month, or of the days of it that the report speaks of: kept, missed, entered late; `url`:
    the same by team."""

    period: ReportPeriod
    done: int
    missed: int
    late: int
    url: str = ""


@dataclass(frozen=True)
class DutyTotal:
    """Days of duty up to today: kept, owed and missed, entered late; `url`: the same by team. `unit`: what is missed
    is counted in 天, or in 人天 where everybody owes days of his own."""

    done: int
    missed: int
    late: int
    url: str = ""
    parts: Sequence[DutyPart] = ()
    unit: str = "天"


@dataclass(frozen=True)
class Work:
    """Counts of the days. Withdrawn needs and dropped decisions are left out."""

    reports: int = 0
    late_reports: int = 0
    needs: int = 0
    needs_done: int = 0
    needs_declined: int = 0
    meetings: int = 0
    decisions: int = 0
    decisions_done: int = 0
    decisions_overdue: int = 0

    @property
    def needs_open(self) -> int:
        return self.needs - self.needs_done - self.needs_declined


@dataclass(frozen=True)
class DistrictMean:
    """The mean score (分) of a district's teams in a month; `url`: their scores."""

    name: str
    mean: Decimal | None
    url: str = ""


@dataclass(frozen=True)
class MonthLine:
    """A sealed month (分): mean, best and worst score, the sums of what was deducted and given."""

    month: Month
    teams: int
    mean: Decimal | None
    best: Decimal
    worst: Decimal
    deducted: Decimal
    bonus: Decimal
    url: str = ""
    districts: Sequence[DistrictMean] = ()


@dataclass(frozen=True)
class EntrySum:
    """How many entries count, and their points (分); how many wait."""

    number: int = 0
    points: Decimal = ZERO
    waiting: int = 0


@dataclass(frozen=True)
class CategoryLine:
    """A category: how many deductions and bonuses, and their points (分)."""

    name: str
    deductions: int
    deducted: Decimal
    bonuses: int
    bonus: Decimal
    url: str = ""
    bonus_url: str = ""


@dataclass(frozen=True)
class Entries:
    """Deductions and bonuses that happened on the days and are in no sealed month of the report: points as recorded.
    `urls`: of deductions, bonuses, and what waits of either (appealed, claimed)."""

    period: ReportPeriod
    deductions: EntrySum = EntrySum()
    bonuses: EntrySum = EntrySum()
    categories: Sequence[CategoryLine] = ()
    urls: Urls = field(default_factory=dict)


@dataclass(frozen=True)
class YearLine:
    """A year that ends in the days and whose grades were decided: teams that took part, their mean score (分),
    how many got which grade, from the best. `url`: the teams with their grades."""

    year: int
    teams: int
    mean: Decimal | None
    grades: Sequence[tuple[str, int]]
    url: str = ""


@dataclass(frozen=True)
class Example:
    """A bonus that was agreed to."""

    village: str
    fact: str
    day: date
    points: Decimal
    url: str = ""


@dataclass(frozen=True)
class CountyFacts:
    """All facts of a report. `months`: those wholly in the period that are sealed; `unsealed`: those wholly in it
    that are not. `entries`: of the days beside the sealed months, None where there are none; `before`: of as many
    days before, where no month is sealed to compare by."""

    period: ReportPeriod
    town: str = ""
    districts: Sequence[District] = ()
    duty: DutyTotal = DutyTotal(0, 0, 0)
    work: Work = Work()
    months: Sequence[MonthLine] = ()
    unsealed: Sequence[Month] = ()
    years: Sequence[YearLine] = ()
    categories: Sequence[CategoryLine] = ()
    entries: Entries | None = None
    before: Entries | None = None
    examples: Sequence[Example] = ()
    #: Counted though they may have come after the period, by what they are.
    uncertain: Mapping[str, int] = field(default_factory=dict)
    #: The register and the work.
    urls: Urls = field(default_factory=dict)

    def total(self, figure: str) -> int:
        """Of one figure over all districts."""
        return sum(getattr(one, figure) for one in self.districts)
