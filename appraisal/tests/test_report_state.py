"""Who owes a report until when, and how far it is."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from appraisal.actions.work_rules import set_work_rules
from appraisal.closing_facts import missing_reports
from appraisal.models import WeeklyReport
from appraisal.report_state import due_moment, due_words, owes, report_states
from appraisal.tests.week_scene import WEEK, at, many_teams, report, saved
from appraisal.working_rules import Rules
from lianzhen.accounts.roles import Role
from lianzhen.periods import Month, Week
from villages.models import LiaisonTeam

FRIDAY = date(2026, 11, 27)
BEFORE, AFTER = at(FRIDAY, 16, 59), at(FRIDAY, 17, 1)


def state(team, now=BEFORE, week=WEEK):
    return report_states([team], week, now)[team.pk]


def test_the_deadline_is_written_out(cast):
    assert due_words(state(cast.team).due) == "11月27日（星期五）17:00"


@pytest.mark.parametrize(("now", "code", "text"), [(BEFORE, "none", "未填"), (AFTER, "overdue", "逾期未报")])
def test_nothing_written(cast, now, code, text):
    found = state(cast.team, now)
    assert (found.code, found.text, found.report_id, found.is_missing) == (code, text, None, True)


@pytest.mark.parametrize(("now", "code"), [(BEFORE, "draft"), (AFTER, "overdue")])
def test_a_draft_is_not_a_report(cast, now, code):
    made = report(cast.team, WEEK, cast.users[Role.LEADER], None)
    found = state(cast.team, now)
    assert (found.code, found.report_id, found.is_missing) == (code, made.pk, True)


def test_exactly_at_the_deadline_is_in_time(cast):
    assert state(cast.team, at(FRIDAY, 17)).code == "none"


def test_sent_late_and_read(cast):
    made = report(cast.team, WEEK, cast.users[Role.LEADER], BEFORE)
    assert (state(cast.team, AFTER).code, state(cast.team, AFTER).tone) == ("sent", "done")
    made.is_late = True
    saved(made)
    assert (state(cast.team).code, state(cast.team).text) == ("late", "逾期报送")
    made.state, made.read_at, made.read_by = WeeklyReport.State.READ, AFTER, cast.users[Role.OFFICE]
    saved(made)
    assert (state(cast.team).code, state(cast.team).text) == ("read", "已阅（逾期报送）")


def test_teams_that_do_not_exist_when_it_is_due_owe_none(cast):
    missing = []
    for ends_on, code in ((FRIDAY - timedelta(days=1), "exempt"), (FRIDAY, "none")):
        cast.team.ends_on = ends_on
        saved(cast.team)
        assert state(cast.team).code == code
        missing.append(sum(missing_reports(Month.of(FRIDAY), date(2026, 12, 1)).values()))
    # And the closing of the month counts no other ones.
    assert missing[1] - missing[0] == 1
    new = saved(LiaisonTeam(village=cast.selfgov, starts_on=FRIDAY + timedelta(days=1)))
    assert state(new, AFTER).code == "exempt"


def test_the_rules_of_the_weeks_own_monday_count(cast):
    monday = WEEK.next().start
    set_work_rules(starts_on=monday, today=FRIDAY, by=None, report_weekday=7, report_time=time(20))
    assert due_words(state(cast.team).due) == "11月27日（星期五）17:00"
    assert due_words(state(cast.team, week=WEEK.next()).due) == "12月6日（星期日）20:00"


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow_with_teams(cast, count):
    teams = many_teams(cast, count)
    with CaptureQueriesContext(connection) as seen:
        assert len(report_states(teams, WEEK, BEFORE)) == count
    assert len(seen) == 2


@given(st.dates(date(2015, 1, 1), date(2045, 12, 31)), st.integers(1, 7))
def test_the_deadline_lies_in_its_week_also_across_the_year(day, weekday):
    week = Week.of(day)
    due = due_moment(Rules(report_weekday=weekday), week)
    assert due.date() in week
    assert due.date().isoweekday() == weekday


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.integers(0, 400))
def test_who_owes_exists_on_the_day_it_is_due(start, length):
    team = LiaisonTeam(starts_on=start, ends_on=start + timedelta(days=length))
    due = due_moment(Rules(), Week.of(start))
    assert owes(team, due) == (start <= due.date() <= team.ends_on)
