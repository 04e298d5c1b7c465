"""Blocks of a paper as WordprocessingML. Pure: strings in, elements out.

Written as text and parsed once for each block: building five thousand cells node by node takes five times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from appraisal.papers import content, measures
from appraisal.papers.content import (
    Block,
    Box,
    Ending,
    Form,
    FormRow,
    Heading,
    PageBreak,
    Paragraph,
    Signatures,
    Span,
    Table,
)

#: What XML 1.0 cannot hold; a name pasted from somewhere may bring one.
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})

#: Style ids of a template (its style's Chinese name → the id used here). `styles` of `write` maps names to ids.
STYLES = {
    "公文标题": "gwTitle",
    "公文正文": "gwBody",
    "一级标题": "gwLevel1",
    "二级标题": "gwLevel2",
    "三级标题": "gwLevel3",
    "四级标题": "gwLevel4",
    "表格文字": "gwCell",
    "表头文字": "gwHead",
    "表题": "gwCaption",
    "表注": "gwNote",
    "报尾": "gwEnding",
}
LEVELS = {1: "一级标题", 2: "二级标题", 3: "三级标题", 4: "四级标题"}
FACES = {
    "公文标题": measures.TITLE_FACE,
    "一级标题": measures.HEI,
    "二级标题": measures.KAI,
    "表头文字": measures.HEI,
    "表题": measures.HEI,
}
ALIGN = {content.CENTER: "center", content.RIGHT: "right", content.LEFT: "left"}

Styles = dict[str, str]


def escape(text: str) -> str:
    return NOT_IN_XML.sub("", text).translate(_ESCAPES)


def fonts(face: str) -> str:
    """The face for Chinese and Latin alike: a quotation mark is then as wide as the characters beside it."""
    return f'<w:rFonts w:hint="eastAsia" w:ascii="{face}" w:hAnsi="{face}" w:eastAsia="{face}" w:cs="{face}"/>'


def face_of(style: str) -> str:
    """Of a style of the shipped templates."""
    return FACES.get(style, measures.FANG)


_STYLED = re.compile(r'<w:p><w:pPr[^>]*><w:pStyle[^>]*w:val="([^"]+)"/>.*?</w:p>', re.DOTALL)


def in_faces(xml: str, faces: dict[str, tuple[str, str]]) -> str:
    """Paragraphs in the faces that the town gave to their styles: runs name their own, and would hide the style's.
    `faces`: style id → (the face that the runs name, the town's)."""

    def change(found: re.Match[str]) -> str:
        if found[1] not in faces:
            return found[0]
        ours, face = faces[found[1]]
        named = rf'<w:rFonts[^>]*w:eastAsia="{re.escape(ours)}"[^>]*/>'
        return re.sub(named, lambda _: fonts(escape(face)), found[0])

    return _STYLED.sub(change, xml) if faces else xml


def run(text: str, face: str, *, bold: bool = False, more: str = "") -> str:
    """One run, its fonts named on itself. Line breaks in a text become line breaks, tabs tabs."""
    marks = "<w:b/>" if bold else ""
    pieces = escape(text).replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">')
    pieces = pieces.replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
    return f'<w:r><w:rPr>{fonts(face)}{marks}{more}</w:rPr><w:t xml:space="preserve">{pieces}</w:t></w:r>'


def para(style: str, styles: Styles, runs: str, *, more: str = "") -> str:
    """A paragraph in a style of the template, where the template has it."""
    named = f'<w:pStyle w:val="{styles[style]}"/>' if style in styles else ""
    return f"<w:p><w:pPr>{named}{more}</w:pPr>{runs}</w:p>"


def elements(xml: str) -> list[Any]:
    """The top elements of a piece of XML."""
    return list(parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>"))


def title(text: str, styles: Styles, more: str = "") -> str:
    """The title in lines that do not break a word."""
    lines = "\n".join(measures.title_lines(text))
    return para("公文标题", styles, run(lines, FACES["公文标题"], more=more))


def block(item: Block, styles: Styles, after: Block | None = None) -> str:
    """`after`: what follows; nobody signs on a page that holds nothing else."""
    if isinstance(item, Paragraph):
        return _paragraph(item, styles, keep=isinstance(after, Signatures))
    if isinstance(item, Heading):
        style = LEVELS.get(item.level, "一级标题")
        return para(style, styles, run(item.text, FACES.get(style, measures.FANG)))
    if isinstance(item, Table):
        return table(item, styles)
    if isinstance(item, Signatures):
        return _signatures(item, styles)
    if isinstance(item, Form):
        return form(item, styles)
    assert isinstance(item, PageBreak)
    return '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def _paragraph(item: Paragraph, styles: Styles, *, keep: bool = False) -> str:
    more = "<w:keepNext/>" if keep else ""
    more += "" if item.indent else '<w:ind w:firstLineChars="0" w:firstLine="0"/>'
    if item.align:
        more += f'<w:jc w:val="{ALIGN[item.align]}"/>'
    runs = "".join(run(one.text, measures.FANG, bold=one.bold) for one in item.spans)
    return para("公文正文", styles, runs, more=more)


def _signatures(item: Signatures, styles: Styles) -> str:
    line = "　　　　".join(f"{label}：" for label in item.labels)
    return para(
        "公文正文",
        styles,
        run(line, measures.FANG),
        more='<w:keepNext/><w:spacing w:before="579"/><w:ind w:firstLineChars="0" w:firstLine="0"/>',
    )


# --- Tables -----------------------------------------------------------------------------------
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_FLAT = '<w:tcMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tcMar><w:vAlign w:val="center"/>'


def table(item: Table, styles: Styles) -> str:
    """The header row repeats on every page, no row is cut, the caption stays with the table; a sum stays with the
    row before it and with what is written under it."""
    widths = [measures.twips(column.width) for column in item.columns]
    rows = [_row([Span(column.title) for column in item.columns], item, widths, styles, head=True)]
    last = len(item.rows) - 1 if item.total else None
    rows += [_row(line, item, widths, styles, keep=place == last) for place, line in enumerate(item.rows)]
    keep = ""
    if item.total:
        rows.append(_row(item.total, item, widths, styles, bold=True, keep=True))
        keep = "<w:keepNext/>"
    parts = []
    if item.caption:
        parts.append(para("表题", styles, run(item.caption, measures.HEI), more="<w:keepNext/>"))
    parts.append(_ruled(widths, rows))
    # Two tables that touch would become one.
    parts.append(para("表注", styles, run(item.note, measures.FANG), more=keep))
    return "".join(parts)


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
    keep: bool = False,
) -> str:
    written = []
    kept = "<w:keepNext/>" if keep else ""
    style, face = ("表头文字", measures.HEI) if head else ("表格文字", measures.FANG)
    for cell, column, width in zip(cells, item.columns, widths, strict=True):
        align = "center" if head else ALIGN[column.align]
        text = run(cell.text, face, bold=bold or cell.bold)
        inner = para(style, styles, text, more=f'{kept}<w:jc w:val="{align}"/>')
        written.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{_FLAT}</w:tcPr>{inner}</w:tc>')
    marks = "<w:cantSplit/>" + '<w:trHeight w:val="360" w:hRule="atLeast"/>' + ("<w:tblHeader/>" if head else "")
    return f"<w:tr><w:trPr>{marks}</w:trPr>{''.join(written)}</w:tr>"


# --- Forms ------------------------------------------------------------------------------------
#: Room to write and sign by hand, 22 mm; the height of any other row, in twips.
TALL, LOW = 1247, 397
#: Twelve figures in a line take all the width of their boxes.
_TIGHT = '<w:tcMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tcMar><w:vAlign w:val="center"/>'


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


# --- The end ----------------------------------------------------------------------------------
def briefing_ending(ending: Ending, styles: Styles) -> str:
    """报尾: a rule, the lines of whom it goes to, how many were printed, a rule."""
    copies = f"共印{ending.copies}份" if ending.copies else ""
    left = ending.printed_by + (f"　{ending.printed_on}" if ending.printed_on else "")
    lines = [*ending.to]
    if copies or left:
        lines.append(f"{left}\t{copies}")
    written = []
    for place, line in enumerate(lines):
        top = _rule("top") if place == 0 else ""
        bottom = _rule("bottom") if place == len(lines) - 1 else ""
        more = f"<w:keepNext/><w:keepLines/><w:pBdr>{top}{bottom}</w:pBdr>" if top or bottom else "<w:keepLines/>"
        written.append(para("报尾", styles, run(f"　{line}", measures.FANG), more=more))
    return "".join(written)


def official_ending(ending: Ending, styles: Styles) -> str:
    """落款 with room for the seal, and 版记 between its rules at the foot of the last page. No seal is drawn."""
    written = [_signed(ending, styles)] if ending.unit else []
    rows = [(line, "") for line in ending.to]
    if ending.printed_by or ending.printed_on:
        printed = f"{ending.printed_on}印发" if ending.printed_on else ""
        rows.append((ending.printed_by, printed))
    if rows:
        written.append(_colophon(rows, styles))
    return "".join(written)


def _signed(ending: Ending, styles: Styles) -> str:
    """The name centred above the date, the date four characters from the right edge (加盖印章的公文)."""
    day, unit = measures.width_of(ending.day), measures.width_of(ending.unit)
    beside = max(0.0, 4 + (day - unit) / 2)
    lines = ((ending.unit, beside, 2 * measures.LINE), (ending.day, 4.0, 0))
    return "".join(
        para(
            "公文正文",
            styles,
            run(text, measures.FANG),
            more=f'<w:keepNext/><w:spacing w:before="{before}"/>'
            f'<w:ind w:rightChars="{round(100 * right)}" w:right="{round(320 * right)}"'
            ' w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="right"/>',
        )
        for text, right, before in lines
        if text
    )


_NO_SIDES = '<w:tcMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tcMar>'
#: 左右各空一字; what does not fit on the line goes on under the first character after 「抄送：」.
_COPIED = (
    '<w:ind w:leftChars="400" w:left="1120" w:rightChars="100" w:right="280" w:hangingChars="300" w:hanging="840"/>'
)
#: Characters of a copied line beside its 「抄送：」 on the narrower lines, and the height of a line in twips.
_COPIED_CHARACTERS, _FOOT_LINE = 26, 480
EMU_PER_TWIP = 635
_BOX_NAMESPACES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def _colophon(rows: list[tuple[str, str]], styles: Styles) -> str:
    """On the lower edge of the text area, wherever the text ends (GB/T 9704, 7.4): the last rule and that edge are
    one. A box without a frame, of the page that holds its paragraph, which is the last; floating tables and frames
    are left by LibreOffice where they are written. A line more than it takes keeps the text away."""
    lines = sum(1 if right else -(-int(measures.width_of(left) + 1) // _COPIED_CHARACTERS) for left, right in rows)
    shape = f'cx="{measures.twips(measures.TEXT_MM) * EMU_PER_TWIP}" cy="{(lines + 1) * _FOOT_LINE * EMU_PER_TWIP}"'
    box = (
        f'<mc:AlternateContent {_BOX_NAMESPACES}><mc:Choice Requires="wps"><w:drawing>'
        '<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0"'
        ' layoutInCell="1" allowOverlap="0"><wp:simplePos x="0" y="0"/>'
        '<wp:positionH relativeFrom="margin"><wp:align>left</wp:align></wp:positionH>'
        '<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>'
        f'<wp:extent {shape}/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapTopAndBottom/>'
        '<wp:docPr id="1" name="版记"/><wp:cNvGraphicFramePr/><a:graphic>'
        '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
        f'<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {shape}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr>'
        f"<wps:txbx><w:txbxContent>{_foot_table(rows, styles)}</w:txbxContent></wps:txbx>"
        '<wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"><a:noAutofit/></wps:bodyPr>'
        "</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice></mc:AlternateContent>"
    )
    return para("表注", styles, f"<w:r>{box}</w:r>")


def _foot_table(rows: list[tuple[str, str]], styles: Styles) -> str:
    width = measures.twips(measures.TEXT_MM)
    edge = '<w:{} w:val="single" w:sz="{}" w:space="0" w:color="000000"/>'
    borders = (
        edge.format("top", measures.THICK)
        + edge.format("bottom", measures.THICK)
        + edge.format("insideH", measures.THIN)
    )
    written = []
    for left, right in rows:
        line, more = (f"　{left}\t{right}", "") if right else (left, _COPIED)
        shape = f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{_NO_SIDES}</w:tcPr>'
        text = para("报尾", styles, run(line, measures.FANG), more=more)
        written.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc>{shape}{text}</w:tc></w:tr>")
    # A box ends with a paragraph; this one takes no room.
    end = para("报尾", styles, "", more='<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>')
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{width}" w:type="dxa"/>'
        f"<w:tblBorders>{borders}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="{width}"/></w:tblGrid>'
        f"{''.join(written)}</w:tbl>{end}"
    )


def _rule(side: str) -> str:
    return f'<w:{side} w:val="single" w:sz="{measures.THICK}" w:space="4" w:color="000000"/>'
