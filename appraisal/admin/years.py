"""年考核, 年总结 and their grades: read here; written, judged, graded and announced on the staff pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse

from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary
from appraisal.rules.base import in_points
from lianzhen.trail.admin import StateFilter
from villages.admin.register import RegisterAdmin


class GradedFilter(StateFilter):
    words = ("已评定", "未评定")

    def holds(self) -> Q:
        return Q(state__in=AnnualAssessment.GRADED)


class SubmittedFilter(StateFilter):
    words = ("已报送", "未报送")

    def holds(self) -> Q:
        return Q(state__in=AnnualSummary.WAITING)


class GivenFilter(StateFilter):
    words = ("已有等次", "待评定")

    def holds(self) -> Q:
        return ~Q(grade="")


@admin.register(AnnualAssessment)
class AnnualAssessmentAdmin(RegisterAdmin):
    shown = (
        "year",
        "scheme",
        "state",
        "opened_at",
        "opened_by",
        "handed_at",
        "handed_by",
        "decided_on",
        "basis",
        "over_quota_reason",
        "decided_at",
        "decided_by",
        "notice",
        "last_change",
    )
    staff_list = "year_list"
    staff_text = "在年考核页面办理"
    list_display = ("year_shown", "state", "scheme", "handed_by", "decided_on", "decided_by")
    list_filter = (GradedFilter, "state")
    list_select_related = ("scheme", "handed_by", "decided_by")
    date_hierarchy = "opened_at"
    search_fields = ("year", "basis")
    search_help_text = "可输入年度或依据"
    ordering = ("-year",)

    def _staff_url(self, obj: Any | None) -> str:
        return super()._staff_url(obj) if obj is None else reverse("year", args=[obj.year])

    @admin.display(description="年度", ordering="year")
    def year_shown(self, row: AnnualAssessment) -> str:
        return f"{row.year}年"


@admin.register(AnnualSummary)
class AnnualSummaryAdmin(RegisterAdmin):
    shown = (
        "assessment",
        "village",
        "team",
        "district_name",
        "leader_name",
        "state",
        "on_behalf",
        "work",
        "highlights",
        "problems",
        "plans",
        "written_by",
        "submitted_at",
        "submitted_by",
        "opinion",
        "opinion_grade",
        "opinion_by",
        "check_note",
        "checked_by",
        "return_reason",
        "returned_by",
        "out_reason",
        "last_change",
    )
    staff_list = "year_list"
    staff_text = "在年总结页面办理"
    list_display = ("village_name", "assessment", "state", "leader_name", "submitted_at", "opinion_by", "checked_by")
    list_filter = (SubmittedFilter, "state", "district_name")
    list_select_related = ("assessment", "opinion_by", "checked_by")
    date_hierarchy = "submitted_at"
    search_fields = ("village_name", "leader_name", "work", "problems")
    search_help_text = "可输入村名、组长姓名，或主要工作、问题里的词"
    ordering = ("-assessment__year", "position")

    def _staff_url(self, obj: Any | None) -> str:
        if obj is None:
            return super()._staff_url(obj)
        return reverse("year_summary", args=[obj.assessment.year, obj.pk])


@admin.register(AnnualGrade)
class AnnualGradeAdmin(RegisterAdmin):
    shown = (
        "assessment",
        "village",
        "team",
        "score_shown",
        "village_score",
        "linkage",
        "place_shown",
        "proposed",
        "proposed_why",
        "grade",
        "reason",
        "graded_at",
        "graded_by",
        "last_change",
    )
    staff_list = "year_list"
    staff_text = "在年考核页面评定"
    list_display = ("village_shown", "assessment", "score_shown", "place_shown", "proposed", "grade", "graded_by")
    list_filter = (GivenFilter, "grade")
    list_select_related = ("assessment", "summary", "graded_by")
    search_fields = ("summary__village_name", "reason")
    search_help_text = "可输入村名或理由"
    ordering = ("-assessment__year", "position")

    def _staff_url(self, obj: Any | None) -> str:
        if obj is None:
            return super()._staff_url(obj)
        return reverse("year_summary", args=[obj.assessment.year, obj.summary_id])

    @admin.display(description="村", ordering="position")
    def village_shown(self, row: AnnualGrade) -> str:
        return row.summary.village_name

    @admin.display(description="年度得分", ordering="score")
    def score_shown(self, row: AnnualGrade) -> str:
        return in_points(row.score)

    @admin.display(description="名次", ordering="place")
    def place_shown(self, row: AnnualGrade) -> str:
        return row.place_text
