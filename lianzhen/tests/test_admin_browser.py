"""The admin panel in a browser, under the strict Content-Security-Policy: nothing is refused, everything works."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from playwright.sync_api import expect

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import build_cast
from lianzhen.tests.panel import change_url, list_url, make_rows
from villages import models as m
from villages.models import Person


@pytest.fixture
def panel(live_server, page, context):
    """Open a page of the panel as a role; `panel.complaints` are the browser's."""
    return Panel(live_server.url, page, context)


class Panel:
    def __init__(self, url, page, context):
        self.cast = build_cast()
        self.rows = make_rows(self.cast)
        self.url, self.page, self.context = url, page, context
        self.complaints: list[str] = []
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, role):
        user = self.cast.users[role]
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "lianzhen.accounts.backends.AccountOrPhoneBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": self.url}
        self.context.add_cookies([cookie])

    def open(self, path):
        answer = self.page.goto(self.url + path)
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        return answer


def test_pages_of_every_kind_draw_no_complaint(panel):
    panel.sign_in(Role.OFFICE_LEAD)
    history = reverse("admin:villages_person_history", args=[panel.cast.resident.pk])
    for path in (
        reverse("admin:index"),
        reverse("admin:app_list", args=["villages"]),
        list_url(Person),
        list_url(m.CadreTerm),
        change_url(panel.cast.resident),
        change_url(panel.cast.head),
        history,
    ):
        assert panel.open(path).status == 200
        expect(panel.page.locator("#content h1")).to_be_visible()
    assert panel.complaints == []


def test_narrowing_a_list_by_date_and_filter(panel):
    panel.sign_in(Role.COMMITTEE)
    panel.open(list_url(m.Posting))
    page = panel.page
    page.locator("#changelist .toplinks a").first.click()
    page.get_by_role("link", name="片区联络组", exact=True).last.click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    assert panel.complaints == []


def test_appointing_somebody_found_by_initials(panel):
    panel.sign_in(Role.OFFICE)
    panel.open(reverse("admin:villages_cadreterm_add"))
    page = panel.page
    for field, typed, found in (("village", "slyc", "示例一村"), ("person", "zsl", "曾示例（示例一村第1组 尾号1001）")):
        page.locator(f".field-{field} .select2-selection").click()
        page.keyboard.type(typed)
        page.get_by_role("option", name=found).click()
    page.get_by_label("职务").select_option("women")
    page.get_by_label("起始日期").fill("2026-03-01")
    page.get_by_role("button", name="登记村干部任职").click()
    expect(page.locator("ul.messagelist")).to_contain_text("已登记")
    assert m.CadreTerm.objects.get(position="women").person == panel.cast.resident
    assert panel.complaints == []


def test_the_panel_fits_a_phone(panel):
    panel.sign_in(Role.OFFICE_LEAD)
    panel.page.set_viewport_size({"width": 360, "height": 640})
    for path in (reverse("admin:index"), list_url(Person), change_url(panel.cast.resident)):
        panel.open(path)
        assert panel.page.evaluate("document.documentElement.scrollWidth") <= 360, path
        expect(panel.page.get_by_role("button", name="退出登录")).to_be_visible()
