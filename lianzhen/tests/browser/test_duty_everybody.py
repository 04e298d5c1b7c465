"""Journeys 18 to 20 of design §15 on the pages of duty: large type at 200 % on a narrow phone, the keyboard, a slow
line, and a browser without scripts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from appraisal.models import DutyLog
from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.compressing import compressing
from lianzhen.tests.browser.conftest import DESKTOP, NARROW, PHONE, Visitor, sign_in
from lianzhen.tests.browser.duty_phones import NOW, THU, phone_of, records, save, tap_home_button, thursday
from lianzhen.tests.browser.measuring import grave_findings, too_small, wider_than_the_screen

__all__ = ["thursday"]
#: Pages of this part that a leader opens; the one for the time without a network among them.
PAGES = ("/", "/duty/me/", "/duty/new/", "/sync/", "/offline/")
#: Design §15, journey 20: 400 kbit/s, 400 ms from here to the server and back.
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 400 * 1024 / 8, "uploadThroughput": 400 * 1024 / 8}
USABLE = 5.0  # seconds


# --- Journey 18 ---------------------------------------------------------------------------------
def test_large_type_at_200_percent_on_a_narrow_phone(thursday, visitor):
    """200 % of a window 640 wide is one of 320; the type is the large one besides."""
    phone = visitor.open(None, NARROW)
    phone.context.clock.install(time=NOW)
    phone.goto("/login/")
    phone.get_by_role("button", name="大字版").tap()
    expect(phone.locator("html")).to_have_class("large-text")
    phone.wait_for_load_state("networkidle")  # the page comes anew, in large type
    fits(phone)
    sign_in(phone, "t_leader")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("示例一村")
    for address in PAGES:
        phone.goto(address)
        expect(phone.locator("html")).to_have_class("large-text")
        fits(phone)
    phone.goto("/duty/new/")
    phone.get_by_text("更改日期、村或补登").tap()
    fits(phone)
    phone.get_by_text("更改日期、村或补登").tap()
    save(phone)
    expect(phone.get_by_role("status").filter(has_text="已登记11月26日驻村。")).to_be_visible()
    fits(phone)


def fits(phone: Page) -> None:
    assert wider_than_the_screen(phone) == [], phone.url
    assert too_small(phone, 60) == [], phone.url
    assert clipped(phone) == [], phone.url


#: Words of the page that their own box cuts off.
CLIPPED = """() => [...document.querySelectorAll("main *, header *")].filter((e) => {
  const style = getComputedStyle(e);
  return e.children.length === 0 && e.textContent.trim() && e.clientWidth && style.overflowX === "hidden"
    && style.clip === "auto" && e.scrollWidth > e.clientWidth + 1;
}).map((e) => e.textContent.trim().slice(0, 30))"""


def clipped(page: Page) -> list[str]:
    return page.evaluate(CLIPPED)


# --- Journey 19 ---------------------------------------------------------------------------------
def test_no_grave_finding_with_something_in_the_queue(thursday, visitor):
    """The pages as they are when it matters: without a network, something waiting, something to be put right."""
    phone = phone_of(visitor, thursday.users[Role.LEADER], service_workers="block")
    phone.goto("/duty/new/")
    phone.get_by_text("更改日期、村或补登").tap()
    phone.get_by_label("驻村日期").fill("2026-11-25")
    phone.context.set_offline(True)
    save(phone)
    expect(phone.get_by_role("status").filter(has_text="已存在本机")).to_be_visible()
    assert grave_findings(phone) == []
    phone.context.set_offline(False)
    phone.goto("/")
    expect(phone.get_by_text("有1条没有上传成功")).to_be_visible()
    assert grave_findings(phone) == []
    phone.goto("/sync/")
    item = phone.locator(".queue-item")
    item.get_by_role("button", name="导出文字").tap()
    assert grave_findings(phone) == []
    item.get_by_role("button", name="不再上传").tap()
    assert grave_findings(phone) == []
    phone.get_by_role("button", name="先不删除").tap()
    item.get_by_role("link", name="查看并修改").tap()
    expect(phone.get_by_role("alert").filter(has_text="补登")).to_be_focused()
    assert grave_findings(phone) == []


def test_a_day_is_entered_by_keyboard_and_the_focus_is_always_seen(thursday, visitor):
    page = visitor.open(thursday.users[Role.LEADER], DESKTOP)
    page.context.clock.install(time=NOW)
    page.goto("/duty/new/")
    page.locator("#main").focus()
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        place = page.evaluate(FOCUS)
        if place is None:
            break
        seen.append(place["name"])
        assert place["top"] >= 0, place
        assert place["covered"] is False, place
        if place["name"] == "保存":
            break
    assert seen[-1] == "保存"
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="已登记11月26日驻村。")).to_be_visible()
    assert records() == (1, 1)


#: The focused control, and whether something lies over its middle (WCAG 2.4.11).
FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const shown = e.labels && e.labels[0] || e, box = shown.getBoundingClientRect();
  const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const own = over && (shown.contains(over) || over.contains(e));
  return { name: e.textContent.trim() || e.name, top: box.top, covered: !own };
}"""


# --- Journey 20 ---------------------------------------------------------------------------------
@pytest.fixture
def compressed(visitor) -> Iterator[Visitor]:
    with compressing(visitor.server.url) as url:
        made = Visitor(visitor.new_context, SimpleNamespace(url=url))
        yield made
        for page in made.pages:
            page.context.close()
        made.saw_no_fault()


def test_on_a_slow_line(thursday, compressed):
    """Measured from the tap on an empty cache; two cores that are busy elsewhere only make it slower."""
    phone = phone_of(compressed, thursday.users[Role.LEADER])
    line = phone.context.new_cdp_session(phone)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    began = time.perf_counter()
    phone.goto("/", wait_until="commit")
    button = phone.get_by_role("link", name="登记今天驻村")
    button.click(trial=True)
    home = time.perf_counter() - began
    began = time.perf_counter()
    tap_home_button(phone)
    phone.get_by_role("button", name="保存", exact=True).click(trial=True)
    form = time.perf_counter() - began
    save(phone)
    expect(phone.get_by_role("status").filter(has_text="已登记11月26日驻村。")).to_be_visible()
    assert home <= USABLE, home
    assert form <= USABLE, form


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_without_scripts_the_form_goes_the_plain_way(size, thursday, visitor):
    page = visitor.open(None, size, java_script_enabled=False)
    page.watch.allow(422)
    page.goto("/login/")
    sign_in(page, "t_leader")
    page.get_by_role("link", name="登记今天驻村").click()
    page.get_by_text("入户走访", exact=True).click()
    page.get_by_text("更改日期、村或补登").click()
    page.get_by_label("驻村日期").fill("2026-11-25")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("请写明补登原因")
    page.get_by_label("驻村日期").fill(THU.isoformat())
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="已登记11月26日驻村。本周2/2天。")).to_be_visible()
    assert DutyLog.objects.get(day=THU).notes.get().topics == ["households"]
    page.goto("/sync/")
    expect(page.get_by_text("这个浏览器没有运行脚本，登记直接上传，不会存在本机。")).to_be_visible()
