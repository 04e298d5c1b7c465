"""Grades of a quarter: thresholds, shares, ties, vetoes; settings come back as they were stored."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.quarter_grades import (
    MEAN,
    SAMPLE_GRADING,
    SUM,
    ByScore,
    ByShare,
    ScoreRow,
    ShareRow,
    TeamQuarter,
    choices_of,
    effects_from,
    grading_from_json,
    grading_to_json,
    propose,
    quarter_score,
)
from appraisal.quarter_steps import Standing, missing_sentence, steps
from appraisal.rules import BadParameters
from appraisal.rules.judged import VetoEffect
from lianzhen.periods import Month, Quarter

SHARES = ByShare(rows=(ShareRow("好", D(30)), ShareRow("较好", D(40)), ShareRow("一般", D(100))))


def team(key, *months, effects=()):
    return TeamQuarter(key, tuple(map(D, months)), effects)


def grades(teams, grading, basis=MEAN):
    return {key: one.grade for key, one in propose(teams, grading, basis=basis, decimals=1).items()}


@pytest.mark.parametrize(
    ("months", "basis", "score"),
    [
        (("96.5", "98.0", "97.0"), MEAN, "97.2"),
        (("96.5", "98.0", "97.0"), SUM, "291.50"),
        # Half up; a team that was scored in two months has the mean of two.
        (("96.5", "96.6"), MEAN, "96.6"),
        (("0.0",), MEAN, "0.0"),
    ],
)
def test_the_score_of_a_quarter(months, basis, score):
    assert str(quarter_score(tuple(map(D, months)), basis, 1)) == score


def test_no_month_gives_no_score():
    with pytest.raises(ValueError, match="没有月得分"):
        quarter_score((), MEAN, 1)


def test_thresholds_say_why():
    found = propose([team(1, "90"), team(2, "89.9"), team(3, "12")], SAMPLE_GRADING, basis=MEAN, decimals=1)
    assert [one.grade for one in found.values()] == ["好", "较好", "需改进"]
    assert found[2].why == "季度得分89.9分，达到75.0分"
    assert found[3].why == "季度得分12.0分，不足60.0分"


def test_a_tie_on_the_edge_of_a_share_goes_down_whole():
    scores = ["99", "98", "97", "97", "96", "95", "94", "93", "92", "91"]
    found = grades([team(n, score) for n, score in enumerate(scores)], SHARES)
    # Three may be 好; the two at 97 would make four.
    assert [key for key, grade in found.items() if grade == "好"] == [0, 1]
    assert [key for key, grade in found.items() if grade == "较好"] == [2, 3, 4, 5]


def test_vetoes_of_any_month_come_first():
    effects = effects_from([VetoEffect.NO_AWARD.label, "别的"])
    assert effects == (VetoEffect.NO_AWARD,)
    teams = [team(1, "99", effects=effects), team(2, "99", effects=(VetoEffect.UNQUALIFIED,)), team(3, "80")]
    found = propose(teams, SAMPLE_GRADING, basis=MEAN, decimals=1)
    assert [one.grade for one in found.values()] == ["较好", "不合格", "较好"]
    assert "取消评优资格" in found[1].why
    assert "不合格" in found[2].why
    assert {one.grade for one in found.values()} <= set(choices_of(SAMPLE_GRADING))


SCORES = st.lists(st.integers(600, 1000).map(lambda n: D(n) / 10), min_size=1, max_size=45)


@given(SCORES, st.integers(0, 60), st.integers(0, 40), st.randoms())
def test_shares_are_never_exceeded_and_the_better_score_never_has_the_worse_grade(scores, first, second, random):
    first, second = first + 1, second + 1
    rows = (ShareRow("甲", D(first)), ShareRow("乙", D(min(second, 100 - first))), ShareRow("丙", D(100)))
    grading = ByShare(rows=rows)
    teams = [TeamQuarter(n, (score,)) for n, score in enumerate(scores)]
    found = grades(teams, grading)
    size = len(teams)
    assert sum(grade == "甲" for grade in found.values()) <= size * first / 100
    assert sum(grade == "乙" for grade in found.values()) <= size * second / 100
    order = {name: n for n, name in enumerate(grading.names)}
    by_score = sorted(range(size), key=lambda n: scores[n], reverse=True)
    ranks = [order[found[n]] for n in by_score]
    assert ranks == sorted(ranks)
    assert len({(scores[n], found[n]) for n in range(size)}) == len(set(scores))
    shuffled = list(teams)
    random.shuffle(shuffled)
    assert grades(shuffled, grading) == found


@pytest.mark.parametrize("grading", [SAMPLE_GRADING, SHARES])
def test_the_rule_comes_back_as_it_was_stored(grading):
    assert grading_from_json(grading_to_json(grading)) == grading


@pytest.mark.parametrize(
    ("kind", "rows", "said"),
    [
        (ByScore, (ScoreRow("好", D(90)),), "至少要有两个等次"),
        (ByScore, (ScoreRow("好", D(90)), ScoreRow("差", D(90))), "分数线不能相同"),
        (ByScore, (ScoreRow("好", D(90)), ScoreRow("好", D(80))), "等次相同"),
        (ByShare, (ShareRow("好", D(60)), ShareRow("中", D(60)), ShareRow("差", D(100))), "不能超过100"),
    ],
)
def test_what_a_rule_may_not_be(kind, rows, said):
    with pytest.raises(BadParameters, match=said):
        kind(rows=rows)


# --- The four steps -------------------------------------------------------------------------------
Q4 = Quarter(2018, 4)


def test_which_months_are_missing():
    assert missing_sentence(Q4, [Month(2018, 11), Month(2018, 12)]) == "第四季度含10、11、12月，10月未定稿。"
    assert missing_sentence(Q4, [Month(2018, 11)]) == "第四季度含10、11、12月，10、12月未定稿。"
    assert missing_sentence(Q4, Q4.months) == ""


def told(**given):
    found = steps(Standing(**{"quarter": Q4, "sealed": Q4.months, "teams": 39, **given}))
    return [(one.state, one.action) for one in found]


def test_steps_follow_each_other():
    nothing = ("不能开始", "")
    assert told(sealed=()) == [nothing, nothing, nothing, nothing]
    ready = ("已完成", "quarter_materials")
    assert told() == [ready, ("可以开始", "quarter_start"), nothing, nothing]
    assert told(state="review", done=3) == [ready, ("讲评中", "quarter_review"), nothing, nothing]
    assert told(state="committee", done=39)[2:] == [("待审定", "quarter_approval"), nothing]
    assert told(state="approved")[3] == ("可以开始", "quarter_payout")
    assert told(state="approved", has_awards=False)[3] == nothing
    assert told(state="paid", total=D("12"))[3] == ("已完成", "quarter_payout")
