"""Imported files in the admin panel: who brought in what and when, for looking up and for those who watch.

The rows of a file have no panel: they hold telephone numbers as somebody typed them. Importing and taking
back happen on the staff pages.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.importing.kinds import kinds, kinds_for
from lianzhen.importing.models import ImportBatch, ImportRow
from lianzhen.trail.admin import TownModelAdmin
from lianzhen.wording import UNKNOWN, number

#: What is told of the rows: outcome, words.
TOLD = (
    (ImportRow.Outcome.DONE, "已导入"),
    (ImportRow.Outcome.PROBLEM, "有问题"),
    (ImportRow.Outcome.SAME, "无变化"),
    (ImportRow.Outcome.SKIPPED, "已跳过"),
    (ImportRow.Outcome.DROPPED, "不再导入"),
)


class KindFilter(admin.SimpleListFilter):
    title = "种类"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.key, kind.title) for kind in kinds()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(ImportBatch)
class ImportBatchAdmin(TownModelAdmin):
    seen_by = (*TOWN_WIDE, Role.SYSADMIN)
    handled_by = (Role.OFFICE, Role.OFFICE_LEAD, Role.SYSADMIN)
    shown = (
        "kind_shown",
        "file_name",
        "state",
        "rows_shown",
        "created_by",
        "created_at",
        "imported_by",
        "imported_at",
        "undone_by",
        "undone_at",
    )
    staff_list = "import_list"
    staff_page = "import_batch"
    staff_text = "在导入页面办理"
    list_display = ("file_name", "kind_shown", "state", "created_by", "created_at", "imported_at")
    list_filter = (KindFilter, "state")
    list_select_related = ("created_by", "imported_by", "undone_by")
    date_hierarchy = "created_at"
    search_fields = ("file_name", "created_by__name", "^created_by__pinyin", "^created_by__initials")
    search_help_text = "可输入文件名或上传人"
    ordering = ("-created_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Whoever watches the town sees every batch; others those that they may import."""
        rows = ImportBatch.objects.watched_by(request.user).order_by(*self.ordering)
        return rows.select_related(*self.list_select_related)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        # The staff pages show rows, and are for those alone who import.
        hidden = {} if kinds_for(request.user) else {"staff_url": ""}
        return super().changelist_view(request, {**hidden, **(extra_context or {})})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        answer = super().render_change_form(request, context, *args, **kwargs)
        if not kinds_for(request.user):
            answer.context_data["staff_url"] = ""
        return answer

    @admin.display(description="种类", ordering="kind")
    def kind_shown(self, batch: ImportBatch) -> str:
        return batch.kind_title

    @admin.display(description="行数")
    def rows_shown(self, batch: ImportBatch) -> str:
        counts = batch.counts()
        told = [f"{words}{number(counts[outcome])}行" for outcome, words in TOLD if counts[outcome]]
        return "，".join(told) or UNKNOWN
