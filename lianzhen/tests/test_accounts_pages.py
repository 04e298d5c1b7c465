"""The account pages: list, one account, opening. What is done to one: test_account_changes."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lianzhen.account_book import accounts_with, held_by
from lianzhen.accounts import actions
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import Role
from lianzhen.accounts.standing import standing_of
from lianzhen.tests.cast import START, leave_yesterday, make_user
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.models import CadreTerm, Person

READERS = (Role.SYSADMIN, Role.OFFICE_LEAD, Role.COMMITTEE, Role.AUDITOR)
TOKEN = "7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9a11"
SECRET = re.compile(r"[A-Z][a-z]{3}-[2-9]{4}-[a-z]{4}")
NEW = {"person": "", "name": "欧阳示例", "phone": "199 0000 2001", "username": "", "role": "", "reason": "申请单3号"}


def url(name, account):
    return reverse(name, args=[account.pk])


def page_of(client, address, **query):
    return client.get(address, query).content.decode()


@pytest.fixture
def staff(cast):
    """Somebody of the town's staff without an account."""
    person = Person(name="司示例", phone="19900003003", department=cast.department)
    with acting(by=None, action="test", label="测试"):
        person.save()
    return person


def acted(function):
    with acting(by=None, action="test", label="测试"):
        return function()


# --- The book ---------------------------------------------------------------------------------
def test_the_book_says_what_standing_says(cast):
    leave_yesterday(cast)
    today = timezone.localdate()
    everybody = list(User.objects.all())
    book = held_by(everybody, today)
    for user in everybody:
        told = [(held.role, held.since) for held in book[user.pk]]
        assert told == [(holding.role, holding.since) for holding in standing_of(user, today).holdings], user
    assert {held.role for lines in book.values() for held in lines} == set(Role)


def test_every_role_is_found_by_its_own_subquery(cast):
    leave_yesterday(cast)
    today = timezone.localdate()
    for role in Role:
        found = set(User.objects.filter(pk__in=accounts_with(role, today)))
        assert found == {user for user in User.objects.all() if standing_of(user, today).has(role)}, role
        assert found


# --- List -------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", READERS)
def test_readers_see_all_accounts_with_role_and_source(cast, sign_in, role):
    page = page_of(sign_in(role), reverse("account_list"))
    assert "联村办工作人员（授予）" in page
    assert "联村工作组组长（任职）" in page
    assert "网格长（任职）" in page
    assert "乙外人" in page


@pytest.mark.parametrize("role", [role for role in Role if role not in READERS])
def test_others_are_told_who_may(cast, sign_in, role):
    client = sign_in(role)
    answer = client.get(reverse("account_list"))
    assert answer.status_code == 403
    assert "系统管理员、联村办主任" in answer.content.decode()
    # Not even one's own record: one's account has a page of its own.
    assert client.get(url("account_record", cast.users[role])).status_code == 403
    assert client.get(url("account_record", cast.outsider)).status_code == 404


def test_nothing_tells_when_anybody_signed_in(cast, sign_in, time_machine):
    """国办函〔2026〕12号: no statistics of use. The account is opened at one time and signed in to at another."""
    user = cast.users[Role.OFFICE]
    time_machine.move_to("2031-05-17T03:14:00Z", tick=False)
    assert Client().post(reverse("login"), {"username": "t_office", "password": "Ceshi-2026"}).status_code == 302
    time_machine.move_to("2031-06-20T03:00:00Z", tick=False)
    client = sign_in(Role.SYSADMIN)
    for page in (page_of(client, reverse("account_list")), page_of(client, url("account_record", user))):
        assert user.username in page
        assert not re.search(r"2031-05|5月17日|11:14", page)


@pytest.mark.parametrize("typed", ["联村办主任", "jlcbzr", "t_office_lead", "9876"])
def test_found_by_name_initials_account_and_last_four_digits(cast, sign_in, typed):
    acted(lambda: User.objects.get(username="t_office_lead"))
    User.objects.filter(username="t_office_lead").update(phone="19900009876")
    page = page_of(sign_in(Role.SYSADMIN), reverse("account_list"), q=typed)
    assert "t_office_lead" in page
    assert "t_gridhead" not in page


