"""The town's week on two sheets across, and the sheet to be signed: one of A4 for each team and month."""

from __future__ import annotations

from playwright.sync_api import Page

from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import DESKTOP
from lianzhen.tests.browser.full_town.test_printing import body, letters, printed
from villages.models import LiaisonGroup, LiaisonTeam


def texts(page: Page, selector: str) -> list[str]:
    return [letters(text) for text in page.locator(selector).all_inner_texts()]


def test_the_matrix_of_the_town_is_two_sheets_across(full_town, visitor):
    page = visitor.open(full_town[Role.OFFICE], DESKTOP)
    page.goto("/duty/?print=1")
    header, rows = "".join(texts(page, "thead th")), texts(page, "tbody tr, tfoot tr")
    assert len(rows) > LiaisonTeam.objects.filter(ends_on=None).count()
    sheets = printed(page)
    assert all(sheet.width > sheet.height for sheet in sheets)
    said = [body(sheet) for sheet in sheets]
    assert len(said) == 2
    assert all(header in text for text in said)
    assert [row for row in rows if not any(row in text for text in said)] == []
    assert "图例" in said[0]


def test_a_sheet_to_sign_is_one_page_for_each_team(full_town, visitor):
    page = visitor.open(full_town[Role.OFFICE], DESKTOP)
    group = LiaisonGroup.objects.first()
    page.goto(f"/duty/blank/?group={group.pk}&print=1&month=2026-12")
    titles = page.locator("section.paper").count()
    assert titles >= LiaisonTeam.objects.filter(ends_on=None, village__group=group).count()
    said = [body(sheet) for sheet in printed(page)]
    assert len(said) == titles
    assert all(text.count(letters("2026年12月驻村登记表")) == 1 for text in said)
    assert all("录入日期" in text for text in said)
