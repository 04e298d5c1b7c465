"""The day's work on a browser that runs no scripts: signing in, searching, filtering, replacing, editing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from grids.models import GridHeadTerm
from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import DESKTOP, PHONE, sign_in, sign_out
from lianzhen.tests.browser.test_signing_in import LARGE
from villages.models import Person


@pytest.fixture
def page(town, visitor):
    return visitor.open(java_script_enabled=False)


def test_a_day_of_the_office(town, page):
    page.goto("/login/")
    sign_in(page, "t_office")
    expect(page.get_by_role("heading", level=1)).to_have_text("甲联村办工作人员，您好")

    # Search: Enter leads to the only hit.
    page.get_by_role("searchbox").fill("1001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("曾示例")

    # Edit.
    page.get_by_role("link", name="修改", exact=True).click()
    page.get_by_label("职务").fill("理事会会长")
    page.get_by_role("button", name="保存修改").click()
    expect(page.get_by_role("status").filter(has_text="已保存")).to_be_visible()
    assert Person.objects.get(pk=town.resident.pk).job_title == "理事会会长"

    # Filter a list: the combobox is a plain select here, and a button sends the bar.
    page.goto("/people/")
    everybody = page.get_by_role("row").count()
    page.get_by_role("combobox", name="村").select_option(label="示例二村")
    page.get_by_role("button", name="筛选").click()
    expect(page).to_have_url(re.compile(rf"village={town.other.pk}\b"))
    expect(page.get_by_role("rowheader", name="单示例")).to_be_visible()
    assert page.get_by_role("row").count() < everybody

    # Replace a grid head.
    page.goto(f"/grids/{town.grid.pk}/replace/")
    page.get_by_label("新网格长").select_option(value=str(town.resident.pk))
    page.get_by_label("换届").check()
    page.get_by_role("button", name="确认更换").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(str(town.grid))
    assert GridHeadTerm.objects.open().get(grid=town.grid).person == town.resident

    # 大字版, and out.
    page.get_by_role("button", name="大字版").click()
    expect(page.locator("html")).to_have_class(LARGE)
    page.get_by_role("button", name="标准字号").click()
    sign_out(page)
    expect(page.get_by_text("已退出登录")).to_be_visible()


def test_mistakes_are_told_without_a_script(town, page):
    page.watch.allow(422)
    page.goto("/login/")
    sign_in(page, "t_office")
    page.goto("/people/new/")
    page.get_by_label("备注").fill("写好的备注")
    page.get_by_role("button", name="登记人员").click()
    expect(page.get_by_role("alert")).to_contain_text("请填写姓名")
    expect(page.get_by_label("备注")).to_have_value("写好的备注")
    expect(page).to_have_title(re.compile("^有错误："))


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_everything_of_a_form_and_a_filter_can_be_reached(size, town, visitor):
    """Nothing is folded away that only a script could open."""
    page = visitor.open(town.users[Role.LEADER], size, java_script_enabled=False)
    page.goto("/people/")
    if size is PHONE:
        page.get_by_text("筛选条件").click()
    expect(page.get_by_label("姓名、拼音首字母或手机号后四位")).to_be_visible()
    expect(page.get_by_role("button", name="筛选", exact=True)).to_be_visible()
    page.goto(f"/grids/{town.grid.pk}/replace/")
    page.get_by_text("名单中没有，新增一位").click()
    expect(page.get_by_label("姓名")).to_be_visible()
