"""Which grid lacks which of the kinds of people that belong in every grid."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from grids import actions
from grids.coverage import coverage_of, kinds_in_every_grid, lacks_any, people_in
from grids.models import Grid
from grids.tests.scenes import many_grids, resident
from grids.tests.test_grids import cells
from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from villages.models import OrganizationKind, OrganizationMember, SocialOrganization

DAY = date(2026, 1, 5)


def counts(grid, on=DAY):
    kinds = kinds_in_every_grid(on)
    found = coverage_of([grid], kinds, on)[grid.pk]
    lacking = [kind.short for kind in found.lacking]
    assert Grid.objects.filter(lacks_any(kinds, on), pk=grid.pk).exists() == bool(lacking)
    assert [len(people) for _, people in people_in(grid, kinds, on)] == list(found.counts.values())
    return list(found.counts.values())


def organization(cast, place, village=None):
    with acting(by=None, action="test", label="测试"):
        made = SocialOrganization(village=village or cast.own, kind=cast.kinds[place], name=f"示例组织{place}")
        made.save()
    return made


def join(org, person, **more):
    with acting(by=None, action="test", label="测试"):
        member = OrganizationMember(organization=org, person=person, **{"starts_on": date(2024, 1, 1), **more})
        member.save()
    return member


# --- Counting ---------------------------------------------------------------------------------
def test_the_party_and_the_three_organisations_in_order(cast):
    assert [kind.short for kind in kinds_in_every_grid(DAY)] == ["党员", "红白理事会", "爱卫会", "关爱委"]


def test_people_are_placed_by_their_villager_group(cast):
    assert counts(cast.grid) == [1, 1, 0, 0]
    assert counts(cast.other_grid) == [0, 0, 0, 0]


def test_everybody_there_lacks_nothing(cast):
    for place in (1, 2):
        join(organization(cast, place), cast.resident)
    assert counts(cast.grid) == [1, 1, 1, 1]
    assert not Grid.objects.filter(lacks_any(kinds_in_every_grid(DAY), DAY), pk=cast.grid.pk).exists()


@pytest.mark.parametrize(
    ("term", "counted"),
    [({}, 1), ({"ends_on": DAY}, 1), ({"ends_on": date(2026, 1, 4)}, 0), ({"starts_on": date(2026, 1, 6)}, 0)],
)
def test_only_running_terms_count(cast, term, counted):
    join(organization(cast, 1), cast.resident, **term)
    assert counts(cast.grid)[2] == counted


def test_one_person_in_two_organisations_of_a_kind_counts_once(cast):
    join(organization(cast, 0), cast.resident)
    assert counts(cast.grid)[1] == 1


def test_who_left_the_register_does_not_count(cast):
    person = resident(cast, is_party_member=True, ended_on=date(2025, 1, 1), end_reason="迁出")
    join(organization(cast, 1), person)
    assert counts(cast.grid) == [1, 1, 0, 0]


def test_ended_organisations_and_those_of_other_villages_do_not_count(cast):
    join(organization(cast, 1, village=cast.other), cast.resident)
    ended = organization(cast, 2)
    join(ended, cast.resident)
    with acting(by=None, action="test", label="测试"):
        ended.ended_on, ended.end_reason = date(2026, 1, 1), "撤销"
        ended.save()
    assert counts(cast.grid) == [1, 1, 0, 0]


def test_people_outside_any_grid_count_nowhere(cast):
    actions.set_areas(grid=cast.grid, villager_groups=[], by=None)
    assert counts(cast.grid) == [0, 0, 0, 0]


def test_a_further_kind_counts_only_when_the_town_wants_it_everywhere(cast):
    with acting(by=None, action="test", label="测试"):
        kind = OrganizationKind(name="示例协会", short_name="协会", position=9)
        kind.save()
        assert len(kinds_in_every_grid(DAY)) == 4
        kind.in_every_grid = True
        kind.save()
    assert [k.short for k in kinds_in_every_grid(DAY)][-1] == "协会"
    with acting(by=None, action="test", label="测试"):
        kind.ended_on = DAY
        kind.save()
    assert len(kinds_in_every_grid(DAY)) == 4


# --- Page -------------------------------------------------------------------------------------
def test_page_names_the_gaps(cast, sign_in):
    page = sign_in(Role.OFFICE).get(reverse("grid_coverage")).content.decode()
    assert "共2个网格，其中2个有缺项" in page
    first, second = cells(page)
    assert first == ["示例一村", "第1网格", "第1组", "1", "1", "缺", "缺", "爱卫会、关爱委"]
    assert second[-1] == "党员、红白理事会、爱卫会、关爱委"


def test_filtered_to_gaps(cast, sign_in):
    for place in (1, 2):
        join(organization(cast, place), cast.resident)
    client = sign_in(Role.OFFICE)
    page = client.get(reverse("grid_coverage"), {"state": "lacking"}).content.decode()
    assert [row[0] for row in cells(page)] == ["示例二村"]
    page = client.get(reverse("grid_list"), {"state": "lacking"}).content.decode()
    assert [row[0] for row in cells(page)] == ["示例二村"]


def test_a_grid_without_area_says_so(cast, sign_in):
    actions.set_areas(grid=cast.grid, villager_groups=[], by=None)
    page = sign_in(Role.OFFICE).get(reverse("grid_coverage")).content.decode()
    assert cells(page)[0][2] == "未划定"


def test_totals_and_paper(cast, sign_in):
    many_grids(cast, 2)
    client = sign_in(Role.OFFICE)
    page = client.get(reverse("grid_coverage")).content.decode()
    assert page.split("<tfoot>")[1].count(">3<") == 2
    paper = client.get(reverse("grid_coverage"), {"print": 1}).content.decode()
    assert "〔" not in paper
    assert "topbar" not in paper
    assert cells(paper)[0][5] == "缺"


def test_leader_sees_own_village_only(cast, sign_in):
    page = sign_in(Role.LEADER).get(reverse("grid_coverage")).content.decode()
    assert [row[0] for row in cells(page)] == ["示例一村"]


@pytest.mark.parametrize("role", [Role.WINDOW, Role.GRIDHEAD, Role.SYSADMIN])
def test_who_cannot_do_anything_about_it_is_refused(cast, sign_in, role):
    assert sign_in(role).get(reverse("grid_coverage")).status_code == 403


def test_two_queries_whatever_the_number(cast, django_assert_num_queries):
    many_grids(cast, 30)
    grids = list(Grid.objects.all())
    with django_assert_num_queries(2):
        found = coverage_of(grids, kinds_in_every_grid(DAY), DAY)
    assert len(found) == 32
