"""One's own pages: account, password, display."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lianzhen.accounts import actions
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry

PASSWORD = "Ceshi-2026"
NEW = "Baiyutang-59"


@pytest.fixture
def clerk(cast):
    """An account with a telephone number."""
    user = cast.users[Role.OFFICE]
    with acting(by=None, action="test", label="测试"):
        user.phone = "19900007777"
        user.save()
    return user


def sign_in_with(client, username="t_office", password=PASSWORD):
    return client.post(reverse("login"), {"username": username, "password": password})


def is_in(client):
    return client.get(reverse("account")).status_code == 200


# --- One's own password ---------------------------------------------------------------------
def change(client, **more):
    form = {"old_password": PASSWORD, "password": NEW, "again": NEW, **more}
    return client.post(reverse("account_password"), form)


def test_the_rules_stand_on_the_page(cast, sign_in):
    page = sign_in(Role.LEADER).get(reverse("account_password")).content.decode()
    for rule in ("密码至少8位", "至少三种", "不能包含账号、姓名拼音或手机号", "不能太常见"):
        assert rule in page


def test_changing_keeps_this_session_and_ends_the_others(cast, sign_in):
    user = cast.users[Role.LEADER]
    elsewhere = Client()
    elsewhere.force_login(user, backend="lianzhen.accounts.backends.AccountOrPhoneBackend")
    client = sign_in(Role.LEADER)
    assert change(client)["Location"] == reverse("account")
    assert is_in(client)
    assert not is_in(elsewhere)
    assert sign_in_with(Client(), "t_leader", NEW).status_code == 302
    assert AuditEntry.objects.about(user).first().action == "account.password"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"old_password": "Wrong-2026"}, "现在的密码不正确"),
        ({"again": "Baiyutang-60"}, "两次输入的新密码不一样"),
        ({"password": "Sha-rt7", "again": "Sha-rt7"}, "密码太短"),
        ({"password": "xiangling48", "again": "xiangling48"}, "至少三种"),
        ({"password": "T_leader-2026", "again": "T_leader-2026"}, "不能包含账号"),
        ({"password": PASSWORD, "again": PASSWORD}, "不能与现在的密码相同"),
        ({"password": ""}, "请填写新密码"),
    ],
)
def test_a_bad_new_password_changes_nothing(cast, sign_in, typed, sentence):
    answer = change(sign_in(Role.LEADER), **typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert User.objects.get(username="t_leader").check_password(PASSWORD)


def test_a_first_password_must_be_changed_before_anything_else(client, cast, clerk):
    actions.reset_password(user=clerk, password=NEW, by=cast.users[Role.SYSADMIN], reason="忘记")
    sign_in_with(client, password=NEW)
    for name in ("home", "account", "notices", "feedback", "more"):
        assert client.get(reverse(name))["Location"] == reverse("account_password"), name
    page = client.get(reverse("account_password")).content.decode()
    assert "别人设置的密码" in page
    assert "联村工作组</a>" not in page
    answer = change(client, old_password=NEW, password="Fuhoutang-62", again="Fuhoutang-62")
    assert answer["Location"] == reverse("home")
    assert is_in(client)


# --- Display --------------------------------------------------------------------------------
def test_large_text_before_signing_in_is_a_cookie_and_then_the_account(client, clerk):
    answer = client.post(reverse("account_display"), {"large_text": "1", "next": reverse("login")})
    assert (answer.status_code, answer["Location"]) == (303, reverse("login"))
    assert client.cookies["large_text"].value == "1"
    assert 'class="large-text"' in client.get(reverse("login")).content.decode()
    sign_in_with(client)
    clerk.refresh_from_db()
    assert clerk.large_text


def test_the_next_person_at_the_computer_does_not_inherit_it(client, cast, clerk):
    client.post(reverse("account_display"), {"large_text": "1"})
    sign_in_with(client)
    client.post(reverse("logout"))
    sign_in_with(client, "t_auditor")
    assert not User.objects.get(username="t_auditor").large_text


def test_large_text_follows_the_account(cast, sign_in):
    client = sign_in(Role.OFFICE)
    client.post(reverse("account_display"), {"large_text": "1"})
    elsewhere = Client()
    sign_in_with(elsewhere)
    assert 'class="large-text"' in elsewhere.get(reverse("account")).content.decode()
    client.post(reverse("account_display"), {"large_text": "0"})
    assert 'class="large-text"' not in client.get(reverse("account")).content.decode()


def test_the_header_leads_back_and_never_away(cast, sign_in):
    client = sign_in(Role.OFFICE)
    form = {"large_text": "1", "next": "//elsewhere.example/"}
    assert client.post(reverse("account_display"), form)["Location"] == reverse("account_display")
    form["next"] = reverse("account") + "?a=1"
    assert client.post(reverse("account_display"), form)["Location"] == reverse("account") + "?a=1"


# --- One's own account ----------------------------------------------------------------------
def test_everybody_sees_his_roles_with_their_ground(cast, sign_in):
    page = sign_in(Role.LEADER).get(reverse("account")).content.decode()
    assert "联村工作组组长" in page
    assert "示例一村" in page
    assert "2024-01-01" in page
    page = sign_in(Role.OFFICE).get(reverse("account")).content.decode()
    assert "测试" in page


def test_ones_number_is_masked(client, clerk):
    sign_in_with(client)
    page = client.get(reverse("account")).content.decode()
    assert "199****7777" in page
    assert "19900007777" not in page


def test_an_account_without_any_role_has_a_page(cast, sign_in):
    assert "目前没有担任的职务" in sign_in(cast.outsider).get(reverse("account")).content.decode()


@pytest.mark.parametrize("name", ["account", "account_password", "notices", "feedback", "more"])
def test_who_has_not_signed_in_is_asked_to(client, cast, name):
    answer = client.get(reverse(name))
    assert answer["Location"] == f"{reverse('login')}?next={reverse(name)}"