@pytest.mark.parametrize("role", [Role.OFFICE, Role.LEADER, Role.CADRE, Role.GRIDHEAD])
def test_filtered_by_granted_and_by_derived_roles(cast, sign_in, role):
    page = page_of(sign_in(Role.SYSADMIN), reverse("account_list"), role=role.value)
    rows = re.findall(r"<td[^>]*>(t_\w+)</td>", page)
    assert rows == [f"t_{role.value}"]


def test_ended_accounts_are_found_by_their_state(cast, sign_in):
    actions.end_account(user=cast.outsider, by=cast.users[Role.SYSADMIN], reason="离职")
    client = sign_in(Role.SYSADMIN)
    assert "乙外人" not in page_of(client, reverse("account_list"))
    assert "乙外人" in page_of(client, reverse("account_list"), state="ended")
    assert "乙外人" in page_of(client, reverse("account_list"), state="all")


def test_numbers_are_masked_on_screen_and_paper(cast, sign_in):
    User.objects.filter(username="t_office").update(phone="19900009876")
    client = sign_in(Role.SYSADMIN)
    for query in ({}, {"print": "1"}):
        page = page_of(client, reverse("account_list"), **query)
        assert "199****9876" in page
        assert "19900009876" not in page


@pytest.mark.parametrize(
    "query", [{"role": "nobody"}, {"state": "gone"}, {"sort": "password"}, {"page": "x"}, {"q": "a\0b"}]
)
def test_odd_filters_do_no_harm(cast, sign_in, query):
    assert sign_in(Role.SYSADMIN).get(reverse("account_list"), query).status_code == 200


def test_as_many_queries_for_many_accounts(cast, sign_in, django_assert_max_num_queries):
    def many():
        for n in range(30):
            user = make_user(f"示例{n}", f"many{n}")
            RoleGrant(
                user=user, role="office", starts_on=START, reason="测试", granted_by=cast.users[Role.SYSADMIN]
            ).save()
            person = Person(name=f"示例{n}", user=user, village=cast.own, villager_group=cast.villager_group)
            person.save()
            CadreTerm(person=person, village=cast.own, position="other", starts_on=START).save()

    acted(many)
    client = sign_in(Role.SYSADMIN)
    client.get(reverse("account_list"))
    with django_assert_max_num_queries(15):
        page = page_of(client, reverse("account_list"))
    assert page.count("村干部（任职）") == 31


# --- One account ------------------------------------------------------------------------------
def test_the_page_tells_what_since_when_by_whom_and_why(cast, sign_in):
    keeper = cast.users[Role.SYSADMIN]
    actions.grant_role(user=cast.outsider, role="window", starts_on=START, reason="窗口轮岗", by=keeper)
    page = page_of(sign_in(Role.AUDITOR), url("account_record", cast.outsider))
    for word in ("政务中心窗口", "授予", "2024-01-01", "窗口轮岗", keeper.name, "授予角色"):
        assert word in page
    page = page_of(sign_in(Role.AUDITOR), url("account_record", cast.users[Role.LEADER]))
    assert "示例一村联村工作组组长" in page


def test_readers_are_offered_nothing_to_change(cast, sign_in):
    for role in (Role.OFFICE_LEAD, Role.COMMITTEE, Role.AUDITOR):
        page = page_of(sign_in(role), url("account_record", cast.outsider))
        assert "这项工作由系统管理员办理" in page
        assert "重置密码</a>" not in page
        assert reverse("account_edit", args=[cast.outsider.pk]) not in page


CHANGES = ("account_edit", "account_reset", "account_end", "account_reopen", "role_grant")


