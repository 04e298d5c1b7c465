"""The list of villages that a town starts from."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhen.demo.plan import VILLAGE_FILE, grid_numbers, village_rows
from lianzhen.village_file import parse_villages, read_villages

GOOD = "code,name,kind\n431321101001,贺家坳社区,社区\n431321101208,龙吟村,村\n"


def test_the_real_units():
    rows, problems = read_villages(VILLAGE_FILE)
    assert problems == []
    assert len(rows) == 39
    assert sum(row.is_community for row in rows) == 2
    assert len({row.code for row in rows}) == 39


def test_chinese_headers_and_districts():
    rows, problems = parse_villages("统计代码,名称,类别,片区\n431321101208,龙吟村,村,第一片区\n")
    assert problems == []
    assert (rows[0].name, rows[0].district) == ("龙吟村", "第一片区")


def test_saved_by_wps_in_gb18030(tmp_path: Path):
    file = tmp_path / "村.csv"
    file.write_bytes(GOOD.encode("gb18030"))
    assert [row.name for row in read_villages(file)[0]] == ["贺家坳社区", "龙吟村"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "文件里没有内容"),
        ("a,b\n1,2\n", "第1行表头里没有“统计代码”“名称”一列"),
        ("code,name\n", "表头下面没有一行村的数据"),
        ("code,name\n12345,龙吟村\n", "第2行：统计代码应为12位数字，现在是“12345”"),
        ("code,name\n431321101208,\n", "第2行：没有名称"),
        (GOOD + "431321101208,别村,村\n", "第4行：统计代码与第3行重复"),
        (GOOD + "431321101209,龙吟村,村\n", "第4行：名称与第3行重复"),
        (GOOD + "431021110209,他村,村\n", "不是同一个镇"),
    ],
)
def test_problems_are_named_by_line(text, sentence):
    assert sentence in "".join(parse_villages(text)[1])


@given(st.text(max_size=200))
def test_rubbish_is_answered_with_sentences(text):
    rows, problems = parse_villages(text)
    assert rows or problems


@pytest.mark.parametrize("count", [1, 3, 39, 600])
def test_demo_rows_of_any_size(count):
    rows = village_rows(count)
    assert len({row.code for row in rows}) == len({row.name for row in rows}) == count
    assert all(len(row.code) == 12 for row in rows)


def test_the_town_has_at_least_207_grids():
    assert sum(grid_numbers(39)) >= 207
