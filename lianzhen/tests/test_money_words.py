"""大写金额 by the examples of the rule, and read back by a reader that knows nothing of the writer."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhen.money_words import money_words

EXAMPLES = [
    ("0", "人民币零元整"),
    ("0.05", "人民币伍分"),
    ("0.5", "人民币伍角整"),
    ("0.55", "人民币伍角伍分"),
    ("10", "人民币壹拾元整"),
    ("15.3", "人民币壹拾伍元叁角整"),
    ("100", "人民币壹佰元整"),
    ("101", "人民币壹佰零壹元整"),
    ("110", "人民币壹佰壹拾元整"),
    ("1001", "人民币壹仟零壹元整"),
    ("1010", "人民币壹仟零壹拾元整"),
    ("1200", "人民币壹仟贰佰元整"),
    # The examples of 《支付结算办法》附一.
    ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
    ("6007.14", "人民币陆仟零柒元壹角肆分"),
    ("1680.32", "人民币壹仟陆佰捌拾元叁角贰分"),
    ("107000.53", "人民币壹拾万柒仟元伍角叁分"),
    ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
    ("325.04", "人民币叁佰贰拾伍元零肆分"),
    ("10000", "人民币壹万元整"),
    ("10001", "人民币壹万零壹元整"),
    ("100100", "人民币壹拾万零壹佰元整"),
    ("20050000", "人民币贰仟零伍万元整"),
    ("100000000", "人民币壹亿元整"),
    ("100000001", "人民币壹亿零壹元整"),
    ("100010000", "人民币壹亿零壹万元整"),
    ("100001000", "人民币壹亿零壹仟元整"),
    ("101000100", "人民币壹亿零壹佰万零壹佰元整"),
    ("999999999999.99", "人民币玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ("-12.3", "人民币负壹拾贰元叁角整"),
]


def read(words):
    """The amount that the words say, character by character."""
    assert words.startswith("人民币")
    words = words.removeprefix("人民币").removesuffix("整")
    sign = -1 if words.startswith("负") else 1
    units = {"拾": 10, "佰": 100, "仟": 1000}
    cents = total = group = digit = 0
    for character in words.removeprefix("负"):
        if character in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(character)
        elif character in units:
            group, digit = group + digit * units[character], 0
        elif character in "万亿":
            total, group, digit = total + (group + digit) * (10**4 if character == "万" else 10**8), 0, 0
        elif character == "元":
            cents, group, digit = (total + group + digit) * 100, 0, 0
        else:
            cents, digit = cents + digit * {"角": 10, "分": 1}[character], 0
    return sign * D(cents) / 100


@pytest.mark.parametrize(("amount", "words"), EXAMPLES)
def test_examples(amount, words):
    assert money_words(D(amount)) == words
    assert read(words) == D(amount)


#: Amounts with many zeros, which is where the rules are.
zeros = st.lists(st.sampled_from("000001259"), min_size=1, max_size=14).map(lambda digits: D("".join(digits)) / 100)
amounts = zeros | st.integers(0, 10**14 - 1).map(lambda cents: D(cents) / 100)


@given(amount=amounts)
def test_read_back(amount):
    assert read(money_words(amount)) == amount


@given(amount=amounts)
def test_form(amount):
    words = money_words(amount)
    assert "零零" not in words
    assert not any(bad in words for bad in ("零元", "零万", "零亿", "零角", "零整", "亿万")) or words == "人民币零元整"
    assert words.endswith("整") == (amount * 100 % 10 == 0)
    assert words.endswith("元整") == (amount == int(amount))
    # A digit without its place could be read as another amount once a stroke is added.
    assert not words[3].startswith(("拾", "佰", "仟", "万", "亿"))


@given(one=amounts, other=amounts)
def test_two_amounts_never_read_alike(one, other):
    assert (money_words(one) == money_words(other)) == (one == other)


@pytest.mark.parametrize("amount", [D("0.001"), D("1e12"), D("NaN"), D("Infinity")])
def test_what_has_no_words(amount):
    with pytest.raises(ValueError, match="大写金额应精确到分"):
        money_words(amount)


@pytest.mark.parametrize("amount", [1.5, 3])
def test_no_float(amount):
    with pytest.raises(TypeError):
        money_words(amount)
