"""Files as people upload them, built in memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from django.test import Client
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from lianzhen.importing.models import ImportBatch

Rows = Sequence[Sequence[Any]]


def xlsx(rows: Rows, change: Callable[[Worksheet], None] | None = None, more: dict[str, Rows] | None = None) -> bytes:
    """A workbook with one sheet of rows, and `more` sheets by name."""
    book = Workbook()
    _fill(book.active, rows)
    book.active.title = "Sheet1"
    if change:
        change(book.active)
    for name, others in (more or {}).items():
        _fill(book.create_sheet(name), others)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _fill(sheet: Worksheet, rows: Rows) -> None:
    for row in rows:
        sheet.append(list(row))


def upload(client: Client, kind: str, raw: bytes, name: str = "花名册.xlsx") -> Any:
    file = io.BytesIO(raw)
    file.name = name
    return client.post("/imports/new/", {"kind": kind, "file": file})


def uploaded(client: Client, kind: str, raw: bytes, name: str = "花名册.xlsx") -> ImportBatch:
    """The batch of a file that was taken."""
    answer = upload(client, kind, raw, name)
    assert answer.status_code == 303, answer.context["form"].errors
    return ImportBatch.objects.latest("pk")


def taken_in(client: Client, batch: ImportBatch) -> ImportBatch:
    """Press 导入."""
    answer = client.post(f"/imports/{batch.pk}/check/", {"do": "import"})
    assert answer.status_code == 303, answer.content.decode()
    batch.refresh_from_db()
    return batch


def row_at(batch: ImportBatch, line: int) -> Any:
    return batch.rows.get(line=line)


def sentences(batch: ImportBatch, line: int) -> list[str]:
    return [problem["text"] for problem in row_at(batch, line).problems]
