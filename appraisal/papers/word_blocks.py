"""Blocks of a paper as WordprocessingML. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from appraisal.papers import lines, measures
from appraisal.papers.content import (
    Box,
    Form,
    FormRow,
    Heading,
    PageBreak,
    Paragraph,
    Signatures,
    Span,
    Table,
)
from appraisal.papers.keeping import Part
from appraisal.papers.word_xml import ALIGN, LEVELS, Styles, face_of, para, run

#: Stays on the page of what follows, with two lines of it where it is longer.
KEPT = "<w:keepNext/>"
KEPT_TEXT = "<w:keepNext/><w:widowControl/>"
#: Between what must not touch, or over and under a rule.
NO_HEIGHT = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
NO_SIDES = '<w:tcMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tcMar>'
FLUSH = '<w:ind w:firstLineChars="0" w:firstLine="0"/>'


def block(part: Part, styles: Styles, closing: str = "") -> str:
    """`closing`: the ending of the paper, of a table that it is written in."""
    item = part.block
    if isinstance(item, Paragraph):
        return _paragraph(item, styles, kept=part.following)
    if isinstance(item, Heading):
        style = LEVELS.get(item.level, "一级标题")
        return para(style, styles, run(item.text, face_of(style)))
    if isinstance(item, Table):
        return table(item, part, styles, closing)
    if isinstance(item, Signatures):
        return _signatures(item, styles, kept=part.following)
    if isinstance(item, Form):
        return form(item, styles)
    assert isinstance(item, PageBreak)
    return '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def _paragraph(item: Paragraph, styles: Styles, *, kept: bool) -> str:
    more = KEPT_TEXT if kept else ""
    more += "" if item.indent else FLUSH
    if item.align:
        more += f'<w:jc w:val="{ALIGN[item.align]}"/>'
    runs = "".join(run(one.text, measures.FANG, bold=one.bold) for one in item.spans)
    return para("公文正文", styles, runs, more=more)


def _signatures(item: Signatures, styles: Styles, *, kept: bool) -> str:
    """Side by side as many as have room to be written beside; a line of room above each."""
    across = lines.signers_across(item.labels)
    tabs = "".join(
        f'<w:tab w:val="left" w:pos="{measures.twips(measures.TEXT_MM * place / across)}"/>'
        for place in range(1, across)
    )
    rows = [item.labels[start : start + across] for start in range(0, len(item.labels), across)]
    written = []
    for place, row in enumerate(rows):
        stays = KEPT if kept or place < len(rows) - 1 else ""
        tabbed = f"<w:tabs>{tabs}</w:tabs>" if tabs else ""
        more = f'{stays}{tabbed}<w:spacing w:before="{measures.LINE}"/>{FLUSH}<w:jc w:val="left"/>'
        names = "\t".join(f"{label}：" for label in row)
        written.append(para("公文正文", styles, run(names, measures.FANG), more=more))
    return "".join(written)


# --- Tables -----------------------------------------------------------------------------------
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_FLAT = '<w:tcMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tcMar><w:vAlign w:val="center"/>'


def table(item: Table, part: Part, styles: Styles, closing: str = "") -> str:
    """The header row repeats on every page, no row is cut, the caption stays with the table."""
    widths = [measures.twips(column.width) for column in item.columns]
    kept, stays = part.kept_rows, part.following or part.ends
    under = _under(part, item.note, styles, kept=stays) + closing
    rows = [_row([Span(column.title) for column in item.columns], item, widths, styles, head=True, kept=True)]
    rows += [_row(line, item, widths, styles, kept=place in kept) for place, line in enumerate(item.rows)]
    if item.total:
        rows.append(_row(item.total, item, widths, styles, bold=True, kept=bool(under) or stays))
    if under:
        rows.append(_closing_row(under, widths))
    parts = []
    if item.caption:
        parts.append(para("表题", styles, run(item.caption, measures.HEI), more=KEPT))
    parts.append(_ruled(widths, rows))
    # Two tables that touch would become one.
    after = (KEPT if stays else "") + (NO_HEIGHT if under else "")
    parts.append(para("表注", styles, "", more=after))
    return "".join(parts)


def _under(part: Part, note: str, styles: Styles, *, kept: bool) -> str:
    """The note, and whoever signs right under the table."""
    last = len(part.tail) - 1
    told = para("表注", styles, run(note, measures.FANG), more=KEPT if kept else "") if note else ""
    signed = [block(Part(one, following=kept or place < last), styles) for place, one in enumerate(part.tail)]
    return told + "".join(signed)


def _closing_row(under: str, widths: list[int]) -> str:
    """Without lines but the table's last."""
    none = "".join(f'<w:{side} w:val="nil"/>' for side in ("left", "bottom", "right"))
    spanned = f'<w:gridSpan w:val="{len(widths)}"/>' if len(widths) > 1 else ""
    shape = f'<w:tcW w:w="{sum(widths)}" w:type="dxa"/>{spanned}<w:tcBorders>{none}</w:tcBorders>{NO_SIDES}'
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr>{shape}</w:tcPr>{under}</w:tc></w:tr>"


