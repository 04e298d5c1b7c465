"""How a draft is edited and brought up to date: words over automatic content, what changed, the paper whole.

Pure. A block is automatic or edited; an edited block keeps its words, the table that they were written over and
what was typed over its cells, until it is made automatic again, whatever the records say since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from appraisal.papers.content import Block, Ending, Heading, Masthead, Paper, Paragraph, Span, Table

#: 「简报一般不超过4000字」 (design §9.5; domain.md §1.4, documents of ≤4,000 characters).
ADVISED_LENGTH = 4000
NUMERALS = "一二三四五六七八九十"
#: Columns that say what a row is about; without one of them its first cell does.
NAMING = ("联村工作组", "村", "片区")


@dataclass(frozen=True)
class Change:
    """What a refresh did to one block: a line that went, a line that came, or both. `kept`: the block is edited
    and was left as it is."""

    title: str
    before: str
    after: str
    kept: bool = False


@dataclass(frozen=True)
class Part:
    """One section as it is printed. `heading` may be empty: the opening paragraph has none."""

    heading: str
    blocks: tuple[Block, ...]


def words_of(blocks: Sequence[Block]) -> str:
    """The paragraphs as plain lines, to be edited."""
    return "\n".join(block.text for block in blocks if isinstance(block, Paragraph))


def with_words(words: str, base: Sequence[Block]) -> tuple[Block, ...]:
    """The edited lines as paragraphs, before the tables of the automatic content that they were written over.
    A figure that was kept keeps its link."""
    links = _links(base)
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    rest = [block for block in base if not isinstance(block, Paragraph)]
    return (*(Paragraph(_linked(line, links)) for line in lines), *rest)


def clean_words(words: str) -> str:
    """As stored: one paragraph a line, no empty lines; what a browser sends with CRLF is the same words."""
    return "\n".join(line.strip() for line in words.splitlines() if line.strip())


def _links(base: Sequence[Block]) -> list[Span]:
    return [span for block in base if isinstance(block, Paragraph) for span in block.spans if span.href and span.text]


def _linked(line: str, links: list[Span]) -> tuple[Span, ...]:
    """Each linked text of the base is looked for from where the one before it ended; one that is gone is passed
    over, and stays to be found in a later line."""
    found: list[Span] = []
    start = 0
    for span in list(links):
        place = line.find(span.text, start)
        if place < 0:
            continue
        if place > start:
            found.append(Span(line[start:place]))
        found.append(span)
        start = place + len(span.text)
        links.remove(span)
    if start < len(line):
        found.append(Span(line[start:]))
    return tuple(found)


# --- Tables -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Cell:
    """One cell of the tables of a section. `place` names it in the section; the sum of a table is its last row."""

    place: str
    row: str
    column: str
    text: str

    @property
    def title(self) -> str:
        """示例一村 得分（分）"""
        return f"{self.row} {self.column}"


def tables_of(blocks: Sequence[Block]) -> list[Table]:
    return [block for block in blocks if isinstance(block, Table)]


def lines_in(table: Table, number: int) -> Iterator[list[Cell]]:
    """Row by row the cells of a section's table; `number`: the how many-th it is there, from 0."""
    named = next((n for n, column in enumerate(table.columns) if column.title in NAMING), 0)
    for place, line in enumerate(_rows(table)):
        yield [
            Cell(f"{number}-{place}-{across}", line[named].text or line[0].text, column.title, cell.text)
            for across, (column, cell) in enumerate(zip(table.columns, line, strict=True))
        ]


def cells_of(blocks: Sequence[Block]) -> list[Cell]:
    return [cell for number, table in enumerate(tables_of(blocks)) for line in lines_in(table, number) for cell in line]


def with_cells(blocks: Sequence[Block], cells: Mapping[str, str]) -> tuple[Block, ...]:
    """The blocks with texts typed over cells of their tables. What was typed leads to no rows: they say otherwise."""
    if not cells:
        return tuple(blocks)
    found: list[Block] = []
    count = 0
    for block in blocks:
        if isinstance(block, Table):
            found.append(_typed_over(block, count, cells))
            count += 1
        else:
            found.append(block)
    return tuple(found)


def _typed_over(table: Table, number: int, cells: Mapping[str, str]) -> Table:
    rows = [
        tuple(
            replace(old, text=cells[cell.place], href="") if cell.place in cells else old
            for old, cell in zip(line, told, strict=True)
        )
        for line, told in zip(_rows(table), lines_in(table, number), strict=True)
    ]
    total = rows.pop() if table.total else ()
    return replace(table, rows=tuple(rows), total=total)


def _rows(table: Table) -> tuple[tuple[Span, ...], ...]:
    return (*table.rows, table.total) if table.total else table.rows


# --- What changed ---------------------------------------------------------------------------------
def lines_of(blocks: Sequence[Block]) -> list[str]:
    """Paragraphs and rows in words. Notes under a table say as of when, and change with every look."""
    lines = []
    for block in blocks:
        if isinstance(block, Paragraph):
            lines.append(block.text)
        elif isinstance(block, Table):
            lines += ["　".join(cell.text for cell in cells) for cells in (*block.rows, block.total) if cells]
    return lines


def changes_between(title: str, before: Sequence[Block], after: Sequence[Block], *, kept: bool = False) -> list[Change]:
    """Line by line what differs."""
    old, new = lines_of(before), lines_of(after)
    found = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        gone, came = old[a:b], new[c:d]
        for place in range(max(len(gone), len(came))):
            found.append(
                Change(
                    title,
                    gone[place] if place < len(gone) else "",
                    came[place] if place < len(came) else "",
                    kept,
                )
            )
    return found


# --- The paper --------------------------------------------------------------------------------------
def numbered(parts: Iterable[Part]) -> tuple[Block, ...]:
    """The sections under 一、二、…; an empty one is left out and takes no number."""
    blocks: list[Block] = []
    count = 0
    for part in parts:
        if not part.blocks:
            continue
        if part.heading:
            blocks.append(Heading(f"{_numeral(count)}、{part.heading}"))
            count += 1
        blocks += part.blocks
    return tuple(blocks)


def _numeral(place: int) -> str:
    return NUMERALS[place] if place < len(NUMERALS) else f"十{NUMERALS[place - len(NUMERALS)]}"


def whole(title: str, parts: Iterable[Part], masthead: Masthead, ending: Ending) -> Paper:
    return Paper(title, numbered(parts), masthead, ending)


def length_warning(paper: Paper) -> str:
    """A sentence when the paper is longer than advised, otherwise nothing."""
    if paper.characters <= ADVISED_LENGTH:
        return ""
    return f"全文约{paper.characters:,}字，超过{ADVISED_LENGTH:,}字。通报宜短，请精简文字，或不印不必要的段落。"
