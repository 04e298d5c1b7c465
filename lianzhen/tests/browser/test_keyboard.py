"""The desk without a mouse: skip link, focus that can be seen, error summary, search, combobox."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import DESKTOP, PHONE
from villages.models import Person

FOCUS_SEEN = """() => {
  const e = document.activeElement, hidden = getComputedStyle(e).clip !== "auto";
  // An input out of sight shows its focus on its label, as the one that unfolds the filters of a phone.
  const shown = hidden && e.labels && e.labels.length ? [...e.labels].pop() : e;
  const style = getComputedStyle(shown), box = shown.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return { what: `${e.tagName} ${e.name || e.textContent.trim().slice(0, 20)}`,
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    seen: !!top && (shown.contains(top) || top.contains(shown)) };
}"""


@pytest.fixture
def page(town, visitor):
    return visitor.open(town.users[Role.OFFICE])


def focused(page: Page):
    return page.locator(":focus")


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the element `wanted` has the focus; give up where a round of the page would end."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.locator(f"{wanted}:focus").count():
            return
    raise AssertionError(f"{wanted} cannot be reached by Tab")


def test_the_skip_link_comes_first_and_leads_past_the_frame(page):
    page.goto("/people/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到主要内容")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("address", ["/", "/people/", "/people/new/", "/grids/", "/admin/"])
def test_the_focus_is_seen_wherever_it_is(address, size, town, visitor):
    """Never without its outline, never under the bars that stick to the foot of a phone."""
    page = visitor.open(town.users[Role.OFFICE], size)
    page.goto(address)
    steps = 0
    for _ in range(60):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS_SEEN)
        if focus["what"].startswith("BODY"):
            break
        assert focus["outline"] >= 2, focus
        assert focus["seen"], focus
        steps += 1
    assert steps > 15


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(page):
    page.watch.allow(422)
    page.goto("/people/new/")
    page.get_by_label("手机号").fill("123")
    page.get_by_label("备注").press("Control+Enter")
    summary = page.get_by_role("alert").filter(has_text="需要修改")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^有错误："))
    summary.get_by_role("link", name="请填写姓名").press("Enter")
    expect(page.get_by_label("姓名")).to_be_focused()
    expect(page.get_by_label("姓名")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("手机号")).to_have_value("123")


@pytest.mark.parametrize("keys", ["Alt+s", "Control+k"])
def test_keys_lead_to_the_search(keys, page):
    page.goto("/villages/")
    page.keyboard.press(keys)
    expect(page.get_by_role("searchbox", name="搜索")).to_be_focused()


@pytest.mark.parametrize("typed", ["曾示例", "zsl", "1001"], ids=["Chinese", "initials", "last four digits"])
def test_the_search_leads_to_the_person(typed, page):
    page.goto("/")
    page.keyboard.press("Alt+s")
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("曾示例")


def test_the_search_shows_groups_when_there_are_several_hits(page):
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("示例一村")
    page.keyboard.press("Enter")
    for title in ("村（社区）", "联村工作组", "网格", "社会组织"):
        expect(page.get_by_role("main").get_by_role("heading", name=title, exact=True)).to_be_visible()


def test_a_combobox_by_initials_and_keyboard_alone(town, page):
    page.goto("/people/new/")
    tab_to(page, "#id_name")
    page.keyboard.type("键盘")
    tab_to(page, "#id_village")
    combobox = page.get_by_role("combobox", name="所在村")
    expect(combobox).to_be_focused()
    page.keyboard.type("slec")  # 示例二村
    expect(combobox).to_have_attribute("aria-expanded", "true")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options).to_have_text(["示例二村"])
    page.keyboard.press("Enter")
    expect(combobox).to_have_value("示例二村")
    expect(combobox).to_have_attribute("aria-expanded", "false")

    # Esc gives the choice back, arrows walk the list, and Tab leaves it.
    page.keyboard.type("sl")
    page.keyboard.press("Escape")
    expect(combobox).to_have_value("示例二村")
    page.keyboard.press("Control+a")
    page.keyboard.type("sl")
    expect(options).to_have_text(["示例一村", "示例二村", "示例三社区"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(combobox).to_have_value("示例二村")
    expect(combobox).not_to_be_focused()

    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("键盘")
    assert Person.objects.get(name="键盘").village == town.other


def test_keys_wait_while_a_chinese_word_is_being_typed(page):
    page.goto("/people/new/")
    page.get_by_label("姓名").focus()
    page.evaluate(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'k', ctrlKey: true, isComposing: true, bubbles: true}))"
    )
    expect(page.get_by_label("姓名")).to_be_focused()


def test_the_list_of_keys(page):
    page.goto("/")
    page.keyboard.press("Alt+/")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
