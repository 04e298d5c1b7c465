"""Journeys 5, 6, 7 and 8 of the design: why a point was lost and the appeal; a deduction by keyboard with a pasted
screenshot; the same once more; an inspection pasted as a block, two lines wrong."""

from __future__ import annotations

import re
import time

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from appraisal.actions import entries
from appraisal.models import Appeal, AppraisalMonth, Evidence, ScoreEntry
from appraisal.score_effect import months_up_to, standing_among
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.tests.browser.clipboard import ALLOWED, paste
from lianzhen.tests.browser.conftest import PHONE, typing
from lianzhen.tests.browser.measuring import grave_findings
from lianzhen.tests.browser.test_every_page import desk_findings, phone_findings
from lianzhen.tests.entry_rows import a_scheme
from lianzhen.trail import acting

#: Seconds that an experienced clerk may need (design §9.3).
A_MINUTE = 60
#: A small picture on the clipboard, as a screenshot tool leaves it.
SCREENSHOT = """async () => {
  const canvas = document.createElement("canvas");
  canvas.width = 60; canvas.height = 40;
  canvas.getContext("2d").fillRect(5, 5, 30, 20);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
}"""


@pytest.fixture
def judged(town):
    """The shipped example is in force, and clause B3 wants evidence."""
    with acting(by=None, action="test.scene", label="测试数据"):
        scheme = a_scheme(town)
        clause = scheme.clauses.get(number="B3")
        clause.evidence = "one_of"
        clause.save()
    town.scheme = scheme
    return town


@pytest.fixture
def deducted(judged):
    return record(judged)


def record(town, number: str = "B1") -> ScoreEntry:
    now = timezone.now()
    return entries.record_deduction(
        village=town.own,
        clause=town.scheme.clauses.get(number=number),
        occurred_on=timezone.localdate(now),
        answers={"quantity": "1"},
        fact="一起邻里纠纷没有按时上报。",
        by=town.users[Role.OFFICE],
        now=now,
    ).entry


def panel(page: Page):
    return page.locator("#entry-preview")


def choose(page: Page, name: str, typed: str) -> None:
    """In a combobox that has the focus: type, take the first."""
    expect(typing(page, name)).to_be_focused()
    page.keyboard.type(typed)
    page.keyboard.press("Enter")


def by_keyboard(page: Page, typed: str) -> None:
    """From anywhere to the fact, without the mouse. What is typed into the quantity stays: leaving the clause
    asks nothing anew."""
    page.keyboard.press("Alt+n")
    expect(page.get_by_role("heading", level=1)).to_have_text("登记扣分")
    choose(page, "工作组", "slyc")
    tab_to(page, typing(page, "条款"))
    choose(page, "条款", typed)
    quantity = page.get_by_label("数量（次）")
    expect(quantity).to_have_value("1")
    tab_to(page, quantity)
    page.keyboard.type("2")
    tab_to(page, page.get_by_label("事实"))
    page.keyboard.type("上午10:20到村部，无联村干部在岗。")


def tab_to(page: Page, wanted: Locator) -> None:
    """A few steps on: the parts of a date are steps as well."""
    for _ in range(10):
        page.keyboard.press("Tab")
        if wanted.evaluate("field => field === document.activeElement"):
            return
    raise AssertionError("not within ten steps")


def test_six_a_deduction_by_keyboard_with_a_pasted_screenshot(judged, visitor):
    page = visitor.open(judged.users[Role.OFFICE], **ALLOWED)
    page.goto("/")
    begun = time.monotonic()
    by_keyboard(page, "b3")
    page.evaluate(SCREENSHOT)
    page.keyboard.press("Control+v")
    expect(page.get_by_role("status").filter(has_text="已选1个：粘贴1.png")).to_be_visible()
    expect(panel(page)).to_contain_text("缺岗2次 × 1.0分/次 = 2.0分")
    expect(panel(page)).to_contain_text("综治维稳 20.0分 → 18.0分")
    expect(page.get_by_label("数量（次）")).to_have_value("2")
    promised = re.search(r"\d+月得分 \S+ → \S+", panel(page).inner_text()).group()
    until = re.search(r"可申诉至(\S+)", panel(page).inner_text()).group(1)
    assert desk_findings(page) + grave_findings(page) == []
    assert page.locator("[name=ask]").count() == 0
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="会收到通知")).to_be_visible()
    assert time.monotonic() - begun < A_MINUTE
    expect(page.locator("main")).to_contain_text(promised)
    expect(page.locator("main")).to_contain_text(f"可在{until}前申诉")
    entry = ScoreEntry.objects.get()
    assert (entry.state, str(entry.points)) == ("notified", "2.00")
    standing = standing_among(entry, months_up_to(entry.month))
    assert f"→ {standing.figures(standing.lines).total:.1f}分" in promised
    assert Evidence.objects.get().is_photo
    told = Notice.objects.get(user=judged.users[Role.LEADER])
    assert f"扣2.0分（B3）。如有异议，可在{until}前申诉。" in told.text
    assert desk_findings(page) + grave_findings(page) == []


def test_seven_the_same_again_is_asked_about(deducted, judged, visitor):
    page = visitor.open(judged.users[Role.OFFICE], **ALLOWED)
    page.goto("/deductions/new/")
    by_keyboard_of_the_same(page)
    warning = panel(page).get_by_text("已有一条B1（−1.0分", exact=False)
    expect(warning).to_be_visible()
    page.watch.allow(422)
    page.get_by_role("button", name="登记并通知工作组").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(panel(page)).to_contain_text("请先核对是否重复")
    assert ScoreEntry.objects.count() == 1
    assert grave_findings(page) == []
    page.get_by_label("已核对，不是重复，仍要登记").check()
    # The panel comes anew and the tick stays.
    expect(page.get_by_label("已核对，不是重复，仍要登记")).to_be_checked()
    page.get_by_role("button", name="登记并通知工作组").click()
    expect(page.get_by_role("status").filter(has_text="会收到通知")).to_be_visible()
    assert ScoreEntry.objects.count() == 2


