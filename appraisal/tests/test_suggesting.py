"""Findings of closed weeks, as pure functions: what gives ground, what does not, and the facts they carry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from appraisal.duty_terms import Plan, Presence, Service, TeamFacts
from appraisal.duty_week import week_duty
from appraisal.suggesting import (
    WEEKS_BACK,
    AbsenceFact,
    Finding,
    ReportFact,
    SpotFact,
    TeamWeek,
    closed_weeks,
    findings,
)
from appraisal.working_rules import Rules
from lianzhen.periods import Span, Week
from lianzhen.town.workdays import WorkCalendar

WEEK = Week(2026, 47)
AFTER = WEEK.end + timedelta(days=1)
START = date(2024, 1, 1)
DUE = datetime(2026, 11, 20, 17)
RULES = Rules()


def duty(*days: date, today: date = AFTER):
    facts = TeamFacts(
        span=Span(START),
        plans=[Plan(Span(START), "24")],
        services=[Service(1, "甲", Span(START), "leader")],
        presences=[Presence(day, 1) for day in days],
    )
    return week_duty(WEEK, facts, WorkCalendar(), today)


def team(*days: date, **more) -> TeamWeek:
    return TeamWeek(team_id=7, week=WEEK, duty=duty(*days), duty_url="/duty/7/", **more)


def found(one: TeamWeek, today: date = AFTER) -> list[Finding]:
    return findings([one], RULES, today)


def facts(finding: Finding) -> dict[str, str]:
    return {fact.label: fact.value for fact in finding.facts}


BOTH = (WEEK.start + timedelta(days=1), WEEK.start + timedelta(days=3))


def test_missed_duty_with_its_arithmetic():
    [one] = found(team(BOTH[0]))
    assert (one.kind, one.key, one.quantity, one.occurred_on) == ("duty", "duty:7:2026-W47", 1, BOTH[1])
    assert one.text == "第47周驻村差1天"
    assert facts(one) == {
        "规定": "每周定点办公不少于2天（示例制度，镇里还没有通过）",
        "本周应到": "2天",
        "已登记": "1天（11月17日）",
        "应到未登记": "11月19日（星期四）",
    }


def test_duty_done_on_another_day_is_done():
    assert found(team(WEEK.start, WEEK.start + timedelta(days=4))) == []


@given(st.sets(st.sampled_from(list(WEEK))), st.dates(WEEK.start, AFTER + timedelta(days=60)))
def test_quantity_is_what_is_missing_and_a_running_week_gives_nothing(days, today):
    told = findings([team(*days)], RULES, today)
    missing = max(0, 2 - len(days))
    if today <= WEEK.end or not missing:
        assert told == []
    else:
        assert [(one.quantity, one.occurred_on in WEEK) for one in told] == [(missing, True)]


def test_a_report_late_missing_in_time_or_not_owed():
    sent = DUE + timedelta(hours=2)
    late = ReportFact(DUE, sent, True, "/r/")
    [one] = found(team(*BOTH, report=late))
    assert (one.kind, one.text) == ("report_late", "第47周周报逾期报送")
    assert facts(one)["报送"] == "2026年11月20日（星期五）19:00报送"
    [one] = found(team(*BOTH, report=ReportFact(DUE, None, False, "/r/")))
    assert (one.kind, one.text, one.occurred_on) == ("report_none", "第47周周报未报", DUE.date())
    assert found(team(*BOTH, report=ReportFact(DUE, DUE, False, "/r/"))) == []
    assert found(team(*BOTH, report=None)) == []


def test_confirmed_absence_and_unexcused_absence_from_the_meeting():
    spot = SpotFact(3, BOTH[0], time(10, 20), "门锁着", "", "没有正当理由", "/s/3/")
    absence = AbsenceFact(9, 11, "甲某", "示例一村联村工作组组长", WEEK.start, "/meetings/2026-W47/")
    one, two = found(team(*BOTH, spots=[spot], absences=[absence]))
    assert (one.kind, one.key, one.text) == ("spot", "spot:3", "11月17日抽查认定缺岗")
    assert facts(one)["工作组说明"] == "没有说明"
    assert "发现方式" not in facts(one)
    [found_out] = found(team(*BOTH, spots=[replace(spot, county="县暗访、县通报")]))
    assert (found_out.key, found_out.text) == ("spot:3", "11月17日县里抽查认定缺岗")
    assert facts(found_out)["发现方式"] == "县暗访、县通报"
    assert (two.kind, two.key, two.person_id) == ("meeting", "meeting:9", 11)
    assert two.text == "第47周例会甲某无故缺席"


def test_a_week_kept_on_paper_gives_nothing():
    assert found(TeamWeek(team_id=7, week=WEEK, duty=None, duty_url="")) == []


def test_a_week_that_runs_gives_nothing():
    late = ReportFact(DUE, DUE + timedelta(hours=2), True, "/r/")
    assert found(team(report=late), WEEK.end) == []


@given(st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_closed_weeks_are_the_last_ones_that_are_over(today):
    weeks = closed_weeks(today)
    assert len(weeks) == WEEKS_BACK
    assert weeks[0].end < today <= weeks[0].end + timedelta(days=7)
    assert all(later.start == earlier.end + timedelta(days=1) for later, earlier in pairwise(weeks))


@given(st.lists(st.tuples(st.integers(1, 5), st.sets(st.sampled_from(list(WEEK)))), unique_by=lambda pair: pair[0]))
def test_keys_never_collide(teams):
    weeks = [TeamWeek(team_id=pk, week=WEEK, duty=duty(*days), duty_url="/", report=ReportFact(DUE, None, False, "/"))
             for pk, days in teams]  # fmt: skip
    keys = [one.key for one in findings(weeks, RULES, AFTER)]
    assert len(set(keys)) == len(keys)
