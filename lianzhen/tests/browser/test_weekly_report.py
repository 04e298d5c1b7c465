"""Journey 4 of the design: the leader's weekly report on a phone, with its autosave, and without a script."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from playwright.sync_api import Locator, Page, expect

from appraisal.actions import weekly_reports as actions
from appraisal.models import DutyAttendance, DutyLog, DutyNote, TownNeed, WeeklyReport
from appraisal.report_lines import Line
from lianzhen.accounts.roles import Role
from lianzhen.periods import Week
from lianzhen.tests.browser.conftest import PHONE, sign_in
from lianzhen.tests.browser.test_session_end import end_every_session
from lianzhen.trail import acting
from villages.models import DutyPlan

ZONE = ZoneInfo("Asia/Shanghai")
#: The clock of the design's scenarios: a Thursday afternoon, one earlier duty day in the week.
NOW = datetime(2018, 10, 18, 14, 5, tzinfo=ZONE)
AFTER = datetime(2018, 10, 19, 17, 1, tzinfo=ZONE)
WEEK = Week(2018, 42)
TUESDAY = datetime(2018, 10, 16).date()


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=True) as moved:
        yield moved


@pytest.fixture
def scene(clock, town):
    """The cast as of 2018, with one duty day and what was done on it."""
    early = datetime(2018, 4, 2).date()
    with acting(by=None, action="test.scene", label="测试数据"):
        from villages.models import CadreTerm, Posting

        for model in (type(town.team), Posting, CadreTerm):
            model.objects.update(starts_on=early)
        DutyPlan(team=town.team, weekdays="24", starts_on=early).save()
        log = DutyLog(team=town.team, day=TUESDAY)
        log.save()
        DutyAttendance(log=log, person=town.people[Role.LEADER]).save()
        DutyNote(log=log, topics=["environment", "visitors"], text="清理主干道沟渠").save()
    return town


@pytest.fixture
def phone(scene, visitor) -> Page:
    page = visitor.open(scene.users[Role.LEADER], PHONE)
    page.goto("/")
    return page


def open_report(page: Page, *, script: bool = True) -> None:
    """One tap from home; then the page, and what it fetches afterwards, is there."""
    page.get_by_role("main").get_by_role("link", name="第42周周报").first.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("示例一村第42周周报")
    if script:
        expect(page.locator("form[data-autosave][data-ready]")).to_be_visible()


def part(page: Page, title: str) -> Locator:
    return page.locator("details").filter(has=page.get_by_role("heading", name=title))


def leave_the_field(page: Page) -> None:
    page.get_by_text("总字数建议不超过500字").tap()


def stored() -> WeeklyReport:
    return WeeklyReport.objects.get(week_start=WEEK.start)


def texts() -> list[str]:
    return [line.text for line in actions.lines_of(stored()) if not line.is_left_out]


def until_stored(page: Page, text: str) -> None:
    """Several savings may be under way at once: an answer says nothing of which words it stored."""
    for _ in range(60):
        if text in texts():
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"{text} was not stored: {texts()}")


def test_two_taps_send_what_was_recorded(phone):
    open_report(phone)  # one
    fields = phone.locator("textarea")
    values = [fields.nth(place).input_value() for place in range(fields.count())]
    assert "10月16日（周二）：甲联村工作组组长。" in values
    assert "10月16日，清理主干道沟渠。" in values
    assert "接待群众1天（10月16日）。" in values
    expect(phone.get_by_text("10月19日（星期五）17:00前报送")).to_be_visible()
    button = phone.get_by_role("button", name="报送周报")
    expect(button).to_be_in_viewport()
    button.tap()  # two
    expect(phone.get_by_role("status").filter(has_text="第42周周报已报送")).to_be_visible()
    assert (stored().state, stored().is_late) == ("sent", False)
    assert "10月16日，清理主干道沟渠。" in texts()


def test_taking_back_works_before_the_deadline_and_is_gone_after_it(scene, phone, visitor, clock):
    open_report(phone)
    phone.get_by_role("button", name="报送周报").tap()
    phone.get_by_role("button", name="撤回周报").tap()
    expect(phone.get_by_role("button", name="报送周报")).to_be_visible()
    assert stored().state == "draft"
    phone.get_by_role("button", name="报送周报").tap()
    expect(phone.get_by_role("button", name="撤回周报")).to_be_visible()
    address = phone.url
    clock.move_to(AFTER)
    phone = visitor.open(scene.users[Role.LEADER], PHONE)
    phone.goto(address)
    expect(phone.get_by_role("heading", level=1)).to_have_text("示例一村第42周周报")
    expect(phone.get_by_role("button", name="撤回周报")).to_have_count(0)


def test_what_is_typed_is_stored_by_itself_and_becomes_a_need(phone):
    open_report(phone)
    needs = part(phone, "四 存在问题和需镇里解决的事")
    needs.locator("textarea").fill("水渠垮塌20米，请镇里支持")
    needs.get_by_role("checkbox", name="需镇里解决").first.check()
    with phone.expect_response("**/draft/") as answer:
        leave_the_field(phone)
    assert answer.value.status == 200
    expect(phone.locator("[data-autosave-told]")).to_have_text("已存草稿 14:05")
    # Below the typed line waits another.
    expect(needs.locator("textarea")).to_have_count(2)
    needs.locator("textarea").nth(1).fill("路灯不亮")
    until_stored(phone, "路灯不亮")  # nobody leaves the field: five seconds
    assert [text for text in texts() if text in ("水渠垮塌20米，请镇里支持", "路灯不亮")] == [
        "水渠垮塌20米，请镇里支持",
        "路灯不亮",
    ]
    phone.get_by_role("button", name="报送周报").tap()
    expect(phone.get_by_role("status").filter(has_text="已报送")).to_be_visible()
    assert TownNeed.objects.get().text == "水渠垮塌20米，请镇里支持"
    assert WeeklyReport.objects.count() == 1
    phone.get_by_role("link", name="水渠垮塌20米，请镇里支持 待交办").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("水渠垮塌20米，请镇里支持")


def test_without_a_network_the_words_stay_and_are_stored_later(phone):
    open_report(phone)
    plan = part(phone, "五 下周打算")
    phone.wait_for_load_state("networkidle")  # the script is there
    phone.context.set_offline(True)
    plan.locator("textarea").fill("整修公路")
    leave_the_field(phone)
    expect(phone.locator("[data-autosave-told]")).to_have_text("没有网络，已存在本机，联网后自动保存。")
    expect(plan.locator("textarea").first).to_have_value("整修公路")
    assert not WeeklyReport.objects.exists()
    with phone.expect_response("**/draft/"):
        phone.context.set_offline(False)
    expect(phone.locator("[data-autosave-told]")).to_have_text("已存草稿 14:05")
    assert "整修公路" in texts()


def write_and_close_without_a_network(phone) -> Page:
    """What was typed is on the phone alone; another tab of it, still without a network."""
    open_report(phone)
    plan = part(phone, "五 下周打算")
    phone.wait_for_load_state("networkidle")  # the script is there
    phone.context.set_offline(True)
    plan.locator("textarea").first.fill("整修公路")
    plan.locator("textarea").nth(1).fill("清淤")
    leave_the_field(phone)
    expect(phone.locator("[data-autosave-told]")).to_contain_text("已存在本机")
    phone.wait_for_timeout(1500)  # leaving the first field said it already; the second is kept a moment later
    # What a closing page still sends is sent by the browser itself, past the network that is cut for the page alone.
    phone.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no network')); }")
    phone.close()
    assert not WeeklyReport.objects.exists()
    return phone.context.new_page()


def test_a_tab_closed_without_a_network_is_stored_from_any_page(phone):
    again = write_and_close_without_a_network(phone)
    again.context.set_offline(False)
    again.goto("/")
    line = again.get_by_role("status").filter(has_text="已保存没有网络时写的内容：示例一村第42周周报。")
    expect(line).to_be_visible()
    expect(again.locator("[data-waiting-count]")).to_have_text("0")
    assert {"整修公路", "清淤"} <= set(texts())
    line.get_by_role("link", name="打开").tap()
    expect(again.get_by_role("main")).to_contain_text("整修公路")


def test_a_tab_closed_without_a_network_goes_on_where_it_was(scene, visitor):
    phone = visitor.open(scene.users[Role.LEADER], PHONE, service_workers="block")  # else nothing can be held up
    phone.goto("/")
    again = write_and_close_without_a_network(phone)
    again.context.set_offline(False)
    again.route("**/sync/token/", lambda route: route.abort())  # the form comes first
    again.goto("/")
    expect(again.locator("[data-waiting-count]")).to_have_text("1")
    open_report(again)
    told = again.locator("[data-autosave-told]")
    expect(told).to_contain_text("没有网络时写的内容已放回。")
    expect(told).to_have_text("已存草稿 14:05")
    plan = part(again, "五 下周打算")
    values = [plan.locator("textarea").nth(place).input_value() for place in range(plan.locator("textarea").count())]
    assert {"整修公路", "清淤"} <= set(values)
    assert {"整修公路", "清淤"} <= set(texts())


def test_what_was_written_without_a_network_meets_a_colleague(scene, phone):
    again = write_and_close_without_a_network(phone)
    theirs = [Line("hand-1", "plan", "组员写的打算")]
    colleague = scene.users[Role.MEMBER]
    actions.save_draft(team=scene.team, week=WEEK, lines=theirs, by=colleague, now=datetime.now(ZONE))
    again.context.set_offline(False)
    again.goto("/sync/")
    item = again.locator(".queue-item")
    expect(item).to_contain_text("示例一村第42周周报草稿")
    item.get_by_role("link", name="打开周报").tap()
    expect(again.locator("[data-autosave-told]")).to_contain_text("甲联村工作组组员14:05修改过这份周报")
    assert set(texts()) & {"整修公路", "组员写的打算"} == {"组员写的打算"}


def test_a_colleague_at_the_same_report(scene, phone):
    phone.watch.allow(409)
    open_report(phone)
    colleague = scene.users[Role.MEMBER]
    theirs = [Line("hand-1", "plan", "组员写的打算")]
    actions.save_draft(team=scene.team, week=WEEK, lines=theirs, by=colleague, now=datetime.now(ZONE))
    plan = part(phone, "五 下周打算")
    plan.locator("textarea").fill("组长写的打算")
    leave_the_field(phone)
    expect(phone.locator("[data-autosave-told]")).to_contain_text("甲联村工作组组员14:05修改过这份周报")
    phone.get_by_role("button", name="存草稿").tap()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("核对两处修改")
    expect(phone.get_by_role("table")).to_contain_text("组员写的打算")
    expect(phone.get_by_role("table")).to_contain_text("组长写的打算")
    phone.get_by_role("button", name="保留我的").tap()
    expect(phone.get_by_role("status").filter(has_text="已存草稿")).to_be_visible()
    assert {"组员写的打算", "组长写的打算"} <= set(texts())


def test_a_session_that_ended_keeps_the_words(phone):
    phone.watch.allow(403)
    open_report(phone)
    plan = part(phone, "五 下周打算")
    plan.locator("textarea").fill("第一件")
    plan.locator("textarea").nth(1).fill("第二件")
    end_every_session()
    leave_the_field(phone)
    told = phone.locator("[data-autosave-told]")
    expect(told).to_contain_text("登录已过期，写的内容已保留")
    told.get_by_role("link", name="重新登录").tap()
    sign_in(phone, "t_leader")
    expect(phone.get_by_role("heading", level=1)).to_have_text("示例一村第42周周报")
    expect(phone.locator("form[data-autosave][data-ready]")).to_be_visible()
    values = [plan.locator("textarea").nth(place).input_value() for place in range(plan.locator("textarea").count())]
    assert {"第一件", "第二件"} <= set(values)
    phone.get_by_role("button", name="存草稿").tap()
    expect(phone.get_by_role("status").filter(has_text="已存草稿")).to_be_visible()
    assert {"第一件", "第二件"} <= set(texts())


def test_without_a_script(scene, visitor):
    page = visitor.open(scene.users[Role.LEADER], PHONE, java_script_enabled=False)
    page.goto("/")
    open_report(page, script=False)
    plan = part(page, "五 下周打算")
    plan.locator("textarea").fill("第一件")
    page.get_by_role("button", name="存草稿").tap()
    expect(page.get_by_text("已存草稿 14:05")).to_be_visible()
    plan.locator("textarea").last.fill("第二件")
    page.get_by_role("button", name="报送周报").tap()
    expect(page.get_by_role("status").filter(has_text="已报送")).to_be_visible()
    assert texts()[-2:] == ["第一件", "第二件"]
    page.get_by_role("button", name="撤回周报").tap()
    expect(page.get_by_role("button", name="报送周报")).to_be_visible()
