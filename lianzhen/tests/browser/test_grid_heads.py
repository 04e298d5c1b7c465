"""Replacing a grid head (design §9.10): three clicks from home, both terms kept, no gap hidden."""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from grids.actions import end_head
from grids.models import GridHeadTerm
from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import typing
from lianzhen.wording import full_date


def choose(page: Page, label: str, typed: str) -> None:
    """Pick from a combobox by what is typed; it costs no click."""
    typing(page, label).press_sequentially(typed)
    page.keyboard.press("Enter")


def test_three_clicks_from_home(town, visitor):
    page = visitor.open(town.users[Role.OFFICE])
    page.goto("/")
    clicks = []

    def click(locator):
        clicks.append(locator)
        locator.click()

    click(page.get_by_role("navigation", name="主导航").get_by_role("link", name="网格", exact=True))
    row = page.get_by_role("row").filter(has_text="甲网格长")
    click(row.get_by_role("link", name="更换"))
    choose(page, "新网格长", "曾示例")
    page.get_by_label("换届").check()
    yesterday = timezone.localdate() - timedelta(days=1)
    expect(page.locator("#effects")).to_contain_text(f"甲网格长任期止于{full_date(yesterday)}")
    click(page.get_by_role("button", name="确认更换"))

    expect(page.get_by_role("status").filter(has_text="曾示例")).to_be_visible()
    assert len(clicks) == 3
    old, new = GridHeadTerm.objects.filter(grid=town.grid).order_by("starts_on")
    assert (old.person, new.person) == (town.people[Role.GRIDHEAD], town.resident)
    assert old.ends_on == yesterday == new.starts_on - timedelta(days=1)

    heads = page.get_by_role("list").filter(has_text="曾示例").filter(has_text="甲网格长")
    expect(heads.first).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("空缺")


def test_the_sentence_about_the_old_term_follows_the_date(town, visitor):
    page = visitor.open(town.users[Role.OFFICE])
    page.goto(f"/grids/{town.grid.pk}/replace/")
    in_a_week = timezone.localdate() + timedelta(days=7)
    page.get_by_label("起始日期").fill(in_a_week.isoformat())
    page.get_by_label("起始日期").blur()
    expect(page.locator("#effects")).to_contain_text(full_date(in_a_week - timedelta(days=1)))


def test_days_without_a_head_are_shown(town, visitor):
    today = timezone.localdate()
    end_head(
        grid=town.grid,
        last_day=today - timedelta(days=4),
        reason="外出务工",
        version=town.head.version,
        by=town.users[Role.OFFICE],
    )
    page = visitor.open(town.users[Role.OFFICE])
    page.goto("/grids/?state=vacant")
    row = page.get_by_role("row").filter(has_text="示例一村").filter(has_text="暂无网格长")
    row.get_by_role("link", name="确定人选").click()
    expect(page.locator("#effects")).to_contain_text("空缺3天")
    choose(page, "新网格长", "曾示例")
    page.get_by_label("换届").check()
    page.get_by_role("button", name="确认任职").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(str(town.grid))
    expect(page.get_by_role("main")).to_contain_text("空缺3天")
    expect(page.get_by_role("main")).to_contain_text("甲网格长")

    # And the history page, reached from here, keeps the same three lines in order.
    page.get_by_role("link", name="全部任期和变更记录").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("曾示例.*空缺3天.*甲网格长", re.S))
