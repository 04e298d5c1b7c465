"""Opens what people upload: xlsx and csv, as rows of text. Everything else gets the sentence that helps.

Pure apart from the file. xlsx is read by ourselves, part by part: openpyxl's streaming mode does not tell
merged cells and hidden rows, and its full mode holds every formatted empty cell in memory. Formulas count
with the value that the sheet shows; nothing is ever computed.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import PurePath

from lianzhen.importing import xlsx
from lianzhen.importing.limits import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Unreadable
from lianzhen.wording import number

SAVE_AS = "请用WPS另存为 .xlsx 后再上传。"
#: Sheets of our own templates that hold no rows.
NOT_DATA = {"填写说明", "导出说明"}


@dataclass
class Line:
    """One row of a sheet with something in it; `number` as the program shows it."""

    number: int
    cells: list[str]
    hidden: bool = False


@dataclass
class Sheet:
    name: str
    lines: list[Line] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read(raw: bytes, file_name: str) -> list[Sheet]:
    """The sheets with something in them. Raises `Unreadable` with what to do."""
    ending = PurePath(file_name).suffix.lower()
    if len(raw) > MOST_BYTES:
        raise Unreadable("文件超过20MB。请删去图片和不用的工作表，另存为 .xlsx 后再上传。")
    if not raw:
        raise Unreadable("文件是空的，请核对后重新选择。")
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in raw:
            raise Unreadable("这个文件设了打开密码。请用WPS打开，在“文件—文档加密”里去掉密码，保存后再上传。")
        raise Unreadable(f"这是旧格式的表格（xls 或 et）。{SAVE_AS}")
    if raw.startswith(b"PK"):
        sheets = _workbook(raw)
    elif ending in (".xls", ".et"):
        raise Unreadable(f"只能上传 xlsx 或 csv 文件。{SAVE_AS}")
    elif ending in (".csv", ".txt"):
        sheets = [_csv(raw)]
    else:
        raise Unreadable(f"这个文件打不开，可能不是表格，或没有保存完整。{SAVE_AS}")
    sheets = [sheet for sheet in sheets if sheet.lines and sheet.name not in NOT_DATA]
    if not sheets:
        raise Unreadable("文件里没有内容。请核对是不是选错了文件。")
    for sheet in sheets:
        _refuse_too_much(sheet)
    return sheets


def _workbook(raw: bytes) -> list[Sheet]:
    sheets = []
    for found in xlsx.sheets(raw):
        sheet = Sheet(found.name, remarks=found.remarks)
        sheet.lines = [Line(n, cells, n in found.hidden) for n, cells in found.rows]
        sheets.append(sheet)
    return sheets


def _csv(raw: bytes) -> Sheet:
    text = _decoded(raw)
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    lines = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in row):
                # The row's own number, as the sheet would show it once opened.
                lines.append(Line(len(lines) + 1, [cell.strip() for cell in row]))
                if len(lines) > MOST_ROWS + 100:
                    break
    except csv.Error:
        raise Unreadable(f"文件不是逗号分隔的表格。{SAVE_AS}") from None
    return Sheet("csv", lines)


def _decoded(raw: bytes) -> str:
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Unreadable(f"文件不是文字，不能当作 csv 读取。{SAVE_AS}")


def _refuse_too_much(sheet: Sheet) -> None:
    where = "" if sheet.name == "csv" else f"工作表“{sheet.name}”"
    columns = max(len(line.cells) for line in sheet.lines)
    if columns > MOST_COLUMNS:
        raise Unreadable(f"{where}有{columns}列，最多{MOST_COLUMNS}列。请只留下要导入的列，另存后再上传。")
    if len(sheet.lines) > MOST_ROWS + 50:
        raise Unreadable(f"{where}超过{number(MOST_ROWS)}行。请分成几个文件，分次上传。")
