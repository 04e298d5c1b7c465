"""已印发文件 and templates: read here; issued and uploaded on the staff pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from appraisal.models import DocumentTemplate, IssuedDocument
from lianzhen.wording import number
from villages.admin.register import RegisterAdmin


def _kilobytes(row: Any) -> str:
    return f"{number(-(-row.size // 1024))}千字节"


@admin.register(IssuedDocument)
class IssuedDocumentAdmin(RegisterAdmin):
    """What the shelf holds; nothing here changes it."""

    shown = (
        "title",
        "kind",
        "numbered_shown",
        "period",
        "village",
        "audience",
        "signed_by",
        "signed_at",
        "issued_by",
        "issued_at",
        "corrects",
        "size_shown",
        "sha256",
    )
    staff_list = "document_list"
    staff_text = "在文件柜查看"
    list_display = ("title", "kind", "numbered_shown", "period", "signed_by", "issued_at")
    list_filter = ("kind", "year", "audience")
    list_select_related = ("signed_by",)
    date_hierarchy = "issued_at"
    search_fields = ("title", "official_number", "signed_by__name", "=sha256")
    search_help_text = "可输入标题、文号、签发人或校验值"
    ordering = ("-issued_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("body", "words")

    @admin.display(description="期号、文号", ordering="number")
    def numbered_shown(self, row: IssuedDocument) -> str:
        return row.numbered

    @admin.display(description="大小")
    def size_shown(self, row: IssuedDocument) -> str:
        return _kilobytes(row)


@admin.register(DocumentTemplate)
class DocumentTemplateAdmin(RegisterAdmin):
    shown = ("style", "name", "note", "in_use", "uploaded_at", "uploaded_by", "size_shown", "sha256", "last_change")
    staff_list = "paper_settings"
    staff_text = "在编印设置页面更换"
    list_display = ("name", "style", "in_use", "uploaded_at", "uploaded_by")
    list_filter = ("style", "in_use")
    list_select_related = ("uploaded_by",)
    search_fields = ("name", "note", "=sha256")
    search_help_text = "可输入文件名、说明或校验值"
    ordering = ("style", "-uploaded_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("content")

    @admin.display(description="大小")
    def size_shown(self, row: DocumentTemplate) -> str:
        return _kilobytes(row)
