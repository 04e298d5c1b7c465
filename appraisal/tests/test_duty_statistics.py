"""驻村月统计: days owed and done, late entries, leave and official travel, by team and by person."""

from __future__ import annotations

import io
import re
from datetime import date

import openpyxl
import pytest

from appraisal.duty_months import person_months, team_months
from appraisal.models import DutyAttendance, Leave, WorkRules
from appraisal.tests.duty_scene import NOW, TODAY, TUE, WED, add_teams, enter, fix_days
from lianzhen.accounts.roles import Role
from lianzhen.periods import Month
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from villages.tests.counting import queries_of

URL = "/duty/statistics/"
NOVEMBER = Month(2026, 11)
#: Tuesdays and Thursdays of November 2026 before the 26th, on which nobody came unless a test says so.
PAST = 7


@pytest.fixture
def town(cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    fix_days(cast.team, cast.other_team)
    return cast


def away(cast, role, kind, first, last):
    with acting(by=None, action="test", label="测试"):
        Leave(
            person=cast.people[role],
            team=cast.team,
            village=cast.own,
            kind=kind,
            starts_on=first,
            ends_on=last,
            reason="测试",
            proof="测试",
            step="leader",
            workdays=1,
            state="approved",
            created_by=cast.users[Role.MEMBER],
            decided_by=cast.users[Role.OFFICE_LEAD],
            decided_at="2026-11-20T08:00Z",
        ).save()


def row_of(rows, name):
    row = next(row for row in rows if row.name == name)
    return row.need, row.done, row.missed, row.late, row.leave, row.official


def shown(page: str) -> dict[str, list[str]]:
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    found = {}
    for cells in re.findall(r"<tr>(.*?)</tr>", body, re.S):
        texts = [re.sub(r"<[^>]*>", "", text) for text in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", cells, re.S)]
        found[texts[0]] = texts[1:]
    return found


# --- Figures ------------------------------------------------------------------------------------
def test_figures_of_a_team(town):
    enter(town.team, TUE, town.people[Role.LEADER])
    enter(town.team, date(2026, 11, 3), town.people[Role.LEADER], late_reason="没有信号")
    away(town, Role.MEMBER, "sick", date(2026, 11, 5), date(2026, 11, 9))
    away(town, Role.LEADER, "meeting", date(2026, 11, 12), date(2026, 11, 12))
    rows = team_months([town.team, town.other_team], NOVEMBER, TODAY)
    # 8 fixed days in November; two done; of the 7 past ones 5 are open.
    assert row_of(rows, "示例一村") == (8, 2, PAST - 2, 1, 3, 1)
    assert row_of(rows, "示例二村") == (8, 0, PAST, 0, 0, 0)


def test_days_keyed_from_paper_are_not_late(town):
    paper = {"late_reason": "按纸质登记表代录", "source": DutyAttendance.Source.OFFICE}
    enter(town.team, TUE, town.people[Role.LEADER], **paper)
    assert row_of(team_months([town.team], NOVEMBER, TODAY), "示例一村")[3] == 0


def test_an_owed_day_counts_in_the_month_that_it_lies_in(town):
    # The week of 30 November: Tuesday and Thursday lie in December.
    november = team_months([town.team], NOVEMBER, TODAY)[0]
    december = team_months([town.team], Month(2026, 12), TODAY)[0]
    assert (november.need, december.need) == (8, 10)
    assert december.missed == 0


def test_figures_of_persons_without_anything_owed_while_the_team_counts(town):
    enter(town.team, TUE, town.people[Role.LEADER], town.people[Role.CADRE])
    enter(town.team, WED, town.people[Role.LEADER], late_reason="没有信号")
    away(town, Role.CADRE, "annual", date(2026, 11, 5), date(2026, 11, 5))
    rows = person_months([town.team], NOVEMBER, TODAY)
    assert row_of(rows, "甲联村工作组组长") == (None, 2, None, 1, 0, 0)
    assert row_of(rows, "甲村干部") == (None, 1, None, 0, 1, 0)
    assert [row.role for row in rows] == ["组长", "组员", "村定补干部"]


def test_figures_of_persons_who_owe_their_own_days(town):
    with acting(by=None, action="test", label="测试"):
        WorkRules(starts_on=date(2024, 1, 1), counted_per_person=True).save()
    enter(town.team, TUE, town.people[Role.LEADER])
    rows = person_months([town.team], NOVEMBER, TODAY)
    assert row_of(rows, "甲联村工作组组长")[:3] == (8, 1, PAST - 1)
    assert row_of(rows, "甲联村工作组组员")[:3] == (8, 0, PAST)
    assert row_of(rows, "甲村干部")[:3] == (None, 0, None)
    assert row_of(team_months([town.team], NOVEMBER, TODAY), "示例一村")[:3] == (16, 1, 2 * PAST - 1)


# --- The page -----------------------------------------------------------------------------------
def test_the_page_by_team_and_by_person(town, sign_in):
    enter(town.team, TUE, town.people[Role.LEADER])
    client = sign_in(Role.OFFICE)
    page = client.get(URL).content.decode()
    assert shown(page)["示例一村"] == ["第一片区", "8", "1", "6", "0", "0", "0"]
    assert "2026年11月" in page
    people = client.get(URL, {"by": "person", "month": "2026-11"}).content.decode()
    assert shown(people)["甲联村工作组组长"] == ["组长", "示例一村", "第一片区", "1", "0", "0", "0"]
    assert list(shown(people)) == [town.people[r].name for r in (Role.LEADER, Role.MEMBER, Role.CADRE)]
    assert "个人不计应到" in people
    assert "应到（天）" not in people
    assert "名次" not in page + people


def test_the_page_by_person_who_owes_days_of_his_own(town, sign_in):
    with acting(by=None, action="test", label="测试"):
        WorkRules(starts_on=date(2024, 1, 1), counted_per_person=True).save()
    page = sign_in(Role.OFFICE).get(URL, {"by": "person"}).content.decode()
    assert shown(page)["甲联村工作组组长"] == ["组长", "示例一村", "第一片区", "8", "0", str(PAST), "0", "0", "0"]
    assert shown(page)["甲村干部"][3:6] == ["—", "0", "—"]


def test_sorted_by_a_figure_either_way(town, sign_in):
    enter(town.team, TUE, town.people[Role.LEADER])
    client = sign_in(Role.OFFICE)
    assert list(shown(client.get(URL, {"sort": "-missed"}).content.decode())) == ["示例二村", "示例一村"]
    assert list(shown(client.get(URL, {"sort": "missed"}).content.decode())) == ["示例一村", "示例二村"]


def test_narrowed_to_a_district_keeps_month_and_tab(town, sign_in):
    query = {"group": town.other_group.pk, "by": "person", "month": "2026-10"}
    page = sign_in(Role.OFFICE).get(URL, query).content.decode()
    assert "甲联村工作组组长" not in page
    assert 'name="by" value="person"' in page
    assert 'name="month" value="2026-10"' in page


@pytest.mark.parametrize(("role", "seen"), [(Role.DISTRICT, 1), (Role.LEADER, 1), (Role.CADRE, 1), (Role.AUDITOR, 2)])
def test_everybody_sees_the_own_teams(role, seen, town, sign_in):
    assert len(shown(sign_in(role).get(URL).content.decode())) == seen


@pytest.mark.parametrize("role", ["outsider", Role.WINDOW, Role.SYSADMIN, Role.GRIDHEAD])
def test_others_are_refused(role, town, sign_in):
    assert sign_in(town.users.get(role, town.outsider)).get(URL).status_code == 403


def test_a_month_without_teams_and_one_that_does_not_exist(town, sign_in):
    assert START.year > 2001
    client = sign_in(Role.OFFICE)
    assert "这个月没有在任的联村工作组。" in client.get(URL, {"month": "2001-01"}).content.decode()
    assert client.get(URL, {"month": "2026-0"}).status_code == 404


def test_paper_and_workbook_say_the_same(town, sign_in):
    enter(town.team, TUE, town.people[Role.LEADER])
    client = sign_in(Role.OFFICE)
    paper = client.get(URL, {"by": "person", "print": "1"}).content.decode()
    answer = client.post(f"{URL}?by=person")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    head, *rows = list(book.worksheets[0].values)
    assert head[0] == "姓名"
    assert {row[0]: ["—" if cell is None else str(cell) for cell in row[1:]] for row in rows} == shown(paper)
    assert "2026年11月" in paper


@pytest.mark.parametrize("query", ["", "?by=person"])
def test_queries_do_not_grow(query, town, sign_in):
    few = queries_of(sign_in(Role.OFFICE), URL + query)
    add_teams(town, 30)
    assert queries_of(sign_in(Role.OFFICE), URL + query) == few
    assert few <= 15
