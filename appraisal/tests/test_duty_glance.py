"""The town's week at a glance, and the strip that a home page shows."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string

from appraisal import facts
from appraisal.duty_calendar import week_strip
from appraisal.duty_glance import glance
from appraisal.facts import duty_of
from appraisal.tests.duty_scene import MON, NOW, THU, TODAY, TUE, WED, WEEK, add_teams, enter, fix_days
from lianzhen.accounts.roles import Role


@pytest.fixture
def town(cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    fix_days(cast.team, cast.other_team)
    return cast


def test_each_day_counts_who_came_and_who_did_not(town):
    enter(town.team, TUE, town.people[Role.LEADER])
    enter(town.team, WED, town.people[Role.MEMBER])
    found = glance([town.team, town.other_team], WEEK, TODAY)
    assert [(day.title, day.here, day.absent) for day in found.days] == [
        ("周一", 0, 0),
        ("周二", 1, 1),
        ("周三", 1, 0),
        ("周四", 0, 0),
        ("周五", 0, 0),
    ]
    assert (found.teams, found.met, found.short) == (2, 1, 1)
    assert [day.day for day in found.days if day.is_today] == [THU]


def test_the_table_leads_to_the_matrix(town):
    page = render_to_string("appraisal/includes/duty_glance.html", {"glance": glance([town.team], WEEK, TODAY)})
    assert "/duty/?week=2026-W48" in page
    assert "达标0个" in page
    assert "未达标1个" in page


def test_without_teams_nothing_is_counted(db):
    found = glance([], WEEK, TODAY)
    assert (found.teams, found.met, [day.here for day in found.days]) == (0, 0, [0] * 5)
    assert found.days[0].day == MON


def test_queries_do_not_grow(town, django_assert_num_queries):
    teams = [town.team, *add_teams(town, 20)]
    with django_assert_num_queries(facts.QUERIES):
        assert glance(teams, WEEK, TODAY).teams == 21


def test_the_strip_says_its_week_in_one_sentence(town):
    enter(town.team, TUE, town.people[Role.LEADER])
    strip = week_strip(duty_of([town.team], WEEK, TODAY)[town.team.pk], TODAY)
    page = render_to_string("appraisal/includes/week_strip.html", {"strip": strip})
    assert "本周已登记1天，还差1天（固定日：周二、周四）" in page
    assert '<span class="visually-hidden">11月24日 已登记（固定日）</span>' in page
    assert 'class="day-due day-fixed day-today" data-day="2026-11-26"' in page
    assert page.count("<li") == 5
