"""Imported files in the admin panel, for looking up. Importing and undoing happen on the staff pages."""

from __future__ import annotations

from django.contrib import admin

from lianzhen.accounts.roles import Role
from lianzhen.importing.models import ImportBatch
from lianzhen.trail.admin import TownModelAdmin


@admin.register(ImportBatch)
class ImportBatchAdmin(TownModelAdmin):
    """The rows of a file have no panel: they hold telephone numbers as somebody typed them."""

    seen_by = (Role.OFFICE, Role.OFFICE_LEAD)
    shown = ("kind_title", "file_name", "state", "created_by", "created_at", "imported_by", "imported_at", "undone_at")
    staff_list = "import_list"
    staff_text = "在导入页面办理"
    list_display = ("__str__", "state", "created_by", "created_at", "imported_at")
    list_filter = ("state",)
    list_select_related = ("created_by",)
    date_hierarchy = "created_at"
    search_fields = ("file_name", "created_by__name", "^created_by__pinyin", "^created_by__initials")
    search_help_text = "可输入文件名或上传人"
    ordering = ("-created_at", "-id")
