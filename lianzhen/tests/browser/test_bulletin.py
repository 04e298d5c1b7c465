"""Journey 11 of the design: the weekly bulletin made, one sentence edited, the data refreshed, the file in three
clicks and as GB/T 9704 measures it; then the signature on a phone, and the next number."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from playwright.sync_api import Page, expect

from appraisal.actions import bulletins as actions
from appraisal.models import Bulletin, DutyAttendance, DutyLog
from lianzhen.accounts.roles import Role
from lianzhen.periods import Week
from lianzhen.tests.browser.conftest import PHONE
from lianzhen.tests.browser.measuring import grave_findings
from lianzhen.tests.browser.test_every_page import desk_findings, phone_findings
from lianzhen.tests.entry_rows import a_scheme
from lianzhen.trail import acting
from villages.models import DutyPlan

EDITED = "本周各组驻村情况总体较好。"


@pytest.fixture
def week(town) -> Week:
    """Last week, whose bulletin is to be made; that of the week before has been issued."""
    last = Week.of(timezone.localdate()).previous()
    lead = town.users[Role.OFFICE_LEAD]
    with acting(by=None, action="test.scene", label="测试数据"):
        a_scheme(town)
        for team in (town.team, town.other_team):
            DutyPlan(team=team, weekdays="24", starts_on=team.starts_on).save()
    log(town, last.start + timedelta(days=1))
    row = actions.make_bulletin(period=last.previous(), by=lead, now=timezone.now())
    row = actions.submit_bulletin(bulletin=row, by=lead, now=timezone.now())
    actions.sign_bulletin(bulletin=row, by=lead, now=timezone.now())
    return last


def log(town, day: Any) -> None:
    with acting(by=None, action="test.scene", label="测试数据"):
        row = DutyLog(team=town.team, day=day)
        row.save()
        DutyAttendance(log=row, person=town.people[Role.LEADER]).save()


def file_of(page: Page, folder: Path) -> Any:
    """The third click."""
    with page.expect_download() as download:
        page.get_by_role("link", name="下载Word").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return Document(str(path))


def test_made_edited_refreshed_and_downloaded(town, week, visitor, tmp_path):
    page = visitor.open(town.users[Role.OFFICE])
    # 版记 of an official paper stands on the lower edge of its last page.
    page.goto(reverse("paper_sample") + "?style=official")
    expect(page.locator(".pp-foot")).to_have_attribute("style", re.compile(r"padding-top: \d+"))
    page.goto("/")
    page.get_by_role("link", name=f"生成第{week.number}周通报").click()
    page.get_by_role("button", name=f"生成第{week.number}周通报").click()
    expect(page.get_by_role("heading", name=f"修改第{week.number}周通报")).to_be_visible()
    measured(file_of(page, tmp_path), week)

    words = page.locator("#id_words-overview")
    words.fill(EDITED)
    # The paper beside the editor follows what is typed.
    expect(page.locator("#bulletin-preview")).to_contain_text(EDITED)
    log(town, week.start + timedelta(days=3))
    page.get_by_role("button", name="更新数据").click()
    expect(page.locator(".note.bulletin-changes")).to_contain_text("驻村办公")
    expect(words).to_have_value(EDITED)
    table = page.locator("#bulletin-preview table").first
    expect(table.locator("tbody tr").first).to_contain_text("2")
    block = Bulletin.objects.of_week(week).get().blocks.get(key="overview")
    assert (block.state, block.words) == ("edited", EDITED)
    texts = [paragraph.text for paragraph in file_of(page, tmp_path).paragraphs]
    assert EDITED in texts
    assert desk_findings(page) == []
    assert grave_findings(page) == []

    page.get_by_role("link", name="提交签发").click()
    page.get_by_role("button", name="提交签发").click()
    expect(page.get_by_text("已提交，等待联村办主任签发。")).to_be_visible()
    signed_on_a_phone(town, week, visitor)


def measured(document: Any, week: Week) -> None:
    """A4 with the margins of the standard; 小标宋 22 pt, 仿宋 16 pt, heads of tables repeated."""
    section = document.sections[0]
    for found, wanted in (
        (section.page_width, Mm(210)),
        (section.page_height, Mm(297)),
        (section.top_margin, Mm(37)),
        (section.left_margin, Mm(28)),
    ):
        assert abs(found - wanted) < Mm(0.5)
    title = next(one for one in document.paragraphs if one.text.endswith("联村工作情况的通报"))
    body = next(one for one in document.paragraphs if one.text.startswith(f"现将{week.title}"))
    for paragraph, font, size in ((title, "小标宋", Pt(22)), (body, "仿宋", Pt(16))):
        assert font in paragraph.runs[0]._r.rPr.rFonts.get(qn("w:eastAsia"))
        assert size_of(paragraph) == size
    heads = [table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in document.tables]
    assert heads
    assert all(heads)


def size_of(paragraph: Any) -> Any:
    """The run's own, else that of the style or of one that it is based on."""
    if paragraph.runs[0].font.size is not None:
        return paragraph.runs[0].font.size
    style = paragraph.style
    while style is not None and style.font.size is None:
        style = style.base_style
    return style.font.size if style is not None else None


def signed_on_a_phone(town, week, visitor) -> None:
    """Read and signed; not edited there. The number is the one after the last."""
    page = visitor.open(town.users[Role.OFFICE_LEAD], PHONE)
    page.goto(reverse("bulletin", args=[week.key]))
    expect(page.get_by_text(EDITED)).to_be_visible()
    assert phone_findings(page) == []
    page.get_by_role("link", name="签发", exact=True).click()
    # The words were typed before the data was brought up to date.
    assert phone_findings(page) == []
    page.get_by_label("已逐处核对，照修改过的文字签发").check()
    page.get_by_role("button", name="签发", exact=True).click()
    expect(page.get_by_text("第2期（总第2期）").first).to_be_visible()
    row = Bulletin.objects.of_week(week).get()
    assert (row.state, row.document.number) == ("issued", 2)
    assert EDITED in row.document.words
