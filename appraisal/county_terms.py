"""What the report to the county speaks of, as values. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from lianzhen.periods import Month


@dataclass(frozen=True)
class District:
    """A 片区 on the last day: villages, teams with their people, self-governed villages with their instructors,
    grids and how many have a head, villager groups, social organisations. `group`: its number."""

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
    group: int | None = None


@dataclass(frozen=True)
class DutyMonth:
    """Days of duty of a month: kept, missed, entered late; `url`: the month by team."""

    month: Month
    done: int
    missed: int
    late: int
    url: str = ""


@dataclass(frozen=True)
class DutyTotal:
    """Days of duty up to today: kept, owed and missed, entered late. `url`: the entries that count, `late_url`:
    those made late."""

    done: int
    missed: int
    late: int
    url: str = ""
    late_url: str = ""
    months: Sequence[DutyMonth] = ()

    @property
    def owed(self) -> int:
        """What was kept and what was missed."""
        return self.done + self.missed


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


@dataclass(frozen=True)
class CategoryLine:
    """A category over all sealed months (分)."""

    name: str
    deducted: Decimal
    bonus: Decimal
    url: str = ""
    bonus_url: str = ""


@dataclass(frozen=True)
class YearLine:
    """A year that ends in the months and whose grades were decided: teams that took part, their mean score (分),
    how many got which grade, from the best."""

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
    """All facts of a report. `until` is the last day that it speaks of; `unsealed` are months without final scores."""

    first: Month
    last: Month
    until: date
    districts: Sequence[District] = ()
    duty: DutyTotal = DutyTotal(0, 0, 0)
    work: Work = Work()
    months: Sequence[MonthLine] = ()
    unsealed: Sequence[Month] = ()
    years: Sequence[YearLine] = ()
    categories: Sequence[CategoryLine] = ()
    district_means: Sequence[tuple[str, Decimal | None]] = ()
    examples: Sequence[Example] = ()
    #: What is counted → the list of it.
    urls: Mapping[str, str] = field(default_factory=dict)

    def total(self, figure: str) -> int:
        """Of one figure over all districts."""
        return sum(getattr(one, figure) for one in self.districts)
