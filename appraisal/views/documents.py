"""文件柜: what was issued, by year and kind; each paper as page, on paper, and as the file it was issued as."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.filters_documents import DocumentFilter
from appraisal.models import DocumentFile, IssuedDocument
from appraisal.papers.responses import file_response, print_page
from appraisal.permissions_documents import draft_papers, follow_figures, see_documents
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link_to, tag
from lianzhen.wording import full_date, number

CRUMBS = [("文件柜", "/documents/")]
PEOPLE = ("signed_by", "issued_by", "village", "corrects")

find_document = visible(
    IssuedDocument, narrow=lambda rows: rows.select_related(*PEOPLE).defer("corrects__body", "corrects__words")
)


def _title(row: IssuedDocument) -> Any:
    return link_to("document", row.pk, row.title)


def _state(row: IssuedDocument) -> str:
    """Where corrections lead: the former is 已更正, the later 更正件."""
    if row.corrected:
        return "已更正"
    return "更正件" if row.corrects_id else ""


COLUMNS = (
    Column("issued", "印发日期", lambda d: timezone.localdate(d.issued_at), sort=["issued_at"], kind="date"),
    Column("title", "标题", lambda d: d.title, show=_title, sort=["title"], head=True),
    Column("number", "期号、文号", lambda d: d.numbered, sort=["year", "number"], secondary=True),
    Column("kind", "种类", lambda d: d.get_kind_display(), sort=["kind"]),
    Column("village", "村", lambda d: d.village and d.village.name, sort=["village__pinyin"], secondary=True),
    Column("signed", "签发人", lambda d: d.signed_by.name, sort=["signed_by__name"], secondary=True),
    Column("state", "更正", _state, show=lambda d: tag("off", _state(d)) if _state(d) else "", secondary=True),
)


@guarded(see_documents, methods=LIST_METHODS)
def document_list(request: HttpRequest) -> HttpResponse:
    rows = IssuedDocument.objects.visible_to(request.user)
    return ListPage(
        request,
        rows.select_related("signed_by", "village").defer("body", "words"),
        COLUMNS,
        title="文件柜",
        order=["-year", "-issued_at"],
        filterset=DocumentFilter,
        count=lambda n: f"共{number(n)}件",
        groups=lambda d: f"{d.year}年",
        prepare=_prepare,
        empty_text="还没有印发的文件。通报、公示、讲评签发后，都存放在这里。",
        context={"extra_actions": [("汇报材料", reverse("county_report"))] if draft_papers(request.user) else []},
    ).respond()


def _prepare(rows: list[IssuedDocument]) -> None:
    corrected = IssuedDocument.objects.filter(corrects__in=[row.pk for row in rows])
    known = set(corrected.values_list("corrects_id", flat=True))
    for row in rows:
        row.corrected = row.pk in known


@guarded(see_documents, find=find_document, methods=("GET",))
def document(request: HttpRequest, document: IssuedDocument) -> HttpResponse:
    """The page, `?print=1` on A4, `?format=docx` the file as issued."""
    if request.GET.get("print") == "1":
        return print_page(request, document.paper, back_url=request.path)
    content, whole = as_issued(document)
    if request.GET.get("format") == "docx" and whole:
        return file_response(content, f"{document.title}{document.numbered}")
    context = {
        "document": document,
        "paper": document.paper,
        "links": bool(follow_figures(request.user, document)),
        "rows": facts(document),
        "whole": whole,
        "later": document.corrections.defer("body", "words").first(),
        "crumbs": CRUMBS,
    }
    return render(request, "appraisal/document.html", context, status=200 if whole else 409)


def as_issued(document: IssuedDocument) -> tuple[bytes, bool]:
    """The stored file, and whether it still is what was issued."""
    row = DocumentFile.objects.filter(document=document).first()
    content = bytes(row.content) if row is not None else b""
    return content, hashlib.sha256(content).hexdigest() == document.sha256


def facts(document: IssuedDocument) -> list[tuple[str, Any]]:
    signed = timezone.localtime(document.signed_at)
    issued = timezone.localtime(document.issued_at)
    return [
        ("种类", document.get_kind_display()),
        ("期号、文号", document.numbered),
        ("签发", f"{document.signed_by.name}　{full_date(signed.date())}{signed:%H:%M}"),
        ("印发", f"{document.issued_by.name}　{full_date(issued.date())}{issued:%H:%M}"),
        ("阅读范围", document.get_audience_display()),
        ("文件", f"docx，{number(-(-document.size // 1024))}KB"),
        ("校验值（SHA-256）", document.sha256),
    ]
