"""How a draft is edited and brought up to date: words over automatic content, what changed, the paper whole.

Pure. A block is automatic or edited; an edited block keeps its words (and the table that they were written over)
until it is made automatic again, whatever the records say since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from appraisal.papers.content import Block, Ending, Heading, Masthead, Paper, Paragraph, Span, Table

#: 「简报一般不超过4000字」 (design §9.5; domain.md §1.4, documents of ≤4,000 characters).
ADVISED_LENGTH = 4000
NUMERALS = "一二三四五六七八九十"


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
