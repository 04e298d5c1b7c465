"""What the time without a network costs on a slow line (design §14): the worker, the pages that it keeps, the scripts
of the form. Everything that travels is weighed, whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Response

from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import PHONE
from lianzhen.tests.browser.duty_phones import wait_for_kept
from lianzhen.tests.browser.full_town.test_weight import KB, weigh


@pytest.fixture
def phone(full_town, visitor) -> Page:
    return visitor.open(full_town[Role.LEADER], PHONE)


def travelled(context: BrowserContext, go: Callable[[], object]) -> dict[str, int]:
    """Bytes by address, of page and worker together. A file of the shell counts once: the worker finds it in the
    browser's cache, since its name stands for its content."""
    came: list[Response] = []
    context.on("response", lambda answer: came.append(answer))
    go()
    found: dict[str, int] = {}
    for answer in came:
        if answer.from_service_worker:
            continue
        path, size = urlsplit(answer.url).path, weigh(answer)
        found[path] = size if path.startswith("/static/") else found.get(path, 0) + size
    return found


def test_the_first_visit_of_a_leaders_home_with_all_that_is_kept(phone):
    def visit() -> None:
        phone.goto("/")
        phone.wait_for_load_state("networkidle")
        wait_for_kept(phone)

    first = travelled(phone.context, visit)
    assert {"/", "/sw.js", "/duty/new/", "/sync/", "/offline/"} <= set(first)
    assert sum(first.values()) <= 100 * KB, first


def test_a_repeated_visit(phone):
    phone.goto("/")
    wait_for_kept(phone)

    def visit() -> None:
        phone.goto("/")
        phone.wait_for_load_state("networkidle")

    again = travelled(phone.context, visit)
    assert "/" in again
    assert sum(size for path, size in again.items() if not path.startswith("/static/")) <= 15 * KB, again


@pytest.mark.parametrize("address", ["/", "/duty/new/", "/sync/", "/duty/me/"])
def test_scripts_of_a_phone_page(address, phone):
    """All that the page calls for, with something in the queue."""
    phone.goto("/offline/")
    phone.evaluate("localStorage.setItem('waiting', '1')")
    scripts: dict[str, int] = {}
    phone.on("response", lambda a: scripts.update({a.url: weigh(a)}) if a.request.resource_type == "script" else None)
    phone.goto(address)
    phone.wait_for_load_state("networkidle")
    assert len(scripts) >= 2
    assert sum(scripts.values()) <= 30 * KB, scripts
