"""What every page that a role can open must keep: the rules of accessibility, and on a phone the width of
the screen and targets large enough for a thumb, in both sizes of type."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import Page

from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.addresses import pages_of
from lianzhen.tests.browser.conftest import BACKEND, DESKTOP, PHONE
from lianzhen.tests.browser.measuring import grave_findings, too_small, wider_than_the_screen

#: The device of each role, and how many pages it must have seen at least. The head of the office sees what
#: the office sees, and decides besides.
ROLES = {
    Role.OFFICE_LEAD: (DESKTOP, 150),
    Role.LEADER: (PHONE, 90),
    Role.AUDITOR: (DESKTOP, 75),
    Role.SYSADMIN: (DESKTOP, 40),
    Role.GRIDHEAD: (PHONE, 22),
}
#: 大字版 is a class on the root and nothing else, see base.html; `test_leader_phone.py` sees it set by the server.
SWITCH_SIZE_OF_TYPE = "() => document.documentElement.classList.toggle('large-text')"
#: CSS pixels: an ordinary phone, and the narrowest that WCAG 1.4.10 asks for; an office's screen, a projector,
#: and the office's screen at 200 %.
PHONE_WIDTHS = (360, 320)
DESK_WIDTHS = (1366, 1024, 683)
LEAST_TARGET, LEAST_TARGET_LARGE = 44, 60


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_every_page_of_a_role(role, small_town, sweeper):
    user = small_town[role]
    client = Client()
    client.force_login(user, backend=BACKEND)
    urls = pages_of(user, client)
    size, at_least = ROLES[role]
    page = sweeper.open(user, size)
    found = [finding for url in urls for finding in findings_at(page, url)]
    assert not found, "\n".join(found)
    assert len(urls) >= at_least


def test_pages_for_those_who_are_not_let_in(small_town, sweeper):
    """Signing in, the two refusals, and a form with mistakes."""
    stranger, leader = sweeper.open(None, PHONE), sweeper.open(small_town[Role.LEADER], PHONE)
    leader.watch.allow(403, 404, 422)
    found = findings_at(stranger, "/login/")
    for url in ("/nowhere/", "/settings/accounts/"):
        found += findings_at(leader, url)
    leader.goto("/people/new/")
    leader.get_by_role("button", name="登记人员").click()
    leader.get_by_role("alert").wait_for()
    found += findings_on(leader)
    assert not found, "\n".join(found)


def findings_at(page: Page, url: str) -> list[str]:
    page.goto(url)
    return [f"{url} {finding}" for finding in findings_on(page)]


def findings_on(page: Page) -> list[str]:
    """Everything that is wrong with the page that is open."""
    usual = page.viewport_size
    found = grave_findings(page)
    # A sheet of paper is looked at in another place, see full_town/test_printing.py.
    if "print=1" not in page.url:
        found += phone_findings(page) if usual == PHONE["viewport"] else desk_findings(page)
    page.set_viewport_size(usual)
    return found


def phone_findings(page: Page) -> list[str]:
    """Widths and targets in both sizes of type."""
    found = []
    for large, least in ((False, LEAST_TARGET), (True, LEAST_TARGET_LARGE)):
        for width in PHONE_WIDTHS:
            page.set_viewport_size({"width": width, "height": 640})
            found += [f"{'large ' * large}{finding}" for finding in wider_than_the_screen(page)]
        found += [f"{'large ' * large}target {finding}" for finding in too_small(page, least)]
        page.evaluate(SWITCH_SIZE_OF_TYPE)
    return found


def desk_findings(page: Page) -> list[str]:
    """Widths in both sizes of type."""
    found = []
    for width in DESK_WIDTHS:
        page.set_viewport_size({"width": width, "height": 768})
        for large in (False, True):
            found += [f"{'large ' * large}{finding}" for finding in wider_than_the_screen(page)]
            page.evaluate(SWITCH_SIZE_OF_TYPE)
    return found
