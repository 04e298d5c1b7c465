"""Every bad file that an office can come by, sent through the page: a sentence, never an error of the server,
nothing lost and nothing half-written."""

from __future__ import annotations

import io
import random
import re
import time
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhen.accounts.roles import Role
from lianzhen.importing.limits import Unreadable
from lianzhen.importing.models import ImportBatch, ImportRow
from lianzhen.importing.reading import read
from lianzhen.importing.tests.books import row_at, sentences, taken_in, upload, uploaded, xlsx
from lianzhen.importing.tests.test_reading import repacked
from villages.models import Person

HEAD = ["姓名", "村", "手机"]
GOOD = ["陶示例", "示例一村", "19911110001"]
MEGABYTE = 1024 * 1024


@pytest.fixture
def office(sign_in):
    return sign_in(Role.OFFICE)


def rubbish(size: int, start: bytes = b"") -> bytes:
    return start + random.Random(1).randbytes(size - len(start))


def bomb() -> bytes:
    """150 MB of noughts in less than 1 MB."""
    box = io.BytesIO(xlsx([HEAD, GOOD]))
    with zipfile.ZipFile(box, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet9.xml", b"0" * (151 * MEGABYTE))
    return box.getvalue()


def formatted(rows: int) -> bytes:
    """A list below which so many rows are formatted and empty, a cell in each."""

    def stretch(entry: str, content: bytes) -> bytes:
        if not entry.endswith("sheet1.xml"):
            return content
        empty = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, rows + 3))
        return content.replace(b"</sheetData>", empty + b"</sheetData>")

    return repacked(xlsx([HEAD, GOOD]), stretch)


# --- Refused with a sentence ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("make", "name", "sentence"),
    [
        (lambda: rubbish(20 * MEGABYTE), "名册.xlsx", "这个文件打不开"),
        (lambda: rubbish(20 * MEGABYTE, b"PK\x03\x04"), "名册.xlsx", "这个文件打不开"),
        (lambda: rubbish(20 * MEGABYTE, b"\xd0\xcf\x11\xe0"), "名册.xlsx", "旧格式的表格"),
        (lambda: rubbish(20 * MEGABYTE), "名册.csv", "文件不是文字"),
        (lambda: rubbish(20 * MEGABYTE + 1), "名册.xlsx", "文件超过20MB"),
        (bomb, "名册.xlsx", "文件展开后太大"),
        (lambda: xlsx([list(range(300)), list(range(300))]), "名册.xlsx", "有300列，最多100列"),
        (lambda: ("姓名,村\n" + "陶示例,示例一村\n" * 10_200).encode(), "名册.csv", "请分成几个文件"),
        (lambda: ("," * 5_000_000).encode(), "名册.csv", "没有内容"),
        (lambda: ("甲," * 5_000_000).encode(), "名册.csv", "最多100列"),
        (lambda: ("甲" * 3_000_000).encode(), "名册.csv", "不是逗号分隔的表格"),
        (lambda: b"", "名册.xlsx", "文件是空的"),
        (lambda: xlsx([]), "名册.xlsx", "文件里没有内容"),
    ],
    ids=[
        "rubbish",
        "rubbish like a zip",
        "rubbish like an old workbook",
        "rubbish csv",
        "a byte too much",
        "bomb",
        "300 columns",
        "too many rows",
        "commas",
        "one endless line",
        "one endless cell",
        "empty file",
        "empty workbook",
    ],
)
def test_a_file_that_cannot_be_taken(office, make, name, sentence, tmp_path):
    page = upload(office, "people", make(), name)
    assert page.status_code == 422
    assert sentence in page.context["form"].errors["file"][0]
    assert page.context["form"]["kind"].value() == "people"  # what was chosen stays chosen
    assert not ImportBatch.objects.exists()
    assert not list((tmp_path / "imports").glob("*"))


def test_a_million_empty_formatted_rows_are_read_in_little_memory(office):
    raw = formatted(1_000_000)
    assert len(raw) < 20 * MEGABYTE
    tracemalloc.start()
    sheet = read(raw, "名册.xlsx")[0]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [line.cells for line in sheet.lines] == [HEAD, GOOD]
    assert peak < 60 * MEGABYTE
    begun = time.process_time()
    batch = uploaded(office, "people", raw)
    assert batch.counts()["new"] == 1
    assert time.process_time() - begun < 30


# --- Taken, and asked about -----------------------------------------------------------------------
def test_a_csv_of_one_line(office):
    batch = uploaded(office, "people", b"x", "名册.csv")
    assert office.get(f"/imports/{batch.pk}/map/").status_code == 200
    page = office.post(f"/imports/{batch.pk}/map/", {"do": "columns", "col_name": "0", "fix_place": "示例一村"})
    assert page.status_code == 422
    assert "表头下面没有数据" in page.content.decode()
    assert not ImportRow.objects.exists()


def test_the_wrong_sheet(office):
    """A sheet that holds something else is told of; another is chosen and nothing is lost."""
    batch = uploaded(office, "people", xlsx([["月份", "金额"], [1, 200]], more={"名单": [HEAD, GOOD]}))
    url = f"/imports/{batch.pk}/map/"
    office.post(url, {"do": "sheet", "sheet": "Sheet1"})
    page = office.post(url, {"do": "columns"})
    assert page.status_code == 422
    assert "还没有对应姓名、村或站所" in page.content.decode()
    assert office.post(url, {"do": "sheet", "sheet": "没有这张"}).status_code == 422
    assert office.post(url, {"do": "sheet", "sheet": "名单", "header_line": "99"}).status_code == 303
    office.post(url, {"do": "columns", "col_name": "0", "col_place": "1", "col_phone": "2"})
    assert row_at(batch, 2).outcome == "new"


