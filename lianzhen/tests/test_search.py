"""Global search: by Chinese, pinyin initials, codes and last four digits; only what the role sees."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.search import SHOWN, search_all
from lianzhen.trail import acting
from villages.models import Person


def found(cast, role, typed) -> dict[str, list[str]]:
    return {hits.title: [hit.text for hit in hits.found] for hits in search_all(cast.users[role], typed)}


@pytest.mark.parametrize("typed", ["曾示例", "zsl", "ZSL", "zengshili", "zeng shi"])
def test_people_by_name_and_sound(cast, typed):
    assert "曾示例" in found(cast, Role.OFFICE, typed)["人员"]


def test_people_by_the_last_four_digits(cast):
    assert found(cast, Role.OFFICE, "1001")["人员"] == ["曾示例"]


@pytest.mark.parametrize("typed", ["示例一", "slyc", "431321101901"])
def test_villages_with_their_teams_and_grids(cast, typed):
    hits = found(cast, Role.OFFICE, typed)
    assert hits["村（社区）"] == ["示例一村"]
    if typed != "431321101901":
        assert hits["联村工作组"] == ["示例一村联村工作组"]
    assert hits["网格"] == ["示例一村第1网格"]


def test_grids_by_their_head(cast):
    assert "示例一村第1网格" in found(cast, Role.OFFICE, cast.people[Role.GRIDHEAD].name)["网格"]


def test_organizations_and_pages(cast):
    assert "示例一村红白喜事理事会" in found(cast, Role.OFFICE, "红白喜事")["社会组织"]
    assert found(cast, Role.OFFICE, "gzrl")["页面"] == ["工作日历"]


def test_leader_finds_nothing_of_another_village(cast):
    hits = found(cast, Role.LEADER, "示例二村")
    assert hits == {}
    assert "单示例" not in str(found(cast, Role.LEADER, "示例"))


def test_grid_head_finds_own_grid_only(cast):
    assert found(cast, Role.GRIDHEAD, "示例") == {"网格": ["示例一村第1网格"]}


def test_numbers_are_masked(cast, sign_in):
    page = sign_in(Role.OFFICE).get(reverse("search"), {"q": "示例"}).content.decode()
    assert "199****1001" in page
    assert "19900001001" not in page


def test_single_hit_is_opened(cast, sign_in):
    answer = sign_in(Role.OFFICE).get(reverse("search"), {"q": "1002"})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("person", args=[cast.other_resident.pk])


def test_nothing_found_says_what_else_to_try(cast, sign_in):
    page = sign_in(Role.OFFICE).get(reverse("search"), {"q": "查无此人"}).content.decode()
    assert "可试拼音首字母或手机号后四位" in page


@pytest.mark.parametrize("typed", ["", "   ", "<script>", "%", "'; drop table account; --", "１００１", "😀" * 60])
def test_whatever_is_typed_is_answered(cast, sign_in, typed):
    answer = sign_in(Role.OFFICE).get(reverse("search"), {"q": typed}, follow=True)
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().replace("<script src", "")


def test_many_hits_lead_to_the_list(cast, sign_in, django_assert_max_num_queries):
    with acting(by=None, action="test", label="测试"):
        for number in range(SHOWN + 5):
            Person(name=f"钟示范{number}", village=cast.own).save()
    hits = next(h for h in search_all(cast.users[Role.OFFICE], "钟示范") if h.title == "人员")
    assert len(hits.found) == SHOWN
    assert hits.more_url == f"{reverse('person_list')}?q=%E9%92%9F%E7%A4%BA%E8%8C%83"
    client = sign_in(Role.OFFICE)
    client.get(reverse("search"), {"q": "示"})
    with django_assert_max_num_queries(15):
        client.get(reverse("search"), {"q": "示"})
