"""What the journeys of duty share: a Thursday on which both fixed days of the week can be kept, and phones on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Locator, Page, expect

from appraisal.models import DutyAttendance, DutyLog
from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import PHONE, Visitor
from lianzhen.tests.cast import START, Cast

#: 周二 and 周四 are the team's days; 周二 has been kept.
NOW = datetime.fromisoformat("2026-11-26T14:00:00+08:00")
TUE, THU = date(2026, 11, 24), date(2026, 11, 26)
STORED = "没有网络，已存在本机，联网后自动上传。"


@pytest.fixture
def thursday(town: Cast) -> Iterator[Cast]:
    """The clock of the server goes on from there; that of a phone is set by `phone_of`."""
    from appraisal.actions.duty import log_duty
    from villages.actions.teams import set_duty_days

    with time_machine.travel(NOW, tick=True):
        set_duty_days(team=town.team, weekdays="24", starts_on=START, by=None)
        people = [town.people[Role.LEADER]]
        log_duty(team=town.team, day=TUE, people=people, late_reason="手机没电", by=town.users[Role.LEADER], today=THU)
        yield town


def phone_of(visitor: Visitor, user: Any, **more: Any) -> Page:
    """A phone signed in as `user`, on the same day as the server."""
    page = visitor.open(user, PHONE, **more)
    page.context.clock.install(time=NOW)
    return page


def ready(page: Page) -> None:
    """Home is open, and the service worker has kept what is needed without a network."""
    page.goto("/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => 1)")
    wait_for_kept(page)


def wait_for_kept(page: Page) -> None:
    """Polled from here: the page's policy does not let Playwright poll inside it."""
    for _ in range(100):
        if page.evaluate(KEPT_PAGES) >= 5:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the service worker has kept nothing")


#: Home, form by two names, queue, and whose they are.
KEPT_PAGES = """async () => {
  if (!await caches.has("pages")) return 0;
  return (await (await caches.open("pages")).keys()).length;
}"""


def badge(page: Page) -> Locator:
    return page.locator("[data-waiting-count]")


def tap_home_button(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^登记今天驻村")).tap()


def save(page: Page) -> None:
    page.get_by_role("button", name="保存", exact=True).tap()


def enter_offline(page: Page) -> None:
    """Without a network: the form from the phone itself, and kept there."""
    page.context.set_offline(True)
    tap_home_button(page)
    save(page)
    expect(page.get_by_role("status").filter(has_text=STORED)).to_be_visible()


def records() -> tuple[int, int]:
    """Days entered for this Thursday, and people in them."""
    return DutyLog.objects.filter(day=THU).count(), DutyAttendance.objects.filter(log__day=THU).count()
