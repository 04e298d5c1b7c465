"""Journey 17 of the design, its second half: the quarter's review of three teams on a projector, by the keyboard."""

from __future__ import annotations

import pytest
import time_machine
from playwright.sync_api import Page, expect

from appraisal.actions import quarters
from appraisal.models import TeamReview
from appraisal.tests.quarter_scene import NOW, Q4, sealed_quarter
from appraisal.tests.week_scene import many_teams
from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.measuring import grave_findings
from lianzhen.tests.browser.test_month_close import PROJECTOR


@pytest.fixture
def screen(town, visitor) -> Page:
    with time_machine.travel(NOW, tick=True):
        many_teams(town, 1)
        sealed_quarter(town)
        quarters.start_review(quarter=Q4, by=town.users[Role.OFFICE], now=NOW)
        yield visitor.open(town.users[Role.OFFICE_LEAD], PROJECTOR)


def said(place: int) -> TeamReview:
    return TeamReview.objects.order_by("position")[place]


def shows(page: Page, place: int) -> None:
    row = said(place)
    expect(page.get_by_role("heading", level=1)).to_have_text(row.team_name)
    expect(page.locator("main")).to_contain_text(f"第{place + 1}组，共3组")


def test_three_teams_by_the_keyboard(screen):
    assert TeamReview.objects.count() == 3
    screen.goto(f"/quarters/{Q4.key}/review/")
    shows(screen, 0)
    assert grave_findings(screen) == []
    assert screen.evaluate("document.documentElement.scrollWidth") <= 1024
    # Score, profile, proposed grade and the note lie on one screen.
    for part in (screen.locator(".quarter-figures"), screen.get_by_role("table"), screen.get_by_label("讲评意见")):
        box = part.bounding_box()
        assert box["y"] + box["height"] <= 768, box
    # On one of the office's width the whole of it does, buttons and links too.
    screen.set_viewport_size({"width": 1366, "height": 768})
    for part in (screen.locator(".quarter-columns"), screen.locator(".quarter-links")):
        box = part.bounding_box()
        assert box["y"] + box["height"] <= 768, box
    screen.set_viewport_size({"width": 1024, "height": 768})

    # In the note the arrows are the note's; after Esc they lead on, and what was typed is kept.
    screen.get_by_label("讲评意见").fill("环境整建要跟上。")
    screen.keyboard.press("ArrowRight")
    shows(screen, 0)
    screen.keyboard.press("Escape")
    screen.keyboard.press("ArrowRight")
    shows(screen, 1)
    assert (said(0).note, said(0).reviewed_by.username) == ("环境整建要跟上。", "t_office_lead")

    # Looking on changes nothing.
    screen.keyboard.press("ArrowRight")
    shows(screen, 2)
    assert said(1).reviewed_at is None
    screen.get_by_label("讲评意见").fill("做法可以推广。")
    screen.keyboard.press("Escape")
    screen.keyboard.press("ArrowLeft")
    shows(screen, 1)
    assert said(2).note == "做法可以推广。"
    screen.keyboard.press("ArrowLeft")
    shows(screen, 0)
    expect(screen.get_by_label("讲评意见")).to_have_value("环境整建要跟上。")
