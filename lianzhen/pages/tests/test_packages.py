"""Exports open without repair: their parts are judged as WPS, Excel and LibreOffice judge them; where LibreOffice
is at hand it is asked too. And the judges, of workbooks and of papers, see what they are there to see."""

from __future__ import annotations

import io
import shutil
import subprocess
import tracemalloc
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lianzhen.accounts.roles import Role
from lianzhen.pages.tests import word_packages
from lianzhen.pages.tests.packages import faults
from lianzhen.pages.tests.test_exports import LISTS, ONCE_BEGUN, url_of
from lianzhen.pages.tests.test_workbooks import AT, written
from lianzhen.pages.workbooks import About, Heading, write_workbook

ODD = [
    "=1+1",
    "<r>",
    "]]>",
    "\x01\x1f",
    "&#0;",
    "_x000D_",
    "😀" * 40_000,
    "'",
    "长" * 40_000,
    -1,
    10**16,
    0.1,
]
SHEET = "xl/worksheets/sheet1.xml"


def spoilt(change: dict[str, tuple[str, str]]) -> bytes:
    """A sound workbook with words of its parts replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written(["一", 2]))) as parts, zipfile.ZipFile(made, "w") as copy:
        for name in parts.namelist():
            text = parts.read(name).decode()
            was, becomes = change.get(name, ("", ""))
            assert was in text
            copy.writestr(name, text.replace(was, becomes, 1) if was else text)
    return made.getvalue()


@pytest.mark.parametrize("name", [name for name in LISTS if name not in ONCE_BEGUN])
def test_every_list_opens_without_repair(name, cast, sign_in):
    answer = sign_in(Role.OFFICE_LEAD).post(url_of(name))
    assert faults(b"".join(answer.streaming_content)) == []


@pytest.mark.parametrize("value", [*ODD, Decimal("1.5"), date(1800, 1, 1), date(9999, 12, 31)])
def test_whatever_stands_in_a_cell(value):
    assert faults(written([value, "ok"])) == []


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
@example("\ufffe")
@example("&G")
@example("0" * 20 + "\U00010000" * 6)
def test_whatever_a_title_says(text):
    about = About(title=text, unit=text, by=text, at=AT)
    assert faults(written([text], [Heading(text)], about)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({SHEET: ("<t>一</t>", "<t>一</b>")}, "mismatched"),
        ({SHEET: ('r="A3"', 'r="A2"')}, "cell A2 in row 3"),
        ({SHEET: ('<row r="3"', '<row r="2"')}, "row 2 after 2"),
        ({SHEET: ("<v>2</v>", "<v>zwei</v>")}, "no number"),
        ({SHEET: ("<v>2</v>", "<f>1+1</f><v>2</v>")}, "a formula"),
        ({SHEET: (' s="1"', ' s="99"')}, "no look 99"),
        ({SHEET: ("<sheetData>", "<pageMargins/><sheetData>")}, "order of"),
        ({"xl/workbook.xml": ('name="导出说明"', 'name="示例清单"')}, "sheets of one name"),
        ({"xl/workbook.xml": ('name="示例清单"', 'name="示例/清单"')}, "name"),
        ({"xl/_rels/workbook.xml.rels": ("worksheets/sheet1.xml", "worksheets/sheet9.xml")}, "is not there"),
        ({"[Content_Types].xml": ('PartName="/xl/styles.xml"', 'PartName="/xl/other.xml"')}, "not there"),
    ],
)
def test_the_judge_sees(change, fault):
    assert faults(written(["一", 2])) == []
    try:
        found = faults(spoilt(change))
    except KeyError as part:  # a part that the book names and that is not there
        found = [f"{part} is not there"]
    assert [each for each in found if fault in each], found


TABLE = '<w:tbl><w:tblGrid><w:gridCol w:w="90"/></w:tblGrid><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>'
LINE = '<w:p><w:pPr><w:keepNext/><w:jc w:val="left"/></w:pPr><w:r><w:t>一</w:t></w:r></w:p>'
WORD_TEXT = f"{LINE}{TABLE.format('<w:p/>')}<w:p/>"


def document(text: str) -> bytes:
    """The least that Word opens."""
    main = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    kinds = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        parts.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{kinds}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="a/b"/></Types>',
        )
        parts.writestr("_rels/.rels", f'<Relationships xmlns="{kinds}/relationships"/>')
        parts.writestr("word/styles.xml", f'<w:styles {main}><w:style w:styleId="a"/></w:styles>')
        parts.writestr(
            "word/document.xml",
            f'<w:document {main} xmlns:r="{office}"><w:body>{text}<w:sectPr/></w:body></w:document>',
        )
    return made.getvalue()


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ('<w:keepNext/><w:jc w:val="left"/>', '<w:jc w:val="left"/><w:keepNext/>', "order of pPr"),
        ("<w:keepNext/>", "<w:keepNext/><w:keepNext/>", "keepNext twice"),
        ("<w:keepNext/>", "<w:colour/>", "holds"),
        ("<w:keepNext/>", '<w:pStyle w:val="b"/>', "no style b"),
        ("<w:keepNext/>", '<w:spacing w:line="12.5"/>', "line=12.5"),
        ("<w:t>一", "<w:t> 一", "blanks are lost"),
        ("<w:t>一", '<w:fldChar w:fldCharType="begin"/><w:t>一', "without its end"),
        ("<w:t>一", '<w:drawing r:embed="rId1"/><w:t>一', "no relation rId1"),
        ("<w:tc><w:p/></w:tc>", "<w:tc></w:tc>", "tc does not end with a paragraph"),
        ("<w:tc><w:p/></w:tc>", "<w:tc><w:p/></w:tc><w:tc><w:p/></w:tc>", "2 of 1 columns"),
        ("<w:tc><w:p/>", '<w:tc><w:tcPr><w:tcW w:w="80"/></w:tcPr><w:p/>', "as wide as no columns"),
        ("</w:tbl>", f"</w:tbl>{TABLE.format('<w:p/>')}", "tables touch"),
        ("</w:tbl><w:p/>", "</w:tbl>", "body does not end with a paragraph"),
    ],
)
def test_the_judge_of_papers_sees(was, becomes, fault):
    assert word_packages.faults(document(WORD_TEXT)) == []
    assert was in WORD_TEXT
    found = word_packages.faults(document(WORD_TEXT.replace(was, becomes, 1)))
    assert [each for each in found if fault in each], found


def test_a_long_list_needs_no_more_memory_than_a_short_one():
    """100,000 rows stream: what is held is a portion and the writer's buffers."""

    def most(portions):
        rows = [[f"示例{n}村", n, date(2018, 10, 18), "19900000000", "说明" * 10] for n in range(1000)]
        headings = [Heading(title) for title in "村数日电说"]
        with io.BytesIO() as file:
            tracemalloc.start()
            write_workbook(file, About("长表", "镇", "甲", AT), headings, (rows for _ in range(portions)), lambda n: [])
            held = tracemalloc.get_traced_memory()[1] - len(file.getvalue())
            tracemalloc.stop()
        return held

    few, many = most(2), most(20)
    assert many < few + 3_000_000


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not at hand")
def test_libreoffice_reads_it_and_lays_it_on_a4(tmp_path, cast, sign_in):
    answer = sign_in(Role.OFFICE_LEAD).post(reverse("grid_list"))
    (tmp_path / "grids.xlsx").write_bytes(b"".join(answer.streaming_content))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    for form in ("pdf", "xlsx:Calc MS Excel 2007 XML:UTF8"):
        command = ["soffice", profile, "--headless", "--convert-to", form, "--outdir", "out", "grids.xlsx"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=300)
    assert (tmp_path / "out" / "grids.pdf").read_bytes().startswith(b"%PDF")
    mine, theirs = (
        [[cell.value for cell in row] for row in openpyxl.load_workbook(path).worksheets[0].iter_rows()]
        for path in (tmp_path / "grids.xlsx", tmp_path / "out" / "grids.xlsx")
    )
    assert theirs == mine