def by_keyboard_of_the_same(page: Page) -> None:
    typing(page, "工作组").focus()
    choose(page, "工作组", "slyc")
    typing(page, "条款").focus()
    choose(page, "条款", "b1")
    expect(page.get_by_label("数量（起）")).to_have_value("1")
    page.get_by_label("事实").fill("一起邻里纠纷没有按时上报。")


def test_eight_fourteen_rows_two_wrong(judged, visitor):
    page = visitor.open(judged.users[Role.OFFICE], **ALLOWED)
    page.goto("/deductions/batch/")
    expect(page.locator("table[data-ready]")).to_be_visible()
    clauses = ["A1", "A2", "B1", "B2", "D1", "D2", "E1"]
    rows = [(village, one, "1", f"{one}的问题") for village in ("示例一村", "示例二村") for one in clauses]
    rows[3] = ("示列一村", "B2", "1", "村名写错的一条")
    rows[9] = ("示例二村", "Z9", "1", "条款写错的一条")
    page.get_by_role("textbox", name="第1行 村", exact=True).focus()
    paste(page, "".join("\t".join(row) + "\r\n" for row in rows))
    expect(page.locator("[data-sheet-status]")).to_contain_text("已粘贴14行，有2格需修改")
    page.watch.allow(422)
    page.get_by_role("button", name="登记并通知").click()
    expect(page.get_by_role("status").filter(has_text="保存12条，2条需修改")).to_be_visible()
    assert ScoreEntry.objects.count() == 12
    values = page.locator("table[data-ready] tbody input").evaluate_all("all => all.map(one => one.value)")
    for row in rows:
        assert row[3] in values
    expect(page.locator("main")).to_contain_text("是不是")
    assert grave_findings(page) == []
    page.get_by_role("textbox", name="第4行 村", exact=True).fill("示例一村")
    page.get_by_role("textbox", name="第10行 条款", exact=True).fill("B1")
    page.get_by_role("button", name="登记并通知").click()
    expect(page.get_by_role("status").filter(has_text="已登记2条")).to_be_visible()
    assert ScoreEntry.objects.count() == 14
    assert AppraisalMonth.objects.count() == 1


def test_five_why_a_point_was_lost_and_the_appeal(deducted, judged, visitor):
    page = visitor.open(judged.users[Role.LEADER], PHONE)
    page.goto("/")
    taps = 0

    def tap(target) -> None:
        nonlocal taps
        target.click()
        taps += 1

    tap(page.locator("main").get_by_role("link", name="一起邻里纠纷", exact=False).first)
    expect(page.get_by_role("heading", level=1)).to_contain_text("−1.0分")
    expect(page.locator("main")).to_contain_text("矛盾纠纷未及时上报、未及时化解的，每起扣分。")
    expect(page.get_by_role("heading", name="证据")).to_be_visible()
    assert taps <= 2
    assert phone_findings(page) + grave_findings(page) == []
    tap(page.get_by_role("link", name="申诉", exact=True).first)
    tap(page.get_by_label("事实不符"))
    page.get_by_label("说明").fill("这起纠纷当天已经电话上报，有通话记录。")
    assert phone_findings(page) + grave_findings(page) == []
    tap(page.get_by_role("button", name="核对申诉"))
    expect(page.get_by_role("heading", level=1)).to_have_text("核对申诉")
    assert phone_findings(page) + grave_findings(page) == []
    tap(page.get_by_role("button", name="提交申诉"))
    appeal = Appeal.objects.get()
    said = page.get_by_role("status").filter(has_text="已提交申诉")
    expect(said).to_contain_text(f"编号{appeal.number}")
    expect(said).to_contain_text(f"由联村工作办主任处理，{appeal.answer_by.month}月{appeal.answer_by.day}日前答复")
    assert taps <= 6
    assert phone_findings(page) + grave_findings(page) == []
    month = f"{deducted.month:%Y-%m}"
    page.goto(f"/scores/{month}/teams/{judged.team.pk}/")
    expect(page.locator("main")).to_contain_text("另有待定 −1.0分")


def test_everything_of_it_on_a_phone_and_at_a_desk(deducted, judged, visitor):
    lead = visitor.open(judged.users[Role.OFFICE_LEAD])
    for url in ("/deductions/", "/bonuses/", "/appeals/", "/approvals/", f"/deductions/{deducted.pk}/reverse/"):
        lead.goto(url)
        assert desk_findings(lead) + grave_findings(lead) == [], url
    leader = visitor.open(judged.users[Role.LEADER], PHONE)
    for url in ("/deductions/", "/bonuses/", "/appeals/", "/bonuses/new/"):
        leader.goto(url)
        assert phone_findings(leader) + grave_findings(leader) == [], url


def test_without_a_script_in_two_steps(judged, visitor):
    page = visitor.open(judged.users[Role.OFFICE], java_script_enabled=False)
    page.goto("/deductions/new/")
    page.get_by_label("工作组", exact=True).select_option(label="示例一村联村工作组")
    page.get_by_label("条款", exact=True).select_option("A4")
    page.get_by_label("事实").fill("例会迟到。")
    page.get_by_role("button", name="显示这一条要填的内容").click()
    page.get_by_label("迟到早退").check()
    page.get_by_role("button", name="登记并通知工作组").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("−0.5分")
