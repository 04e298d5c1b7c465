"""What may be done to an account, by whom, and what may not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.utils import timezone

from lianzhen.accounts import actions
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import GRANTED, SOLITARY, Role
from lianzhen.accounts.standing import standing_of
from lianzhen.tests.cast import START, make_user
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry

GOOD = "Xiangling-48"


@pytest.fixture
def keeper(cast):
    return cast.users[Role.SYSADMIN]


def open_one(keeper, **more):
    values = {"username": "newone", "name": "欧阳示例", "phone": "19900002001", "password": GOOD, "reason": "申请单"}
    return actions.add_account(by=keeper, **{**values, **more})


def spare(name="丙示例", username="spare"):
    with acting(by=None, action="test", label="测试"):
        return make_user(name, username)


def roles_of(user, on=None):
    return standing_of(User.objects.get(pk=user.pk), on or timezone.localdate()).roles


# --- Opening --------------------------------------------------------------------------------
def test_a_new_account_must_change_its_first_password(keeper):
    user = open_one(keeper)
    assert user.check_password(GOOD)
    assert user.must_change_password
    assert user.initials == "oysl"
    entry = AuditEntry.objects.about(user).get()
    assert (entry.action, entry.by, entry.reason) == ("account.add", keeper, "申请单")


def test_no_password_ever_reaches_the_trail(keeper):
    user = open_one(keeper)
    actions.reset_password(user=user, password="Baiyutang-59", by=keeper, reason="忘记")
    actions.change_own_password(user=user, password="Fuhoutang-62")
    written = str(list(AuditEntry.objects.values_list("changes", "reason", "label", "object_label")))
    for secret in (GOOD, "Baiyutang-59", "Fuhoutang-62", user.password, "md5$"):
        assert secret not in written
    assert AuditEntry.objects.about(user).count() == 3


@pytest.mark.parametrize(
    "weak",
    ["Ab-1", "xiangling", "xiangling48", "NewOne-2026", "Ouyangshili-1", "A19900002001b", "Password1"],
    ids=["short", "one kind", "two kinds", "account", "pinyin", "phone", "common"],
)
def test_weak_passwords_are_refused_with_the_rule(keeper, weak):
    with pytest.raises(ValidationError) as refusal:
        open_one(keeper, password=weak)
    assert set(refusal.value.message_dict) == {"password"}
    assert not User.objects.filter(username="newone").exists()


def test_without_a_name_to_sign_in_with_the_pinyin_is_taken_and_numbered(keeper):
    first = open_one(keeper, username="", phone="")
    second = open_one(keeper, username="", phone="")
    assert (first.username, second.username) == ("ouyangshili", "ouyangshili2")


@pytest.mark.parametrize("username", ["a", "张三", "two words", "-dash", "x" * 31, "19900002001", "1990000"])
def test_account_names_that_mislead_are_refused(keeper, username):
    with pytest.raises(ValidationError) as refusal:
        open_one(keeper, username=username)
    assert set(refusal.value.message_dict) == {"username"}


def test_capitals_make_no_second_account(keeper):
    open_one(keeper)
    with pytest.raises(ValidationError, match="这个账号已有人使用"):
        open_one(keeper, username="NewOne", phone="")


def test_a_number_belongs_to_one_account(keeper):
    open_one(keeper)
    with pytest.raises(ValidationError, match="这个手机号已用于另一个账号"):
        open_one(keeper, username="second")


# --- Passwords ------------------------------------------------------------------------------
def test_first_passwords_keep_the_rules_and_never_repeat(keeper):
    user = open_one(keeper)
    made = {actions.first_password(user) for _ in range(200)}
    assert len(made) == 200
    assert not set("".join(made)) & set("il1o0IO")


def test_reset_ends_open_sessions_and_asks_for_a_new_password(cast, keeper, sign_in):
    user = cast.users[Role.LEADER]
    client = sign_in(Role.LEADER)
    assert client.get("/account/").status_code == 200
    actions.reset_password(user=user, password=GOOD, by=keeper, reason="忘记")
    user.refresh_from_db()
    assert user.must_change_password
    assert user.password_reset_at is not None
    assert not Session.objects.exists()
    assert client.get("/account/").status_code == 302


def test_nobody_resets_his_own_password_as_administrator(keeper):
    with pytest.raises(ValidationError):
        actions.reset_password(user=keeper, password=GOOD, by=keeper, reason="忘记")
    assert not User.objects.get(pk=keeper.pk).check_password(GOOD)


def test_the_new_password_differs_from_the_present_one(cast):
    user = cast.users[Role.LEADER]
    with pytest.raises(ValidationError, match="不能与现在的密码相同"):
        actions.change_own_password(user=user, password="Ceshi-2026")


# --- Ending and reopening -------------------------------------------------------------------
def test_ending_takes_back_what_was_granted_and_keeps_the_account(cast, keeper):
    user = cast.users[Role.OFFICE]
    actions.end_account(user=user, by=keeper, reason="调离")
    user.refresh_from_db()
    assert (user.ended_by, user.is_active) == (keeper, False)
    assert not roles_of(user)
    grant = user.grants.get()
    assert (grant.ended_by, grant.ends_on) == (keeper, timezone.localdate() - timedelta(days=1))
    assert grant.ended_at == user.ended_at  # one act, one moment


def test_an_account_is_ended_once(cast, keeper):
    user = cast.users[Role.OFFICE]
    actions.end_account(user=user, by=keeper, reason="调离")
    with pytest.raises(ValidationError, match="已经停用"):
        actions.end_account(user=user, by=keeper, reason="调离")


def test_nobody_ends_his_own_account(keeper):
    with pytest.raises(ValidationError):
        actions.end_account(user=keeper, by=keeper, reason="离职")
    assert User.objects.get(pk=keeper.pk).is_active


@pytest.mark.parametrize("role", [Role.OFFICE_LEAD, Role.SYSADMIN])
def test_the_last_holder_stays_until_there_is_another(cast, keeper, role):
    user = cast.users[role]
    other = cast.users[Role.AUDITOR]  # who acts does not matter to the rule
    with pytest.raises(ValidationError, match="请先授予接任的人"):
        actions.end_account(user=user, by=other, reason="调离")
    assert role in roles_of(user)
    successor = spare()
    actions.grant_role(user=successor, role=role, starts_on=timezone.localdate(), reason="接任", by=other)
    actions.end_account(user=user, by=other, reason="调离")
    assert not User.objects.get(pk=user.pk).is_active
    assert role in roles_of(successor)


def test_a_successor_who_has_not_begun_does_not_count(cast, keeper):
    lead = cast.users[Role.OFFICE_LEAD]
    later = timezone.localdate() + timedelta(days=30)
    actions.grant_role(user=spare(), role=Role.OFFICE_LEAD, starts_on=later, reason="接任", by=keeper)
    with pytest.raises(ValidationError, match="请先授予接任的人"):
        actions.end_grant(grant=lead.grants.get(), last_day=None, reason="调离", by=keeper)
    actions.end_grant(grant=lead.grants.get(), last_day=later - timedelta(days=1), reason="调离", by=keeper)
    assert Role.OFFICE_LEAD in roles_of(lead)
    assert Role.OFFICE_LEAD not in roles_of(lead, later)


def test_a_successor_whose_account_has_ended_does_not_count(cast, keeper):
    successor = spare()
    grant = actions.grant_role(
        user=successor, role=Role.OFFICE_LEAD, starts_on=timezone.localdate(), reason="接任", by=keeper
    )
    User.objects.filter(pk=successor.pk).update(ended_at=timezone.now(), ended_by=keeper)
    with pytest.raises(ValidationError, match="请先授予接任的人"):
        actions.end_grant(grant=cast.users[Role.OFFICE_LEAD].grants.get(), last_day=None, reason="调离", by=keeper)
    assert grant.pk


def test_reopening_gives_no_role_back(cast, keeper):
    user = cast.users[Role.OFFICE]
    actions.end_account(user=user, by=keeper, reason="调离")
    actions.reopen_account(user=user, by=keeper, reason="借调回来")
    user.refresh_from_db()
    assert user.is_active
    assert user.ended_by is None
    assert not roles_of(user)


def test_only_an_ended_account_is_reopened(cast, keeper):
    with pytest.raises(ValidationError):
        actions.reopen_account(user=cast.users[Role.OFFICE], by=keeper, reason="误点")


# --- Roles ----------------------------------------------------------------------------------
def test_a_role_taken_back_at_once_is_gone_today(cast, keeper):
    user = cast.users[Role.OFFICE]
    actions.end_grant(grant=user.grants.get(), last_day=None, reason="调离", by=keeper)
    assert Role.OFFICE not in roles_of(user)
    assert Role.OFFICE in roles_of(user, timezone.localdate() - timedelta(days=1))


def test_a_role_given_and_taken_back_today_never_counts(keeper):
    user = spare()
    today = timezone.localdate()
    grant = actions.grant_role(user=user, role=Role.OFFICE, starts_on=today, reason="误授", by=keeper)
    assert Role.OFFICE in roles_of(user)
    actions.end_grant(grant=grant, last_day=None, reason="误授", by=keeper)
    assert Role.OFFICE not in roles_of(user)


def test_a_last_day_is_served_to_its_end(cast, keeper):
    user = cast.users[Role.OFFICE]
    today = timezone.localdate()
    actions.end_grant(grant=user.grants.get(), last_day=today, reason="调离", by=keeper)
    assert Role.OFFICE in roles_of(user, today)
    assert Role.OFFICE not in roles_of(user, today + timedelta(days=1))


def test_nobody_gives_or_takes_a_role_of_his_own(cast, keeper):
    before = RoleGrant.objects.count()
    with pytest.raises(ValidationError):
        actions.grant_role(user=keeper, role=Role.AUDITOR, starts_on=START, reason="自己", by=keeper)
    with pytest.raises(ValidationError):
        actions.end_grant(grant=keeper.grants.get(), last_day=None, reason="自己", by=keeper)
    assert RoleGrant.objects.count() == before
    assert Role.SYSADMIN in roles_of(keeper)


@pytest.mark.parametrize("role", [role for role in Role if role not in GRANTED])
def test_roles_of_the_register_cannot_be_granted(keeper, role):
    user = spare()
    with pytest.raises(ValidationError, match="随任职产生"):
        actions.grant_role(user=user, role=role, starts_on=START, reason="试试", by=keeper)
    assert not user.grants.exists()


@pytest.mark.parametrize("solitary", SOLITARY)
@pytest.mark.parametrize("held", [Role.OFFICE, Role.LEADER, Role.CADRE, Role.GRIDHEAD])
def test_keepers_of_accounts_and_of_the_trail_hold_nothing_else(cast, keeper, solitary, held):
    user = cast.users[held]
    with pytest.raises(ValidationError, match="单独使用"):
        actions.grant_role(user=user, role=solitary, starts_on=START, reason="兼任", by=keeper)
    assert solitary not in roles_of(user)


@pytest.mark.parametrize("solitary", SOLITARY)
def test_nor_are_they_given_anything_else_later(cast, keeper, solitary):
    user = cast.users[solitary]
    other = cast.users[Role.OFFICE_LEAD]
    with pytest.raises(ValidationError, match="单独使用"):
        actions.grant_role(user=user, role=Role.OFFICE, starts_on=START, reason="兼任", by=other)
    assert roles_of(user) == {solitary}


def test_somebody_of_the_register_is_no_administrator_even_without_a_post(cast, keeper):
    with acting(by=None, action="test", label="测试"):
        cast.resident.user = make_user("丁示例", "resident")
        cast.resident.save()
    user = User.objects.get(username="resident")
    assert not roles_of(user)
    with pytest.raises(ValidationError, match="单独使用"):
        actions.grant_role(user=user, role=Role.SYSADMIN, starts_on=START, reason="试试", by=keeper)


def test_a_role_that_runs_out_later_is_still_in_the_way(cast, keeper):
    user = cast.users[Role.OFFICE]
    last_day = timezone.localdate() + timedelta(days=10)
    actions.end_grant(grant=user.grants.get(), last_day=last_day, reason="调离", by=keeper)
    for role in (Role.AUDITOR, Role.OFFICE):
        with pytest.raises(ValidationError):
            actions.grant_role(user=user, role=role, starts_on=timezone.localdate(), reason="又来", by=keeper)
    after = last_day + timedelta(days=1)
    actions.grant_role(user=user, role=Role.OFFICE, starts_on=after, reason="又回来", by=keeper)
    assert Role.OFFICE in roles_of(user, after)


def test_an_ended_account_is_given_nothing(cast, keeper):
    user = cast.users[Role.OFFICE]
    actions.end_account(user=user, by=keeper, reason="调离")
    with pytest.raises(ValidationError, match="请先恢复"):
        actions.grant_role(user=user, role=Role.OFFICE, starts_on=START, reason="误点", by=keeper)
    with pytest.raises(ValidationError, match="请先恢复"):
        actions.reset_password(user=user, password=GOOD, by=keeper, reason="误点")


def test_a_grant_says_who_why_and_since_when(keeper):
    user = spare()
    grant = actions.grant_role(user=user, role="office", starts_on=date(2026, 1, 5), reason="会议决定", by=keeper)
    holding = standing_of(User.objects.get(pk=user.pk), date(2026, 1, 5)).holdings[0]
    assert (holding.role, holding.since, grant.granted_by) == (Role.OFFICE, date(2026, 1, 5), keeper)
    assert "会议决定" in holding.why
    assert AuditEntry.objects.about(grant).get().reason == "会议决定"
