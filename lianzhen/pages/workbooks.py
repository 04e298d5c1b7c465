"""Workbooks that a person keeps: typed cells, a frozen header, a filter, ready to print, and a sheet 导出说明.

Written row by row (`constant_memory`): 100,000 rows take some 20 MB. Nothing here is ever a formula or a
link; a text that begins like one stays the text that it is, also when somebody edits the cell.
Knows nothing of requests, roles or models.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from inspect import unwrap
from itertools import chain
from tempfile import TemporaryDirectory
from typing import IO, Any

import xlsxwriter
from django.utils import timezone
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: The first day that a worksheet can count from; older ones are written as text.
FIRST_DAY = date(1900, 3, 1)
#: A worksheet keeps 15 digits of a number; a longer one is a code and stays text.
LONGEST_NUMBER = 10**15
#: Characters of one cell.
LONGEST_TEXT = 32_767
#: Longer texts in a cell formatted as text show as #### in older programs.
LONGEST_MARKED = 255
NARROWEST, WIDEST = 6, 40
#: Widths (in characters) that A4 upright still shows legibly.
UPRIGHT = 96
#: Signs that no part of the file can hold, and those that neither a sheet's nor a file's name may.
NOT_IN_XML = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\"<>|]")
#: Of a sheet's name, in the units of UTF-16 that the programs count.
LONGEST_NAME = 31

#: The second sheet; by this name an import knows that it holds no data (`importing.reading.NOT_DATA`).
EXPLANATION = "导出说明"

Row = Sequence[Any]


@dataclass(frozen=True)
class Heading:
    """The head of a column; `kind` as in `tables.Column`."""

    title: str
    kind: str = "text"


@dataclass(frozen=True)
class About:
    """What the document says of itself: the table's name, whose it is, who made it and when."""

    title: str
    unit: str
    by: str
    at: datetime


def write_workbook(
    file: IO[bytes],
    about: About,
    headings: Sequence[Heading],
    chunks: Iterable[list[Row]],
    explain: Callable[[int], list[tuple[str, Any]]],
) -> int:
    """Write the table and its explanation to `file`; answer the number of rows.

    The first chunk settles the widths. `explain(rows)` gives the lines of the explanation, when the rows are counted.
    """
    # What a broken export leaves behind goes with the folder.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        book = xlsxwriter.Workbook(file, {**OPTIONS, "tmpdir": folder})
        _describe(book, about)
        rows = _write_table(book, about, headings, chunks)
        _write_explanation(book, explain(rows))
        book.close()
    return rows


OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": "宋体", "font_size": 11, "valign": "top"},
}


#: Words stand a letter away from the number that ends at their left. A date is read like a word.
SIDES = {"left": {"align": "left", "indent": 1}, "right": {"align": "right"}}


def safe_name(title: str) -> str:
    """A title as the name of a file or sheet."""
    return NOT_IN_NAMES.sub("", NOT_IN_XML.sub("", title)).strip(" '") or "清单"


def _name_of_sheet(title: str) -> str:
    name = safe_name(title).encode("utf-16-le")[: 2 * LONGEST_NAME].decode("utf-16-le", "ignore")
    return name.rstrip(" '") or "清单"


# --- The table --------------------------------------------------------------------------------
def _write_table(book: Workbook, about: About, headings: Sequence[Heading], chunks: Iterable[list[Row]]) -> int:
    sheet = book.add_worksheet(_name_of_sheet(about.title))
    first, later = _first_of(chunks)
    widths = [_width(heading, [row[place] for row in first]) for place, heading in enumerate(headings)]
    _lay_out(sheet, about, widths)
    _write_head(book, sheet, headings)
    shapes = [MONEY if heading.kind == "money" else "" for heading in headings]
    cells = Cells(book, sheet, wraps=[width == WIDEST for width in widths], shapes=shapes)
    count = 0
    for row in chain(first, chain.from_iterable(later)):
        count += 1
        for place, value in enumerate(row):
            cells.put(count, place, value)
    sheet.autofilter(0, 0, count, len(headings) - 1)
    return count


def _first_of(chunks: Iterable[list[Row]]) -> tuple[list[Row], Iterator[list[Row]]]:
    later = iter(chunks)
    return next(later, []), later


def _write_head(book: Workbook, sheet: Worksheet, headings: Sequence[Heading]) -> None:
    look = {"bold": True, "bg_color": "#E6F0EF", "bottom": 1, "valign": "vcenter", "text_wrap": True}
    formats = {side: book.add_format({**look, **SIDES[side]}) for side in SIDES}
    for place, heading in enumerate(headings):
        side = "right" if heading.kind in ("number", "money") else "left"
        sheet.write_string(0, place, heading.title, formats[side])


def _lay_out(sheet: Worksheet, about: About, widths: list[int]) -> None:
    """Screen: header frozen. Paper: A4, as wide as the sheet, header on every page, lines between cells."""
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 0)
    sheet.set_paper(9)
    if sum(widths) > UPRIGHT:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.hide_gridlines(0)
    sheet.set_margins(left=0.6, right=0.6, top=0.9, bottom=0.8)
    title, unit = _in_margin(about.title), _in_margin(about.unit)
    sheet.set_header(f'&L{unit}&C&"宋体,Bold"&14{title}&R{about.at:%Y-%m-%d}')
    sheet.set_footer("&C第&P页，共&N页")


def _in_margin(text: str) -> str:
    """A text for the page's header, where & begins a command and 255 characters are all there is."""
    return NOT_IN_XML.sub("", text)[:60].replace("&", "＆")


