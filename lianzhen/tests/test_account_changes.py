"""What is done to an account from its pages: changing, resetting, ending, roles given and taken back."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse

from lianzhen.account_book import NOTICE_LENGTH
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry

TOKEN = "7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9a11"
SECRET = re.compile(r"[A-Z][a-z]{3}-[2-9]{4}-[a-z]{4}")


def url(name, account):
    return reverse(name, args=[account.pk])


def page_of(client, address, **query):
    return client.get(address, query).content.decode()


def acted(function):
    with acting(by=None, action="test", label="测试"):
        return function()


# --- Changing and resetting -------------------------------------------------------------------
def edit_form(user, **more):
    return {"username": user.username, "name": user.name, "new_phone": "", "version": user.version, **more}


def test_the_number_is_replaced_without_ever_being_shown(cast, sign_in):
    user = cast.outsider
    acted(lambda: (setattr(user, "phone", "19900006006"), user.save()))
    client = sign_in(Role.SYSADMIN)
    page = page_of(client, url("account_edit", user))
    assert "199****6006" in page
    assert "19900006006" not in page
    client.post(url("account_edit", user), edit_form(user, name="乙新名"))
    user.refresh_from_db()
    assert (user.name, user.phone) == ("乙新名", "19900006006")
    client.post(url("account_edit", user), edit_form(user, new_phone="19900007007"))
    user.refresh_from_db()
    assert user.phone == "19900007007"
    client.post(url("account_edit", user), edit_form(user, no_phone="on"))
    user.refresh_from_db()
    assert user.phone is None
    page = page_of(client, url("account_record", user))
    assert "199****6006" in page
    assert not re.search(r"1990000[67]00[67]", page)


def test_name_and_number_of_the_register_are_corrected_there(cast, sign_in):
    user = cast.users[Role.LEADER]
    client = sign_in(Role.SYSADMIN)
    page = page_of(client, url("account_edit", user))
    assert 'name="new_phone"' not in page
    assert "请由联村工作办在人员页修改" in page
    client.post(url("account_edit", user), edit_form(user, username="zuzhang", name="别名", new_phone="19900007007"))
    changed = User.objects.get(pk=user.pk)
    assert (changed.username, changed.name, changed.phone) == ("zuzhang", user.name, user.phone)


def test_two_administrators_at_one_account_lose_nothing(cast, sign_in):
    user = cast.outsider
    stale = edit_form(user, name="第二位写的")
    client = sign_in(Role.SYSADMIN)
    client.post(url("account_edit", user), edit_form(user, name="第一位写的"))
    answer = client.post(url("account_edit", user), stale)
    page = answer.content.decode()
    user.refresh_from_db()
    assert answer.status_code == 409
    assert user.name == "第一位写的"
    assert "第一位写的" in page
    assert "第二位写的" in page


def test_reset_shows_a_new_password_once_and_unlocks(cast, sign_in):
    user = cast.users[Role.CADRE]
    elsewhere = Client()
    for _ in range(5):
        elsewhere.post(reverse("login"), {"username": "t_cadre", "password": "Not-it-2026"})
    client = sign_in(Role.SYSADMIN)
    form = {"reason": "忘记密码", "once": TOKEN}
    answer = client.post(url("account_reset", user), form)
    secret = SECRET.search(answer.content.decode())[0]
    again = client.post(url("account_reset", user), form)
    assert again["Location"] == url("account_record", user)
    user.refresh_from_db()
    assert user.check_password(secret)
    assert elsewhere.post(reverse("login"), {"username": "t_cadre", "password": secret}).status_code == 302
    entry = AuditEntry.objects.about(user).filter(action="account.reset").get()
    assert (entry.reason, entry.by) == ("忘记密码", cast.users[Role.SYSADMIN])


def test_reset_needs_a_reason(cast, sign_in):
    answer = sign_in(Role.SYSADMIN).post(url("account_reset", cast.outsider), {"reason": " "})
    assert answer.status_code == 422
    assert "请填写原因" in answer.content.decode()
    cast.outsider.refresh_from_db()
    assert cast.outsider.check_password("Ceshi-2026")


# --- Ending and roles -------------------------------------------------------------------------
def test_ending_and_reopening(cast, sign_in):
    user = cast.users[Role.OFFICE]
    elsewhere = Client()
    elsewhere.post(reverse("login"), {"username": "t_office", "password": "Ceshi-2026"})
    client = sign_in(Role.SYSADMIN)
    assert "即刻收回" in page_of(client, url("account_end", user))
    client.post(url("account_end", user), {"reason": "调离"})
    user.refresh_from_db()
    assert user.ended_by == cast.users[Role.SYSADMIN]
    assert elsewhere.get(reverse("account")).status_code == 302
    assert "已停用" in page_of(client, url("account_record", user))
    client.post(url("account_reopen", user), {"reason": "借调回来"})
    user.refresh_from_db()
    assert user.is_active


def test_the_last_head_of_the_office_cannot_be_removed(cast, sign_in):
    lead = cast.users[Role.OFFICE_LEAD]
    client = sign_in(Role.SYSADMIN)
    for answer in (
        client.post(url("account_end", lead), {"reason": "调离"}),
        client.post(reverse("role_end", args=[lead.grants.get().pk]), {"reason": "调离"}),
    ):
        assert answer.status_code == 422
        assert "这是最后一名联村办主任，请先授予接任的人" in answer.content.decode()
    lead.refresh_from_db()
    assert lead.is_active
    assert lead.grants.get().ends_on is None


def test_granting_tells_auditors_and_heads_of_the_office(cast, sign_in, django_capture_on_commit_callbacks):
    form = {"role": "office", "starts_on": "2026-01-05", "reason": "镇党委2026年第5次会议决定" * 5}
    with django_capture_on_commit_callbacks(execute=True):
        answer = sign_in(Role.SYSADMIN).post(url("role_grant", cast.outsider), form)
    assert answer["Location"] == url("account_record", cast.outsider)
    told = Notice.objects.all()
    assert {notice.user for notice in told} == {cast.users[Role.AUDITOR], cast.users[Role.OFFICE_LEAD]}
    for notice in told:
        assert len(notice.text) <= NOTICE_LENGTH
        assert "乙外人“联村办工作人员”" in notice.text
        assert notice.url == url("account_record", cast.outsider)


def test_a_refused_grant_tells_nobody(cast, sign_in, django_capture_on_commit_callbacks):
    form = {"role": "office", "starts_on": "2026-01-05", "reason": "兼任"}
    with django_capture_on_commit_callbacks(execute=True) as sent:
        answer = sign_in(Role.SYSADMIN).post(url("role_grant", cast.users[Role.AUDITOR]), form)
    assert answer.status_code == 422
    assert not sent
    assert not Notice.objects.exists()


def test_a_role_is_taken_back(cast, sign_in):
    grant = cast.users[Role.OFFICE].grants.get()
    client = sign_in(Role.SYSADMIN)
    late = client.post(reverse("role_end", args=[grant.pk]), {"reason": "调离", "last_day": "2020-01-01"})
    assert late.status_code == 422
    assert "最后一天不能早于今天" in late.content.decode()
    client.post(reverse("role_end", args=[grant.pk]), {"reason": "调离", "last_day": ""})
    grant.refresh_from_db()
    assert grant.ended_by == cast.users[Role.SYSADMIN]
    again = client.post(reverse("role_end", args=[grant.pk]), {"reason": "调离"})
    assert again.status_code == 422
    assert "已经收回" in again.content.decode()
