"""The tables of a section of a bulletin, cell by cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from appraisal.bulletin_draft import Cell, cells_of, lines_in, tables_of
from appraisal.models import BulletinBlock
from appraisal.papers.content import RIGHT, Column
from appraisal.papers.measures import width_of
from lianzhen.pages.forms import PageForm
from lianzhen.trail.versions import VersionedModel

#: Characters of a cell; an automatic text that is longer may stay.
LONGEST = 300
#: Millimetres of a printed column for a western letter of its inputs.
PER_LETTER = 2
_CONTROLS = re.compile("[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Input:
    """`auto`: what the records said, where something else is typed over it; `rows`: lines, of a text that needs
    more than one."""

    cell: Cell
    text: str
    auto: str
    css: str
    size: int
    rows: int


@dataclass(frozen=True)
class InputTable:
    columns: tuple[Column, ...]
    lines: list[list[Input]]
    has_total: bool


class TablesForm(PageForm):
    """`c-<place>` for each cell. A form with up to 4,800 inputs (600 teams) is no field each: they are all alike."""

    def __init__(self, *args: Any, block: BulletinBlock, **kwargs: Any) -> None:
        super().__init__(*args, record=block.bulletin, **kwargs)
        self.block = block
        self.base = block.base_blocks if block.is_edited else block.auto_blocks

    def clean(self) -> dict[str, Any]:
        for cell in cells_of(self.base):
            most = max(LONGEST, len(cell.text))
            if len(self.typed(cell)) > most:
                self.add_error(None, f"{cell.title}不能超过{most}字。")
        return super().clean() or {}

    def typed(self, cell: Cell) -> str:
        """As the page holds it; what is stored where nothing was sent."""
        if not self.is_bound:
            return str(self.block.cells.get(cell.place, cell.text))
        if (sent := self.data.get(f"c-{cell.place}")) is None:
            return cell.text
        return cell.text if sent == cell.text else " ".join(_CONTROLS.sub(" ", sent).split())

    @property
    def values(self) -> dict[str, Any]:
        """Keyword arguments of `edit_tables`; 「恢复自动」 sends no cell."""
        kept = [] if "restore" in self.data else cells_of(self.base)
        return {"cells": {cell.place: self.typed(cell) for cell in kept}, "version": self.cleaned_data["version"]}

    @property
    def tables(self) -> list[InputTable]:
        return [
            InputTable(
                columns=table.columns,
                lines=[
                    [self._input(cell, column) for cell, column in zip(line, table.columns, strict=True)]
                    for line in lines_in(table, number)
                ],
                has_total=bool(table.total),
            )
            for number, table in enumerate(tables_of(self.base))
        ]

    def _input(self, cell: Cell, column: Column) -> Input:
        text, size = self.typed(cell), column.width // PER_LETTER
        lines = 1 + int(2 * max(width_of(text), width_of(cell.text))) // (size + 1)
        return Input(
            cell=cell,
            text=text,
            auto=cell.text or "空" if text != cell.text else "",
            css="num" if column.align == RIGHT else "",
            size=size,
            rows=lines if lines > 1 else 0,
        )

    def conflict_rows(self, theirs: VersionedModel) -> list[dict[str, Any]]:
        """Cell by cell, where the two versions differ."""
        block = theirs.blocks.get(pk=self.block.pk)  # type: ignore[attr-defined]
        base = block.base_blocks if block.is_edited else block.auto_blocks
        stored = {cell.place: block.cells.get(cell.place, cell.text) for cell in cells_of(base)}
        rows = [(cell.title, self.typed(cell), stored.get(cell.place, "")) for cell in cells_of(self.base)]
        return [
            {"label": label, "mine": mine, "theirs": other, "differs": True}
            for label, mine, other in rows
            if mine != other
        ]
