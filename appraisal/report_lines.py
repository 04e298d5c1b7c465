"""Lines of a weekly report as values: what the records propose, what was written, and the two brought together.

Pure. A refresh changes automatic lines that nobody has touched, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from appraisal.work_areas import WORK_AREAS

#: 「总字数建议不超过500字」 (design §3: 短实新). A hint, never a limit.
ADVISED_LENGTH = 500
#: Codes and titles of the five parts, in the order of the page.
BLOCKS = {
    "duty": "驻村办公",
    "work": "重点工作",
    "service": "服务群众",
    "needs": "存在问题和需镇里解决的事",
    "plan": "下周打算",
}
NUMERALS = dict(zip(BLOCKS, "一二三四五", strict=True))
#: Sections of the page: the six areas are those of part two; what belongs to none of them comes last there.
SECTIONS = tuple(
    (block, category) for block in BLOCKS for category in ((*WORK_AREAS, "") if block == "work" else ("",))
)
_PLACE_OF = {section: place for place, section in enumerate(SECTIONS)}
KEY = re.compile(r"[a-z0-9-]{1,60}")
HAND = "hand-"


@dataclass(frozen=True)
class Line:
    """One line, stored or about to be. `key` as in `ReportLine`; `is_edited`: changed by hand."""

    key: str
    block: str
    text: str
    category: str = ""
    source_name: str = ""
    source_url: str = ""
    is_need: bool = False
    is_edited: bool = False
    is_left_out: bool = False

    @property
    def section(self) -> tuple[str, str]:
        return (self.block, self.category)

    @property
    def is_automatic(self) -> bool:
        return self.source_name != ""


@dataclass(frozen=True)
class Merged:
    """`lines` in the order of the page; `changes` says in words what a refresh adds, rewrites or takes away.

    `gone` are keys of automatic lines whose source says nothing any more.
    """

    lines: list[Line]
    changes: list[str]
    gone: frozenset[str] = frozenset()


def in_order(lines: Iterable[Line]) -> list[Line]:
    """By section; within one as they stood."""
    return sorted(lines, key=lambda line: _PLACE_OF[line.section])


def merge(stored: Sequence[Line], fresh: Sequence[Line]) -> Merged:
    """Bring a draft up to date with the records.

    New facts are added, untouched automatic lines take the new words or go when their source is gone;
    edited ones, those left out and those written by hand stay as they are.
    """
    proposed = {line.key: line for line in fresh}
    lines, changes, gone = [], [], set()
    for line in stored:
        now = proposed.pop(line.key, None)
        if not line.is_automatic or line.is_edited or line.is_left_out:
            lines.append(line)
        elif now is None:
            gone.add(line.key)
            changes.append(f"去掉：{line.text}")
        elif (now.text, now.section) != (line.text, line.section):
            lines.append(now)
            changes.append(f"改为：{now.text}")
        else:
            lines.append(replace(line, source_name=now.source_name, source_url=now.source_url))
    for line in fresh:
        if line.key in proposed:
            lines.append(line)
            changes.append(f"新增：{line.text}")
    return Merged(in_order(lines), changes, frozenset(gone))


def moved_up(lines: Sequence[Line], key: str) -> list[Line]:
    """The lines with one put before its neighbour of the same section; the first stays first."""
    found = in_order(lines)
    place = next((n for n, line in enumerate(found) if line.key == key), 0)
    if place and found[place - 1].section == found[place].section:
        found[place - 1], found[place] = found[place], found[place - 1]
    return found


def length_of(lines: Iterable[Line]) -> int:
    """Characters of what is reported, spaces not counted: as WPS counts 字数."""
    return sum(len("".join(line.text.split())) for line in lines if not line.is_left_out)
