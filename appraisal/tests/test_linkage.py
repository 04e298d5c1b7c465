"""Team and village tied together; means of districts."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.linkage import Unit, district_means, in_monthly_scoring, linked, mean
from appraisal.rules.sample import LINKAGE_WEIGHT
from appraisal.tests.strategies import tenths

scores = tenths(-200, 1100)
weights = st.integers(0, 1000).map(lambda n: D(n) / 1000)


def test_by_hand():
    found = linked(village=D("95.0"), own=D("94.0"), weight=LINKAGE_WEIGHT)
    assert found.total == D("94.6")
    assert found.equation == "工作组得分94.6分 = 村得分95.0分 × 0.6 + 工作组自身得分94.0分 × 0.4"


def test_half_is_rounded_up():
    assert linked(village=D("95.1"), own=D("95.0"), weight=D("0.5")).total == D("95.1")
    assert linked(village=D("95.1"), own=D("95.0"), weight=D("0.5"), decimals=2).equation.startswith(
        "工作组得分95.05分"
    )


@given(village=scores, own=scores, weight=weights)
def test_between_the_two(village, own, weight):
    found = linked(village=village, own=own, weight=weight)
    assert isinstance(found.total, D)
    assert min(village, own) <= found.total <= max(village, own)
    assert abs(found.total - (village * weight + own * (1 - weight))) <= D("0.05")


@given(village=scores, own=scores)
def test_all_or_nothing(village, own):
    assert linked(village=village, own=own, weight=D(1)).total == village
    assert linked(village=village, own=own, weight=D(0)).total == own


@given(village=scores, own=scores, weight=weights, more=tenths(0, 100))
def test_a_better_village_never_harms_its_team(village, own, weight, more):
    worse = linked(village=village, own=own, weight=weight).total
    assert linked(village=village + more, own=own, weight=weight).total >= worse
    assert linked(village=village, own=own + more, weight=weight).total >= worse


@pytest.mark.parametrize("weight", [D("-0.1"), D("1.1"), D("0.3333")])
def test_weights(weight):
    with pytest.raises(ValueError, match="比重应在0到1之间"):
        linked(village=D(1), own=D(1), weight=weight)


def test_no_float():
    with pytest.raises(TypeError):
        linked(village=D(1), own=D(1), weight=0.6)


UNITS = [
    Unit("示例一村", "东"),
    Unit("示例二村", "东"),
    Unit("示例三村", "东", self_governed=True),
    Unit("示例四村", "西"),
    Unit("示例五村", "南", self_governed=True),
]


def test_self_governed_villages_are_out():
    assert [unit.key for unit in in_monthly_scoring(UNITS)] == ["示例一村", "示例二村", "示例四村"]


def test_district_means():
    found = district_means(UNITS, {"示例一村": D("96.5"), "示例二村": D("97.0"), "示例四村": D("90.0")})
    assert {district: one.value for district, one in found.items()} == {"东": D("96.8"), "西": D("90.0"), "南": None}
    assert found["东"].sentence == "2个组合计193.5分 ÷ 2 = 96.8分"
    assert found["南"].sentence == "没有参加月度考核的工作组"


def test_a_team_without_a_score_is_not_a_zero():
    with pytest.raises(KeyError):
        district_means(UNITS, {"示例一村": D(90)})


@given(values=st.lists(scores, min_size=1, max_size=20))
def test_mean(values):
    found = mean(values)
    assert min(values) <= found.value <= max(values)
    assert abs(found.value * len(values) - sum(values)) <= D("0.05") * len(values)
    assert mean(sorted(values)).value == found.value
