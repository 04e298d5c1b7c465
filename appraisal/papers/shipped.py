"""The templates that come with the platform, made here from their measures: there is no file to go out of step.

A town that wants another looks changes its copy in WPS or Word and uploads that (编印设置). What `word.write` looks
for are the words in double braces; the styles are found by their Chinese names.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from appraisal.papers import measures
from appraisal.papers.content import BRIEFING, OFFICIAL, PLAIN
from appraisal.papers.word_xml import FACES, STYLES, fonts

#: Words in double braces that a template of a style must hold, each in a place of its own.
REQUIRED = {
    BRIEFING: ("报名", "期号", "编印单位", "日期", "标题", "正文", "报尾"),
    OFFICIAL: ("报名", "期号", "标题", "正文", "报尾"),
    PLAIN: ("标题", "正文", "报尾"),
}
#: Styles of the head of each kind, by which word stands in them; a paper of another kind has others.
HEAD_STYLES = {
    BRIEFING: {"报名": "报名", "期号": "期号", "编印单位": "编印行", "标题": "公文标题"},
    OFFICIAL: {"报名": "发文机关标志", "期号": "发文字号", "标题": "公文标题"},
    PLAIN: {"标题": "无报头标题"},
}
#: Those that stand alone in their paragraph: what takes their place are whole paragraphs and tables.
WHOLE = ("标题", "正文", "报尾")

_EXACT = f'<w:spacing w:before="{{before}}" w:after="{{after}}" w:line="{measures.LINE}" w:lineRule="exact"/>'
_RULE = f'<w:pBdr><w:bottom w:val="single" w:sz="{{size}}" w:space="{{space}}" w:color="{measures.RED}"/></w:pBdr>'
_RED = f'<w:color w:val="{measures.RED}"/>'


@cache
def shipped(style: str) -> bytes:
    """The template of a style (`content.BRIEFING`, `OFFICIAL`, `PLAIN`) as a .docx."""
    book = Document()
    _lighten(book)
    _replace_styles(book)
    _set_up(book)
    body = book.element.body
    section = body.sectPr
    for paragraph in _BODIES[style]:
        section.addprevious(_paragraph(*paragraph))
    _page(section)
    _page_numbers(book)
    book.core_properties.title = ""
    book.core_properties.author = ""
    book.core_properties.comments = ""
    out = BytesIO()
    book.save(out)
    return out.getvalue()


_BODIES = {
    BRIEFING: (("报名", "报名"), ("期号", "期号"), ("编印行", "编印单位}}\t{{日期"), ("公文标题", "标题")),
    OFFICIAL: (("发文机关标志", "报名"), ("发文字号", "期号"), ("公文标题", "标题")),
    PLAIN: (("无报头标题", "标题"),),
}
for _style, _lines in _BODIES.items():
    _BODIES[_style] = (*_lines, ("公文正文", "正文"), ("报尾", "报尾"))

_EXTRA = {
    "报名": "gwName",
    "期号": "gwNumber",
    "编印行": "gwUnit",
    "发文机关标志": "gwAgency",
    "发文字号": "gwReference",
    "无报头标题": "gwPlainTitle",
    "页码": "gwPage",
    "代拟稿": "gwDraft",
}


def _paragraph(style: str, word: str) -> Any:
    face = _FACES.get(style, measures.FANG)
    pieces = f"{{{{{word}}}}}".replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">')
    return parse_xml(
        f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="{ {**STYLES, **_EXTRA}[style] }"/></w:pPr>'
        f'<w:r><w:rPr>{fonts(face)}</w:rPr><w:t xml:space="preserve">{pieces}</w:t></w:r></w:p>'
    )


_FACES = FACES | {
    "报名": measures.TITLE_FACE,
    "发文机关标志": measures.TITLE_FACE,
    "无报头标题": measures.TITLE_FACE,
    "页码": measures.SONG,
    "代拟稿": measures.HEI,
}


def _styles() -> list[tuple[str, str, str, int]]:
    """name, paragraph properties, run properties, size in half points."""
    centred, indent = '<w:jc w:val="center"/>', '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
    both = '<w:jc w:val="both"/>'
    # Where a line may be broken by hand: justified, its characters would be spread over the whole width.
    left = '<w:jc w:val="left"/>'
    width = measures.twips(measures.TEXT_MM)
    right_tab = f'<w:tabs><w:tab w:val="right" w:pos="{width}"/></w:tabs>'
    # 右空一字; the rules above and below still run the whole width, which an indent would cut.
    inner_tab = f'<w:tabs><w:tab w:val="right" w:pos="{width - 280}"/></w:tabs>'
    body, two = _EXACT.format(before=0, after=0), 2 * measures.LINE
    level = "<w:keepNext/>" + body + indent
    flat = '<w:snapToGrid w:val="0"/><w:spacing w:before="{0}" w:after="{1}" w:line="{2}" w:lineRule="exact"/>'
    # 35 mm from the upper edge of the text area to that of the agency's name.
    agency = f'<w:spacing w:before="{measures.twips(35)}" w:after="0" w:line="1100" w:lineRule="exact"/>'
    name = '<w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="120" w:line="1300" w:lineRule="exact"/>'
    return [
        ("公文正文", body + indent + both, "", measures.BODY),
        ("公文标题", _EXACT.format(before=two, after=measures.LINE) + centred, "", measures.TITLE),
        ("无报头标题", _EXACT.format(before=0, after=measures.LINE // 2) + centred, "", measures.TITLE),
        ("一级标题", level + '<w:outlineLvl w:val="0"/>', "", measures.BODY),
        ("二级标题", level + '<w:outlineLvl w:val="1"/>', "", measures.BODY),
        ("三级标题", level + '<w:outlineLvl w:val="2"/>', "", measures.BODY),
        ("四级标题", level + '<w:outlineLvl w:val="3"/>', "", measures.BODY),
        ("表格文字", flat.format(20, 20, 320), "", measures.TABLE),
        ("表头文字", flat.format(20, 20, 320) + centred, "", measures.TABLE),
        ("表题", flat.format(120, 60, 400) + centred, "", measures.PAGE_NUMBER),
        ("表注", flat.format(60, 60, 300), "", measures.NOTE),
        ("报尾", inner_tab + flat.format(0, 0, 480) + left, "", measures.PAGE_NUMBER),
        ("报名", name + centred, _RED, 2 * measures.NAME_POINTS),
        ("期号", body + centred, "", measures.BODY),
        ("编印行", _RULE.format(size=18, space=6) + right_tab + body + left, "", measures.BODY),
        ("发文机关标志", agency + centred, _RED, 2 * measures.AGENCY_POINTS),
        (
            "发文字号",
            # 4 mm below the number a red rule as wide as the text area.
            _RULE.format(size=18, space=11) + _EXACT.format(before=two, after=0) + centred,
            "",
            measures.BODY,
        ),
        ("页码", '<w:snapToGrid w:val="0"/>', "", measures.PAGE_NUMBER),
        ("代拟稿", '<w:snapToGrid w:val="0"/><w:jc w:val="right"/>', "", measures.PAGE_NUMBER),
    ]


def _replace_styles(book: Any) -> None:
    """Our styles alone, each with its East-Asian face: those of the library speak of Calibri and blue headings."""
    root = book.styles.element
    for child in list(root):
        root.remove(child)
    size = measures.BODY
    root.append(
        parse_xml(
            f"<w:docDefaults {nsdecls('w')}><w:rPrDefault><w:rPr>{fonts(measures.FANG)}"
            f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
            '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
            "<w:pPrDefault/></w:docDefaults>"
        )
    )
    normal = (
        f'<w:style {nsdecls("w")} w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/><w:qFormat/>'
        f'<w:pPr><w:widowControl w:val="0"/>'
        # No gap between characters and digits: it would push the 28th character into the next line.
        '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
        f'{_EXACT.format(before=0, after=0)}<w:jc w:val="both"/></w:pPr>'
        f'<w:rPr>{fonts(measures.FANG)}<w:spacing w:val="{measures.LETTER_SPACING}"/>'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )
    root.append(parse_xml(normal))
    root.append(
        parse_xml(
            f'<w:style {nsdecls("w")} w:type="table" w:default="1" w:styleId="a1"><w:name w:val="Normal Table"/>'
            '<w:uiPriority w:val="99"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
            '<w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
            '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        )
    )
    for name, paragraph, marks, half_points in _styles():
        root.append(parse_xml(_style(name, paragraph, marks, half_points)))


def _style(name: str, paragraph: str, marks: str, half_points: int) -> str:
    face = _FACES.get(name, measures.FANG)
    spacing = measures.LETTER_SPACING if half_points == measures.BODY else 0
    return (
        f'<w:style {nsdecls("w")} w:type="paragraph" w:customStyle="1" w:styleId="{ {**STYLES, **_EXTRA}[name] }">'
        f'<w:name w:val="{name}"/><w:basedOn w:val="a"/><w:qFormat/><w:pPr>{paragraph}</w:pPr>'
        f'<w:rPr>{fonts(face)}{marks}<w:spacing w:val="{spacing}"/>'
        f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/></w:rPr></w:style>'
    )


#: Parts of the library's own template that a paper has no use for: English styles, lists, a picture of an empty page,
#: the program that it was made with.
_USELESS = (
    "stylesWithEffects",
    "webSettings",
    "fontTable",
    "customXml",
    "numbering",
    "thumbnail",
    "extended-properties",
)


def _lighten(book: Any) -> None:
    for part in (book.part, book.part.package):
        for name, relation in list(part.rels.items()):
            if relation.reltype.endswith(_USELESS):
                del part.rels[name]


def _set_up(book: Any) -> None:
    """Odd and even pages differ; punctuation at a line's end is pressed together; a line broken by hand is not spread
    over the whole width; the language is Chinese."""
    settings = book.settings.element
    for child in list(settings):
        settings.remove(child)
    mode = 'w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"'
    for xml in (
        '<w:zoom {} w:percent="100"/>',
        '<w:defaultTabStop {} w:val="420"/>',
        "<w:evenAndOddHeaders {}/>",
        '<w:characterSpacingControl {} w:val="compressPunctuation"/>',
        f"<w:compat {{}}><w:doNotExpandShiftReturn/><w:useFELayout/><w:compatSetting {mode}/></w:compat>",
        '<w:themeFontLang {} w:val="en-US" w:eastAsia="zh-CN"/>',
    ):
        settings.append(parse_xml(xml.format(nsdecls("w"))))


def _page(section: Any) -> None:
    for child in list(section):
        if child.tag in (qn("w:pgSz"), qn("w:pgMar"), qn("w:cols"), qn("w:docGrid")):
            section.remove(child)
    width, height = measures.PAGE
    margins = f'w:top="{measures.TOP}" w:right="{measures.RIGHT}" w:bottom="{measures.BOTTOM}" w:left="{measures.LEFT}"'
    for xml in (
        f'<w:pgSz {nsdecls("w")} w:w="{width}" w:h="{height}"/>',
        f'<w:pgMar {nsdecls("w")} {margins} w:header="851" w:footer="{measures.FOOTER}" w:gutter="0"/>',
        f'<w:cols {nsdecls("w")} w:space="720"/>',
        f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="{measures.LINE}"/>',
    ):
        section.append(parse_xml(xml))


def _page_numbers(book: Any) -> None:
    """— 1 — in 四号宋体: odd pages right, even pages left, one character from the edge."""
    for footer, align, side in (
        (book.sections[0].footer, "right", "right"),
        (book.sections[0].even_page_footer, "left", "left"),
    ):
        footer.is_linked_to_previous = False
        root = footer._element
        for child in list(root):
            root.remove(child)
        root.append(parse_xml(_number_line(align, side)))


def _number_line(align: str, side: str) -> str:
    marks = f'<w:rPr>{fonts(measures.SONG)}<w:sz w:val="{measures.PAGE_NUMBER}"/></w:rPr>'
    return (
        f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="{_EXTRA["页码"]}"/>'
        f'<w:ind w:{side}Chars="100" w:{side}="280"/><w:jc w:val="{align}"/></w:pPr>'
        f'<w:r>{marks}<w:t xml:space="preserve">— </w:t></w:r>'
        f'<w:r>{marks}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r>{marks}<w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        f'<w:r>{marks}<w:fldChar w:fldCharType="separate"/></w:r>'
        f"<w:r>{marks}<w:t>1</w:t></w:r>"
        f'<w:r>{marks}<w:fldChar w:fldCharType="end"/></w:r>'
        f'<w:r>{marks}<w:t xml:space="preserve"> —</w:t></w:r></w:p>'
    )
