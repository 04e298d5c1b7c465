"""Weeks, months, quarters and years as values, and the closed spans that postings and terms are made of.

Pure: no Django, no clock; `today` is an argument. Keys are those of the addresses: `2018-W42` (ISO week,
Monday to Sunday), `2018-10`, `2018-Q4`, `2018`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import ClassVar, Protocol, Self

ONE_DAY = timedelta(days=1)

#: Years a key may name. Narrower than what `date` can hold, so that the neighbours of every period
#: that came from an address exist.
FIRST_YEAR, LAST_YEAR = 1900, 2199


class Stretch(Protocol):
    """Whatever has a first and a last day: a week, a month, the days that a paper speaks of."""

    @property
    def start(self) -> date: ...

    @property
    def end(self) -> date: ...


class Period(ABC):
    """A run of whole days with a key, a Chinese title and neighbours of its own kind.

    Periods of one kind are ordered by time; comparing two kinds is a `TypeError`.
    """

    pattern: ClassVar[re.Pattern[str]]
    kind_name: ClassVar[str]
    example: ClassVar[str]

    @classmethod
    @abstractmethod
    def of(cls, day: date) -> Self:
        """The period of this kind that `day` lies in."""

    @classmethod
    def containing(cls, day: date) -> Self:
        """The same as `of`, for sentences that read better so."""
        return cls.of(day)

    @classmethod
    def parse(cls, key: str) -> Self:
        """Read a key. Raises ValueError with a Chinese sentence when there is no such period."""
        found = cls.pattern.fullmatch(key)
        if found is None:
            raise ValueError(f"请按{cls.example}的格式填写{cls.kind_name}，现在是“{key}”。")
        numbers = [int(part) for part in found.groups()]
        try:
            if not FIRST_YEAR <= numbers[0] <= LAST_YEAR:
                raise ValueError
            return cls(*numbers)
        except ValueError:
            raise ValueError(f"没有“{key}”这个{cls.kind_name}。") from None

    @property
    @abstractmethod
    def key(self) -> str: ...

    @property
    @abstractmethod
    def title(self) -> str: ...

    @property
    @abstractmethod
    def start(self) -> date: ...

    @property
    @abstractmethod
    def end(self) -> date:
        """The last day, included."""

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self)

    def next(self) -> Self:
        return self.of(self.end + ONE_DAY)

    def previous(self) -> Self:
        return self.of(self.start - ONE_DAY)

    def __iter__(self) -> Iterator[date]:
        return _days_between(self.start, self.end)

    def __len__(self) -> int:
        return (self.end - self.start).days + 1

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= _plain_day(day) <= self.end

    def __str__(self) -> str:
        return self.key


@dataclass(frozen=True, order=True)
class Week(Period):
    """ISO week, Monday to Sunday; `year` is the ISO year, which near New Year is not that of every day."""

    year: int
    number: int

    pattern: ClassVar = re.compile(r"([0-9]{4})-W([0-9]{2})")
    kind_name: ClassVar = "周"
    example: ClassVar = "2018-W42"

    def __post_init__(self) -> None:
        date.fromisocalendar(self.year, self.number, 1)  # ValueError when there is no such week

    @classmethod
    def of(cls, day: date) -> Self:
        iso = _plain_day(day).isocalendar()
        return cls(iso.year, iso.week)

    @property
    def key(self) -> str:
        return f"{self.year:04}-W{self.number:02}"

    @property
    def title(self) -> str:
        """第42周（10月15日—21日）; with the years where the week has days of two."""
        first, last = self.start, self.end
        if first.year != last.year:
            return f"{self.year}年第{self.number}周（{_year_day(first)}—{_year_day(last)}）"
        until = f"{last.day}日" if first.month == last.month else _month_day(last)
        return f"第{self.number}周（{_month_day(first)}—{until}）"

    @property
    def start(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def end(self) -> date:
        return date.fromisocalendar(self.year, self.number, 7)


@dataclass(frozen=True, order=True)
class Month(Period):
    year: int
    number: int

    pattern: ClassVar = re.compile(r"([0-9]{4})-([0-9]{2})")
    kind_name: ClassVar = "月份"
    example: ClassVar = "2018-10"

    def __post_init__(self) -> None:
        date(self.year, self.number, 1)

    @classmethod
    def of(cls, day: date) -> Self:
        day = _plain_day(day)
        return cls(day.year, day.month)

    @property
    def key(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def title(self) -> str:
        return f"{self.year}年{self.number}月"

    @property
    def start(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def end(self) -> date:
        return _last_day(self.year, self.number)

    @property
    def quarter(self) -> Quarter:
        return Quarter.of(self.start)


@dataclass(frozen=True, order=True)
class Quarter(Period):
    year: int
    number: int

    pattern: ClassVar = re.compile(r"([0-9]{4})-Q([0-9])")
    kind_name: ClassVar = "季度"
    example: ClassVar = "2018-Q4"

    def __post_init__(self) -> None:
        if self.number not in (1, 2, 3, 4):
            raise ValueError(f"没有第{self.number}季度。")
        date(self.year, 1, 1)

    @classmethod
    def of(cls, day: date) -> Self:
        day = _plain_day(day)
        return cls(day.year, (day.month + 2) // 3)

    @property
    def key(self) -> str:
        return f"{self.year:04}-Q{self.number}"

    @property
    def title(self) -> str:
        return f"{self.year}年第{'一二三四'[self.number - 1]}季度"

    @property
    def start(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def end(self) -> date:
        return _last_day(self.year, self.number * 3)

    @property
    def months(self) -> tuple[Month, ...]:
        return tuple(Month(self.year, self.number * 3 - 2 + n) for n in range(3))


@dataclass(frozen=True, order=True)
class Year(Period):
    number: int

    pattern: ClassVar = re.compile(r"([0-9]{4})")
    kind_name: ClassVar = "年份"
    example: ClassVar = "2018"

    def __post_init__(self) -> None:
        date(self.number, 1, 1)

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(_plain_day(day).year)

    @property
    def key(self) -> str:
        return f"{self.number:04}"

    @property
    def title(self) -> str:
        return f"{self.number}年"

    @property
    def start(self) -> date:
        return date(self.number, 1, 1)

    @property
    def end(self) -> date:
        return date(self.number, 12, 31)

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        return tuple(Quarter(self.number, n) for n in (1, 2, 3, 4))

    @property
    def months(self) -> tuple[Month, ...]:
        return tuple(Month(self.number, n) for n in range(1, 13))


@dataclass(frozen=True)
class Span:
    """A closed run of days, as of a posting or a term; `ends_on` None is still running."""

    starts_on: date
    ends_on: date | None = None

    def __post_init__(self) -> None:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError(f"终止日期{_year_day(self.ends_on)}早于起始日期{_year_day(self.starts_on)}。")

    def covers(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one day."""
        return self.covers(other.starts_on) or other.covers(self.starts_on)

    @property
    def day_count(self) -> int | None:
        """Days in the span, both ends counted; None while it runs."""
        return None if self.ends_on is None else (self.ends_on - self.starts_on).days + 1


