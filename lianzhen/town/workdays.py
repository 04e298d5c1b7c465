"""Which days are worked: the plain Monday-to-Friday week and the exceptions that the State Council
announces each November (holidays on weekdays, 调休 work days on weekends). Source: 国务院办公厅 yearly
notices of holiday arrangements; domain.md §1.2.

Pure: the exceptions are passed in, as `CalendarDay.objects.between(…).as_exceptions()` gives them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


def is_plain_workday(day: date) -> bool:
    """Monday to Friday, without regard to any holiday."""
    return day.weekday() < 5


@dataclass(frozen=True, order=True)
class DaySpec:
    """One day that a calendar has to say something about: off or worked, and the holiday's name."""

    day: date
    is_workday: bool
    name: str = ""

    @property
    def says_something(self) -> bool:
        """False for a nameless day that is as in a plain week: no row is kept for it."""
        return bool(self.name) or self.is_workday != is_plain_workday(self.day)


def made_up_for(holiday: str) -> str:
    """What a work day that makes up for a holiday is called: 国庆节调休."""
    return f"{holiday}调休" if holiday and "调休" not in holiday else holiday


@dataclass(frozen=True)
class WorkCalendar:
    """Answers by the exceptions it holds; a day without one is as in a plain week.

    It cannot know that a year's exceptions are missing: `CalendarYear` says which years are present.
    """

    exceptions: Mapping[date, bool] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        return self.exceptions.get(day, is_plain_workday(day))

    def workdays(self, days: Iterable[date]) -> list[date]:
        """Those of the days (a `Week`, a `Month`, any dates) that are worked, in their order."""
        return [day for day in days if self.is_workday(day)]

    def count(self, days: Iterable[date]) -> int:
        return len(self.workdays(days))

    def next_workday(self, day: date) -> date:
        """The first workday after `day`."""
        return self.add_workdays(day, 1)

    def add_workdays(self, day: date, n: int) -> date:
        """The n-th workday after `day`, which itself is not counted; before it when n is negative.

        With 0 it is `day` where that is worked and the next workday otherwise.
        """
        if n == 0:
            return day if self.is_workday(day) else self.add_workdays(day, 1)
        step = ONE_DAY if n > 0 else -ONE_DAY
        left = abs(n)
        while left:
            day += step
            left -= self.is_workday(day)
        return day