@pytest.mark.parametrize("line", ["99", "0", "-1", "一", "9" * 30])
def test_a_header_where_nothing_stands(office, line):
    batch = uploaded(office, "people", xlsx([["甲"], ["陶示例"]]))
    page = office.post(f"/imports/{batch.pk}/map/", {"do": "sheet", "sheet": "Sheet1", "header_line": line})
    assert page.status_code == 422
    assert "行" in page.content.decode()


def test_the_wrong_kind_is_offered_the_right_one(office):
    batch = uploaded(office, "villages", xlsx([["村", "网格", "网格长", "起任日期"], ["示例一村", 1, "陶示例", ""]]))
    page = office.get(f"/imports/{batch.pk}/check/").content.decode()
    assert row_at(batch, 2).outcome == "same"  # nothing of the village would change, and nothing else is touched
    assert "不导入的列" in page
    assert "重新上传为网格与网格长" in page
    assert "kind=grids" in page


def test_doubled_headers_are_asked_about_and_can_be_chosen(office):
    batch = uploaded(
        office, "people", xlsx([["姓名", "村", "手机", "手机"], ["陶示例", "示例一村", "", "19911110002"]])
    )
    url = f"/imports/{batch.pk}/map/"
    assert "表头里有同名的列：“手机”" in office.get(url).content.decode()
    office.post(url, {"do": "columns", "col_name": "0", "col_place": "1", "col_phone": "3"})
    taken_in(office, batch)
    assert Person.objects.get(name="陶示例").phone == "19911110002"


@pytest.mark.parametrize("chosen", ["7", "-1", "x", "9" * 30])
def test_a_column_that_is_not_there(office, chosen):
    batch = uploaded(office, "people", xlsx([["甲"], ["陶示例"]]))
    page = office.post(f"/imports/{batch.pk}/map/", {"do": "columns", "col_name": chosen, "fix_place": "示例一村"})
    assert page.status_code == 422
    assert not ImportRow.objects.exists()


@pytest.mark.parametrize("choice", ["", "|", "||", "x|y|z", "9|name", f"{'9' * 30}|name|甲", "1|_drop|", "1|no|甲"])
def test_a_forged_suggestion_changes_nothing(office, choice):
    batch = uploaded(office, "people", xlsx([HEAD, ["", "示例一村", ""]]))
    assert office.post(f"/imports/{batch.pk}/check/", {"choose": choice}).status_code in (303, 422)
    assert sentences(batch, 2) == ["请填写姓名。"] or row_at(batch, 2).outcome == "dropped"


def test_cells_typed_on_the_page_are_cut_and_judged_like_others(office):
    batch = uploaded(office, "people", xlsx([HEAD, ["", "示例一村", ""]]))
    row = row_at(batch, 2)
    for typed in ("陶" * 5000, "<script>alert(1)</script>", "\x00\u200b", "=cmd|' /C calc'!A0"):
        answer = office.post(f"/imports/{batch.pk}/check/", {f"cell-{row.pk}-name": typed})
        assert answer.status_code in (303, 422)
        page = office.get(f"/imports/{batch.pk}/check/")
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()


# --- Damaged workbooks ------------------------------------------------------------------------------
VALUES = [
    "1e999",
    "-1e308",
    "nan",
    "",
    "-1",
    "99999999999999999999",
    "é",
    "A",
    "ZZZZ99",
    "1:1",
    "s",
    "x" * 300,
]


@given(
    place=st.integers(0, 400),
    value=st.sampled_from(VALUES),
    part=st.sampled_from(["sheet1.xml", "styles.xml", "workbook.xml", "sharedStrings.xml", "workbook.xml.rels"]),
)
def test_any_value_in_any_attribute_is_read_or_refused(place, value, part):
    """Formulas of openpyxl's own file with one attribute or text replaced."""
    raw = xlsx([HEAD, [*GOOD[:2], 19911110001], ["李示例", "示例一村", 43221.5]])

    def damage(entry: str, content: bytes) -> bytes:
        if not entry.endswith(part):
            return content
        text = content.decode()
        spots = list(re.finditer(r'(?<==")[^"]*(?=")|(?<=>)[^<>]+(?=<)', text))
        spot = spots[place % len(spots)]
        return (text[: spot.start()] + value + text[spot.end() :]).encode()

    _read_or_refused(repacked(raw, damage))


@given(cut=st.integers(0, 6000), noise=st.binary(min_size=1, max_size=8))
def test_any_bytes_in_any_place_are_read_or_refused(cut, noise):
    raw = xlsx([HEAD, GOOD])
    place = cut % len(raw)
    _read_or_refused(raw[:place] + noise + raw[place + len(noise) :])


@given(raw=st.binary(max_size=400), name=st.sampled_from(["a.csv", "a.txt", "a.xlsx", "a.et", "a"]))
def test_any_bytes_are_read_or_refused(raw, name):
    _read_or_refused(raw, name)


def _read_or_refused(raw: bytes, name: str = "名册.xlsx") -> None:
    refusal, sheets = "", []
    try:
        sheets = read(raw, name)
    except Unreadable as reason:
        refusal = str(reason)
    assert refusal.endswith("。") != bool(sheets)
    assert all(isinstance(cell, str) for sheet in sheets for line in sheet.lines for cell in line.cells)
