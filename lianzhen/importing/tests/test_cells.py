from datetime import date
from decimal import Decimal

import pytest

from lianzhen.importing import cells


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2018-10-18", date(2018, 10, 18)),
        ("2018/5/1", date(2018, 5, 1)),
        ("2018.5", date(2018, 5, 1)),
        ("2018.5.12", date(2018, 5, 12)),
        ("2018年5月", date(2018, 5, 1)),
        ("２０１８年５月３日", date(2018, 5, 3)),
        ("20180503", date(2018, 5, 3)),
        ("43221", date(2018, 5, 1)),
    ],
)
def test_a_day_is_read_as_people_write_it(typed, meant):
    assert cells.day(typed, "日期") == meant


@pytest.mark.parametrize("typed", ["去年", "2018.13", "2018-02-30", "7", "99999"])
def test_what_is_no_day_is_refused(typed):
    with pytest.raises(ValueError, match=r"日期|这一天"):
        cells.day(typed, "日期")


def test_spaces_inside_a_name_go():
    assert cells.name(30)("李　 明", "姓名") == "李明"


def test_a_name_too_long_says_how_long():
    with pytest.raises(ValueError, match="不能超过3字，现在是4字"):
        cells.name(3)("一二三四", "姓名")


@pytest.mark.parametrize(("typed", "digits"), [("１３９0000 1402", "13900001402"), ("13900001402.0", "13900001402")])
def test_telephone_numbers(typed, digits):
    assert cells.phone(typed, "手机") == digits


def test_a_number_the_sheet_rounded_is_refused():
    with pytest.raises(ValueError, match="设为文本"):
        cells.phone("1.38E+10", "手机")
    with pytest.raises(ValueError, match="设为文本"):
        cells.code(12)("4.31321E+11", "统计代码")


def test_a_short_number_says_how_many_digits():
    with pytest.raises(ValueError, match="11位数字，现在是7位"):
        cells.phone("1387382", "手机")


def test_a_masked_number_is_kept_as_such():
    assert isinstance(cells.phone("138****1402", "手机"), cells.MaskedPhone)


@pytest.mark.parametrize("typed", ["2", "２", "第2网格", "2网格", "网格2", "02", "第二网格", "2.0", " 第 2 网格 "])
def test_the_number_of_a_grid(typed):
    assert cells.numbered("网格", "网格", 99)(typed, "网格") == 2


@pytest.mark.parametrize(("typed", "n"), [("第十组", 10), ("十二", 12), ("第二十一组", 21)])
def test_numbers_in_characters(typed, n):
    assert cells.numbered("组", "组", 99)(typed, "组") == n


def test_whole_numbers_and_units():
    assert cells.whole(0, 10_000)("2,198人", "人口") == 2198
    assert cells.decimal()("1,200.5亩", "耕地") == Decimal("1200.50")
    for wrong in ("1.5", "很多", "-1"):
        with pytest.raises(ValueError, match="人口"):
            cells.whole(0, 10)(wrong, "人口")
    for wrong in ("nan", "1e999", "-2"):
        with pytest.raises(ValueError, match="耕地"):
            cells.decimal()(wrong, "耕地")


def test_yes_and_no():
    assert cells.yes_no("√", "党员") is True
    assert cells.yes_no("群众", "党员") is False
    with pytest.raises(ValueError, match="是"):
        cells.yes_no("也许", "党员")
