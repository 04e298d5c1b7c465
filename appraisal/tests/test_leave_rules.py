"""Who decides about a leave, and the days around it: properties for every post, length and calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.leave_rules import (
    LADDER,
    LOWEST,
    Post,
    Step,
    chain_words,
    days_words,
    deciding_step,
    last_day_away,
    overdue_before,
    papers_due,
    reaches,
    return_due,
    return_words,
    usual_step,
    working_days,
)
from appraisal.working_rules import Rules
from lianzhen.town.workdays import WorkCalendar

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
POSTS = st.sampled_from(list(Post))
RULES = st.tuples(st.integers(0, 30), st.integers(0, 60), st.integers(0, 30)).map(
    lambda figures: Rules(
        leave_leader_days=min(figures[:2]), leave_group_days=max(figures[:2]), leave_paper_days=figures[2]
    )
)
#: Holidays and 调休, at random.
CALENDARS = st.dictionaries(DAYS, st.booleans(), max_size=40).map(WorkCalendar)
VACANT = st.sets(st.sampled_from(LADDER))
PLAIN = WorkCalendar()


# --- Who decides --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("post", "days", "step"),
    [
        (Post.MEMBER, 1, Step.LEADER),
        (Post.MEMBER, 2, Step.GROUP),
        (Post.MEMBER, 3, Step.GROUP),
        (Post.MEMBER, 4, Step.OFFICE),
        (Post.CADRE, 1, Step.LEADER),
        (Post.CADRE, 4, Step.OFFICE),
        (Post.LEADER, 1, Step.GROUP),
        (Post.LEADER, 3, Step.GROUP),
        (Post.LEADER, 4, Step.OFFICE),
        (Post.INSTRUCTOR, 1, Step.GROUP),
        (Post.GROUP, 1, Step.OFFICE),
        (Post.GROUP, 9, Step.OFFICE),
    ],
)
def test_the_chain_of_the_shipped_rules(post, days, step):
    assert usual_step(post, days, Rules()) is step


@given(POSTS, st.integers(0, 400), RULES)
def test_nobody_decides_on_the_step_he_stands_on(post, days, rules):
    step = usual_step(post, days, rules)
    assert reaches(step, LOWEST[post])
    assert not (post is Post.LEADER and step is Step.LEADER)
    assert not (post is Post.GROUP and step in (Step.LEADER, Step.GROUP))


@given(POSTS, st.integers(0, 400), st.integers(0, 400), RULES)
def test_a_longer_leave_never_goes_to_a_lower_step(post, days, more, rules):
    assert reaches(usual_step(post, days + more, rules), usual_step(post, days, rules))


@given(POSTS, st.integers(0, 400), RULES)
def test_the_limits_are_the_settings(post, days, rules):
    step = usual_step(Post.MEMBER, days, rules)
    assert (step is Step.LEADER) == (days <= rules.leave_leader_days)
    assert (step is Step.OFFICE) == (days > rules.leave_group_days)
    assert usual_step(post, days, rules) is not Step.COMMITTEE


@given(POSTS, st.integers(0, 400), RULES, VACANT)
def test_a_vacant_step_is_climbed_over_and_never_down(post, days, rules, vacant):
    step, usual = deciding_step(post, days, rules, vacant), usual_step(post, days, rules)
    assert reaches(step, usual)
    assert step not in vacant or step is Step.COMMITTEE
    between = LADDER[LADDER.index(usual) : LADDER.index(step)]
    assert set(between) <= vacant
    if usual not in vacant:
        assert step is usual


def test_the_chain_in_words():
    assert chain_words(2, Step.GROUP) == "2天，由片区联络组批"
    assert chain_words(1, "leader") == "1天，由组长批"


# --- Days ---------------------------------------------------------------------------------------
def test_a_leave_over_the_may_holiday_takes_its_working_days_only():
    may = {date(2026, 5, day): False for day in range(1, 6)} | {date(2026, 5, 9): True}
    calendar = WorkCalendar(may)
    assert working_days(date(2026, 4, 30), date(2026, 5, 9), calendar) == 5
    assert working_days(date(2026, 5, 1), date(2026, 5, 5), calendar) == 0


@given(DAYS, st.integers(0, 60), st.integers(0, 60), CALENDARS)
def test_working_days_add_up_and_never_exceed_the_days(first, length, more, calendar):
    middle, last = first + timedelta(days=length), first + timedelta(days=length + more + 1)
    whole = working_days(first, last, calendar)
    assert whole == working_days(first, middle, calendar) + working_days(middle + timedelta(days=1), last, calendar)
    assert 0 <= whole <= (last - first).days + 1


@given(DAYS, RULES, CALENDARS)
def test_papers_are_due_on_a_working_day_not_before_their_days_are_over(start, rules, calendar):
    due = papers_due(start, rules, calendar)
    plain = start + timedelta(days=rules.leave_paper_days)
    assert due >= plain
    assert calendar.is_workday(due)
    assert calendar.count(plain + timedelta(days=n) for n in range((due - plain).days)) == 0


def test_papers_of_a_friday_are_not_due_on_sunday():
    friday = date(2026, 11, 20)
    assert papers_due(friday, Rules(leave_paper_days=2), PLAIN) == date(2026, 11, 23)
    assert papers_due(date(2026, 11, 18), Rules(leave_paper_days=2), PLAIN) == date(2026, 11, 20)


@given(DAYS, st.integers(0, 30), st.integers(0, 40))
def test_last_day_away_follows_an_earlier_return_and_no_later_one(first, length, back):
    ends_on = first + timedelta(days=length)
    returned_on = first + timedelta(days=back)
    last = last_day_away(ends_on, returned_on)
    assert last == min(ends_on, returned_on - timedelta(days=1))
    assert last < returned_on
    assert last_day_away(ends_on, None) == ends_on


@given(DAYS, st.integers(-60, 60), CALENDARS)
def test_overdue_is_when_the_day_of_return_has_passed(ends_on, later, calendar):
    """The condition that the list asks the database is the sentence that the page says."""
    today = ends_on + timedelta(days=later)
    assert (ends_on < overdue_before(today, calendar)) == (today > return_due(ends_on, calendar))
    told = return_words(ends_on, None, today, calendar)
    assert told.endswith("还没有销假") == (today > return_due(ends_on, calendar))


def test_return_in_words():
    thursday, friday, monday = date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 23)
    assert return_words(friday, None, friday, PLAIN) == "应于2026年11月23日回岗"
    assert return_words(friday, None, date(2026, 11, 24), PLAIN) == "应于2026年11月23日回岗，还没有销假"
    assert return_words(friday, friday, monday, PLAIN) == "2026年11月20日提前回岗"
    assert return_words(friday, monday, monday, PLAIN) == "2026年11月23日按期回岗"
    assert return_words(thursday, monday, monday, PLAIN) == "2026年11月23日回岗，比应回岗日期晚3天"


def test_days_in_words():
    assert days_words(date(2026, 11, 18), date(2026, 11, 18), 2026) == "11月18日"
    assert days_words(date(2026, 11, 18), date(2026, 11, 20), 2026) == "11月18日—11月20日"
    assert days_words(date(2026, 12, 31), date(2027, 1, 2), 2026) == "2026年12月31日—2027年1月2日"
