"""驻村登记, 调休 and 抽查: read here; entered and decided on the staff pages, so that the trail tells the act."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from appraisal.models import DutyAttendance, DutyLog, DutyShift, SpotCheck
from villages.admin.register import RegisterAdmin

TEAM_SEARCH = ("team__village__name", "^team__village__pinyin", "^team__village__initials")
TEAM_HELP = "可输入村名、拼音首字母"


@admin.register(DutyLog)
class DutyLogAdmin(RegisterAdmin):
    shown = (
        "team",
        "day",
        "people_shown",
        "state",
        "late_reason",
        "created_at",
        "created_by",
        "decided_at",
        "decided_by",
        "decision_note",
        "last_change",
    )
    staff_page = "duty"
    staff_list = "duty_list"
    staff_text = "在驻村登记页面办理"
    list_display = ("day", "team", "people_shown", "state", "late_reason", "created_by")
    list_filter = ("state", "team__village__group")
    list_select_related = ("team__village", "created_by")
    date_hierarchy = "day"
    search_fields = TEAM_SEARCH
    search_help_text = TEAM_HELP
    ordering = ("-day", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        there = DutyAttendance.objects.exclude(state=DutyAttendance.State.WITHDRAWN).select_related("person")
        return super().get_queryset(request).prefetch_related(Prefetch("attendances", there, to_attr="there"))

    @admin.display(description="驻村人员")
    def people_shown(self, log: DutyLog) -> str:
        return "、".join(str(row.person) for row in log.there)


@admin.register(DutyShift)
class DutyShiftAdmin(RegisterAdmin):
    shown = (
        "team",
        "from_day",
        "to_day",
        "reason",
        "state",
        "created_at",
        "created_by",
        "decided_at",
        "decided_by",
        "decision_note",
        "last_change",
    )
    staff_page = "duty_shift"
    staff_list = "duty_shift_list"
    staff_text = "在调休页面办理"
    list_display = ("to_day", "team", "from_day", "reason", "state", "decided_by")
    list_filter = ("state", "team__village__group")
    list_select_related = ("team__village", "decided_by")
    date_hierarchy = "to_day"
    search_fields = TEAM_SEARCH
    search_help_text = TEAM_HELP
    ordering = ("-to_day", "-id")


@admin.register(SpotCheck)
class SpotCheckAdmin(RegisterAdmin):
    shown = (
        "team",
        "day",
        "at",
        "source",
        "found",
        "note",
        "state",
        "created_by",
        "explain_by",
        "explanation",
        "explained_at",
        "explained_by",
        "decided_at",
        "decided_by",
        "decision_note",
        "last_change",
    )
    staff_page = "spot_check"
    staff_list = "spot_check_list"
    staff_text = "在抽查页面办理"
    list_display = ("day", "at", "team", "source", "found", "state", "created_by", "explain_by")
    list_filter = ("state", "source", "found", "team__village__group")
    list_select_related = ("team__village", "created_by")
    date_hierarchy = "day"
    search_fields = TEAM_SEARCH
    search_help_text = TEAM_HELP
    ordering = ("-day", "-id")
