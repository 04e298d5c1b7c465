"""Cells are what they say they are, and nothing in them is ever evaluated."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from lianzhen.pages.workbooks import About, Heading, safe_name, write_workbook

AT = datetime(2026, 11, 23, 9, 5, tzinfo=timezone.get_default_timezone())
ABOUT = About(title="示例清单", unit="荷叶镇", by="甲办", at=AT)


def written(values, headings=None, about=ABOUT):
    """Write a column of values; answer the file's bytes."""
    file = io.BytesIO()
    headings = headings or [Heading("列")]
    rows = [[value] for value in values]
    write_workbook(file, about, headings, iter([rows] if rows else []), lambda n: [("表名", about.title), ("行数", n)])
    return file.getvalue()


def cell(value):
    book = openpyxl.load_workbook(io.BytesIO(written([value])))
    return book.worksheets[0]["A2"]


# --- What each kind of value becomes ----------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "kind", "shape", "held"),
    [
        ("示例一村", "s", "@", "示例一村"),
        ("431321101901", "s", "@", "431321101901"),
        ("199****1001", "s", "@", "199****1001"),
        (1200, "n", "#,##0", 1200),
        (0, "n", "#,##0", 0),
        (Decimal("1.50"), "n", "#,##0.00", 1.5),
        (Decimal("96"), "n", "#,##0", 96),
        (10**15, "s", "@", "1000000000000000"),
        (True, "s", "@", "是"),
        (False, "s", "@", "否"),
        (date(2026, 3, 4), "d", "yyyy-mm-dd", datetime(2026, 3, 4)),
        (AT, "d", "yyyy-mm-dd hh:mm", datetime(2026, 11, 23, 9, 5)),
        (date(1870, 1, 1), "s", "@", "1870-01-01"),
        (None, "n", "General", None),
        ("", "n", "General", None),
    ],
)
def test_a_value_becomes_a_cell_of_its_kind(value, kind, shape, held):
    found = cell(value)
    assert (found.data_type, found.number_format, found.value) == (kind, shape, held)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+8613800000000",
        "-5",
        "@SUM(A1)",
        "\t=1",
        "{=1}",
        "http://example.com",
        "<r>x</r>",
    ],
)
def test_what_looks_like_a_formula_or_link_stays_text(text):
    whole = written([text, "x" * 300 + text])
    book = openpyxl.load_workbook(io.BytesIO(whole))
    found = book.worksheets[0]["A2"]
    assert found.data_type == "s"
    assert found.value.strip() == text.strip()
    assert found.hyperlink is None
    with zipfile.ZipFile(io.BytesIO(whole)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_a_text_too_long_to_be_marked_as_text_is_quoted():
    assert cell("=" + "长" * 300).quotePrefix


@settings(max_examples=60)
@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_any_text_comes_back_and_the_file_opens(text):
    found = cell(text)
    assert found.data_type in ("s", "n" if found.value is None else "s")
    if text.isprintable() and not text.startswith("<r>"):
        assert found.value == text


def test_a_text_longer_than_a_cell_is_cut_and_not_lost():
    assert len(cell("长" * 40_000).value) == 32_767


# --- The sheet ----------------------------------------------------------------------------------
def test_ready_to_look_at_and_to_print():
    headings = [Heading("村"), Heading("人口", "number")]
    file = io.BytesIO()
    write_workbook(file, ABOUT, headings, [[["示例一村", 5]], [["示例二村", 6]]], lambda n: [("行数", n)])
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    assert sheet.title == "示例清单"
    assert [c.value for c in sheet[1]] == ["村", "人口"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B3"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.orientation != "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToWidth in (None, 1)  # one page wide is the format's default
    assert sheet.page_setup.fitToHeight == 0
    assert "示例清单" in sheet.oddHeader.center.text
    assert "&P" in sheet.oddFooter.center.text
    assert (book.properties.title, book.properties.creator) == ("示例清单", "甲办")
    assert [[c.value for c in row] for row in book["导出说明"]] == [["行数", 2]]


def test_a_wide_table_lies_on_its_side_and_long_texts_wrap():
    file = io.BytesIO()
    row = ["很长的事由" * 20, "事由" * 15, "其他" * 15]
    write_workbook(file, ABOUT, [Heading("甲"), Heading("乙"), Heading("丙")], [[row]], lambda n: [])
    sheet = openpyxl.load_workbook(file).worksheets[0]
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.column_dimensions["A"].width < 45
    assert sheet["A2"].alignment.wrap_text


def test_a_chinese_column_is_wide_enough_and_a_narrow_one_narrow():
    sheet = openpyxl.load_workbook(io.BytesIO(written(["示例村红白喜事理事会"]))).worksheets[0]
    assert 22 <= sheet.column_dimensions["A"].width <= 25
    sheet = openpyxl.load_workbook(io.BytesIO(written([1]))).worksheets[0]
    assert sheet.column_dimensions["A"].width < 8


def test_an_empty_table_has_its_header():
    book = openpyxl.load_workbook(io.BytesIO(written([])))
    assert [[c.value for c in row] for row in book.worksheets[0]] == [["列"]]
    assert book["导出说明"]["B2"].value == 0


def test_a_title_is_safe_as_a_name_and_in_the_header():
    assert safe_name('村/组[1]*:"?') == "村组1"
    assert safe_name("///") == "清单"
    about = About(title="A&B/" + "长" * 80, unit="甲&乙", by="甲办", at=AT)
    sheet = openpyxl.load_workbook(io.BytesIO(written(["x"], about=about))).worksheets[0]
    assert len(sheet.title) == 31


def test_nothing_is_left_behind_when_it_breaks(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def broken():
        yield [["一"]]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_workbook(io.BytesIO(), ABOUT, [Heading("列")], broken(), lambda n: [])
    assert list(tmp_path.iterdir()) == []
