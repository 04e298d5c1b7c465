"""A year of a team: written on its leader's phone, judged and checked, graded by the committee, announced."""

from __future__ import annotations

import pytest
import time_machine
from playwright.sync_api import Page, expect

from appraisal.actions import annual_summaries as summaries
from appraisal.actions import years
from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary
from appraisal.tests import year_scene as scene
from appraisal.tests.year_scene import NOW, TEXTS, YEAR
from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import PHONE
from lianzhen.tests.browser.measuring import grave_findings
from lianzhen.tests.browser.test_every_page import desk_findings, phone_findings


@pytest.fixture
def summary(town) -> AnnualSummary:
    """Of the team whose leader has an account; the other one's is checked by now."""
    with time_machine.travel(NOW, tick=True):
        scene.ready(town)
        assessment = years.start_year(year=YEAR, by=town.users[Role.OFFICE], now=NOW)
        by, third = town.users[Role.OFFICE_LEAD], scene.third_office(town)
        other = scene.write(scene.summary_of(assessment, town.other_team), by)
        summaries.submit(summary=other, by=by, now=NOW)
        judged = {"opinion": "情况属实，工作正常。", "grade": "合格", "by": third, "now": NOW}
        summaries.give_opinion(summary=scene.summary_of(assessment, town.other_team), **judged)
        other = scene.summary_of(assessment, town.other_team)
        summaries.check(summary=other, note="核对了登记，相符。", by=town.users[Role.OFFICE], now=NOW)
        yield scene.summary_of(assessment, town.team)


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def saved(page: Page, words: str) -> None:
    expect(page.get_by_role("status").filter(has_text=words).first).to_be_visible()


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def test_a_year_from_the_phone_of_a_leader_to_its_result(summary, town, visitor):
    _written_on_the_phone(summary, town, visitor)
    _judged(summary, town, visitor)
    _graded(town, visitor)
    leader = visitor.open(town.users[Role.LEADER], PHONE)
    leader.goto(f"/years/{YEAR}/summaries/{summary.pk}/")
    expect(leader.get_by_text("年度得分")).to_have_count(0)
    lead = visitor.open(town.users[Role.OFFICE_LEAD])
    lead.goto(f"/years/{YEAR}/")
    lead.get_by_role("link", name="预览结果通报").click()
    lead.get_by_role("link", name="签发结果通报").click()
    press(lead, "签发并印发")
    saved(lead, "已印发")
    assert AnnualAssessment.objects.get().state == AnnualAssessment.State.TOLD
    leader.goto(f"/years/{YEAR}/summaries/{summary.pk}/")
    expect(leader.get_by_text("年度得分")).to_be_visible()
    assert phone_findings(leader) + grave_findings(leader) == []


def _written_on_the_phone(summary: AnnualSummary, town, visitor) -> None:
    page = visitor.open(town.users[Role.LEADER], PHONE)
    page.goto("/")
    page.locator("main").get_by_role("link", name=f"填写{YEAR}年总结").click()
    heading(page, f"{YEAR}年总结")
    page.get_by_role("link", name="填写年总结").click()
    heading(page, "基本情况（第1步，共5步）")
    assert phone_findings(page) + grave_findings(page) == []
    press(page, "核对过，下一步")
    saved(page, "基本情况已保存")
    for step, label in (("work", "主要工作"), ("highlights", "亮点"), ("problems", "问题")):
        heading(page, label)
        page.get_by_label(label, exact=True).fill(TEXTS[step])
        if step == "problems":
            page.get_by_text("已按全年登记预填").click()
            expect(page.locator(".taken-list a").first).to_be_visible()
            assert phone_findings(page) + grave_findings(page) == []
        press(page, "保存，下一步")
        saved(page, f"{label}已保存")
    # The last page stores itself; the phone is put away and taken out again.
    heading(page, "下年打算（第5步，共5步）")
    page.get_by_label("下年打算", exact=True).fill(TEXTS["plans"])
    expect(page.locator("[data-autosave-told]")).to_contain_text("已保存", timeout=15_000)
    summary.refresh_from_db()
    assert (summary.plans, summary.saved) == (TEXTS["plans"], list(summaries.STEPS))
    page.goto(f"/years/{YEAR}/")
    page.get_by_role("link", name="继续填写年总结").click()
    heading(page, f"{YEAR}年总结")
    page.get_by_role("link", name="继续填写年总结").click()
    heading(page, "核对并报送")
    for text in TEXTS.values():
        expect(page.get_by_text(text)).to_be_visible()
    assert phone_findings(page) + grave_findings(page) == []
    press(page, "报送年总结")
    saved(page, "年总结已报送")
    page.context.close()


def _judged(summary: AnnualSummary, town, visitor) -> None:
    page = visitor.open(town.users[Role.DISTRICT])
    page.goto(f"/years/{YEAR}/summaries/{summary.pk}/")
    page.get_by_role("link", name="出片区意见").click()
    page.get_by_label("片区意见", exact=True).fill("全年工作扎实，自评属实。")
    page.get_by_label("优秀", exact=True).check()
    assert desk_findings(page) + grave_findings(page) == []
    press(page, "出片区意见")
    saved(page, "已出片区意见")
    page = visitor.open(town.users[Role.OFFICE])
    page.goto(f"/years/{YEAR}/?state=office")
    page.get_by_role("link", name="示例一村").click()
    page.get_by_role("link", name="填写核查情况").click()
    page.get_by_label("核查情况", exact=True).fill("核对了驻村登记和周报，相符。")
    press(page, "填写核查情况")
    saved(page, "已填写核查情况")
    page.goto(f"/years/{YEAR}/")
    assert desk_findings(page) + grave_findings(page) == []
    page.get_by_role("link", name="提交党委评定").click()
    press(page, "提交党委评定")
    saved(page, "已提交党委评定")


def _graded(town, visitor) -> None:
    page = visitor.open(town.users[Role.COMMITTEE])
    page.goto(f"/years/{YEAR}/grades/")
    page.get_by_role("link", name="示例一村").click()
    heading(page, "示例一村联村工作组")
    page.get_by_label("合格", exact=True).check()
    page.get_by_label("与建议不同的理由").fill("12月一起积案没有化解。")
    assert desk_findings(page) + grave_findings(page) == []
    press(page, "保存，看下一组")
    saved(page, "等次已保存")
    page.goto(f"/years/{YEAR}/grades/")
    page.get_by_role("link", name="其余1个组按建议等次").click()
    press(page, "按建议评定其余的组")
    saved(page, "已按建议评定1个组")
    assert desk_findings(page) + grave_findings(page) == []
    page.get_by_role("link", name="登记党委评定").click()
    page.get_by_label("党委评定日期").fill("2027-01-20")
    page.get_by_label("依据").fill("荷党纪要〔2027〕2号")
    reason = page.get_by_label("超出“优秀”比例的理由")
    if reason.count():
        reason.fill("全年工作扎实，党委研究同意。")
    press(page, "登记党委评定")
    saved(page, "已登记党委评定")
    assert set(AnnualGrade.objects.values_list("grade", flat=True)) <= {"优秀", "合格"}
