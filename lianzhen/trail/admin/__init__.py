"""The panel of the trail, and the ground of every other panel (`TownModelAdmin`)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lianzhen.trail.admin.base import TownModelAdmin
from lianzhen.trail.admin.filters import StateFilter, TermFilter
from lianzhen.trail.admin.forms import ActionForm, PanelPhoneField, ReasonField
from lianzhen.trail.models import AuditEntry
from lianzhen.trail.recording import tracked_models
from lianzhen.wording import UNKNOWN, date_and_time

__all__ = [
    "ActionForm",
    "PanelPhoneField",
    "ReasonField",
    "StateFilter",
    "TermFilter",
    "TownModelAdmin",
]


def record_types() -> dict[str, str]:
    """What the records on the trail are called, by the code that entries carry."""
    return {model._meta.label_lower: str(model._meta.verbose_name) for model in tracked_models()}


class RecordTypeFilter(admin.SimpleListFilter):
    title = "记录类型"
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(record_types().items(), key=lambda item: item[0])

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(model=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(TownModelAdmin):
    """Read-only for everybody: the database refuses anything else. Role codes and no labels: accounts stand
    above the trail."""

    seen_by = ("auditor", "committee", "office_lead", "sysadmin")

    list_display = ("at_shown", "by_name", "label", "type_shown", "object_label", "changes_in_line", "reason")
    list_display_links = ("at_shown",)
    list_filter = (RecordTypeFilter,)
    date_hierarchy = "at"
    search_fields = ("by_name", "object_label", "label", "reason")
    search_help_text = "可输入操作人、记录、操作或原因"
    ordering = ("-at", "-id")
    shown = ("at_shown", "by_name", "address", "label", "type_shown", "record_shown", "changes_shown", "reason")
    staff_list = "audit_list"
    staff_text = "查看操作记录页面"

    def _staff_url(self, obj: Any | None) -> str:
        return ""

    def refusal(self, roles: Any, verb: str) -> str:
        return "操作记录由审计员、党委委员、联村办主任和系统管理员查看，任何人不能增改。"

    @admin.display(description="时间", ordering="at")
    def at_shown(self, entry: AuditEntry) -> str:
        return date_and_time(timezone.localtime(entry.at))

    @admin.display(description="记录类型", ordering="model")
    def type_shown(self, entry: AuditEntry) -> str:
        return record_types().get(entry.model, entry.model)

    @admin.display(description="变化")
    def changes_in_line(self, entry: AuditEntry) -> str:
        return "；".join(_in_line(change) for change in entry.shown_changes)

    @admin.display(description="变化")
    def changes_shown(self, entry: AuditEntry) -> SafeString | str:
        rows = [(c["label"], c["before"] or UNKNOWN, c["after"] or UNKNOWN) for c in entry.shown_changes]
        if not rows:
            return UNKNOWN
        body = format_html_join("", '<tr><th scope="row">{}</th><td>{}</td><td>{}</td></tr>', rows)
        head = format_html_join("", '<th scope="col">{}</th>', [("项目",), ("之前",), ("之后",)])
        table = '<table class="changes-table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
        return format_html(table, head, body)

    @admin.display(description="记录")
    def record_shown(self, entry: AuditEntry) -> SafeString | str:
        name = f"admin:{entry.model.replace('.', '_')}_change"
        try:
            return format_html('<a href="{}">{}</a>', reverse(name, args=[entry.object_id]), entry.object_label)
        except NoReverseMatch:
            return entry.object_label


def _in_line(change: dict[str, Any]) -> str:
    before = f"{change['before']}→" if change["before"] else ""
    return f"{change['label']}：{before}{change['after'] or UNKNOWN}"
