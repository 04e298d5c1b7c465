"""Districts: list with means, page, adding, correcting, which villages belong to one."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.models import LiaisonGroup, Village
from villages.tests.counting import queries_of
from villages.tests.test_villages import many_villages

NEW = {"name": "第三片区联络组", "district_name": "第三片区"}


# --- List -------------------------------------------------------------------------------------
def test_list_counts_villages_people_and_gaps(cast, sign_in):
    page = sign_in(Role.COMMITTEE).get(reverse("district_list")).content.decode()
    second = page.split("第二片区</a>")[1].split("</tr>")[0]
    assert "2,000" in second
    assert "1个村" in second  # 示例二村 has a team without a leader
    assert "暂无组长" in second
    assert cast.people[Role.DISTRICT].name in page.split("第一片区</a>")[1].split("</tr>")[0]


def test_office_is_told_of_villages_without_a_district(cast, sign_in):
    with acting(by=None, action="test", label="测试"):
        Village(code="431321101905", name="示例五村").save()
    assert "还有1个村没有划入片区" in sign_in(Role.OFFICE).get(reverse("district_list")).content.decode()
    assert "没有划入片区" not in sign_in(Role.COMMITTEE).get(reverse("district_list")).content.decode()


def test_liaison_group_sees_its_own_district(cast, sign_in):
    client = sign_in(Role.DISTRICT)
    page = client.get(reverse("district_list")).content.decode()
    assert "第一片区" in page
    assert "第二片区" not in page
    assert client.get(reverse("district", args=[cast.other_group.pk])).status_code == 404


def test_list_needs_as_many_queries_for_many_villages(cast, sign_in):
    client = sign_in(Role.OFFICE)
    few = queries_of(client, reverse("district_list"))
    many_villages(cast)
    many = queries_of(client, reverse("district_list"))
    assert many == few <= 15


# --- Page -------------------------------------------------------------------------------------
def test_page_shows_members_villages_and_who_answers(cast, sign_in):
    page = sign_in(Role.LEADER).get(reverse("district", args=[cast.group.pk])).content.decode()
    assert cast.people[Role.DISTRICT].name in page
    assert "2024-01-01" in page
    assert "示例一村" in page
    assert cast.people[Role.LEADER].name in page
    assert "结束任职" not in page


def test_page_needs_as_many_queries_for_many_villages(cast, sign_in):
    client = sign_in(Role.OFFICE)
    url = reverse("district", args=[cast.group.pk])
    few = queries_of(client, url)
    many_villages(cast)
    many = queries_of(client, url)
    assert many == few <= 15


def test_grid_head_and_window_have_no_districts(cast, sign_in):
    for role in (Role.GRIDHEAD, Role.WINDOW):
        assert sign_in(role).get(reverse("district_list")).status_code == 403


# --- Adding and correcting ----------------------------------------------------------------------
def test_office_adds_a_district(cast, sign_in):
    answer = sign_in(Role.OFFICE).post(reverse("district_add"), NEW)
    group = LiaisonGroup.objects.get(district_name="第三片区")
    assert answer["Location"] == reverse("district", args=[group.pk])
    assert group.position == 3


def test_taken_name_is_refused(cast, sign_in):
    answer = sign_in(Role.OFFICE).post(reverse("district_add"), {**NEW, "district_name": "第一片区", "note": "备忘"})
    assert answer.status_code == 422
    assert 'value="备忘"' in answer.content.decode()
    assert LiaisonGroup.objects.count() == 2


def test_only_the_office_changes_districts(cast, sign_in):
    client = sign_in(Role.DISTRICT)
    assert client.post(reverse("district_add"), NEW).status_code == 403
    assert client.get(reverse("district_edit", args=[cast.group.pk])).status_code == 403
    assert client.get(reverse("district_villages", args=[cast.group.pk])).status_code == 403


def test_second_editor_sees_both_versions(cast, sign_in):
    client = sign_in(Role.OFFICE)
    url = reverse("district_edit", args=[cast.group.pk])
    form = {"name": "第一片区联络组", "version": cast.group.version}
    client.post(url, {**form, "district_name": "东片区"})
    answer = client.post(url, {**form, "district_name": "西片区"})
    cast.group.refresh_from_db()
    assert answer.status_code == 409
    assert cast.group.district_name == "东片区"


# --- Which villages -------------------------------------------------------------------------------
def test_villages_are_assigned_all_at_once(cast, sign_in):
    client = sign_in(Role.OFFICE)
    url = reverse("district_villages", args=[cast.group.pk])
    assert "示例二村（现第二片区）" in client.get(url).content.decode()
    form = {"villages": [cast.other.pk, cast.selfgov.pk], "version": cast.group.version}
    assert client.post(url, form).status_code == 303
    assert set(Village.objects.filter(group=cast.group)) == {cast.other, cast.selfgov}
    assert Village.objects.get(pk=cast.own.pk).group is None
    entry = AuditEntry.objects.about(cast.group).first()
    assert {"field": "", "label": "划出", "before": "示例一村", "after": ""} in entry.changes


def test_second_assignment_is_shown_the_first(cast, sign_in):
    client = sign_in(Role.OFFICE)
    url = reverse("district_villages", args=[cast.group.pk])
    client.post(url, {"villages": [cast.own.pk, cast.other.pk], "version": cast.group.version})
    answer = client.post(url, {"villages": [cast.own.pk], "version": cast.group.version})
    assert answer.status_code == 409
    assert Village.objects.filter(group=cast.group).count() == 2


def test_merged_village_is_not_offered(cast, sign_in):
    with acting(by=None, action="test", label="测试"):
        gone = Village(code="431321101905", name="示例五村", ended_on=date(2025, 1, 1))
        gone.save()
    answer = sign_in(Role.OFFICE).post(
        reverse("district_villages", args=[cast.group.pk]), {"villages": [gone.pk], "version": cast.group.version}
    )
    assert answer.status_code == 422
    assert Village.objects.get(pk=cast.own.pk).group == cast.group
