"""Telephone numbers as people write them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhen import phones

SEPARATORS = st.sampled_from(["", " ", "-", "　", "–", "."])
mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("13800001402", "13800001402"),
        (" 138 0000 1402 ", "13800001402"),
        ("138-0000-1402", "13800001402"),
        ("１３８００００１４０２", "13800001402"),
        ("+86 138 0000 1402", "13800001402"),
        ("＋８６１３８００００１４０２", "13800001402"),
        ("0086-13800001402", "13800001402"),
        ("8613800001402", "13800001402"),
        ("13800001402.0", "13800001402"),
        ("19400001402", "19400001402"),
        ("0738-1234567", "07381234567"),
        ("（0738）1234567", "07381234567"),
        ("+86 738 1234567", "07381234567"),
        ("0731-88888888", "073188888888"),
        ("010-12345678", "01012345678"),
    ],
)
def test_numbers_that_are_understood(written, digits):
    assert phones.normalise(written) == digits


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("1387382", "手机应为11位数字，现在是7位。"),
        ("138000014021", "手机应为11位数字，现在是12位。"),
        ("1387382140", "手机应为11位数字，现在是10位。"),
        ("2345678", "手机应为11位数字，现在是7位。座机请加上区号，例如0738-1234567。"),
        ("12345678901", "手机应以13至19开头，现在是12。"),
        ("0738-12345", "座机应为区号加7位或8位号码，例如0738-1234567。"),
        ("0738-123456789", "座机应为区号加7位或8位号码，例如0738-1234567。"),
        ("1.38E+10", "号码被表格写成了1.38E+10，请把这一格设为文本，重新填写11位数字。"),
        ("13800001402/13800001403", "一处只填一个号码。"),
        ("13800001402、13800001403", "一处只填一个号码。"),
        ("13800001402 13800001403", "一处只填一个号码。"),
        ("0738-1234567转801", "电话里只能有数字，现在有“转”。"),
        ("1380000l402", "电话里只能有数字，现在有“l”。"),
        ("+852 9123 4567", "只能填写国内号码。"),
        ("110", "手机应为11位数字，现在是3位。"),
        ("", "请填写电话。"),
        ("　", "请填写电话。"),
    ],
)
def test_numbers_that_are_refused_with_a_sentence(written, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        phones.normalise(written)


@given(mobiles, st.lists(SEPARATORS, min_size=3, max_size=3), st.sampled_from(["", "+86", "0086 ", "+86 "]))
def test_a_mobile_is_read_however_it_is_spaced(digits, gaps, prefix):
    written = prefix + digits[:3] + gaps[0] + digits[3:7] + gaps[1] + digits[7:] + gaps[2].replace(".", "")
    assert phones.normalise(written) == digits
    assert phones.normalise(phones.normalise(written)) == digits


@given(st.text(max_size=20) | st.text("0123456789+-() .eE转", max_size=20))
def test_any_text_is_a_number_or_refused_with_a_sentence(text):
    try:
        answer = phones.normalise(text)
    except ValueError as refusal:
        answer = str(refusal)
    if answer.isascii():
        assert re.fullmatch("[0-9]{10,12}", answer)
        assert phones.normalise(answer) == answer
    else:
        assert answer.endswith("。")


def test_shown_and_looked_up():
    assert phones.mask("13800001402") == "138****1402"
    assert phones.tail("13800001402") == "1402"
    assert phones.readable("07381234567") == "0738-1234567"
    assert phones.readable("073188888888") == "0731-88888888"
    assert phones.readable("13800001402") == "13800001402"
    assert phones.as_printed("0738 1234567") == "0738-1234567"
    assert phones.as_printed("0738-1234567转801") == "0738-1234567转801"
    assert phones.as_printed("") == ""
