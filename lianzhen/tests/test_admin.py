"""The admin panel: who enters, and what each role sees and changes there.

The table of rights is written out in `panel.py`; the sweeps walk it model by model and role by role and
count their steps.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import DateField
from django.urls import reverse

from appraisal import models as w
from grids import permissions as grid_rights
from grids.models import Grid
from lianzhen import permissions as roof_rights
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import Role
from lianzhen.adminsite import ENTERED_BY
from lianzhen.adminsite.order import GROUPS
from lianzhen.importing.models import ImportRow, ImportTouch
from lianzhen.notices.models import Feedback, Notice
from lianzhen.pages.models import AnsweredForm
from lianzhen.tests.panel import (
    LEAD_OR_KEEPER,
    RIGHTS,
    add_url,
    change_url,
    list_url,
    make_rows,
    name_of,
    row_for,
    text_of,
)
from lianzhen.town.models import CalendarDay, Department, Town
from lianzhen.trail import acting
from villages import models as m
from villages import permissions as rights
from villages.models import Person

#: Not records of the town: tokens of forms, which would tell who sent what when; and the rows of imported
#: files, which belong to who may import that kind and hold telephone numbers as somebody typed them.
#: Lines of a record that is read whole on its own page, and the envelopes of a phone's entries, have none either;
#: nor has the one row of 编印设置, which has a page.
PARTS_OF_RECORDS = {
    w.BulletinBlock,
    w.Category,
    w.DocumentFile,
    w.PaperSettings,
    w.Evidence,
    w.DutyAttendance,
    w.DutyNote,
    w.DutyPhoto,
    w.MeetingAttendance,
    w.Reminder,
    w.ReportComment,
    w.ReportLine,
    w.SyncItem,
}
WITHOUT_PANEL = {AnsweredForm, ImportRow, ImportTouch, *PARTS_OF_RECORDS}


def calendar_rights(user, day):
    return roof_rights.change_calendar(user)


#: What the staff pages ask before they change or add the same thing: `(to change, to add)`.
STAFF_RIGHTS = {
    m.LiaisonGroup: (rights.arrange_teams, rights.arrange_teams),
    m.Village: (rights.change_village, rights.change_village),
    m.Speciality: (rights.keep_part, rights.keep_part),
    m.VillagerGroup: (rights.keep_part, rights.keep_part),
    m.Person: (rights.keep_person, rights.keep_person),
    m.CadreTerm: (rights.appoint_cadres, rights.appoint_cadres),
    m.OrganizationKind: (rights.change_kinds, rights.change_kinds),
    m.SocialOrganization: (rights.keep_part, rights.keep_part),
    m.PartyBranch: (rights.keep_part, rights.keep_part),
    m.PartyGroup: (rights.keep_part, rights.keep_part),
    m.VillageCharter: (rights.keep_part, rights.keep_part),
    Grid: (grid_rights.keep_grid, grid_rights.arrange_grids),
    Town: (roof_rights.change_town, None),
    Department: (roof_rights.change_town, roof_rights.change_town),
    CalendarDay: (
        lambda user, day: roof_rights.change_calendar(user),
        lambda user, day: roof_rights.change_calendar(user),
    ),
    User: (roof_rights.keep_accounts, None),
    RoleGrant: (None, lambda user, grant: roof_rights.keep_accounts(user)),
    Feedback: (roof_rights.answer_feedback, None),
}


@pytest.fixture
def rows(cast):
    return make_rows(cast)


# --- Registration ---------------------------------------------------------------------------
def test_every_model_of_ours_has_a_panel_and_nobody_elses():
    parts = ("lianzhen", "villages", "grids", "appraisal")
    ours = {model for model in apps.get_models() if model.__module__.split(".")[0] in parts}
    assert len(ours) >= 25
    assert ours - WITHOUT_PANEL == set(admin.site._registry) == set(RIGHTS)


def test_every_panel_has_its_place_in_our_order():
    placed = {(label, name) for _, label, names in GROUPS for name in names}
    assert placed == {(model._meta.app_label, model._meta.object_name) for model in RIGHTS}


@pytest.mark.parametrize("model", RIGHTS, ids=lambda model: model.__name__)
def test_a_panel_can_be_searched_and_where_dated_walked_by_date(model):
    panel = admin.site.get_model_admin(model)
    assert panel.search_fields
    assert panel.search_help_text
    assert panel.list_filter or model is Town
    assert panel.ordering or model._meta.ordering or model is Town
    moments = {f.name for f in model._meta.fields if isinstance(f, DateField)}
    dated = {"starts_on", "at", "sent_at", "adopted_on", "date"} & moments
    assert not dated or panel.date_hierarchy in dated
    assert set(panel.changed_by) | set(panel.added_by) <= set(panel.seen_by)


# --- Entering ---------------------------------------------------------------------------------
def test_who_is_not_signed_in_is_led_to_our_sign_in(client, db):
    answer = client.get(reverse("admin:index"))
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('login')}?next=/admin/"
    assert client.get("/admin/villages/person/")["Location"] == f"{reverse('login')}?next=/admin/villages/person/"
    assert client.get("/admin/login/")["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("role", [role for role in Role if role not in ENTERED_BY])
def test_other_roles_get_our_403_with_its_reason(role, sign_in):
    for url in (reverse("admin:index"), list_url(Person), add_url(Person), reverse("admin:jsi18n")):
        answer = sign_in(role).get(url)
        assert answer.status_code == 403
        assert "管理面板由党委委员" in text_of(answer)


def test_signing_out_and_passwords_are_ours(sign_in, cast):
    client = sign_in(Role.OFFICE)
    assert client.get("/admin/password_change/")["Location"] == reverse("account_password")
    assert client.get("/admin/logout/")["Location"] == reverse("admin:index")
    assert client.get(reverse("admin:index")).status_code == 200
    passed_on = client.post("/admin/logout/")
    assert (passed_on.status_code, passed_on["Location"]) == (307, reverse("logout"))


# --- Rights -----------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ENTERED_BY)
def test_rights_of_a_role_in_every_panel(role, rows, cast, sign_in):
    client = sign_in(role)
    swept, wrong = 0, []
    for model, (seen, added, changed) in RIGHTS.items():
        row = row_for(rows, cast, model, role)
        page = client.get(change_url(row))
        found = (
            client.get(list_url(model)).status_code,
            page.status_code,
            client.get(add_url(model)).status_code,
            client.post(add_url(model), {}).status_code,
            'name="_save"' in text_of(page),
        )
        ok = 200 if role in seen else 403
        may_add, may_change = role in added, role in changed
        right = (ok, ok, 200 if may_add else 403, 422 if may_add else 403, may_change)
        # An empty form is refused by what it lacks (422), or saved where nothing is demanded.
        posted = client.post(change_url(row), {}).status_code
        if found != right or posted not in ((422, 302) if may_change else (403,)):
            wrong.append(f"{model.__name__}: {found} and {posted}, expected {right}")
        swept += 1
    assert swept == len(admin.site._registry) >= 28
    assert not wrong, "\n".join(wrong)


def test_the_panel_lets_nobody_change_what_the_staff_pages_would_refuse(rows, cast):
    editable = {model for model, (_, added, changed) in RIGHTS.items() if added or changed}
    assert editable == set(STAFF_RIGHTS)
    for model, (to_change, to_add) in STAFF_RIGHTS.items():
        for role in ENTERED_BY:
            user = cast.users[role]
            _, added, changed = RIGHTS[model]
            if to_change is not None:
                assert bool(to_change(user, rows[model])) == (role in changed), (model, role)
            if to_add is not None:
                assert bool(to_add(user, rows[model])) == (role in added), (model, role)


@pytest.mark.parametrize("role", LEAD_OR_KEEPER)
def test_nothing_is_deleted_by_those_who_may_do_most(role, rows, cast, sign_in):
    client = sign_in(role)
    swept = 0
    for model in RIGHTS:
        row = row_for(rows, cast, model, role)
        url = reverse(f"{name_of(model)}_delete", args=[row.pk])
        assert client.get(url).status_code == 403
        assert client.post(url, {"post": "yes"}).status_code == 403
        client.post(list_url(model), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})
        assert model._base_manager.filter(pk=row.pk).exists()
        swept += 1
    assert swept == len(admin.site._registry) >= 28


def test_a_refusal_says_who_may(sign_in):
    page = text_of(sign_in(Role.SYSADMIN).get(list_url(Person)))
    assert "人员由联村办工作人员、联村办主任、党委委员、审计员查看" in page
    page = text_of(sign_in(Role.COMMITTEE).get(add_url(Person)))
    assert "人员由联村办工作人员、联村办主任登记" in page


def test_the_system_administrator_finds_no_register_in_the_panel(rows, sign_in):
    page = text_of(sign_in(Role.SYSADMIN).get(reverse("admin:index")))
    assert list_url(User) in page
    swept = 0
    for model, (seen, _, _) in RIGHTS.items():
        assert (list_url(model) in page) == (Role.SYSADMIN in seen), model
        swept += 1
    assert swept >= 28
    assert "曾示例" not in page


def test_what_is_not_there_is_our_404(sign_in):
    client = sign_in(Role.OFFICE)
    for pk in ("999999", "abc", "9" * 30):
        answer = client.get(f"/admin/villages/person/{pk}/change/")
        assert answer.status_code == 404
        assert "没有找到这一页" in text_of(answer)
        assert client.get(f"/admin/villages/person/{pk}/history/").status_code == 404
    assert client.get("/admin/nothing/here/").status_code == 404


def test_one_notice_is_nobody_elses(rows, cast, sign_in):
    others = Notice.objects.get(user=cast.users[Role.LEADER])
    assert sign_in(Role.COMMITTEE).get(change_url(others)).status_code == 404


def test_a_grid_that_has_ended_is_only_read(cast, sign_in):
    with acting(by=None, action="test", label="测试"):
        cast.other_grid.ended_on, cast.other_grid.end_reason = date(2026, 1, 1), "并入"
        cast.other_grid.save()
    client = sign_in(Role.OFFICE)
    page = client.get(change_url(cast.other_grid))
    assert page.status_code == 200
    assert 'name="_save"' not in text_of(page)
    refused = client.post(change_url(cast.other_grid), {"name": "改"})
    assert refused.status_code == 403
    assert "历史记录只供查阅" in text_of(refused)


def test_what_cannot_be_saved_here_leads_to_the_staff_page(cast, sign_in):
    page = text_of(sign_in(Role.OFFICE).get(change_url(cast.head)))
    assert f'href="{reverse("grid", args=[cast.grid.pk])}"' in page
    assert "在网格页面办理" in page
    assert "在网格页面查看" in text_of(sign_in(Role.COMMITTEE).get(change_url(cast.head)))
