"""What closes a paper, as WordprocessingML: 报尾 of a briefing; 落款 and 版记 of a red head. Pure."""

from __future__ import annotations

from appraisal.papers import lines, measures
from appraisal.papers.content import Ending
from appraisal.papers.word_blocks import KEPT, NO_HEIGHT, NO_SIDES
from appraisal.papers.word_xml import Styles, para, run


def briefing_ending(ending: Ending, styles: Styles) -> str:
    """报尾: a rule, the lines of whom it goes to, how many were printed, a rule."""
    copies = f"共印{ending.copies}份" if ending.copies else ""
    left = ending.printed_by + (f"　{ending.printed_on}" if ending.printed_on else "")
    told = [(line, _HANGING) for line in ending.to]
    if copies or left:
        told.append((f"　{left}\t{copies}", ""))
    if not told:
        return ""
    # An indent would cut the rules: they are drawn by lines of their own.
    written = [para("报尾", styles, "", more=f"{KEPT}<w:pBdr>{_rule('top')}</w:pBdr>{NO_HEIGHT}")]
    written += [
        para("报尾", styles, run(line, measures.FANG), more=f"{KEPT}<w:keepLines/>{more}") for line, more in told
    ]
    written.append(para("报尾", styles, "", more=f"<w:pBdr>{_rule('bottom')}</w:pBdr>{NO_HEIGHT}"))
    return "".join(written)


def official_ending(ending: Ending, styles: Styles) -> str:
    """版记 between its rules at the foot of the last page.

    It is not forced onto an even page: a section that begins on one would leave two pages to 版记 alone whenever the
    text ends on an even page with room for it."""
    rows = [(line, "") for line in ending.to]
    if ending.printed_by or ending.printed_on:
        printed = f"{ending.printed_on}印发" if ending.printed_on else ""
        rows.append(("\n".join(lines.printer_lines(ending.printed_by, printed)), printed))
    return _colophon(rows, styles) if rows else ""


def signed(ending: Ending, styles: Styles) -> str:
    """落款 with room for the seal; none is drawn."""
    if not ending.unit:
        return ""
    kept = bool(ending.to or ending.printed_by or ending.printed_on)
    found = lines.signed(ending.unit, ending.day)
    told = [*zip(found.lines, found.beside, strict=True), *([(ending.day, found.day_beside)] if ending.day else [])]
    return "".join(
        para(
            "公文正文",
            styles,
            run(text, measures.FANG),
            more=(KEPT if kept or place < len(told) - 1 else "")
            + f'<w:spacing w:before="{0 if place else 2 * measures.LINE}"/>'
            f'<w:ind w:rightChars="{round(100 * right)}" w:right="{round(320 * right)}"'
            ' w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="right"/>',
        )
        for place, (text, right) in enumerate(told)
    )


#: 左空一字; what does not fit on the line goes on under the first character after 「报：」.
_HANGING = (
    '<w:ind w:leftChars="300" w:left="840" w:rightChars="100" w:right="280" w:hangingChars="200" w:hanging="560"/>'
)
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
    are left by LibreOffice where they are written. The paragraph is as high as the box and comes after the text, so
    that the two never meet and 落款 takes it along to the next page where there is no room."""
    told = sum(
        left.count("\n") + 1 if right else -(-int(measures.width_of(left) + 1) // _COPIED_CHARACTERS)
        for left, right in rows
    )
    high = (told + 1) * _FOOT_LINE
    shape = f'cx="{measures.twips(measures.TEXT_MM) * EMU_PER_TWIP}" cy="{high * EMU_PER_TWIP}"'
    box = (
        f'<mc:AlternateContent {_BOX_NAMESPACES}><mc:Choice Requires="wps"><w:drawing>'
        '<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0"'
        ' layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>'
        '<wp:positionH relativeFrom="margin"><wp:align>left</wp:align></wp:positionH>'
        '<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>'
        f'<wp:extent {shape}/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapNone/>'
        '<wp:docPr id="1" name="版记"/><wp:cNvGraphicFramePr/><a:graphic>'
        '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
        f'<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {shape}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr>'
        f"<wps:txbx><w:txbxContent>{_foot_table(rows, styles)}</w:txbxContent></wps:txbx>"
        '<wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"><a:noAutofit/></wps:bodyPr>'
        "</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice></mc:AlternateContent>"
    )
    room = f'<w:spacing w:before="0" w:after="0" w:line="{high}" w:lineRule="exact"/>'
    return para("表注", styles, f"<w:r>{box}</w:r>", more=room)


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
        indented = "\n　".join(left.split("\n"))
        line, more = (f"　{indented}\t{right}", "") if right else (left, _COPIED)
        shape = f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{NO_SIDES}</w:tcPr>'
        text = para("报尾", styles, run(line, measures.FANG), more=more)
        written.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc>{shape}{text}</w:tc></w:tr>")
    # A box ends with a paragraph; this one takes no room.
    end = para("报尾", styles, "", more=NO_HEIGHT)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{width}" w:type="dxa"/>'
        f"<w:tblBorders>{borders}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="{width}"/></w:tblGrid>'
        f"{''.join(written)}</w:tbl>{end}"
    )


def _rule(side: str) -> str:
    return f'<w:{side} w:val="single" w:sz="{measures.THICK}" w:space="4" w:color="000000"/>'
