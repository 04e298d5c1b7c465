"""Every list on A4: the header on each sheet, nothing of the frame, no row cut in two, letters to be read."""

from __future__ import annotations

import re
from unicodedata import normalize

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from lianzhen.accounts.roles import Role
from lianzhen.periods import Month
from lianzhen.tests.browser.conftest import DESKTOP
from lianzhen.tests.browser.paper import A4, Sheet, sheets
from lianzhen.tests.test_sweep import patterns
from villages.models import Person, Village

#: Lists by the name of their address; sheets of paper that each needs at least at the town's real size.
LISTS = {
    "village_list": 2,
    "district_list": 1,
    "team_list": 2,
    "grid_list": 6,
    "grid_coverage": 5,
    "organization_list": 3,
    "party_group_list": 2,
    "cadre_list": 3,
    "posting_list": 3,
    "villager_group_list": 5,
    "person_list": 20,
    "account_list": 1,
    "audit_list": 1,
    "feedback_list": 1,
    "import_list": 1,
    "duty_list": 8,
    "duty_shift_list": 1,
    "spot_check_list": 1,
    "leave_list": 1,
    "weekly_list": 1,
    "sent_report_list": 1,
    "need_list": 1,
    "meeting_list": 1,
    "decision_list": 1,
    "suggestion_list": 1,
    "score_list": 1,
    "month_list": 1,
    "correction_list": 1,
    "document_list": 1,
    "clause_list": 1,
    "deduction_list": 1,
    "bonus_list": 1,
    "appeal_list": 1,
    "bulletin_list": 1,
    "quarter_list": 1,
    "selfgov_list": 1,
    "selfgov_application_list": 1,
    "selfgov_year_list": 1,
    "work_budget_list": 1,
    "year_list": 1,
}
#: An inbox is worked through, not printed; 考核办法 and 补助清单 have sheets of their own.
NOT_A_LIST_ON_PAPER = {"approval_list", "scheme_list", "subsidy_list"}
#: Lists about one month.
BY_MONTH = ("score_list",)
#: Seen by nobody of the office.
READER = {"account_list": Role.AUDITOR, "audit_list": Role.AUDITOR}
#: The trail of a whole demo would fill a thousand sheets.
NARROWED = {"audit_list": "&q=撤并"}
#: Words of the frame that have no place on paper.
FRAME = ("跳到主要内容", "大字版", "退出登录", "筛选", "无障碍说明", "打印本页", "返回")
LEAST_LETTER = 10.5  # points
FOOT = 9  # points: the number of the sheet, in the margin
MARGIN = 30  # points, at least, on each side


def printed(page: Page) -> list[Sheet]:
    """Print the page that is open and look at what holds for every sheet of paper."""
    pages = sheets(page.pdf(prefer_css_page_size=True))
    for sheet in pages:
        assert {round(sheet.width), round(sheet.height)} == set(A4)
        assert [word for word in FRAME if word in body(sheet)] == []
        assert [run for run in sheet.runs if round(run.size, 1) < LEAST_LETTER and round(run.size, 1) != FOOT] == []
        assert min(run.x for run in sheet.runs) >= MARGIN
        assert max(run.x for run in sheet.runs) <= sheet.width - MARGIN
    return pages


def letters(text: str) -> str:
    """What a text says, without blanks, breaks and the brackets that stand for a tag's colour on paper."""
    return re.sub(r"[\s〔〕]", "", normalize("NFKC", text))


def body(sheet: Sheet) -> str:
    """All letters of a sheet in order, without the number at its foot."""
    return letters("".join(run.text for run in sheet.runs if round(run.size, 1) > FOOT))


def test_every_list_is_here():
    named = {pattern.name for _, pattern in patterns() if pattern.name and pattern.name.endswith("_list")}
    assert named - NOT_A_LIST_ON_PAPER == set(LISTS) - {"grid_coverage"}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_on_paper(name, full_town, visitor):
    page = visitor.open(full_town[READER.get(name, Role.OFFICE)], DESKTOP)
    month = [Month.of(timezone.localdate()).key] if name in BY_MONTH else None
    page.goto(f"{reverse(name, args=month)}?print=1{NARROWED.get(name, '')}")
    header = letters("".join(page.locator("table thead th").all_inner_texts()))
    rows = [letters(text) for text in page.locator("table tbody tr, table tfoot tr").all_inner_texts()]
    said = [body(sheet) for sheet in printed(page)]

    assert len(said) >= LISTS[name]
    assert [text for text in said if header not in text] == []
    # Who printed what, when: on the first sheet.
    assert "制表人" in said[0]
    assert "打印时间" in said[0]
    # Every row stands whole on one sheet, and none is missing.
    assert [row for row in rows if not any(row in text for text in said)] == []


def test_a_tag_on_paper_is_a_word_in_brackets(full_town, visitor):
    page = visitor.open(full_town[Role.OFFICE], DESKTOP)
    page.goto("/grids/?print=1&state=vacant")
    assert "〔暂无网格长〕" in printed(page)[0].text


@pytest.mark.parametrize("name", ["village_dossier", "calendar"])
def test_other_sheets(name, full_town, visitor):
    page = visitor.open(full_town[Role.OFFICE], DESKTOP)
    village = Village.objects.first()
    address = reverse(name, args=[village.pk]) if name == "village_dossier" else reverse(name)
    page.goto(f"{address}?print=1")
    title = letters(page.get_by_role("heading", level=1).inner_text())
    said = [body(sheet) for sheet in printed(page)]
    assert title in said[0]
    assert "打印时间" in said[0]


def test_an_ordinary_page_on_paper_leaves_its_frame_behind(full_town, visitor):
    page = visitor.open(full_town[Role.OFFICE], DESKTOP)
    for name, row in (("village", Village.objects.first()), ("person", Person.objects.first())):
        page.goto(reverse(name, args=[row.pk]))
        text = "".join(body(sheet) for sheet in printed(page))
        assert letters(str(row)) in text
        assert "打印时间" in text
