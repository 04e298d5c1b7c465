"""Weeks, months, quarters, years and spans."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhen.periods import Month, Quarter, Span, Week, Year, gaps

KINDS = [Week, Month, Quarter, Year]
days = st.dates(min_value=date(1900, 2, 1), max_value=date(2199, 11, 30))
kinds = st.sampled_from(KINDS)
ONE_DAY = timedelta(days=1)


@given(kinds, days)
def test_a_period_holds_its_day_and_its_key_reads_back(kind, day):
    period = kind.of(day)
    assert day in period
    assert kind.parse(period.key) == period
    assert kind.containing(day) == period
    assert str(period) == period.key


@given(kinds, days)
def test_periods_tile_the_calendar(kind, day):
    period = kind.of(day)
    assert period.next().start == period.end + ONE_DAY
    assert period.previous().end == period.start - ONE_DAY
    assert period.next().previous() == period
    assert period.previous() < period < period.next()


@given(kinds, days)
def test_the_days_of_a_period_are_its_own(kind, day):
    period = kind.of(day)
    assert period.days[0] == period.start
    assert period.days[-1] == period.end
    assert len(period) == len(period.days) == len(set(period.days))
    assert {kind.of(inner) for inner in period} == {period}
    assert period.start - ONE_DAY not in period
    assert period.end + ONE_DAY not in period


@given(days)
def test_a_week_runs_from_monday_to_sunday(day):
    week = Week.of(day)
    assert len(week) == 7
    assert week.start.weekday() == 0
    assert (week.year, week.number) == day.isocalendar()[:2]


@given(days)
def test_months_nest_in_quarters_and_quarters_in_years(day):
    month, quarter, year = Month.of(day), Quarter.of(day), Year.of(day)
    assert month.quarter == quarter
    assert month in quarter.months
    assert quarter in year.quarters
    assert [d for m in quarter.months for d in m] == list(quarter)
    assert [d for q in year.quarters for d in q] == list(year) == [d for m in year.months for d in m]


@given(days, days)
def test_order_is_that_of_time(one, other):
    for kind in KINDS:
        assert (kind.of(one) < kind.of(other)) == (kind.of(one).end < kind.of(other).start)


def test_the_day_of_the_article():
    day = date(2018, 10, 18)
    assert Week.of(day).key == "2018-W42"
    assert Month.of(day).key == "2018-10"
    assert Quarter.of(day).key == "2018-Q4"
    assert Year.of(day).key == "2018"


@pytest.mark.parametrize(
    ("period", "title"),
    [
        (Week(2018, 42), "第42周（10月15日—21日）"),
        (Week(2018, 44), "第44周（10月29日—11月4日）"),
        (Week(2019, 1), "2019年第1周（2018年12月31日—2019年1月6日）"),
        (Week(2020, 53), "2020年第53周（2020年12月28日—2021年1月3日）"),
        (Week(2018, 1), "第1周（1月1日—7日）"),
        (Month(2018, 10), "2018年10月"),
        (Quarter(2018, 4), "2018年第四季度"),
        (Year(2018), "2018年"),
    ],
)
def test_titles(period, title):
    assert period.title == title


def test_a_week_across_new_year_belongs_to_one_iso_year():
    assert Week.of(date(2018, 12, 31)) == Week.of(date(2019, 1, 6)) == Week(2019, 1)
    assert Week.of(date(2021, 1, 1)) == Week(2020, 53)
    assert Week(2018, 52).next() == Week(2019, 1)


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (Week, "2019-W53"),
        (Week, "2018-W00"),
        (Week, "2018-W1"),
        (Week, "2018-w42"),
        (Week, "2018W42"),
        (Week, "２０１８-W42"),
        (Week, "2018-W42\n"),
        (Month, "2018-13"),
        (Month, "2018-00"),
        (Month, "2018-1"),
        (Quarter, "2018-Q5"),
        (Quarter, "2018-Q0"),
        (Year, "18"),
        (Year, "0000"),
        (Year, "9999"),
        (Year, ""),
        (Month, "2018-10-01"),
    ],
)
def test_a_wrong_key_is_refused_with_a_sentence(kind, key):
    with pytest.raises(ValueError, match=r"格式填写|没有“"):
        kind.parse(key)


@given(kinds, st.text(max_size=12))
def test_any_text_is_a_key_or_refused(kind, text):
    try:
        answer = kind.parse(text).key
    except ValueError as refusal:
        answer = str(refusal)
    assert answer == text or answer.endswith("。")


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_and_last_key_have_neighbours(kind):
    for year in ("1900", "2199"):
        key = {Week: "-W01", Month: "-01", Quarter: "-Q1", Year: ""}[kind]
        period = kind.parse(year + key)
        assert period.previous() < period < period.next()


@pytest.mark.parametrize("kind", KINDS)
def test_a_moment_has_no_period(kind):
    with pytest.raises(TypeError):
        kind.of(datetime(2018, 10, 18, 9, 0))


def test_kinds_are_not_compared():
    assert Month(2018, 10) != Quarter(2018, 10 // 3 + 1)
    with pytest.raises(TypeError):
        assert Month(2018, 10) < Quarter(2018, 4)


# --- Spans ----------------------------------------------------------------------------------
BASE = date(2018, 1, 1)
offsets = st.integers(min_value=0, max_value=60)


@st.composite
def spans(draw):
    start = draw(offsets)
    length = draw(st.none() | st.integers(min_value=0, max_value=20))
    return Span(BASE + start * ONE_DAY, None if length is None else BASE + (start + length) * ONE_DAY)


WINDOW = [BASE + n * ONE_DAY for n in range(100)]


@given(spans(), spans())
def test_spans_overlap_when_they_share_a_day(one, other):
    shared = any(one.covers(day) and other.covers(day) for day in WINDOW)
    assert one.overlaps(other) == other.overlaps(one) == shared


@given(spans())
def test_a_span_covers_both_its_ends(span):
    covered = [day for day in WINDOW if span.covers(day)]
    assert covered[0] == span.starts_on
    if span.ends_on is None:
        assert covered[-1] == WINDOW[-1]
        assert span.day_count is None
    else:
        assert covered[-1] == span.ends_on
        assert span.day_count == len(covered)


@given(st.lists(spans(), max_size=6), offsets)
def test_gaps_until_a_day_are_the_days_nobody_covers(terms, offset):
    until = BASE + offset * ONE_DAY
    found = [day for gap in gaps(terms, until=until) for day in WINDOW if gap.covers(day)]
    first = min((term.starts_on for term in terms), default=until + ONE_DAY)
    bare = [d for d in WINDOW if first <= d <= until and not any(t.covers(d) for t in terms)]
    assert found == bare


@given(st.lists(spans(), max_size=6))
def test_gaps_between_terms_end_where_the_last_begins(terms):
    found = [day for gap in gaps(terms) for day in WINDOW if gap.covers(day)]
    starts = [term.starts_on for term in terms]
    between = [d for d in WINDOW if starts and min(starts) <= d <= max(starts)]
    assert found == [d for d in between if not any(t.covers(d) for t in terms)]


def test_terms_that_follow_each_other_leave_no_gap():
    assert gaps([Span(date(2018, 5, 1), date(2018, 10, 17)), Span(date(2018, 10, 18))]) == []


def test_a_vacancy_of_three_days():
    terms = [Span(date(2018, 10, 18)), Span(date(2018, 5, 1), date(2018, 10, 14))]
    (gap,) = gaps(terms)
    assert gap == Span(date(2018, 10, 15), date(2018, 10, 17))
    assert gap.day_count == 3


def test_a_span_does_not_end_before_it_begins():
    with pytest.raises(ValueError, match="终止日期2018年4月30日早于起始日期2018年5月1日。"):
        Span(date(2018, 5, 1), date(2018, 4, 30))
