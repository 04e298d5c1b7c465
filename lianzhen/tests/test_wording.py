"""How things are written for a reader (design §12.3)."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from django.db.models import TextChoices
from hypothesis import given
from hypothesis import strategies as st

from lianzhen import wording

DAY = date(2018, 10, 18)
VILLAGES = ["天坪村", "大坪村", "示例四村", "贺家坳社区", "硖石村", "荷叶村", "荷塘村"]


def test_dates():
    assert wording.full_date(date(2018, 1, 5)) == "2018年1月5日"
    assert wording.long_date(DAY) == "2018年10月18日（星期四）"
    assert wording.list_date(DAY, 2018) == "10月18日"
    assert wording.list_date(DAY, 2019) == "2018年10月18日"
    assert wording.dense_date(date(2018, 1, 5)) == "01-05"
    assert wording.date_and_time(datetime(2018, 10, 18, 14, 5)) == "2018年10月18日 14:05"
    assert wording.clock(time(14, 5)) == wording.clock(datetime(2018, 10, 18, 14, 5, 59)) == "14:05"


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("2018-10-08", "2018年10月8日"),
        ("2018-10-08 09:05", "2018年10月8日 09:05"),
        ("2018-13-08", "2018-13-08"),
        ("2018-10-08至2018-10-09", "2018-10-08至2018-10-09"),
        ("", ""),
    ],
)
def test_a_day_that_was_kept_is_told_in_words(kept, said):
    assert wording.kept_in_words(kept) == said


def test_ranges():
    first, last = date(2018, 10, 15), date(2018, 10, 21)
    assert wording.date_range(first, last, 2018) == "10月15日—10月21日"
    assert wording.date_range(first, last) == "2018年10月15日—10月21日"
    assert wording.date_range(date(2018, 12, 31), date(2019, 1, 6), 2018) == "2018年12月31日—2019年1月6日"
    assert wording.term(date(2018, 4, 10), None) == "2018年4月10日至今"
    assert wording.term(date(2018, 4, 10), date(2020, 5, 31)) == "2018年4月10日—2020年5月31日"


@pytest.mark.parametrize(
    ("value", "text", "change"),
    [
        ("96.5", "96.5分", "+96.5分"),
        ("1", "1.0分", "+1.0分"),
        ("-1", "−1.0分", "−1.0分"),
        ("0", "0.0分", "0.0分"),
        ("-0.04", "0.0分", "0.0分"),
        ("0.25", "0.3分", "+0.3分"),
        ("-0.25", "−0.3分", "−0.3分"),
        ("0.35", "0.4分", "+0.4分"),
        ("1200", "1,200.0分", "+1,200.0分"),
    ],
)
def test_points(value, text, change):
    assert wording.points(Decimal(value)) == text
    assert wording.points_change(Decimal(value)) == change


def test_points_are_never_floats():
    with pytest.raises(TypeError):
        wording.points(0.25)  # type: ignore[arg-type]


def test_numbers_money_and_shares():
    assert wording.number(2198) == "2,198"
    assert wording.number(-2198) == "−2,198"
    assert wording.number(Decimal("1234.50")) == "1,234.5"
    assert wording.money(Decimal(1200)) == "1,200.00元"
    assert wording.money(Decimal("0.005")) == "0.01元"
    assert wording.percent(7, 8) == "87.5%"
    assert wording.percent(0, 8) == "0.0%"
    assert wording.percent(31, 39) == "79.5%"


def test_unknown_is_not_zero():
    unknown = [
        wording.full_date(None),
        wording.long_date(None),
        wording.list_date(None, 2018),
        wording.dense_date(None),
        wording.clock(None),
        wording.number(None),
        wording.points(None),
        wording.points_change(None),
        wording.money(None),
        wording.percent(0, 0),
    ]
    assert unknown == ["—"] * 10
    assert wording.number(0) == "0"


def test_a_masked_number_keeps_three_and_four_digits():
    assert wording.mask_phone("13800001402") == "138****1402"
    assert wording.mask_phone("") == ""


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("李某13873812345说", "李某138****2345说"),
        ("138-7381-2345", "138-****-2345"),
        ("43132119800101001X、6222021234567890123", "4313**********001X、6222***********0123"),
        ("代码431321101001，电话0738-6000000，扣202611-0007", "代码431321101001，电话0738-6000000，扣202611-0007"),
    ],
)
def test_numbers_in_a_text_to_be_announced_are_masked(typed, shown):
    assert wording.mask_numbers(typed) == shown == wording.mask_numbers(shown)


@given(st.text("0123456789", max_size=12))
def test_a_mask_hides_at_least_four_digits(digits):
    masked = wording.mask_phone(digits)
    assert masked.count("*") >= min(4, len(digits))
    assert sum(c.isdigit() for c in masked) <= 7


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("示列四村", "示例四村"),
        ("天坪", "天坪村"),
        ("天平村", "天坪村"),
        ("大平村", "大坪村"),
        ("峡石村", "硖石村"),
        ("贺家坳", "贺家坳社区"),
        ("河唐村", "荷塘村"),
        ("长沙市", None),
        ("", None),
        ("abc", None),
    ],
)
def test_the_closest_name(typed, meant):
    assert wording.closest(typed, VILLAGES) == meant
    assert wording.closest(typed, reversed(VILLAGES)) == meant


def test_the_sentence_asks_only_when_something_is_like_it():
    assert wording.no_such("示列四村", VILLAGES) == '没有"示列四村"。是不是"示例四村"？'
    assert wording.no_such("长沙市", VILLAGES) == '没有"长沙市"。'
    assert wording.no_such("示列四村", []) == '没有"示列四村"。'


class Step(TextChoices):
    OPEN = "open", "进行中"
    REVIEW = "review", "待审核"
    DONE = "done", "已定稿"


@pytest.mark.parametrize(
    ("now", "due", "said"),
    [
        ("open", ("review",), "10月考核现在是“进行中”，到“待审核”时再办这一步。"),
        ("open", ("done", "review"), "10月考核现在是“进行中”，到“待审核”时再办这一步。"),
        ("done", ("review",), "10月考核现在是“已定稿”，这一步不用再办。"),
        ("done", (), "10月考核现在是“已定稿”，这一步不用再办。"),
    ],
)
def test_a_step_that_is_not_open_says_whether_its_turn_comes(now, due, said):
    assert wording.step_closed("10月考核", Step, now, *due) == said


def test_an_amount_keeps_both_decimals_under_its_heading():
    assert wording.money_figure(Decimal(40000)) == "40,000.00"
    assert wording.money_figure(Decimal("-12330.5")) == "−12,330.50"
    assert wording.money(None) == wording.money_figure(None) == "—"