def gaps(spans: Iterable[Span], *, until: date | None = None) -> list[Span]:
    """The runs of days after the first start that no span covers, oldest first.

    Without `until` only gaps between spans count. With it, gaps are looked for up to and including that
    day: a grid whose last head has left is vacant until today.
    """
    found: list[Span] = []
    covered_to: date | None = None
    for span in sorted(spans, key=lambda span: span.starts_on):
        if covered_to is not None and span.starts_on > covered_to + ONE_DAY:
            found.append(Span(covered_to + ONE_DAY, span.starts_on - ONE_DAY))
        if span.ends_on is None:
            covered_to = None
            break
        covered_to = max(covered_to or span.ends_on, span.ends_on)
    if until is None:
        return found
    if covered_to is not None and covered_to < until:
        found.append(Span(covered_to + ONE_DAY, until))
    return [Span(gap.starts_on, min(gap.ends_on or until, until)) for gap in found if gap.starts_on <= until]


def _days_between(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _plain_day(day: date) -> date:
    # A moment has no day until a time zone is chosen; guessing it here would be wrong near midnight.
    if isinstance(day, datetime):
        raise TypeError("a period is found by date, not by datetime")
    return day


@lru_cache(maxsize=500)
def _last_day(year: int, month: int) -> date:
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - ONE_DAY


def _month_day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _year_day(day: date) -> str:
    return f"{day.year}年{_month_day(day)}"
