"""我的驻村 and a team's own page of duty: the month, the weeks, who was there."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from appraisal.tests.duty_scene import FRI, NOW, THU, TUE, WED, WEEK, add_teams, enter, fix_days
from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from villages.models import Posting
from villages.tests.counting import queries_of

URL = "/duty/me/"


@pytest.fixture
def town(cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    fix_days(cast.team, cast.other_team)
    return cast


def see(sign_in, role, url=URL, **query) -> str:
    answer = sign_in(role).get(url, query)
    assert answer.status_code == 200
    return answer.content.decode()


def labels(page: str) -> dict[str, str]:
    """What is read out for the days of the calendar."""
    month = page[page.index('class="duty-month"') :]
    return dict(
        text.split(" ", 1) for text in re.findall(r'<span class="visually-hidden">(\d+月\d+日 [^<]*)</span>', month)
    )


def counts(page: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>([^<]*)</dt><dd>(\d+)<small>天", page))


# --- My month -----------------------------------------------------------------------------------
def test_a_leader_sees_the_month_of_the_team_and_his_own_days(town, sign_in):
    enter(town.team, TUE, town.people[Role.LEADER], town.people[Role.CADRE])
    enter(town.team, WED, town.people[Role.MEMBER])
    page = see(sign_in, Role.LEADER)
    assert counts(page) == {"本组": "2", "本人": "1"}
    told = labels(page)
    assert told["11月24日"] == "已登记（本人在岗，固定日）"
    assert told["11月25日"] == "已登记"
    assert told["11月3日"] == "应到未登记（固定日）"
    assert told["11月28日"] == "不上班"
    assert len(told) == 30
    assert "本周已登记2天，应到2天" in page
    assert "还没有登记" not in page


@pytest.mark.parametrize("role", [Role.MEMBER, Role.CADRE])
def test_members_and_cadres_find_their_own_days(role, town, sign_in):
    enter(town.team, TUE, town.people[Role.LEADER], town.people[role])
    assert counts(see(sign_in, role)) == {"本组": "1", "本人": "1"}


def test_a_day_leads_to_its_entry(town, sign_in):
    log = enter(town.team, TUE, town.people[Role.LEADER])
    link = f"{reverse('duty_day')}?team={town.team.pk}&day=2026-11-24"
    assert link.replace("&", "&amp;") in see(sign_in, Role.LEADER)
    assert sign_in(Role.LEADER).get(link)["Location"] == reverse("duty", args=[log.pk])


def test_days_without_an_entry_or_of_others_lead_nowhere(town, sign_in):
    enter(town.other_team, TUE, town.people[Role.LEADER])
    client = sign_in(Role.LEADER)
    for query in (
        {"team": town.team.pk, "day": "2026-11-24"},
        {"team": town.other_team.pk, "day": "2026-11-24"},
        {"team": town.team.pk, "day": "昨天"},
        {"team": "x" * 40, "day": "2026-11-24"},
        {"team": "9" * 40, "day": "2026-11-24"},
        {"team": "", "day": ""},
    ):
        assert client.get(reverse("duty_day"), query).status_code == 404
    assert client.get(reverse("duty_day"))["Location"] == reverse("duty_matrix")


def test_an_empty_month_says_so(town, sign_in):
    assert "本月还没有登记。" in see(sign_in, Role.LEADER)
    past = see(sign_in, Role.LEADER, month="2026-05")
    assert "2026年5月还没有登记。" in past
    assert "week-strip" not in past
    assert 'href="?month=2026-04"' in past
    assert 'href="?month=2026-06"' in past


def test_one_who_serves_in_two_teams_chooses(town, sign_in):
    with acting(by=None, action="test", label="测试"):
        Posting(person=town.people[Role.LEADER], team=town.other_team, starts_on=START).save()
    enter(town.other_team, TUE, town.people[Role.LEADER])
    page = see(sign_in, Role.LEADER)
    assert counts(page)["本组"] == "0"
    other = see(sign_in, Role.LEADER, team=town.other_team.pk, month="2026-11")
    assert counts(other) == {"本组": "1", "本人": "1"}
    assert f'href="?month=2026-10&amp;team={town.other_team.pk}"' in other


def test_another_team_than_ones_own_is_not_found(town, sign_in):
    client = sign_in(Role.LEADER)
    assert client.get(URL, {"team": town.other_team.pk}).status_code == 404
    assert client.get(URL, {"team": "x"}).status_code == 404


def test_a_cadre_of_a_village_without_a_team_is_told(town, sign_in):
    with acting(by=None, action="test", label="测试"):
        town.team.ends_on = START
        town.team.save()
    assert "您所在的村目前没有联村工作组" in see(sign_in, Role.CADRE)


@pytest.mark.parametrize("role", ["outsider", Role.OFFICE, Role.DISTRICT, Role.COMMITTEE, Role.INSTRUCTOR])
def test_whoever_sits_in_no_village_office_is_refused(role, town, sign_in):
    assert sign_in(town.users.get(role, town.outsider)).get(URL).status_code == 403


@pytest.mark.parametrize("month", ["2026-13", "2026-W10", "x", "26-1"])
def test_a_month_that_does_not_exist(month, town, sign_in):
    assert sign_in(Role.LEADER).get(URL, {"month": month}).status_code == 404
    assert sign_in(Role.LEADER).get(reverse("team_duty", args=[town.team.pk]), {"month": month}).status_code == 404


def test_queries_of_my_month(town, sign_in):
    client = sign_in(Role.LEADER)
    empty = queries_of(client, URL)
    for day in (TUE, WED, THU):
        enter(town.team, day, town.people[Role.LEADER], town.people[Role.MEMBER])
    assert queries_of(client, URL) == empty
    assert empty <= 15


# --- A team's page ------------------------------------------------------------------------------
def test_the_page_of_a_team_shows_eight_weeks_and_who_was_there(town, sign_in):
    enter(town.team, TUE, town.people[Role.LEADER])
    enter(town.team, WEEK.previous().days[3], town.people[Role.LEADER], town.people[Role.MEMBER])
    page = see(sign_in, Role.OFFICE, reverse("team_duty", args=[town.team.pk]))
    weeks = page[page.index("最近8周") :]
    assert re.findall(r">(第\d+周 [\d-]+)<", weeks)[:2] == ["第48周 11-23", "第47周 11-16"]
    assert re.findall(r">(\d/\d天)<", weeks) == ["1/2天", "1/2天", *["0/2天"] * 6]
    people = page[page.index("2026年11月人员") : page.index("最近8周")]
    cells = re.findall(r">(甲[^<]*)</th><td[^>]*>([^<]*)</td><td[^>]*>(\d+)</td>", people)
    assert [(role, days) for _, role, days in cells] == [("组长", "2"), ("组员", "1"), ("村定补干部", "0")]


def test_the_page_of_a_team_looks_back(town, sign_in):
    enter(town.team, FRI.replace(month=5), town.people[Role.LEADER])
    page = see(sign_in, Role.OFFICE, reverse("team_duty", args=[town.team.pk]), month="2026-05")
    assert labels(page)["5月27日"] == "已登记"
    assert "week-strip" not in page
    of_a_week = see(sign_in, Role.OFFICE, reverse("team_duty", args=[town.team.pk]), week="2026-W22")
    assert labels(of_a_week)["5月27日"] == "已登记"


def test_only_the_office_keys_paper_from_a_teams_page(town, sign_in):
    url = reverse("team_duty", args=[town.team.pk])
    assert f"{reverse('duty_grid')}?team={town.team.pk}&amp;week=2026-W48" in see(sign_in, Role.OFFICE, url)
    assert reverse("duty_grid") not in see(sign_in, Role.LEADER, url)
    assert reverse("duty_grid") not in see(sign_in, Role.OFFICE, url, week="2027-W02")


def test_team_and_district_lead_to_their_duty(town, sign_in):
    team_url = reverse("team_duty", args=[town.team.pk])
    page = see(sign_in, Role.OFFICE, reverse("team", args=[town.team.pk]))
    assert f'href="{team_url}"' in page
    assert reverse("team", args=[town.team.pk]) in see(sign_in, Role.OFFICE, team_url)
    district = see(sign_in, Role.OFFICE, reverse("district", args=[town.group.pk]))
    assert f"{reverse('duty_matrix')}?group={town.group.pk}" in district


def test_the_page_of_another_villages_team_is_not_found(town, sign_in):
    url = reverse("team_duty", args=[town.other_team.pk])
    assert sign_in(Role.LEADER).get(url).status_code == 404
    assert sign_in(Role.WINDOW).get(url).status_code == 403


def test_queries_of_a_teams_page(town, sign_in):
    url = reverse("team_duty", args=[town.team.pk])
    few = queries_of(sign_in(Role.OFFICE), url)
    add_teams(town, 10)
    for day in (TUE, WED):
        enter(town.team, day, town.people[Role.LEADER])
    assert queries_of(sign_in(Role.OFFICE), url) == few
    assert few <= 15
