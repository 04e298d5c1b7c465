"""Teams, postings, duty days, self-governance: read here, handled on the staff pages, because one step there
moves several dated records."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from lianzhen.trail.admin import TermFilter
from lianzhen.wording import UNKNOWN
from villages.admin.register import PERSON_HELP, PERSON_SEARCH, RegisterAdmin, WhoseFilter
from villages.models import DutyPlan, LiaisonTeam, Posting, SelfGovernance

VILLAGE_SEARCH = ("village__name", "^village__pinyin", "^village__initials", "^village__code")
VILLAGE_HELP = "可输入村名、拼音首字母或统计代码"


class RunningFilter(TermFilter):
    words = ("现有", "已结束或未开始")


class LeaderFilter(WhoseFilter):
    title = "组长"


class PlaceFilter(admin.SimpleListFilter):
    title = "任职处"
    parameter_name = "place"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("team", "联村工作组"), ("group", "片区联络组"), ("village", "自治村（指导员）")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() in ("team", "group", "village"):
            return queryset.filter(**{f"{self.value()}__isnull": False})
        return queryset


@admin.register(LiaisonTeam)
class LiaisonTeamAdmin(RegisterAdmin):
    shown = ("village", "starts_on", "ends_on", "end_reason", "leader_shown", "last_change")
    staff_page = "team"
    staff_list = "team_list"
    list_display = ("__str__", "leader_shown", "starts_on", "ends_on")
    list_filter = (RunningFilter, LeaderFilter, "village__group")
    list_select_related = ("village",)
    date_hierarchy = "starts_on"
    search_fields = VILLAGE_SEARCH
    search_help_text = VILLAGE_HELP
    ordering = ("village__code", "-starts_on")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        leaders = Posting.objects.leaders().on(timezone.localdate()).filter(team=OuterRef("pk"))
        return super().get_queryset(request).annotate(in_charge=Subquery(leaders.values("person__name")[:1]))

    @admin.display(description="组长")
    def leader_shown(self, team: LiaisonTeam) -> str:
        return team.in_charge or UNKNOWN


@admin.register(Posting)
class PostingAdmin(RegisterAdmin):
    shown = ("person", "target_shown", "role_shown", "starts_on", "ends_on", "end_reason", "basis", "last_change")
    list_display = ("person", "target_shown", "role_shown", "starts_on", "ends_on", "basis")
    list_filter = (TermFilter, PlaceFilter, "is_leader")
    list_select_related = ("person", "team__village", "group", "village")
    date_hierarchy = "starts_on"
    staff_list = "team_list"
    search_fields = (*PERSON_SEARCH, "team__village__name", "group__name", "village__name")
    search_help_text = f"{PERSON_HELP}、村名或片区"
    ordering = ("-starts_on", "id")

    def _staff_url(self, obj: Any | None) -> str:
        if obj is None:
            return super()._staff_url(obj)
        page = "team" if obj.team_id else "district" if obj.group_id else "village"
        return reverse(page, args=[obj.target.pk])

    @admin.display(description="任职处")
    def target_shown(self, posting: Posting) -> str:
        return str(posting.target)

    @admin.display(description="职务")
    def role_shown(self, posting: Posting) -> str:
        return posting.role_name


@admin.register(DutyPlan)
class DutyPlanAdmin(RegisterAdmin):
    shown = ("team", "days_shown", "starts_on", "ends_on", "end_reason", "last_change")
    staff_page = "team"
    staff_key = "team_id"
    staff_list = "team_list"
    list_display = ("team", "days_shown", "starts_on", "ends_on")
    list_filter = (RunningFilter, "team__village__group")
    list_select_related = ("team__village",)
    date_hierarchy = "starts_on"
    search_fields = tuple(name.replace("village", "team__village") for name in VILLAGE_SEARCH)
    search_help_text = VILLAGE_HELP
    ordering = ("team__village__code", "-starts_on")

    @admin.display(description="固定办公日")
    def days_shown(self, plan: DutyPlan) -> str:
        return str(plan)


class GoverningFilter(RunningFilter):
    """A term that was taken back before its first day never runs."""

    def holds(self) -> Q:
        return super().holds() & Q(withdrawn_at=None)


@admin.register(SelfGovernance)
class SelfGovernanceAdmin(RegisterAdmin):
    shown = (
        "village",
        "decided_on",
        "basis",
        "starts_on",
        "ends_on",
        "end_reason",
        "withdrawn_at",
        "withdrawn_by",
        "withdraw_reason",
        "last_change",
    )
    staff_page = "village"
    staff_key = "village_id"
    staff_list = "village_list"
    list_display = ("village", "decided_on", "starts_on", "ends_on", "basis", "withdrawn_at")
    list_filter = (GoverningFilter, ("withdrawn_at", admin.EmptyFieldListFilter), "village__group")
    list_select_related = ("village",)
    date_hierarchy = "starts_on"
    search_fields = (*VILLAGE_SEARCH, "basis")
    search_help_text = VILLAGE_HELP
    ordering = ("-starts_on", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """With those that were taken back."""
        return SelfGovernance.every.visible_to(request.user).select_related("village")
