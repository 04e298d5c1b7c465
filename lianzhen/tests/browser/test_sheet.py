"""The sheet at a desk: a block from WPS by Ctrl+V, the keys of WPS, a range copied out, and out by Esc and Tab.

Its pages are the two of `pages/tests/sheet_urls.py`, so that the part is tried apart from any page that uses it.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.clipboard import ALLOWED, paste, taken
from lianzhen.tests.browser.conftest import DESKTOP, PHONE, sign_in
from lianzhen.tests.browser.measuring import grave_findings, too_small, wider_than_the_screen
from lianzhen.tests.browser.test_session_end import end_every_session
from villages.models import Person, VillagerGroup


@pytest.fixture(autouse=True)
def _sheets(settings):
    settings.ROOT_URLCONF = "lianzhen.pages.tests.sheet_urls"


@pytest.fixture
def page(town, visitor) -> Page:
    page = visitor.open(town.users[Role.OFFICE], **ALLOWED)
    page.goto("/sheet/open/")
    expect(page.locator("table[data-ready]")).to_be_visible()
    return page


def cell(page: Page, row: int, title: str):
    return page.get_by_role("textbox", name=f"第{row}行 {title}", exact=True)


def texts(page: Page) -> list[list[str]]:
    rows = "rows => rows.map(row => [...row.querySelectorAll('td input')].map(input => input.value))"
    return page.locator(".entry tbody tr").evaluate_all(rows)


def status(page: Page):
    return page.locator("[data-sheet-status]")


def test_a_block_from_a_sheet_two_of_fourteen_wrong(town, page):
    """Usability test 8 of the design: 12 kept, 2 marked, none lost, put right in place."""
    good = [("示例一村", f"甲{n}", f"１９９０００１{n:04d}", "") for n in range(12)]
    wrong = [("示列一村", "乙一", "19900019991", "写错村名"), ("示例二村", "乙二", "199", '两行\n"说明"')]
    rows = [good[0], wrong[0], *good[1:11], wrong[1], good[11]]
    block = "".join(
        "\t".join(f'"{t.replace(chr(34), chr(34) * 2)}"' if "\n" in t else t for t in r) + "\r\n" for r in rows
    )
    cell(page, 1, "村").focus()
    paste(page, block)

    expect(status(page)).to_contain_text("已粘贴14行，有2格需修改。还没有保存")
    shown = [row for row in texts(page) if any(row)]
    assert len(shown) == 14
    assert shown[0] == ["示例一村", "甲0", "19900010000", ""]
    assert shown[12][3] == '两行 "说明"'
    expect(cell(page, 2, "村")).to_have_attribute("aria-invalid", "true")
    expect(cell(page, 13, "手机号")).to_have_attribute("aria-invalid", "true")
    assert page.locator(".bad-cell").count() == 2

    page.get_by_label("登记日期").fill("2024-05-01")
    page.watch.allow(422)
    page.get_by_role("button", name="登记人员").click()
    expect(page.get_by_role("status").filter(has_text="保存12条，2条需修改")).to_be_visible()
    assert Person.objects.filter(name__startswith="甲", phone__startswith="1990001").count() == 12
    assert len([row for row in texts(page) if any(row)]) == 14
    assert grave_findings(page) == []

    page.get_by_role("alert").get_by_role("link", name="是不是").click()
    expect(cell(page, 2, "村")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("示例一村")
    cell(page, 13, "手机号").fill("19900019992")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="已登记2人")).to_be_visible()
    assert Person.objects.filter(name__in=["乙一", "乙二"]).count() == 2


def test_a_block_begins_at_the_focused_cell_and_leaves_the_rest(page):
    cell(page, 1, "村").fill("示例一村")
    cell(page, 2, "说明").fill("原有")
    cell(page, 2, "姓名").focus()
    paste(page, "张三\t199\t新\t多余\n\n李四\n")
    assert texts(page)[:4] == [
        ["示例一村", "", "", ""],
        ["", "张三", "199", "新"],
        ["", "", "", ""],
        ["", "李四", "", ""],
    ]
    expect(status(page)).to_contain_text("已粘贴3行，有1格需修改，右边多出的1列没有粘贴")

    page.keyboard.press("Control+z")
    assert texts(page)[1] == ["", "", "", "原有"]
    expect(status(page)).to_have_text("已撤回。")


def test_a_heading_in_the_block_is_no_line_and_words_for_one_cell_are_the_browsers(page):
    cell(page, 1, "村").focus()
    paste(page, "村\t姓名\t手机号\t说明\r\n示例二村\t王五\t\t\r\n")
    assert texts(page)[0] == ["示例二村", "王五", "", ""]
    cell(page, 1, "姓名").press("End")
    paste(page, "六")
    assert texts(page)[0][1] == "王五六"


def test_lines_come_as_they_are_needed(page):
    rows = len(texts(page))
    cell(page, rows, "村").focus()
    page.keyboard.press("Enter")
    expect(cell(page, rows + 1, "村")).to_be_focused()
    paste(page, "\n".join(f"示例一村\t丙{n}" for n in range(30)))
    assert len(texts(page)) == rows + 30
    page.get_by_label("登记日期").fill("2024-05-01")
    page.get_by_role("button", name="登记人员").click()
    expect(page.get_by_role("status").filter(has_text="已登记30人")).to_be_visible()


def test_keys_as_in_wps(page):
    first = cell(page, 1, "村")
    first.focus()
    page.keyboard.type("示例一村")
    page.keyboard.press("ArrowLeft")  # inside the words
    expect(first).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    expect(cell(page, 1, "姓名")).to_be_focused()
    for key, row, title in (
        ("ArrowDown", 2, "姓名"),
        ("ArrowRight", 2, "手机号"),
        ("Enter", 3, "手机号"),
        ("Shift+Enter", 2, "手机号"),
        ("ArrowUp", 1, "手机号"),
        ("ArrowUp", 1, "手机号"),
        ("Tab", 1, "说明"),
        ("Tab", 2, "村"),
        ("Shift+Tab", 1, "说明"),
        ("ArrowRight", 1, "说明"),
        ("ArrowLeft", 1, "手机号"),
    ):
        page.keyboard.press(key)
        expect(cell(page, row, title)).to_be_focused()

    # Esc gives back what stood in the cell, and leaves; Tab leaves after the last cell.
    page.keyboard.type("abc")
    page.keyboard.press("Escape")
    expect(cell(page, 1, "手机号")).to_have_value("")
    expect(cell(page, 1, "手机号")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="登记人员")).to_be_focused()
    cell(page, len(texts(page)), "说明").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="登记人员")).to_be_focused()


def test_nothing_moves_while_a_chinese_word_is_being_typed(page):
    cell(page, 1, "村").focus()
    for key in ("Enter", "ArrowDown", "Escape"):
        page.evaluate(
            "key => document.activeElement.dispatchEvent("
            "new KeyboardEvent('keydown', {key, isComposing: true, bubbles: true}))",
            key,
        )
        expect(cell(page, 1, "村")).to_be_focused()


def test_a_range_copies_out_is_emptied_and_comes_back(page):
    cell(page, 1, "村").focus()
    block = '示例一村\t张三\r\n示例二村\t"李四"'
    paste(page, block)
    cell(page, 1, "村").focus()
    for key in ("Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    assert page.locator(".picked").count() == 4
    page.keyboard.press("Control+c")
    assert taken(page) == "示例一村\t张三\r\n示例二村\t李四"
    page.keyboard.press("Delete")
    assert texts(page)[:2] == [[""] * 4] * 2
    page.keyboard.press("Control+z")
    assert texts(page)[1][:2] == ["示例二村", "李四"]
    page.keyboard.press("Escape")
    assert page.locator(".picked").count() == 0

    # By the mouse, and by the keyboard's cut.
    cell(page, 1, "姓名").click()
    cell(page, 2, "姓名").click(modifiers=["Shift"])
    assert page.locator(".picked").count() == 2
    page.keyboard.press("Control+x")
    assert taken(page) == "张三\r\n李四"
    assert [row[1] for row in texts(page)[:2]] == ["", ""]


def test_a_fixed_sheet_finds_its_lines_by_their_names(town, visitor):
    page = visitor.open(town.users[Role.OFFICE], **ALLOWED)
    page.goto("/sheet/fixed/")
    expect(page.locator("table[data-ready]")).to_be_visible()
    lines = len(texts(page))
    first, second = (f"{group.village}{group}" for group in (town.villager_group, town.other_villager_group))
    page.locator(".entry td input").last.focus()
    paste(page, f"{second}\t52\t170\n{first}\t41\t160\n")
    assert texts(page)[:2] == [["41", "160"], ["52", "170"]]
    # Without names, from the focused cell; there is no line beyond the last.
    page.locator(".entry td input").nth(2 * lines - 2).focus()
    paste(page, "61\t180\n62\t190\n")
    assert texts(page)[-1] == ["61", "180"]
    expect(status(page)).to_contain_text("下面多出的1行没有粘贴")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="已保存")).to_be_visible()
    assert VillagerGroup.objects.get(pk=town.villager_group.pk).households == 41


def test_a_session_that_ended_gives_every_line_back(town, page):
    """As app.js keeps it, the lines included that were made in the browser."""
    rows = len(texts(page))
    cell(page, 1, "村").focus()
    paste(page, "\n".join(f"示例一村\t丁{n}" for n in range(rows + 4)))
    page.get_by_label("登记日期").fill("2024-05-01")
    end_every_session()
    page.get_by_role("button", name="登记人员").click()
    sign_in(page, "t_office")
    expect(page.locator("[data-restored]")).to_be_visible()
    expect(cell(page, rows + 4, "姓名")).to_have_value(f"丁{rows + 3}")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("address", ["/sheet/open/", "/sheet/fixed/"])
def test_the_page_is_sound(address, size, town, visitor):
    page = visitor.open(town.users[Role.OFFICE], size)
    page.goto(address)
    expect(page.locator("table[data-ready]")).to_be_visible()
    assert wider_than_the_screen(page) == []
    assert grave_findings(page) == []
    assert too_small(page, 44 if size is PHONE else 24) == []


def test_without_a_script(town, visitor):
    page = visitor.open(town.users[Role.OFFICE], java_script_enabled=False)
    page.goto("/sheet/open/")
    page.get_by_label("登记日期").fill("2024-05-01")
    page.get_by_text("粘贴区").click()
    page.get_by_label("从WPS或Excel复制后粘贴到这里").fill("示例一村\t戊一\n示列一村\t戊二\n")
    page.get_by_role("button", name="登记人员").click()
    expect(page.get_by_text("还没有保存")).to_be_visible()
    page.watch.allow(422)
    page.get_by_role("button", name="登记人员").click()
    expect(page.get_by_text("保存1条，1条需修改")).to_be_visible()
    cell(page, 2, "村").fill("示例一村")
    page.get_by_role("button", name="登记人员").click()
    expect(page.get_by_text("已登记1人")).to_be_visible()
    assert Person.objects.filter(name__in=["戊一", "戊二"]).count() == 2
