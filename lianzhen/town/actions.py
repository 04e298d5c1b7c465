"""Everything that changes the town, its departments and its calendar. Each function is one act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone

from lianzhen.town.calendars import Change, DaySpec, days_from_package, differences, package_years
from lianzhen.town.models import CalendarDay, CalendarSource, CalendarYear, Department, Town
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


# --- Town -----------------------------------------------------------------------------------
def save_town(
    *,
    name: str,
    code: str,
    county_name: str,
    office_phone: str,
    by: User | None,
    reason: str = "",
    is_demo: bool | None = None,
    version: int | None = None,
) -> Town:
    """Set the town up, or correct what is written about it.

    `is_demo` is settled when the row is made and never afterwards: real records must not be able to pass
    for invented ones, nor the reverse. Raises ValidationError on a change of it, EditConflict on a stale
    `version`.
    """
    with acting(by=by, action="town.save", label="保存镇的信息", reason=reason):
        town = Town.objects.select_for_update().first()
        if town is None:
            town = Town(is_demo=bool(is_demo))
        else:
            town = lock_for_change(town, version)
            if is_demo not in (None, town.is_demo):
                raise ValidationError("演示数据与正式数据不能互换，请另建一套平台。")
        town.name, town.code = name.strip(), code.strip()
        town.county_name, town.office_phone = county_name.strip(), office_phone.strip()
        town.full_clean()
        town.save()
    return town


# --- Departments ----------------------------------------------------------------------------
def add_department(
    *, name: str, kind: str, by: User | None, position: int | None = None, reason: str = ""
) -> Department:
    """Add a department, last in order where no position is given."""
    with acting(by=by, action="department.add", label="新增站所、办", reason=reason):
        if position is None:
            position = (Department.objects.aggregate(last=Max("position"))["last"] or 0) + 10
        department = Department(name=name.strip(), kind=kind, position=position)
        department.full_clean()
        department.save()
    return department


def change_department(
    *,
    department: Department,
    name: str,
    kind: str,
    position: int,
    by: User,
    reason: str = "",
    version: int | None = None,
) -> Department:
    with acting(by=by, action="department.change", label="修改站所、办", reason=reason):
        department = lock_for_change(department, version)
        department.name, department.kind, department.position = name.strip(), kind, position
        department.full_clean()
        department.save()
    return department


def end_department(
    *, department: Department, ended_on: date, by: User | None, reason: str, version: int | None = None
) -> Department:
    """Record that a department was dissolved; `ended_on` is its last day. People who came from it keep it."""
    with acting(by=by, action="department.end", label="撤销站所、办", reason=_required(reason)):
        department = lock_for_change(department, version)
        if department.ended_on:
            raise ValidationError(f"{department}已于{full_date(department.ended_on)}撤销。")
        department.ended_on = ended_on
        department.full_clean()
        department.save()
    return department


# --- Calendar -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Adoption:
    """What taking over a year's arrangement came to."""

    year: CalendarYear
    changes: list[Change]


def preview_calendar_year(*, year: int, days: Iterable[DaySpec]) -> list[Change]:
    """What `adopt_calendar_year` would change, for the page that asks before it does. Writes nothing."""
    rows, wanted = _rows_and_wanted(year, days)
    return differences([row.spec for row in rows.values()], wanted)


def adopt_calendar_year(
    *, year: int, days: Iterable[DaySpec], source: str, by: User | None, reason: str = ""
) -> Adoption:
    """Take `days` as the arrangement of `year`, in place of what stood for it, days set by hand included.

    Doing it twice changes nothing the second time and leaves nothing on the trail. Days in the December
    before belong to New Year of `year`; those that a later year's arrangement has claimed stay as they are.
    Raises ValidationError for a day of another year and for an empty arrangement.
    """
    with acting(by=by, action="calendar.adopt", label=f"采用{year}年工作日历", reason=reason) as act:
        _hold_calendar()
        rows, wanted = _rows_and_wanted(year, days)
        changes = differences([row.spec for row in rows.values()], wanted)
        stale = _stale_rows(rows, changes, source=source, plan_year=year)
        row = CalendarYear.objects.filter(year=year).first() or CalendarYear(year=year)
        if row.pk and row.source == source and not changes and not stale:
            return Adoption(row, [])
        row.source, row.adopted_at, row.adopted_by = source, timezone.now(), by
        row.full_clean()
        row.save()
        told = _write_days(rows, changes, source=source, plan_year=year, by=by)
        told += _write_sources(stale, source=source, plan_year=year)
        if told:
            act.note(row, told)
    return Adoption(row, changes)


