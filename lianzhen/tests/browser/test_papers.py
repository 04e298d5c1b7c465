"""An issued paper on A4 through the browser: 22 lines of 28 characters, numbers outside, the table's head on every
sheet (GB/T 9704; the .docx is measured in appraisal/tests/test_papers_word.py). And a template changed by a clerk."""

from __future__ import annotations

from collections import defaultdict
from io import BytesIO

from django.urls import reverse
from docx import Document
from playwright.sync_api import Page, expect

from appraisal.models import DocumentTemplate
from appraisal.papers.content import PLAIN, RIGHT, Column, Masthead, Paper, Signatures, Table, paragraph, row
from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import DESKTOP, PHONE
from lianzhen.tests.browser.paper import A4, Sheet, sheets
from lianzhen.tests.document_rows import issued

MM = 72 / 25.4
COLUMNS = (Column("村", 100), Column("元", 56, RIGHT))


def lines(sheet: Sheet) -> dict[int, str]:
    """Height above the lower edge (points) → text, of the letters of the body."""
    found: dict[int, str] = defaultdict(str)
    for run in sheet.runs:
        if round(run.size) == 16:
            found[round(run.y)] += run.text
    return dict(sorted(found.items(), reverse=True))


def printed(page: Page, document) -> list[Sheet]:
    page.goto(reverse("document", args=[document.pk]) + "?print=1")
    found = sheets(page.pdf(prefer_css_page_size=True))
    assert all((round(sheet.width), round(sheet.height)) == A4 for sheet in found)
    return found


def test_a_paper_on_a4(town, visitor):
    page = visitor.open(town.users[Role.MEMBER], DESKTOP)
    long = issued(town, paper=Paper("测量", (paragraph("村" * 28 * 60),), Masthead(PLAIN)))
    found = printed(page, long)
    for sheet in found[1:-1]:
        assert [len(text) for text in lines(sheet).values()] == [28] * 22
        assert round(min(run.x for run in sheet.runs if run.text[:1] == "村") / MM) == 28
    for number, sheet in enumerate(found, start=1):
        foot = [run for run in sheet.runs if round(run.size) == 14 and run.y < 35 * MM]
        assert "".join(run.text for run in foot).replace(" ", "") == f"—{number}—"
        assert (min(run.x for run in foot) > sheet.width / 2) == (number % 2 == 1)

    table = printed(page, issued(town, rows=39))
    assert len(table) >= 3
    rows = [place for place, sheet in enumerate(table) if "示例39村" in sheet.text or "示例20村" in sheet.text]
    assert len(rows) == 2
    assert all("名次片区联村工作组" in table[place].text for place in rows)


def test_pages_are_cut_where_their_makers_would(town, visitor):
    """Whoever signs a list has rows beside him wherever the page ends, a short table is whole, and a draft says so on
    every page."""
    page = visitor.open(town.users[Role.MEMBER], DESKTOP)
    signs = (paragraph("合计（大写）：玖元整"), Signatures(("制表", "审核")), paragraph("示例镇联村工作办"))
    pages = set()
    for rows in (22, 25, 28):
        listed = Table(COLUMNS, tuple(row(f"示例{n}村", "1") for n in range(rows)), total=row("合计", "9"))
        found = printed(page, issued(town, paper=Paper("清单", (listed, *signs), Masthead(PLAIN))))
        last = found[-1].text
        assert all(
            told in last for told in (f"示例{rows - 1}村", f"示例{rows - 2}村", "玖元整", "审核", "示例镇联村工作办")
        )
        pages.add((len(found), "示例0村" in last))
    # On one page, and on two where the rows alone would have filled the first.
    assert len(pages) == 2
    short = Table(COLUMNS, tuple(row(f"示例{n}村", "1") for n in range(5)))
    found = printed(page, issued(town, paper=Paper("测量", (paragraph("村" * 28 * 17), short), Masthead(PLAIN))))
    assert [("示例0村" in sheet.text, "示例4村" in sheet.text) for sheet in found] == [(False, False), (True, True)]
    page = visitor.open(town.users[Role.OFFICE], DESKTOP)
    page.goto(reverse("paper_sample") + "?style=plain")
    found = sheets(page.pdf(prefer_css_page_size=True))
    assert len(found) > 1
    assert all(sheet.text.count("代拟稿") == 1 for sheet in found)


def test_on_a_phone_the_page_keeps_its_width(town, visitor):
    page = visitor.open(town.users[Role.MEMBER], PHONE)
    page.goto(reverse("document", args=[issued(town, rows=39).pk]))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.get_by_role("link", name="下载Word")).to_be_visible()


def test_a_clerk_changes_the_template(town, visitor):
    """下载模板, a line added in Word, 更换模板: the next paper has it."""
    page = visitor.open(town.users[Role.OFFICE], DESKTOP)
    page.goto(reverse("paper_settings"))
    with page.expect_download() as download:
        page.get_by_role("link", name="下载模板").first.click()
    book = Document(str(download.value.path()))
    book.add_paragraph("镇里加的一行")
    out = BytesIO()
    book.save(out)
    page.get_by_role("link", name="更换模板").first.click()
    file = {"name": "镇里的模板.docx", "mimeType": "application/octet-stream", "buffer": out.getvalue()}
    page.get_by_label("模板文件").set_input_files(file)
    page.get_by_role("button", name="上传模板").click()
    expect(page.get_by_text("正在使用：镇里的模板.docx")).to_be_visible()
    assert DocumentTemplate.objects.get().in_use
    content = bytes(issued(town).file.content)
    assert "镇里加的一行" in [line.text for line in Document(BytesIO(content)).paragraphs]
