"""Fixed duty days of a team: dated, at least two a week, history kept."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from villages.actions import teams as actions
from villages.models import DutyPlan

DAY = date(2025, 6, 1)
BEFORE = date(2025, 5, 31)


@pytest.fixture
def plan(cast):
    made = actions.set_duty_days(team=cast.team, weekdays="24", starts_on=START, by=None)
    cast.team.refresh_from_db()
    return made


def page_of(team):
    return reverse("team_duty_days", args=[team.pk])


def fixing(team, *weekdays, **more):
    return {"weekdays": weekdays, "starts_on": "2025-06-01", "reason": "赶集日调整", "version": team.version, **more}


def planned(team):
    return [(p.weekdays, p.starts_on, p.ends_on) for p in team.duty_plans.order_by("starts_on")]


def test_new_days_hold_from_a_day_on(cast, sign_in, plan):
    answer = sign_in(Role.OFFICE).post(page_of(cast.team), fixing(cast.team, "5", "1"))
    assert (answer.status_code, answer["Location"]) == (303, reverse("team", args=[cast.team.pk]))
    assert planned(cast.team) == [("24", START, BEFORE), ("15", DAY, None)]


def test_first_days_of_a_team(cast, sign_in):
    sign_in(Role.OFFICE).post(page_of(cast.team), fixing(cast.team, "2", "4"))
    assert planned(cast.team) == [("24", DAY, None)]


def test_days_from_the_same_day_are_replaced_in_place(cast, sign_in, plan):
    sign_in(Role.OFFICE).post(page_of(cast.team), fixing(cast.team, "1", "3", starts_on="2024-01-01"))
    assert planned(cast.team) == [("13", START, None)]


def test_form_shows_the_present_days(cast, sign_in, plan):
    page = sign_in(Role.OFFICE).get(page_of(cast.team)).content.decode()
    assert page.count(" checked") == 2
    assert "2024年1月1日起为周二、周四" in page


def test_page_keeps_the_history(cast, sign_in, plan):
    actions.set_duty_days(team=cast.team, weekdays=[1, 5], starts_on=DAY, by=None)
    page = sign_in(Role.LEADER).get(reverse("team", args=[cast.team.pk])).content.decode()
    assert "周二、周四" in page
    assert "周一、周五" in page
    assert "2025-05-31" in page


@pytest.mark.parametrize(
    ("weekdays", "sentence"),
    [
        (["2"], "固定办公日每周不少于2天，现在选了1天"),
        (["2", "2"], "固定办公日每周不少于2天，现在选了1天"),
        ([], "请选择固定办公日，每周不少于2天"),
        (["8", "2"], "请选择星期"),
        (["2", "4"], "现行固定办公日就是周二、周四"),
    ],
)
def test_days_that_cannot_be(cast, sign_in, plan, weekdays, sentence):
    answer = sign_in(Role.OFFICE).post(page_of(cast.team), fixing(cast.team, *weekdays))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"weekdays"}
    assert sentence in page
    assert 'value="赶集日调整"' in page
    assert planned(cast.team) == [("24", START, None)]


@pytest.mark.parametrize(("starts_on", "field"), [("2023-12-31", "starts_on"), ("", "starts_on")])
def test_days_before_the_team_are_refused(cast, sign_in, plan, starts_on, field):
    form = fixing(cast.team, "1", "5", starts_on=starts_on)
    answer = sign_in(Role.OFFICE).post(page_of(cast.team), form)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field}


def test_days_do_not_reach_behind_the_present_ones(cast):
    actions.set_duty_days(team=cast.team, weekdays="24", starts_on=DAY, by=None)
    with pytest.raises(ValidationError, match="不能早于现行固定办公日的起始日期（2025年6月1日）"):
        actions.set_duty_days(team=cast.team, weekdays="15", starts_on=BEFORE, by=None)


def test_ended_team_has_no_new_days(cast, sign_in, plan):
    actions.end_team(team=cast.team, last_day=BEFORE, reason="示例", by=None)
    cast.team.refresh_from_db()
    answer = sign_in(Role.OFFICE).post(page_of(cast.team), fixing(cast.team, "1", "5"))
    assert answer.status_code == 403
    assert "止于2025年5月31日" in answer.content.decode()
    assert planned(cast.team) == [("24", START, BEFORE)]


@pytest.mark.parametrize("weekdays", ["29", "x2", [0, 1], "1234567"])
def test_action_checks_the_digits(cast, weekdays):
    if weekdays == "1234567":
        assert len(actions.set_duty_days(team=cast.team, weekdays=weekdays, starts_on=DAY, by=None).weekday_names) == 7
        return
    with pytest.raises(ValidationError, match="请选择星期"):
        actions.set_duty_days(team=cast.team, weekdays=weekdays, starts_on=DAY, by=None)


def test_the_database_itself_keeps_one_plan_a_day(cast, plan):
    with pytest.raises(IntegrityError), transaction.atomic(), acting(by=None, action="test", label="测试"):
        DutyPlan(team=cast.team, weekdays="15", starts_on=DAY, ends_on=DAY).save()
    assert planned(cast.team) == [("24", START, None)]


@pytest.mark.parametrize("role", [Role.LEADER, Role.CADRE, Role.COMMITTEE])
def test_only_the_office_fixes_days(cast, sign_in, plan, role):
    client = sign_in(role)
    assert client.get(page_of(cast.team)).status_code == 403
    assert client.post(page_of(cast.team), fixing(cast.team, "1", "5")).status_code == 403
    assert planned(cast.team) == [("24", START, None)]


def test_days_of_another_villages_team_are_not_found(cast, sign_in):
    assert sign_in(Role.LEADER).get(page_of(cast.other_team)).status_code == 404


def test_doubled_sending_fixes_once(cast, sign_in, plan):
    client = sign_in(Role.OFFICE)
    form = fixing(cast.team, "1", "5", once="7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9a41")
    first, second = (client.post(page_of(cast.team), form) for _ in range(2))
    assert (second.status_code, second["Location"]) == (303, first["Location"])
    assert len(planned(cast.team)) == 2


def test_second_office_sees_what_the_first_fixed(cast, sign_in, plan):
    form = fixing(cast.team, "1", "5")
    actions.set_duty_days(
        team=cast.team, weekdays="36", starts_on=DAY, by=cast.users[Role.OFFICE_LEAD], reason="先办的"
    )
    answer = sign_in(Role.OFFICE).post(page_of(cast.team), form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "周三、周六" in page
    assert "周一、周五" in page
    assert planned(cast.team)[-1] == ("36", DAY, None)


def test_team_and_cadres_hear_of_new_days(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        actions.set_duty_days(team=cast.team, weekdays="24", starts_on=DAY, by=cast.users[Role.OFFICE])
    told = Notice.objects.filter(text="示例一村联村工作组固定办公日自2025年6月1日起为周二、周四。")
    expected = {cast.users[role].pk for role in (Role.LEADER, Role.MEMBER, Role.CADRE)}
    assert set(told.values_list("user_id", flat=True)) == expected


def test_form_takes_no_other_method(cast, sign_in):
    assert sign_in(Role.OFFICE).delete(page_of(cast.team)).status_code == 405
