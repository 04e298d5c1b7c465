"""Judges the parts of a workbook as a program that opens it does: what is found here is what WPS, Excel and
LibreOffice would offer to repair. Needs none of them. Papers are judged by `word_packages`."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
#: Children of a worksheet in the order that the standard fixes (ISO/IEC 29500-1, 18.3.1.99).
ORDER = (
    "sheetPr",
    "dimension",
    "sheetViews",
    "sheetFormatPr",
    "cols",
    "sheetData",
    "sheetCalcPr",
    "sheetProtection",
    "protectedRanges",
    "scenarios",
    "autoFilter",
    "sortState",
    "dataConsolidate",
    "customSheetViews",
    "mergeCells",
    "phoneticPr",
    "conditionalFormatting",
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "smartTags",
    "drawing",
    "legacyDrawing",
)
CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")
REFERENCE = re.compile(r"'((?:[^']|'')+)'!(.+)|([^'!]+)!(.+)")
LONGEST_TEXT, LONGEST_HEADER, LONGEST_NAME, LAST_ROW = 32_767, 255, 31, 1_048_576


def faults(content: bytes) -> list[str]:
    """Everything wrong with the package; empty for one that opens without a word."""
    trees, found = parts_of(content)
    return found or [*type_faults(trees), *relation_faults(trees), *_book(trees)]


def parts_of(content: bytes) -> tuple[dict[str, ElementTree.Element], list[str]]:
    """The parts of any package that are XML, by their names, and what keeps them from being read."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if broken := parts.testzip():
            return {}, [f"{broken}: does not unpack"]
        names = parts.namelist()
        found = [f"{name}: twice" for name in names if names.count(name) > 1]
        trees = {}
        for name in (each for each in names if each.endswith((".xml", ".rels"))):
            try:
                trees[name] = ElementTree.fromstring(parts.read(name))
            except ElementTree.ParseError as problem:
                found.append(f"{name}: {problem}")
    return trees, found


def type_faults(trees: dict[str, ElementTree.Element]) -> list[str]:
    """Every part has a content type, and every type a part."""
    types = trees["[Content_Types].xml"]
    endings = {each.get("Extension") for each in types if each.tag.endswith("Default")}
    named = {each.get("PartName", "").lstrip("/") for each in types if each.tag.endswith("Override")}
    parts = set(trees) - {"[Content_Types].xml"}
    untyped = [f"{n}: no content type" for n in parts if n not in named and n.rpartition(".")[2] not in endings]
    return untyped + [f"{name}: typed, but not there" for name in named - parts]


def relation_faults(trees: dict[str, ElementTree.Element]) -> list[str]:
    found = []
    for name, tree in trees.items():
        if not name.endswith(".rels"):
            continue
        home = posixpath.dirname(posixpath.dirname(name))
        ids = [each.get("Id") for each in tree]
        found += [f"{name}: {each} twice" for each in ids if ids.count(each) > 1]
        for each in tree:
            if each.get("TargetMode") == "External":
                found.append(f"{name}: leads outside, {each.get('Target')}")
            elif posixpath.normpath(posixpath.join(home, each.get("Target", ""))).lstrip("/") not in trees:
                found.append(f"{name}: {each.get('Target')} is not there")
    return found


def _book(trees: dict[str, ElementTree.Element]) -> list[str]:
    book = trees["xl/workbook.xml"]
    targets = {each.get("Id"): f"xl/{each.get('Target')}" for each in trees["xl/_rels/workbook.xml.rels"]}
    sheets = list(book.find(f"{MAIN}sheets"))  # type: ignore[arg-type]
    titles = [sheet.get("name", "") for sheet in sheets]
    found = [f"sheet {title}: name" for title in titles if not _fit_for_a_tab(title)]
    if len({title.lower() for title in titles}) < len(titles):
        found.append(f"sheets of one name: {titles}")
    names = book.find(f"{MAIN}definedNames")
    for each in names if names is not None else ():
        refers = REFERENCE.fullmatch(each.text or "")
        title = (refers[1] or refers[3]).replace("''", "'") if refers else None
        if title != titles[int(each.get("localSheetId", 0))]:
            found.append(f"name {each.get('name')}: {each.text}")
    looks = len(trees["xl/styles.xml"].find(f"{MAIN}cellXfs"))  # type: ignore[arg-type]
    for sheet in sheets:
        part = targets[sheet.get(RELATION)]
        found += [f"{part}: {fault}" for fault in _sheet(trees[part], looks)]
    return found


def _fit_for_a_tab(title: str) -> bool:
    quoted = title.startswith("'") or title.endswith("'")
    return 0 < len(title) <= LONGEST_NAME and not re.search(r"[\[\]:*?/\\]", title) and not quoted


def _sheet(sheet: ElementTree.Element, looks: int) -> list[str]:
    tags = [child.tag.removeprefix(MAIN) for child in sheet]
    places = [ORDER.index(tag) if tag in ORDER else -1 for tag in tags]
    found = [] if places == sorted(places) and -1 not in places else [f"order of {tags}"]
    header = sheet.find(f"{MAIN}headerFooter")
    for each in header if header is not None else ():
        if len(each.text or "") > LONGEST_HEADER:
            found.append(f"{each.tag.removeprefix(MAIN)} of {len(each.text or '')} characters")
    before = 0
    for row in sheet.find(f"{MAIN}sheetData"):  # type: ignore[union-attr]
        number = int(row.get("r", 0))
        if not before < number <= LAST_ROW:
            found.append(f"row {number} after {before}")
        before = number
        found += _cells(row, number, looks)
    return found


def _cells(row: ElementTree.Element, number: int, looks: int) -> list[str]:
    found, before = [], 0
    for cell in row:
        place = CELL.fullmatch(cell.get("r", ""))
        column = _column(place[1]) if place else 0
        if place is None or int(place[2]) != number or column <= before:
            found.append(f"cell {cell.get('r')} in row {number}")
        before = column
        if int(cell.get("s", 0)) >= looks:
            found.append(f"cell {cell.get('r')}: no look {cell.get('s')}")
        found += [f"cell {cell.get('r')}: {fault}" for fault in _value(cell)]
    return found


def _value(cell: ElementTree.Element) -> list[str]:
    kind, children = cell.get("t", "n"), [child.tag.removeprefix(MAIN) for child in cell]
    if "f" in children:
        return ["a formula"]
    if kind == "inlineStr":
        text = "".join(cell.itertext())
        right = children == ["is"] and len(text.encode("utf-16-le")) // 2 <= LONGEST_TEXT
        return [] if right else [f"{children}, {len(text)} characters"]
    if kind == "n" and children in ([], ["v"]):
        try:
            float(cell.findtext(f"{MAIN}v") or 0)
        except ValueError:
            return [f"no number: {cell.findtext(f'{MAIN}v')}"]
        return []
    return [f"kind {kind} with {children}"]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
