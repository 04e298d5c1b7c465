"""The end of a session: a warning with a way to go on, and nothing typed is lost when it comes all the same."""

from __future__ import annotations

import time

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import DESKTOP, PASSWORD, sign_in
from villages.models import Person

IDLE = settings.SESSION_IDLE_MINUTES
EXPIRED = "登录已过期，填写的内容已保留，请重新登录后提交。"


@pytest.fixture
def form(town, visitor) -> Page:
    """A form half filled in, on a page whose clock the journey turns."""
    page = visitor.open(town.users[Role.OFFICE], DESKTOP)
    page.clock.install()
    page.goto(f"/people/{town.resident.pk}/edit/")
    page.get_by_label("备注").fill("写到一半的备注")
    page.get_by_label("中共党员").uncheck()
    return page


def minutes(page: Page, count: int) -> None:
    page.clock.fast_forward(count * 60_000)


def end_every_session() -> None:
    """What the server sees when somebody has been away: the last request lies too far back."""
    for row in Session.objects.all():
        kept = row.get_decoded()
        kept["seen_at"] = time.time() - (IDLE + 2) * 60
        row.session_data = Session.get_session_store_class()().encode(kept)
        row.save()


def test_the_warning_comes_before_the_end_and_one_may_go_on(form):
    warning = form.get_by_role("alert").filter(has_text="较长时间没有操作")
    minutes(form, IDLE - 6)
    expect(warning).to_be_hidden()
    minutes(form, 2)
    expect(warning).to_be_visible()
    with form.expect_response("**/account/continue/") as answer:
        form.get_by_role("button", name="继续").click()
    assert answer.value.status == 204
    expect(warning).to_be_hidden()
    expect(form.get_by_label("备注")).to_have_value("写到一半的备注")


def test_what_was_typed_comes_back_after_signing_in_again(town, form):
    minutes(form, IDLE + 1)
    over = form.get_by_role("alert").filter(has_text=EXPIRED)
    expect(over).to_be_visible()
    end_every_session()
    over.get_by_role("link", name="重新登录").click()
    sign_in_again_and_save(form, town)


def test_a_form_sent_after_the_end_comes_back_too(town, form):
    """No warning was seen: the computer slept, and the first the server hears is the form itself."""
    end_every_session()
    form.get_by_role("button", name="保存修改").click()
    sign_in_again_and_save(form, town)


def sign_in_again_and_save(page: Page, town) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    expect(page.get_by_text(EXPIRED).first).to_be_visible()
    assert PASSWORD not in page.evaluate("JSON.stringify({...sessionStorage})")
    sign_in(page, "t_office")
    expect(page.get_by_label("备注")).to_have_value("写到一半的备注")
    expect(page.get_by_label("中共党员")).not_to_be_checked()
    expect(page.get_by_text("登录已过期前填写的内容已放回，请核对后提交。")).to_be_visible()
    page.get_by_role("button", name="保存修改").click()
    expect(page.get_by_role("status").filter(has_text="已保存")).to_be_visible()
    saved = Person.objects.get(pk=town.resident.pk)
    assert (saved.note, saved.is_party_member) == ("写到一半的备注", False)


def test_somebody_else_at_the_same_computer_does_not_get_it(town, form):
    end_every_session()
    form.get_by_role("button", name="保存修改").click()
    expect(form.get_by_role("heading", level=1)).to_have_text("登录")
    sign_in(form, "t_leader")
    expect(form.get_by_label("备注")).to_have_value("")
    expect(form.get_by_text("已放回")).to_be_hidden()


def test_signing_out_leaves_nothing_behind(town, form):
    """What somebody typed and left is gone from the browser when he signs out himself."""
    form.locator("details.menu summary").click()
    form.get_by_role("button", name="退出登录").click()
    expect(form.get_by_text("已退出登录")).to_be_visible()
    assert form.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('kept:'))") == []
