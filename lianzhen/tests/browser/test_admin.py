"""The admin panel under the strict Content-Security-Policy: Django's own scripts work, nothing is refused."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import DESKTOP, PHONE
from lianzhen.tests.browser.measuring import AXE, GRAVE
from lianzhen.tests.panel import change_url, list_url, make_rows
from villages import models as m
from villages.models import Person

#: Axe copies imported sheets into the page to read them, which the page's policy refuses aloud.
QUIET_AXE = {**AXE, "preload": False}


def pages(town):
    """One of every kind."""
    return (
        reverse("admin:index"),
        reverse("admin:app_list", args=["villages"]),
        list_url(Person),
        list_url(m.CadreTerm),
        change_url(town.resident),
        change_url(town.head),
        reverse("admin:villages_person_history", args=[town.resident.pk]),
    )


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_kind_of_page_stands_and_fits(size, town, visitor):
    page = visitor.open(town.users[Role.OFFICE_LEAD], size=size)
    make_rows(town)
    for path in pages(town):
        policy = page.goto(path).headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        expect(page.locator("#content h1")).to_be_visible()
        expect(page.get_by_role("button", name="退出登录")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["viewport"]["width"], path


def test_no_serious_barrier(town, visitor):
    page = visitor.open(town.users[Role.OFFICE_LEAD])
    found = []
    for path in pages(town):
        page.goto(path)
        answer = Axe().run(page, options=QUIET_AXE)
        found += [
            f"{path} {violation['id']}: {node['html'][:120]}"
            for violation in answer.response["violations"]
            if violation["impact"] in GRAVE
            for node in violation["nodes"][:3]
        ]
    assert not found, "\n".join(found)


def test_narrowing_a_list_by_date_and_filter(town, visitor):
    page = visitor.open(town.users[Role.COMMITTEE])
    page.goto(list_url(m.Posting))
    page.locator("#changelist .toplinks a").first.click()
    page.locator("#changelist-filter").get_by_role("link", name="片区联络组", exact=True).click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)


def test_appointing_somebody_found_by_initials(town, visitor):
    page = visitor.open(town.users[Role.OFFICE])
    page.goto(reverse("admin:villages_cadreterm_add"))
    for field, typed, found in (("village", "slyc", "示例一村"), ("person", "zsl", "曾示例（示例一村第1组 尾号1001）")):
        page.locator(f".field-{field} .select2-selection").click()
        page.keyboard.type(typed)
        page.get_by_role("option", name=found).click()
    page.get_by_label("职务").select_option("women")
    page.get_by_label("起始日期").fill("2026-03-01")
    page.get_by_role("button", name="登记村干部任职").click()
    expect(page.locator("ul.messagelist")).to_contain_text("已登记")
    assert m.CadreTerm.objects.get(position="women").person == town.resident
