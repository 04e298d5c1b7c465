"""What the records of a week propose for the report."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisal.actions import decisions, town_needs
from appraisal.models import Decision, DutyAttendance, DutyLog, DutyNote, Leave
from appraisal.report_prefill import QUERIES, prefill
from appraisal.tests.week_scene import LAST_WEEK, TODAY, WEEK, at, log, many_teams, meeting, need, plan, saved
from lianzhen.accounts.roles import Role
from lianzhen.trail import acting

TUESDAY, THURSDAY = date(2026, 11, 24), date(2026, 11, 26)


def lines(team, week=WEEK, today=TODAY):
    return prefill([team], week, today).lines[team.pk]


def told(team, block, category=""):
    return [line.text for line in lines(team) if line.section == (block, category)]


@pytest.fixture
def days(cast):
    """Two fixed days with two people and one."""
    plan(cast.team)
    made = [log(cast.team, TUESDAY, cast.people[Role.LEADER]), log(cast.team, THURSDAY, cast.people[Role.LEADER])]
    saved(DutyAttendance(log=made[0], person=cast.people[Role.MEMBER], session="morning"))
    return made


def note(entry, topics, text=""):
    return saved(DutyNote(log=entry, topics=topics, text=text))


def test_nothing_recorded_proposes_nothing(cast):
    assert lines(cast.team) == []


def test_days_with_who_was_there_each_leading_to_its_entry(cast, days):
    leader, member = cast.people[Role.LEADER].name, cast.people[Role.MEMBER].name
    assert told(cast.team, "duty") == [
        "本周驻村2天，应到2天。",
        f"11月24日（周二）：{leader}、{member}（上午）。",
        f"11月26日（周四）：{leader}。",
    ]
    assert [line.source_url for line in lines(cast.team)] == ["/duty/?week=2026-W48"] + [
        f"/duty/{entry.pk}/" for entry in days
    ]
    assert all(line.source_name for line in lines(cast.team))


def test_what_does_not_count_is_not_told(cast, days):
    note(days[0], ["party"], "党员大会")
    note(days[1], ["safety"])
    days[0].state = DutyLog.State.WITHDRAWN
    saved(days[0])
    attendance = days[1].attendances.get()
    attendance.state, attendance.dispute_reason = DutyAttendance.State.DISPUTED, "没有来"
    attendance.disputed_at, attendance.disputed_by = at(TODAY), cast.users[Role.LEADER]
    saved(attendance)
    assert lines(cast.team) == []


def test_notes_by_area(cast, days):
    note(days[0], ["party", "environment"], "党员大会后清理沟渠。")
    note(days[1], ["environment"])
    note(days[1], ["meeting"], "参加镇里的会")
    assert told(cast.team, "work", "party") == ["11月24日，党员大会后清理沟渠。"]
    assert told(cast.team, "work", "environment") == ["11月24日、26日开展环境整建工作。"]
    assert told(cast.team, "work") == ["11月26日，参加镇里的会。"]
    assert told(cast.team, "work", "safety") == []


def test_service_to_people_in_figures(cast, days):
    note(days[0], ["visitors", "households"], "走访3户")
    note(days[1], ["visitors"])
    assert told(cast.team, "service") == [
        "接待群众2天（11月24日、26日）。",
        "入户走访1天（11月24日）。",
        "11月24日，走访3户。",
    ]


def test_a_withdrawn_note_is_not_told(cast, days):
    made = note(days[0], ["party"], "写错了")
    made.withdrawn_at, made.withdrawn_by = at(TODAY), cast.users[Role.LEADER]
    saved(made)
    assert told(cast.team, "work", "party") == []


def test_approved_leave_and_travel_of_those_who_serve(cast):
    leave = Leave(
        person=cast.people[Role.MEMBER],
        village=cast.own,
        team=cast.team,
        kind="meeting",
        starts_on=TUESDAY,
        ends_on=TUESDAY,
        reason="开会",
        proof="通知",
        destination="县里",
        step="leader",
        state="approved",
        created_by=cast.users[Role.MEMBER],
        decided_at=at(TODAY),
        decided_by=cast.users[Role.LEADER],
        workdays=1,
    )
    saved(leave)
    [line] = lines(cast.team)
    assert line.text == f"{cast.people[Role.MEMBER].name}公出：会议（11月24日）。"
    assert (line.block, line.source_url) == ("duty", f"/leave/{leave.pk}/")
    assert lines(cast.other_team) == []


def test_decisions_of_the_meeting_open_and_done(cast):
    held = meeting(LAST_WEEK)
    made = {}
    with acting(by=None, action="test", label="测试"):
        for number, team in enumerate((cast.team, cast.team, cast.other_team), start=1):
            made[number] = Decision(meeting=held, number=number, text=f"事项{number}", team=team, due_on=TODAY)
            made[number].save()
    decisions.report_done(decision=made[2], result="已办好。", today=TODAY, by=cast.users[Role.OFFICE])
    now = at(TODAY).date()
    Decision.objects.filter(pk=made[2].pk).update(ended_at=at(TODAY))
    assert now in WEEK
    assert told(cast.team, "plan") == ["落实例会议定事项：事项1（期限11月26日）。"]
    assert told(cast.team, "work") == ["例会议定事项“事项2”已落实：已办好。"]
    assert {line.source_url for line in lines(cast.team)} == {"/meetings/2026-W47/"}


def test_what_the_town_answered_this_week(cast):
    asked = need(cast.own, raised_on=TODAY - timedelta(days=9))
    town_needs.close_need(need=asked, answer="已修好。", by=cast.users[Role.OFFICE], today=TODAY)
    type(asked).objects.filter(pk=asked.pk).update(closed_at=at(TODAY))
    assert told(cast.team, "needs") == ["11月17日提出的“水渠垮塌，请镇里支持”已解决：已修好。"]
    type(asked).objects.filter(pk=asked.pk).update(closed_at=at(LAST_WEEK.end))
    assert lines(cast.team) == []


def test_a_cross_year_week(cast):
    week = type(WEEK)(2026, 53)
    log(cast.team, date(2026, 12, 31), cast.people[Role.LEADER])
    log(cast.team, date(2027, 1, 4), cast.people[Role.LEADER])
    texts = [line.text for line in lines(cast.team, week, date(2027, 1, 3))]
    assert texts[1:] == [f"12月31日（周四）：{cast.people[Role.LEADER].name}。"]


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow_with_teams(cast, count):
    teams = many_teams(cast, count)
    for team in teams:
        note(log(team, TUESDAY, team.led_by(TODAY)), ["party"], "开会")
    with CaptureQueriesContext(connection) as seen:
        found = prefill(teams, WEEK, TODAY).lines
    assert all(len(found[team.pk]) == 3 for team in teams)
    assert len(seen) <= QUERIES
