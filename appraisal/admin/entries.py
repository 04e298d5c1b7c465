"""扣分加分 and 申诉: read here; recorded and decided on the staff pages, where each step is an act with its reason."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse

from appraisal.models import Appeal, ScoreEntry
from lianzhen.trail.admin import StateFilter
from lianzhen.wording import points, points_change
from villages.admin.register import RegisterAdmin

VILLAGE_SEARCH = ("village__name", "^village__pinyin", "^village__initials")


class OverFilter(StateFilter):
    words = ("现行的", "撤销、作废、不同意的")

    def holds(self) -> Q:
        return ~Q(state__in=ScoreEntry.OVER)


class AnsweredFilter(StateFilter):
    words = ("办理中", "已结束")

    def holds(self) -> Q:
        return Q(state__in=["filed", "checking"])


@admin.register(ScoreEntry)
class ScoreEntryAdmin(RegisterAdmin):
    shown = (
        "number",
        "kind",
        "month",
        "village",
        "team",
        "clause_number",
        "clause_text",
        "concerns",
        "occurred_on",
        "source",
        "calculation",
        "points_shown",
        "fact",
        "reason",
        "record_number",
        "state",
        "recorded_at",
        "recorded_by",
        "confirmed_at",
        "confirmed_by",
        "confirm_note",
        "opinion_at",
        "opinion_by",
        "opinion",
        "verified_at",
        "verified_by",
        "verify_note",
        "notified_at",
        "appeal_until",
        "rectify_by",
        "rectified_on",
        "rectify_result",
        "ended_at",
        "ended_by",
        "end_reason",
        "last_change",
    )
    staff_list = "deduction_list"
    staff_text = "在扣分、加分页面办理"
    list_display = ("number", "occurred_on", "village", "clause_number", "points_shown", "fact", "state")
    list_filter = (OverFilter, "kind", "state", "source", "village__group")
    list_select_related = ("village",)
    date_hierarchy = "occurred_on"
    search_fields = ("number", "fact", "clause_number", *VILLAGE_SEARCH)
    search_help_text = "可输入编号、事实、条款号、村名或拼音首字母"
    ordering = ("-occurred_on", "-id")

    def _staff_url(self, obj: Any | None) -> str:
        if obj is None:
            return super()._staff_url(obj)
        page = "bonus" if obj.kind == ScoreEntry.Kind.BONUS else "deduction"
        return reverse(page, args=[obj.pk])

    @admin.display(description="分值", ordering="points")
    def points_shown(self, entry: ScoreEntry) -> str:
        size = entry.effective_points
        return points_change(size if entry.kind == ScoreEntry.Kind.BONUS else -size)


@admin.register(Appeal)
class AppealAdmin(RegisterAdmin):
    shown = (
        "number",
        "entry",
        "reason",
        "text",
        "filed_at",
        "filed_by",
        "answer_by",
        "state",
        "checked_at",
        "checked_by",
        "check_note",
        "outcome",
        "before_shown",
        "after_shown",
        "answer",
        "decided_at",
        "decided_by",
        "withdrawn_at",
        "withdrawn_by",
        "last_change",
    )
    staff_page = "appeal"
    staff_list = "appeal_list"
    staff_text = "在申诉页面办理"
    list_display = ("number", "entry", "reason", "before_shown", "after_shown", "state", "outcome", "answer_by")
    list_filter = (AnsweredFilter, "outcome", "reason", "entry__village__group")
    list_select_related = ("entry__village",)
    date_hierarchy = "filed_at"
    search_fields = ("number", "text", "answer", "entry__number", "entry__village__name", "^entry__village__initials")
    search_help_text = "可输入编号、说明、答复、村名或拼音首字母"
    ordering = ("-filed_at", "-id")

    @admin.display(description="原扣分", ordering="points_before")
    def before_shown(self, appeal: Appeal) -> str:
        return points(appeal.points_before)

    @admin.display(description="答复后", ordering="points_after")
    def after_shown(self, appeal: Appeal) -> str:
        return points(appeal.points_after)
