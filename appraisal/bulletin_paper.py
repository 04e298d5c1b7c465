"""A bulletin as one paper: its sections numbered, under the town's masthead. Two queries: blocks and settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from appraisal.bulletin_draft import Part, whole, with_cells, with_words
from appraisal.models import Bulletin, BulletinBlock, PaperSettings
from appraisal.papers.content import BRIEFING, OFFICIAL, Block, Ending, Masthead, Paper, paragraph
from lianzhen.town.models import Town
from lianzhen.wording import full_date

#: The opening paragraph stands without a heading.
WITHOUT_HEADING = "overview"


def paper_of(bulletin: Bulletin, day: date, typed: Mapping[str, tuple[str, bool]] | None = None) -> Paper:
    """The paper as it would be issued on a day. `typed`: words and 不印 of sections by key, as an editor that has
    not been saved holds them. Before the signature there is no 期号."""
    if bulletin.document is not None and typed is None:
        return bulletin.document.paper
    parts = [Part("", blocks) for blocks in [_correction(bulletin)] if blocks]
    parts += _parts(bulletin.blocks.all(), typed or {})
    setting = PaperSettings.current()
    town = Town.objects.first()
    unit = setting.issuing_unit or f"{town or ''}联村工作办"
    if bulletin.style == Bulletin.Style.OFFICIAL:
        masthead = Masthead(OFFICIAL, setting.official_name or f"{town or ''}人民政府", bulletin.official_number)
        ending = Ending(setting.to_lines, unit, full_date(day), unit, full_date(day), setting.copies or None)
    else:
        masthead = Masthead(BRIEFING, setting.bulletin_name, "", unit, full_date(day))
        ending = Ending(setting.to_lines, copies=setting.copies or None)
    return whole(bulletin.title, parts, masthead, ending)


def _correction(bulletin: Bulletin) -> tuple[Block, ...]:
    wrong = bulletin.corrects
    if wrong is None or wrong.document is None:
        return ()
    former = f"{wrong.document.numbered or ''}《{wrong.document.title}》"
    reason = bulletin.correction_reason.rstrip("。")
    return (paragraph(f"{former}有误，由本期更正，以本期为准。更正原因：{reason}。"),)


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
