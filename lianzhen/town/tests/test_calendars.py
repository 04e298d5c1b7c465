"""The arrangement of a year from the package and from what people paste."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhen.town.calendars import (
    DaySpec,
    days_from_package,
    differences,
    missing_years,
    package_years,
    parse_notice,
)

#: In the form of the State Council's notice of November 2025 (the standing sentences shortened).
NOTICE_2026 = """
国务院办公厅关于2026年部分节假日安排的通知
国办发明电〔2025〕7号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
　　经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
　　一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
　　二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
　　三、清明节：4月4日（周六）至6日（周一）放假，共3天。
　　四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
　　五、端午节：6月19日（周五）至21日（周日）放假，共3天。
　　六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
　　七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
　　节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。
国务院办公厅
2025年11月4日
"""
NEW_YEAR = date(2027, 1, 1)  # a Friday
years = st.sampled_from(package_years())


# --- The package ----------------------------------------------------------------------------
def test_every_year_of_the_package_has_both_kinds_of_day():
    assert len(package_years()) >= 23
    for year in package_years():
        specs = days_from_package(year)
        assert specs == sorted(specs)
        assert len({spec.day for spec in specs}) == len(specs)
        assert {spec.day.year for spec in specs} == {year}
        assert {spec.is_workday for spec in specs} == {True, False}
        assert all(spec.name and spec.says_something and len(spec.name) <= 30 for spec in specs)


def test_names_are_those_of_the_notices():
    named = {spec.day: spec.name for spec in days_from_package(2026)}
    assert named[date(2026, 4, 4)] == "清明节"
    assert named[date(2026, 9, 25)] == "中秋节"
    assert named[date(2026, 10, 10)] == "国庆节调休"


@pytest.mark.parametrize("year", [2003, 2099])
def test_a_year_outside_the_package_is_refused(year):
    with pytest.raises(ValueError, match=f"节假日数据包里没有{year}年的安排。"):
        days_from_package(year)


# --- The notice and typed lines -------------------------------------------------------------
def test_the_notice_of_2026_pasted_whole_gives_the_package_of_2026():
    assert parse_notice(NOTICE_2026, 2026) == (days_from_package(2026), [])


def test_last_years_notice_is_not_taken_for_this_year():
    days, problems = parse_notice(NOTICE_2026, 2027)
    assert days == []
    assert problems[0] == "第2行：这是2026年的通知，要采用的是2027年。"
    assert "第6行：2027年1月1日是星期五，写的是周四，请核对年份。" in problems


FORMS = ["{:%Y-%m-%d},{},{}", "{0:%Y}年{0.month}月{0.day}日 {1} {2}", "{:%Y/%m/%d}\t{}\t{}"]


@given(years, st.sampled_from(FORMS))
def test_what_is_written_line_by_line_reads_back(year, form):
    specs = days_from_package(year)
    lines = [form.format(s.day, "班" if s.is_workday else "休", s.name) for s in specs]
    assert parse_notice("\r\n".join(["日期,类型,名称", *lines]), year) == (specs, [])


@pytest.mark.parametrize(
    "line",
    [
        "2027-01-01,休,元旦",
        "2027-01-01，休，元旦",
        "\ufeff2027-01-01,休,元旦",
        '"2027-01-01","休","元旦"',
        "2027年1月1日 休 元旦",
        "2027年1月1日休 元旦",
        "2027.1.1 休 元旦",
        "2027/1/1 0:00,休,元旦",
        "1月1日 放假 元旦",
        "1月1日（星期五） 休 元旦",
        "1月1日 周五 休 元旦",
        "元旦 1月1日 休",
        "元旦,2027-01-01,休",
        "元旦：1月1日休",
        "１月１日　休　元旦",
        "2027-01-01,休息日,元旦",
    ],
)
def test_ways_to_write_a_day_off(line):
    assert parse_notice(line, 2027) == ([DaySpec(NEW_YEAR, False, "元旦")], [])


@pytest.mark.parametrize(
    "line",
    [
        "1月3日 班 元旦",
        "元旦：1月3日（周日）上班。",
        "2027-01-03,班,元旦调休",
        "2027-01-03,补班,元旦",
        "1月3日 工作日 元旦",
    ],
)
def test_ways_to_write_a_day_worked(line):
    assert parse_notice(line, 2027) == ([DaySpec(date(2027, 1, 3), True, "元旦调休")], [])


@pytest.mark.parametrize(
    "line",
    [
        "2027-02-06至2027-02-12 休 春节",
        "2027-02-06至02-12 休 春节",
        "2027-02-06-2027-02-12,休,春节",
        "2月6日至12日 休 春节",
        "2月6日—2月12日 休 春节",
        "2月6日～12日 休 春节",
        "春节：2月6日（周六）至12日（周五）放假调休，共7天。",
    ],
)
def test_ways_to_write_a_range(line):
    expected = [DaySpec(date(2027, 2, day), False, "春节") for day in range(6, 13)]
    assert parse_notice(line, 2027) == (expected, [])


def test_several_holidays_on_one_line():
    text = "一、元旦：1月1日放假，与周末连休。1月9日、1月10日上班。二、春节：2月8日放假。"
    days, problems = parse_notice(text, 2027)
    assert problems == []
    assert days == [
        DaySpec(NEW_YEAR, False, "元旦"),
        DaySpec(date(2027, 1, 9), True, "元旦调休"),
        DaySpec(date(2027, 1, 10), True, "元旦调休"),
        DaySpec(date(2027, 2, 8), False, "春节"),
    ]


@pytest.mark.parametrize("start", ["2026年12月31日至2027年1月2日", "2026-12-31至1月2日"])
def test_new_year_may_begin_in_the_december_before(start):
    days, problems = parse_notice(f"{start} 休 元旦", 2027)
    assert problems == []
    assert [spec.day for spec in days] == [date(2026, 12, 31), NEW_YEAR, date(2027, 1, 2)]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("2027-02-30 休", "没有2027年2月30日这一天。"),
        ("2027-13-01 休", "没有2027年13月1日这一天。"),
        ("2027-01-01", "写了日期，没有写“休”还是“班”。"),
        ("1月1日休，1月2日", "写了日期，没有写“休”还是“班”。"),
        ("休 元旦", "没有读到日期，请按2027-01-01的格式填写。"),
        ("二月六日 休 春节", "没有读到日期，请按2027-01-01的格式填写。"),
        ("休 2027-01-01", "请先写日期，再写“休”。"),
        ("2027-01-04 班", "2027年1月4日是星期一，本来就上班，请核对。"),
        ("2026-03-01 休", "2026年3月1日不在2027年。"),
        ("2028-01-01 休", "2028年1月1日不在2027年。"),
        ("10月7日至1日 休", "止于2027年10月1日，早于起始的2027年10月7日。"),
        ("1月1日至12月31日 休", "2027年1月1日至2027年12月31日有365天，请核对。"),
        ("1月1日（周四） 休", "2027年1月1日是星期五，写的是周四，请核对年份。"),
        ("1月1日 休 " + "长" * 31, "名称不能超过30字，现在是31字。"),
        ("1月1日 休 <1>", "没有看懂“<1>”。"),
    ],
)
def test_a_line_that_is_not_understood_is_told_of(line, problem):
    days, problems = parse_notice(f"\n10月1日 休 国庆节\n{line}", 2027)
    assert problems == [f"第3行：{problem}"]
    assert DaySpec(date(2027, 10, 1), False, "国庆节") in days


def test_one_day_both_off_and_worked():
    _, problems = parse_notice("1月2日 休 元旦\n1月2日 班", 2027)
    assert problems == ["第2行：2027年1月2日前面已写过，一处是休，一处是班。"]


@pytest.mark.parametrize("text", ["", "\n\n", "没有日期的一段话"])
def test_nothing_to_read(text):
    assert parse_notice(text, 2027) == ([], ["没有读到日期。请一行写一天，例如：2027-01-01 休 元旦。"])


@given(st.text(max_size=60) | st.text("0123456789年月日休班至-/.,，。：（）周一 元旦\n", max_size=60))
def test_any_text_is_read_or_told_of(text):
    days, problems = parse_notice(text, 2027)
    assert all(spec.says_something for spec in days)
    assert all(spec.day.year == 2027 or (spec.day.year, spec.day.month) == (2026, 12) for spec in days)
    assert all(problem.endswith("。") for problem in problems)


# --- What is missing, what would change ------------------------------------------------------
@pytest.mark.parametrize(
    ("today", "present", "missing"),
    [
        (date(2026, 10, 31), {2026}, []),
        (date(2026, 11, 1), {2026}, [2027]),
        (date(2026, 12, 31), {2026, 2027}, []),
        (date(2027, 1, 1), {2026}, [2027]),
        (date(2027, 11, 1), {2026}, [2027, 2028]),
        (date(2026, 6, 1), set(), [2026]),
    ],
)
def test_years_that_are_missing(today, present, missing):
    assert missing_years(today, present) == missing


@given(years)
def test_differences_lead_from_one_set_to_the_other(year):
    old = days_from_package(year)
    new = [DaySpec(spec.day + timedelta(days=1), spec.is_workday, spec.name) for spec in old]
    days = {spec.day: spec for spec in old}
    for day, before, after in differences(old, new):
        assert days.get(day) == before != after
        days[day] = after
    assert sorted(spec for spec in days.values() if spec) == new
    assert differences(old, old) == []
