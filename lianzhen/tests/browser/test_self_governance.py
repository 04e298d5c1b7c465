"""Journey 16 of the design: a village applies to govern itself (phone, without JavaScript, closed and gone on with),
the district, the office and the committee follow; then the team has ended and no weekly report is asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from lianzhen.accounts.roles import Role
from lianzhen.periods import Month
from lianzhen.tests.browser.conftest import PHONE, typing
from lianzhen.tests.browser.measuring import grave_findings
from lianzhen.tests.browser.test_every_page import desk_findings, phone_findings
from villages.models import LiaisonTeam, Posting, SelfGovApplication, SelfGovernance
from villages.tests.selfgov_scene import GROUND, SAID, build

PAPER = {"name": "决议.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 resolution"}


@pytest.fixture
def scene(town):
    return build(town)


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def saved(page: Page, words: str) -> None:
    expect(page.get_by_role("status").filter(has_text=words).first).to_be_visible()


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def test_sixteen_a_village_comes_to_govern_itself(scene, town, visitor):
    _apply_on_the_phone(scene, visitor)
    _go_on_and_submit(scene, visitor)
    _judged(scene, town, visitor)
    first = Month.of(timezone.localdate()).start
    team = LiaisonTeam.objects.get(pk=town.team.pk)
    assert team.ends_on == first - timedelta(days=1)
    assert SelfGovernance.objects.get(village=town.own).starts_on == first
    assert Posting.objects.open().get(village=town.own).person == scene.staff
    office = visitor.open(town.users[Role.OFFICE])
    office.goto("/weekly/")
    expect(office.get_by_text("示例二村").first).to_be_visible()
    expect(office.get_by_text("示例一村")).to_have_count(0)
    office.goto("/selfgov/")
    expect(office.get_by_role("link", name="示例一村")).to_be_visible()
    assert desk_findings(office) + grave_findings(office) == []


def _apply_on_the_phone(scene, visitor) -> None:
    page = visitor.open(scene.secretary, {**PHONE, "java_script_enabled": False})
    page.goto("/more/")
    page.get_by_role("link", name="申请村为主自治").first.click()
    expect(page.get_by_text("由镇党委一年考核一次")).to_be_visible()
    press(page, "开始申请")
    heading(page, "基本情况（第1步，共6步）")
    page.get_by_role("link", name="下一步", exact=True).click()
    heading(page, "逐条说明")
    page.get_by_label("第1条").fill(SAID)
    press(page, "保存，以后接着填")
    saved(page, "已保存，可以随时接着填")
    assert SelfGovApplication.objects.get().answers[0] == SAID
    page.context.close()


def _go_on_and_submit(scene, visitor) -> None:
    page = visitor.open(scene.secretary, PHONE)
    page.goto("/")
    page.locator("main").get_by_role("link", name="示例一村自治申请还没有提交").click()
    page.get_by_role("link", name="继续填写").click()
    expect(page.get_by_label("第1条")).to_have_value(SAID)
    for number in range(2, 6):
        page.get_by_label(f"第{number}条").fill(SAID)
    assert phone_findings(page) + grave_findings(page) == []
    press(page, "保存，下一步")
    heading(page, "会议决议")
    page.get_by_label("会议日期").fill((timezone.localdate() - timedelta(days=40)).isoformat())
    for label, votes in (("赞成（票）", "41"), ("反对（票）", "3"), ("弃权（票）", "2")):
        page.get_by_label(label).fill(votes)
    page.get_by_label("会议决议").set_input_files([PAPER])
    press(page, "保存，下一步")
    heading(page, "建议指导员")
    press(page, "保存，下一步")
    heading(page, "核对（第5步，共6步）")
    for words in ("赞成41票，反对3票，弃权2票", "决议.pdf", SAID):
        expect(page.get_by_text(words).first).to_be_visible()
    assert phone_findings(page) + grave_findings(page) == []
    page.get_by_role("link", name="核对完，下一步").click()
    page.get_by_label("以上内容属实").check()
    press(page, "提交申请")
    saved(page, "已提交")
    assert SelfGovApplication.objects.get().state == "district"


def _judged(scene, town, visitor) -> None:
    page = _opened(visitor, town.users[Role.DISTRICT], "请出片区意见", "出片区意见")
    page.get_by_label("赞成", exact=True).check()
    page.get_by_label("理由").fill("条件具备，赞成实行自治。")
    press(page, "提交片区意见")
    saved(page, "已出片区意见")
    page = _opened(visitor, town.users[Role.OFFICE], "自治申请请核查", "填写核查情况")
    page.get_by_label("符合条件", exact=True).check()
    page.get_by_label("核查情况").fill("逐条看过台账，情况属实。")
    press(page, "提交核查情况")
    saved(page, "已填写核查情况")
    page = _opened(visitor, town.users[Role.COMMITTEE], "请登记党委研究的结果", "登记党委决定")
    expect(page.get_by_text("起不再按月考核，不再报送周报")).to_be_visible()
    first = Month.of(timezone.localdate()).start
    page.get_by_label("党委研究日期").fill((first - timedelta(days=1)).isoformat())
    page.get_by_label("依据").fill(GROUND)
    page.get_by_label("生效日期").fill(first.isoformat())
    typing(page, "联村工作指导员").focus()
    page.keyboard.type("丁指导")
    page.keyboard.press("Enter")
    assert desk_findings(page) + grave_findings(page) == []
    press(page, "登记同意")
    saved(page, "已登记党委研究的决定")


def _opened(visitor, user, todo: str, button: str) -> Page:
    """From the home to the form: two clicks."""
    page = visitor.open(user)
    page.goto("/")
    page.locator("main").get_by_role("link", name=todo).first.click()
    page.get_by_role("link", name=button, exact=True).click()
    return page
