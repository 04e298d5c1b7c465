"""A table of a page copied into a sheet: clean cells by the real clipboard, as text and as the HTML that WPS takes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from grids.models import Grid
from lianzhen.accounts.roles import Role
from lianzhen.pages.blocks import read_block
from lianzhen.tests.browser.clipboard import ALLOWED, put, taken
from lianzhen.tests.browser.conftest import DESKTOP
from villages.models import Village

#: Select from the beginning of one element to the end of another, as a mouse would.
SELECT = """([from, to]) => {
  const range = document.createRange(), all = selector => document.querySelectorAll(selector);
  range.setStartBefore(all(from)[0]);
  range.setEndAfter([...all(to)].pop());
  window.getSelection().removeAllRanges();
  window.getSelection().addRange(range);
}"""


@pytest.fixture
def page(town, visitor) -> Page:
    return visitor.open(town.users[Role.OFFICE], DESKTOP, **ALLOWED)


def copied(page: Page, begin: str, end: str) -> list[list[str]]:
    """What Ctrl+C takes of the page between two elements."""
    page.evaluate(SELECT, [begin, end])
    expect(page.locator("script[src*=copying]")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Control+c")
    return read_block(taken(page))


def test_a_whole_list_is_its_cells(town, page):
    page.goto("/grids/?sort=village")
    rows = copied(page, "table.data thead", "table.data tbody")
    head, first = rows[0], rows[1]
    assert {"村", "网格", "网格长", "户数"} <= set(head)
    assert "办理" not in head
    assert {len(row) for row in rows} == {len(head)}
    row = dict(zip(head, first, strict=True))
    assert (row["村"], row["户数"]) == ("示例一村", "50")
    assert len(rows) == 1 + Grid.objects.count()
    # Nothing that only a reader by ear needs, no arrows, no buttons, no blanks around.
    assert [text for row in rows for text in row if re.search(r"[↕↑↓\s]{2}|^\s|\s$|更换", text)] == []


def test_it_arrives_as_cells_of_a_sheet_too(page):
    page.goto("/villages/?sort=name")
    copied(page, "table.data thead", "table.data tbody")
    html = taken(page, "text/html")
    assert html.count("<tr>") == 1 + Village.objects.count()
    assert not re.search(r"<(a|svg|button|span|script)\b", html)


def test_codes_stay_text_and_minus_is_a_minus(page):
    page.goto("/villages/?sort=name")
    script = """() => {
      const cells = document.querySelectorAll('table.data tbody tr td');
      cells[0].textContent = '431321101901';
      cells[1].textContent = '\u22121.5';
      cells[2].textContent = '<b>&';
    }"""
    page.evaluate(script)
    rows = copied(page, "table.data tbody tr", "table.data tbody tr:first-child")
    assert rows[0][1:4] == ["431321101901", "-1.5", "<b>&"]
    html = taken(page, "text/html")
    assert re.search(r"<td style=\"mso-number-format:[^>]*>431321101901</td>", html)
    assert "&lt;b&gt;&amp;" in html


def test_a_part_of_a_row_and_words_within_a_cell(page):
    page.goto("/villages/?sort=name")
    rows = copied(page, "table.data tbody tr:nth-child(3) > th", "table.data tbody tr:nth-child(3) > td:nth-child(3)")
    assert len(rows) == 1
    assert len(rows[0]) == 3
    put(page, "")
    page.evaluate(SELECT, ["table.data tbody th a", "table.data tbody tr:first-child th a"])
    page.keyboard.press("Control+c")
    assert taken(page) == page.locator("table.data tbody th a").first.inner_text()


def test_more_than_a_table_is_left_to_the_browser(page):
    page.goto("/villages/?sort=name")
    page.evaluate(SELECT, ["h1", "table.data tbody"])
    page.wait_for_timeout(200)
    page.keyboard.press("Control+c")
    assert taken(page).startswith("村（社区）")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_it_comes_back_into_a_sheet_as_it_left(town, page, settings):
    """Both ends of the clipboard are ours: a list copied from a page is pasted into a sheet."""
    settings.ROOT_URLCONF = "lianzhen.pages.tests.sheet_urls"
    page.goto("/people/")
    rows = copied(page, "table.data tbody tr", "table.data tbody tr:nth-child(2)")
    page.goto("/sheet/open/")
    expect(page.locator("table[data-ready]")).to_be_visible()
    page.get_by_role("textbox", name="第1行 村").focus()
    page.keyboard.press("Control+v")
    shown = page.locator(".entry tbody tr").evaluate_all(
        "rows => rows.slice(0, 2).map(row => [...row.querySelectorAll('td input')].map(input => input.value))"
    )
    assert shown == [row[:4] for row in rows]
