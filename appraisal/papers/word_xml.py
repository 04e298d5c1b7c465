"""What WordprocessingML is written with: runs and paragraphs in the faces and styles of a paper. Pure: strings in,
elements out.

Written as text and parsed once for each block: building five thousand cells node by node takes five times as long.
"""

from __future__ import annotations

import re
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from appraisal.papers import content, measures

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
