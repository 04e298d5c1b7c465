"""请假公出 and 去向: read here; asked for, decided and closed on the staff pages, where the chain is."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from appraisal.leave_rules import chain_words
from appraisal.models import Leave, Outing
from lianzhen.wording import UNKNOWN
from villages.admin.register import PERSON_HELP, PERSON_SEARCH, RegisterAdmin

VILLAGE_SEARCH = ("village__name", "^village__pinyin", "^village__initials")


class OfficialFilter(admin.SimpleListFilter):
    title = "请假或公出"
    parameter_name = "official"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "公出"), ("0", "请假")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "1":
            return queryset.filter(kind__in=Leave.OFFICIAL)
        return queryset.exclude(kind__in=Leave.OFFICIAL) if self.value() == "0" else queryset


class OutFilter(admin.SimpleListFilter):
    title = "状态"
    parameter_name = "out"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "还没有返回"), ("0", "已返回")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "1":
            return queryset.open()
        return queryset.exclude(back_at=None) if self.value() == "0" else queryset


@admin.register(Leave)
class LeaveAdmin(RegisterAdmin):
    shown = (
        "person",
        "village",
        "group",
        "kind",
        "starts_on",
        "ends_on",
        "chain_shown",
        "reason",
        "proof",
        "destination",
        "substitute",
        "papers_due",
        "state",
        "created_at",
        "created_by",
        "decided_at",
        "decided_by",
        "decision_note",
        "returned_on",
        "withdrawn_at",
        "withdrawal_reason",
        "last_change",
    )
    staff_page = "leave"
    staff_list = "leave_list"
    staff_text = "在请假公出页面办理"
    list_display = ("person", "village", "kind", "starts_on", "ends_on", "chain_shown", "substitute", "state")
    list_filter = ("state", OfficialFilter, "kind", "village__group")
    list_select_related = ("person", "village", "substitute")
    date_hierarchy = "starts_on"
    search_fields = (*PERSON_SEARCH, *VILLAGE_SEARCH)
    search_help_text = f"{PERSON_HELP}、村名"
    ordering = ("-starts_on", "-id")

    @admin.display(description="天数和由谁批", ordering="workdays")
    def chain_shown(self, leave: Leave) -> str:
        return chain_words(leave.workdays, leave.step)


@admin.register(Outing)
class OutingAdmin(RegisterAdmin):
    shown = ("person", "village", "where", "note", "left_at", "left_by", "back_expected", "back_at", "back_by")
    staff_list = "outing_board"
    staff_text = "在去向公示页面办理"
    list_display = ("person", "village", "where", "note", "left_at", "back_expected", "back_shown")
    list_filter = (OutFilter, "where", "village__group")
    list_select_related = ("person", "village")
    date_hierarchy = "left_at"
    search_fields = (*PERSON_SEARCH, *VILLAGE_SEARCH)
    search_help_text = f"{PERSON_HELP}、村名"
    ordering = ("-left_at", "-id")

    def _staff_url(self, obj: Any | None) -> str:
        return f"{reverse('outing_board')}?village={obj.village_id}" if obj else super()._staff_url(obj)

    @admin.display(description="返回时间", ordering="back_at", empty_value=UNKNOWN)
    def back_shown(self, outing: Outing) -> Any:
        return outing.back_at


__all__ = ["LeaveAdmin", "OutingAdmin"]
