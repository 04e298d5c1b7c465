"""Titles and names in lines (GB/T 9704, 7.3.1), and what of a paper stays together when its pages are cut."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from appraisal.papers.content import (
    OFFICIAL,
    PLAIN,
    RIGHT,
    Column,
    Ending,
    Heading,
    Masthead,
    Paper,
    Paragraph,
    Signatures,
    Table,
    paragraph,
    row,
)
from appraisal.papers.html import render
from appraisal.papers.keeping import SHORT, TOGETHER, parts
from appraisal.papers.lines import (
    FEWEST,
    agency_lines,
    balanced,
    printer_lines,
    signed,
    signers_across,
    title_width,
    unit_lines,
)
from appraisal.papers.measures import CHARACTERS, width_of

MOST = 20
#: What titles are made of; nothing of it may be cut.
_PIECES = "关于 荷叶镇 荷叶塘新村 2018年 10月18日 第42周 第四季度 39个 《联村工作考核办法》 （试行） 联村工作 领导小组"
PIECES = st.sampled_from([*_PIECES.split(), "办公室", "情况", "考核结果的", "通报", "汇报", "和", "、"])
LONG_UNIT = "双峰县荷叶镇联村工作领导小组办公室暨社会事务综合服务中心本部"


@given(st.text("联村工作的通报第季度月2018、（）《》关于和a 😀", min_size=1, max_size=120), st.integers(8, 28))
def test_nothing_is_lost_and_every_line_fits(text, most):
    lines = balanced(text, most)
    assert "".join(lines) == text
    assert all(title_width(line) <= most for line in lines)


@given(st.lists(PIECES, min_size=3, max_size=14).map("".join))
def test_words_figures_and_book_titles_are_not_cut(text):
    lines = balanced(text, MOST)
    assume(len(lines) > 1)
    assert all(len(line) >= FEWEST for line in lines)
    assert not [line for line in lines[1:] if line[0] in "，、。：）》的"]
    for before, after in pairwise(lines):
        assert not (before[-1].isdigit() and (after[0].isdigit() or after[0] in "年月日个周"))
        assert before.count("《") == before.count("》"), lines
        assert (before[-1] + after[0]) not in ("联村", "通报", "汇报", "考核", "小组", "季度", "工作", "情况", "关于")


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("关于第42周联村工作情况的通报", ("关于第42周联村工作情况的通报",)),
        ("关于2018年第四季度联村工作讲评结果的通报", ("关于2018年第四季度", "联村工作讲评结果的通报")),
        ("荷叶镇2018年1月1日至9月30日联村工作情况汇报", ("荷叶镇2018年1月1日至9月30日", "联村工作情况汇报")),
        (
            "关于印发《荷叶镇联村工作考核办法（试行）》和进一步做好2018年度联村工作的通知",
            ("关于印发", "《荷叶镇联村工作考核办法（试行）》", "和进一步做好2018年度联村工作的通知"),
        ),
    ],
)
def test_titles_of_this_office(title, lines):
    assert balanced(title, MOST) == lines


def test_a_unit_of_thirty_characters_stands_in_two_lines_of_one_look():
    assert len(LONG_UNIT) == 30
    day = "2018年10月22日"
    for lines, last in ((unit_lines(LONG_UNIT, day), CHARACTERS), (printer_lines(LONG_UNIT, f"{day}印发"), 29)):
        assert len(lines) == 2
        assert min(map(len, lines)) >= 10
        assert width_of(lines[-1] + day) <= last
    assert unit_lines("示例镇联村工作办", day) == ("示例镇联村工作办",)
    points, agency = agency_lines(Masthead(OFFICIAL, f"中共{LONG_UNIT}文件"))
    assert all(width_of(line) * points <= 442 for line in agency)
    assert agency_lines(Masthead(OFFICIAL, "示例镇联村工作领导小组文件"))[1] == ("示例镇联村工作领导小组文件",)


@pytest.mark.parametrize("unit", ["示例镇", "示例镇联村工作领导小组", LONG_UNIT])
def test_the_name_is_centred_above_the_day_and_stays_on_the_sheet(unit):
    day = "2018年10月18日"
    found = signed(unit, day)
    for line, right in zip(found.lines, found.beside, strict=True):
        assert abs((right + width_of(line) / 2) - (found.day_beside + width_of(day) / 2)) < 0.01
        assert right >= 2
        assert right + width_of(line) <= CHARACTERS
    assert found.day_beside >= 4


def test_signers_have_room_to_sign():
    assert signers_across(("制表", "审核", "审批")) == 3
    assert signers_across(("村支部书记", "联村工作指导员", "联村工作办", "镇党委")) == 2
    assert signers_across(()) == 1


# --- What stays together ------------------------------------------------------------------------
def table(rows: int, **more) -> Table:
    return Table((Column("村", 100), Column("元", 56, RIGHT)), tuple(row(f"{n}村", "1") for n in range(rows)), **more)


def paper(*blocks, unit: str = "") -> Paper:
    return Paper("题", blocks, Masthead(PLAIN), Ending(unit=unit, day="2018年10月18日" if unit else ""))


@given(
    st.lists(
        st.one_of(
            st.builds(paragraph, st.text("村", max_size=90), align=st.sampled_from(["", RIGHT])),
            st.builds(Heading, st.just("一、")),
            st.builds(
                table, st.integers(0, 40), total=st.sampled_from([(), row("合计", "1")]), note=st.text("注", max_size=1)
            ),
            st.just(Signatures(("制表",))),
        ),
        max_size=8,
    ),
    st.sampled_from(["", "示例镇"]),
)
def test_nobody_signs_on_a_page_that_holds_nothing_else(blocks, unit):
    """Going back from whoever signs, nothing is cut off before two lines of text or two rows."""
    made = parts(paper(*blocks, unit=unit))
    written = [block for part in made for block in (part.block, *part.tail)]
    assert written == list(blocks)
    ends = [n for n, part in enumerate(made) if isinstance(part.block, Signatures)]
    ends += [len(made)] if unit and not any(part.ends for part in made) else []
    for end in ends:
        beside = 0
        for part in reversed(made[:end]):
            if beside >= TOGETHER:
                break
            assert part.following
            if isinstance(part.block, Table):
                beside = TOGETHER
            elif isinstance(part.block, Paragraph) and part.block.align != RIGHT:
                beside += 1 + int(max(0, width_of(part.block.text)) // CHARACTERS)
    for part in made:
        if part.tail or part.ends or part.following:
            rows = len(part.block.rows) if isinstance(part.block, Table) else 0
            assert part.kept_rows >= {*range(max(0, rows - TOGETHER), rows)}


def test_a_short_table_is_whole_and_a_long_one_is_cut_in_its_middle_alone():
    short, long = (parts(paper(table(count)))[0] for count in (SHORT, SHORT + 20))
    assert (short.whole, long.whole) == (True, False)
    assert short.kept_rows == {*range(SHORT - 1)}
    assert long.kept_rows == {0, SHORT + 18}
    # Its heading, and the sentence over it, go with the short one.
    over = parts(paper(Heading("二、驻村"), paragraph("各组驻村全部达标。"), table(3), paragraph("后文。")))
    assert [part.following for part in over] == [True, True, False, False]


def test_on_paper_a_list_is_signed_in_its_own_last_row():
    made = paper(table(9, total=row("合计", "9")), paragraph("合计（大写）：玖元整"), Signatures(("制表", "审核")))
    sheet, screen = (render(made, links=links) for links in (False, True))
    closing = sheet[sheet.index('<td class="pp-closing"') : sheet.index("</table>")]
    assert "玖元整" in closing
    assert "审核：" in closing
    assert sheet.count("pp-keep") == 4  # the first row, the last two, their sum
    assert "pp-keep" not in screen
    assert screen.index("</table>") < screen.index("玖元整")
    # A paragraph of text between them signs for itself.
    apart = replace(made, blocks=(*made.blocks[:1], Heading("三、其他"), *made.blocks[1:]))
    assert "pp-closing" not in render(apart, links=False)
