"""周报 and 需镇里解决的事: read here; written, read and answered on the staff pages. What a draft says is not shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from appraisal.admin.meetings import TEAM_SEARCH
from appraisal.models import TownNeed, WeeklyReport
from lianzhen.trail.admin import StateFilter
from lianzhen.wording import UNKNOWN
from villages.admin.register import RegisterAdmin


class SentFilter(StateFilter):
    words = ("草稿", "已报送")

    def holds(self) -> Q:
        return Q(state="draft")


class OpenNeedFilter(StateFilter):
    words = ("未办结", "已办结或撤回")

    def holds(self) -> Q:
        return Q(state__in=("new", "assigned"))


@admin.register(WeeklyReport)
class WeeklyReportAdmin(RegisterAdmin):
    shown = ("week_shown", "team", "state", "is_late", "sent_at", "sent_by", "read_at", "read_by", "last_change")
    staff_list = "weekly_list"
    staff_text = "在周报页面查看"
    list_display = ("week_shown", "team", "state", "is_late", "sent_at")
    list_filter = (SentFilter, "is_late", "team__village__group")
    list_select_related = ("team__village",)
    date_hierarchy = "sent_at"
    search_fields = TEAM_SEARCH
    search_help_text = "可输入村名或拼音首字母"
    ordering = ("-week_start", "team__village__code")

    def _staff_url(self, obj: Any | None) -> str:
        if obj is None:
            return super()._staff_url(obj)
        return reverse("weekly_report", args=[obj.week.key, obj.team_id])

    @admin.display(description="周", ordering="week_start")
    def week_shown(self, report: WeeklyReport) -> str:
        return report.week.title


@admin.register(TownNeed)
class TownNeedAdmin(RegisterAdmin):
    shown = (
        "text",
        "village",
        "raised_on",
        "report_shown",
        "department",
        "owner",
        "due_on",
        "state",
        "answer",
        "closed_at",
        "closed_by",
        "last_change",
    )
    staff_page = "need"
    staff_list = "need_list"
    staff_text = "在村里提出的事页面办理"
    list_display = ("__str__", "village", "raised_on", "department", "owner", "due_on", "state")
    list_filter = (OpenNeedFilter, "village__group", "department")
    list_select_related = ("village", "department", "owner")
    date_hierarchy = "raised_on"
    search_fields = ("text", "answer", "village__name", "^village__pinyin", "^village__initials")
    search_help_text = "可输入事项、答复、村名或拼音首字母"
    ordering = ("-raised_on", "-id")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("line__report__team__village")

    @admin.display(description="来自")
    def report_shown(self, need: TownNeed) -> str:
        return str(need.line.report) if need.line else UNKNOWN
