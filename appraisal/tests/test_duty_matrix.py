"""驻村一览: the town's week as a matrix, for each role its teams, on screen, on paper and in a workbook."""

from __future__ import annotations

import gzip
import io
import re
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from appraisal.tests.duty_scene import NOW, THU, TUE, WEEK, add_teams, enter, fix_days
from lianzhen.accounts.roles import Role
from lianzhen.town.models import CalendarDay
from lianzhen.trail import acting
from villages.tests.counting import queries_of

URL = "/duty/"
KB = 1024


@pytest.fixture
def town(cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    fix_days(cast.team, cast.other_team)
    enter(cast.team, TUE, cast.people[Role.LEADER])
    return cast


def rows_of(page: str) -> dict[str, list[str]]:
    """The cells of each team, its name aside."""
    found = {}
    for name, cells in re.findall(r'<a class="wide" href="[^"]*">([^<]*)</a>(.*?)</tr>', page, re.S):
        texts = re.findall(r"<td[^>]*>(.*?)</td>", cells, re.S)
        found[name] = [re.sub(r"<[^>]*>", "", text) for text in texts]
    return found


def heads_of(page: str) -> list[str]:
    return [re.sub(r"<[^>]*>", "", head).strip() for head in re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)]


def see(sign_in, role, **query) -> str:
    answer = sign_in(role).get(URL, query)
    assert answer.status_code == 200
    return answer.content.decode()


def holiday(day: date, name: str, *, works: bool) -> None:
    with acting(by=None, action="test", label="测试"):
        CalendarDay(date=day, is_workday=works, name=name, source="manual", plan_year=day.year).save()


# --- What it shows ------------------------------------------------------------------------------
def test_the_office_sees_every_team_with_its_days(town, sign_in):
    page = see(sign_in, Role.OFFICE)
    assert rows_of(page) == {
        "示例一村": ["—", "驻", "—", "待", "—", "1", "2", "还差1天"],
        "示例二村": ["—", "缺", "—", "待", "—", "0", "2", "还差2天"],
    }
    assert "第48周（11月23日—29日）" in page
    assert "第一片区　1个组，达标0个" in page
    assert "达标0个，未达标2个" in page


def test_a_team_that_has_done_its_days_is_through(town, sign_in):
    enter(town.team, THU, town.people[Role.MEMBER])
    page = see(sign_in, Role.OFFICE)
    assert rows_of(page)["示例一村"][-3:] == ["2", "2", "达标"]
    assert list(rows_of(see(sign_in, Role.OFFICE, state="short"))) == ["示例二村"]
    assert list(rows_of(see(sign_in, Role.OFFICE, state="met"))) == ["示例一村"]


def test_narrowed_to_a_district_and_cleared_within_the_week(town, sign_in):
    page = see(sign_in, Role.OFFICE, group=town.other_group.pk, week="2026-W47")
    assert list(rows_of(page)) == ["示例二村"]
    assert 'href="/duty/?week=2026-W47">清除筛选' in page
    assert '<input type="hidden" name="week" value="2026-W47"' in page


def test_columns_of_the_weekend_only_when_it_is_worked_or_used(town, sign_in):
    assert [head for head in heads_of(see(sign_in, Role.OFFICE)) if head.startswith("周六")] == []
    saturday = WEEK.days[5]
    holiday(saturday, "国庆节调休", works=True)
    assert "周六 28日 国庆节调休" in heads_of(see(sign_in, Role.OFFICE))
    enter(town.team, WEEK.previous().days[6], town.people[Role.LEADER])
    assert "周日 22日" in heads_of(see(sign_in, Role.OFFICE, week="2026-W47"))


def test_a_week_of_holidays_owes_less_and_says_why(town, sign_in):
    for day in WEEK.days[1:5]:
        holiday(day, "国庆节", works=False)
    page = see(sign_in, Role.OFFICE)
    assert "周二 24日 国庆节" in heads_of(page)
    assert "11月24日—11月27日国庆节放假，工作日1天，应到按工作日计。" in page
    assert rows_of(page)["示例二村"][1:5] == ["休", "休", "休", "休"]
    assert rows_of(page)["示例二村"][6] == "1"


def test_ended_teams_and_those_not_yet_begun_are_left_out(town, sign_in):
    with acting(by=None, action="test", label="测试"):
        town.other_team.ends_on = WEEK.previous().end
        town.other_team.save()
    assert list(rows_of(see(sign_in, Role.OFFICE))) == ["示例一村"]
    assert list(rows_of(see(sign_in, Role.OFFICE, week="2026-W47"))) == ["示例一村", "示例二村"]
    assert "这一周没有在任的联村工作组。" in see(sign_in, Role.OFFICE, week="2000-W01")


