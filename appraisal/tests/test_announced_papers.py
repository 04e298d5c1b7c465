"""What the town announces, with what a town may hold: rare names, long ones, nobody, 39 and 600 teams, weeks and months
in which nothing happened. Each paper is made from its facts, written as a Word file, and that file opened again."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal as D
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn

from appraisal import bulletin_blocks, bulletin_months
from appraisal.bulletin_draft import Part, whole
from appraisal.bulletin_months import notice_paper
from appraisal.bulletin_terms import (
    Decided,
    Duty,
    Entries,
    Entry,
    Meeting,
    MonthFacts,
    Named,
    Reports,
    ScoreRow,
    Scores,
    WeekFacts,
)
from appraisal.models import Payout, QuarterlyReview, TeamReview
from appraisal.papers.content import BRIEFING, Ending, Masthead, Paper, Table, texts
from appraisal.papers.measures import width_of
from appraisal.papers.word import write
from appraisal.payouts import SAMPLE
from appraisal.quarter_facts import SheetRow
from appraisal.quarter_grades import choices_of
from appraisal.quarter_papers import payout_paper, review_paper
from appraisal.ranking import Display
from appraisal.rules.base import ZERO
from lianzhen.pages.tests.word_packages import faults
from lianzhen.periods import Month, Quarter, Week

#: Beyond the first plane, of the extensions that old fonts lack, and a village of five characters.
RARE = ("𠮷水村", "㛃坪村", "䶮龘村", "荷叶塘新村", "𫚉江社区")
PEOPLE = ("王𬱖", "㛃某", "欧阳𠮷䶮")
WEEK = Week(2026, 48)


def names(count: int) -> list[str]:
    return [*RARE, *(f"示例{n}村" for n in range(len(RARE), count))][:count]


def scores(count: int, *, lost: D = ZERO) -> Scores:
    rows = [ScoreRow(str(n), "第一片区", name, lost, ZERO, 100 - lost) for n, name in enumerate(names(count))]
    return Scores(Month(2026, 11), tuple(rows), is_final=True)


def entries(count: int, fact: str) -> Entries:
    return Entries(tuple(Entry(name, "D1", fact, D(1)) for name in names(count)))


def week_paper(count: int, *, week: Week = WEEK, happened: bool = True) -> Paper:
    told = entries(count, f"{PEOPLE[0]}家门前有杂物") if happened else Entries()
    leaders = tuple(Named(name, "差1天", leader=PEOPLE[n % 3]) for n, name in enumerate(names(count)))
    heard = (Decided("清理沟渠", f"{PEOPLE[2]}", "12月3日前", state="已落实", is_done=True),) if happened else ()
    facts = WeekFacts(
        week=week,
        as_of="11月30日09:30",
        duty=Duty(),
        reports=Reports(owed=count, missing=leaders if happened else ()),
        deductions=told,
        bonuses=told,
        meeting=Meeting(),
        heard=heard,
        calendar=(),
        scores=scores(count),
        behind=leaders if happened else (),
    )
    return _bulletin(bulletin_blocks.SECTIONS, bulletin_blocks.blocks_of(facts))


def month_paper(count: int, *, happened: bool = True) -> Paper:
    told = entries(count, "做法得到推广") if happened else Entries()
    changes = tuple(Named(name, "+1.0") for name in names(count)[:3]) if happened else ()
    facts = MonthFacts(
        month=Month(2026, 11),
        as_of="12月3日14:00",
        scores=scores(count, lost=D("1.5") if happened else ZERO),
        categories=(),
        bonuses=told,
        means=(),
        mean=D(100) if count else None,
        change=ZERO if count else None,
        risen=changes,
    )
    return _bulletin(bulletin_months.SECTIONS, bulletin_months.blocks_of(facts))


def _bulletin(sections, found) -> Paper:
    parts = [Part("" if key == "overview" else title, found[key]) for key, title in sections.items()]
    masthead = Masthead(BRIEFING, "联村工作通报", "2026年第1期（总第1期）", "示例镇联村工作办", "2026年11月30日")
    return whole("关于联村工作情况的通报", parts, masthead, Ending(("报：示例县委办公室",), copies=60))


def public_notice(count: int) -> Paper:
    return notice_paper(scores(count), town="示例镇", dates="12月3日—12月5日", phone="", as_of="12月3日14:00")


def review(count: int) -> Paper:
    rows = [
        TeamReview(
            team_id=n,
            position=n,
            village_name=name,
            district_name="第一片区",
            months=[{"month": "2026-10", "total": "98.5", "place": n}],
            score=D("98.5"),
            place=n,
            grade="好",
            note=f"请{PEOPLE[n % 3]}抓好整改。",
        )
        for n, name in enumerate(names(count), start=1)
    ]
    grades = choices_of(SAMPLE.grading)
    heads = (Masthead(), Ending())
    return review_paper(Quarter(2026, 4), "经镇党委审定", rows, SAMPLE, grades, Display.PLACE, *heads)


def payouts(count: int) -> Paper:
    rows = [
        SheetRow(
            number=n,
            key=str(n),
            team_id=n,
            person_id=n,
            team=f"{name}联村工作组",
            name=PEOPLE[n % 3],
            role="组员",
            score=D(98),
            grade="好",
            days=92,
            quarter_days=92,
            due=D(600),
            before=D(0),
            amount=D(600),
            formula="等次“好”600.00元",
        )
        for n, name in enumerate(names(count), start=1)
    ]
    review = QuarterlyReview(quarter=date(2026, 10, 1), basis="荷党纪要〔2027〕1号")
    payout = Payout(review=review, number=1, formula=SAMPLE.payout_sentence(), people=count, total=D(600) * count)
    return payout_paper(Quarter(2026, 4), payout, rows, "示例镇联村工作办", "2027年1月20日")


PAPERS = {"week": week_paper, "month": month_paper, "notice": public_notice, "review": review, "payout": payouts}


def read_again(paper: Paper) -> tuple[str, list[int]]:
    """The words of the Word file in its order, and how many rows each of its tables has; the row without columns that
    closes one is none of them."""
    content = write(paper)
    assert faults(content) == []
    book = Document(BytesIO(content))
    words = "".join(node.text or "" for node in book.element.body.iter(qn("w:t")))
    return words, [sum(len(row._tr.tc_lst) > 1 for row in table.rows) for table in book.tables]


@pytest.mark.parametrize("count", [0, 1, 39, 600])
@pytest.mark.parametrize("kind", PAPERS)
def test_every_paper_of_a_town_of_any_size_opens_again(kind, count):
    paper = PAPERS[kind](count)
    words, rows = read_again(paper)
    assert all(name in words for name in names(count))
    assert "None" not in words
    if count and kind in ("week", "review", "payout"):
        assert any(person in words for person in PEOPLE)
    # The table of the teams, its head, and where there is one its sum.
    if count:
        assert max(rows) == count + 1 + (kind == "payout")
    # Everything that the page tells stands in the file.
    plain = "".join(words.split())
    assert [text for text in texts(paper) if "".join(text.split()) not in plain] == []


@pytest.mark.parametrize("kind", PAPERS)
def test_the_heads_of_columns_break_before_their_units_alone(kind):
    """At 小四, 12 points, with a point of air at each side and half of one for the lines."""
    tables = [block for block in PAPERS[kind](5).blocks if isinstance(block, Table)]
    assert tables
    for column in (each for table in tables for each in table.columns):
        pieces = re.split(r"\n|(?=（)", column.title)
        assert all(12 * width_of(piece) <= column.width / 25.4 * 72 - 5.7 for piece in pieces), column.title


def test_a_week_in_which_nothing_happened_reads_well():
    words, _ = read_again(week_paper(5, happened=False))
    for told in ("没有扣分", "本周没有加分", "没有需要跟进的议定事项", "各工作组都已跟上"):
        assert told in words


@pytest.mark.parametrize(
    ("week", "days"),
    [
        (Week(2026, 53), "2026年第53周（2026年12月28日—2027年1月3日）"),
        (Week(2025, 1), "2025年第1周（2024年12月30日—2025年1月5日）"),
    ],
)
def test_a_week_of_two_years_names_both(week, days):
    words, _ = read_again(week_paper(1, week=week))
    assert week.end == date(week.start.year + 1, 1, week.end.day)
    assert days in words


def test_a_month_without_a_deduction_reads_well():
    words, rows = read_again(month_paper(39, happened=False))
    assert "全月没有加分" in words
    assert rows == [40]
    assert "本月没有扣分和加分，各工作组得分相同。" in read_again(public_notice(39))[0]
