"""Getting in and out: account or telephone number, wrong passwords, the first password, 大字版 before and after."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import PASSWORD, PHONE, sign_in, sign_out
from lianzhen.tests.cast import make_user
from lianzhen.trail import acting

LARGE = re.compile(r"\blarge-text\b")
NEW_PASSWORD = "Xinde-2026"


def open_account(name: str, username: str, **more: Any) -> Any:
    with acting(by=None, action="test.account", label="测试数据"):
        return make_user(name, username, **more)


def test_by_account_and_out_again(town, visitor):
    page = visitor.open()
    page.goto("/villages/")  # whoever is not signed in is led to the sign-in page, and on to where he wanted to go
    expect(page).to_have_title(re.compile("登录"))
    sign_in(page, "t_office")
    expect(page).to_have_url(re.compile("/villages/$"))

    sign_out(page)
    expect(page.get_by_text("已退出登录")).to_be_visible()
    page.goto("/villages/")
    expect(page).to_have_url(re.compile("/login/"))


def test_by_telephone_number(town, visitor):
    open_account("丙来电", "t_caller", phone="19900002001")
    page = visitor.open(size=PHONE)
    page.goto("/login/")
    sign_in(page, "199 0000 2001")
    expect(page.get_by_role("heading", name="丙来电，您好")).to_be_visible()


def test_a_wrong_password_says_how_often_one_may_still_try(town, visitor):
    page = visitor.open()
    page.watch.allow(422)
    page.goto("/login/")
    for left in (4, 3):
        sign_in(page, "t_office", "Cuode-2026")
        expect(page.get_by_role("alert").filter(has_text=f"账号或密码不正确，还可以再试{left}次")).to_be_visible()
        expect(page.get_by_label("账号或手机号")).to_have_value("t_office")
    sign_in(page, "t_office")
    expect(page.get_by_role("heading", level=1)).to_contain_text("您好")


def test_five_wrong_passwords_say_until_when_to_wait(town, visitor):
    page = visitor.open()
    page.watch.allow(422, 429)
    page.goto("/login/")
    for _ in range(5):
        sign_in(page, "t_office", "Cuode-2026")
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"请在\d\d:\d\d以后再登录"))
    # Not even the right one opens now.
    page.goto("/login/")
    sign_in(page, "t_office")
    expect(page.get_by_role("alert")).to_contain_text("以后再登录")


def test_the_first_password_must_be_changed(town, visitor):
    newcomer = open_account("丁新到", "t_new")
    type(newcomer).objects.filter(pk=newcomer.pk).update(must_change_password=True)
    page = visitor.open()
    page.watch.allow(422)
    page.goto("/login/")
    sign_in(page, "t_new")
    for wanted in ("/", "/villages/", "/account/"):
        page.goto(wanted)
        expect(page.get_by_role("heading", level=1)).to_have_text("设置自己的密码")

    set_password(page, PASSWORD, "123456")
    expect(page.get_by_role("heading", level=2, name="需要修改")).to_be_visible()
    set_password(page, PASSWORD, NEW_PASSWORD)
    expect(page.get_by_role("heading", name="丁新到，您好")).to_be_visible()

    sign_out(page)
    sign_in(page, "t_new", NEW_PASSWORD)
    expect(page.get_by_role("heading", name="丁新到，您好")).to_be_visible()


def set_password(page: Page, old: str, new: str) -> None:
    page.get_by_label("现在的密码").fill(old)
    page.get_by_label("新密码", exact=True).fill(new)
    page.get_by_label("再输一次新密码").fill(new)
    page.get_by_role("button", name="保存新密码").click()


def test_large_type_is_chosen_before_signing_in_and_stays_with_the_account(town, visitor):
    page = visitor.open(size=PHONE)
    page.goto("/login/")
    expect(page.locator("html")).not_to_have_class(LARGE)
    page.get_by_role("button", name="大字版").click()
    expect(page.locator("html")).to_have_class(LARGE)
    expect(page).to_have_url(re.compile("/login/"))

    sign_in(page, "t_leader")
    expect(page.get_by_role("heading", level=1)).to_contain_text("联村工作组")
    expect(page.locator("html")).to_have_class(LARGE)

    # Another telephone: the account brings its size of type along, and puts it back when asked.
    elsewhere = visitor.open(town.users[Role.LEADER], PHONE)
    elsewhere.goto("/villages/")
    expect(elsewhere.locator("html")).to_have_class(LARGE)
    elsewhere.get_by_role("button", name="标准字号").click()
    expect(elsewhere).to_have_url(re.compile("/villages/$"))
    expect(elsewhere.locator("html")).not_to_have_class(LARGE)
