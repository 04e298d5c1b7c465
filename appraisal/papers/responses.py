"""Answers that bring a paper: its A4 page, and its .docx while it is a draft."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header

from appraisal.models import DocumentTemplate
from appraisal.papers.content import Paper
from appraisal.papers.word import write
from lianzhen.pages.workbooks import safe_name

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def template_in_use(style: str) -> bytes | None:
    """The town's own template of a style, or None for the shipped one. One query."""
    row = DocumentTemplate.objects.filter(style=style, in_use=True).first()
    return bytes(row.content) if row is not None else None


def word_response(paper: Paper, filename: str, *, draft: bool = True) -> HttpResponse:
    """The .docx of a paper that is not issued; a draft says so at the head of every page."""
    template = template_in_use(paper.masthead.style)
    return file_response(write(paper, template, draft=draft, at=timezone.now()), filename)


def file_response(content: bytes, filename: str) -> HttpResponse:
    """`filename` without its ending; what names of files cannot hold is left out."""
    answer = HttpResponse(content, content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = content_disposition_header(True, f"{safe_name(filename)}.docx")
    answer["Cache-Control"] = "no-store, private"
    return answer


def print_page(
    request: HttpRequest, paper: Paper, *, back_url: str, draft: bool = False, **context: Any
) -> HttpResponse:
    """The A4 page (`?print=1`). Without links: what is on paper cannot be followed."""
    shown = {"paper": paper, "title": paper.title, "draft": draft, "landscape": paper.across, "back_url": back_url}
    return render(request, "appraisal/paper_print.html", {**context, **shown})
