"""工作制度: read here; the head of the office sets a version on the staff page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from appraisal.models import WorkRules
from lianzhen.accounts.roles import Role
from villages.admin.register import RegisterAdmin


@admin.register(WorkRules)
class WorkRulesAdmin(RegisterAdmin):
    shown = (
        "starts_on",
        "need_days",
        "counted_per_person",
        "makeup_days",
        "explain_workdays",
        "report_weekday",
        "report_time",
        "meeting_weekday",
        "leave_leader_days",
        "leave_group_days",
        "leave_paper_days",
        "basis",
        "adopted_on",
        "last_change",
    )
    list_display = ("__str__", "need_days", "report_weekday", "report_time", "basis", "adopted_on")
    list_filter = ("counted_per_person",)
    staff_list = "work_rules"
    handled_by: tuple[Any, ...] = (Role.OFFICE_LEAD,)
    date_hierarchy = "starts_on"
    search_fields = ("basis",)
    search_help_text = "可输入依据"
    ordering = ("-starts_on",)
