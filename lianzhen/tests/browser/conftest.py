"""One live server for all journeys, a town in its database, and pages that are watched.

`town` is the small cast, new for every journey that changes something. `small_town` is the demo with three
villages, built once for a file whose journeys only read; `full_town/` has all 39.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.odd_states import bring_about
from lianzhen.tests.browser.watching import Watch
from lianzhen.tests.cast import Cast, build_cast

DESKTOP = {"viewport": {"width": 1366, "height": 768}}
PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
#: The narrowest that WCAG 1.4.10 asks for.
NARROW = {**PHONE, "viewport": {"width": 320, "height": 568}}
#: Milliseconds. Long, because two cores may be busy with something else; nothing is measured by it.
PATIENCE = 30_000
DEMO_SEED = 1
PASSWORD = "Ceshi-2026"  # of every account of the cast
BACKEND = "lianzhen.accounts.backends.AccountOrPhoneBackend"

expect.set_options(timeout=PATIENCE)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys come last of all: they leave the tables empty, of rows that migrations wrote too."""
    items.sort(key=lambda item: item.path.is_relative_to(Path(__file__).parent))


# --- Server and database ----------------------------------------------------------------------
@pytest.fixture(scope="session")
def db(django_db_setup: None) -> None:
    """By this name pytest-django knows that a database is wanted. Nothing is rolled back here: what a page
    writes through the server is written, and `own_data` empties it."""


@pytest.fixture(scope="session")
def server(db: None) -> Iterator[LiveServer]:
    """Not pytest-django's `live_server`, which would empty the database after every single test."""
    served = LiveServer("localhost")
    yield served
    served.stop()


@contextmanager
def own_data(blocker: Any) -> Iterator[None]:
    """Open the database for a while and leave it empty, as a transactional test does."""
    from lianzhen.trail import guards

    with blocker.unblock():
        try:
            yield
        finally:
            # The append-only trail refuses to be emptied; its triggers are laid again by post_migrate.
            guards.lift()
            call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=False)
            cache.clear()


@pytest.fixture
def town(server: LiveServer, django_db_blocker: Any) -> Iterator[Cast]:
    with own_data(django_db_blocker):
        yield build_cast()


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(autouse=True)
def _uploads_of_a_test(settings: Any, media: Path) -> None:
    """One place for all journeys: a town that is built once has its photos through all of them."""
    settings.MEDIA_ROOT = media


@pytest.fixture(scope="module")
def small_town(server: LiveServer, media: Path, django_db_blocker: Any) -> Iterator[dict[Role, Any]]:
    with own_data(django_db_blocker), override_settings(MEDIA_ROOT=media):
        accounts = demo(villages=3, years=2)
        bring_about(accounts, timezone.localdate())
        yield accounts


def demo(*, villages: int, years: int) -> dict[Role, Any]:
    """Build the demo and answer its accounts by role."""
    from lianzhen.accounts.models import User
    from lianzhen.demo.accounts import username_of
    from lianzhen.demo.build import build_town
    from lianzhen.demo.plan import Scale

    build_town(Scale(villages=villages, years=years, today=timezone.localdate(), seed=DEMO_SEED))
    by_name = {user.username: user for user in User.objects.current()}
    return {role: by_name[username_of(role)] for role in Role if username_of(role) in by_name}


# --- Pages ------------------------------------------------------------------------------------
class Visitor:
    """Opens pages for people who are signed in already, and watches each of them to the end."""

    def __init__(self, new_context: Callable[..., BrowserContext], server: LiveServer) -> None:
        self.new_context = new_context
        self.server = server
        self.pages: list[Page] = []

    def open(self, user: Any = None, size: dict[str, Any] = DESKTOP, **more: Any) -> Page:
        """A page in a browser of its own, signed in as `user` (None: not signed in)."""
        context = self.new_context(base_url=self.server.url, **size, **more)
        context.set_default_timeout(PATIENCE)
        if user is not None:
            context.add_cookies([self.cookie(user)])
        page = context.new_page()
        page.watch = Watch(page, self.server.url)  # type: ignore[attr-defined]
        self.pages.append(page)
        return page

    def saw_no_fault(self) -> None:
        assert [fault for page in self.pages for fault in page.watch.faults] == []

    def cookie(self, user: Any) -> dict[str, str]:
        client = Client()
        client.force_login(user, backend=BACKEND)
        name = settings.SESSION_COOKIE_NAME
        return {"name": name, "value": client.cookies[name].value, "url": self.server.url}


@pytest.fixture
def visitor(new_context: Callable[..., BrowserContext], server: LiveServer) -> Iterator[Visitor]:
    made = Visitor(new_context, server)
    yield made
    made.saw_no_fault()


@pytest.fixture
def sweeper(browser: Browser, browser_context_args: dict[str, Any], server: LiveServer) -> Iterator[Visitor]:
    """A visitor for a hundred pages at once, of which no trace is kept: it would take longer than the visits."""

    def new_context(**more: Any) -> BrowserContext:
        return browser.new_context(**browser_context_args, **more)

    made = Visitor(new_context, server)
    yield made
    for page in made.pages:
        page.context.close()
    made.saw_no_fault()


def typing(page: Page, label: str) -> Locator:
    """The field that the script put in the place of the select: a select has the same role, a moment before."""
    return page.get_by_role("combobox", name=label, exact=True).and_(page.locator("input"))


def sign_in(page: Page, account: str, password: str = PASSWORD) -> None:
    """Fill in and send the sign-in page that is open."""
    page.get_by_label("账号或手机号").fill(account)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def sign_out(page: Page) -> None:
    """By the account menu of a desktop."""
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="退出登录").click()
