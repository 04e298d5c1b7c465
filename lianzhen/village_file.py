"""Reads the list of a town's villages: a csv with code, name and kind, optionally the district.

Used by `start_town` and the demo. Pure: it reads text and answers rows and problems.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

HEADERS = {
    "code": {"code", "代码", "统计代码", "统计用区划代码", "区划代码"},
    "name": {"name", "名称", "村名", "村", "单位名称"},
    "kind": {"kind", "类别", "类型"},
    "district": {"district", "片区"},
}
COMMUNITY_WORDS = ("社区", "community", "居委会")


@dataclass(frozen=True)
class VillageRow:
    """One village as the file gives it; `line` is its line number."""

    line: int
    code: str
    name: str
    is_community: bool
    district: str = ""


def decode(raw: bytes) -> str:
    """Text of a file saved by WPS, Excel or an editor: UTF-8 with or without mark, else GB 18030."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def read_villages(path: Path) -> tuple[list[VillageRow], list[str]]:
    """Rows and problems of a file; each problem is a sentence with its line."""
    try:
        text = decode(path.read_bytes())
    except UnicodeDecodeError:
        return [], ["文件不是文本。请另存为 csv（UTF-8）后再用。"]
    return parse_villages(text)


def parse_villages(text: str) -> tuple[list[VillageRow], list[str]]:
    try:
        lines = [(n, row) for n, row in enumerate(csv.reader(io.StringIO(text, newline="")), start=1) if any(row)]
    except csv.Error:
        return [], ["文件不是逗号分隔的表格。请另存为 csv（UTF-8）后再用。"]
    if not lines:
        return [], ["文件里没有内容。"]
    columns = _columns(lines[0][1])
    missing = [title for key, title in (("code", "统计代码"), ("name", "名称")) if key not in columns]
    if missing:
        return [], [f"第1行表头里没有“{'”“'.join(missing)}”一列。"]
    rows, problems = [], []
    for number, cells in lines[1:]:
        row = _row(number, cells, columns)
        problem = _problem(row, rows)
        if problem:
            problems.append(f"第{number}行：{problem}")
        else:
            rows.append(row)
    if not rows and not problems:
        problems.append("表头下面没有一行村的数据。")
    return rows, problems


def _columns(header: list[str]) -> dict[str, int]:
    found = {}
    for place, title in enumerate(header):
        for key, names in HEADERS.items():
            if title.strip().lower() in names:
                found.setdefault(key, place)
    return found


def _row(number: int, cells: list[str], columns: dict[str, int]) -> VillageRow:
    def cell(key: str) -> str:
        place = columns.get(key)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    name = cell("name")
    told = cell("kind") or name
    community = any(word in told for word in COMMUNITY_WORDS)
    return VillageRow(number, cell("code"), name, community, cell("district"))


def _problem(row: VillageRow, earlier: list[VillageRow]) -> str:
    if not (row.code.isascii() and row.code.isdigit() and len(row.code) == 12):
        return f"统计代码应为12位数字，现在是“{row.code}”。"
    if not row.name:
        return "没有名称。"
    if earlier and row.code[:9] != earlier[0].code[:9]:
        return f"统计代码前9位{row.code[:9]}与第{earlier[0].line}行的{earlier[0].code[:9]}不是同一个镇。"
    for other in earlier:
        if row.code == other.code:
            return f"统计代码与第{other.line}行重复。"
        if row.name == other.name:
            return f"名称与第{other.line}行重复。"
    return ""