def adopt_package_years(*, by: User | None, reason: str = "") -> list[int]:
    """Take over every year that the package covers and the calendar lacks; the years taken."""
    with acting(by=by, action="calendar.adopt", label="采用节假日数据包", reason=reason):
        present = CalendarYear.objects.years()
        lacking = [year for year in package_years() if year not in present]
        for year in lacking:
            adopt_calendar_year(
                year=year, days=days_from_package(year), source=CalendarSource.PACKAGE, by=by, reason=reason
            )
    return lacking


def keep_calendar_year(*, year: int, by: User | None, reason: str) -> CalendarYear:
    """The days that were set by hand make up the year's arrangement: it is missing no longer. A year taken over
    before stays as it was taken."""
    with acting(by=by, action="calendar.keep", label=f"采用{year}年工作日历", reason=_required(reason)):
        _hold_calendar()
        row = CalendarYear.objects.filter(year=year).first()
        if row is None:
            row = CalendarYear(year=year, source=CalendarSource.MANUAL, adopted_by=by)
            row.full_clean()
            row.save()
    return row


def set_day(*, day: date, is_workday: bool, name: str, by: User | None, reason: str) -> CalendarDay | None:
    """Set one day by hand. A day that is again as in a plain week loses its row (the answer is None)."""
    with acting(by=by, action="calendar.set_day", label="设置工作日历", reason=_required(reason)):
        _hold_calendar()
        row = CalendarDay.objects.filter(date=day).first()
        if not DaySpec(day, is_workday, name.strip()).says_something:
            if row:
                row.delete()
            return None
        row = row or CalendarDay(date=day, plan_year=day.year)
        if row.pk and row.spec == DaySpec(day, is_workday, name.strip()):
            return row
        row.is_workday, row.name, row.source = is_workday, name.strip(), CalendarSource.MANUAL
        row.full_clean()
        row.save()
    return row


def _hold_calendar() -> None:
    """Let one change of the calendar wait for another; the one row of the town serves as the lock."""
    list(Town.objects.select_for_update())


def _rows_and_wanted(year: int, days: Iterable[DaySpec]) -> tuple[dict[date, CalendarDay], list[DaySpec]]:
    """Rows that the arrangement of `year` stands for or takes over, and the days it wants, by date."""
    wanted = {spec.day: spec for spec in days if spec.says_something}
    if not wanted:
        raise ValidationError(f"没有{year}年的放假和调休日期可以采用。")
    for day in wanted:
        if day.year != year and (day.year, day.month) != (year - 1, 12):
            raise ValidationError(f"{full_date(day)}不属于{year}年的安排。")
    own = CalendarDay.objects.filter(plan_year=year)
    touched = CalendarDay.objects.filter(date__in=list(wanted))
    rows = {row.date: row for row in (own | touched)}
    later = {day for day, row in rows.items() if row.plan_year > year}
    return (
        {day: row for day, row in rows.items() if day not in later},
        [spec for day, spec in sorted(wanted.items()) if day not in later],
    )


#: One line of an entry on the trail: what, before, after.
Line = tuple[str, str, str]


def _write_days(
    rows: dict[date, CalendarDay], changes: list[Change], *, source: str, plan_year: int, by: User | None
) -> list[Line]:
    """Changed and removed days leave entries of their own; the lines returned tell of the new ones.

    Forty new rows a year are one thing done: forty entries on the trail would hide it.
    """
    fresh = []
    for day, before, after in changes:
        if after is None:
            rows[day].delete()
            continue
        row = rows[day] if before else CalendarDay(date=day, version=1, updated_by=by)
        row.is_workday, row.name = after.is_workday, after.name
        row.source, row.plan_year = source, plan_year
        row.full_clean()
        if before:
            row.save()
        else:
            fresh.append(row)
    CalendarDay.objects.bulk_create(fresh)
    return [(str(row), "", _told(row.spec)) for row in fresh]


def _stale_rows(
    rows: dict[date, CalendarDay], changes: list[Change], *, source: str, plan_year: int
) -> list[CalendarDay]:
    """Days that stay as they are but are now vouched for by another source or year."""
    changed = {day for day, _, _ in changes}
    return [
        row for row in rows.values() if row.date not in changed and (row.source, row.plan_year) != (source, plan_year)
    ]


def _write_sources(rows: list[CalendarDay], *, source: str, plan_year: int) -> list[Line]:
    told = [(f"{row}来源", row.get_source_display(), CalendarSource(source).label) for row in rows]
    CalendarDay.objects.filter(pk__in=[row.pk for row in rows]).update(source=source, plan_year=plan_year)
    return [line for line in told if line[1] != line[2]]


def _told(spec: DaySpec) -> str:
    return f"{'班' if spec.is_workday else '休'} {spec.name}".strip()


def _required(reason: str) -> str:
    if not reason.strip():
        raise ValidationError({"reason": "请填写原因。"})
    return reason
