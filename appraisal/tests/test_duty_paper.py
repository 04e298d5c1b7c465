"""空白驻村登记表: names and working days printed, to be signed by hand."""

from __future__ import annotations

import re

import pytest

from appraisal.tests.duty_scene import NOW, WEEK, add_teams, fix_days
from lianzhen.accounts.roles import Role
from lianzhen.town.models import CalendarDay
from lianzhen.trail import acting
from villages.models import Person, Posting
from villages.tests.counting import queries_of

URL = "/duty/blank/"


@pytest.fixture
def town(cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    fix_days(cast.team, cast.other_team)
    return cast


def see(sign_in, role, **query) -> str:
    answer = sign_in(role).get(URL, query)
    assert answer.status_code == 200
    return answer.content.decode()


def sheets(page: str) -> list[str]:
    return page.split('<section class="paper">')[1:]


def test_one_sheet_for_a_team_with_names_and_days(town, sign_in):
    holiday = WEEK.days[2]
    with acting(by=None, action="test", label="测试"):
        CalendarDay(date=holiday, is_workday=False, name="示例节", source="manual", plan_year=2026).save()
    (sheet,) = sheets(see(sign_in, Role.LEADER, team=town.team.pk, month="2026-11", print="1"))
    assert "2026年11月驻村登记表" in sheet
    assert "荷叶镇示例一村联村工作组" in sheet
    assert "固定办公日：周二、周四" in sheet
    for role in (Role.LEADER, Role.MEMBER, Role.CADRE):
        assert town.people[role].name in sheet
    days = re.findall(r'<th scope="row">(\d+月\d+日)</th><td>(.)</td>', sheet)
    assert ("11月24日", "二") in days
    assert len(days) == 20  # 21 weekdays, one of them off
    assert "11月25日" not in dict(days)
    assert sheet.count("固定日") == 8
    assert "组长：" in sheet
    assert sheet.count('<th scope="row"></th>') == 2


def test_more_people_than_fit_go_onto_a_second_sheet(town, sign_in):
    with acting(by=None, action="test", label="测试"):
        for n in range(7):
            person = Person(name=f"丁示例{n}", department=town.department)
            person.save()
            Posting(person=person, team=town.team, starts_on=town.team.starts_on).save()
    found = sheets(see(sign_in, Role.OFFICE, team=town.team.pk, print="1"))
    assert len(found) == 2
    assert "第2张，共2张" in found[1]
    assert "丁示例6" in "".join(found)


def test_a_whole_district_at_once(town, sign_in):
    add_teams(town, 3)
    page = see(sign_in, Role.OFFICE, group=town.other_group.pk, print="1")
    assert len(sheets(page)) == 4
    assert "示例一村" not in page


def test_a_team_without_people_gets_a_sheet_with_a_free_column(town, sign_in):
    with acting(by=None, action="test", label="测试"):
        Posting.objects.filter(team=town.other_team).delete()
    (sheet,) = sheets(see(sign_in, Role.OFFICE, team=town.other_team.pk, print="1"))
    assert 'colspan="1"' in sheet


def test_the_choice_offers_the_own_teams_and_districts(town, sign_in):
    page = see(sign_in, Role.OFFICE)
    assert f"?month=2026-11&amp;group={town.group.pk}&amp;print=1" in page
    assert f"?month=2026-11&amp;team={town.other_team.pk}&amp;print=1" in page
    assert "停电或没有信号时用" in page
    assert "示例二村" not in see(sign_in, Role.CADRE)
    assert "这个月没有在任的联村工作组。" in see(sign_in, Role.OFFICE, month="2001-01")


def test_other_teams_and_districts_are_not_found(town, sign_in):
    client = sign_in(Role.LEADER)
    for query in ({"team": town.other_team.pk}, {"group": town.other_group.pk}, {"team": "x"}, {"month": "2026-14"}):
        assert client.get(URL, {**query, "print": "1"}).status_code == 404


@pytest.mark.parametrize("role", ["outsider", Role.GRIDHEAD, Role.SYSADMIN, Role.WINDOW])
def test_others_are_refused(role, town, sign_in):
    assert sign_in(town.users.get(role, town.outsider)).get(URL).status_code == 403


def test_queries_do_not_grow(town, sign_in):
    url = f"{URL}?print=1"
    few = queries_of(sign_in(Role.OFFICE), url)
    add_teams(town, 20)
    assert queries_of(sign_in(Role.OFFICE), url) == few
    assert few <= 15
