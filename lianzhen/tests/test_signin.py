"""Signing in and out, wrong passwords, limits of a session, one's own password and display."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lianzhen.accounts import actions
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry

PASSWORD = "Ceshi-2026"
NEW = "Baiyutang-59"
LIMIT = django_settings.AXES_FAILURE_LIMIT
WAIT = timedelta(minutes=10)
NOON = datetime(2026, 3, 4, 12, 0, 30, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def clerk(cast):
    """An account with a telephone number."""
    user = cast.users[Role.OFFICE]
    with acting(by=None, action="test", label="测试"):
        user.phone = "19900007777"
        user.save()
    return user


def sign_in_with(client, username="t_office", password=PASSWORD, **more):
    return client.post(reverse("login"), {"username": username, "password": password, **more})


def is_in(client):
    return client.get(reverse("account")).status_code == 200


# --- Signing in -----------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["t_office", "T_Office", " t_office ", "19900007777", "199 0000 7777", "+86 19900007777"])
def test_by_account_or_number_however_spelt(client, clerk, typed):
    answer = sign_in_with(client, typed)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("home")
    assert client.get(reverse("account")).context["user"] == clerk


def test_the_page_is_public_and_helps_password_managers(client, cast):
    page = client.get(reverse("login")).content.decode()
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "联村工作办重置" in page


def test_a_session_is_opened_under_a_new_key(client, clerk):
    client.post(reverse("account_display"), {"large_text": "1"})
    before = client.session.session_key
    sign_in_with(client)
    assert before
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_signing_in_twice_counts_the_hours_anew(client, clerk, time_machine):
    time_machine.move_to(NOON, tick=False)
    sign_in_with(client)
    is_in(client)
    for _ in range(9):
        time_machine.shift(timedelta(minutes=50))
        assert is_in(client)
    sign_in_with(client)
    for _ in range(4):
        time_machine.shift(timedelta(minutes=50))
        assert is_in(client)


def test_who_is_signed_in_already_is_led_on(cast, sign_in):
    answer = sign_in(Role.OFFICE).get(reverse("login"), {"next": reverse("account")})
    assert answer["Location"] == reverse("account")


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/account/?print=1", "/account/?print=1"),
        ("https://elsewhere.example/account/", "/"),
        ("//elsewhere.example/account/", "/"),
        ("javascript:alert(1)", "/"),
        ("/nowhere/at/all/", "/"),
        ("", "/"),
        # The session ended while something was being sent: what takes no GET leads to the page above it.
        ("/settings/departments/1/move/", "/"),
        ("/notices/5/open/", "/notices/"),
        ("/logout/", "/"),
    ],
)
def test_next_leads_only_to_pages_of_ours(client, clerk, asked, led_to):
    page = client.get(reverse("login"), {"next": asked}).content.decode()
    kept = re.findall(r'name="next" value="([^"]*)"', page)
    assert kept
    assert all(re.match(r"/(?!/)", path) for path in kept)
    assert sign_in_with(client, next=asked)["Location"] == led_to


def test_a_fragment_asked_for_after_the_end_leads_the_whole_page_to_signing_in(client, cast):
    answer = client.get(
        reverse("login"), headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/people/5/?a=1"}
    )
    assert answer["HX-Redirect"] == "/login/?next=%2Fpeople%2F5%2F%3Fa%3D1"
    assert not answer.content


def test_an_ended_account_stays_outside(client, cast, clerk):
    actions.end_account(user=clerk, by=cast.users[Role.SYSADMIN], reason="调离")
    assert sign_in_with(client).status_code == 422
    assert not is_in(client)


def test_empty_fields_say_what_is_missing_and_count_for_nothing(client, clerk):
    answer = client.post(reverse("login"), {"username": "", "password": ""})
    assert answer.status_code == 422
    assert "请填写账号或手机号" in answer.content.decode()
    assert not AccessAttempt.objects.exists()


def test_what_was_typed_stays_and_the_password_does_not(client, clerk):
    page = sign_in_with(client, password="Wrong-word-1").content.decode()
    assert 'value="t_office"' in page
    assert "Wrong-word-1" not in page


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "x" * 5000, "a\0b", "' OR 1=1 --", "😀"])
def test_odd_input_is_refused_quietly(client, clerk, typed):
    answer = sign_in_with(client, typed, typed)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.content.decode()


# --- Wrong passwords ------------------------------------------------------------------------
def wrong(client, username="t_office", times=1):
    for _ in range(times):
        answer = sign_in_with(client, username, "Not-it-2026")
    return answer


def test_the_tries_left_are_told_and_count_down(client, clerk):
    for left in range(LIMIT - 1, 0, -1):
        answer = wrong(client)
        assert answer.status_code == 422
        assert f"账号或密码不正确，还可以再试{left}次" in answer.content.decode()


def test_nobody_learns_whether_an_account_exists(client, clerk):
    one = wrong(client, "t_office").content.decode()
    other = wrong(client, "nobody").content.decode()
    words = re.compile(r"账号或密码不正确，还可以再试\d次")
    assert words.findall(one) == words.findall(other)


def test_account_and_number_share_one_count(client, clerk):
    for typed in ("t_office", "19900007777", "T_OFFICE", "199-0000-7777"):
        wrong(client, typed)
    assert "还可以再试" not in wrong(client, "+8619900007777").content.decode()
    for typed in ("t_office", "19900007777"):
        assert sign_in_with(client, typed).status_code == 429
    assert not is_in(client)


def test_all_devices_share_one_count(clerk):
    for n in range(LIMIT - 2):
        wrong(Client(HTTP_USER_AGENT=f"device {n}", REMOTE_ADDR=f"10.0.0.{n}"))
    page = wrong(Client(HTTP_USER_AGENT="another", REMOTE_ADDR="10.1.1.1")).content.decode()
    assert "还可以再试1次" in page
    assert wrong(Client(HTTP_USER_AGENT="the last", REMOTE_ADDR="10.1.1.2")).status_code == 429


def test_another_account_at_the_same_computer_is_free(client, clerk):
    wrong(client, times=LIMIT)
    assert sign_in_with(client, "t_auditor").status_code == 302


def test_a_locked_account_is_told_until_when_and_that_time_is_kept(client, clerk, time_machine):
    time_machine.move_to(NOON, tick=False)
    page = wrong(client, times=LIMIT).content.decode()
    assert "请在12:11以后再登录" in page
    assert "<form method=\"post\" novalidate" not in page
    time_machine.move_to(NOON.replace(minute=9, second=59), tick=False)
    # Trying once more does not put the end off.
    again = sign_in_with(client)
    assert again.status_code == 429
    assert "请在12:11以后再登录" in again.content.decode()
    time_machine.move_to(NOON.replace(minute=11, second=0), tick=False)
    assert sign_in_with(client).status_code == 302
    assert is_in(client)


def test_the_time_told_counts_every_device_by_itself(clerk, time_machine):
    time_machine.move_to(NOON, tick=False)
    wrong(Client(HTTP_USER_AGENT="one"), times=LIMIT - 1)
    time_machine.move_to(NOON.replace(minute=5), tick=False)
    # Locked by the fifth; free as soon as the first four have run out.
    assert "请在12:11以后再登录" in wrong(Client(HTTP_USER_AGENT="two")).content.decode()
    time_machine.move_to(NOON.replace(minute=11), tick=False)
    assert sign_in_with(Client()).status_code == 302


def test_signing_in_starts_the_count_anew(client, clerk):
    wrong(client, times=LIMIT - 1)
    sign_in_with(client)
    client.post(reverse("logout"))
    assert f"还可以再试{LIMIT - 1}次" in wrong(client).content.decode()


def test_a_new_password_from_the_administrator_unlocks(client, cast, clerk):
    wrong(client, times=LIMIT)
    actions.reset_password(user=clerk, password=NEW, by=cast.users[Role.SYSADMIN], reason="忘记")
    assert sign_in_with(client, password=NEW).status_code == 302


def test_no_wrong_password_is_kept(client, clerk):
    wrong(client, times=2)
    kept = AccessAttempt.objects.get()
    assert "Not-it-2026" not in f"{kept.post_data} {kept.get_data}"


# --- Forged sending -------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["login", "logout", "account_display"])
def test_a_forged_sending_gets_a_page_and_changes_nothing(clerk, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk, backend="lianzhen.accounts.backends.AccountOrPhoneBackend")
    answer = client.post(reverse(name), {"large_text": "1"})
    assert answer.status_code == 403
    assert "页面放得太久，没有保存" in answer.content.decode()
    clerk.refresh_from_db()
    assert not clerk.large_text
    assert is_in(client)


# --- Leaving --------------------------------------------------------------------------------
def test_leaving_ends_the_session(cast, sign_in):
    client = sign_in(Role.OFFICE)
    key = client.session.session_key
    assert client.post(reverse("logout"))["Location"] == reverse("login")
    assert not is_in(client)
    assert not Session.objects.filter(session_key=key).exists()


def test_a_link_cannot_sign_anybody_out(cast, sign_in):
    client = sign_in(Role.OFFICE)
    assert client.get(reverse("logout")).status_code == 405
    assert is_in(client)


# --- Limits of a session --------------------------------------------------------------------
def test_an_hour_without_a_request_ends_the_session(client, clerk, time_machine):
    time_machine.move_to(NOON, tick=False)
    sign_in_with(client)
    assert is_in(client)
    time_machine.shift(timedelta(minutes=59))
    assert is_in(client)
    time_machine.shift(timedelta(minutes=62))
    answer = client.get(reverse("account"))
    assert answer["Location"].startswith(reverse("login"))
    page = client.get(answer["Location"]).content.decode()
    assert page.count("登录已过期，填写的内容已保留") == 1
    assert re.search(r"data-kept(?! hidden)>登录已过期", page)


def test_saying_that_one_is_still_there_keeps_the_session(client, clerk, time_machine):
    time_machine.move_to(NOON, tick=False)
    sign_in_with(client)
    for _ in range(3):
        time_machine.shift(timedelta(minutes=55))
        answer = client.post(reverse("account_continue"))
        assert (answer.status_code, answer.content) == (204, b"")
    assert is_in(client)


def test_ten_hours_end_it_in_any_case(client, clerk, time_machine):
    time_machine.move_to(NOON, tick=False)
    sign_in_with(client)
    for _ in range(12):
        assert is_in(client)
        time_machine.shift(timedelta(minutes=50))
    time_machine.shift(timedelta(minutes=2))
    assert not is_in(client)


def test_continuing_needs_a_session_and_a_sending(client, cast, sign_in):
    assert client.post(reverse("account_continue")).status_code == 302
    assert sign_in(Role.OFFICE).get(reverse("account_continue")).status_code == 405


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
