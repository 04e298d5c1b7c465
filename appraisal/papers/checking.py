"""Whether an uploaded template can be used: what is wrong, in sentences that say what to do. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from docx import Document
from docx.oxml.ns import qn

from appraisal.papers.content import BRIEFING, OFFICIAL, PLAIN
from appraisal.papers.sample import sample
from appraisal.papers.shipped import HEAD_STYLES, REQUIRED, WHOLE
from appraisal.papers.word import read_words, styles_of, text_of, words_in, write
from appraisal.papers.word_xml import STYLES

MOST_BYTES = 2 * 1024 * 1024
#: Of everything inside: a file of a few kilobytes can be packed to unfold into gigabytes.
MOST_UNPACKED = 30 * 1024 * 1024
MOST_PARTS = 500

#: What the kinds are called.
NAMES = {BRIEFING: "简报式", OFFICIAL: "红头公文式", PLAIN: "无报头"}
#: What the text is written in; the title keeps the look of its own paragraph.
STYLES_NEEDED = tuple(name for name in STYLES if name != "公文标题")

NOT_WORD = "只能上传 docx 文件；doc、wps 文件请用WPS另存为 docx 后再上传。"


def problems(template: bytes, style: str) -> list[str]:
    """What keeps a template from being used for a style; empty when it is fit. Writes the sample paper with it."""
    found = _of_the_file(template)
    if found:
        return found
    try:
        book = Document(BytesIO(template))
        present = read_words(book)
    except Exception:  # whatever a damaged file makes the library raise
        return [NOT_WORD]
    foreign = _of_another_kind(book, present, style)
    if foreign:
        return foreign
    missing = [word for word in REQUIRED[style] if word not in present]
    if missing:
        return [f"模板里缺少{_braced(missing)}。请在相应的位置照样写上（两层花括号），再上传。"]
    lacking = [name for name in (*STYLES_NEEDED, *HEAD_STYLES[style].values()) if name not in styles_of(book)]
    if lacking:
        names = "、".join(f"“{name}”" for name in lacking)
        return [
            f"模板里缺少样式{names}，正文和表格会没有字体字号。请从“下载模板”得到的文件改起，"
            "样式可以改样子，不能改名或删去，再上传。"
        ]
    crowded = _crowded(book)
    if crowded:
        return [f"{_braced(crowded)}应单独占一段，放在正文里，同段不能有别的字。"]
    return _of_the_sample(template, style)


def _braced(words: Iterable[str]) -> str:
    return "、".join(f"{{{{{word}}}}}" for word in words)


def _of_another_kind(book: Any, present: set[str], style: str) -> list[str]:
    """A briefing's template in the place of a red head and the like: words that this kind has nothing to put for,
    or a head in the style of another kind."""
    kind = NAMES[style]
    known = {word for words in REQUIRED.values() for word in words}
    foreign = [word for word in REQUIRED[BRIEFING] if word in present & known and word not in REQUIRED[style]]
    if foreign:
        return [
            f"{kind}没有{_braced(foreign)}，这是别的式样的模板。请核对“式样”，"
            f"或者从{kind}“下载模板”得到的文件改起，再上传。"
        ]
    for word, wanted in HEAD_STYLES[style].items():
        for paragraph in book.element.body.iter(qn("w:p")):
            used = _style_of(book, paragraph)
            others = {each.get(word) for each in HEAD_STYLES.values()} - {wanted, None}
            if used in others and word in words_in(paragraph):
                return [
                    f"{{{{{word}}}}}用了样式“{used}”，{kind}应当用“{wanted}”，这是别的式样的模板。请核对“式样”，"
                    f"或者从{kind}“下载模板”得到的文件改起，再上传。"
                ]
    return []


def _style_of(book: Any, paragraph: Any) -> str:
    """Its Chinese name; empty where the paragraph has none of its own."""
    named = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    ids = {style_id: name for name, style_id in styles_of(book).items()}
    return ids.get(named.get(qn("w:val")), "") if named is not None else ""


def _of_the_file(template: bytes) -> list[str]:
    if len(template) > MOST_BYTES:
        return ["模板超过2MB。请删去图片后再上传。"]
    try:
        with ZipFile(BytesIO(template)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                return ["模板的内容太大。请删去图片和不用的内容后再上传。"]
            names = {part.filename for part in parts}
            if "word/document.xml" not in names:
                return [NOT_WORD]
            if any("vbaProject" in name or "activeX" in name or "embeddings/" in name for name in names):
                return ["模板里有宏或嵌入的对象。请另存为不带宏的 docx 文件，删去嵌入的对象，再上传。"]
            return _outside(packed, names)
    except (BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return [NOT_WORD]


def _outside(packed: ZipFile, names: set[str]) -> list[str]:
    """What Word would fetch from elsewhere as soon as the paper is opened. A link is followed by its reader alone."""
    for name in names:
        if not name.endswith(".rels"):
            continue
        for relation in re.findall(rb"<Relationship\b[^>]*>", packed.read(name)):
            if b'TargetMode="External"' in relation and b"/hyperlink" not in relation:
                return ["模板引用了别处的文件或图片。请把图片嵌入文档、去掉附加的模板，再上传。"]
    return []


def _crowded(book: Document) -> list[str]:
    """Words that give way to whole paragraphs, but do not stand alone in one of the body."""
    alone = {
        word
        for word in WHOLE
        for paragraph in book.element.body.iter(qn("w:p"))
        if re.fullmatch(rf"\s*\{{\{{\s*{word}\s*\}}\}}\s*", text_of(paragraph))
    }
    used = read_words(book)
    return [word for word in WHOLE if word in used and word not in alone]


def _of_the_sample(template: bytes, style: str) -> list[str]:
    paper = sample(style, rows=3)
    try:
        book = Document(BytesIO(write(paper, template)))
    except Exception:  # as above: the sample shows that the file does not bear writing into
        return ["用这个模板写不出示例文件。请从“下载模板”得到的文件改起，再上传。"]
    written = "".join(text_of(paragraph) for paragraph in book.element.body.iter(qn("w:p")))
    if "示例3村联村工作组" not in written or paper.title not in written:
        return ["用这个模板写出的示例文件不完整。请从“下载模板”得到的文件改起，再上传。"]
    return []
