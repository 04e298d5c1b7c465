"""Rows of a batch as its pages show them, and what was typed over their cells."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from lianzhen.importing import actions
from lianzhen.importing.models import ImportBatch, ImportRow
from lianzhen.wording import mask_phone

Outcome = ImportRow.Outcome
PAGE = 100
#: Tabs of the check page: word, title, outcomes.
SHOWS = (
    ("problem", "有问题", (Outcome.PROBLEM,)),
    ("ready", "可以导入", (Outcome.NEW, Outcome.CHANGED)),
    ("changed", "将更新", (Outcome.CHANGED,)),
    ("same", "无变化", (Outcome.SAME,)),
    ("done", "已导入", (Outcome.DONE,)),
    ("dropped", "不再导入", (Outcome.DROPPED,)),
    ("skipped", "已跳过", (Outcome.SKIPPED,)),
)
TONES = {
    Outcome.NEW: "good",
    Outcome.CHANGED: "wait",
    Outcome.SAME: "off",
    Outcome.PROBLEM: "bad",
    Outcome.SKIPPED: "off",
    Outcome.DONE: "done",
    Outcome.DROPPED: "off",
}


def rows_context(request: HttpRequest, batch: ImportBatch, *, editable: bool = True) -> dict[str, Any]:
    """Tabs with counts, and one page of rows; cells with problems are inputs where `editable`. Two queries."""
    counts = batch.counts()
    show = _chosen(request, batch, counts)
    outcomes = next((o for key, _, o in SHOWS if key == show), tuple(Outcome))
    matching = batch.rows.filter(outcome__in=outcomes)
    pages = Paginator(matching, PAGE)
    pages.count = sum(counts[outcome] for outcome in outcomes)
    page = pages.get_page(request.GET.get("page"))
    columns = [c for c in batch.definition.columns if c.key in batch.matched or c.key in batch.fixed]
    listed = list(page.object_list)
    wanting = {problem["key"] for row in listed for problem in row.problems}
    columns += [c for c in batch.definition.columns if c.key in wanting and c not in columns]
    rows = [_row(row, batch, columns, editable) for row in listed]
    tabs = [
        {"title": title, "url": f"?show={key}", "current": key == show, "count": sum(counts[o] for o in outcomes)}
        for key, title, outcomes in SHOWS
    ]
    ready = counts[Outcome.NEW] + counts[Outcome.CHANGED]
    return {
        "counts": counts,
        "ready": ready,
        "show": show,
        "tabs": [tab for tab in tabs if tab["count"]],
        "columns": columns,
        "rows": rows,
        "page_obj": page if page.paginator.num_pages > 1 else None,
        "querystring": f"show={show}",
        "same_only": bool(counts["same"]) and not (ready or counts["problem"] or counts["done"]),
        "annotated_url": reverse("import_annotated", args=[batch.pk]),
    }


def _chosen(request: HttpRequest, batch: ImportBatch, counts: dict[str, int]) -> str:
    asked = request.GET.get("show", "")
    known = {key: outcomes for key, _, outcomes in SHOWS}
    if asked in known and sum(counts[o] for o in known[asked]):
        return asked
    first = (
        ("done", "same") if batch.took_in and not request.path.endswith("/pending/") else ("problem", "ready", "same")
    )
    return next((key for key in first if sum(counts[o] for o in known[key])), "skipped")


def _row(row: ImportRow, batch: ImportBatch, columns: list[Any], editable: bool) -> dict[str, Any]:
    row.batch = batch
    bad = {problem["key"] for problem in row.problems} if editable else set()
    return {
        "line": row.line,
        "tone": TONES[Outcome(row.outcome)],
        "words": row.note if row.outcome == Outcome.SKIPPED else _said(row),
        "note": row.note if row.outcome != Outcome.SKIPPED else "",
        "changes": row.changes,
        "cells": [_cell(row, column, column.key in bad) for column in columns],
        "problems": [
            {"text": p["text"], "choices": [(w, f"{row.pk}|{k}|{v}") for w, k, v in p["choices"] if editable]}
            for p in row.problems
        ],
    }


def _said(row: ImportRow) -> str:
    return Outcome(row.did).label if row.outcome == Outcome.DONE and row.did else row.get_outcome_display()


def _cell(row: ImportRow, column: Any, bad: bool) -> dict[str, Any]:
    text = row.text_of(column.key)
    if column.is_phone and not bad and text.isdigit():
        text = mask_phone(text)
    label = f"第{row.line}行{column.title}"
    return {
        "text": text,
        "name": f"cell-{row.pk}-{column.key}" if bad else "",
        "label": label,
        "short": len(text) <= 14,
    }


def asked_corrections(post: QueryDict) -> tuple[dict[int, dict[str, str]], str]:
    """What was typed, by row id and column, and the suggestion that was pressed."""
    typed: dict[int, dict[str, str]] = {}
    for name, text in post.items():
        parts = name.split("-", 2)
        if len(parts) == 3 and parts[0] == "cell" and actions.can_be_number(parts[1]):
            typed.setdefault(int(parts[1]), {})[parts[2]] = text
    return typed, post.get("choose", "")
