"""The parts of an xlsx that an import needs: texts, numbers, dates, merged cells, hidden rows.

Parts are unpacked one after the other with a limit on their size, and never more of them than asked for.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError, iterparse

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.cell import column_index_from_string, range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from lianzhen.importing.limits import MOST_COLUMNS, MOST_ROWS, MOST_SHEETS, MOST_UNPACKED, Unreadable

BROKEN = "这个文件打不开，可能没有保存完整。请用WPS打开后另存为 .xlsx 再上传。"
TOO_BIG = "文件展开后太大，不能读取。请只留下要导入的行和列，粘贴到新的表格里再上传。"
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    KeyError,
    ValueError,
    EOFError,
    IndexError,
    OverflowError,
)
_CELL = re.compile(r"([A-Z]{1,3})([0-9]+)")


@dataclass
class Found:
    """One sheet: rows with something in them by number, and the numbers of hidden ones."""

    name: str
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    uncomputed: int = 0


def sheets(raw: bytes) -> Iterator[Found]:
    """Every visible sheet. Raises `Unreadable`."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as box:
            yield from _Book(box).sheets()
    except _DAMAGED as reason:
        if isinstance(reason, Unreadable):
            raise
        raise Unreadable(BROKEN) from reason
    except (NotImplementedError, RuntimeError) as reason:  # a way of packing or a lock that we cannot open
        raise Unreadable(BROKEN) from reason


