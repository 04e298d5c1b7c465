"""Saving in the admin panel is the staff pages' saving: the same actions, the same trail, nothing lost."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from grids.models import Grid
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Feedback
from lianzhen.tests.panel import RIGHTS, add_url, change_url, list_url, make_rows, text_of
from lianzhen.town.models import CalendarDay, Department, Town
from lianzhen.trail.models import AuditEntry
from villages import models as m
from villages.models import Person


@pytest.fixture
def rows(cast):
    return make_rows(cast)


# --- Saving -------------------------------------------------------------------------------------
@pytest.fixture
def saves(rows, cast):
    """Model → (what is typed to add, what is typed to change, actions on the trail). Every panel that saves."""
    day = "2026-03-01"
    village = cast.own.pk
    return {
        m.LiaisonGroup: (
            {"name": "第三片区联络组", "district_name": "第三片区"},
            {"name": "第一片区联络组", "district_name": "东片"},
            ("district.add", "district.change"),
        ),
        m.Village: (
            {"code": "431321101904", "name": "示例四村", "kind": "village"},
            {"code": cast.own.code, "name": "示例一村", "kind": "village", "population": "1001"},
            ("village.add", "village.change"),
        ),
        m.Speciality: (
            {"village": village, "name": "黄花菜"},
            {"name": "湘莲", "area_mu": "31"},
            ("speciality.add", "speciality.change"),
        ),
        m.VillagerGroup: (
            {"village": village, "number": "2"},
            {"number": "1", "households": "31"},
            ("villager_group.add", "villager_group.change"),
        ),
        m.Person: (
            {"name": "欧阳示例", "phone": "199 0000 2001", "village": village},
            {"name": "曾示例", "village": village, "note": "更正"},
            ("person.add", "person.change"),
        ),
        m.CadreTerm: (
            {"village": village, "person": cast.resident.pk, "position": "women", "starts_on": day},
            {"starts_on": "2024-01-02", "reason": "登记有误"},
            ("cadre.appoint", "cadre.correct"),
        ),
        m.OrganizationKind: (
            {"name": "老年协会", "short_name": "老协"},
            {"name": rows[m.OrganizationKind].name, "short_name": "简称"},
            ("organization_kind.add", "organization_kind.rename"),
        ),
        m.SocialOrganization: (
            {"village": village, "kind": cast.kinds[1].pk, "name": "示例一村爱卫会"},
            {"kind": cast.kinds[0].pk, "name": "示例一村红白理事会"},
            ("organization.add", "organization.change"),
        ),
        m.PartyBranch: (
            {"village": village, "name": "第二党支部"},
            {"name": "示例一村党总支"},
            ("party_branch.add", "party_branch.change"),
        ),
        m.PartyGroup: (
            {"branch": cast.branch.pk, "name": "第二党员小组"},
            {"branch": cast.branch.pk, "name": "第一党员小组", "area": "第1组"},
            ("party_group.add", "party_group.change"),
        ),
        m.VillageCharter: (
            {"village": village, "title": "村规民约", "text": "第一条 新", "adopted_on": day},
            {"title": "示例一村村规民约", "text": "第一条 更正", "adopted_on": "2024-01-01", "reason": "录入有误"},
            ("charter.add", "charter.correct"),
        ),
        Grid: ({"village": village, "number": ""}, {"boundary": "东至小河"}, ("grid.add", "grid.change")),
        Town: (None, {"name": "荷叶镇", "code": "431321101", "county_name": "双峰"}, ("", "town.save")),
        Department: (
            {"name": "示例站", "kind": "station", "position": "50"},
            {"name": "联村工作办", "kind": "office", "position": "11"},
            ("department.add", "department.change"),
        ),
        CalendarDay: (
            {"date": "2026-10-10", "is_workday": "on", "name": "国庆节调休", "reason": "通知"},
            {"name": "国庆", "reason": "更正"},
            ("calendar.set_day", "calendar.set_day"),
        ),
        User: (None, {"username": "t_leader2"}, ("", "account.change")),
        RoleGrant: (
            {"user": cast.users[Role.LEADER].pk, "role": "window", "starts_on": day, "reason": "示例决定"},
            None,
            ("role.grant", ""),
        ),
        Feedback: (None, {"answer": "已放大"}, ("", "feedback.answer")),
    }


def saver(model) -> Role:
    """A role that may do everything this panel offers."""
    _, added, changed = RIGHTS[model]
    return next(role for role in (Role.OFFICE_LEAD, Role.OFFICE, Role.SYSADMIN) if role in (changed or added))


def version(row) -> dict:
    return {"version": row.version} if hasattr(row, "version") else {}


def test_every_panel_that_saves_saves_through_its_action(rows, cast, saves, sign_in):
    assert set(saves) == {model for model, (_, added, changed) in RIGHTS.items() if added or changed}
    swept = 0
    for model, (new, changed, (added_as, changed_as)) in saves.items():
        client = sign_in(saver(model))
        user = cast.users[saver(model)]
        for typed, url, action in (
            (changed, change_url(rows[model]), changed_as),
            (new, add_url(model), added_as),
        ):
            if typed is None:
                continue
            latest = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
            current = type(rows[model])._base_manager.get(pk=rows[model].pk)
            answer = client.post(url, typed if url == add_url(model) else {**typed, **version(current)})
            problems = answer.context["adminform"].form.errors if answer.status_code != 302 else ""
            assert answer.status_code == 302, (model, url, problems)
            written = AuditEntry.objects.filter(pk__gt=latest, model=model._meta.label_lower, action=action)
            assert [entry.by for entry in written] == [user], (model, action)
            swept += 1
    assert swept == 17 + 15
    assert not LogEntry.objects.exists()


def test_a_number_stays_when_its_field_is_left_empty_and_is_replaced_when_not(cast, sign_in):
    client = sign_in(Role.OFFICE)
    person = cast.resident
    typed = {
        "name": "曾示例",
        "village": cast.own.pk,
        "villager_group": cast.villager_group.pk,
        "is_party_member": "on",
    }
    page = text_of(client.get(change_url(person)))
    assert "199****1001" in page
    client.post(change_url(person), {**typed, "phone": "", "note": "一", "version": person.version})
    person.refresh_from_db()
    assert (person.phone, person.note) == ("19900001001", "一")
    client.post(change_url(person), {**typed, "phone": "+86 199-0000-3003", "version": person.version})
    person.refresh_from_db()
    assert person.phone == "19900003003"


def test_a_wrong_number_is_told_at_its_field_and_nothing_typed_is_lost(cast, sign_in):
    person = cast.resident
    typed = {"name": "曾示例改", "village": cast.own.pk, "phone": "1387382", "version": person.version}
    answer = sign_in(Role.OFFICE).post(change_url(person), typed)
    errors = answer.context["adminform"].form.errors
    assert answer.status_code == 422
    assert "现在是7位" in errors["phone"][0]
    assert "曾示例改" in text_of(answer)
    person.refresh_from_db()
    assert person.name == "曾示例"


def test_an_actions_refusal_stands_at_its_field(cast, sign_in):
    typed = {"name": "示例", "village": cast.own.pk, "villager_group": cast.other_villager_group.pk}
    answer = sign_in(Role.OFFICE).post(add_url(Person), typed)
    errors = answer.context["adminform"].form.errors
    assert answer.status_code == 422
    assert "不在所选的村" in errors["villager_group"][0]
    assert not Person.objects.filter(name="示例").exists()


def test_a_refusal_about_the_whole_stands_on_top(cast, sign_in):
    answer = sign_in(Role.OFFICE).post(add_url(Person), {"name": "示例"})
    assert answer.status_code == 422
    assert "请选择所在村" in text_of(answer)


def test_second_editor_sees_both_versions_and_loses_nothing(cast, sign_in):
    client = sign_in(Role.OFFICE)
    person = cast.resident
    typed = {"name": "曾示例", "village": cast.own.pk, "version": person.version}
    client.post(change_url(person), {**typed, "note": "第一位写的"})
    answer = client.post(change_url(person), {**typed, "note": "第二位写的"})
    page = text_of(answer)
    person.refresh_from_db()
    assert answer.status_code == 409
    assert person.note == "第一位写的"
    assert "第一位写的" in page
    assert "第二位写的" in page
    assert "19900001001" not in page
    known = answer.context["adminform"].form["version"].value()
    kept = client.post(change_url(person), {**typed, "note": "第二位写的", "version": known})
    person.refresh_from_db()
    assert (kept.status_code, person.note) == (302, "第二位写的")


def test_two_editors_of_one_mind_are_told_too(cast, sign_in):
    client = sign_in(Role.OFFICE)
    person = cast.resident
    typed = {"name": "曾示例", "village": cast.own.pk, "note": "一样", "version": person.version}
    assert client.post(change_url(person), typed).status_code == 302
    assert client.post(change_url(person), typed).status_code == 409


def test_a_day_of_the_calendar_has_its_conflict_too(rows, sign_in):
    day = rows[CalendarDay]
    client = sign_in(Role.SYSADMIN)
    typed = {"name": "国庆节", "version": day.version}
    assert client.post(change_url(day), {**typed, "name": "国庆", "reason": "一"}).status_code == 302
    assert client.post(change_url(day), {**typed, "name": "十一", "reason": "二"}).status_code == 409
    day.refresh_from_db()
    assert day.name == "国庆"


def test_a_day_set_back_to_a_plain_one_leaves_the_calendar(rows, sign_in):
    day = rows[CalendarDay]
    typed = {"is_workday": "on", "name": "", "reason": "录入有误", "version": day.version}
    answer = sign_in(Role.SYSADMIN).post(change_url(day), typed)
    assert answer.status_code == 302
    assert not CalendarDay.objects.filter(date=day.date).exists()


def test_doubled_sending_adds_once(cast, sign_in):
    client = sign_in(Role.OFFICE)
    form = {"name": "欧阳示例", "village": cast.own.pk, "once": "7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9a11"}
    first = client.post(add_url(Person), form)
    second = client.post(add_url(Person), form)
    assert Person.objects.filter(name="欧阳示例").count() == 1
    assert (first.status_code, second.status_code) == (302, 302)
    assert second["Location"] == first["Location"]


def test_script_in_a_field_is_text(cast, sign_in):
    client = sign_in(Role.OFFICE)
    client.post(add_url(Person), {"name": "<script>alert(1)</script>", "village": cast.own.pk})
    person = Person.objects.get(name__startswith="<script>")
    for url in (list_url(Person), change_url(person), reverse("admin:villages_person_history", args=[person.pk])):
        assert "<script>alert" not in text_of(client.get(url))
    assert "<script>alert" not in text_of(sign_in(Role.AUDITOR).get(list_url(AuditEntry)))


def test_forged_fields_are_not_saved(cast, sign_in):
    person = cast.resident
    typed = {"name": "曾示例", "village": cast.own.pk, "version": person.version, "ended_on": "2026-01-01", "user": "1"}
    sign_in(Role.OFFICE).post(change_url(person), typed)
    person.refresh_from_db()
    assert (person.ended_on, person.user) == (None, None)


def test_name_and_number_of_the_registers_people_are_not_changed_at_the_account(rows, cast, sign_in):
    account = cast.users[Role.LEADER]
    client = sign_in(Role.SYSADMIN)
    typed = {"username": "zuzhang", "name": "别名", "phone": "19900009999", "version": account.version}
    assert client.post(change_url(account), typed).status_code == 302
    account.refresh_from_db()
    assert (account.username, account.name, account.phone) == ("zuzhang", "甲联村工作组组长", None)
    keeper = cast.users[Role.COMMITTEE]
    typed = {"username": "t_committee", "name": "别名", "phone": "19900009999", "version": keeper.version}
    assert client.post(change_url(keeper), typed).status_code == 302
    keeper.refresh_from_db()
    assert (keeper.name, keeper.phone) == ("别名", "19900009999")


def test_a_former_station_is_where_somebody_came_from_and_nothing_else(cast, sign_in):
    client = sign_in(Role.OFFICE)
    wrong = client.post(add_url(Person), {"name": "欧阳示例", "department": cast.station.pk})
    assert wrong.status_code == 422
    assert "请从名单中选择站所（办）" in text_of(wrong)
    right = {"name": "欧阳示例", "department": cast.department.pk, "origin": cast.station.pk}
    assert client.post(add_url(Person), right).status_code == 302
    assert Person.objects.get(name="欧阳示例").origin == cast.station


@pytest.mark.parametrize("day", ["1800-01-01", "9999-12-31", "2026-02-30", "明天"])
def test_an_impossible_day_is_refused_with_a_sentence(day, cast, sign_in):
    typed = {"date": day, "is_workday": "on", "name": "试", "reason": "试"}
    answer = sign_in(Role.SYSADMIN).post(add_url(CalendarDay), typed)
    assert answer.status_code == 422
    assert answer.context["adminform"].form.errors["date"]
    assert not CalendarDay.objects.filter(name="试").exists()


def test_nobody_gives_himself_a_role(cast, sign_in):
    typed = {"user": cast.users[Role.SYSADMIN].pk, "role": "office", "starts_on": "2026-03-01", "reason": "试"}
    answer = sign_in(Role.SYSADMIN).post(add_url(RoleGrant), typed)
    assert answer.status_code == 422
    assert not RoleGrant.objects.filter(user=cast.users[Role.SYSADMIN], role="office").exists()
