"""The .docx of a paper: every measure of GB/T 9704 in the file itself, and nothing that Word would call damaged."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from hypothesis import given
from hypothesis import strategies as st

from appraisal.papers.content import (
    BRIEFING,
    OFFICIAL,
    PLAIN,
    RIGHT,
    Column,
    Ending,
    Heading,
    PageBreak,
    Paper,
    Signatures,
    Table,
    paragraph,
    row,
    span,
)
from appraisal.papers.sample import sample
from appraisal.papers.shipped import REQUIRED, shipped
from appraisal.papers.word import DRAFT, text_of, words_of, write
from lianzhen.pages.tests.word_packages import faults

STYLES = (BRIEFING, OFFICIAL, PLAIN)


def opened(paper, template=None, **more):
    return Document(BytesIO(write(paper, template, **more)))


def attribute(element, path, name):
    return element.find("/".join(qn(part) for part in path.split("/"))).get(qn(name))


def style_of(book, name):
    return next(style for style in book.styles if style.name == name)


def lines_of(book):
    return [text_of(one) for one in book.element.body.iter(qn("w:p"))]


@pytest.fixture(scope="module", params=STYLES)
def book(request):
    return opened(sample(request.param))


# --- Measures -----------------------------------------------------------------------------------
def test_page_and_margins(book):
    section = book.sections[0]
    assert (round(section.page_width / Mm(1)), round(section.page_height / Mm(1))) == (210, 297)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin / Mm(1)) for margin in margins] == [37, 35, 28, 26]


def test_22_lines_of_28_characters(book):
    section = book.sections[0]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")
    high = section.page_height - section.top_margin - section.bottom_margin
    wide = section.page_width - section.left_margin - section.right_margin
    body = style_of(book, "公文正文").element
    pitch = int(attribute(body, "w:pPr/w:spacing", "w:line")) * 635  # EMU in a twentieth of a point
    assert attribute(body, "w:pPr/w:spacing", "w:lineRule") == "exact"
    assert int(high // pitch) == 22
    letter = Pt(16) + int(attribute(body, "w:rPr/w:spacing", "w:val")) * 635
    assert int(wide // letter) == 28


@pytest.mark.parametrize(
    ("name", "points", "face"),
    [
        ("公文标题", 22, "方正小标宋简体"),
        ("公文正文", 16, "仿宋"),
        ("一级标题", 16, "黑体"),
        ("二级标题", 16, "楷体"),
        ("三级标题", 16, "仿宋"),
        ("四级标题", 16, "仿宋"),
        ("表格文字", 12, "仿宋"),
        ("表头文字", 12, "黑体"),
        ("报尾", 14, "仿宋"),
        ("页码", 14, "宋体"),
    ],
)
def test_sizes_and_faces(book, name, points, face):
    style = style_of(book, name).element
    assert attribute(style, "w:rPr/w:sz", "w:val") == str(2 * points)
    assert attribute(style, "w:rPr/w:rFonts", "w:eastAsia") == face


def test_body_is_indented_by_two_characters(book):
    assert attribute(style_of(book, "公文正文").element, "w:pPr/w:ind", "w:firstLineChars") == "200"


def test_every_run_and_style_names_its_east_asian_face(book):
    roots = [book.element.body, book.styles.element, *(part._element for part in footers(book))]
    marks = [mark for root in roots for mark in root.iter(qn("w:rPr"))]
    assert len(marks) > 300
    assert all(mark.find(qn("w:rFonts")).get(qn("w:eastAsia")) for mark in marks)
    assert attribute(book.styles.element, "w:docDefaults/w:rPrDefault/w:rPr/w:lang", "w:eastAsia") == "zh-CN"


def footers(book):
    return [book.sections[0].footer, book.sections[0].even_page_footer]


def test_page_numbers_stand_outside(book):
    assert book.settings.odd_and_even_pages_header_footer
    odd, even = (part._element.find(qn("w:p")) for part in footers(book))
    for line, side in ((odd, "right"), (even, "left")):
        assert attribute(line, "w:pPr/w:jc", "w:val") == side
        assert attribute(line, "w:pPr/w:ind", f"w:{side}Chars") == "100"
        assert text_of(line) == "— 1 —"
        assert " PAGE " in [node.text for node in line.iter(qn("w:instrText"))]
    # 7 mm below the text, and the number's own five.
    below = book.sections[0].bottom_margin - book.sections[0].footer_distance
    assert 11.5 <= below / Mm(1) <= 12.5


def test_rows_are_not_cut_and_the_head_is_repeated(book):
    rows = list(book.element.body.iter(qn("w:tr")))[:40]
    assert len(rows) == 40
    assert all(one.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for one in rows)
    heads = [one.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for one in rows]
    assert heads == [True] + [False] * 39
    table = next(book.element.body.iter(qn("w:tbl")))
    assert round(int(attribute(table, "w:tblPr/w:tblW", "w:w")) * 25.4 / 1440) == 156


@pytest.mark.parametrize("style", STYLES)
def test_word_has_nothing_to_repair(style):
    for paper in (sample(style), replace(sample(style), across=True), Paper("题", (), sample(style).masthead)):
        content = write(paper, draft=True)
        assert faults(content) == []
        # Nothing of the library's own template but what a paper needs.
        assert len(content) < 16_000


# --- Mastheads and endings ----------------------------------------------------------------------
def test_a_briefing_has_its_red_head_and_its_end():
    book = opened(sample(BRIEFING))
    told = lines_of(book)
    assert told[:3] == ["联村工作通报", "2018年第30期（总第30期）", "示例镇联村工作办2018年10月22日"]
    assert attribute(style_of(book, "报名").element, "w:rPr/w:color", "w:val") == "D7000F"
    assert attribute(style_of(book, "编印行").element, "w:pPr/w:pBdr/w:bottom", "w:color") == "D7000F"
    told = [line for line in told if line]
    assert told[-1].strip() == "共印60份"
    assert "发：各村、各联村工作组" in told


def test_an_official_paper_is_signed_and_has_no_seal():
    content = write(sample(OFFICIAL))
    book = Document(BytesIO(content))
    told = [line for line in lines_of(book) if line]
    assert told[1] == "示联发〔2018〕5号"
    assert told[-2:] == ["抄送：示例县委组织部。", "　示例镇党政综合办公室2018年10月18日印发"]
    day = next(p for p in book.element.body.iter(qn("w:p")) if text_of(p) == "2018年10月18日")
    assert attribute(day, "w:pPr/w:ind", "w:rightChars") == "400"
    agency = style_of(book, "发文机关标志").element
    assert round(int(attribute(agency, "w:pPr/w:spacing", "w:before")) * 25.4 / 1440) == 35
    # Signed by the agency of the red heading.
    assert told[0] == "示例镇联村工作领导小组文件"
    assert told.count("示例镇联村工作领导小组") == 1
    # On the lower edge of the text area, wherever the text ends.
    place = next(one for one in book.element.body.iter() if str(one.tag).endswith("}positionV"))
    assert (place.get("relativeFrom"), place[0].text) == ("margin", "bottom")
    # The paragraph that holds it is as high, so that neither lies on the other.
    holder = next(place.iterancestors(qn("w:p")))
    high = place.getparent().find(f"{place.tag.removesuffix('positionV')}extent").get("cy")
    assert int(attribute(holder, "w:pPr/w:spacing", "w:line")) * 635 == int(high)
    borders = list(book.element.body.iter(qn("w:tbl")))[-1].find(f"{qn('w:tblPr')}/{qn('w:tblBorders')}")
    # Eighths of a point: 0.35 mm thick, 0.25 mm thin.
    assert [(edge.tag.split("}")[1], edge.get(qn("w:sz"))) for edge in borders] == [
        ("top", "8"),
        ("bottom", "8"),
        ("insideH", "6"),
    ]
    assert not [name for name in ZipFile(BytesIO(content)).namelist() if "media" in name]


def test_a_draft_says_so_on_every_page_and_an_issued_paper_does_not():
    for style in STYLES:
        section = opened(sample(style), draft=True).sections[0]
        assert [text_of(part._element) for part in (section.header, section.even_page_header)] == [DRAFT] * 2
        assert DRAFT not in " ".join(lines_of(opened(sample(style))))
        assert opened(sample(style)).sections[0].header.is_linked_to_previous


def test_the_file_says_when_and_by_whom_it_was_written():
    at = datetime(2018, 10, 22, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    about = opened(sample(BRIEFING), at=at).core_properties
    assert (about.title, about.author) == ("关于第42周联村工作情况的通报", "示例镇联村工作办")
    assert about.created.replace(tzinfo=None) == about.modified.replace(tzinfo=None) == datetime(2018, 10, 22, 1, 30)
    assert "python" not in about.comments


def test_across_turns_the_sheet():
    section = opened(replace(sample(PLAIN), across=True)).sections[0]
    assert section.page_width > section.page_height
    wide = section.page_width - section.left_margin - section.right_margin
    assert round(wide / Mm(1)) == 225


def test_a_long_name_gets_smaller_letters():
    def size(name):
        paper = sample(BRIEFING)
        line = opened(replace(paper, masthead=replace(paper.masthead, name=name))).element.body.find(qn("w:p"))
        mark = line.find(f"{qn('w:r')}/{qn('w:rPr')}/{qn('w:sz')}")
        return 96 if mark is None else int(mark.get(qn("w:val")))

    assert size("联村工作通报") == 96
    assert 12 * size("示例镇联村工作情况通报单") * 10 <= 8845


# --- What may come in -------------------------------------------------------------------------------
AWKWARD = ["王𬱖", "㛃某", "龘某", "荷叶塘新村", "", "<b>&\"'", "第一行\n第二行", "控\x00制\x0b符", "−1.0", "😀"]


@pytest.mark.parametrize("style", STYLES)
def test_names_and_signs_come_out_as_they_went_in(style):
    table = Table(
        (Column("姓名", 100), Column("分", 56, RIGHT)),
        tuple(row(text, "1") for text in AWKWARD),
        total=row("合计", "10"),
    )
    blocks = (Heading("一、标题<1>"), paragraph("".join(AWKWARD)), table, Signatures(("制表",)), PageBreak())
    paper = replace(sample(style), blocks=blocks)
    told = "".join(lines_of(opened(paper)))
    for text in AWKWARD:
        assert text.replace("\n", "").replace("\x00", "").replace("\x0b", "") in told


def test_empty_blocks_and_an_empty_paper():
    empty = Table((Column("村", 156),), (), caption="")
    for style in STYLES:
        paper = replace(sample(style), blocks=(paragraph(""), empty, Signatures(())), ending=Ending())
        assert lines_of(opened(paper))
        assert lines_of(opened(Paper("题", ())))


def test_a_list_is_signed_in_a_row_that_stays_with_its_last_rows():
    """From the last but one row to the signatures everything stays on one page; and 落款, where a table ends it all."""
    table = Table((Column("村", 100), Column("元", 56, RIGHT)), tuple(row(f"{n}村", "1") for n in range(9)))
    listed = replace(table, total=row("合计", "9"))
    signs = (paragraph("合计（大写）：玖元整"), Signatures(("制表", "审核")), paragraph("某某镇", align=RIGHT))
    for blocks, ending, under in (
        ((listed, *signs), Ending(), ["合计（大写）：玖元整", "制表：审核：", "某某镇"]),
        ((listed,), Ending(unit="某某镇", day="2018年10月18日"), ["某某镇", "2018年10月18日"]),
    ):
        book = opened(Paper("清单", blocks, ending=ending))
        *rows, last = book.element.body.iter(qn("w:tr"))
        assert [text_of(p) for p in last.iter(qn("w:p"))] == under
        kept = [one.find(f".//{qn('w:keepNext')}") is not None for one in rows]
        # The head and the first row; the last two and their sum.
        assert kept == [True, True, *[False] * 6, True, True, True]
        assert lines_of(book).count("某某镇") == 1


def test_six_hundred_rows():
    book = opened(sample(BRIEFING, 600))
    rows = list(book.element.body.iter(qn("w:tr")))
    # Six hundred, their head, and the note in a row of its own.
    assert len(rows) == 602
    assert "示例600村联村工作组" in "".join(text_of(p) for p in rows[-2].iter(qn("w:p")))


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_any_text_makes_a_file_that_opens(texts):
    paper = Paper(texts[0] or "题", tuple(paragraph(span(text)) for text in texts))
    assert len(lines_of(opened(paper))) >= len(texts)


# --- Templates -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("style", STYLES)
def test_shipped_templates_hold_their_words(style):
    assert words_of(shipped(style)) == set(REQUIRED[style])


def test_a_word_that_was_cut_into_runs_is_found(book):
    """As Word and WPS leave it after somebody has changed one letter of a paragraph."""
    town = Document()
    line = town.add_paragraph()
    for piece in ("镇报：{", "{报", "名} }".replace(" ", ""), "　{{期号}}第"):
        line.add_run(piece)
    for word in ("编印单位", "日期", "标题", "正文", "报尾"):
        town.add_paragraph(f"{{{{ {word} }}}}")
    out = BytesIO()
    town.save(out)
    written = lines_of(opened(sample(BRIEFING), out.getvalue()))
    assert written[0] == "镇报：联村工作通报　2018年第30期（总第30期）第"
    assert "示例39村联村工作组" in written
    assert not [line for line in written if "{{" in line]
