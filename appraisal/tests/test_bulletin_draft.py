"""The editing of a draft as arithmetic: words, links, differences, numbers of sections."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from appraisal.bulletin_blocks import LISTED, MOST_DECISIONS, SECTIONS, blocks_of, bonus_lines
from appraisal.bulletin_draft import (
    ADVISED_LENGTH,
    Part,
    cells_of,
    changes_between,
    clean_words,
    length_warning,
    lines_of,
    numbered,
    whole,
    with_cells,
    with_words,
    words_of,
)
from appraisal.bulletin_months import notice_paper
from appraisal.bulletin_terms import (
    Decided,
    DistrictDuty,
    Duty,
    Entries,
    Entry,
    Meeting,
    Reports,
    ScoreRow,
    Scores,
    WeekFacts,
)
from appraisal.papers.content import (
    Column,
    Ending,
    Heading,
    Masthead,
    Paragraph,
    Span,
    Table,
    blocks_as_json,
    blocks_from_json,
    paragraph,
    texts,
)
from appraisal.rules.base import ZERO
from lianzhen.periods import Month, Week
from lianzhen.wording import mask_numbers

WORDS = st.text(alphabet="应驻村天份组，。0123456789", min_size=1, max_size=12)
SPANS = st.builds(Span, WORDS, st.sampled_from(["", "/a/", "/b/"]))
PARAGRAPHS = st.lists(st.builds(Paragraph, st.lists(SPANS, min_size=1, max_size=5).map(tuple)), max_size=4)
TABLE = Table((Column("村", 156),), ((Span("示例一村"),),))


@given(PARAGRAPHS)
def test_what_is_not_edited_comes_back_the_same(paragraphs):
    base = (*paragraphs, TABLE)
    again = with_words(words_of(base), base)
    assert lines_of(again) == [line for line in lines_of(base) if line]
    assert changes_between("", again, [one for one in base if not isinstance(one, Paragraph) or one.text]) == []


@given(PARAGRAPHS, st.text(alphabet="应驻村天份组，。0123456789\n\r ", max_size=80))
def test_edited_words_are_printed_as_they_are(paragraphs, words):
    base = (*paragraphs, TABLE)
    found = with_words(words, base)
    # As typed, but for what looks like somebody's number.
    assert mask_numbers("\n".join(one.text for one in found if isinstance(one, Paragraph))) == mask_numbers(
        clean_words(words)
    )
    assert found[-1] == TABLE
    # A link is never invented, and none is used twice.
    before = [s for one in paragraphs for s in one.spans if s.href]
    after = [s for one in found if isinstance(one, Paragraph) for s in one.spans if s.href]
    assert all(after.count(s) <= before.count(s) for s in after)


@given(PARAGRAPHS, PARAGRAPHS)
def test_changes_tell_the_whole_difference(old, new):
    changes = changes_between("", old, new)
    assert (changes == []) == (lines_of(old) == lines_of(new))
    gone, came = [c.before for c in changes if c.before], [c.after for c in changes if c.after]
    assert len(lines_of(old)) - len(gone) == len(lines_of(new)) - len(came)


@given(st.lists(st.booleans(), max_size=14))
def test_sections_that_are_printed_are_numbered_without_a_gap(printed):
    parts = [Part(f"第{n}段", (paragraph("略"),) if shown else ()) for n, shown in enumerate(printed)]
    heads = [one.text.split("、")[0] for one in numbered(parts) if isinstance(one, Heading)]
    names = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四"]
    assert heads == names[: sum(printed)]


def test_a_long_paper_is_warned_about():
    short, long = (whole("题", [Part("", (paragraph("长" * n),))], Masthead(), Ending()) for n in (3000, 4001))
    assert length_warning(short) == ""
    assert "4,002字" in length_warning(long)
    assert ADVISED_LENGTH == 4000


def scores(count: int) -> Scores:
    rows = [ScoreRow(str(n), "第一片区", f"示例{n}村", ZERO, ZERO, ZERO + 100, "2/2", "已报送") for n in range(count)]
    return Scores(Month(2026, 11), tuple(rows))


def week(count: int) -> WeekFacts:
    districts = tuple(DistrictDuty(f"第{n}片区", 13, 26, 26, 0, 0, 13) for n in range(max(1, count // 13)))
    return WeekFacts(
        week=Week(2026, 48),
        as_of="11月30日09:30",
        duty=Duty(districts if count else ()),
        reports=Reports(owed=count, here=count),
        deductions=Entries(),
        bonuses=Entries(),
        meeting=Meeting(),
        heard=(),
        calendar=(),
        scores=scores(count),
    )


def test_any_number_of_teams_makes_a_paper_whose_tables_fit():
    for count in (0, 1, 39, 600):
        found = blocks_of(week(count))
        assert list(found) == list(SECTIONS)
        assert blocks_from_json(blocks_as_json(found["scores"])) == found["scores"]
        for blocks in found.values():
            assert blocks
            for table in (one for one in blocks if isinstance(one, Table)):
                assert sum(column.width for column in table.columns) == 156
                assert all(len(row) == len(table.columns) for row in (*table.rows, *filter(None, [table.total])))
            kinds = [isinstance(one, Paragraph) for one in blocks]
            # Words first: what is edited is put before the tables again.
            assert kinds == sorted(kinds, reverse=True)


@given(st.dictionaries(st.sampled_from([f"0-{r}-{c}" for r in range(5) for c in range(8)]), WORDS))
def test_what_is_typed_over_cells_is_printed_and_nothing_else_changes(typed):
    base = blocks_of(week(3))["scores"]
    before, after = cells_of(base), cells_of(with_cells(base, typed))
    assert [cell.place for cell in after] == [cell.place for cell in before]
    for old, new in zip(before, after, strict=True):
        assert new.text == mask_numbers(typed.get(old.place, old.text))
    assert with_cells(base, {}) == base


def test_bonuses_that_are_not_listed_are_counted():
    rows = [Entry(f"示例{n}村", "§G1", "五星级文明户评选完成。", Decimal(1)) for n in range(LISTED + 2)]
    few, many = (bonus_lines(Entries(tuple(some))) for some in (rows[:1], rows))
    assert [one.text for one in few] == ["同意加分1项，合计1.0分。", "示例0村：五星级文明户评选完成，加1.0分。"]
    assert len(many) == LISTED + 2
    assert many[-1].text == "另有2项见平台的加分清单。"


def test_decisions_that_are_not_listed_are_counted_and_the_open_ones_come_first():
    """39 villages' voices are no three pages; of the whole the numbers stay right, and the rest is one click away."""
    heard = tuple(
        Decided(f"事项{n}", "联村工作办", "12月3日前", state="已落实" if n < 30 else "办理中", is_done=n < 30)
        for n in range(39)
    )
    facts = replace(week(3), heard=heard, heard_url="/decisions/?state=all")
    opening, *listed, rest = blocks_of(facts)["heard"]
    assert "共39项，已落实30项" in opening.text
    assert len(listed) == MOST_DECISIONS
    assert [one.text.split("（")[0] for one in listed[:9]] == [f"{n}. 事项{29 + n}" for n in range(1, 10)]
    assert rest.text == f"另有{39 - MOST_DECISIONS}项见平台的议定事项清单。"
    assert [one.href for one in rest.spans if one.href] == ["/decisions/?state=all"]
    few = replace(facts, heard=heard[:3])
    assert [one.text.split("（")[0] for one in blocks_of(few)["heard"][1:]] == ["1. 事项0", "2. 事项1", "3. 事项2"]
    meeting = replace(week(3), meeting=Meeting("第49周例会", "/m/", heard))
    assert len(blocks_of(meeting)["demands"]) == MOST_DECISIONS + 2


def test_the_cells_of_twice_six_hundred_teams_are_sent_in_one_form(settings):
    assert len(cells_of(blocks_of(week(1200))["scores"])) + 10 < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS


def test_a_month_without_a_deduction_reads_well():
    paper = notice_paper(
        scores(39),
        town="示例镇",
        dates="12月3日—12月5日",
        phone="13800001402",
        as_of="12月3日14:00",
        day="2026年12月3日",
    )
    told = "".join(texts(paper))
    assert "本月没有扣分和加分，各工作组得分相同。" in told
    # The office's own number stands whole; one that somebody typed into a fact does not.
    assert "联系电话：13800001402。" in told
    assert paragraph("李某13800001402反映").text == "李某138****1402反映"
    assert "得分截至12月3日14:00；申诉中的事项未计入。" in told
    assert "None" not in told