def test_sorted_by_what_is_missing(town, sign_in):
    assert list(rows_of(see(sign_in, Role.OFFICE, sort="-state"))) == ["示例二村", "示例一村"]
    assert list(rows_of(see(sign_in, Role.OFFICE, sort="state"))) == ["示例一村", "示例二村"]


def test_a_phone_finds_each_team_as_a_line_that_unfolds(town, sign_in):
    page = see(sign_in, Role.DISTRICT)
    assert "<summary>示例一村 <span>1/2天 还差1天</span></summary>" in page
    assert "周一—，周二驻，周三—，周四待，周五—" in page


# --- Who sees what ------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.OFFICE_LEAD, Role.COMMITTEE, Role.AUDITOR])
def test_the_town_sees_all(role, town, sign_in):
    assert len(rows_of(see(sign_in, role))) == 2


def test_a_district_sees_its_own_teams_and_the_means_of_all(town, sign_in):
    page = see(sign_in, Role.DISTRICT)
    assert list(rows_of(page)) == ["示例一村"]
    means = page[page.index("片区对照") :]
    assert "第二片区" in means
    assert "示例二村" not in page


@pytest.mark.parametrize("role", [Role.LEADER, Role.MEMBER, Role.CADRE])
def test_a_team_sees_itself_and_no_means(role, town, sign_in):
    page = see(sign_in, role)
    assert list(rows_of(page)) == ["示例一村"]
    assert "片区对照" not in page
    assert reverse("duty_grid") not in page


@pytest.mark.parametrize("role", ["outsider", Role.GRIDHEAD, Role.SYSADMIN, Role.WINDOW, Role.INSTRUCTOR])
def test_others_are_refused(role, town, sign_in):
    assert sign_in(town.users.get(role, town.outsider)).get(URL).status_code == 403


def test_only_the_office_is_offered_the_paper_sheet(town, sign_in):
    assert f"{reverse('duty_grid')}?week=2026-W48" in see(sign_in, Role.OFFICE)
    assert reverse("duty_grid") not in see(sign_in, Role.COMMITTEE)


@pytest.mark.parametrize("week", ["2026-W60", "2026-11", "x", "1"])
def test_a_week_that_does_not_exist(week, town, sign_in):
    assert sign_in(Role.OFFICE).get(URL, {"week": week}).status_code == 404


def test_forged_filters_leave_nothing_and_break_nothing(town, sign_in):
    for query in ({"group": "9" * 30}, {"group": town.other_group.pk, "state": "x"}, {"sort": "nothing"}):
        assert sign_in(Role.LEADER).get(URL, query).status_code == 200
    assert rows_of(see(sign_in, Role.LEADER, group=town.other_group.pk)) == {}


# --- Paper, workbook, weight --------------------------------------------------------------------
def test_on_paper_across_with_the_week_in_its_head(town, sign_in):
    page = see(sign_in, Role.OFFICE, print="1")
    assert 'class="sheet landscape"' in page
    assert "第48周（11月23日—29日）" in page
    assert "筛选" not in page


def test_the_workbook_says_what_the_screen_says(town, sign_in):
    client = sign_in(Role.OFFICE)
    shown = rows_of(client.get(URL, {"state": "short"}).content.decode())
    answer = client.post(f"{URL}?state=short")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    head, *rows = list(book.worksheets[0].values)
    assert head[:3] == ("片区", "联村工作组", "周一 23日")
    assert {row[1]: [str(cell) for cell in row[2:]] for row in rows} == shown
    assert {row[0] for row in rows} == {"第一片区", "第二片区"}
    told = dict(book["导出说明"].values)
    assert told["筛选条件"] == "第48周（11月23日—29日）；达标情况：未达标"


def test_queries_do_not_grow_with_the_teams(town, sign_in):
    add_teams(town, 3)
    few = queries_of(sign_in(Role.OFFICE), URL)
    add_teams(town, 30)
    assert queries_of(sign_in(Role.OFFICE), URL) == few
    assert few <= 15
    assert queries_of(sign_in(Role.DISTRICT), URL) <= 15


def test_light_on_a_slow_line(town, sign_in):
    add_teams(town, 40)
    page = sign_in(Role.COMMITTEE).get(URL).content
    assert len(rows_of(page.decode())) == 42
    assert len(gzip.compress(page, 6)) <= 20 * KB