class _Book:
    def __init__(self, box: zipfile.ZipFile) -> None:
        self.box = box
        if sum(entry.file_size for entry in box.infolist()) > MOST_UNPACKED:
            raise Unreadable(TOO_BIG)
        names = {entry.filename for entry in box.infolist()}
        if "xl/workbook.xml" not in names:
            raise Unreadable("这个文件不是 xlsx 表格。请用WPS另存为 .xlsx 后再上传。")
        self.texts = self._texts() if "xl/sharedStrings.xml" in names else []
        self.dates = self._date_styles() if "xl/styles.xml" in names else set()
        self.epoch = CALENDAR_WINDOWS_1900

    def sheets(self) -> Iterator[Found]:
        targets, listed = {}, []
        for element in self._elements("xl/_rels/workbook.xml.rels"):
            if _tag(element) == "Relationship":
                target = element.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
                targets[element.get("Id")] = path
        for element in self._elements("xl/workbook.xml"):
            if _tag(element) == "workbookPr" and element.get("date1904") in ("1", "true"):
                self.epoch = CALENDAR_MAC_1904
            if _tag(element) == "sheet" and element.get("state", "visible") == "visible":
                relation = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
                listed.append((element.get("name", ""), targets.get(relation, "")))
        for name, path in listed[:MOST_SHEETS]:
            if "worksheets" in path:
                yield self._sheet(name[:60], path)

    def _elements(self, path: str) -> Iterator[Element]:
        """Elements as they end, each forgotten once it was looked at."""
        with self.box.open(path) as stream:
            head = stream.read(1024)
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise Unreadable(BROKEN)
        with self.box.open(path) as stream:
            opened: list[Element] = []
            for event, element in iterparse(stream, events=("start", "end")):
                if event == "start":
                    opened.append(element)
                    continue
                opened.pop()
                yield element
                # Kept until their row or text is complete; without this, a million rows stay in memory.
                if opened and _tag(element) not in _PARTS:
                    opened[-1].remove(element)

    def _texts(self) -> list[str]:
        return [_text(e) for e in self._elements("xl/sharedStrings.xml") if _tag(e) == "si"]

    def _date_styles(self) -> set[int]:
        """The numbers of cell styles that show a number as a date."""
        own: dict[int, str] = {}
        used: list[int] = []
        inside = False
        for element in self._elements("xl/styles.xml"):
            tag = _tag(element)
            if tag == "numFmt" and element.get("formatCode"):
                own[int(element.get("numFmtId", "0"))] = element.get("formatCode", "")
            elif tag == "cellStyleXfs":
                used.clear()
            elif tag == "cellXfs":
                inside = True
            elif tag == "xf" and not inside:
                used.append(int(element.get("numFmtId", "0")))
        return {n for n, style in enumerate(used) if _is_date(style, own)}

    def _sheet(self, name: str, path: str) -> Found:
        found = Found(name)
        counted = 0
        for element in self._elements(path):
            tag = _tag(element)
            if tag == "row":
                counted += 1
                self._take_row(element, counted, found)
                counted = found.rows[-1][0] if found.rows and found.rows[-1][0] > counted else counted
                if len(found.rows) > MOST_ROWS + 100:
                    break
            elif tag == "mergeCell" and len(found.merged) < MOST_ROWS * 5:
                found.merged.append(range_boundaries(element.get("ref", "A1")))
        _fill_merged(found)
        if found.uncomputed:
            found.remarks.append(
                f"有{found.uncomputed}格公式还没有算出结果，按空白处理。用WPS打开保存一次即可带上结果。"
            )
        return found

    def _take_row(self, row: Element, counted: int, found: Found) -> None:
        line = int(row.get("r") or counted)
        if row.get("hidden") in ("1", "true"):
            found.hidden.add(line)
        cells: list[str] = []
        for place, cell in enumerate(row):
            if _tag(cell) != "c" or not len(cell):
                continue
            match = _CELL.match(cell.get("r") or "")
            column = column_index_from_string(match.group(1)) - 1 if match else place
            text = self._value(cell, found)
            if text:
                if column > MOST_COLUMNS * 20:
                    raise Unreadable(TOO_BIG)
                cells += [""] * (column + 1 - len(cells))
                cells[column] = text
        if cells:
            found.rows.append((line, cells))

    def _value(self, cell: Element, found: Found) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _text(cell).strip()
        value, formula = "", False
        for part in cell:
            if _tag(part) == "v":
                value = part.text or ""
            formula = formula or _tag(part) == "f"
        if formula and not value:
            found.uncomputed += 1
        if not value or kind == "e":
            return value.strip()
        if kind == "s":
            return self.texts[int(value)].strip()
        if kind == "b":
            return "是" if value == "1" else "否"
        if kind == "d":
            return value.replace("T", " ").removesuffix(" 00:00:00")
        if kind == "n":
            return self._number(value, int(cell.get("s") or 0))
        return value.strip()

    def _number(self, value: str, style: int) -> str:
        amount = float(value)
        if style in self.dates:
            moment = from_excel(amount, self.epoch)
            return moment.strftime("%Y-%m-%d") if isinstance(moment, datetime) else str(moment)
        if amount == int(amount) and abs(amount) < 1e15:
            return str(int(amount))
        return repr(round(amount, 10))


#: Elements whose parents still need them.
_PARTS = {"t", "r", "v", "f", "is", "c", "rPr", "rPh"}


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element) -> str:
    """The text of a string, without the readings that Japanese editors add."""
    parts = []
    for child in element:
        tag = _tag(child)
        if tag == "t":
            parts.append(child.text or "")
        elif tag in ("r", "is"):
            parts.append(_text(child))
    return "".join(parts)


def _is_date(style: int, own: dict[int, str]) -> bool:
    # 27–36 and 50–58 are dates in Chinese editions, without a format of their own.
    code = own.get(style) or BUILTIN_FORMATS.get(style, "")
    return is_date_format(code) or 27 <= style <= 36 or 50 <= style <= 58


def _fill_merged(found: Found) -> None:
    """A merged cell speaks for every row it covers."""
    rows = dict(found.rows)
    for first_column, first_row, _, last_row in found.merged:
        top = rows.get(first_row)
        if last_row == first_row or top is None or first_column > len(top) or not top[first_column - 1]:
            continue
        for line in range(first_row + 1, min(last_row, first_row + MOST_ROWS) + 1):
            cells = rows.get(line)
            if cells is None:
                continue
            cells += [""] * (first_column - len(cells))
            cells[first_column - 1] = cells[first_column - 1] or top[first_column - 1]
