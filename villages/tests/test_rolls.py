"""任职名册, 村民小组名册, and registers as of a day."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from villages.models import Person, Posting, VillagerGroup
from villages.tests.counting import queries_of


def test_who_serves_where_on_a_day(cast, sign_in):
    posting = Posting.objects.get(person=cast.people[Role.MEMBER])
    with acting(by=None, action="test", label="测试"):
        posting.ends_on = date(2026, 3, 31)
        posting.save()
    client, url = sign_in(Role.OFFICE), reverse("posting_list")

    def shown(**asked):
        page = client.get(url, asked).content.decode()
        return {
            role for role in (Role.LEADER, Role.MEMBER, Role.DISTRICT, Role.INSTRUCTOR) if f"甲{role.label}" in page
        }

    everybody = {Role.LEADER, Role.MEMBER, Role.DISTRICT, Role.INSTRUCTOR}
    assert shown() == everybody - {Role.MEMBER}
    assert shown(on="2026-03-31") == everybody == shown(on="")
    assert shown(kind="team", on="2026-03-31") == {Role.LEADER, Role.MEMBER}
    assert shown(kind="instructor") == {Role.INSTRUCTOR}
    assert shown(group=cast.other_group.pk) == {Role.INSTRUCTOR}
    assert shown(group="none") == set()
    assert shown(q="示例一村") == {Role.LEADER}
    # A team sees its own village.
    assert f"甲{Role.INSTRUCTOR.label}" not in sign_in(Role.LEADER).get(url).content.decode()
    assert sign_in(Role.WINDOW).get(url).status_code == 403


def test_villager_groups_of_the_town(cast, sign_in):
    with acting(by=None, action="test", label="测试"):
        VillagerGroup(village=cast.own, number=2, name="上屋组", ended_on=date(2026, 3, 1)).save()
    client, url = sign_in(Role.OFFICE), reverse("villager_group_list")
    assert "共2个村民小组" in client.get(url).content.decode()
    for asked, words in (
        ({"on": "2026-02-28"}, ("共3个村民小组", "截至2026年2月28日", "上屋组")),
        ({"on": "2026-03-01"}, ("共2个村民小组",)),
        ({"on": "2026-02-28", "group": cast.other_group.pk}, ("共1个村民小组",)),
        ({"state": "ended"}, ("共1个村民小组", "2026年3月1日撤并")),
        ({"on": "x"}, ("没有符合条件的记录",)),
    ):
        page = client.get(url, asked).content.decode()
        assert all(word in page for word in words), asked
    assert sign_in(Role.WINDOW).get(url).status_code == 403


@pytest.mark.parametrize("name", ["posting_list", "villager_group_list"])
def test_rolls_need_as_many_queries_for_many_rows(cast, sign_in, name):
    client = sign_in(Role.OFFICE)
    few = queries_of(client, reverse(name))
    with acting(by=None, action="test", label="测试"):
        for n in range(20):
            person = Person(name=f"癸{n}", department=cast.department, phone=f"1990004{n:04d}")
            person.save()
            Posting(person=person, team=cast.team, starts_on=date(2024, 1, 1)).save()
            VillagerGroup(village=cast.own, number=n + 2, head=person, head_since=date(2024, 1, 1)).save()
    assert queries_of(client, reverse(name)) == few <= 15
