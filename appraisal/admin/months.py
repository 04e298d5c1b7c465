"""月考核 and 更正单: read here; closed and signed on the staff pages, where each step is an act with its reason."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse

from appraisal.models import AppraisalMonth, Correction
from appraisal.rules.base import change_in_points
from lianzhen.trail.admin import StateFilter
from villages.admin.register import RegisterAdmin


class SealedFilter(StateFilter):
    words = ("已定稿", "未定稿")

    def holds(self) -> Q:
        return Q(state__in=AppraisalMonth.SEALED)


class AskedFilter(StateFilter):
    words = ("待签", "已签")

    def holds(self) -> Q:
        return Q(state=Correction.State.ASKED)


@admin.register(AppraisalMonth)
class AppraisalMonthAdmin(RegisterAdmin):
    shown = (
        "month_shown",
        "scheme",
        "state",
        "opened_at",
        "checked_at",
        "checked_by",
        "reviewed_at",
        "reviewed_by",
        "publicity_from",
        "publicity_until",
        "locked_at",
        "locked_by",
        "seal",
        "paid_at",
        "paid_by",
        "archived_at",
        "archived_by",
        "last_change",
    )
    staff_list = "month_list"
    staff_text = "在月考核页面办理"
    list_display = ("month_shown", "state", "scheme", "publicity_from", "publicity_until", "locked_at", "locked_by")
    list_filter = (SealedFilter, "state")
    list_select_related = ("scheme", "locked_by")
    date_hierarchy = "month"
    search_fields = ("scheme__title", "=seal")
    search_help_text = "可输入考核方案名称或定稿校验值"
    ordering = ("-month",)

    def _staff_url(self, obj: Any | None) -> str:
        return super()._staff_url(obj) if obj is None else reverse("month", args=[obj.period.key])

    @admin.display(description="月份", ordering="month")
    def month_shown(self, row: AppraisalMonth) -> str:
        return row.period.title


@admin.register(Correction)
class CorrectionAdmin(RegisterAdmin):
    shown = (
        "number",
        "score",
        "entry",
        "points_shown",
        "reason",
        "state",
        "created_at",
        "created_by",
        "decided_at",
        "decided_by",
        "decision_note",
        "into_month",
        "last_change",
    )
    staff_page = "correction"
    staff_list = "correction_list"
    staff_text = "在更正单页面办理"
    list_display = ("number", "score", "points_shown", "state", "created_by", "decided_by", "into_month")
    list_filter = (AskedFilter, "state")
    list_select_related = ("score__month", "created_by", "decided_by", "into_month")
    date_hierarchy = "created_at"
    search_fields = ("number", "reason", "score__village_name")
    search_help_text = "可输入编号、原因或村名"
    ordering = ("-created_at",)

    @admin.display(description="更正分值", ordering="points")
    def points_shown(self, slip: Correction) -> str:
        return change_in_points(slip.points)
