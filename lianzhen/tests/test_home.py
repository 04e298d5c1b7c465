"""The home page: every role finds what it answers for, and numbers that lead to their rows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from grids.models import Grid
from lianzhen.accounts.roles import Role
from lianzhen.overview import overview
from lianzhen.trail import acting
from villages.models import LiaisonTeam, Village

TODAY = date(2026, 11, 23)


def home(sign_in, role) -> str:
    answer = sign_in(role).get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def needs(cast, role) -> dict[str, int]:
    return {need.text: need.count for need in overview(cast.users[role], TODAY).needs}


def figures(cast, role) -> dict[str, int]:
    return {figure.label: figure.value for figure in overview(cast.users[role], TODAY).figures}


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_home(cast, sign_in, role):
    assert cast.users[role].name in home(sign_in, role)


def test_leader_finds_own_village_and_team(cast, sign_in):
    page = home(sign_in, Role.LEADER)
    assert reverse("village", args=[cast.own.pk]) in page
    assert reverse("team", args=[cast.team.pk]) in page
    assert "示例二村" not in page


def test_instructor_finds_the_self_governed_village(cast, sign_in):
    page = home(sign_in, Role.INSTRUCTOR)
    assert "示例三社区" in page
    assert "联村工作指导员" in page


def test_grid_head_finds_own_grid_only(cast, sign_in):
    page = home(sign_in, Role.GRIDHEAD)
    assert reverse("grid", args=[cast.grid.pk]) in page
    assert reverse("village_list") not in page


def test_administrator_finds_no_register(cast, sign_in):
    page = home(sign_in, Role.SYSADMIN)
    assert reverse("account_list") in page
    for name in ("village_list", "team_list", "grid_list", "person_list"):
        assert f'"{reverse(name)}"' not in page


def test_administrator_is_told_which_roles_nobody_holds(cast, sign_in):
    assert "还没有" not in home(sign_in, Role.SYSADMIN)
    with acting(by=None, action="test", label="测试"):
        grant = cast.users[Role.AUDITOR].grants.get()
        grant.ends_on = TODAY - timedelta(days=300)
        grant.save()
    assert "还没有审计员，请开通账号并授予" in home(sign_in, Role.SYSADMIN)


def test_auditor_finds_the_latest_of_the_trail(cast, sign_in):
    with acting(by=cast.users[Role.OFFICE], action="test", label="改村训"):
        cast.own.motto = "崇德向善"
        cast.own.save()
    assert "改村训" in home(sign_in, Role.AUDITOR)


def test_account_without_a_role_is_told_whom_to_ask(cast, sign_in):
    assert "没有担任的职务" in home(sign_in, cast.outsider)


def test_figures_count_what_the_role_sees(cast):
    assert figures(cast, Role.OFFICE)["村（社区）"] == 3
    assert figures(cast, Role.LEADER)["村（社区）"] == 1
    assert figures(cast, Role.DISTRICT)["网格"] == 1
    assert figures(cast, Role.OFFICE)["人口"] == 3000


def test_vacancies_and_gaps_are_counted(cast):
    # The other village has a grid without a head and a team without a leader.
    assert needs(cast, Role.OFFICE)["网格暂无网格长"] == 1
    assert needs(cast, Role.OFFICE)["联村工作组暂无组长"] == 1
    assert needs(cast, Role.OFFICE)["网格的四类人员有缺项"] == 2
    assert "网格暂无网格长" not in needs(cast, Role.LEADER)


def test_village_without_team_and_instructor_is_counted(cast):
    assert "村（社区）既没有联村工作组，也没有指导员" not in needs(cast, Role.OFFICE)
    with acting(by=None, action="test", label="测试"):
        Village(code="431321101904", name="示例四村").save()
    assert needs(cast, Role.OFFICE)["村（社区）既没有联村工作组，也没有指导员"] == 1


def test_term_of_office_that_ends_soon_is_counted(cast):
    with acting(by=None, action="test", label="测试"):
        cast.organization.term_starts_on, cast.organization.term_years = date(2023, 12, 30), 3
        cast.organization.save()
        cast.other_organization.term_starts_on, cast.other_organization.term_years = date(2025, 12, 30), 3
        cast.other_organization.save()
    assert needs(cast, Role.OFFICE)["社会组织任期已满或60天内届满"] == 1


def test_every_need_leads_to_a_list_of_just_that_many(cast, sign_in):
    """The number on the home page and the list behind it never disagree."""
    client = sign_in(Role.OFFICE)
    for need in overview(cast.users[Role.OFFICE], TODAY).needs:
        if "四类人员" in need.text or "网格" in need.text or "组长" in need.text:
            page = client.get(need.url).context["table"]
            rows = [row for row in page.rows if 'class="group"' not in row]
            assert len(rows) == need.count, need.text


def test_as_many_queries_for_many_villages(cast, sign_in, django_assert_max_num_queries):
    client = sign_in(Role.OFFICE)
    client.get("/")
    with acting(by=None, action="test", label="测试"):
        for number in range(30):
            village = Village(code=f"4313211018{number:02d}", name=f"示例{number}号村", group=cast.group)
            village.save()
            LiaisonTeam(village=village, starts_on=TODAY - timedelta(days=9)).save()
            Grid(village=village, number=1).save()
    with django_assert_max_num_queries(15):
        client.get("/")


def test_own_villages_cost_as_many_queries_for_a_leader(cast, sign_in, django_assert_max_num_queries):
    client = sign_in(Role.LEADER)
    client.get("/")
    with django_assert_max_num_queries(15):
        client.get("/")
