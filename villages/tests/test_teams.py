"""Liaison teams: list, page, tab of the village page, who led on a day."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from villages.actions import teams as actions
from villages.models import DutyPlan, LiaisonTeam, Person, Posting, Village

DAY = date(2025, 6, 1)
LAST = date(2025, 5, 31)


@pytest.fixture
def bare(cast):
    """A village without a team."""
    with acting(by=None, action="test", label="测试"):
        village = Village(code="431321101904", name="示例四村", group=cast.group)
        village.save()
    return village


def new_staff(cast, name):
    with acting(by=None, action="test", label="测试"):
        person = Person(name=name, department=cast.department)
        person.save()
    return person


def team_url(team, name="team"):
    return reverse(name, args=[team.pk])


# --- List -------------------------------------------------------------------------------------
def test_list_shows_leader_members_and_fixed_days(cast, sign_in):
    actions.set_duty_days(team=cast.team, weekdays="24", starts_on=DAY, by=None)
    page = sign_in(Role.OFFICE).get(reverse("team_list")).content.decode()
    assert cast.people[Role.LEADER].name in page
    assert "周二、周四" in page
    assert "第一片区" in page
    assert "共2个联村工作组" in page


def test_leader_sees_only_own_team_in_the_list(cast, sign_in):
    page = sign_in(Role.LEADER).get(reverse("team_list")).content.decode()
    assert "示例一村联村工作组" in page
    assert "示例二村联村工作组" not in page


def test_outsider_is_refused_the_list(cast, sign_in):
    assert sign_in(cast.outsider).get(reverse("team_list")).status_code == 403


def test_team_without_leader_is_found(cast, sign_in):
    page = sign_in(Role.OFFICE).get(reverse("team_list"), {"state": "vacant"}).content.decode()
    assert "示例二村联村工作组" in page
    assert "暂无组长" in page
    assert "示例一村联村工作组" not in page


def test_ended_teams_are_listed_apart_with_their_last_leader(cast, sign_in):
    actions.end_team(team=cast.team, last_day=LAST, reason="示例", by=None)
    client = sign_in(Role.OFFICE)
    assert "示例一村联村工作组" not in client.get(reverse("team_list")).content.decode()
    page = client.get(reverse("team_list"), {"state": "ended"}).content.decode()
    assert "示例一村联村工作组" in page
    assert cast.people[Role.LEADER].name in page
    assert "示例二村联村工作组" not in page


@pytest.mark.parametrize("typed", ["示例一", "slyc", "甲联村工作组组长"])
def test_team_found_by_village_sound_and_leader(cast, sign_in, typed):
    page = sign_in(Role.OFFICE).get(reverse("team_list"), {"q": typed}).content.decode()
    assert "示例一村联村工作组" in page
    assert "示例二村联村工作组" not in page


def test_list_narrows_to_a_district(cast, sign_in):
    page = sign_in(Role.OFFICE).get(reverse("team_list"), {"group": cast.other_group.pk}).content.decode()
    assert "示例二村联村工作组" in page
    assert "示例一村联村工作组" not in page


@pytest.mark.parametrize("key", ["team", "-district", "leader", "-members", "since"])
def test_list_sorts_by_every_column_that_offers_it(cast, sign_in, key):
    assert sign_in(Role.OFFICE).get(reverse("team_list"), {"sort": key}).status_code == 200


def test_list_prints_what_was_filtered(cast, sign_in):
    page = sign_in(Role.OFFICE).get(reverse("team_list"), {"q": "slyc", "print": 1}).content.decode()
    assert "示例一村联村工作组" in page
    assert "示例二村联村工作组" not in page


def more_teams(cast, count):
    with acting(by=None, action="test", label="测试"):
        for n in range(count):
            village = Village(code=f"4313211011{n:02}", name=f"示例{n + 10}村", group=cast.group)
            village.save()
            team = LiaisonTeam(village=village, starts_on=START)
            team.save()
            for place in range(3):
                person = Person(name=f"示例干部{n}甲{place}", department=cast.department)
                person.save()
                Posting(team=team, person=person, is_leader=place == 0, starts_on=START).save()
            DutyPlan(team=team, weekdays="24", starts_on=START).save()


def test_list_needs_as_many_queries_for_many_teams(cast, sign_in, django_assert_max_num_queries):
    more_teams(cast, 20)
    client = sign_in(Role.OFFICE)
    client.get(reverse("team_list"))
    with django_assert_max_num_queries(15):
        page = client.get(reverse("team_list")).content.decode()
    assert "共22个联村工作组" in page
    assert re.search(r"<tfoot>.*合计.*>41<", page, re.DOTALL)


# --- Page -------------------------------------------------------------------------------------
def test_page_shows_who_serves_with_masked_numbers(cast, sign_in):
    page = sign_in(Role.OFFICE).get(team_url(cast.team)).content.decode()
    leader = cast.people[Role.LEADER]
    assert leader.name in page
    assert cast.people[Role.MEMBER].name in page
    assert leader.masked_phone in page
    assert leader.phone not in page
    assert "显示号码" in page


def test_auditor_is_offered_no_number(cast, sign_in):
    assert "显示号码" not in sign_in(Role.AUDITOR).get(team_url(cast.team)).content.decode()


def test_window_is_led_to_no_page_it_may_not_open(cast, sign_in):
    page = sign_in(Role.WINDOW).get(team_url(cast.team)).content.decode()
    assert "第一片区" in page
    assert reverse("district", args=[cast.group.pk]) not in page


def test_page_of_another_villages_team_is_not_found(cast, sign_in):
    assert sign_in(Role.LEADER).get(team_url(cast.other_team)).status_code == 404


def test_page_says_when_there_is_no_leader(cast, sign_in):
    client = sign_in(Role.OFFICE)
    assert "暂无组长" in client.get(team_url(cast.other_team)).content.decode()
    assert "暂无组长" not in client.get(team_url(cast.team)).content.decode()


def test_only_the_office_is_offered_to_arrange(cast, sign_in):
    assert "更换组长" in sign_in(Role.OFFICE).get(team_url(cast.team)).content.decode()
    assert "更换组长" not in sign_in(Role.LEADER).get(team_url(cast.team)).content.decode()


def test_page_tells_what_was_changed_about_team_and_postings(cast, sign_in):
    person = new_staff(cast, "欧阳示例")
    actions.replace_leader(team=cast.team, person=person, starts_on=DAY, reason="轮岗示例", by=None)
    page = sign_in(Role.OFFICE).get(team_url(cast.team)).content.decode()
    assert "更换组长" in page
    assert "轮岗示例" in page


def test_page_needs_as_many_queries_for_many_postings(cast, sign_in, django_assert_max_num_queries):
    with acting(by=None, action="test", label="测试"):
        for n in range(30):
            person = Person(name=f"示例{n}", department=cast.department, phone=f"199000040{n:02}")
            person.save()
            ends_on = LAST if n % 2 else None
            Posting(team=cast.team, person=person, starts_on=START, ends_on=ends_on, end_reason="示例").save()
    client = sign_in(Role.OFFICE)
    client.get(team_url(cast.team))
    with django_assert_max_num_queries(15):
        page = client.get(team_url(cast.team), {"on": "2025-05-15"}).content.decode()
    assert "组员31人" in page


# --- Who led on a day ---------------------------------------------------------------------------
def test_who_led_on_a_day(cast):
    old, new = cast.people[Role.LEADER], new_staff(cast, "欧阳示例")
    actions.replace_leader(team=cast.team, person=new, starts_on=DAY, reason="轮岗", by=None)
    assert cast.team.led_by(START - timedelta(days=1)) is None
    assert cast.team.led_by(START) == old
    assert cast.team.led_by(LAST) == old
    assert cast.team.led_by(DAY) == new


def test_page_answers_who_led_on_15_may_2025(cast, sign_in):
    new = new_staff(cast, "欧阳示例")
    actions.replace_leader(team=cast.team, person=new, starts_on=DAY, reason="轮岗", by=None)
    page = sign_in(Role.OFFICE).get(team_url(cast.team), {"on": "2025-05-15"}).content.decode()
    assert "2025年5月15日（星期四），组长是甲联村工作组组长，组员1人" in page
    later = sign_in(Role.OFFICE).get(team_url(cast.team), {"on": "2025-06-01"}).content.decode()
    assert "2025年6月1日（星期日），组长是欧阳示例" in later


def test_page_says_when_nobody_led(cast, sign_in):
    page = sign_in(Role.OFFICE).get(team_url(cast.other_team), {"on": "2025-05-15"}).content.decode()
    assert "2025年5月15日（星期四），没有组长在任" in page


def test_day_before_the_team_leads_to_the_team_of_that_time(cast, sign_in):
    actions.end_team(team=cast.team, last_day=LAST, reason="示例", by=None)
    later = actions.open_team(village=cast.own, starts_on=date(2025, 9, 1), by=None)
    page = sign_in(Role.OFFICE).get(team_url(later), {"on": "2025-05-15"}).content.decode()
    assert "还没有成立" in page
    assert f"{team_url(cast.team)}?on=2025-05-15" in page


@pytest.mark.parametrize("typed", ["昨天", "2025-02-30", "", "9" * 40])
def test_a_day_that_is_none_is_explained(cast, sign_in, typed):
    answer = sign_in(Role.OFFICE).get(team_url(cast.team), {"on": typed})
    assert answer.status_code == 200
    assert "日期" in answer.content.decode()
    assert "组长是" not in answer.content.decode()


# --- Village tab ------------------------------------------------------------------------------
def tab_url(village):
    return reverse("village_tab", args=[village.pk, "team"])


def test_village_page_has_its_team(cast, sign_in, django_assert_max_num_queries):
    client = sign_in(Role.CADRE)
    client.get(tab_url(cast.own))
    with django_assert_max_num_queries(15):
        page = client.get(tab_url(cast.own)).content.decode()
    assert cast.people[Role.LEADER].name in page
    assert team_url(cast.team) in page
    assert "更换组长" not in page


def test_self_governed_village_shows_its_instructor_instead(cast, sign_in):
    page = sign_in(Role.INSTRUCTOR).get(tab_url(cast.selfgov)).content.decode()
    assert "不派联村工作组" in page
    assert cast.people[Role.INSTRUCTOR].name in page
    assert "还没有联村工作组" not in page
    assert "更换指导员" in sign_in(Role.OFFICE).get(tab_url(cast.selfgov)).content.decode()


def test_village_without_team_offers_to_set_one_up(cast, sign_in, bare):
    assert f"{reverse('team_add')}?village={bare.pk}" in sign_in(Role.OFFICE).get(tab_url(bare)).content.decode()
    assert reverse("team_add") not in sign_in(Role.COMMITTEE).get(tab_url(bare)).content.decode()


def test_village_page_keeps_former_teams_and_instructors(cast, sign_in):
    actions.end_team(team=cast.team, last_day=LAST, reason="撤组示例", by=None)
    page = sign_in(Role.OFFICE).get(tab_url(cast.own)).content.decode()
    assert "历次联村工作组" in page
    assert "撤组示例" in page
    posting = cast.selfgov.instructor_postings.get()
    actions.end_posting(posting=posting, last_day=LAST, reason="轮换示例", by=None)
    page = sign_in(Role.OFFICE).get(tab_url(cast.selfgov)).content.decode()
    assert "轮换示例" in page
    assert "还没有委派联村工作指导员" in page


def test_dossier_lists_who_served(cast, sign_in):
    page = sign_in(Role.OFFICE).get(reverse("village_dossier", args=[cast.own.pk])).content.decode()
    assert "联村工作组和指导员任职" in page
    assert cast.people[Role.LEADER].name in page


def test_pages_take_no_other_method(cast, sign_in):
    client = sign_in(Role.OFFICE)
    assert client.put(reverse("team_list")).status_code == 405
    assert client.post(team_url(cast.team)).status_code == 405
