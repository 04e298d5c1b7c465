"""Party branches and party groups: setting up, leaders, members, ending, the town's list."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.models import PartyBranch, PartyGroup, Person
from villages.tests.counting import queries_of


def members_url(group):
    return reverse("party_group_members", args=[group.pk])


@pytest.fixture
def comrade(cast):
    with acting(by=None, action="test", label="测试"):
        person = Person(name="壬同志", village=cast.own, is_party_member=True, phone="19900004001")
        person.save()
    return person


# --- List and page ----------------------------------------------------------------------------
def test_list_shows_groups_of_seen_villages(cast, sign_in):
    page = sign_in(Role.LEADER).get(reverse("party_group_list")).content.decode()
    assert "第一党员小组" in page
    assert "共1个党员小组" in page
    assert sign_in(Role.WINDOW).get(reverse("party_group_list")).status_code == 403


@pytest.mark.parametrize("asked", [{"q": "示例一"}, {"q": "slyc"}, {"q": "第一党员"}])
def test_list_is_searched_by_village_and_name(cast, sign_in, asked):
    client = sign_in(Role.OFFICE)
    assert "第一党员小组" in client.get(reverse("party_group_list"), asked).content.decode()
    assert "没有符合条件" in client.get(reverse("party_group_list"), {"q": "不存在"}).content.decode()


def test_page_lists_members_with_masked_numbers(cast, sign_in, comrade):
    client = sign_in(Role.CADRE)
    client.post(members_url(cast.party_group), {"members": [comrade.pk], "version": cast.party_group.version})
    page = client.get(reverse("party_group", args=[cast.party_group.pk])).content.decode()
    assert "壬同志" in page
    assert "199****4001" in page
    assert "19900004001" not in page
    assert "编入：" in page  # the group's own history tells who came


def test_pages_need_as_many_queries_for_many_members(cast, sign_in):
    client = sign_in(Role.OFFICE)
    urls = [
        reverse("party_group_list"),
        reverse("party_group", args=[cast.party_group.pk]),
        members_url(cast.party_group),
    ]
    few = [queries_of(client, url) for url in urls]
    with acting(by=None, action="test", label="测试"):
        for n in range(20):
            PartyGroup(branch=cast.branch, name=f"第{n}组").save()
            Person(name=f"癸{n}", village=cast.own, is_party_member=True, party_group=cast.party_group).save()
    many = [queries_of(client, url) for url in urls]
    assert many == few
    assert max(many) <= 15


# --- Branch -----------------------------------------------------------------------------------
def test_branch_is_set_up_corrected_and_ended(cast, sign_in):
    client = sign_in(Role.OFFICE)
    client.post(
        reverse("party_branch_add", args=[cast.other.pk]), {"name": "示例二村党支部", "founded_on": "1998-07-01"}
    )
    branch = PartyBranch.objects.get(village=cast.other)
    client.post(reverse("party_branch_edit", args=[branch.pk]), {"name": "示例二村党总支", "version": branch.version})
    branch.refresh_from_db()
    assert (branch.name, branch.founded_on) == ("示例二村党总支", None)
    form = {"ended_on": "2026-01-05", "reason": "改设", "version": branch.version}
    client.post(reverse("party_branch_end", args=[branch.pk]), form)
    branch.refresh_from_db()
    assert branch.ended_on == date(2026, 1, 5)


def test_branch_with_groups_stays(cast, sign_in):
    form = {"ended_on": "2026-01-05", "reason": "改设", "version": cast.branch.version}
    answer = sign_in(Role.OFFICE).post(reverse("party_branch_end", args=[cast.branch.pk]), form)
    cast.branch.refresh_from_db()
    assert answer.status_code == 422
    assert "还有第一党员小组" in answer.content.decode()
    assert cast.branch.ended_on is None


# --- Group ------------------------------------------------------------------------------------
def test_cadre_sets_up_a_group_whose_leader_joins_it(cast, sign_in, comrade):
    form = {"branch": cast.branch.pk, "name": "第二党员小组", "leader": comrade.pk, "leader_since": "2025-07-01"}
    answer = sign_in(Role.CADRE).post(reverse("party_group_add", args=[cast.own.pk]), form)
    group = PartyGroup.objects.get(name="第二党员小组")
    comrade.refresh_from_db()
    assert answer["Location"] == reverse("party_group", args=[group.pk])
    assert (group.leader, comrade.party_group) == (comrade, group)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "第一党员小组"}, "这个党支部已有同名的党员小组"),
        ({"branch": ""}, "请选择党支部"),
        ({"leader": "comrade", "leader_since": ""}, "组长和任职起始日期须同时填写"),
        ({"leader": "layman", "leader_since": "2025-07-01"}, "请从名单中选择"),
        ({"leader": "stranger", "leader_since": "2025-07-01"}, "请从名单中选择"),
    ],
)
def test_what_is_wrong_is_said_and_kept(cast, sign_in, comrade, wrong, sentence):
    people = {"comrade": comrade.pk, "layman": cast.people[Role.CADRE].pk, "stranger": cast.other_resident.pk}
    form = {"branch": cast.branch.pk, "name": "第二党员小组", "area": "第1组至第4组", **wrong}
    form["leader"] = people.get(form.get("leader"), "")
    answer = sign_in(Role.CADRE).post(reverse("party_group_add", args=[cast.own.pk]), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="第1组至第4组"' in page
    assert PartyGroup.objects.count() == 1


def test_branch_of_another_village_cannot_be_named(cast, sign_in):
    with acting(by=None, action="test", label="测试"):
        branch = PartyBranch(village=cast.other, name="示例二村党支部")
        branch.save()
    answer = sign_in(Role.CADRE).post(
        reverse("party_group_add", args=[cast.own.pk]), {"branch": branch.pk, "name": "第二党员小组"}
    )
    assert answer.status_code == 422
    assert PartyGroup.objects.count() == 1


def test_outsiders_and_readers_change_nothing(cast, sign_in):
    assert sign_in(Role.CADRE).get(reverse("party_group_add", args=[cast.other.pk])).status_code == 404
    client = sign_in(Role.COMMITTEE)
    for name in ("party_group_edit", "party_group_members", "party_group_end"):
        assert client.get(reverse(name, args=[cast.party_group.pk])).status_code == 403


def test_second_editor_sees_both_versions(cast, sign_in):
    client = sign_in(Role.CADRE)
    url = reverse("party_group_edit", args=[cast.party_group.pk])
    form = {"branch": cast.branch.pk, "name": "第一党员小组", "version": cast.party_group.version}
    client.post(url, {**form, "area": "第1组"})
    answer = client.post(url, {**form, "area": "第2组"})
    cast.party_group.refresh_from_db()
    assert answer.status_code == 409
    assert cast.party_group.area == "第1组"


# --- Members ----------------------------------------------------------------------------------
def test_members_come_and_go_and_the_trail_tells(cast, sign_in, comrade):
    client = sign_in(Role.CADRE)
    group = cast.party_group
    client.post(members_url(group), {"members": [comrade.pk, cast.resident.pk], "version": group.version})
    assert set(group.members.all()) == {comrade, cast.resident}
    group.refresh_from_db()
    client.post(members_url(group), {"members": [cast.resident.pk], "version": group.version})
    comrade.refresh_from_db()
    assert comrade.party_group is None
    entry = AuditEntry.objects.about(group).first()
    assert {"field": "", "label": "调出", "before": "壬同志", "after": ""} in entry.changes
    assert AuditEntry.objects.about(comrade).first().action == "party_group.members"


def test_second_list_of_members_is_shown_the_first(cast, sign_in, comrade):
    client = sign_in(Role.CADRE)
    group = cast.party_group
    client.post(members_url(group), {"members": [comrade.pk], "version": group.version})
    answer = client.post(members_url(group), {"members": [cast.resident.pk], "version": group.version})
    assert answer.status_code == 409
    assert "壬同志" in answer.content.decode()
    assert set(group.members.all()) == {comrade}


def test_leader_stays_in_the_list(cast, sign_in, comrade):
    client = sign_in(Role.CADRE)
    group = cast.party_group
    form = {"branch": cast.branch.pk, "name": group.name, "leader": comrade.pk, "leader_since": "2025-07-01"}
    client.post(reverse("party_group_edit", args=[group.pk]), {**form, "version": group.version})
    group.refresh_from_db()
    answer = client.post(members_url(group), {"members": [], "version": group.version})
    assert answer.status_code == 422
    assert "壬同志是本组组长" in answer.content.decode()


def test_only_party_members_of_the_village_are_offered(cast, sign_in, comrade):
    client = sign_in(Role.CADRE)
    url = members_url(cast.party_group)
    page = client.get(url).content.decode()
    assert "壬同志" in page
    assert cast.other_resident.name not in page
    answer = client.post(url, {"members": [cast.other_resident.pk], "version": cast.party_group.version})
    assert answer.status_code == 422


# --- Ending -----------------------------------------------------------------------------------
def test_group_with_members_stays_and_an_empty_one_ends(cast, sign_in, comrade):
    client = sign_in(Role.CADRE)
    group = cast.party_group
    client.post(members_url(group), {"members": [comrade.pk], "version": group.version})
    group.refresh_from_db()
    url = reverse("party_group_end", args=[group.pk])
    form = {"ended_on": "2026-01-05", "reason": "合并"}
    answer = client.post(url, {**form, "version": group.version})
    assert answer.status_code == 422
    assert "还有党员1名" in answer.content.decode()
    client.post(members_url(group), {"members": [], "version": group.version})
    group.refresh_from_db()
    assert client.post(url, {**form, "version": group.version}).status_code == 303
    group.refresh_from_db()
    assert group.ended_on == date(2026, 1, 5)
    assert "还没有登记党员小组" in client.get(reverse("party_group_list")).content.decode()
