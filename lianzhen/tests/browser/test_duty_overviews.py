"""The overviews of duty in a browser: the month on a phone, the matrix that unfolds, paper keyed by keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from appraisal.models import DutyAttendance
from appraisal.tests.duty_scene import enter, fix_days
from lianzhen.accounts.roles import Role
from lianzhen.periods import Week
from lianzhen.tests.browser.conftest import DESKTOP, PHONE
from lianzhen.tests.browser.measuring import grave_findings, too_small, wider_than_the_screen
from lianzhen.tests.browser.test_every_page import desk_findings, phone_findings

SQUARE = 44
SQUARE_LARGE = 60


@pytest.fixture
def worked(town):
    """Somebody was there yesterday and today."""
    fix_days(town.team, town.other_team, weekdays="1234567")
    today = timezone.localdate()
    for day in (today - timedelta(days=1), today):
        enter(town.team, day, town.people[Role.LEADER])
    return town


def test_my_month_on_a_phone(worked, visitor):
    page = visitor.open(worked.users[Role.LEADER], PHONE)
    page.goto("/")
    page.get_by_role("navigation", name="常用页面").get_by_role("link", name="驻村").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("我的驻村")
    cells = page.locator(".duty-month td[data-day] > *")
    boxes = [cells.nth(n).bounding_box() for n in range(cells.count())]
    assert len(boxes) >= 28
    assert min(box["height"] for box in boxes) >= SQUARE
    assert min(box["width"] for box in boxes) >= SQUARE
    page.evaluate("document.documentElement.classList.add('large-text')")
    assert min(cells.nth(n).bounding_box()["height"] for n in range(cells.count())) >= SQUARE_LARGE
    page.evaluate("document.documentElement.classList.remove('large-text')")
    assert phone_findings(page) + grave_findings(page) == []
    today = timezone.localdate()
    link = page.locator(".duty-month").get_by_role("link", name=f"{today.month}月{today.day}日 已登记")
    strip = page.locator(".week-strip").get_by_role("link", name=f"{today.month}月{today.day}日 已登记")
    assert strip.bounding_box()["height"] >= SQUARE
    assert link.bounding_box()["height"] >= SQUARE
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{today.month}月{today.day}日")


def test_the_matrix_on_a_phone_unfolds(worked, visitor):
    page = visitor.open(worked.users[Role.DISTRICT], PHONE)
    page.goto("/duty/")
    line = page.locator("summary", has_text="示例一村")
    expect(line).to_contain_text("天")
    assert too_small(page, SQUARE) == []
    assert wider_than_the_screen(page) == []
    days = page.locator("details.narrow p").first
    expect(days).to_be_hidden()
    line.click()
    expect(days).to_contain_text("驻")
    assert phone_findings(page) + grave_findings(page) == []
    days.get_by_role("link", name="看这个组").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("示例一村联村工作组")
    assert phone_findings(page) + grave_findings(page) == []


def test_the_matrix_on_a_desk_is_a_plain_table(worked, visitor):
    page = visitor.open(worked.users[Role.OFFICE], DESKTOP)
    page.goto("/duty/")
    expect(page.locator("details.narrow").first).to_be_hidden()
    row = page.get_by_role("row", name="示例一村")
    expect(row).to_contain_text("驻")
    assert desk_findings(page) + grave_findings(page) == []
    page.get_by_role("link", name="合计（天）").click()
    expect(page.get_by_role("columnheader", name="合计（天）")).to_have_attribute("aria-sort", "ascending")


def test_the_office_keys_a_sheet_with_the_keyboard(worked, visitor):
    page = visitor.open(worked.users[Role.OFFICE], DESKTOP)
    last = Week.of(timezone.localdate()).previous()
    page.goto(f"/duty/?week={last.key}")
    page.get_by_role("link", name="按纸质登记表录入").click()
    page.locator(".combo input").fill("slyc")
    page.get_by_role("option", name="示例一村").click()
    page.get_by_role("button", name="打开这一张").click()
    expect(page.get_by_text(f"{last.title} · 示例一村联村工作组")).to_be_visible()
    assert desk_findings(page) + grave_findings(page) == []
    member = worked.people[Role.MEMBER].name
    page.get_by_label(f"{member} 周一").fill("1")
    page.keyboard.press("Tab")
    page.keyboard.type("下")
    page.get_by_role("button", name="保存登记").click()
    expect(page.get_by_text("驻村2人次")).to_be_visible()
    keyed = DutyAttendance.objects.filter(source="office").values_list("person__name", "log__day", "session")
    assert set(keyed) == {(member, last.days[0], "whole"), (member, last.days[1], "afternoon")}


def test_without_javascript_a_block_is_pasted_into_the_area(worked, visitor):
    page = visitor.open(worked.users[Role.OFFICE], DESKTOP, java_script_enabled=False)
    last = Week.of(timezone.localdate()).previous()
    page.goto(f"/duty/grid/?week={last.key}&team={worked.team.pk}")
    leader = worked.people[Role.LEADER].name
    page.locator(".sheet-block summary").click()
    page.get_by_label("从WPS或Excel复制后粘贴到这里").fill(f"{leader}\t1\t\t上")
    page.get_by_role("button", name="保存登记").click()
    expect(page.get_by_text("还没有保存")).to_be_visible()
    page.get_by_role("button", name="保存登记").click()
    expect(page.get_by_text("驻村2人次")).to_be_visible()
    sessions = DutyAttendance.objects.filter(source="office").order_by("log__day").values_list("session", flat=True)
    assert list(sessions) == ["whole", "morning"]
