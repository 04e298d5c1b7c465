"""What stands on the clipboard of WPS, read and written."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhen.pages.blocks import read_block, write_block

CELLS = st.text(alphabet='ab示"\t\r\n 1', max_size=6)
BLOCKS = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=5)


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("", []),
        ("a\tb\r\nc\td\r\n", [["a", "b"], ["c", "d"]]),
        ("a\rb\nc", [["a"], ["b"], ["c"]]),
        ("a\n\nb\n", [["a"], [""], ["b"]]),
        ("a\n\n", [["a"], [""]]),
        ("\ta\t", [["", "a", ""]]),
        ('"上\r\n下"\t"说""好"""', [["上\r\n下", '说"好"']]),
        ('"没有关上\t示例\n', [['"没有关上', "示例"]]),
        ('半"截"\t1', [['半"截"', "1"]]),
    ],
)
def test_rows_cells_and_quotation_marks(text, block):
    assert read_block(text) == block


@given(BLOCKS)
def test_what_is_written_is_read_back(rows):
    assert read_block(write_block(rows)) == rows


@given(st.text(alphabet='a"\t\n\r', max_size=40))
def test_nothing_typed_is_lost(text):
    kept = "".join(cell for row in read_block(text) for cell in row)
    assert kept.replace('"', "").replace("\n", "").replace("\r", "").replace("\t", "") == "a" * text.count("a")


def test_rubbish_takes_no_longer_than_a_sheet():
    started = time.process_time()
    for rubbish in ('"' * 300_001, '\t"a' * 100_000, '"a\n' * 100_000, '""' * 100_000 + "a"):
        read_block(rubbish)
    assert time.process_time() - started < 10
