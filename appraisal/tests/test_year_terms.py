"""年考核办法 as values, the stages of a year, and the words proposed to a leader. No database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.quarter_grades import ByScore, ByShare, ScoreRow, ShareRow, TeamQuarter, propose
from appraisal.rules.judged import VetoEffect
from appraisal.rules.parameters import BadParameters
from appraisal.year_steps import Standing, state_sentence, steps
from appraisal.year_terms import PERIOD, REFUSE, SAMPLE, YearTerms
from appraisal.year_words import LONGEST, TOLD, fitting, proposed_texts, spread

NAMES = ("优秀", "合格", "基本合格", "不合格")
days = st.dates(date(2001, 1, 1), date(2001, 12, 31))


@st.composite
def gradings(draw):
    names = NAMES[: draw(st.integers(2, 4))]
    if draw(st.booleans()):
        marks = draw(st.lists(st.integers(0, 1000), min_size=len(names), max_size=len(names), unique=True))
        rows = zip(names, sorted(marks, reverse=True), strict=True)
        return ByScore(rows=tuple(ScoreRow(name, Decimal(mark) / 10) for name, mark in rows))
    return ByShare(rows=tuple(ShareRow(name, Decimal(draw(st.integers(1, 33)))) for name in names))


@st.composite
def terms(draw):
    grading, day = draw(gradings()), draw(days)
    return YearTerms(
        opens=(day.month, day.day),
        basis=draw(st.sampled_from(["mean", "sum"])),
        grading=grading,
        excellent=draw(st.sampled_from(["", *grading.names])),
        quota=draw(st.integers(0, 100)),
        over_quota=draw(st.sampled_from(["reason", "refuse"])),
    )


# --- Terms --------------------------------------------------------------------------------------------
@given(terms())
def test_terms_are_stored_and_read_alike(one):
    assert YearTerms.from_json(one.to_json()) == one
    assert one.limited in one.choices
    assert one.opens_on(2028).year == 2028


@given(terms(), st.lists(st.sampled_from(["", *NAMES]), max_size=60))
def test_the_quota_is_never_more_than_its_share(one, grades):
    quota = one.quota_of(grades, len(grades))
    assert quota.allowed * 100 <= quota.percent * quota.teams < (quota.allowed + 1) * 100
    assert quota.exceeded == (grades.count(one.limited) > quota.allowed)
    assert quota.exceeded == (quota.needs_reason or quota.refuses)


def test_the_quota_in_words():
    assert SAMPLE.quota_of(["优秀"] * 12 + ["合格"] * 27, 39).sentence == (
        "“优秀”不超过30%，39个组最多11个，现有12个，超出1个"
    )
    assert "超出" not in SAMPLE.quota_of(["优秀"] * 11, 39).sentence


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"opens": "02-29"}, "opens"),
        ({"opens": "12月"}, "opens"),
        ({"basis": "max"}, "basis"),
        ({"quota": "30.5"}, "quota"),
        ({"quota": ""}, "quota"),
        ({"excellent": "好"}, "excellent"),
        ({"over_quota": "warn"}, "over_quota"),
        ({"grading": {"type": "score", "rows": []}}, "grading"),
    ],
)
def test_what_cannot_be_said_is_refused_by_field(changes, key):
    with pytest.raises(BadParameters) as bad:
        YearTerms.from_json({**SAMPLE.to_json(), **changes})
    assert list(bad.value.errors) == [key]


def test_a_year_is_graded_in_its_own_words_and_vetoes_hold():
    teams = [
        TeamQuarter(1, (Decimal(97), Decimal(95))),
        TeamQuarter(2, (Decimal(99), Decimal(99)), (VetoEffect.UNQUALIFIED,)),
        TeamQuarter(3, (Decimal(98),), (VetoEffect.NO_AWARD,)),
    ]
    found = propose(teams, SAMPLE.grading, basis="mean", decimals=1, period=PERIOD)
    assert (found[1].grade, found[1].why) == ("优秀", "年度得分96.0分，达到95.0分")
    assert found[2].grade == "不合格"
    assert found[3].grade == "合格"
    assert "一票否决" in found[3].why


def test_the_sample_in_words():
    assert SAMPLE.sentence() == (
        "12月1日起开始；年度得分 = 各月得分的平均；等次：优秀95.0分以上，合格80.0分以上，基本合格60.0分以上，"
        "其余不合格；“优秀”不超过参加考核工作组的30%，超过的写明理由后可以评定"
    )
    assert "超过的不能评定" in YearTerms(over_quota=REFUSE).sentence()


# --- Stages -------------------------------------------------------------------------------------------
def shown(**facts):
    return [(one.state, one.sentence, one.action) for one in steps(Standing(2018, **facts))]


def test_each_stage_says_what_stands_in_the_way():
    assert shown(blocked="2018年考核2018年12月1日开始。")[0] == ("不能开始", "2018年考核2018年12月1日开始。", "")
    assert shown()[0] == ("可以开始", "开始后由各组组长填写年总结", "year_start")
    counts = {"draft": 8, "district": 10, "office": 11, "checked": 10, "out": 2}
    found = shown(state="summary", counts=counts)
    assert found[0] == ("进行中", "已报送31/39，片区已出意见21/39，不参加2个组", "")
    assert found[1] == ("进行中", "已核查10/39", "")
    assert found[2][0] == found[3][0] == "不能开始"
    done = {"checked": 39, "out": 2}
    assert shown(state="summary", counts=done, missing="2018年12月未定稿。")[1] == (
        "待定稿",
        "已核查39/39，2018年12月未定稿。",
        "",
    )
    assert shown(state="summary", counts=done, unreviewed="2018年第四季度讲评还没有审定。")[1] == (
        "待审定",
        "已核查39/39，2018年第四季度讲评还没有审定。",
        "",
    )
    assert shown(state="summary", counts=done)[1][2] == "year_hand_in"
    assert shown(state="committee", counts=done, graded=38)[2] == ("待评定", "已评定38/39个组", "year_grades")
    assert shown(state="committee", counts=done, graded=39)[2][2] == "year_decide"
    assert shown(state="decided", counts=done, graded=39)[3][0] == "可以开始"
    assert [row[0] for row in shown(state="told", counts=done, graded=39)] == ["已完成"] * 4
    assert state_sentence(2018, "") == "2018年考核：未开始"


# --- Words --------------------------------------------------------------------------------------------
texts = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), min_size=1, max_size=120)


@given(st.lists(texts, max_size=40), st.integers(60, 600))
def test_a_text_fits_in_whole_lines(lines, longest):
    told = fitting(lines, longest)
    assert len(told) <= longest
    if sum(len(line) + 1 for line in lines) <= longest:
        assert told == "\n".join(lines)


@given(st.lists(st.integers(), max_size=60, unique=True), st.integers(0, 12))
def test_a_selection_keeps_the_order_and_both_ends(rows, most):
    found = spread(rows, most)
    assert len(found) == min(len(rows), most)
    assert found == [row for row in rows if row in found]
    if most > 1 and rows:
        assert (found[0], found[-1]) == (rows[0], rows[-1])


@given(st.lists(st.lists(texts, max_size=12), min_size=1, max_size=7))
def test_every_area_of_work_is_named_and_the_box_holds_it(areas):
    facts = {
        "work": [
            {"label": f"类别{n}", "text": f"周报{len(rows)}条", "rows": [{"text": text} for text in rows]}
            for n, rows in enumerate(areas)
        ]
    }
    found = proposed_texts(facts)
    assert len(found["work"]) <= LONGEST["work"]
    assert all(f"类别{n}：" in found["work"] for n in range(len(areas)))
    assert found["highlights"] == found["problems"] == ""


def test_the_words_proposed():
    row = {"text": "10月8日，清理沟渠。"}
    facts = {
        "work": [{"label": "环境整建", "text": "周报9条", "rows": [row] * (TOLD + 3)}],
        "highlights": [{"text": "12月1日，全县推广", "points": "加2.0分"}],
        "problems": [{"label": "基层党建", "text": "1条，−0.5分", "rows": [{"text": "11月1日，会议没有开"}]}],
    }
    assert proposed_texts(facts) == {
        "work": f"环境整建：周报9条。{'；'.join(['10月8日，清理沟渠'] * TOLD)}。",
        "highlights": "12月1日，全县推广（加2.0分）。",
        "problems": "基层党建：1条，−0.5分。11月1日，会议没有开。",
    }
