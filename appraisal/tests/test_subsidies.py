"""What each person gets: every formula by hand, days of a changed posting, and a sum that is that of the rows."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.rules import BadParameters
from appraisal.subsidies import cents, days_served, subsidy_sheet, sum_problem
from appraisal.subsidy_formulas import (
    PART_TYPES,
    SAMPLE,
    AbsenceRow,
    Absences,
    BandRow,
    ByBand,
    ByPlace,
    Formula,
    PerDutyDay,
    PerPerson,
    PerPoint,
    PlaceRow,
    Recipient,
    part_type,
)
from appraisal.tests.strategies import hundredths, tenths
from lianzhen.money_words import money_words
from lianzhen.periods import Month, Span

OCTOBER = Month(2018, 10)
ALL_MONTH = (Span(date(2018, 4, 10)),)
ABSENCES = Absences(rows=(AbsenceRow("无故缺岗", D(30)),), by_county=D(100))


def person(key="1", **given):
    given = {"person": f"p{key}", "name": "示例甲", "score": D("96.5"), "spans": ALL_MONTH} | given
    return Recipient(key=key, **given)


NONE = Absences()


def row(part, recipient, absences=NONE):
    return subsidy_sheet(Formula((part,), absences), OCTOBER, [recipient]).rows[0]


BANDS = ByBand(bands=(BandRow(D(90), D(300)), BandRow(D(75), D(200))), otherwise=D(100))
PLACES = ByPlace(places=(PlaceRow(D(1), D(500)), PlaceRow(D(2), D(300))), otherwise=D(100))
ABOVE = PerPoint(rate=D(8), threshold=D(95))
EVERY = PerPoint(rate=D(8), threshold=D(95), counted="all")

BY_HAND = [
    (PerPoint(rate=D(3)), {}, "289.50", "96.5分 × 3.00元/分 = 289.50元"),
    (ABOVE, {}, "12.00", "（96.5分 − 95.0分）× 8.00元/分 = 12.00元"),
    (ABOVE, {"score": D(95)}, "0", "（95.0分 − 95.0分）× 8.00元/分 = 0.00元"),
    (ABOVE, {"score": D("94.9")}, "0", "得分94.9分，没有达到95.0分，0.00元"),
    (EVERY, {}, "772.00", "96.5分 × 8.00元/分 = 772.00元"),
    (BANDS, {}, "300.00", "得分96.5分，在“达到90.0分”一档300.00元"),
    (BANDS, {"score": D("89.9")}, "200.00", "得分89.9分，在“达到75.0分”一档200.00元"),
    (BANDS, {"score": D(-3)}, "100.00", "得分−3.0分，不足75.0分，100.00元"),
    (PLACES, {"place": 2}, "300.00", "第2名300.00元"),
    (PLACES, {"place": 9}, "100.00", "第9名100.00元"),
    (PerDutyDay(rate=D(20)), {"duty_days": 9}, "180.00", "驻村9天 × 20.00元/天 = 180.00元"),
    (PerDutyDay(rate=D(20), most=D(8)), {"duty_days": 9}, "160.00", "驻村9天，计8天 × 20.00元/天 = 160.00元"),
    (PerPerson(amount=D(300)), {}, "289.50", "300.00元 × 0.965 = 289.50元"),
    (PerPerson(amount=D(300)), {"score": D(104)}, "312.00", "300.00元 × 1.04 = 312.00元"),
    (PerPerson(amount=D(300), most=D(1)), {"score": D(104)}, "300.00", "300.00元 × 1 = 300.00元"),
    (PerPerson(amount=D(300)), {"score": D(-5)}, "0", "300.00元 × 0 = 0.00元"),
]

SENTENCES = [
    (PerPoint(rate=D(3)), "得分每分3.00元"),
    (ABOVE, "得分超过95.0分的部分每分8.00元"),
    (EVERY, "得分达到95.0分的，全部得分每分8.00元"),
    (BANDS, "得分达到90.0分的300.00元，得分达到75.0分的200.00元，不足75.0分的100.00元"),
    (PLACES, "第1名500.00元，第2名300.00元，其余100.00元"),
    (PerDutyDay(rate=D(20), most=D(8)), "驻村每天20.00元，每月最多计8天"),
    (PerPerson(amount=D(300), most=D(1)), "每人每月300.00元 × 系数（得分 ÷ 100，不低于0，系数最高1）"),
]


class TestFormulas:
    @pytest.mark.parametrize(("part", "given_", "amount", "sentence"), BY_HAND)
    def test_by_hand(self, part, given_, amount, sentence):
        found = row(part, person(**given_))
        assert found.amount == D(amount)
        assert found.sentence == sentence

    @pytest.mark.parametrize(("part", "sentence"), SENTENCES)
    def test_printed_above_the_sheet(self, part, sentence):
        assert part.sentence() == sentence

    def test_every_type_is_tried_here(self):
        assert {type(case[0]) for case in BY_HAND} == {type(case[0]) for case in SENTENCES} == set(PART_TYPES)
        assert [part_type(one.code) for one in PART_TYPES] == list(PART_TYPES)

    @pytest.mark.parametrize("cls", PART_TYPES, ids=lambda cls: cls.code)
    def test_parameters_are_the_fields(self, cls):
        assert {one.name for one in cls.PARAMETERS} == {field.name for field in fields(cls)}

    def test_combination(self):
        formula = Formula((PerPerson(amount=D(300)), PerDutyDay(rate=D(20))), ABSENCES)
        assert formula.sentence() == (
            "应发 = （每人每月300.00元 × 系数（得分 ÷ 100，不低于0）） + （驻村每天20.00元）"
            " − 缺岗扣款（无故缺岗每次30.00元、被县查到每次100.00元）；月内任职变动的按任职天数折算"
        )
        found = subsidy_sheet(formula, OCTOBER, [person(duty_days=3, absences={"无故缺岗": 2})]).rows[0]
        assert found.sentence == (
            "300.00元 × 0.965 = 289.50元；驻村3天 × 20.00元/天 = 60.00元；无故缺岗2次 × 30.00元/次 = 60.00元；"
            "应发289.50元 = 289.50元 + 60.00元 − 60.00元"
        )

    def test_shipped_formula(self):
        assert SAMPLE.sentence().startswith("应发 = 每人每月300.00元 × 系数（得分 ÷ 100，不低于0）")

    def test_facts_that_are_missing(self):
        with pytest.raises(ValueError, match="示例甲没有名次"):
            row(PLACES, person())
        with pytest.raises(ValueError, match="示例甲没有驻村天数"):
            row(PerDutyDay(rate=D(20)), person())
        with pytest.raises(ValueError, match="没有“迟到”"):
            row(PerPoint(rate=D(3)), person(absences={"迟到": 1}), ABSENCES)

    @pytest.mark.parametrize(
        ("data", "errors"),
        [
            ({}, {"parts": "请至少选择一种计发办法"}),
            (
                {"parts": [{"type": "per_person", "amount": "0"}]},
                {"parts.0.amount": "每人每月基数应在0.01到100,000元之间"},
            ),
            (
                {"parts": [{"type": "by_band", "bands": "90 100\n75 200"}]},
                {"parts.0.bands": "得分高的一档，金额不能比低的一档少"},
            ),
            (
                {"parts": [{"type": "per_point", "rate": "3"}], "absences": "缺岗 0"},
                {"absences": "缺岗扣款第1行：每次金额应在0.01到100,000元之间"},
            ),
            (
                {"parts": [{"type": "per_point", "rate": "3"}], "absences": "缺岗 30", "by_county": "0"},
                {"by_county": "被县查到，每次应在0.01到100,000元之间"},
            ),
            (
                {"parts": [{"type": "per_point", "rate": "3"}], "absences": "被县查到 30", "by_county": "100"},
                {"absences": "“被县查到”已另填金额，请去掉这一行"},
            ),
        ],
    )
    def test_bad_formulas(self, data, errors):
        with pytest.raises(BadParameters) as caught:
            Formula.from_json(data)
        assert caught.value.errors == errors


class TestDays:
    def test_calendar_days_served(self):
        assert days_served(OCTOBER, ALL_MONTH) == 31
        assert days_served(OCTOBER, [Span(date(2018, 10, 15))]) == 17
        assert days_served(OCTOBER, [Span(date(2018, 10, 1), date(2018, 10, 14))]) == 14
        assert days_served(OCTOBER, [Span(date(2018, 11, 1))]) == 0
        assert days_served(OCTOBER, [Span(date(2018, 10, 1), date(2018, 10, 20)), Span(date(2018, 10, 11))]) == 31

    def test_part_of_the_month(self):
        found = row(PerPerson(amount=D(300)), person(spans=(Span(date(2018, 10, 15)),)))
        assert found.sentence == "300.00元 × 0.965 × 17天 ÷ 31天 = 158.76元"
        assert row(BANDS, person(spans=(Span(date(2018, 10, 15)),))).sentence == (
            "得分96.5分，在“达到90.0分”一档300.00元 × 17天 ÷ 31天 = 164.52元"
        )

    def test_duty_days_are_days_already(self):
        assert row(PerDutyDay(rate=D(20)), person(spans=(Span(date(2018, 10, 15)),), duty_days=4)).amount == 80

    def test_half_a_cent_is_rounded_up(self):
        half = (Span(date(2018, 11, 16)),)  # 15 of 30 days
        found = subsidy_sheet(Formula((PerPoint(rate=D("0.01")),)), Month(2018, 11), [person(score=D(5), spans=half)])
        assert found.rows[0].amount == D("0.03")

    def test_checks_name_what_to_look_at(self):
        """In two teams on one day, part of a month, no day at all."""
        people = [
            person("1", person="a", name="示例甲", spans=(Span(date(2018, 4, 1), date(2018, 10, 20)),)),
            person("2", person="a", name="示例甲", spans=(Span(date(2018, 10, 20)),)),
            person("3", person="b", name="示例乙", spans=(Span(date(2018, 11, 1)),)),
            person("4", person="c", name="示例丙"),
        ]
        assert subsidy_sheet(SAMPLE, OCTOBER, people).checks == (
            "示例甲同一天在两个工作组任职，请核对",
            "示例甲本月任职20天、12天，按天折算",
            "示例乙本月没有任职，请核对",
        )

    def test_deductions_stop_at_nothing(self):
        found = subsidy_sheet(
            Formula((PerPerson(amount=D(100)),), ABSENCES), OCTOBER, [person(absences={"被县查到": 2})]
        )
        assert found.rows[0].amount == 0
        assert found.rows[0].sentence.endswith("应发0.00元 = 96.50元 − 200.00元（扣款以应发为限）")
        assert found.checks == ("示例甲缺岗扣款已扣完本月应发",)


# --- Whatever the formula and the people ----------------------------------------------------
amounts = hundredths(1, 100000)


@st.composite
def band_tables(draw):
    at = sorted(draw(st.lists(tenths(0, 1000), min_size=1, max_size=5, unique=True)))
    paid = sorted(draw(st.lists(amounts, min_size=len(at) + 1, max_size=len(at) + 1)))
    return ByBand(bands=tuple(map(BandRow, at, paid[1:])), otherwise=paid[0])


parts = st.one_of(
    st.builds(PerPoint, rate=amounts, threshold=tenths(0, 1000), counted=st.sampled_from(["above", "all"])),
    band_tables(),
    st.lists(amounts, min_size=1, max_size=5).map(
        lambda paid: ByPlace(places=tuple(PlaceRow(D(n), one) for n, one in enumerate(paid, start=1)), otherwise=D(50))
    ),
    st.builds(PerDutyDay, rate=amounts, most=st.none() | st.integers(1, 31).map(D)),
    st.builds(PerPerson, amount=amounts, most=st.none() | hundredths(0, 1000)),
)
#: The rows a form lets through: one for most people, one for leaders, either or none; the county's amount or none.
tables = st.builds(
    lambda common, leaders, by_county: Absences(
        rows=tuple(AbsenceRow(name, one) for name, one in (("缺岗", common), ("组长缺岗", leaders)) if one),
        by_county=by_county,
    ),
    *[st.none() | amounts] * 3,
)
formulas = st.builds(Formula, st.lists(parts, min_size=1, max_size=4).map(tuple), tables)


@st.composite
def spans(draw):
    first = date(2018, 9, 1) + timedelta(days=draw(st.integers(0, 90)))
    length = draw(st.none() | st.integers(0, 60))
    return Span(first, None if length is None else first + timedelta(days=length))


@st.composite
def people(draw, formula):
    return [
        Recipient(
            key=str(n),
            person=draw(st.sampled_from("甲乙丙丁戊")),
            name="示例",
            score=draw(tenths(-100, 1100)),
            spans=tuple(draw(st.lists(spans(), min_size=1, max_size=3))),
            place=draw(st.integers(1, 39)),
            duty_days=draw(st.integers(0, 31)),
            absences={one.name: draw(st.integers(0, 3)) for one in formula.absences.table},
        )
        for n in range(draw(st.integers(0, 6)))
    ]


class TestWhateverTheFormula:
    @given(formula=formulas, data=st.data())
    def test_the_total_is_that_of_the_rows_shown(self, formula, data):
        sheet = subsidy_sheet(formula, OCTOBER, data.draw(people(formula)))
        assert sheet.total == sum((one.amount for one in sheet.rows), D(0))
        assert sum_problem([one.amount for one in sheet.rows], sheet.total) == ""
        assert sheet.words == money_words(sheet.total)
        for one in sheet.rows:
            assert isinstance(one.amount, D)
            assert one.amount == cents(one.amount) >= 0
            assert one.amount == one.gross - one.deducted
            assert one.deducted <= sum((item.amount for item in one.deductions), D(0))
            assert all(item.amount == cents(item.amount) >= 0 for item in (*one.items, *one.deductions))

    @given(formula=formulas, data=st.data())
    def test_reckoned_twice_and_in_any_order(self, formula, data):
        recipients = data.draw(people(formula))
        sheet = subsidy_sheet(formula, OCTOBER, recipients)
        turned = subsidy_sheet(formula, OCTOBER, recipients[::-1])
        assert subsidy_sheet(formula, OCTOBER, recipients) == sheet
        assert turned.rows[::-1] == sheet.rows
        assert turned.total == sheet.total
        # Nobody's amount rests on who else is on the list.
        assert sheet.rows == tuple(subsidy_sheet(formula, OCTOBER, [one]).rows[0] for one in recipients)

    @given(formula=formulas)
    def test_stored_and_read_again(self, formula):
        again = Formula.from_json(json.loads(json.dumps(formula.to_json())))
        assert again == formula
        assert again.sentence() == formula.sentence()

    @given(formula=formulas, data=st.data(), more=tenths(0, 100))
    def test_a_better_score_never_pays_less(self, formula, data, more):
        recipients = data.draw(people(formula))
        better = [one._replace(score=one.score + more) for one in recipients]
        low = subsidy_sheet(formula, OCTOBER, recipients)
        high = subsidy_sheet(formula, OCTOBER, better)
        assert all(b.amount >= a.amount for a, b in zip(low.rows, high.rows, strict=True))

    @given(part=parts, score=tenths(0, 1100), split=st.integers(1, 30))
    def test_a_month_in_two_parts_is_the_month(self, part, score, split):
        """A person who moved between two teams of one score: both rows together, to a cent, the whole month."""
        if not part.by_days:
            return
        cut = date(2018, 10, split)
        whole = person(score=score, place=1)
        first = whole._replace(spans=(Span(date(2018, 4, 1), cut),))
        second = whole._replace(key="2", spans=(Span(cut + timedelta(days=1)),))
        sheet = subsidy_sheet(Formula((part,)), OCTOBER, [first, second])
        assert sum(one.days for one in sheet.rows) == 31
        assert abs(sheet.total - row(part, whole).amount) <= D("0.01")

    @given(formula=formulas, data=st.data())
    def test_sentences_end_with_their_amount(self, formula, data):
        for one in subsidy_sheet(formula, OCTOBER, data.draw(people(formula))).rows:
            for item in (*one.items, *one.deductions):
                assert item.sentence.endswith(f"{item.amount:,}元")
            assert "None" not in one.sentence
            assert "-" not in one.sentence


def test_stored_rows_that_do_not_add_up():
    assert sum_problem([D("1.00"), D("2.00")], D("3.01")) == "各行应发之和3.00元，与合计3.01元相差0.01元"


def test_a_leaders_absence_may_cost_more():
    """A row that names 组长 is for leaders; a row that nobody could be charged by is told of before it is kept."""
    both = Absences(rows=(AbsenceRow("缺岗", D(30)), AbsenceRow("组长缺岗", D(50))))
    assert (both.charged(leader=True), both.charged(leader=False), both.idle()) == ("组长缺岗", "缺岗", [])
    one = Absences(rows=(AbsenceRow("缺岗", D(30)),))
    assert (one.charged(leader=True), one.charged(leader=False), one.idle()) == ("缺岗", "缺岗", [])
    assert NONE.charged(leader=True) == ""
    assert NONE.idle() == []
    assert Absences(rows=(*one.rows, AbsenceRow("被县查到", D(100)))).idle() == ["被县查到"]


def charged(table, leader, by_town, by_county):
    """The row (元) of one person absent so many times."""
    absences = table.counted(leader=leader, by_town=by_town, by_county=by_county)
    return subsidy_sheet(Formula((PerPerson(amount=D(300)),), table), OCTOBER, [person(absences=absences)]).rows[0]


class TestFoundByTheCounty:
    """被县查到 is one amount for leaders and members; a version without it knows absences of one kind only."""

    def test_by_hand(self):
        table = SAMPLE.absences
        assert SAMPLE.sentence() == (
            "应发 = 每人每月300.00元 × 系数（得分 ÷ 100，不低于0） − 缺岗扣款（缺岗每次30.00元、组长缺岗每次50.00元、"
            "被县查到每次100.00元）；月内任职变动的按任职天数折算"
        )
        told = {leader: charged(table, leader, 1, 1).sentence.partition("；")[2] for leader in (True, False)}
        county = "被县查到1次 × 100.00元/次 = 100.00元；应发"
        assert told[True] == f"组长缺岗1次 × 50.00元/次 = 50.00元；{county}139.50元 = 289.50元 − 50.00元 − 100.00元"
        assert told[False] == f"缺岗1次 × 30.00元/次 = 30.00元；{county}159.50元 = 289.50元 − 30.00元 − 100.00元"
        # Only what the county found is charged where nothing else has an amount.
        assert Absences(by_county=D(100)).counted(leader=True, by_town=2, by_county=1) == {"被县查到": 1}

    @given(table=tables, leader=st.booleans(), by_town=st.integers(0, 5), by_county=st.integers(0, 5))
    def test_a_version_without_the_amount_is_what_it_was(self, table, leader, by_town, by_county):
        old = Absences(rows=table.rows)
        assert charged(old, leader, by_town, by_county) == charged(old, leader, by_town + by_county, 0)
        formula = Formula((PerPerson(amount=D(300)),), old)
        assert set(formula.to_json()) == {"parts", "absences"}
        assert "被县查到" not in formula.sentence()
        # With the amount, what the town found costs what it did.
        assert charged(table, leader, by_town, 0).deductions == charged(old, leader, by_town, 0).deductions

    @given(table=tables, leader=st.booleans(), by_town=st.integers(0, 5), by_county=st.integers(0, 5))
    def test_never_more_is_taken_than_there_is_nor_less_than_by_the_town(self, table, leader, by_town, by_county):
        found = charged(table, leader, by_town, by_county)
        assert 0 <= found.deducted <= found.gross
        if table.by_county is not None and all(row.amount <= table.by_county for row in table.rows):
            for fewer in range(by_county):  # each of them found by the town instead
                milder = charged(table, leader, by_town + by_county - fewer, fewer)
                assert milder.deducted <= found.deducted
