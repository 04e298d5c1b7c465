"""The days that a report to the county speaks of: any run of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lianzhen.periods import ONE_DAY, Month, Quarter, Stretch, Week, Year
from lianzhen.wording import date_range, full_date, long_date

#: A report of more years than this is a history; it would make every week of duty anew.
MOST_YEARS = 10


@dataclass(frozen=True, order=True)
class ReportPeriod:
    """From the first to the last day, both included. ValueError with a sentence where they are the wrong way
    round."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("截止日期不能早于起始日期。")

    @classmethod
    def of(cls, first: Stretch, last: Stretch | None = None, *, until: date | None = None) -> ReportPeriod:
        """From the first day of one period to the last of another, or to the day `until` where that is earlier."""
        end = (last or first).end
        return cls(first.start, end if until is None else min(end, until))

    def __len__(self) -> int:
        """Days."""
        return (self.end - self.start).days + 1

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def is_too_long(self) -> bool:
        last = self.end
        return (last.year - self.start.year, last.month, last.day) >= (MOST_YEARS, self.start.month, self.start.day)

    # --- What it holds --------------------------------------------------------------------------
    @property
    def months(self) -> tuple[Month, ...]:
        """All that it has a day of."""
        months = [Month.of(self.start)]
        while months[-1].end < self.end:
            months.append(months[-1].next())
        return tuple(months)

    @property
    def whole_months(self) -> tuple[Month, ...]:
        return tuple(month for month in self.months if self.start <= month.start and month.end <= self.end)

    @property
    def cut_months(self) -> tuple[Month, ...]:
        """Those of which a day lies outside."""
        return tuple(month for month in self.months if not (self.start <= month.start and month.end <= self.end))

    @property
    def parts(self) -> tuple[ReportPeriod, ...]:
        """Month by month; the first and the last may be cut."""
        return tuple(ReportPeriod(max(m.start, self.start), min(m.end, self.end)) for m in self.months)

    @property
    def is_whole_months(self) -> bool:
        return not self.cut_months

    @property
    def is_whole_weeks(self) -> bool:
        return self.start.isoweekday() == 1 and self.end.isoweekday() == 7

    @property
    def has_monday(self) -> bool:
        """Weekly reports belong to the Monday of their week."""
        return Week.of(self.end).start >= self.start

    @property
    def before(self) -> ReportPeriod:
        """As many days, just before."""
        last = self.start - ONE_DAY
        return ReportPeriod(last - (self.end - self.start), last)

    # --- What it is called ----------------------------------------------------------------------
    @property
    def words(self) -> str:
        """2018年1月至9月; 2018年第42周（10月15日—21日）; 2018年10月18日（星期四）; 2018年10月8日至2019年1月5日"""
        if self.is_whole_months:
            return run_words(self.months[0], self.months[-1])
        if self.start == self.end:
            return long_date(self.start)
        if self.is_whole_weeks and len(self) == 7:
            title = Week.of(self.start).title
            return title if title.startswith(f"{Week.of(self.start).year}年") else f"{self.start.year}年{title}"
        return f"{full_date(self.start)}至{self._last_words}"

    @property
    def _last_words(self) -> str:
        last = full_date(self.end)
        if self.start.year != self.end.year:
            return last
        last = last.removeprefix(f"{self.end.year}年")
        return last if self.start.month != self.end.month else last.removeprefix(f"{self.end.month}月")

    @property
    def short(self) -> str:
        """10月8日—10月14日, in a text about the year of its end."""
        if self.start == self.end:
            return full_date(self.start).removeprefix(f"{self.end.year}年")
        return date_range(self.start, self.end, self.end.year)

    @property
    def key(self) -> str:
        """2018-01_2018-09 for whole months, 2018-10-08_2019-01-05 for other days."""
        if self.is_whole_months:
            return f"{self.months[0].key}_{self.months[-1].key}"
        return f"{self.start:%Y-%m-%d}_{self.end:%Y-%m-%d}"

    @property
    def query(self) -> str:
        """Of the address of its report."""
        return f"first={self.start:%Y-%m-%d}&last={self.end:%Y-%m-%d}"


def run_words(first: Month, last: Month) -> str:
    """2018年1月至9月, 2018年11月至2019年2月, 2018年10月"""
    return first.title if first == last else f"{first.title}至{last.title.removeprefix(f'{first.start.year}年')}"


def months_words(months: Sequence[Month]) -> str:
    """2018年1月至3月、2018年5月"""
    return "、".join(run_words(run[0], run[-1]) for run in runs_of(months))


def runs_of(months: Sequence[Month]) -> list[list[Month]]:
    """Months in their order, those that follow each other together."""
    runs: list[list[Month]] = []
    for month in months:
        if runs and runs[-1][-1].next() == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    return runs


def usual(today: date) -> ReportPeriod:
    """The months of this year that are over; in January, last year."""
    before = Month.of(today).previous()
    return ReportPeriod(date(before.start.year, 1, 1), before.end)


def presets(today: date) -> list[tuple[str, ReportPeriod]]:
    """What is asked for most, by its name."""
    return [
        ("上周", ReportPeriod.of(Week.of(today).previous())),
        ("上月", ReportPeriod.of(Month.of(today).previous())),
        ("本季度", ReportPeriod.of(Quarter.of(today), until=today)),
        ("今年以来", ReportPeriod.of(Year.of(today), until=today)),
        ("去年", ReportPeriod.of(Year.of(today).previous())),
    ]