@pytest.mark.parametrize("role", [Role.OFFICE_LEAD, Role.COMMITTEE, Role.AUDITOR])
@pytest.mark.parametrize("name", CHANGES)
def test_readers_change_nothing_by_address_either(cast, sign_in, role, name):
    client = sign_in(role)
    before = list(User.objects.order_by("pk").values())
    form = {"reason": "x", "role": "office", "starts_on": "2024-01-01", "username": "other", "name": "别名"}
    for answer in (client.get(url(name, cast.outsider)), client.post(url(name, cast.outsider), form)):
        assert answer.status_code == 403
        assert "这项工作由系统管理员办理" in answer.content.decode()
    assert list(User.objects.order_by("pk").values()) == before
    assert not cast.outsider.grants.exists()


@pytest.mark.parametrize("name", CHANGES[1:])
def test_the_administrator_does_not_deal_with_himself(cast, sign_in, name):
    keeper = cast.users[Role.SYSADMIN]
    client = sign_in(Role.SYSADMIN)
    for answer in (client.get(url(name, keeper)), client.post(url(name, keeper), {"reason": "x", "role": "auditor"})):
        assert answer.status_code == 403
        assert "自己的账号请由其他系统管理员办理" in answer.content.decode()
    assert client.post(reverse("role_end", args=[keeper.grants.get().pk]), {"reason": "x"}).status_code == 403
    keeper.refresh_from_db()
    assert keeper.is_active
    assert keeper.check_password("Ceshi-2026")


@pytest.mark.parametrize("name", [*CHANGES, "account_record", "role_end"])
def test_ids_that_do_not_exist_are_not_found(cast, sign_in, name):
    assert sign_in(Role.SYSADMIN).get(reverse(name, args=[987654])).status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICE, Role.LEADER, Role.GRIDHEAD])
def test_ids_out_of_reach_are_not_found(cast, sign_in, role):
    client = sign_in(role)
    grant = cast.users[Role.AUDITOR].grants.get()
    assert client.post(reverse("role_end", args=[grant.pk]), {"reason": "x"}).status_code == 404
    assert client.post(url("account_end", cast.outsider), {"reason": "x"}).status_code == 404
    grant.refresh_from_db()
    assert grant.ends_on is None


# --- Opening ----------------------------------------------------------------------------------
def add(client, **more):
    return client.post(reverse("account_add"), {**NEW, **more})


def test_an_account_for_somebody_outside_shows_its_password_once(cast, sign_in):
    client = sign_in(Role.SYSADMIN)
    answer = add(client, once=TOKEN)
    page = answer.content.decode()
    user = User.objects.get(name="欧阳示例")
    secret = SECRET.search(page)[0]
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert user.check_password(secret)
    assert (user.username, user.phone, user.must_change_password) == ("ouyangshili", "19900002001", True)
    assert "199****2001" in page
    assert "19900002001" not in page
    again = add(client, once=TOKEN)
    assert (again.status_code, again["Location"]) == (303, url("account_record", user))
    assert User.objects.filter(name="欧阳示例").count() == 1
    for address in (url("account_record", user), reverse("account_list"), reverse("account_add")):
        assert secret not in page_of(client, address)
    elsewhere = Client()
    elsewhere.post(reverse("login"), {"username": "ouyangshili", "password": secret})
    assert elsewhere.get(reverse("home"))["Location"] == reverse("account_password")


def test_the_name_and_number_of_the_register_are_not_typed_again(cast, sign_in, staff):
    answer = add(sign_in(Role.SYSADMIN), person=staff.pk, name="别的名字", phone="19900008888")
    assert answer.status_code == 200
    staff.refresh_from_db()
    assert (staff.user.name, staff.user.phone, staff.user.username) == ("司示例", "19900003003", "sishili")
    assert standing_of(staff.user, timezone.localdate()).holdings == ()


def test_a_role_may_be_granted_along(cast, sign_in, staff):
    add(sign_in(Role.SYSADMIN), person=staff.pk, role="office")
    grant = Person.objects.get(pk=staff.pk).user.grants.get()
    assert (grant.role, grant.reason, grant.granted_by) == ("office", "申请单3号", cast.users[Role.SYSADMIN])


