"""A bulletin as one paper: its sections numbered, under the town's masthead. Four queries at most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from appraisal.bulletin_draft import Change, Part, changes_between, whole, with_cells, with_words
from appraisal.models import Bulletin, BulletinBlock
from appraisal.papers.content import OFFICIAL, Block, Paper, paragraph
from appraisal.papers.heads import heads
from lianzhen.wording import bare

#: The opening paragraph stands without a heading.
WITHOUT_HEADING = "overview"


def paper_of(bulletin: Bulletin, day: date, typed: Mapping[str, tuple[str, bool]] | None = None) -> Paper:
    """The paper as it would be issued on a day. `typed`: words and 不印 of sections by key, as an editor that has
    not been saved holds them. Before the signature there is no 期号."""
    if bulletin.document is not None and typed is None:
        return bulletin.document.paper
    parts = [Part("", blocks) for blocks in [_correction(bulletin)] if blocks]
    parts += _parts(bulletin.blocks.all(), typed or {})
    number = bulletin.official_number if bulletin.style == OFFICIAL else ""
    masthead, ending = heads(bulletin.style, day, number)
    return whole(bulletin.title, parts, masthead, ending)


def _correction(bulletin: Bulletin) -> tuple[Block, ...]:
    wrong = bulletin.corrects
    if wrong is None or wrong.document is None:
        return ()
    former = f"{wrong.document.numbered or ''}《{wrong.document.title}》"
    return (paragraph(f"{former}有误，由本期更正，以本期为准。更正原因：{bare(bulletin.correction_reason)}。"),)


def _parts(blocks: Iterable[BulletinBlock], typed: Mapping[str, tuple[str, bool]]) -> list[Part]:
    parts = []
    for block in blocks:
        words, left_out = typed.get(block.key, (None, block.is_left_out))
        if left_out:
            continue
        heading = "" if block.key == WITHOUT_HEADING else block.title
        parts.append(Part(heading, _content(block, words)))
    return parts


def _content(block: BulletinBlock, typed: str | None) -> tuple[Block, ...]:
    """As stored, or with the words that an editor holds."""
    if typed is None and not block.is_edited:
        return block.auto_blocks
    base = with_cells(block.base_blocks, block.cells) if block.is_edited else block.auto_blocks
    return with_words(block.words if typed is None else typed, base)


def content_of(block: BulletinBlock) -> tuple[Block, ...]:
    """The blocks that are printed of a section."""
    return _content(block, None)


def overtaken(bulletin: Bulletin) -> list[tuple[BulletinBlock, list[Change]]]:
    """Sections whose words or cells were typed before the records changed, with what the records say since: their
    figures may be others than those of the tables. One query."""
    found = []
    for block in bulletin.blocks.all():
        moved = changes_between(block.title, block.base_blocks, block.auto_blocks) if block.is_edited else []
        if moved and not block.is_left_out:
            found.append((block, moved))
    return found
