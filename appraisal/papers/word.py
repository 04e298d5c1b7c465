"""A paper as a .docx, written into a template. Pure: bytes in, bytes out; no clock.

A template is a plain .docx with a few words in double braces: {{报名}} {{期号}} {{编印单位}} {{日期}} {{标题}} {{正文}}
{{报尾}}. Nothing in it is run: a template comes from whoever may upload one.
"""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph as Line
from lxml import etree

from appraisal.papers import lines, measures, word_xml
from appraisal.papers.content import BRIEFING, Paper
from appraisal.papers.keeping import parts
from appraisal.papers.shipped import shipped
from appraisal.papers.word_blocks import block
from appraisal.papers.word_endings import briefing_ending, official_ending, signed

DRAFT = "代拟稿，未签发"

MARK = "paper"
_WORD = re.compile(r"\{\{\s*([^{}]{1,12}?)\s*\}\}")


def write(paper: Paper, template: bytes | None = None, *, draft: bool = False, at: datetime | None = None) -> bytes:
    """The paper as a .docx, in the town's template or the shipped one of its style.

    A draft says so at the head of every page. `at`: when it is written, for the properties of the file. Raises
    whatever python-docx raises on a template that is none: those in use were checked when they were uploaded.
    """
    book = Document(BytesIO(template or shipped(paper.masthead.style)))
    styles = styles_of(book)
    if paper.across:
        _lay_across(book)
    if draft:
        _mark_draft(book, styles)
    _fill(book, paper, styles, own=template is not None)
    book.core_properties.title = word_xml.NOT_IN_XML.sub("", paper.title)[:250]
    book.core_properties.author = word_xml.NOT_IN_XML.sub("", paper.masthead.unit or paper.ending.unit)[:250]
    if at is not None:
        written = at.astimezone(UTC).replace(tzinfo=None)
        book.core_properties.created = book.core_properties.modified = written
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def words_of(template: bytes) -> set[str]:
    """The words in double braces that a template holds. Raises what python-docx raises on a file that is no .docx."""
    return read_words(Document(BytesIO(template)))


def read_words(book: Any) -> set[str]:
    """The words in double braces of an opened template."""
    found: set[str] = set()
    for paragraph in _paragraphs(book):
        found.update(words_in(paragraph))
    return found


def styles_of(book: Any) -> dict[str, str]:
    """Chinese name → id, of the paragraph styles that the template has."""
    return {style.name: style.style_id for style in book.styles if style.type == 1}


def _faces_of(book: Any) -> dict[str, tuple[str, str]]:
    """Style id → (the platform's face, the town's), of the styles to which the town gave another face."""
    found = {}
    for style in book.styles:
        marks = style.element.find(f"{qn('w:rPr')}/{qn('w:rFonts')}") if style.name in word_xml.STYLES else None
        face, ours = marks.get(qn("w:eastAsia")) if marks is not None else None, word_xml.face_of(style.name)
        if face and face != ours:
            found[style.style_id] = (ours, face)
    return found


def _paragraphs(book: Any) -> list[Any]:
    """Every paragraph of the body, of tables and text boxes in it, and of headers and footers."""
    roots = [book.element.body]
    for section in book.sections:
        for part in (section.header, section.footer, section.even_page_header, section.even_page_footer):
            if not part.is_linked_to_previous:
                roots.append(part._element)
    return [paragraph for root in roots for paragraph in root.iter(qn("w:p"))]


def words_in(paragraph: Any) -> list[str]:
    """The words in double braces of a paragraph, in their order."""
    return [match.group(1) for match in _WORD.finditer(text_of(paragraph))]


def text_of(paragraph: Any) -> str:
    """What a paragraph says, runs joined."""
    return "".join(node.text or "" for node in paragraph.iter(qn("w:t")))


def _fill(book: Any, paper: Paper, styles: dict[str, str], *, own: bool) -> None:
    head = paper.masthead
    points, name = lines.agency_lines(head)
    unit = "\n".join(lines.unit_lines(head.unit, head.day))
    small = {"报名": head.name if own else "\n".join(name), "期号": head.number, "编印单位": unit, "日期": head.day}
    whole = {"标题": _title, "正文": _body, "报尾": _ending}
    pieces: dict[str, str] = {}
    for paragraph in list(book.element.body.iter(qn("w:p"))):
        asked = [word for word in words_in(paragraph) if word in whole]
        if asked:
            pieces[asked[0]] = whole[asked[0]](paper, styles, paragraph)
            _mark(paragraph, asked[0])
    if own:
        faces = _faces_of(book)
        pieces = {word: word_xml.in_faces(piece, faces) for word, piece in pieces.items()}
    for paragraph in _paragraphs(book):
        words = words_in(paragraph)
        if words:
            _replace(paragraph, small)
            if "编印单位" in words and "\n" in unit:
                _align_left(paragraph)
            if not own and "报名" in words:
                _size_name(paragraph, points)
    _put_in_place(book, pieces)


def _title(paper: Paper, styles: dict[str, str], place: Any) -> str:
    """In the paragraph's own style: a template without 公文标题 keeps its look."""
    told = "\n".join(lines.title_lines(paper))
    return _like(place, word_xml.run(told, measures.TITLE_FACE))


