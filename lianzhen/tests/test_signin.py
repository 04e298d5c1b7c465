"""Signing in and out, wrong passwords, limits of a session."""

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
from lianzhen.accounts.roles import Role
from lianzhen.trail import acting

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
@pytest.mark.parametrize(
    "typed", ["t_office", "T_Office", " t_office ", "19900007777", "199 0000 7777", "+86 19900007777"]
)
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
    assert '<form method="post" novalidate' not in page
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
