"""周例会, 议定事项 and 建议扣分: read here; kept on the staff pages, where each step is an act with its reason."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from appraisal.models import Decision, Suggestion, WeeklyMeeting
from lianzhen.periods import Week
from lianzhen.trail.admin import StateFilter
from villages.admin.register import RegisterAdmin

TEAM_SEARCH = ("team__village__name", "^team__village__pinyin", "^team__village__initials")


class OpenFilter(StateFilter):
    words = ("办理中", "已结束")

    def holds(self) -> Q:
        return Q(state="open")


class PlannedFilter(StateFilter):
    words = ("待召开", "已召开")

    def holds(self) -> Q:
        return Q(state="planned")


@admin.register(WeeklyMeeting)
class WeeklyMeetingAdmin(RegisterAdmin):
    shown = ("week_shown", "held_on", "place", "chair", "minutes", "state", "closed_at", "closed_by", "last_change")
    staff_list = "meeting_list"
    staff_text = "在周例会页面办理"
    list_display = ("week_shown", "held_on", "chair", "came_shown", "state")
    list_filter = (PlannedFilter,)
    list_select_related = ("chair",)
    date_hierarchy = "held_on"
    search_fields = ("minutes", "place", "chair__name", "^chair__pinyin", "^chair__initials")
    search_help_text = "可输入会议记录、地点或主持人"
    ordering = ("-week_start",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        came = Q(attendances__state__in=("present", "late"))
        rows = super().get_queryset(request)
        return rows.annotate(called=Count("attendances"), came=Count("attendances", filter=came))

    def _staff_url(self, obj: Any | None) -> str:
        return super()._staff_url(obj) if obj is None else reverse("meeting", args=[obj.week.key])

    @admin.display(description="周", ordering="week_start")
    def week_shown(self, meeting: WeeklyMeeting) -> str:
        return meeting.week.title

    @admin.display(description="到会/应到")
    def came_shown(self, meeting: WeeklyMeeting) -> str:
        return f"{meeting.came}/{meeting.called}"


@admin.register(Decision)
class DecisionAdmin(RegisterAdmin):
    shown = (
        "text",
        "meeting",
        "number",
        "team",
        "department",
        "owner",
        "due_on",
        "state",
        "result",
        "ended_at",
        "ended_by",
        "last_change",
    )
    staff_page = "decision"
    staff_list = "decision_list"
    staff_text = "在议定事项页面办理"
    list_display = ("__str__", "meeting", "owners_shown", "due_on", "state")
    list_filter = (OpenFilter, "department")
    list_select_related = ("meeting", "team__village", "department", "owner")
    date_hierarchy = "due_on"
    search_fields = ("text", "result", *TEAM_SEARCH, "owner__name", "^owner__pinyin", "^owner__initials")
    search_help_text = "可输入议定事项、落实情况、村名或责任人"
    ordering = ("-meeting__week_start", "number")

    @admin.display(description="责任单位、责任人")
    def owners_shown(self, decision: Decision) -> str:
        return decision.owners


@admin.register(Suggestion)
class SuggestionAdmin(RegisterAdmin):
    shown = (
        "text",
        "team",
        "person",
        "kind",
        "week_shown",
        "occurred_on",
        "quantity",
        "facts_shown",
        "state",
        "decided_at",
        "decided_by",
        "decision_reason",
        "last_change",
    )
    staff_page = "suggestion"
    staff_list = "suggestion_list"
    staff_text = "在建议扣分页面办理"
    list_display = ("text", "team", "kind", "occurred_on", "state", "decision_reason")
    list_filter = (OpenFilter, "kind", "team__village__group")
    list_select_related = ("team__village",)
    date_hierarchy = "occurred_on"
    search_fields = ("text", "decision_reason", *TEAM_SEARCH)
    search_help_text = "可输入情况、理由、村名或拼音首字母"
    ordering = ("-week_start", "team__village__code", "id")

    @admin.display(description="周", ordering="week_start")
    def week_shown(self, suggestion: Suggestion) -> str:
        return Week.of(suggestion.week_start).title

    @admin.display(description="依据的事实")
    def facts_shown(self, suggestion: Suggestion) -> str:
        return "；".join(f"{fact['label']}：{fact['value']}" for fact in suggestion.facts)
