"""工作日历: days off and days at work from a workbook, one a row.

Stands on the roof, because the import knows the town's actions and the town knows no import.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.importing import cells
from lianzhen.importing.kinds import OFFICE, Change, Column, Kind, Plan, register
from lianzhen.town.actions import keep_calendar_year, set_day
from lianzhen.town.models import CalendarDay, CalendarYear
from lianzhen.town.workdays import DaySpec
from lianzhen.wording import full_date

FIRST, LAST = date(1949, 10, 1), date(2099, 12, 31)
WORKS = {
    "休息": False,
    "休": False,
    "放假": False,
    "节假日": False,
    "调休": False,
    "上班": True,
    "班": True,
    "补班": True,
    "工作日": True,
    "调休上班": True,
}
#: Without these no arrangement of a year is whole, whatever else it holds.
WHOLE_WITH = ("元旦", "春节", "国庆")
_WEEKDAY = re.compile(r"[（(]?(?:星期|周)[一二三四五六日天][)）]?")


def calendar_day(text: str, title: str) -> date:
    """A day with or without its weekday."""
    day = cells.day(_WEEKDAY.sub("", cells.tidy(text)), title)
    if not FIRST <= day <= LAST:
        raise ValueError(f"请核对{title}的年份，应在1949年10月1日到2099年12月31日之间。")
    return day


def is_whole(names: set[str]) -> bool:
    """Whether days of these names can be the arrangement of a whole year."""
    return all(any(wanted in name for name in names) for wanted in WHOLE_WITH)


class _Book:
    def __init__(self) -> None:
        self.days = {row.date: row for row in CalendarDay.objects.all()}
        self.years: set[int] = set()


class Calendar(Kind):
    key = "calendar"
    title = "工作日历"
    place = 60
    roles = (*OFFICE, Role.SYSADMIN)
    columns = (
        Column(
            "day",
            "日期",
            calendar_day,
            ("年月日", "放假日期", "时间"),
            required=True,
            width=16,
            hint="例如2018-10-01、2018年10月1日。",
        ),
        Column(
            "works",
            "上班或休息",
            cells.choice(WORKS),
            ("上班", "休息", "类型", "类别", "是否上班", "休或班", "安排"),
            required=True,
            hint="放假和调休的日子填“休息”，周末补班的日子填“上班”。",
        ),
        Column(
            "name",
            "名称",
            cells.words(30),
            ("节日", "节日名称", "节假日", "节假日名称", "说明", "节日或说明"),
            width=20,
            hint="例如国庆节、国庆节调休。",
        ),
    )
    notes = (
        "只填与平常的一周不同的日子：放假的日子和周末补班的日子。",
        "有元旦、春节和国庆节的，作为这一年的安排；已经采用过的年度，只改动表里有的日子。",
    )
    samples = (
        {"day": "2018-10-01", "works": "休息", "name": "国庆节"},
        {"day": "2018年9月29日", "works": "上班", "name": "国庆节调休"},
    )

    def book(self) -> _Book:
        return _Book()

    def same(self, row: Mapping[str, Any]) -> Hashable | None:
        return row["day"]

    def plan(self, row: Mapping[str, Any], book: _Book) -> Plan:
        day = row["day"]
        stored = book.days.get(day)
        before = stored.spec if stored else None
        after = DaySpec(day, row["works"], row.get("name", before.name if before else ""))
        wanted = after if after.says_something else None
        if wanted == before:
            # A day that is as in a plain week has no row, and needs none.
            return Plan(lambda by: None, [], stored or CalendarDay(date=day))

        def write(by: User | None) -> None:
            set_day(day=day, is_workday=after.is_workday, name=after.name, by=by, reason="导入")
            book.years.add(day.year)

        return Plan(write, [_told(day, before, wanted)], stored)

    def conclude(self, book: _Book, by: User | None) -> None:
        """Years whose arrangement is whole now are missing no longer."""
        for year in sorted(book.years - CalendarYear.objects.years()):
            names = set(CalendarDay.objects.filter(date__year=year).values_list("name", flat=True))
            if is_whole(names):
                keep_calendar_year(year=year, by=by, reason="导入")


def _told(day: date, before: DaySpec | None, after: DaySpec | None) -> Change:
    return full_date(day), _in_words(before) if before else "", _in_words(after)


def _in_words(spec: DaySpec | None) -> str:
    return "平常" if spec is None else f"{'上班' if spec.is_workday else '休息'} {spec.name}".strip()


def register_kinds() -> None:
    register(Calendar())
