"""Judges a .docx as Word does when it opens one: what is found here is what it calls unreadable, repairs without a
word, or lays out otherwise than meant. The rules are those of ISO/IEC 29500-1, 17."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from xml.etree import ElementTree

from lianzhen.pages.tests.packages import parts_of, relation_faults, type_faults

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"

_SIDES = "top left start bottom right end insideH insideV tl2br tr2bl"
#: Children in the order of the schema.
ORDERS = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs"
    " suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd"
    " snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment"
    " textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid"
    " vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em"
    " lang eastAsianLayout specVanish oMath",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing"
    " tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "sectPr": "footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType"
    " pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings",
    "tbl": "bookmarkStart bookmarkEnd tblPr tblGrid tr",
    "tr": "tblPrEx trPr tc",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked"
    " personal personalCompose personalReply rsid pPr rPr tblPr trPr tcPr tblStylePr",
    "pBdr": "top left bottom right between bar",
    "tblBorders": _SIDES,
    "tcBorders": _SIDES,
    "tcMar": _SIDES,
    "tblCellMar": _SIDES,
    "compat": "doNotExpandShiftReturn useFELayout compatSetting",
    "settings": "writeProtection view zoom removePersonalInformation proofState attachedTemplate defaultTabStop"
    " autoHyphenation evenAndOddHeaders drawingGridVerticalSpacing characterSpacingControl savePreviewPicture compat"
    " rsids mathPr themeFontLang clrSchemeMapping shapeDefaults decimalSymbol listSeparator",
}
#: What may stand more than once among ordered children.
_REPEATED = ("tr", "tc", "compatSetting", "tblStylePr")
#: Come first, in any order and number.
_FIRST = ("headerReference", "footerReference")
#: Attributes that are whole numbers; a fraction makes the file unreadable.
_WHOLE = {
    **dict.fromkeys(("sz", "szCs", "gridSpan", "outlineLvl"), ("val",)),
    **dict.fromkeys(("tcW", "tblW", "gridCol", "left", "right", "pgSz"), ("w", "h")),
    "spacing": ("before", "after", "line", "val"),
    "ind": ("left", "right", "firstLine", "hanging", "firstLineChars", "leftChars", "rightChars", "hangingChars"),
    "tab": ("pos",),
    "trHeight": ("val",),
}


def faults(content: bytes) -> list[str]:
    """Everything wrong with the package; empty for one that opens without a word."""
    trees, found = parts_of(content)
    if found:
        return found
    found = [*type_faults(trees), *relation_faults(trees), *_prefixes(content)]
    styles = [each.get(f"{W}styleId") for each in trees["word/styles.xml"].iter(f"{W}style")]
    found += [f"style {each} twice" for each in set(styles) if styles.count(each) > 1]
    for name, tree in trees.items():
        if name.startswith("word/") and name.endswith(".xml"):
            found += [f"{name}: {fault}" for fault in _part(tree, {*styles})]
            found += [f"{name}: {fault}" for fault in _references(name, tree, trees)]
    return found


def _prefixes(content: bytes) -> Iterator[str]:
    """`Requires` and `Ignorable` speak of prefixes that the part declares."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in (each for each in parts.namelist() if each.startswith("word/") and each.endswith(".xml")):
            text = parts.read(name).decode()
            asked = {one for each in re.findall(r'(?:Requires|mc:Ignorable)="([^"]*)"', text) for one in each.split()}
            yield from (f"{name}: prefix {one}" for one in asked if f"xmlns:{one}=" not in text)


def _part(tree: ElementTree.Element, styles: set[str | None]) -> Iterator[str]:
    ids = [each.get("id") for each in tree.iter(f"{WP}docPr")]
    yield from (f"drawing {each} twice" for each in set(ids) if ids.count(each) > 1)
    depth = 0
    for each in tree.iter():
        tag = each.tag.removeprefix(W)
        if tag in ORDERS and each.tag != tag:
            yield from _order(tag, [child.tag.removeprefix(W) for child in each])
        if tag in ("body", "tc", "txbxContent", "hdr", "ftr", "comment"):
            yield from _blocks(tag, [child.tag.removeprefix(W) for child in each])
        if tag == "tbl":
            yield from _table(each)
        if tag in ("pStyle", "basedOn", "tblStyle", "rStyle") and each.get(f"{W}val") not in styles:
            yield f"no style {each.get(f'{W}val')}"
        if tag == "t" and each.text != (each.text or "").strip(" \t\n") and each.get(SPACE) != "preserve":
            yield f"blanks are lost: {each.text!r}"
        if tag == "fldChar":
            depth += {"begin": 1, "end": -1}.get(each.get(f"{W}fldCharType", ""), 0)
        for name in _WHOLE.get(tag, ()):
            if not re.fullmatch(r"-?\d*", each.get(f"{W}{name}", "")) and each.get(f"{W}{name}") != "auto":
                yield f"{tag} {name}={each.get(f'{W}{name}')}"
    if depth:
        yield "a field without its end"


def _order(tag: str, children: list[str]) -> Iterator[str]:
    order = ORDERS[tag].split()
    while children and children[0] in _FIRST:
        children = children[1:]
    known = [order.index(child) for child in children if child in order]
    if known != sorted(known):
        yield f"order of {tag}: {children}"
    strange = [child for child in children if child not in order and not child.startswith("{")]
    if strange:
        yield f"{tag} holds {strange}"
    yield from (
        f"{child} twice in {tag}" for child in {*children} if children.count(child) > 1 and child not in _REPEATED
    )


def _blocks(tag: str, children: list[str]) -> Iterator[str]:
    """A cell, a box and a header end with a paragraph; so does the text, before the properties of its page."""
    held = [child for child in children if child not in ("tcPr", "sectPr")]
    if not held or held[-1] != "p":
        yield f"{tag} does not end with a paragraph"
    if any(pair == ("tbl", "tbl") for pair in pairwise(held)):
        yield f"tables touch in {tag}"
    if tag == "body" and children[-1] != "sectPr":
        yield "the text has no page"


def _table(table: ElementTree.Element) -> Iterator[str]:
    columns = [int(each.get(f"{W}w", 0)) for each in table.findall(f"{W}tblGrid/{W}gridCol")]
    for number, row in enumerate(table.findall(f"{W}tr")):
        at = 0
        for cell in row.findall(f"{W}tc"):
            spans = cell.find(f"{W}tcPr/{W}gridSpan")
            across = int(spans.get(f"{W}val", 1)) if spans is not None else 1
            width = cell.find(f"{W}tcPr/{W}tcW")
            if width is not None and int(width.get(f"{W}w", 0)) != sum(columns[at : at + across]):
                yield f"row {number}: a cell as wide as no columns"
            at += across
        if at != len(columns):
            yield f"row {number}: {at} of {len(columns)} columns"


def _references(name: str, tree: ElementTree.Element, trees: dict[str, ElementTree.Element]) -> Iterator[str]:
    relations = trees.get(f"word/_rels/{name.removeprefix('word/')}.rels")
    known = {each.get("Id") for each in relations} if relations is not None else set()
    for each in tree.iter():
        for key in ("id", "embed", "link"):
            asked = each.get(f"{R}{key}")
            if asked is not None and asked not in known:
                yield f"no relation {asked}"
