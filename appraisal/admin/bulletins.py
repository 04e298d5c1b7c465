"""周通报、月通报: read here; written and signed on the staff pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse

from appraisal.models import Bulletin
from lianzhen.periods import Week
from lianzhen.trail.admin import StateFilter
from villages.admin.register import RegisterAdmin


class IssuedFilter(StateFilter):
    words = ("正在办理", "已印发")

    def holds(self) -> Q:
        return Q(state__in=Bulletin.OPEN)


@admin.register(Bulletin)
class BulletinAdmin(RegisterAdmin):
    shown = (
        "title",
        "kind",
        "starts_on",
        "state",
        "style",
        "official_number",
        "with_names",
        "made_at",
        "made_by",
        "submitted_at",
        "submitted_by",
        "signed_at",
        "signed_by",
        "document",
        "corrects",
        "correction_reason",
        "dropped_at",
        "dropped_by",
        "drop_reason",
        "last_change",
    )
    staff_list = "bulletin_list"
    staff_text = "在通报页面办理"
    list_display = ("title", "kind", "state", "signed_by", "signed_at")
    list_filter = (IssuedFilter, "kind")
    list_select_related = ("signed_by",)
    date_hierarchy = "starts_on"
    search_fields = ("title", "official_number")
    search_help_text = "可输入标题或发文字号"
    ordering = ("-starts_on", "-id")

    def _staff_url(self, obj: Any | None) -> str:
        if obj is None:
            return super()._staff_url(obj)
        name = "bulletin" if isinstance(obj.period, Week) else "month_bulletin"
        return reverse(name, args=[obj.period.key])
