"""The journeys' own instruments: that they see what they are there to see."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error

from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import DESKTOP, PHONE
from lianzhen.tests.browser.measuring import grave_findings, too_small, wider_than_the_screen
from lianzhen.tests.browser.watching import Watch

#: What a page could do, as a script run in it, and the word by which it must be reported.
MISDEEDS = {
    "a script that throws": ("setTimeout(() => { throw new Error('broken'); })", "script: broken"),
    "a word on the console": ("console.error('unhappy')", "console: unhappy"),
    "a style in the page": ("document.body.setAttribute('style', 'color: red')", "Content Security Policy"),
    "a script in the page": (
        "document.body.appendChild(Object.assign(document.createElement('script'), {textContent: '1'}))",
        "Content Security Policy",
    ),
    "another host": ("fetch('http://example.invalid/').catch(() => 0)", "Content Security Policy"),
    "a refusal": ("fetch('/villages/999999/')", "404: GET"),
}


@pytest.mark.parametrize("misdeed", MISDEEDS)
def test_a_misdeed_is_seen(misdeed, town, visitor):
    page = visitor.open(town.users[Role.OFFICE])
    page.goto("/")
    assert page.watch.faults == []
    script, word = MISDEEDS[misdeed]
    page.evaluate(f"() => {{ {script} }}")
    page.wait_for_timeout(300)
    assert [fault for fault in page.watch.faults if word in fault], page.watch.faults
    page.watch.faults.clear()


def test_a_request_to_another_host_is_seen_even_where_the_policy_would_allow_it(town, visitor, server):
    page = visitor.open()
    watch = Watch(page, server.url)
    with pytest.raises(Error):
        page.goto("http://example.invalid/")
    assert watch.faults == ["another host: http://example.invalid/"]
    page.watch.faults.clear()


def test_measures_see_what_is_too_wide_too_small_or_unlabelled(town, visitor):
    page = visitor.open(town.users[Role.OFFICE], PHONE)
    page.goto("/people/new/")
    assert (wider_than_the_screen(page), too_small(page, 44), grave_findings(page)) == ([], [], [])
    page.evaluate("document.querySelector('h1').style.minWidth = '500px'")
    assert len(wider_than_the_screen(page)) == 1
    page.evaluate("document.querySelector('main .btn').style.minHeight = '20px'")
    assert len(too_small(page, 44)) == 1
    page.evaluate("document.querySelector('label[for=id_note]').remove()")
    assert [finding for finding in grave_findings(page) if finding.startswith("label: #id_note")]


def test_a_desk_is_not_a_phone(town, visitor):
    """What the sizes promise: the rail at a desk, the bar of tabs in the hand."""
    for size, seen, unseen in ((DESKTOP, "主导航", "常用页面"), (PHONE, "常用页面", "主导航")):
        page = visitor.open(town.users[Role.OFFICE], size)
        page.goto("/")
        assert page.get_by_role("navigation", name=seen).is_visible()
        assert not page.get_by_role("navigation", name=unseen).is_visible()