def _ruled(widths: list[int], rows: list[str]) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{_BORDERS}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def _row(
    cells: Iterable[Span],
    item: Table,
    widths: list[int],
    styles: Styles,
    *,
    head: bool = False,
    bold: bool = False,
    kept: bool = False,
) -> str:
    written = []
    stays = KEPT if kept else ""
    style, face = ("表头文字", measures.HEI) if head else ("表格文字", measures.FANG)
    for cell, column, width in zip(cells, item.columns, widths, strict=True):
        align = "center" if head else ALIGN[column.align]
        text = run(cell.text, face, bold=bold or cell.bold)
        inner = para(style, styles, text, more=f'{stays}<w:jc w:val="{align}"/>')
        written.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{_FLAT}</w:tcPr>{inner}</w:tc>')
    marks = "<w:cantSplit/>" + '<w:trHeight w:val="360" w:hRule="atLeast"/>' + ("<w:tblHeader/>" if head else "")
    return f"<w:tr><w:trPr>{marks}</w:trPr>{''.join(written)}</w:tr>"


# --- Forms ------------------------------------------------------------------------------------
#: Room to write and sign by hand, 22 mm; the height of any other row, in twips.
TALL, LOW = 1247, 397
#: Twelve figures in a line take all the width of their boxes.
_TIGHT = f'{NO_SIDES}<w:vAlign w:val="center"/>'


def form(item: Form, styles: Styles) -> str:
    """Its head repeats on every page; a long text is cut where the page ends."""
    widths = [measures.twips(width) for width in item.widths]
    rows = [_form_row(item.head, widths, styles, head=True)]
    rows += [_form_row(line, widths, styles) for line in item.rows]
    return _ruled(widths, rows) + para("表注", styles, "")


def _form_row(line: FormRow, widths: list[int], styles: Styles, *, head: bool = False) -> str:
    at, cells = 0, []
    for one in line.boxes:
        cells.append(_form_box(one, sum(widths[at : at + one.across]), styles))
        at += one.across
    whole = "" if line.cut else "<w:cantSplit/>"
    height = f'<w:trHeight w:val="{TALL if line.tall else LOW}" w:hRule="atLeast"/>'
    return f"<w:tr><w:trPr>{whole}{height}{'<w:tblHeader/>' if head else ''}</w:trPr>{''.join(cells)}</w:tr>"


def _form_box(one: Box, width: int, styles: Styles) -> str:
    face = measures.HEI if one.label else measures.FANG
    size = f'<w:sz w:val="{measures.NOTE}"/>' if one.small else ""
    lines = "".join(
        para(
            "表头文字" if one.label else "表格文字",
            styles,
            "".join(run(each.text, face, bold=each.bold, more=size) for each in line.spans),
            more=('<w:ind w:firstLineChars="200" w:firstLine="480"/>' if line.indent else "")
            + f'<w:jc w:val="{ALIGN.get(line.align, "both")}"/>',
        )
        for line in one.lines
    )
    spanned = f'<w:gridSpan w:val="{one.across}"/>' if one.across > 1 else ""
    shape = f'<w:tcW w:w="{width}" w:type="dxa"/>{spanned}{_TIGHT if one.small else _FLAT}'
    return f"<w:tc><w:tcPr>{shape}</w:tcPr>{lines}</w:tc>"
