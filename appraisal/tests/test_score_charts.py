"""Shapes of charts: no part runs backwards or over the edge, also where corrections give points back."""

from decimal import Decimal
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from appraisal.score_charts import bar_rows

POINTS = st.decimals(min_value=-20, max_value=30, places=1)


def score(lost: list[Decimal], bonus: Decimal = Decimal(0)) -> SimpleNamespace:
    categories = [SimpleNamespace(name=f"第{n}类", deducted=one, counts=True) for n, one in enumerate(lost)]
    return SimpleNamespace(categories=categories, deducted=sum(lost), bonus=bonus)


@given(st.lists(st.lists(POINTS, min_size=1, max_size=6), min_size=1, max_size=5))
def test_the_parts_of_a_bar_follow_each_other_within_the_scale(teams):
    for row, lost in zip(bar_rows([score(one) for one in teams]), teams, strict=True):
        at = Decimal(0)
        for one in row.lost:
            assert abs(Decimal(one.x) - at) <= Decimal("0.06")
            assert Decimal(one.width) >= 0
            at += Decimal(one.width)
        assert at <= Decimal("100.03")
        assert len(row.lost) == sum(one != 0 for one in lost)


def test_points_that_came_back_are_told_and_not_drawn():
    (row,) = bar_rows([score([Decimal("0.2"), Decimal("-0.2")])])
    assert row.told == "第0类0.2　第1类−0.2"
    assert [one.width for one in row.lost] == ["2.00", "0.00"]
