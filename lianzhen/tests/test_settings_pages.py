"""The town and its departments on the settings pages."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.town.models import Department, Town
from lianzhen.trail.models import AuditEntry
from villages.models import Person

READERS = (*TOWN_WIDE, Role.SYSADMIN)
KEEPERS = (Role.SYSADMIN, Role.OFFICE_LEAD)
TOKEN = "7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9a11"


def page_of(client, address, **query):
    return client.get(address, query).content.decode()


def but(*roles):
    return [role for role in Role if role not in roles]


# --- Town -------------------------------------------------------------------------------------
def town_form(town, **more):
    facts = {"name": town.name, "code": town.code, "county_name": town.county_name, "office_phone": town.office_phone}
    return {**facts, "version": town.version, **more}


@pytest.mark.parametrize("role", READERS)
def test_the_town_and_its_departments_are_read_by_many(cast, sign_in, role):
    page = page_of(sign_in(role), reverse("town_settings"))
    for word in ("荷叶镇", "431321101", "双峰县", "0738-6000000", "联村工作办", "原神冲群工站"):
        assert word in page
    assert (reverse("town_edit") in page) == (role in KEEPERS)


@pytest.mark.parametrize("role", but(*READERS))
def test_the_town_is_not_for_everybody(cast, sign_in, role):
    assert sign_in(role).get(reverse("town_settings")).status_code == 403


@pytest.mark.parametrize("role", KEEPERS)
def test_the_town_is_corrected(cast, sign_in, role):
    town = Town.objects.get()
    answer = sign_in(role).post(reverse("town_edit"), town_form(town, office_phone="0738-6000001", reason="换号"))
    town.refresh_from_db()
    assert (answer.status_code, town.office_phone) == (303, "07386000001")
    assert AuditEntry.objects.about(town).first().reason == "换号"


@pytest.mark.parametrize("role", but(*KEEPERS))
def test_the_town_is_kept_by_two_roles(cast, sign_in, role):
    town = Town.objects.get()
    assert sign_in(role).post(reverse("town_edit"), town_form(town, name="别的镇")).status_code == 403
    assert Town.objects.get().name == "荷叶镇"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"code": "4313"}, "区划代码应为9位数字"),
        ({"name": ""}, "请填写名称"),
        ({"office_phone": "12"}, "手机应为11位数字"),
    ],
)
def test_bad_facts_of_the_town_are_kept_for_correction(cast, sign_in, typed, sentence):
    town = Town.objects.get()
    answer = sign_in(Role.SYSADMIN).post(reverse("town_edit"), town_form(town, county_name="双峰某县", **typed))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="双峰某县"' in page
    assert Town.objects.get().county_name == "双峰县"


def test_two_editors_of_the_town_lose_nothing(cast, sign_in):
    town = Town.objects.get()
    client = sign_in(Role.SYSADMIN)
    client.post(reverse("town_edit"), town_form(town, county_name="第一位写的"))
    answer = client.post(reverse("town_edit"), town_form(town, county_name="第二位写的"))
    assert answer.status_code == 409
    assert Town.objects.get().county_name == "第一位写的"


# --- Departments ------------------------------------------------------------------------------
def test_departments_show_who_is_there_and_who_came_from_there(cast, sign_in):
    page = page_of(sign_in(Role.SYSADMIN), reverse("town_settings"))
    staff = Person.objects.filter(department=cast.department).count()
    rows = dict(re.findall(r'<th scope="row">([^<]+)</th>.*?<td class="num">(\d+)</td>', page, re.S))
    assert staff > 1
    assert rows == {"联村工作办": str(staff), "原神冲群工站": str(staff)}


def test_a_department_is_added_last_and_edited(cast, sign_in):
    client = sign_in(Role.OFFICE_LEAD)
    client.post(reverse("department_add"), {"name": "党政综合办", "kind": "office", "once": TOKEN})
    client.post(reverse("department_add"), {"name": "党政综合办", "kind": "office", "once": TOKEN})
    made = Department.objects.get(name="党政综合办")
    assert made.position > cast.station.position
    form = {"name": "党政办", "kind": "office", "version": made.version}
    client.post(reverse("department_edit", args=[made.pk]), form)
    stale = client.post(reverse("department_edit", args=[made.pk]), {**form, "name": "综合办"})
    made.refresh_from_db()
    assert made.name == "党政办"
    assert stale.status_code == 409


def test_a_second_department_of_the_name_is_refused(cast, sign_in):
    answer = sign_in(Role.SYSADMIN).post(reverse("department_add"), {"name": "联村工作办", "kind": "office"})
    assert answer.status_code == 422
    assert "已有同名的站所、办" in answer.content.decode()


def test_an_ended_department_stays_on_the_page_apart(cast, sign_in):
    client = sign_in(Role.SYSADMIN)
    staff = Person.objects.filter(department=cast.department).count()
    address = reverse("department_end", args=[cast.department.pk])
    assert f"还有{staff}人在联村工作办" in page_of(client, address)
    form = {"ended_on": "2026-01-31", "version": cast.department.version}
    assert client.post(address, form).status_code == 422
    client.post(address, {**form, "reason": "机构改革"})
    cast.department.refresh_from_db()
    assert cast.department.ended_on == date(2026, 1, 31)
    assert "2026年1月31日撤销" in page_of(client, reverse("town_settings"))


def order():
    return list(Department.objects.exclude(kind="former").values_list("name", flat=True))


def test_departments_are_put_in_order(cast, sign_in):
    client = sign_in(Role.SYSADMIN)
    for name in ("甲办", "乙办"):
        client.post(reverse("department_add"), {"name": name, "kind": "office"})
    Department.objects.update(position=10)  # as an import might leave them
    moved = Department.objects.get(name="乙办")
    address = reverse("department_move", args=[moved.pk])
    assert order() == ["联村工作办", "甲办", "乙办"]
    client.post(address, {"to": "up"})
    assert order() == ["联村工作办", "乙办", "甲办"]
    client.post(address, {"to": "up"})
    client.post(address, {"to": "up"})
    assert order() == ["乙办", "联村工作办", "甲办"]
    client.post(address, {"to": "down"})
    assert order() == ["联村工作办", "乙办", "甲办"]
    assert AuditEntry.objects.about(moved).filter(action="department.change").exists()
    assert client.get(address).status_code == 405


@pytest.mark.parametrize("name", ["department_edit", "department_end", "department_move"])
@pytest.mark.parametrize("role", [Role.OFFICE, Role.COMMITTEE, Role.AUDITOR, Role.LEADER])
def test_departments_are_kept_by_two_roles(cast, sign_in, name, role):
    before = list(Department.objects.values())
    form = {"name": "别的办", "kind": "office", "ended_on": "2026-01-31", "reason": "x", "to": "up"}
    assert sign_in(role).post(reverse(name, args=[cast.department.pk]), form).status_code == 403
    assert list(Department.objects.values()) == before


def test_a_department_that_is_not_there_is_not_found(cast, sign_in):
    assert sign_in(Role.SYSADMIN).get(reverse("department_edit", args=[987654])).status_code == 404


def test_script_in_a_department_is_text(cast, sign_in):
    client = sign_in(Role.SYSADMIN)
    client.post(reverse("department_add"), {"name": "<script>a()</script>", "kind": "office"})
    page = page_of(client, reverse("town_settings"))
    assert "<script>a()" not in page
    assert "&lt;script&gt;a()" in page
