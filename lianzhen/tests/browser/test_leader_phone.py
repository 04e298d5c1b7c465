"""The leader of a liaison team at 360×640: the own village on the first screen, and from there to a person."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import PHONE
from lianzhen.tests.browser.test_signing_in import LARGE
from villages.models import Village


@pytest.fixture
def phone(small_town, visitor) -> Page:
    page = visitor.open(small_town[Role.LEADER], PHONE)
    page.goto("/")
    return page


@pytest.fixture
def own(small_town) -> Village:
    return Village.objects.get(pk__in=small_town[Role.LEADER].standing.villages())


def above_the_fold(page: Page, part: Locator) -> bool:
    """Wholly seen without scrolling, above the bar of tabs."""
    bar = page.get_by_role("navigation", name="常用页面").bounding_box()
    box = part.bounding_box()
    return box["y"] >= 0 and box["y"] + box["height"] <= bar["y"]


def test_today_stands_on_the_first_screen_and_the_own_village_below(phone, own):
    expect(phone.get_by_role("heading", level=1)).to_contain_text(own.name)
    assert above_the_fold(phone, phone.get_by_role("link", name=re.compile("登记今天驻村|补充内容")).first)
    section = phone.get_by_role("region", name="我联系的村")
    expect(section.get_by_role("link", name=own.name, exact=True)).to_be_visible()
    expect(section).to_contain_text("组长")


def test_from_the_village_to_a_person_and_a_grid(phone, own):
    phone.get_by_role("link", name=own.name, exact=True).click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text(own.name)

    tabs = phone.locator(".tabs").get_by_role("link")
    titles = [title.strip() for title in tabs.all_inner_texts()]
    assert len(titles) >= 6
    for place in range(len(titles)):
        tabs.nth(place).click()
        expect(tabs.nth(place)).to_have_attribute("aria-current", "page")
        expect(tabs.nth(place)).to_be_in_viewport()
        expect(phone.get_by_role("heading", level=1)).to_contain_text(own.name)

    tabs.filter(has_text="网格").click()
    phone.get_by_role("link", name="第1网格", exact=True).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(re.compile(f"^{own.name}.*第1网格$"))
    phone.get_by_role("main").locator("dd").get_by_role("link").first.click()
    expect(phone).to_have_url(re.compile(r"/people/\d+/$"))
    expect(phone.get_by_role("button", name="显示号码")).to_be_visible()


def test_the_tabs_at_the_foot_lead_everywhere(phone):
    tabs = phone.get_by_role("navigation", name="常用页面").get_by_role("link")
    assert 3 <= tabs.count() <= 5
    for place in range(tabs.count()):
        tabs.nth(place).click()
        expect(tabs.nth(place)).to_have_attribute("aria-current", "page")
    expect(phone.get_by_role("heading", level=1)).to_have_text("更多")
    for title in ("我的账号", "显示与操作", "修改密码", "帮助"):
        expect(phone.get_by_role("main").get_by_role("link", name=title)).to_be_visible()
    phone.get_by_role("main").get_by_role("button", name="退出登录").click()
    expect(phone.get_by_text("已退出登录")).to_be_visible()


def test_other_villages_are_not_to_be_found(phone, own, small_town):
    phone.goto("/villages/")
    expect(phone.get_by_role("main").get_by_role("link", name=own.name, exact=True)).to_be_visible()
    other = Village.objects.exclude(pk=own.pk).first()
    expect(phone.get_by_role("main").get_by_text(other.name)).to_have_count(0)
    phone.watch.allow(404)
    phone.goto(f"/villages/{other.pk}/")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("没有找到")


def test_large_type_is_the_class_that_the_sweep_switches(phone):
    """`test_every_page.py` turns 大字版 on by its class; the server does the same and nothing else."""
    before = phone.locator("body").inner_html()
    phone.get_by_role("button", name="大字版").click()
    expect(phone.locator("html")).to_have_class(LARGE)
    after = phone.locator("body").inner_html()
    same = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|X-CSRFToken[^}]+|value="[01]"|大字版|标准字号')
    assert same.sub("", before) == same.sub("", after)
    phone.get_by_role("button", name="标准字号").click()
    expect(phone.locator("html")).not_to_have_class(LARGE)
