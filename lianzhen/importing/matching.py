"""Finds the header row and which column is which. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from lianzhen.importing.cells import together
from lianzhen.importing.kinds import Kind
from lianzhen.importing.reading import Line

#: How far down a header may stand below titles and notes.
LOOK_DOWN = 25
_ASIDE = re.compile(r"[（(【\[].*?[)）】\]]")
_SUMS = re.compile(r"(?:合计|总计|小计|共计|累计|总数)[：:]?.*")
_REMARKS = re.compile(r"(?:注|备注|说明|填表说明|填表人|制表人|制表|审核|填报单位|填报人|单位负责人|联系电话)[：:].*")


@dataclass
class Match:
    """`columns` maps keys to places in the header row `line`; `doubled` are headers that stand twice."""

    line: int
    headers: list[str]
    columns: dict[str, int] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)

    def missing(self, kind: Kind, fixed: Sequence[str] = ()) -> list[str]:
        return [c.title for c in kind.columns if c.required and c.key not in self.columns and c.key not in fixed]


def plain(header: str) -> str:
    """手机号码（必填） → 手机号码: what a header says without its remarks."""
    return re.sub(r"[*＊:：/、\s]", "", _ASIDE.sub("", together(header))).lower()


def match(kind: Kind, lines: Sequence[Line], header_line: int | None = None) -> Match:
    """The best header row among the first lines, or the one that was asked for."""
    if header_line is not None:
        chosen = [line for line in lines if line.number == header_line]
    else:
        chosen = list(lines[:LOOK_DOWN])
    found = [_match_line(kind, line) for line in chosen or lines[:1]]
    return max(found, key=lambda m: (len(m.columns), -m.line))


def _match_line(kind: Kind, line: Line) -> Match:
    known = {plain(name): column.key for column in kind.columns for name in (column.title, *column.names)}
    exact = {together(name): column.key for column in kind.columns for name in (column.title, *column.names)}
    found = Match(line.number, list(line.cells))
    for place, header in enumerate(line.cells):
        key = exact.get(together(header)) or known.get(plain(header))
        if key is not None:
            found.columns.setdefault(key, place)
    for column in kind.columns:
        if column.key not in found.columns and column.instead in found.columns:
            found.columns[column.key] = found.columns.pop(column.instead)
    counted = Counter(plain(header) for header in line.cells if header.strip())
    found.doubled = [header for header, n in counted.items() if n > 1]
    return found


def looks_like(kinds: Sequence[Kind], lines: Sequence[Line], chosen: Kind, by: int = 1) -> Kind | None:
    """Another kind of which less is missing, or which knows at least `by` more of the columns; or None."""
    missing, known = _fit(chosen, lines)
    others = [(_fit(kind, lines), kind) for kind in kinds if kind.key != chosen.key]
    best = max(others, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= (missing, known + by) else None


def _fit(kind: Kind, lines: Sequence[Line]) -> tuple[int, int]:
    found = match(kind, lines)
    return (-len(found.missing(kind)), len(found.columns))


def why_skipped(line: Line, header: Match) -> str:
    """合计, 表头, 说明: why a row below the header is no record; '' when it is one."""
    filled = [together(cell) for cell in line.cells if cell.strip()]
    if any(_SUMS.fullmatch(cell) for cell in filled[:3]):
        return "合计"
    if _REMARKS.fullmatch(filled[0]):
        return "说明"
    titles = {together(header) for header in header.headers if header.strip()}
    if len(filled) > 1 and set(filled) <= titles:
        return "重复的表头"
    used = [line.cells[place] for place in header.columns.values() if place < len(line.cells)]
    if not any(cell.strip() for cell in used):
        return "没有要导入的内容"
    return ""
