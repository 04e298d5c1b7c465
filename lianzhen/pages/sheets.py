"""Sheets to type and paste into: a table of inputs, one line for each thing to be recorded.

Two kinds. An **open** sheet has numbered lines, a few always spare, each recorded once (督查批量登记). A
**fixed** sheet has a line for each of `lines`, say a person, with what is on record already as `initial`
(按纸质登记表录入); only the cells that somebody changed are handed on.

A view makes the sheet, and `sheet_pages.sheet_page` does what `form_page` does for a form::

    COLUMNS = (
        SheetColumn("village", "村", known={village.name: village for village in villages}, required=True),
        SheetColumn("count", "数量", parse=cells.whole(1, 99), pattern="[0-9]{1,2}", width=4),
        SheetColumn("note", "说明", parse=cells.words(300), width=24),
    )
    sheet = Sheet(request.POST or None, COLUMNS, caption="督查登记")
    return sheet_page(
        request, form, sheet,
        save=lambda values, row: actions.record(**form.values, **row.values, by=request.user),
        done=lambda saved: (reverse("deduction_list"), f"已保存{len(saved)}条。"),
        context={"heading": "督查批量登记", "submit": "保存登记", "cancel_url": ...},
    )

What is blank is ignored; a bad line never hinders a good one, and all stay on the page as typed. Without a
script it is a plain table with a text area to paste into, taken apart here; `static/js/sheet.js` adds the
keys of WPS and pasting at the focused cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from lianzhen.importing.cells import Parser, tidy, together, words
from lianzhen.pages.blocks import Block, read_block, write_block
from lianzhen.wording import no_such

#: Lines that stay empty below what is typed.
SPARE = 3
#: Inputs of one page; the server refuses a form of more than 5,000 fields.
MOST_CELLS = 4000
#: Characters of one cell, far beyond what any column takes.
LONGEST = 2000
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREAKS = re.compile(r"\s*[\r\n]+\s*")
ANY_WORDS = words(LONGEST)
#: More words than this are not sent for the browser to compare with; the server still does.
MOST_WORDS = 200


@dataclass(frozen=True)
class SheetColumn:
    """A column. `parse(text, title)` gives the value or raises `ValueError` with a sentence (see
    `importing.cells`); it never sees an empty cell, whose value is None.

    `known` takes one of these words and gives what it stands for. `pattern` is what the browser marks a cell
    by while it is typed, before the server judges. `width` counts characters of a western letter.
    """

    name: str
    title: str
    parse: Parser = ANY_WORDS
    required: bool = False
    known: Mapping[str, Any] | None = None
    pattern: str = ""
    width: int = 10
    numeric: bool = False

    def value(self, text: str) -> Any:
        if not text:
            if self.required:
                raise ValueError(f"请填写{self.title}。")
            return None
        if self.known is None:
            return self.parse(text, self.title)
        plain = together(text)
        if plain in self.known:
            return self.known[plain]
        raise ValueError(no_such(plain, self.known))

    @property
    def allowed(self) -> str:
        """The pattern for the browser; it takes a blank cell anyway."""
        if self.pattern or self.known is None or len(self.known) > MOST_WORDS:
            return self.pattern
        return "|".join(map(re.escape, self.known))


@dataclass(frozen=True)
class Line:
    """A line of a fixed sheet: `key` (unique in the sheet, letters and digits), its title and a note beside it,
    the texts on record by column, and whatever `about` the action needs."""

    key: str
    title: str
    initial: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    about: Any = None


@dataclass
class Row:
    """A line as it was sent. `values` by column, None where blank; `changed` names the cells of a fixed line
    that differ from what the page had shown; `agreed` says that a change is on record already."""

    key: str
    number: int
    texts: dict[str, str]
    line: Line | None = None
    shown: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    saved: bool = False
    agreed: bool = False

    @property
    def title(self) -> str:
        return self.line.title if self.line else f"第{self.number}行"

    @property
    def filled(self) -> bool:
        return any(self.texts.values())

    @property
    def changed(self) -> frozenset[str]:
        return frozenset(name for name, text in self.texts.items() if text != self.shown.get(name, ""))

    @property
    def counts(self) -> bool:
        """Whether there is anything to record: a change on a fixed line, anything at all on an open one."""
        return bool(self.changed) if self.line else self.filled

    def refuse(self, problem: str, column: str = "") -> None:
        """Mark the line, or one cell of it; the first problem of a cell stands."""
        self.errors.setdefault(column, problem)


class Sheet:
    """A sheet, empty or as sent. `check(rows)` sees the sound lines together and may `refuse` some."""

    def __init__(
        self,
        data: Mapping[str, str] | None,
        columns: Sequence[SheetColumn],
        *,
        caption: str,
        lines: Sequence[Line] | None = None,
        lines_title: str = "行",
        size: int = 12,
        check: Callable[[list[Row]], None] | None = None,
        prefix: str = "sheet",
    ) -> None:
        self.columns, self.caption, self.lines_title, self.prefix = columns, caption, lines_title, prefix
        self.fixed = lines is not None
        self.notes: list[str] = []
        self._check = check
        most = MOST_CELLS // len(columns)
        self.rows = self._fixed_rows(lines, data) if lines is not None else self._open_rows(data, size, most)
        self.most = len(self.rows) if self.fixed else most
        self.asked_to_fill = bool(data and tidy(data.get(f"{prefix}-block", "")))
        if self.asked_to_fill:
            self.fill(read_block(data[f"{prefix}-block"]))
        self._add_spare()

    # --- Reading ---------------------------------------------------------------------------------
    def _name(self, key: str, column: str) -> str:
        return f"{self.prefix}-{key}-{column}"

    def _texts(self, data: Mapping[str, str], key: str) -> dict[str, str]:
        return {c.name: _text(data.get(self._name(key, c.name), "")) for c in self.columns}

    def _fixed_rows(self, lines: Sequence[Line], data: Mapping[str, str] | None) -> list[Row]:
        rows = []
        for number, line in enumerate(lines, start=1):
            now = {c.name: line.initial.get(c.name, "") for c in self.columns}
            if data is None:
                rows.append(Row(line.key, number, dict(now), line, shown=now))
                continue
            was = read_block(data.get(self._name(line.key, "was"), ""))
            shown = dict(zip(now, was[0], strict=False)) if was else now
            row = Row(line.key, number, self._texts(data, line.key), line, shown={**now, **shown})
            self._merge(row, now)
            rows.append(row)
        return rows

    def _merge(self, row: Row, now: dict[str, str]) -> None:
        """What somebody else recorded meanwhile: taken over where this page changed nothing, told where it did."""
        for column in self.columns:
            name = column.name
            if now[name] == row.shown[name]:
                continue
            if row.texts[name] == row.shown[name]:
                row.texts[name] = now[name]
            elif row.texts[name] == now[name]:
                row.agreed = True
            else:
                row.refuse(f"{column.title}刚刚由别人改为“{now[name] or '空'}”，请核对后再保存。", name)
            row.shown[name] = now[name]

    def _open_rows(self, data: Mapping[str, str] | None, size: int, most: int) -> list[Row]:
        count = size
        if data is not None:
            pattern = re.compile(rf"{re.escape(self.prefix)}-([0-9]{{1,4}})-")
            numbers = [int(found.group(1)) for name in data if (found := pattern.match(name))]
            count = min(max([size, *numbers]), most)
        return [
            Row(str(n), n, self._texts(data or {}, str(n)), shown={c.name: "" for c in self.columns})
            for n in range(1, count + 1)
        ]

    def _add_spare(self) -> None:
        filled = [row.number for row in self.rows if row.filled]
        while not self.fixed and len(self.rows) < min((filled or [0])[-1] + SPARE, self.most):
            number = len(self.rows) + 1
            self.rows.append(Row(str(number), number, {c.name: "" for c in self.columns}))

    # --- Pasting without a script ------------------------------------------------------------------
    def fill(self, block: Block) -> None:
        """Put a pasted block into the blank lines, or beside the titles that stand in its first column."""
        if block and [together(cell) for cell in block[0]][-len(self.columns) :] == [c.title for c in self.columns]:
            block = block[1:]
        by_title = {together(row.title): row for row in self.rows} if self.fixed else {}
        titled = len(by_title) == len(self.rows) and any(together(cells[0]) for cells in block)
        if titled and all(together(cells[0]) in by_title for cells in block if together(cells[0])):
            pairs = [(by_title[together(cells[0])], cells[1:]) for cells in block if together(cells[0])]
        else:
            pairs = self._in_order(block)
        wide = max((len(cells) for _, cells in pairs), default=0) - len(self.columns)
        if wide > 0:
            self.notes.append(f"右边多出的{wide}列没有填入。")
        for row, cells in pairs:
            row.texts.update(zip((c.name for c in self.columns), map(_text, cells), strict=False))

    def _in_order(self, block: Block) -> list[tuple[Row, list[str]]]:
        last = max((row.number for row in self.rows if row.filled), default=0) if not self.fixed else 0
        rows = self.rows[last:]
        while not self.fixed and len(rows) < len(block) and len(self.rows) < self.most:
            self.rows.append(Row(str(len(self.rows) + 1), len(self.rows) + 1, {c.name: "" for c in self.columns}))
            rows.append(self.rows[-1])
        if len(block) > len(rows):
            self.notes.append(f"下面多出的{len(block) - len(rows)}行没有填入。")
        return list(zip(rows, block, strict=False))

    # --- Judging ---------------------------------------------------------------------------------
    def judge(self) -> None:
        """Read every line that counts; afterwards `sound` and `bad` divide them."""
        for row in self.rows:
            if not row.counts or row.saved:
                continue
            for column in self.columns:
                try:
                    row.values[column.name] = column.value(row.texts[column.name])
                except ValueError as problem:
                    row.refuse(str(problem), column.name)
        if self._check:
            self._check(self.sound)

    @property
    def sound(self) -> list[Row]:
        return [row for row in self.rows if row.counts and not row.errors and not row.saved]

    @property
    def bad(self) -> list[Row]:
        return [row for row in self.rows if row.errors and not row.saved]

    # --- Showing ---------------------------------------------------------------------------------
    @property
    def heads(self) -> list[dict[str, str]]:
        return [{"title": c.title, "allowed": c.allowed, "css": "num" if c.numeric else ""} for c in self.columns]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(anchor, sentence) of every problem, in the order of the page."""
        return [
            (self._id(row, name or self.columns[0].name), f"{row.title} {problem}")
            for row in self.bad
            for name, problem in row.errors.items()
        ]

    @property
    def body(self) -> SafeString:
        """All lines as <tr>; in Python, since a hundred people times a week are a thousand inputs."""
        return mark_safe("".join(self._tr(row) for row in self.rows))  # every text is escaped below

    def _id(self, row: Row, column: str) -> str:
        return f"id_{self._name(row.key, column)}"

    def _tr(self, row: Row) -> str:
        note = f' <span class="muted">{escape(row.line.note)}</span>' if row.line and row.line.note else ""
        name = escape(row.line.title if row.line else str(row.number))
        title = f'<th scope="row">{name}{note}{self._was(row)}</th>'
        cells = "".join(self._td(row, column) for column in self.columns)
        told = "已保存" if row.saved else escape(" ".join(row.errors.values()))
        state = f'<td class="sheet-told{" minus" if row.errors else ""}" id="{self._id(row, "told")}">{told}</td>'
        return f"<tr>{title}{cells}{state}</tr>"

    def _was(self, row: Row) -> str:
        if row.line is None:
            return ""
        was = escape(write_block([[row.shown[c.name] for c in self.columns]]))
        return f'<input type="hidden" name="{escape(self._name(row.key, "was"))}" value="{was}">'

    def _td(self, row: Row, column: SheetColumn) -> str:
        bad = not row.saved and (column.name in row.errors or "" in row.errors)
        marks = f' aria-invalid="true" aria-describedby="{escape(self._id(row, "told"))}"' if bad else ""
        marks += " readonly" if row.saved and not self.fixed else ""
        marks += ' inputmode="decimal"' if column.numeric else ""
        css = " ".join(name for name, on in (("bad-cell", bad), ("num", column.numeric)) if on)
        name = escape(self._name(row.key, column.name))
        label = escape(f"{row.title} {column.title}")
        return (
            f'<td{f" class={chr(34)}{css}{chr(34)}" if css else ""}><input type="text" name="{name}" id="id_{name}"'
            f' size="{column.width}" value="{escape(row.texts[column.name])}" aria-label="{label}"'
            f' autocomplete="off"{marks}></td>'
        )


def _text(sent: str) -> str:
    """The text of one cell: on one line, digits as digits. One sign too long is left for the column to refuse."""
    return _BREAKS.sub(" ", tidy(_CONTROLS.sub("", sent)))[: LONGEST + 1]


def known_by(rows: Iterable[Any], *names: str) -> dict[str, Any]:
    """`known` of a column: each row by the named attributes, those first that are named first."""
    found: dict[str, Any] = {}
    for name in names:
        for row in rows:
            found.setdefault(together(str(getattr(row, name))), row)
    return found
