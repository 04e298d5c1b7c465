"""The town, its departments and its calendar: what each act changes and leaves on the trail."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from lianzhen.accounts.actions import add_account
from lianzhen.periods import Year
from lianzhen.town import actions
from lianzhen.town.calendars import DaySpec, days_from_package, missing_years, package_years
from lianzhen.town.models import CalendarDay, CalendarSource, CalendarYear, Department, Town
from lianzhen.town.workdays import WorkCalendar
from lianzhen.trail import UntrailedWrite, acting
from lianzhen.trail.models import AuditEntry
from lianzhen.trail.versions import EditConflict

pytestmark = pytest.mark.django_db

NEW_YEAR = DaySpec(date(2027, 1, 1), False, "元旦")
EVE = DaySpec(date(2026, 12, 31), False, "元旦")
SATURDAY_AT_WORK = DaySpec(date(2027, 1, 9), True, "元旦调休")
SPRING = DaySpec(date(2027, 2, 8), False, "春节")


FACTS = {"name": "荷叶镇", "code": "431321101", "county_name": "双峰县", "office_phone": "07381234567"}


@pytest.fixture
def clerk():
    return add_account(username="wangsl", name="王示例", phone="", password="Ceshi-2026", by=None, reason="测试")


@pytest.fixture
def town(clerk):
    return actions.save_town(**FACTS, by=clerk, is_demo=False)


def adopt(*days, year=2027, source=CalendarSource.NOTICE, by=None):
    return actions.adopt_calendar_year(year=year, days=days, source=source, by=by, reason="国办通知")


def specs():
    return [row.spec for row in CalendarDay.objects.all()]


def entries(action):
    return AuditEntry.objects.filter(action=action)


# --- Town -----------------------------------------------------------------------------------
def test_the_town_is_set_up_once_and_corrected_afterwards(town, clerk):
    actions.save_town(**{**FACTS, "office_phone": "07387654321"}, by=clerk, version=1)
    (row,) = Town.objects.all()
    assert (row.pk, row.office_phone, row.updated_by, row.version) == (1, "07387654321", clerk, 2)
    assert Town.objects.the_town() == row
    change = entries("town.save").first().changes
    assert [(c["label"], c["before"], c["after"]) for c in change] == [("联村办电话", "07381234567", "07387654321")]


def test_a_stale_form_does_not_overwrite_the_town(town, clerk):
    with pytest.raises(EditConflict):
        actions.save_town(**{**FACTS, "name": "他镇"}, by=clerk, version=7)
    assert Town.objects.get().name == "荷叶镇"


@pytest.mark.parametrize("code", ["", "43132110", "4313211011", "43132110x", "４３１３２１１０１", "4321\n4321"])
def test_a_code_that_is_not_nine_digits_is_refused(clerk, code):
    with pytest.raises(ValidationError):
        actions.save_town(**{**FACTS, "code": code}, by=clerk)
    assert not Town.objects.exists()


@pytest.mark.parametrize("is_demo", [True, False])
def test_demo_and_real_are_settled_at_creation(clerk, is_demo):
    actions.save_town(**FACTS, by=clerk, is_demo=is_demo)
    assert actions.save_town(**FACTS, by=clerk).is_demo is is_demo
    assert actions.save_town(**FACTS, by=clerk, is_demo=is_demo).is_demo is is_demo
    with pytest.raises(ValidationError, match="不能互换"):
        actions.save_town(**FACTS, by=clerk, is_demo=not is_demo)
    assert Town.objects.get().is_demo is is_demo


def test_a_second_town_cannot_be_stored(town):
    with pytest.raises(IntegrityError), transaction.atomic(), acting(by=None, action="test", label="测试"):
        Town(id=2, name="他镇", code="431321102").save()
    assert Town.objects.count() == 1


# --- Departments ----------------------------------------------------------------------------
def test_departments_are_added_in_order(clerk):
    for name, kind in (("联村工作办", "office"), ("畜牧站", "station"), ("原神冲群工站", "former")):
        actions.add_department(name=f" {name} ", kind=kind, by=clerk)
    assert [d.name for d in Department.objects.all()] == ["联村工作办", "畜牧站", "原神冲群工站"]
    assert [d.name for d in Department.objects.working_on(date(2026, 1, 1))] == ["联村工作办", "畜牧站"]
    assert entries("department.add").count() == 3


@pytest.mark.parametrize(("name", "kind"), [("畜牧站", "station"), ("", "station"), ("新站", "club"), ("新站", "")])
def test_a_department_needs_a_name_of_its_own_and_a_kind(clerk, name, kind):
    actions.add_department(name="畜牧站", kind="station", by=clerk)
    with pytest.raises(ValidationError):
        actions.add_department(name=name, kind=kind, by=clerk)
    assert Department.objects.count() == 1


def test_a_department_is_changed_by_whoever_saw_its_newest_state(clerk):
    station = actions.add_department(name="畜牧站", kind="station", by=clerk)
    seen = {"department": station, "kind": "station", "position": 5, "by": clerk, "version": 1}
    actions.change_department(name="农业站", **seen)
    with pytest.raises(EditConflict):
        actions.change_department(name="林业站", **seen)
    assert Department.objects.get().name == "农业站"


def test_a_department_is_ended_and_never_deleted(clerk):
    station = actions.add_department(name="畜牧站", kind="station", by=clerk)
    last = date(2026, 6, 30)
    actions.end_department(department=station, ended_on=last, by=clerk, reason="机构改革")
    assert Department.objects.on(last).exists()
    assert not Department.objects.on(date(2026, 7, 1)).exists()
    with pytest.raises(ValidationError, match="畜牧站已于2026年6月30日撤销"):
        actions.end_department(department=station, ended_on=date(2026, 8, 1), by=clerk, reason="机构改革")
    assert Department.objects.get().ended_on == last
    assert entries("department.end").get().reason == "机构改革"


@pytest.mark.parametrize("reason", ["", "  "])
def test_ending_and_setting_by_hand_ask_for_a_reason(clerk, reason):
    station = actions.add_department(name="畜牧站", kind="station", by=clerk)
    with pytest.raises(ValidationError, match="请填写原因"):
        actions.end_department(department=station, ended_on=date(2026, 6, 30), by=clerk, reason=reason)
    with pytest.raises(ValidationError, match="请填写原因"):
        actions.set_day(day=date(2027, 1, 1), is_workday=False, name="元旦", by=clerk, reason=reason)
    assert Department.objects.get().ended_on is None
    assert not CalendarDay.objects.exists()


# --- Calendar: a year -----------------------------------------------------------------------
def test_an_adopted_year_is_present_and_answers(town, clerk):
    assert missing_years(date(2027, 3, 1), CalendarYear.objects.years()) == [2027]
    adoption = adopt(SATURDAY_AT_WORK, NEW_YEAR, by=clerk)
    assert specs() == [NEW_YEAR, SATURDAY_AT_WORK]
    assert missing_years(date(2027, 3, 1), CalendarYear.objects.years()) == []
    assert (adoption.year.source, adoption.year.adopted_by) == ("notice", clerk)
    january = CalendarDay.objects.between(date(2027, 1, 1), date(2027, 1, 8)).as_exceptions()
    assert january == {NEW_YEAR.day: False}
    assert {row.updated_by for row in CalendarDay.objects.all()} == {clerk}


def test_new_days_are_told_in_one_entry(town, clerk):
    adopt(NEW_YEAR, SATURDAY_AT_WORK, by=clerk)
    told = [entry for entry in entries("calendar.adopt") if entry.changes[0]["field"] == ""]
    assert len(told) == 1
    assert told[0].reason == "国办通知"
    assert [(c["label"], c["before"], c["after"]) for c in told[0].changes] == [
        ("2027年1月1日", "", "休 元旦"),
        ("2027年1月9日", "", "班 元旦调休"),
    ]
    assert not AuditEntry.objects.filter(model="town.calendarday").exists()


def test_adopting_twice_changes_and_records_nothing(town, clerk):
    adopt(NEW_YEAR, SATURDAY_AT_WORK, by=clerk)
    before = AuditEntry.objects.count(), CalendarYear.objects.get().adopted_at
    assert adopt(SATURDAY_AT_WORK, NEW_YEAR, by=clerk).changes == []
    assert (AuditEntry.objects.count(), CalendarYear.objects.get().adopted_at) == before


def test_a_new_arrangement_takes_the_place_of_the_old(town, clerk):
    adopt(NEW_YEAR, SATURDAY_AT_WORK, by=clerk)
    actions.set_day(day=date(2027, 3, 1), is_workday=False, name="手工", by=clerk, reason="测试")
    changed = DaySpec(NEW_YEAR.day, False, "新年")
    expected = actions.preview_calendar_year(year=2027, days=[changed, SPRING])
    assert specs()[0] == NEW_YEAR
    assert adopt(changed, SPRING, by=clerk).changes == expected
    assert specs() == [changed, SPRING]
    about_days = AuditEntry.objects.filter(action="calendar.adopt", model="town.calendarday")
    assert {entry.object_label for entry in about_days} == {"2027年1月1日", "2027年1月9日", "2027年3月1日"}


def test_new_year_may_take_days_of_the_december_before(town):
    adopt(EVE, NEW_YEAR)
    may = DaySpec(date(2026, 5, 1), False, "劳动节")
    adopt(may, year=2026)
    assert specs() == [may, EVE, NEW_YEAR]


def test_what_the_later_year_claims_stays_with_it(town):
    adopt(DaySpec(EVE.day, False, "年末"), year=2026)
    adopt(EVE, NEW_YEAR)
    assert CalendarDay.objects.get(date=EVE.day).plan_year == 2027
    adopt(DaySpec(date(2026, 5, 1), False, "劳动节"), DaySpec(EVE.day, False, "年末"), year=2026)
    assert EVE in specs()
    assert len(specs()) == 3


def test_the_same_days_from_another_source_say_so(town):
    adopt(NEW_YEAR, source=CalendarSource.PACKAGE)
    assert adopt(NEW_YEAR, source=CalendarSource.NOTICE).changes == []
    assert CalendarDay.objects.get().source == CalendarYear.objects.get().source == "notice"


@pytest.mark.parametrize(
    "days", [(), (DaySpec(date(2027, 1, 2), False),), (NEW_YEAR, DaySpec(date(2028, 1, 1), False, "元旦"))]
)
def test_an_empty_arrangement_or_another_year_is_refused(town, days):
    adopt(SPRING)
    with pytest.raises(ValidationError):
        adopt(*days)
    assert specs() == [SPRING]


def test_all_years_of_the_package_are_taken_once(town):
    assert actions.adopt_package_years(by=None) == package_years()
    assert actions.adopt_package_years(by=None) == []
    assert CalendarYear.objects.years() == set(package_years())
    year = Year(2026)
    stored = WorkCalendar(CalendarDay.objects.between(year.start, year.end).as_exceptions())
    packaged = WorkCalendar({spec.day: spec.is_workday for spec in days_from_package(2026)})
    assert stored.workdays(year) == packaged.workdays(year)
    assert AuditEntry.objects.filter(action="calendar.adopt").count() == 2 * len(package_years())


# --- Calendar: a day ------------------------------------------------------------------------
def test_a_day_set_by_hand_and_set_back(clerk):
    day = date(2026, 7, 11)
    row = actions.set_day(day=day, is_workday=True, name="防汛", by=clerk, reason="防汛值守")
    assert (row.source, row.plan_year, row.updated_by) == ("manual", 2026, clerk)
    assert CalendarDay.objects.as_exceptions() == {day: True}
    assert actions.set_day(day=day, is_workday=False, name="", by=clerk, reason="解除") is None
    assert not CalendarDay.objects.exists()
    assert [entry.reason for entry in entries("calendar.set_day")] == ["解除", "防汛值守"]


def test_setting_a_day_twice_is_one_act(clerk):
    for _ in range(2):
        actions.set_day(day=date(2026, 7, 11), is_workday=True, name="防汛", by=clerk, reason="防汛值守")
    assert CalendarDay.objects.count() == 1
    assert entries("calendar.set_day").count() == 1


def test_a_plain_day_without_a_row_stays_without(clerk):
    assert actions.set_day(day=date(2026, 7, 13), is_workday=True, name=" ", by=clerk, reason="测试") is None
    assert not CalendarDay.objects.exists()
    assert not entries("calendar.set_day").exists()


def test_a_name_that_is_too_long_is_refused(clerk):
    with pytest.raises(ValidationError):
        actions.set_day(day=date(2026, 7, 11), is_workday=True, name="长" * 31, by=clerk, reason="测试")
    assert not CalendarDay.objects.exists()


def test_a_row_that_says_nothing_is_not_clean():
    with pytest.raises(ValidationError, match="与平常的一周相同"):
        CalendarDay(date=date(2026, 7, 13), is_workday=True, source="manual", plan_year=2026).full_clean()


# --- The door -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "row",
    [
        Town(name="荷叶镇", code="431321101"),
        Department(name="畜牧站", kind="station"),
        CalendarDay(date=date(2027, 1, 1), is_workday=False, name="元旦", source="manual", plan_year=2027),
        CalendarYear(year=2027, source="manual"),
    ],
    ids=lambda row: type(row).__name__,
)
def test_nothing_is_written_outside_an_act(row):
    with pytest.raises(UntrailedWrite):
        row.save()
    assert not type(row).objects.exists()
