"""Villager groups: one, many at once, heads, ending."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.models import Person, VillagerGroup


def tab(village):
    return reverse("village_tab", args=[village.pk, "groups"])


# --- Adding -----------------------------------------------------------------------------------
def test_cadre_adds_a_group_with_its_head(cast, sign_in):
    form = {"number": "2", "name": "上屋组", "households": "31", "head": cast.resident.pk, "head_since": "2025-03-01"}
    answer = sign_in(Role.CADRE).post(reverse("villager_group_add", args=[cast.own.pk]), form)
    group = VillagerGroup.objects.get(village=cast.own, number=2)
    assert answer["Location"] == tab(cast.own)
    assert (str(group), group.head, group.head_since) == ("上屋组", cast.resident, date(2025, 3, 1))


def test_many_are_added_and_those_present_are_left(cast, sign_in):
    client = sign_in(Role.CADRE)
    url = reverse("villager_groups_add", args=[cast.own.pk])
    assert client.post(url, {"first": "1", "last": "21"}).status_code == 303
    assert VillagerGroup.objects.current().filter(village=cast.own).count() == 21
    again = client.post(url, {"first": "1", "last": "21"})
    assert again.status_code == 422
    assert "都已登记" in again.content.decode()
    entries = AuditEntry.objects.filter(action="villager_group.add_many")
    assert entries.count() == 20
    assert entries.values("batch").distinct().count() == 1


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"first": "5", "last": "4"}, "末组号不能小于首组号"),
        ({"first": "1", "last": "500"}, "一次最多登记99个组"),
        ({"first": "0", "last": "4"}, "首组号不能小于1"),
        ({"first": "1"}, "请填写末组号"),
    ],
)
def test_wrong_numbers_add_nothing(cast, sign_in, form, sentence):
    answer = sign_in(Role.CADRE).post(reverse("villager_groups_add", args=[cast.own.pk]), form)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert VillagerGroup.objects.filter(village=cast.own).count() == 1


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"number": "1"}, "这个村已有同号的村民小组"),
        ({"number": "2", "head_since": "2025-01-01"}, "组长和任职起始日期须同时填写"),
        ({"number": ""}, "请填写组号"),
    ],
)
def test_what_is_wrong_is_said_and_kept(cast, sign_in, form, sentence):
    answer = sign_in(Role.CADRE).post(
        reverse("villager_group_add", args=[cast.own.pk]), {"name": "上屋组", "population": "99", **form}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="上屋组"' in page
    assert not VillagerGroup.objects.filter(name="上屋组").exists()


def test_head_from_another_village_is_refused(cast, sign_in):
    form = {"number": "2", "head": cast.other_resident.pk, "head_since": "2025-01-01"}
    answer = sign_in(Role.OFFICE).post(reverse("villager_group_add", args=[cast.own.pk]), form)
    assert answer.status_code == 422
    assert not VillagerGroup.objects.filter(village=cast.own, number=2).exists()


def test_outsiders_and_readers_add_nothing(cast, sign_in):
    assert sign_in(Role.CADRE).get(reverse("villager_group_add", args=[cast.other.pk])).status_code == 404
    for role in (Role.COMMITTEE, Role.DISTRICT, Role.AUDITOR):
        assert sign_in(role).post(reverse("villager_group_add", args=[cast.own.pk]), {"number": "2"}).status_code == 403
    assert VillagerGroup.objects.filter(village=cast.own).count() == 1


def test_doubled_sending_adds_once(cast, sign_in):
    client = sign_in(Role.CADRE)
    url = reverse("villager_groups_add", args=[cast.own.pk])
    form = {"first": "2", "last": "3", "once": "7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9b02"}
    assert client.post(url, form).status_code == client.post(url, form).status_code == 303
    assert VillagerGroup.objects.filter(village=cast.own).count() == 3


# --- Correcting -------------------------------------------------------------------------------
def correction(group, **more):
    return {"number": group.number, "version": group.version, **more}


def test_new_head_follows_the_old_one(cast, sign_in):
    client = sign_in(Role.CADRE)
    group = cast.villager_group
    url = reverse("villager_group_edit", args=[group.pk])
    client.post(url, correction(group, head=cast.resident.pk, head_since="2025-03-01"))
    group.refresh_from_db()
    other = cast.people[Role.CADRE]
    answer = client.post(url, correction(group, head=other.pk, head_since="2025-02-01"))
    assert answer.status_code == 422
    assert "须晚于上一任组长的起始日期（2025年3月1日）" in answer.content.decode()
    client.post(url, correction(group, head=other.pk, head_since="2026-01-01"))
    group.refresh_from_db()
    assert (group.head, group.head_since) == (other, date(2026, 1, 1))


def test_head_who_has_left_the_register_stays_while_other_facts_change(cast, sign_in):
    with acting(by=None, action="test", label="测试"):
        gone = Person(name="辛离册", village=cast.own, ended_on=date(2026, 1, 1), end_reason="迁出")
        gone.save()
        group = VillagerGroup(village=cast.own, number=9, head=gone, head_since=date(2024, 1, 1))
        group.save()
    page = sign_in(Role.CADRE).get(reverse("villager_group_edit", args=[group.pk])).content.decode()
    assert f'<option value="{gone.pk}"' in page


def test_second_editor_sees_both_versions(cast, sign_in):
    client = sign_in(Role.CADRE)
    group = cast.villager_group
    url = reverse("villager_group_edit", args=[group.pk])
    client.post(url, correction(group, population="100"))
    answer = client.post(url, correction(group, population="200"))
    group.refresh_from_db()
    assert answer.status_code == 409
    assert group.population == 100


# --- Ending -----------------------------------------------------------------------------------
def test_group_with_people_or_a_grid_stays(cast, sign_in):
    group = cast.villager_group
    form = {"ended_on": "2026-01-05", "reason": "合并", "version": group.version}
    answer = sign_in(Role.CADRE).post(reverse("villager_group_end", args=[group.pk]), form)
    page = answer.content.decode()
    group.refresh_from_db()
    assert answer.status_code == 422
    assert group.ended_on is None
    assert "人员（1）" in page
    assert "网格所辖村民小组（1）" in page


def test_group_does_not_end_before_the_day_comes(cast, sign_in):
    group = cast.villager_group
    form = {"ended_on": "2098-01-01", "reason": "合并", "version": group.version}
    answer = sign_in(Role.CADRE).post(reverse("villager_group_end", args=[group.pk]), form)
    assert answer.status_code == 422
    assert "撤并日期不能晚于今天" in answer.content.decode()


def test_empty_group_ends_and_its_number_is_free(cast, sign_in):
    client = sign_in(Role.CADRE)
    client.post(reverse("villager_group_add", args=[cast.own.pk]), {"number": "2"})
    group = VillagerGroup.objects.get(village=cast.own, number=2)
    form = {"ended_on": "2026-01-05", "reason": "合并", "version": group.version}
    url = reverse("villager_group_end", args=[group.pk])
    assert client.post(url, form).status_code == 303
    again = client.post(url, {**form, "version": group.version + 1})
    assert again.status_code == 422
    client.post(reverse("villager_group_add", args=[cast.own.pk]), {"number": "2"})
    assert VillagerGroup.objects.filter(village=cast.own, number=2).count() == 2
    assert "已撤并的村民小组（1）" in client.get(tab(cast.own)).content.decode()


# --- Tab --------------------------------------------------------------------------------------
def test_tab_counts_people_and_points_at_a_difference(cast, sign_in):
    with acting(by=None, action="test", label="测试"):
        cast.own.group_count = 21
        cast.own.save()
    page = sign_in(Role.LEADER).get(tab(cast.own)).content.decode()
    assert "村情里填的是21个村民小组，这里登记了1个" in page
