"""What of a paper stays together when its pages are cut, for the .docx and the A4 page alike. Pure.

Nobody signs on a page that holds nothing else: two lines of text or two rows go with 落款 and signatures (GB/T 9704
knows no 「此页无正文」). A short table is not cut; a long one keeps its head with its first rows, and its sum with its
last. What closes a table, its note and whoever signs right under it, is written in a last row of it without lines:
LibreOffice and browsers keep a row with the row before it, but not a paragraph with the table before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from appraisal.papers.content import RIGHT, Block, Ending, Heading, Paper, Paragraph, Signatures, Table
from appraisal.papers.measures import CHARACTERS, width_of

#: Rows of a table that is never cut, its head and its sum left out.
SHORT = 6
#: Lines of text, or rows, that go with the head of a table, with its end, and with whoever signs.
TOGETHER = 2
#: Characters that a line may take beyond its measure where its punctuation is pressed together.
SLACK = 2


@dataclass(frozen=True)
class Part:
    """A block and how it is kept. `following`: on the page where the next begins, a table with its last rows.
    `tail`: blocks that are written in the last row of this table; `ends`: the paper's ending is the last of them."""

    block: Block
    following: bool = False
    tail: tuple[Block, ...] = ()
    ends: bool = False

    @property
    def whole(self) -> bool:
        """All of it on one page."""
        return _is_short(self.block)

    @property
    def is_closed(self) -> bool:
        """Whether a row without lines closes the table."""
        return bool(self.tail or self.ends or (isinstance(self.block, Table) and self.block.note))

    @property
    def kept_rows(self) -> frozenset[int]:
        """Places of the rows that stay with the row after them. The head stays with the first in any case."""
        if not isinstance(self.block, Table):
            return frozenset()
        count, last = len(self.block.rows), len(self.block.rows) - 1
        kept = {*range(last)} if self.whole else {*range(TOGETHER - 1), *range(max(0, count - TOGETHER), last)}
        if count and (self.block.total or self.is_closed or self.following):
            kept.add(last)
        return frozenset(kept)


def parts(paper: Paper) -> tuple[Part, ...]:
    """The blocks of `paper.body` in their order; those of a tail stand in the part of their table alone."""
    blocks = paper.body
    found = [Part(one, _introduces(one, after)) for one, after in zip_longest(blocks, blocks[1:])]
    signs = [place for place, one in enumerate(blocks) if isinstance(one, Signatures)]
    for place in signs:
        # What is written under whoever signs (the day) stays with it.
        found[place] = replace(found[place], following=place + 1 < len(blocks) or has_end(paper.ending))
    for end in [*signs, *([len(blocks)] if has_end(paper.ending) else [])]:
        _tie(found, end)
    return _with_tails(found, ends=has_end(paper.ending))


def has_end(ending: Ending) -> bool:
    """Whether something is printed after the text: 落款, 报尾 or 版记."""
    return bool(ending.unit or ending.to or ending.printed_by or ending.printed_on or ending.copies)


def _tie(found: list[Part], end: int) -> None:
    """Before whoever signs as many blocks as make two lines."""
    lines = 0
    for place in range(end - 1, -1, -1):
        one = found[place].block
        if lines >= TOGETHER or not isinstance(one, Paragraph | Heading | Table | Signatures):
            return
        found[place] = replace(found[place], following=True)
        lines += _lines(one)


def _with_tails(found: list[Part], *, ends: bool) -> tuple[Part, ...]:
    """The last table takes what closes it, where that is nothing but signatures and a line or two."""
    last = max((n for n, one in enumerate(found) if isinstance(one.block, Table)), default=None)
    if last is None or not found[last].following or _introduces_only(found[last + 1 :]):
        return tuple(found)
    tail = tuple(one.block for one in found[last + 1 :])
    return (*found[:last], replace(found[last], following=False, tail=tail, ends=ends))


def _introduces_only(after: Sequence[Part]) -> bool:
    return any(not isinstance(one.block, Paragraph | Signatures) for one in after)


def _is_short(block: Block) -> bool:
    return isinstance(block, Table) and len(block.rows) <= SHORT


def _introduces(block: Block, after: Block | None) -> bool:
    """A heading, 「…如下：」, a sentence or two over a short table."""
    if not isinstance(block, Paragraph):
        return isinstance(block, Heading)
    over_short = after is not None and _is_short(after) and _lines(block) <= TOGETHER
    return over_short or block.text.rstrip().endswith("：")


def _lines(block: Block) -> int:
    """Lines of the text itself, rather one less: punctuation is pressed together. A unit and a day on the right are
    a signature."""
    if isinstance(block, Table):
        return TOGETHER
    if isinstance(block, Paragraph) and block.align != RIGHT:
        return 1 + int(max(0.0, width_of(block.text) + 2 * block.indent - SLACK) / CHARACTERS)
    return 0
