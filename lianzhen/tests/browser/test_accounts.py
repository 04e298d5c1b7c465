"""Opening an account: the first password is shown once, and its owner makes one of his own."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Error, expect

from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import PHONE, sign_in
from lianzhen.tests.browser.test_signing_in import NEW_PASSWORD, set_password
from lianzhen.trail.models import AuditEntry

REGISTER = ("/villages/", "/teams/", "/grids/", "/people/", "/orgs/", "/districts/", "/party-groups/", "/cadres/")
PANEL_OF_REGISTER = ("/admin/villages/", "/admin/grids/")


def test_from_the_first_password_to_the_first_sign_in(town, visitor):
    keeper = visitor.open(town.users[Role.SYSADMIN])
    keeper.goto("/settings/accounts/")
    keeper.get_by_role("link", name="新增账号").click()
    keeper.get_by_label("姓名").fill("戊新来")
    keeper.get_by_label("手机号").fill("19900003001")
    keeper.get_by_label("账号", exact=False).and_(keeper.locator("#id_username")).fill("wuxinlai")
    keeper.get_by_label("同时授予角色").select_option(label="联村办工作人员")
    keeper.get_by_label("开通依据").fill("联村办2026年第3号申请单")
    keeper.get_by_role("button", name="开通账号").click()
    slip = keeper.get_by_role("region", name="密码单")
    expect(slip).to_contain_text("wuxinlai")
    password = slip.get_by_text("初始密码").locator("xpath=following-sibling::dd").inner_text().strip()
    assert len(password) >= 8

    # Shown once: not on the account's page, not on the way back, nowhere on the trail.
    keeper.get_by_role("link", name="已交给本人，回到账号").click()
    expect(keeper.get_by_role("heading", level=1)).to_have_text("戊新来")
    expect(keeper.get_by_text("首次密码未改")).to_be_visible()
    assert password not in keeper.content()
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # the browser kept no copy either
        keeper.go_back()
    assert User.objects.filter(name="戊新来").count() == 1
    assert password not in str(list(AuditEntry.objects.values("changes", "reason", "object_label")))

    newcomer = visitor.open(size=PHONE)
    newcomer.goto("/login/")
    sign_in(newcomer, "wuxinlai", password)
    expect(newcomer.get_by_role("heading", level=1)).to_have_text("设置自己的密码")
    set_password(newcomer, password, NEW_PASSWORD)
    expect(newcomer.get_by_role("heading", level=1)).to_have_text("戊新来，您好")

    again = visitor.open()
    again.watch.allow(422)
    again.goto("/login/")
    sign_in(again, "wuxinlai", password)
    expect(again.get_by_text("账号或密码不正确")).to_be_visible()
    sign_in(again, "19900003001", NEW_PASSWORD)
    expect(again.get_by_role("heading", level=1)).to_have_text("戊新来，您好")


def test_the_administrator_finds_no_way_into_the_register(town, visitor):
    page = visitor.open(town.users[Role.SYSADMIN])
    seen = 0
    for address in ("/", "/more/", "/admin/", "/search/?q=示例"):
        page.goto(address)
        links = page.get_by_role("link").evaluate_all("(links) => links.map((link) => link.getAttribute('href') || '')")
        assert [link for link in links if link.startswith(REGISTER + PANEL_OF_REGISTER)] == []
        seen += len(links)
    assert seen > 40
    page.watch.allow(403)
    for address in REGISTER:
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("没有"))
