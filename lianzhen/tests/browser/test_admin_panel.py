"""The committee's panel: from the glance at the town to one record and its history, without a broken script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.measuring import grave_findings

PAGES = {
    Role.COMMITTEE: (
        "/admin/",
        "/admin/villages/village/",
        "/admin/villages/person/",
        "/admin/villages/posting/",
        "/admin/villages/person/{person}/change/",
        "/admin/villages/person/{person}/history/",
        "/admin/grids/grid/{grid}/change/",
        "/admin/trail/auditentry/",
        "/admin/charts/",
    ),
    Role.SYSADMIN: (
        "/admin/",
        "/admin/accounts/user/",
        "/admin/accounts/rolegrant/",
        "/admin/town/calendarday/",
    ),
}


def test_from_the_glance_to_the_history_of_a_record(town, visitor):
    page = visitor.open(town.users[Role.COMMITTEE])
    page.goto("/admin/")
    expect(page.get_by_role("heading", level=1)).to_have_text("全镇一览")
    expect(page.get_by_role("listitem").filter(has_text="村（社区）").filter(has_text="3").first).to_be_visible()
    page.locator("#content-main").get_by_role("link", name="人员", exact=True).first.click()

    expect(page).to_have_url(re.compile("/admin/villages/person/$"))
    people = page.locator("#result_list tbody tr")
    expect(people.first).to_be_visible()
    everybody = people.count()
    page.locator("#changelist-filter").get_by_role("link", name="是", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"\?.+="))
    expect(people.first).to_be_visible()
    assert 0 < people.count() < everybody
    page.get_by_role("link", name="曾示例").first.click()

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("#content")).to_contain_text("曾示例")
    page.get_by_role("link", name="变更记录").click()
    expect(page).to_have_url(re.compile(rf"/admin/villages/person/{town.resident.pk}/history/"))
    expect(page.locator("#content")).to_contain_text("测试数据")


def test_what_waits_leads_to_the_rows_counted(town, visitor):
    page = visitor.open(town.users[Role.COMMITTEE])
    page.goto("/admin/")
    needs = page.get_by_role("region", name="需要关注").get_by_role("link")
    assert needs.count() > 0
    for place in range(needs.count()):
        page.goto("/admin/")
        needs.nth(place).click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_change_in_the_panel_is_on_the_trail(town, visitor):
    """The office corrects a fact; the same history shows it on the staff page."""
    page = visitor.open(town.users[Role.OFFICE])
    page.goto(f"/admin/villages/person/{town.resident.pk}/change/")
    page.get_by_label("备注").fill("面板里改的备注")
    page.get_by_role("button", name="保存修改").click()
    expect(page).to_have_url(re.compile("/admin/villages/person/$"))
    page.goto(f"/people/{town.resident.pk}/")
    latest = page.locator(".timeline > li").first
    expect(latest).to_contain_text("面板里改的备注")
    expect(latest).to_contain_text("甲联村办工作人员")


@pytest.mark.parametrize("role", PAGES, ids=str)
def test_rules_of_accessibility(role, town, visitor):
    """For those who read, and for who keeps the accounts; test_admin.py asks the same for the office."""
    page = visitor.open(town.users[role])
    found = []
    for address in PAGES[role]:
        page.goto(address.format(person=town.resident.pk, grid=town.grid.pk))
        found += [f"{address} {finding}" for finding in grave_findings(page)]
    assert not found, "\n".join(found)
