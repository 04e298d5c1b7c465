"""What a page costs on a slow line (design §14): bytes as they travel, compressed, and requests."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response

from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import DESKTOP, PHONE

KB = 1024
#: Below this a server sends a page whole; compressing would not pay.
NOT_WORTH_IT = 200


@dataclass(frozen=True)
class Load:
    """The answers of one page load as (address, kind, bytes on the line)."""

    answers: list[tuple[str, str, int]]

    @property
    def total(self) -> int:
        return sum(size for _, _, size in self.answers)

    @property
    def document(self) -> int:
        return self.of("document")

    def of(self, kind: str) -> int:
        return sum(size for _, what, size in self.answers if what == kind)


def load(page: Page, go: Callable[[], object]) -> Load:
    """Let `go` open a page and weigh what came. The journeys' server does not compress, the office's does:
    the same bytes are compressed here."""
    came: list[Response] = []

    def note(answer: Response) -> None:
        came.append(answer)

    page.on("response", note)
    go()
    page.wait_for_load_state("networkidle")
    page.remove_listener("response", note)
    return Load([(answer.url, answer.request.resource_type, weigh(answer)) for answer in came])


def weigh(answer: Response) -> int:
    if 300 <= answer.status < 400:
        return 0
    body = answer.body()
    return len(gzip.compress(body, 6)) if len(body) > NOT_WORTH_IT else len(body)


@pytest.fixture
def phone(full_town, visitor):
    return visitor.open(full_town[Role.LEADER], PHONE)


def test_first_and_second_visit_of_the_leaders_home(phone):
    first = load(phone, lambda: phone.goto("/"))
    assert len(first.answers) <= 6, first
    assert first.total <= 100 * KB, first
    assert first.of("stylesheet") <= 45 * KB, first
    assert first.of("script") <= 30 * KB, first
    assert {urlsplit(url).hostname for url, _, _ in first.answers} == {"localhost"}
    assert first.of("font") == 0

    again = load(phone, lambda: phone.goto("/"))
    assert again.document <= 15 * KB, again


def test_every_page_that_a_leader_opens_from_a_tab_is_light(phone):
    phone.goto("/")
    tabs = phone.get_by_role("navigation", name="常用页面").get_by_role("link")
    addresses = [tabs.nth(n).get_attribute("href") for n in range(tabs.count())]
    assert len(addresses) == 5
    for address in addresses:
        assert load(phone, lambda to=address: phone.goto(to)).document <= 25 * KB, address


@pytest.mark.parametrize(
    ("address", "rows", "most"),
    [("/villages/", 39, 20 * KB), ("/grids/", 208, 30 * KB)],
    ids=["39 villages", "208 grids"],
)
def test_a_long_list_is_one_page(address, rows, most, full_town, visitor):
    page = visitor.open(full_town[Role.OFFICE], DESKTOP)
    weighed = load(page, lambda: page.goto(address))
    assert weighed.document <= most, weighed
    named = page.locator("table.data tbody tr:not(.group)").count()
    assert named >= rows