# --- Cells ------------------------------------------------------------------------------------
NUMBERS = (int, Decimal, float)
#: Without the look at each cell whether its row is really a text like "A1".
WRITE_NUMBER, WRITE_STRING = unwrap(Worksheet.write_number), unwrap(Worksheet.write_string)
#: An amount shows both decimals, whatever the database left of them.
MONEY = "#,##0.00"


class Cells:
    """Puts values into cells as what they are. `shapes`: the number format of a column whose numbers share one."""

    def __init__(self, book: Workbook, sheet: Worksheet, wraps: list[bool], shapes: list[str] | None = None) -> None:
        self.book, self.sheet, self.wraps = book, sheet, wraps
        self.shapes = shapes or [""] * len(wraps)
        self.formats: dict[tuple[str, bool], Format] = {}
        self.numbers: dict[tuple[int, Any], Format] = {}

    def put(self, row: int, place: int, value: Any) -> None:
        """None and '' leave the cell empty."""
        kind = type(value)  # most cells are plain texts and figures
        if kind is str:
            if value:
                self._text(row, place, value)
        elif value is None:
            return
        elif kind is bool:
            self._text(row, place, "是" if value else "否")
        elif (kind in NUMBERS or isinstance(value, NUMBERS)) and -LONGEST_NUMBER < (
            figure := float(value) if kind is Decimal else value  # a Decimal is slow to compare
        ) < LONGEST_NUMBER:
            WRITE_NUMBER(self.sheet, row, place, figure, self._number_format(place, value))
        elif isinstance(value, date):
            self._date(row, place, value)
        elif text := str(value):
            self._text(row, place, text)

    def _date(self, row: int, place: int, value: date) -> None:
        with_time = isinstance(value, datetime)
        if with_time and timezone.is_aware(value):
            value = timezone.make_naive(value)
        if (value.date() if with_time else value) < FIRST_DAY:
            self._text(row, place, f"{value:%Y-%m-%d}")
            return
        shape = "yyyy-mm-dd hh:mm" if with_time else "yyyy-mm-dd"
        self.sheet.write_datetime(row, place, value, self._format(shape, wraps=False))

    def _text(self, row: int, place: int, text: str) -> None:
        text = text[:LONGEST_TEXT]
        if text.startswith("<r>"):
            text = f" {text}"  # would be taken for the library's own markup and written unescaped
        shape = "@" if len(text) <= LONGEST_MARKED else "General"
        WRITE_STRING(self.sheet, row, place, text, self._format(shape, wraps=self.wraps[place]))

    def _number_format(self, place: int, value: int | Decimal | float) -> Format:
        """That of the column, or the one that shows the value with its own decimals."""
        kind = type(value)
        key = value.as_tuple().exponent if kind is Decimal else kind
        found = self.numbers.get((place, key))
        if found is None:
            found = self.numbers[place, key] = self._format(self.shapes[place] or _places(value), wraps=False)
        return found

    def _format(self, shape: str, *, wraps: bool) -> Format:
        key = (shape, wraps)
        if key not in self.formats:
            side = "right" if shape.startswith("#") else "left"
            look = {"num_format": shape, "text_wrap": wraps, **SIDES[side]}
            # Set apart as text even where the format does not say so: =1+1 stays =1+1 when it is edited.
            self.formats[key] = self.book.add_format({**look, "quote_prefix": shape == "General"})
        return self.formats[key]


def _places(value: int | Decimal | float) -> str:
    """The number format that shows a value with its own decimals."""
    if isinstance(value, int):
        return "#,##0"
    if isinstance(value, float):
        return "#,##0.##"
    places = -int(value.as_tuple().exponent)
    return f"#,##0.{'0' * places}" if places > 0 else "#,##0"


def _width(heading: Heading, values: list[Any]) -> int:
    """In characters of a western letter; room for the filter's arrow beside the head."""
    widest = max(map(_text_width, set(values)), default=0)  # scores, districts and states repeat
    return min(max(NARROWEST, _text_width(heading.title) + 4, widest + 3), WIDEST)


def _text_width(value: Any) -> int:
    if type(value) is str:
        text = value
    elif isinstance(value, datetime):
        return 16
    elif isinstance(value, date):
        return 10
    elif isinstance(value, (int, Decimal)):
        return len(f"{value:,}")
    else:
        text = str(value or "")
    if text.isalnum() and text.isascii():
        return len(text)
    # A Chinese character is two bytes in this encoding and as wide as two letters.
    return max((len(line.encode("gb18030", "replace")) for line in text.splitlines()), default=0)


# --- Explanation and properties -----------------------------------------------------------------------
def _write_explanation(book: Workbook, lines: list[tuple[str, Any]]) -> None:
    sheet = book.add_worksheet(EXPLANATION)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 80)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    bold = book.add_format({"bold": True})
    cells = Cells(book, sheet, wraps=[False, True])
    for row, (label, value) in enumerate(lines):
        sheet.write_string(row, 0, label, bold)
        cells.put(row, 1, value)


def _describe(book: Workbook, about: About) -> None:
    made = about.at.astimezone(UTC).replace(tzinfo=None)
    book.set_properties(
        {
            "title": NOT_IN_XML.sub("", about.title),
            "author": NOT_IN_XML.sub("", about.by),
            "company": NOT_IN_XML.sub("", about.unit),
            "subject": "联村工作平台导出",
            "created": made,
        }
    )
