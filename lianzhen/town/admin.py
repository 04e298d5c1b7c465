"""The town, its departments and its work calendar in the admin panel."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.periods import FIRST_YEAR, LAST_YEAR
from lianzhen.town import actions
from lianzhen.town.models import CalendarDay, CalendarYear, Department, Town
from lianzhen.trail.admin import ActionForm, PanelPhoneField, ReasonField, StateFilter, TownModelAdmin
from lianzhen.trail.versions import lock_for_change

SEEN_BY = (*TOWN_WIDE, Role.SYSADMIN)
KEEPERS = (Role.OFFICE_LEAD, Role.SYSADMIN)


class DepartmentState(StateFilter):
    words = ("现有", "已撤销")


class TownForm(ActionForm):
    office_phone = PanelPhoneField(label="联村办电话", help_text="座机请写区号，例如0738-1234567。")


@admin.register(Town)
class TownAdmin(TownModelAdmin):
    """One row, made when the town is set up."""

    seen_by = SEEN_BY
    changed_by = KEEPERS
    form = TownForm
    facts = ("name", "code", "county_name", "office_phone")
    shown = ("name", "code", "county_name", "office_phone", "is_demo", "last_change")
    staff_list = "town_settings"
    staff_text = "在镇与站所页面办理"
    list_display = ("name", "code", "county_name", "office_phone")
    search_fields = ("name", "code")
    search_help_text = "可输入名称或区划代码"

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> Town:
        return actions.save_town(by=request.user, **values)


@admin.register(Department)
class DepartmentAdmin(TownModelAdmin):
    seen_by = SEEN_BY
    added_by = KEEPERS
    changed_by = KEEPERS
    facts = ("name", "kind", "position")
    shown = ("name", "kind", "position", "ended_on", "last_change")
    staff_list = "town_settings"
    staff_text = "在镇与站所页面办理"
    list_display = ("name", "kind", "position", "ended_on")
    list_filter = (DepartmentState, "kind")
    search_fields = ("name",)
    search_help_text = "可输入名称"
    ordering = ("position", "id")

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> Department:
        if record is None:
            return actions.add_department(by=request.user, **values)
        return actions.change_department(department=record, by=request.user, **values)


class CalendarDayForm(ActionForm):
    reason = ReasonField(label="依据", help_text="例如：国办发明电〔2026〕7号。")

    def clean_date(self) -> date:
        day = self.cleaned_data["date"]
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(f"年份应在{FIRST_YEAR}到{LAST_YEAR}之间。")
        return day


@admin.register(CalendarDay)
class CalendarDayAdmin(TownModelAdmin):
    """A day is set by its date; set back to a plain day it leaves the list."""

    seen_by = SEEN_BY
    added_by = (Role.OFFICE, *KEEPERS)
    changed_by = (Role.OFFICE, *KEEPERS)
    form = CalendarDayForm
    add_text = "设置工作日历"
    facts = ("is_workday", "name", "reason")
    first_facts = ("date", *facts)
    shown = ("date", "is_workday", "name", "source", "plan_year", "last_change")
    staff_list = "calendar"
    staff_text = "在工作日历页面办理"
    list_display = ("date", "is_workday", "name", "source", "plan_year")
    list_filter = ("plan_year", "is_workday", "source")
    date_hierarchy = "date"
    search_fields = ("name", "=plan_year")
    search_help_text = "可输入节日名称或年度"
    ordering = ("-date",)

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> CalendarDay | None:
        version = values.pop("version", None)
        if record is not None:
            # The action goes by the date and knows no version; somebody else's change must not be lost here.
            lock_for_change(record, version)
        day = values.pop("date", None) or record.date
        return actions.set_day(day=day, by=request.user, **values)


@admin.register(CalendarYear)
class CalendarYearAdmin(TownModelAdmin):
    """Taken over whole, from the package or a notice, on the calendar's page."""

    seen_by = SEEN_BY
    handled_by = (Role.OFFICE, *KEEPERS)
    shown = ("year", "source", "adopted_at", "adopted_by")
    staff_list = "calendar"
    staff_text = "在工作日历页面办理"
    list_display = ("__str__", "source", "adopted_at", "adopted_by")
    list_filter = ("source",)
    list_select_related = ("adopted_by",)
    date_hierarchy = "adopted_at"
    search_fields = ("=year",)
    search_help_text = "可输入年度"
    ordering = ("-year",)