def test_nobody_of_the_register_becomes_administrator_and_nothing_is_half_written(cast, sign_in, staff):
    accounts, entries = User.objects.count(), AuditEntry.objects.count()
    answer = add(sign_in(Role.SYSADMIN), person=staff.pk, role="sysadmin")
    staff.refresh_from_db()
    assert answer.status_code == 422
    assert "单独使用" in answer.content.decode()
    assert SECRET.search(answer.content.decode()) is None
    assert staff.user is None
    assert (User.objects.count(), AuditEntry.objects.count()) == (accounts, entries)


def test_the_chooser_shows_names_and_nothing_else_of_the_register(cast, sign_in, staff):
    twin = Person(name="司示例", phone="19900004004", village=cast.other)
    acted(lambda: (twin.save(), CadreTerm(person=twin, village=cast.other, position="clerk", starts_on=START).save()))
    alone = Person(name="单独示例", phone="19900005005", department=cast.department)
    acted(alone.save)
    page = page_of(sign_in(Role.SYSADMIN), reverse("account_add"))
    options = re.findall(r"<option[^>]*>([^<]*)</option>", page)
    assert "单独示例" in options
    # Namesakes alone are told apart, lest the wrong one be given an account.
    assert {"司示例（联村工作办）", "司示例（示例二村）"} <= set(options)
    assert "曾示例" not in page  # a resident without a post
    assert cast.people[Role.LEADER].name not in options  # has an account
    assert not re.search(r"1990000\d{4}|尾号", page)


def test_the_administrator_cannot_open_the_register_itself(cast, sign_in, staff):
    assert sign_in(Role.SYSADMIN).get(reverse("person", args=[staff.pk])).status_code in (403, 404)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "请从台账里选择人员，或填写姓名"),
        ({"reason": ""}, "请填写开通依据"),
        ({"phone": "1387382"}, "手机应为11位数字，现在是7位"),
        ({"username": "张三"}, "账号应为2到30位小写字母"),
        ({"username": "t_office"}, "这个账号已有人使用"),
        ({"person": "987654"}, "请从名单中选择"),
        ({"role": "leader"}, "role"),
    ],
)
def test_bad_input_is_said_and_kept(cast, sign_in, typed, sentence):
    before = User.objects.count()
    answer = add(sign_in(Role.SYSADMIN), **typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="199 0000 2001"' in page or "phone" in typed
    assert User.objects.count() == before


def test_somebody_with_an_account_cannot_be_chosen_again(cast, sign_in):
    answer = add(sign_in(Role.SYSADMIN), person=cast.people[Role.LEADER].pk)
    assert answer.status_code == 422
    assert "请从名单中选择" in answer.content.decode()


def test_script_in_a_name_is_text(cast, sign_in):
    client = sign_in(Role.SYSADMIN)
    answer = add(client, name="<script>alert(1)</script>", username="script")
    user = User.objects.get(username="script")
    pages = [
        answer.content.decode(),
        page_of(client, url("account_record", user)),
        page_of(client, reverse("account_list")),
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("role", [Role.OFFICE_LEAD, Role.OFFICE, Role.AUDITOR])
def test_only_the_administrator_opens_accounts(cast, sign_in, role):
    client = sign_in(role)
    assert client.get(reverse("account_add")).status_code == 403
    assert add(client).status_code == 403
    assert not User.objects.filter(name="欧阳示例").exists()


def test_a_forged_sending_opens_nothing(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.users[Role.SYSADMIN], backend="lianzhen.accounts.backends.AccountOrPhoneBackend")
    answer = add(client)
    assert answer.status_code == 403
    assert "没有保存" in answer.content.decode()
    assert not User.objects.filter(name="欧阳示例").exists()


@pytest.mark.parametrize("name", [*CHANGES, "account_record"])
def test_wrong_methods_are_refused(cast, sign_in, name):
    assert sign_in(Role.SYSADMIN).delete(url(name, cast.outsider)).status_code == 405


@pytest.mark.parametrize("role", READERS)
def test_the_page_of_an_account_needs_few_queries(cast, sign_in, role, django_assert_max_num_queries):
    client = sign_in(role)
    client.get(reverse("account"))
    with django_assert_max_num_queries(15):
        client.get(url("account_record", cast.users[Role.LEADER]))