def _like(place: Any, runs: str) -> str:
    """A paragraph that keeps the properties of the one it replaces, and the letters of its first run."""
    properties = place.find(qn("w:pPr"))
    first = place.find(qn("w:r"))
    marks = first.find(qn("w:rPr")) if first is not None else None
    kept = etree.tostring(properties, encoding="unicode") if properties is not None else ""
    if marks is not None:
        runs = re.sub(r"<w:rPr>.*?</w:rPr>", lambda _: etree.tostring(marks, encoding="unicode"), runs)
    return f"<w:p>{kept}{runs}</w:p>"


def _body(paper: Paper, styles: dict[str, str], place: Any) -> str:
    found = parts(paper)
    return "".join(block(part, styles, _signed(paper, styles) if part.ends else "") for part in found)


def _signed(paper: Paper, styles: dict[str, str]) -> str:
    return signed(paper.ending, styles) if paper.masthead.style != BRIEFING else ""


def _ending(paper: Paper, styles: dict[str, str], place: Any) -> str:
    if paper.masthead.style == BRIEFING:
        return briefing_ending(paper.ending, styles)
    in_a_table = any(part.ends for part in parts(paper))
    return ("" if in_a_table else _signed(paper, styles)) + official_ending(paper.ending, styles)


def _mark(paragraph: Any, name: str) -> None:
    """Leave a mark where the paragraph was."""
    paragraph.addprevious(etree.ProcessingInstruction(MARK, name))
    paragraph.getparent().remove(paragraph)


def _put_in_place(book: Any, pieces: dict[str, str]) -> None:
    """Text for the marks, in the text of the document: to move six hundred parsed rows from one document into
    another takes the library three seconds."""
    xml = etree.tostring(book.part.element, encoding="unicode")
    for name, piece in pieces.items():
        xml = xml.replace(f"<?{MARK} {name}?>", piece)
    book.part._element = parse_xml(xml)


def _replace(paragraph: Any, values: dict[str, str]) -> None:
    """Put values for words, however many runs Word has cut them into. Unknown words stay as they are."""
    nodes = list(paragraph.iter(qn("w:t")))
    text = "".join(node.text or "" for node in nodes)
    starts, at = [], 0
    for node in nodes:
        starts.append(at)
        at += len(node.text or "")
    pieces = [list(node.text or "") for node in nodes]
    for match in reversed(list(_WORD.finditer(text))):
        if match.group(1) not in values:
            continue
        value = word_xml.NOT_IN_XML.sub("", values[match.group(1)])
        first = True
        for place in range(*match.span()):
            node = max(n for n, start in enumerate(starts) if start <= place and len(pieces[n]) > place - start)
            pieces[node][place - starts[node]] = value if first else ""
            first = False
    for node, piece in zip(nodes, pieces, strict=True):
        first_line, *others = "".join(piece).split("\n")
        node.text = first_line
        node.set(qn("xml:space"), "preserve")
        for line in reversed(others):
            again = deepcopy(node)
            again.text = line
            node.addnext(again)
            node.addnext(parse_xml(f"<w:br {nsdecls('w')}/>"))


def _align_left(paragraph: Any) -> None:
    """Justified, a line that is broken by hand would be spread over the whole width."""
    line = Line(paragraph, None)
    if line.alignment is None:
        line.alignment = WD_ALIGN_PARAGRAPH.LEFT


def _size_name(paragraph: Any, points: int) -> None:
    """A long name in smaller letters than its style's."""
    for marks in paragraph.iter(qn("w:rPr")):
        marks.append(parse_xml(f'<w:sz {nsdecls("w")} w:val="{2 * points}"/>'))


def _lay_across(book: Any) -> None:
    """A4 lying: the sheet turned to the left, so that its head is where its left edge was."""
    section = book.element.body.sectPr
    size, margins = section.find(qn("w:pgSz")), section.find(qn("w:pgMar"))
    width, height = measures.PAGE
    size.set(qn("w:w"), str(height))
    size.set(qn("w:h"), str(width))
    size.set(qn("w:orient"), "landscape")
    sides = {"top": measures.LEFT, "right": measures.TOP, "bottom": measures.RIGHT, "left": measures.BOTTOM}
    for side, value in sides.items():
        margins.set(qn(f"w:{side}"), str(value))
    margins.set(qn("w:footer"), "600")
    margins.set(qn("w:header"), "600")


def _mark_draft(book: Any, styles: dict[str, str]) -> None:
    section = book.sections[0]
    for header in (section.header, section.even_page_header):
        header.is_linked_to_previous = False
        xml = word_xml.para(
            "代拟稿",
            styles,
            word_xml.run(DRAFT, measures.HEI, more=f'<w:sz w:val="{measures.PAGE_NUMBER}"/>'),
            more='<w:jc w:val="right"/>',
        )
        for element in word_xml.elements(xml):
            header._element.append(element)
        empty = header._element.find(qn("w:p"))
        if empty is not None and not text_of(empty):
            header._element.remove(empty)
