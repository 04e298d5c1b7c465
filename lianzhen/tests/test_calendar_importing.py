"""What a row of 工作日历 means."""

from __future__ import annotations

from datetime import date

import pytest

from lianzhen.accounts.roles import Role
from lianzhen.calendar_importing import is_whole
from lianzhen.importing.tests.books import row_at, sentences, taken_in, uploaded, xlsx
from lianzhen.town import actions
from lianzhen.town.calendars import days_from_package
from lianzhen.town.models import CalendarDay, CalendarYear
from lianzhen.trail.models import AuditEntry

HEAD = ["日期", "上班或休息", "名称"]


@pytest.fixture
def office(sign_in):
    return sign_in(Role.OFFICE)


def sheet(client, *rows):
    return uploaded(
        client, "calendar", xlsx([["2026年放假安排"], ["序号", *HEAD], *[[n, *row] for n, row in enumerate(rows)]])
    )


def spec(day):
    row = CalendarDay.objects.filter(date=day).first()
    return row and (row.is_workday, row.name, row.source)


@pytest.mark.parametrize("role", [Role.OFFICE, Role.OFFICE_LEAD, Role.SYSADMIN])
def test_days_as_people_write_them(sign_in, cast, role):
    client = sign_in(role)
    batch = sheet(
        client,
        [date(2026, 10, 1), "休息", "国庆节"],
        ["2026年10月2日（星期五）", "放假", "国庆节"],
        ["2026.10.10", "上班", "国庆节调休"],
        [46298, "休", "国庆节"],  # the serial number of 3 October
        ["2026-10-12", "上班", ""],  # a Monday as always
    )
    assert [r.outcome for r in batch.rows.all()] == ["new", "new", "new", "new", "same"]
    taken_in(client, batch)
    assert spec(date(2026, 10, 1)) == (False, "国庆节", "manual")
    assert spec(date(2026, 10, 2)) == (False, "国庆节", "manual")
    assert spec(date(2026, 10, 10)) == (True, "国庆节调休", "manual")
    assert spec(date(2026, 10, 3)) == (False, "国庆节", "manual")
    assert spec(date(2026, 10, 12)) is None
    entry = AuditEntry.objects.filter(model="town.calendarday").latest("pk")
    assert (entry.label, entry.reason) == ("设置工作日历", "导入")


def test_a_day_set_back_to_a_plain_one_loses_its_row_and_comes_back(office, cast):
    actions.set_day(day=date(2026, 10, 10), is_workday=True, name="", by=None, reason="测试")
    batch = sheet(office, ["2026-10-10", "休息", ""])
    assert row_at(batch, 3).changes == [["2026年10月10日", "上班", "平常"]]
    taken_in(office, batch)
    assert spec(date(2026, 10, 10)) is None
    office.post(f"/imports/{batch.pk}/undo/", {"reason": "传错了"})
    assert spec(date(2026, 10, 10)) == (True, "", "manual")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["去年", "休息", ""], "请按2018-10-18的格式填写日期"),
        (["2026-02-30", "休息", ""], "没有2026-02-30这一天"),
        (["1900-01-01", "休息", ""], "请核对日期的年份"),
        (["2026-10-01", "也许", ""], '上班或休息：没有"也许"'),
        (["2026-10-01", "", "国庆节"], "请填写上班或休息"),
        (["2026-10-01", "休息", "节" * 31], "名称不能超过30字，现在是31字"),
    ],
)
def test_problems_are_told(office, cast, row, sentence):
    assert sentences(sheet(office, row), 3)[0].startswith(sentence)


def test_one_day_twice(office, cast):
    batch = sheet(office, ["2026-10-01", "休息", "国庆节"], ["2026年10月1日", "上班", ""])
    assert sentences(batch, 4) == ["与第3行重复。"]


def whole_year(year):
    return [[f"{s.day:%Y-%m-%d}", "上班" if s.is_workday else "休息", s.name] for s in days_from_package(year)]


def test_a_whole_year_is_missing_no_longer_until_it_is_taken_back(office, cast):
    assert not CalendarYear.objects.filter(year=2025).exists()
    batch = taken_in(office, sheet(office, *whole_year(2025)))
    year = CalendarYear.objects.get(year=2025)
    assert (year.source, year.adopted_by) == ("manual", cast.users[Role.OFFICE])
    assert CalendarDay.objects.filter(date__year=2025).count() == len(days_from_package(2025))
    office.post(f"/imports/{batch.pk}/undo/", {"reason": "传错了"})
    assert not CalendarYear.objects.filter(year=2025).exists()
    assert not CalendarDay.objects.filter(date__year=2025).exists()


def test_single_days_make_no_year(office, cast):
    taken_in(office, sheet(office, ["2025-10-01", "休息", "国庆节"]))
    assert not CalendarYear.objects.filter(year=2025).exists()


def test_the_same_arrangement_again_changes_nothing(office, cast):
    actions.adopt_calendar_year(year=2025, days=days_from_package(2025), source="package", by=cast.users[Role.OFFICE])
    batch = sheet(office, *whole_year(2025))
    assert {r.outcome for r in batch.rows.all()} == {"same"}
    assert "与平台里的内容完全一致" in office.get(f"/imports/{batch.pk}/check/").content.decode()


def test_what_makes_a_year():
    assert is_whole({"元旦", "春节", "国庆节", "国庆节调休"})
    assert not is_whole({"元旦", "国庆节"})


def test_the_calendar_leads_to_its_own_import(office, cast):
    page = office.get("/settings/calendar/import/?year=2026").content.decode()
    assert "/imports/new/?kind=calendar" in page
