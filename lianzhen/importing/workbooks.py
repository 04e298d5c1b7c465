"""Workbooks that an import gives out: the blank template, the filled sample, the upload with its problems marked.

Template and sample come from the kind's own columns. Text is always written as text: a cell that begins
with = is no formula here.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from lianzhen.importing.kinds import Kind
from lianzhen.importing.models import ImportBatch
from lianzhen.wording import mask_phone

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOTES_SHEET = "填写说明"
_HEAD = PatternFill("solid", fgColor="E6F2F1")
_BAD = PatternFill("solid", fgColor="FBE3E0")
_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32)))


def template(kind: Kind, rows: Iterable[Mapping[str, str]] = ()) -> bytes:
    """A workbook with the headers of a kind, and rows (column key → text) where they are given."""
    book = Workbook()
    sheet = book.active
    sheet.title = kind.title[:31]
    for place, column in enumerate(kind.columns, start=1):
        _head(sheet.cell(1, place), f"{column.title}（必填）" if column.required else column.title)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = column.width
        # Text for the whole column: codes keep their zeros and telephone numbers all their digits.
        sheet.column_dimensions[letter].number_format = "@"
    for line, row in enumerate(rows, start=2):
        for place, column in enumerate(kind.columns, start=1):
            write_text(sheet.cell(line, place), row.get(column.key, ""))
    sheet.freeze_panes = "A2"
    _notes(book.create_sheet(NOTES_SHEET), kind)
    return _bytes(book)


def sample(kind: Kind) -> bytes:
    return template(kind, kind.samples)


def annotated(batch: ImportBatch) -> bytes:
    """Every row of the upload as it stands now, with what is wrong beside it and its cells coloured."""
    kind = batch.definition
    book = Workbook()
    sheet = book.active
    sheet.title = "标注了问题"
    keys = [c for c in kind.columns if c.key in batch.matched or c.key in batch.fixed]
    titles = ["原表行号", *[c.title for c in keys], "结果", "问题和改法"]
    for place, title in enumerate(titles, start=1):
        _head(sheet.cell(1, place), title)
        sheet.column_dimensions[get_column_letter(place)].width = 40 if title == "问题和改法" else 14
    for line, row in enumerate(batch.rows.all().iterator(chunk_size=1000), start=2):
        row.batch = batch
        sheet.cell(line, 1, row.line)
        bad = {problem["key"]: problem["text"] for problem in row.problems}
        for place, column in enumerate(keys, start=2):
            cell = sheet.cell(line, place)
            text = row.text_of(column.key)
            # Numbers of rows that need no work are not carried around.
            write_text(cell, mask_phone(text) if column.is_phone and text.isdigit() and not row.problems else text)
            if column.key in bad:
                cell.fill = _BAD
                cell.comment = Comment(bad[column.key], "导入")
        write_text(sheet.cell(line, len(keys) + 2), row.note or row.get_outcome_display())
        write_text(sheet.cell(line, len(keys) + 3), "；".join(problem["text"] for problem in row.problems))
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    return _bytes(book)


def write_text(cell: Cell, text: str) -> None:
    cell.value = str(text).translate(_CONTROL)
    cell.data_type = "s"
    cell.number_format = "@"


def _head(cell: Cell, title: str) -> None:
    write_text(cell, title)
    cell.font = Font(bold=True)
    cell.fill = _HEAD
    cell.alignment = Alignment(vertical="center", wrap_text=True)


def _notes(sheet: Worksheet, kind: Kind) -> None:
    sheet.column_dimensions["A"].width = 20
    sheet.column_dimensions["B"].width = 80
    lines = [(kind.title, "在第一张表里从第2行起填写，一行一条。列可以增减、调换次序，表头的叫法也可以不同。")]
    lines += [("", note) for note in (*kind.notes, "空着的格不会清除平台里已有的内容。")]
    lines += [(c.title, ("必填。" if c.required else "") + c.hint) for c in kind.columns]
    for line, (left, right) in enumerate(lines, start=1):
        write_text(sheet.cell(line, 1), left)
        write_text(sheet.cell(line, 2), right)


def _bytes(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
