"""季兑现: who gets what by hand, and what always holds of a list and of a further one."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.payouts import (
    EVERYONE,
    LEADER,
    MEMBER,
    PARTS,
    SAMPLE,
    TEAM,
    VILLAGE,
    Award,
    ByGrade,
    GradeRow,
    Payee,
    QuarterTerms,
    changes,
    payout_list,
)
from appraisal.rules import BadParameters
from appraisal.subsidies import sum_problem
from appraisal.subsidy_formulas import BandRow, ByBand, ByPlace, PerPoint, PlaceRow
from appraisal.tests.strategies import hundredths, tenths
from lianzhen.money_words import money_words
from lianzhen.periods import Quarter, Span

Q4 = Quarter(2018, 4)
ALL = (Span(Q4.start, Q4.end),)
GRADES = ByGrade(grades=(GradeRow("好", D(600)), GradeRow("较好", D(400))), otherwise=D(100))


def payee(key="1", **given):
    given = {"person": f"p{key}", "name": "示例甲", "score": D("96.5"), "spans": ALL, "grade": "好", "place": 1} | given
    return Payee(key=key, **given)


def only_row(award, who):
    return payout_list(QuarterTerms(awards=(award,)), Q4, [who]).rows[0]


def half(first=Q4.start):
    return (Span(first, date(2018, 11, 15)),)


BY_HAND = [
    (Award(EVERYONE, GRADES), payee(role=LEADER), "600.00", "等次“好”600.00元"),
    (Award(MEMBER, GRADES), payee(grade="一般"), "100.00", "等次“一般”100.00元"),
    (Award(EVERYONE, GRADES), payee(spans=half()), "300.00", "等次“好”600.00元 × 46天 ÷ 92天 = 300.00元"),
    (
        Award(TEAM, ByPlace(places=(PlaceRow(D(1), D(2000)),), otherwise=D(0))),
        payee(role=TEAM, spans=()),
        "2000.00",
        "第1名2,000.00元",
    ),
    (
        Award(TEAM, ByPlace(places=(PlaceRow(D(1), D(2000)),), otherwise=D(0))),
        payee(role=TEAM, spans=(), tied=True),
        "2000.00",
        "并列第1名2,000.00元",
    ),
    (Award(VILLAGE, PerPoint(rate=D(2))), payee(role=VILLAGE), "193.00", "96.5分 × 2.00元/分 = 193.00元"),
    (
        Award(LEADER, ByBand(bands=(BandRow(D(90), D(300)),), otherwise=D(0))),
        payee(role=LEADER, score=D(0)),
        "0.00",
        "得分0.0分，不足90.0分，0.00元",
    ),
]


@pytest.mark.parametrize(("award", "who", "amount", "sentence"), BY_HAND)
def test_by_hand(award, who, amount, sentence):
    found = only_row(award, who)
    assert (f"{found.amount:f}", found.sentence) == (amount, sentence)


def test_awards_of_one_row_add_up_and_say_so():
    terms = QuarterTerms(awards=(Award(MEMBER, GRADES), Award(EVERYONE, PerPoint(rate=D(1)))))
    found = payout_list(terms, Q4, [payee(), payee("2", role=TEAM)])
    assert [row.payee.key for row in found.rows] == ["1"], "no award names the team"
    assert found.rows[0].sentence.endswith("应兑现696.50元 = 600.00元 + 96.50元")
    assert found.words == "人民币陆佰玖拾陆元伍角整"


def test_teams_with_one_place_get_its_amount_each():
    award = Award(TEAM, ByPlace(places=(PlaceRow(D(1), D(2000)), PlaceRow(D(2), D(1000)))))
    found = payout_list(QuarterTerms(awards=(award,)), Q4, [payee(str(n), role=TEAM) for n in range(2)])
    assert found.total == D(4000)


def test_what_is_to_be_looked_at():
    terms = QuarterTerms(awards=(Award(EVERYONE, GRADES),))
    moved = [payee("1", spans=half(), role=LEADER), payee("2", person="p1", spans=(Span(date(2018, 11, 16), Q4.end),))]
    assert payout_list(terms, Q4, moved).checks == ()
    assert payout_list(terms, Q4, moved[:1]).checks == ("示例甲本季度任职组长46天，按天折算",)
    twice = [payee("1"), payee("2", person="p1")]
    assert payout_list(terms, Q4, twice).checks == ("示例甲同一天有两个任职，请核对",)


def test_a_grade_that_is_missing_stops_the_list():
    with pytest.raises(ValueError, match="没有等次"):
        only_row(Award(EVERYONE, GRADES), payee(grade=""))


def test_settings_come_back_as_they_were_stored():
    assert QuarterTerms.from_json(SAMPLE.to_json()) == SAMPLE
    assert {type(one.part) for one in SAMPLE.awards} <= set(PARTS)
    said = SAMPLE.payout_sentence()
    assert "组长和组员，每人：好600.00元" in said
    assert "联村工作组（整体）：第1名2,000.00元" in said


def test_bad_settings_say_where():
    awards = [{"to": "nobody", "type": "by_grade", "grades": []}, {"to": TEAM, "type": "per_point", "rate": "0"}]
    with pytest.raises(BadParameters) as bad:
        QuarterTerms.from_json({"basis": "x", "grading": {"type": "score", "rows": ""}, "awards": awards})
    assert set(bad.value.errors) == {"basis", "grading", "awards.0.to", "awards.1.rate"}


# --- What always holds ------------------------------------------------------------------------------
AWARDS = st.lists(
    st.one_of(
        st.builds(Award, st.sampled_from([EVERYONE, LEADER, MEMBER, VILLAGE]), st.just(GRADES)),
        st.builds(
            Award,
            st.sampled_from([EVERYONE, MEMBER, TEAM, VILLAGE]),
            st.builds(PerPoint, rate=hundredths(1, 900), threshold=tenths(0, 100)),
        ),
        st.builds(
            lambda to, amount: Award(to, ByPlace(places=(PlaceRow(D(1), amount),), otherwise=D(0))),
            st.sampled_from([EVERYONE, TEAM]),
            hundredths(0, 900),
        ),
    ),
    min_size=1,
    max_size=4,
)
OFFSETS = st.integers(0, len(Q4) - 1)


@st.composite
def payees(draw):
    rows = []
    for n in range(draw(st.integers(0, 12))):
        first, last = sorted((draw(OFFSETS), draw(OFFSETS)))
        span = Span(Q4.start + timedelta(days=first), Q4.start + timedelta(days=last))
        rows.append(
            payee(
                str(n),
                person=f"p{draw(st.integers(0, 6))}",
                role=draw(st.sampled_from([LEADER, MEMBER, TEAM, VILLAGE])),
                grade=draw(st.sampled_from(["好", "较好", "一般"])),
                score=draw(tenths(0, 100)),
                place=draw(st.integers(1, 4)),
                spans=(span,),
            )
        )
    return rows


@given(AWARDS, payees(), st.randoms())
def test_the_sum_of_the_rows_is_the_total_and_order_never_matters(awards, who, random):
    terms = QuarterTerms(awards=tuple(awards))
    found = payout_list(terms, Q4, who)
    assert sum_problem([row.amount for row in found.rows], found.total) == ""
    assert all(row.amount >= 0 and row.amount == sum(item.amount for item in row.items) for row in found.rows)
    assert found.words == money_words(found.total)
    shuffled = list(who)
    random.shuffle(shuffled)
    again = payout_list(terms, Q4, shuffled)
    assert {row.payee.key: row.amount for row in again.rows} == {row.payee.key: row.amount for row in found.rows}
    assert again.total == found.total


@given(AWARDS, st.integers(0, len(Q4) - 2))
def test_a_posting_that_is_cut_in_two_counts_the_same_days(awards, cut):
    end = Q4.start + timedelta(days=cut)
    parts = (Span(Q4.start, end), Span(end + timedelta(days=1), Q4.end))
    terms = QuarterTerms(awards=tuple(awards))
    assert payout_list(terms, Q4, [payee(spans=parts)]).total == payout_list(terms, Q4, [payee()]).total


AMOUNTS = st.dictionaries(st.sampled_from("abcdefg"), hundredths(0, 900))


@given(AMOUNTS, AMOUNTS)
def test_after_a_further_list_everybody_has_what_is_due(now, listed):
    found = changes(now, listed)
    after = {key: listed.get(key, D(0)) + (found[key].amount if key in found else 0) for key in {*now, *listed}}
    assert after == {key: now.get(key, D(0)) for key in after}
    assert all(one.amount for one in found.values())
    assert changes(now, after) == {}
