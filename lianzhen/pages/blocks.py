"""A block of cells as it stands on the clipboard of WPS or Excel. Pure; `static/js/sheet.js` reads the same.

Rows end with CRLF (or either half), cells with a tab. A cell that holds a tab or a line break stands in
quotation marks, its own marks doubled. One line break at the end belongs to no row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_CELL = re.compile(r'(?:"((?:[^"]|"")*)"(?=[\t\r\n]|\Z)|([^\t\r\n]*))(\t|\r\n|\r|\n|\Z)')
_NEEDS_QUOTES = re.compile(r'[\t\r\n]|^"')

Block = list[list[str]]


def read_block(text: str) -> Block:
    """The cells of a block; an empty text is no block. A mark that is never closed is part of its cell."""
    rows: Block = [[]]
    place = 0
    while place < len(text):
        found = _CELL.match(text, place)
        assert found is not None  # the second half takes anything
        quoted, plain, end = found.groups()
        rows[-1].append(plain if quoted is None else quoted.replace('""', '"'))
        place = found.end()
        if end == "\t" and place == len(text):
            rows[-1].append("")
        elif end not in ("\t", ""):
            rows.append([])
    return [row for row in rows if row]


def write_block(rows: Sequence[Sequence[str]]) -> str:
    """The block that `read_block` reads back, and a sheet takes as it is."""
    return "".join("\t".join(map(_quoted, row)) + "\r\n" for row in rows)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell
