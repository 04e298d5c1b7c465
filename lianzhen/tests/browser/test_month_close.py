"""Journey 10 of the design: the office and its head close a month end to end. And the first half of 17: the
committee at a projector finds who needs attention and why, on one screen; the words for the group are copied."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from playwright.sync_api import Page, expect

from appraisal.actions import appeals, entries
from appraisal.models import AppraisalMonth, MonthlyScore, ScoreEntry, SubsidyRow
from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.clipboard import ALLOWED, taken
from lianzhen.tests.browser.measuring import grave_findings
from lianzhen.tests.browser.test_every_page import desk_findings
from lianzhen.tests.cast import START
from lianzhen.tests.entry_rows import a_scheme
from lianzhen.trail import acting
from villages.models import DutyPlan, Person, Posting

#: A Tuesday early in the month after the one that is closed.
NOW = datetime(2026, 11, 3, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
#: Publicity, appeals and every time for an appeal are over.
AFTERWARDS = NOW + timedelta(days=14)
#: Of the same week; on neither fixed day anybody came.
THURSDAY = NOW + timedelta(days=2, hours=6)
MONTH, TITLE = "/months/2026-10/", "2026年10月"
DAY = date(2026, 10, 27)
#: What a committee has on the wall.
PROJECTOR = {"viewport": {"width": 1024, "height": 768}}


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=True) as moved:
        yield moved


@pytest.fixture
def october(clock, town):
    """A deduction of the own team that will be appealed against, one of the other team that waits for a second
    person. The head of the office serves in the own team."""
    with acting(by=None, action="test.scene", label="测试数据"):
        scheme = a_scheme(town)
        head = Person(name="甲主任", department=town.department, user=town.users[Role.OFFICE_LEAD])
        head.save()
        Posting(person=head, team=town.team, starts_on=START).save()
        for team in (town.team, town.other_team):
            DutyPlan(team=team, weekdays="24", starts_on=START).save()

    def record(village, number: str, quantity: str, fact: str) -> ScoreEntry:
        clause = scheme.clauses.get(number=number)
        facts = {"occurred_on": DAY, "fact": fact, "by": town.users[Role.OFFICE], "now": datetime.now(NOW.tzinfo)}
        return entries.record_deduction(village=village, clause=clause, answers={"quantity": quantity}, **facts).entry

    town.told = record(town.own, "B1", "1", "一起邻里纠纷没有按时上报。")
    town.waiting = record(town.other, "B1", "3", "三起邻里纠纷没有按时上报。")
    assert (town.told.state, town.waiting.state) == ("notified", "waiting")
    return town


def step(page: Page, title: str):
    return page.locator("table").first.get_by_role("row").filter(has_text=title)


def press(page: Page, link: str, button: str, said: str, typed: str = "") -> None:
    """From the task list through one step and back, and read what came of it."""
    page.goto(MONTH)
    page.locator("main").get_by_role("link", name=link, exact=True).click()
    if typed:
        page.get_by_label("输入月份，表示确认定稿").fill(typed)
    page.locator("main").get_by_role("button", name=button, exact=True).click()
    expect(page.locator("main")).to_contain_text(said)


def totals(page: Page, column: int) -> dict[str, str]:
    """Village → its score, of the table that is open."""
    rows = page.locator("table.data tbody tr")
    expect(rows.first).to_be_visible()
    found = {}
    for row in rows.all():
        cells = row.locator("th, td").all_inner_texts()
        found[cells[0].strip()] = cells[column].strip()
    return found


def column_of(page: Page, title: str) -> int:
    heads = [text.strip() for text in page.locator("table.data thead th").all_inner_texts()]
    return heads.index(title)


def test_ten_a_month_is_closed_end_to_end(october, clock, visitor):
    users = october.users
    office, head = visitor.open(users[Role.OFFICE]), visitor.open(users[Role.OFFICE_LEAD])

    office.watch.allow(422)
    head.watch.allow(422)

    # 1: from the home page to the month that is over; blocked while something must be done.
    office.goto("/")
    office.get_by_role("link", name="10月考核").click()
    expect(office).to_have_url(re.compile(MONTH))
    expect(step(office, "3 审核")).to_contain_text("不能开始")
    press(office, "开始检查", "开始检查", f"已开始检查{TITLE}考核。")
    expect(step(office, "1 检查数据")).to_contain_text("需处理1项")
    assert desk_findings(office) + grave_findings(office) == []
    office.goto(f"{MONTH}submit/")
    office.locator("main").get_by_role("button", name="提交审核").click()
    expect(office.locator("main")).to_contain_text("请先处理：未复核的扣分1条。")
    assert AppraisalMonth.objects.get().state == "checking"

    # The second person opens what waits in one click.
    head.goto("/")
    head.get_by_role("link", name=re.compile("复核扣分：示例二村 −3.0分")).click()
    head.get_by_role("link", name="复核扣分").click()
    head.get_by_label("同意，通知工作组").check()
    head.get_by_role("button", name="提交复核意见").click()
    expect(head.locator("main")).to_contain_text("已通知")

    # 2: what the preview says is what will be final.
    appeal = appeals.file_appeal(
        entry=ScoreEntry.objects.get(pk=october.told.pk),
        reason="fact",
        text="当天已经电话上报，有通话记录可查。",
        by=users[Role.LEADER],
        now=datetime.now(NOW.tzinfo),
    )
    office.goto(f"{MONTH}preview/")
    expect(office.get_by_role("heading", name="各组得分")).to_be_visible()
    office.get_by_role("link", name="提交审核").click()
    office.locator("main").get_by_role("button", name="提交审核").click()
    expect(office.locator("main")).to_contain_text("已提交审核。")

    # 3: somebody else signs; the head serves in a team and does not.
    head.watch.allow(403)
    head.goto(f"{MONTH}review/")
    expect(head.locator("main")).to_contain_text("涉及本人所在工作组，请由其他同志处理。")
    expect(head.get_by_role("button", name="审核通过")).to_have_count(0)
    committee = visitor.open(users[Role.COMMITTEE])
    committee.goto("/")
    committee.get_by_role("link", name=f"审核{TITLE}考核得分").click()
    assert totals(committee, column_of(committee, "得分")).keys() == {"示例一村", "示例二村"}
    committee.get_by_role("button", name="审核通过").click()
    expect(committee.locator("main")).to_contain_text("审核已通过")

    # 4: made public.
    press(office, "开始公示", "开始公示", "公示已开始")

    # 5: the head may not answer the appeal of the team he serves in; the committee may.
    head.goto(f"/appeals/{appeal.pk}/")
    expect(head.locator("main")).to_contain_text("涉及本人所在工作组，请由其他同志处理。")
    expect(head.get_by_role("link", name="答复申诉")).to_have_count(0)
    committee.goto("/")
    committee.get_by_role("link", name=re.compile("答复申诉：示例一村 −1.0分")).click()
    committee.get_by_role("link", name="答复申诉").click()
    committee.get_by_label("维持").check()
    committee.get_by_label("理由").fill("通话记录在规定时间以后，维持原扣分。")
    committee.get_by_role("button", name="提交答复").click()
    expect(committee.locator("main")).to_contain_text("已答复：维持")
    office.goto(f"{MONTH}preview/")
    expected = totals(office, column_of(office, "得分"))
    assert set(expected) == {"示例一村", "示例二村"}

    # 6: two weeks later nothing is open any more.
    clock.move_to(AFTERWARDS)
    office, head = visitor.open(users[Role.OFFICE]), visitor.open(users[Role.OFFICE_LEAD])
    head.watch.allow(422)
    press(office, "结束公示", "结束公示", "公示已结束")
    press(head, "定稿", "定稿", "已定稿", typed=TITLE)
    frozen = {row.village_name: f"{row.team_total:.1f}" for row in MonthlyScore.objects.all()}
    assert frozen == expected
    head.goto("/scores/2026-10/")
    place = column_of(head, "联村工作组")
    score = column_of(head, "得分")
    listed = [row.locator("th, td").all_inner_texts() for row in head.locator("table.data tbody tr").all()]
    assert {cells[place].strip(): cells[score].strip() for cells in listed if len(cells) > score} == expected

    # After that every attempt to change it meets the seal.
    locked = f"{TITLE}考核已于11月17日定稿，不能再改。如需更正，请填写更正单。"
    head.goto(f"/deductions/{october.waiting.pk}/reverse/")
    head.get_by_label("原因").fill("重复登记")
    head.locator("main").get_by_role("button", name="撤销扣分").click()
    expect(head.locator("main")).to_contain_text(locked)
    assert ScoreEntry.objects.get(pk=october.waiting.pk).state == "effective"
    expect(head.get_by_role("link", name="退回", exact=True)).to_have_count(0)

    # 7: the money adds up.
    office.goto("/subsidies/2026-10/")
    shown = [Decimal(text.replace(",", "")) for text in cells_under(office, "应发（元）")]
    said = office.locator("main").get_by_text(re.compile("合计[\\d,.]+元")).first.inner_text()
    assert Decimal(re.search(r"合计([\d,.]+)元", said).group(1).replace(",", "")) == sum(shown) > 0
    office.get_by_role("link", name="补助已核对").click()
    office.locator("main").get_by_role("button", name="补助已核对").click()
    expect(office.get_by_role("link", name="补助已核对")).to_have_count(0)
    assert sum(SubsidyRow.objects.values_list("amount", flat=True)) == sum(shown)


def cells_under(page: Page, title: str) -> list[str]:
    place = column_of(page, title)
    rows = page.locator("table.data tbody tr").all()
    return [row.locator("th, td").nth(place).inner_text().strip() for row in rows]


# --- 17, first half ---------------------------------------------------------------------------------
def test_seventeen_who_needs_attention_and_why_on_one_screen(october, clock, visitor):
    clock.move_to(THURSDAY)
    page = visitor.open(october.users[Role.COMMITTEE], PROJECTOR)
    page.goto("/")
    heading = page.get_by_role("heading", name=re.compile("谁没跟上"))
    expect(heading).to_be_visible()
    table = page.locator("section").filter(has=heading).get_by_role("table")
    for village in ("示例一村", "示例二村"):
        row = table.get_by_role("row").filter(has_text=village)
        expect(row).to_contain_text("驻村还差")
    # The answer and what is to be signed lie on the first screen, and nothing sticks out sideways.
    assert page.evaluate("window.scrollY") == 0
    for part in (heading, table, page.get_by_role("heading", name="待我审批")):
        box = part.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768, box
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024
    # Each reason leads to its rows.
    table.get_by_role("link", name=re.compile("驻村还差")).first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).not_to_have_url(re.compile("/$"))


def test_the_words_for_the_group_are_copied_by_a_button(october, clock, visitor):
    clock.move_to(THURSDAY)
    page = visitor.open(october.users[Role.OFFICE], **ALLOWED)
    page.goto("/")
    page.locator("summary", has_text="提醒文字").click()
    words = page.locator("#to-copy").input_value()
    assert "示例一村" in words
    page.get_by_role("button", name="复制提醒文字").click()
    expect(page.get_by_text("已复制。")).to_be_visible()
    assert taken(page) == words
