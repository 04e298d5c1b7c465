"""Files as they really look, and files that are none."""

import io
import zipfile
from datetime import date

import pytest

from lianzhen.importing.limits import Unreadable
from lianzhen.importing.reading import read
from lianzhen.importing.tests.books import xlsx


def refusal(raw: bytes, name: str) -> str:
    with pytest.raises(Unreadable) as caught:
        read(raw, name)
    return str(caught.value)


def texts(raw: bytes, name: str = "表.xlsx") -> list[list[str]]:
    return [line.cells for line in read(raw, name)[0].lines]


def repacked(raw: bytes, change) -> bytes:
    """The same workbook with its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, change(entry, old.read(entry)))
    return out.getvalue()


def test_texts_numbers_dates_and_truths():
    raw = xlsx([["村", 13900001402, date(2018, 5, 1), True, 1200.5, None, "=1+1"]])
    assert texts(raw)[0][:5] == ["村", "13900001402", "2018-05-01", "是", "1200.5"]


def test_a_formula_counts_with_the_value_shown_and_is_told_of_without_one():
    raw = xlsx([["人口", "=40+2"], ["x"]])
    assert texts(raw)[0] == ["人口"]
    assert "公式" in read(raw, "a.xlsx")[0].remarks[0]

    def with_value(entry, content):
        return content.replace(b"<v />", b"<v>42</v>").replace(b"<v></v>", b"<v>42</v>").replace(b"<v/>", b"<v>42</v>")

    assert texts(repacked(raw, with_value))[0] == ["人口", "42"]


def test_merged_cells_speak_for_every_row():
    def merge(sheet):
        sheet.merge_cells("A2:A3")

    assert texts(xlsx([["村", "网格"], ["示例一村", 1], [None, 2]], merge))[2] == ["示例一村", "2"]


def test_hidden_rows_are_read_and_marked():
    def hide(sheet):
        sheet.row_dimensions[2].hidden = True

    lines = read(xlsx([["村"], ["甲"], ["乙"]], hide), "a.xlsx")[0].lines
    assert [line.hidden for line in lines] == [False, True, False]


def test_empty_rows_keep_the_numbers_of_the_others():
    lines = read(xlsx([["村"], [], [], ["乙"]]), "a.xlsx")[0].lines
    assert [line.number for line in lines] == [1, 4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_every_encoding(encoding):
    raw = "村,姓名\r\n示例一村,喆\r\n".encode(encoding)
    assert texts(raw, "a.csv") == [["村", "姓名"], ["示例一村", "喆"]]


@pytest.mark.parametrize("name", ["a.xls", "a.et", "a.xlsx"])
def test_the_old_formats_say_what_to_do(name):
    assert "请用WPS另存为 .xlsx 后再上传" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, name)


def test_a_file_with_a_password_says_what_to_do():
    raw = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100 + "EncryptedPackage".encode("utf-16-le")
    assert "密码" in refusal(raw, "a.xlsx")


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"\x07rubbish" * 1000, "a.xlsx"),
        (b"PK\x03\x04" + b"\x99" * 5000, "a.xlsx"),
        (b"\x00\x01\x02" * 50, "a.csv"),
        (b"", "a.xlsx"),
        (b"just text", "a.docx"),
        (b"\n\n\n", "a.csv"),
    ],
)
def test_rubbish_gets_a_sentence(raw, name):
    assert refusal(raw, name).endswith("。")


def test_twenty_megabytes_of_rubbish():
    assert "20MB" in refusal(b"x" * (20 * 1024 * 1024 + 1), "a.xlsx")


def test_another_zip_is_no_workbook():
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as file:
        file.writestr("word/document.xml", "<x/>")
    assert "不是 xlsx" in refusal(box.getvalue(), "a.xlsx")


def test_a_zip_bomb_is_not_unpacked():
    raw = repacked(xlsx([["村"]]), lambda entry, content: content)
    box = io.BytesIO(raw)
    with zipfile.ZipFile(box, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet9.xml", b"0" * (151 * 1024 * 1024))
    assert len(box.getvalue()) < 1024 * 1024
    assert "展开后太大" in refusal(box.getvalue(), "a.xlsx")


def test_entities_are_refused():
    def bomb(entry, content):
        if entry != "xl/workbook.xml":
            return content
        return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + content.split(b"?>", 1)[-1]

    assert "打不开" in refusal(repacked(xlsx([["村"]]), bomb), "a.xlsx")


def test_a_broken_part_is_refused():
    def cut(entry, content):
        return content[: len(content) // 2] if entry.endswith("sheet1.xml") else content

    assert "打不开" in refusal(repacked(xlsx([["村"]] * 50), cut), "a.xlsx")


def test_a_million_formatted_empty_rows_are_nothing():
    def stretch(entry, content):
        if not entry.endswith("sheet1.xml"):
            return content
        empty = b"".join(b'<row r="%d" s="1" customFormat="1"/>' % n for n in range(3, 1_000_003))
        return content.replace(b"</sheetData>", empty + b"</sheetData>")

    assert texts(repacked(xlsx([["村"], ["示例一村"]]), stretch)) == [["村"], ["示例一村"]]


def test_three_hundred_columns_are_refused():
    assert "有300列，最多100列" in refusal(xlsx([list(range(1, 301))]), "a.xlsx")


def test_too_many_rows_are_refused():
    raw = ("村\n" + "甲\n" * 10_200).encode()
    assert "分成几个文件" in refusal(raw, "a.csv")
