"""Where a year's holidays and 调休 work days come from: the package, or a notice that somebody pastes.

Pure: years and text in, days out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from chinese_calendar.constants import Holiday
from chinese_calendar.constants import holidays as package_holidays
from chinese_calendar.constants import workdays as package_workdays

from lianzhen.town.notice_text import parse_notice
from lianzhen.town.workdays import DaySpec, made_up_for

__all__ = [
    "Change",
    "DaySpec",
    "days_from_package",
    "differences",
    "missing_years",
    "package_years",
    "parse_notice",
]

#: A day, what stood there and what will; None where there was or will be nothing to say.
Change = tuple[date, DaySpec | None, DaySpec | None]

#: The notice for the coming year appears in November (domain.md §1.2).
NOTICE_MONTH = 11

#: The package shortens three names; the notices do not.
_FULL_NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


def package_years() -> list[int]:
    """Years that chinesecalendar covers; it answers for no other."""
    return sorted({day.year for day in package_holidays})


def days_from_package(year: int) -> list[DaySpec]:
    """Holidays and 调休 work days of a year, in order.

    Raises ValueError for a year that the package does not cover, where a plain week would be wrong.
    """
    if year not in package_years():
        raise ValueError(f"节假日数据包里没有{year}年的安排。")
    off = [DaySpec(day, False, _name(value)) for day, value in package_holidays.items()]
    on = [DaySpec(day, True, made_up_for(_name(value))) for day, value in package_workdays.items()]
    return sorted(spec for spec in off + on if spec.day.year == year)


def missing_years(today: date, present: Collection[int]) -> list[int]:
    """Years whose arrangement should be here by today and is not: this year, and next from 1 November."""
    due = [today.year, today.year + 1] if today.month >= NOTICE_MONTH else [today.year]
    return [year for year in due if year not in present]


def differences(old: Iterable[DaySpec], new: Iterable[DaySpec]) -> list[Change]:
    """What would change from one set of days to another, by date."""
    before = {spec.day: spec for spec in old}
    after = {spec.day: spec for spec in new}
    days = sorted(before.keys() | after.keys())
    return [(day, before.get(day), after.get(day)) for day in days if before.get(day) != after.get(day)]


def _name(package_value: str) -> str:
    chinese = Holiday(package_value).chinese
    return _FULL_NAMES.get(chinese, chinese)
