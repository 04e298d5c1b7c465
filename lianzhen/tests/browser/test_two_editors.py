"""Two people at one record, and one person who sends twice: nothing typed is lost, nothing is written twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from lianzhen.accounts.roles import Role
from villages.models import Person


@pytest.fixture
def both(town, visitor):
    """The office has saved while the leader was still typing; answers the leader's page with both versions."""
    office, leader = visitor.open(town.users[Role.OFFICE]), visitor.open(town.users[Role.LEADER])
    leader.watch.allow(409)
    for page in (office, leader):
        page.goto(f"/people/{town.resident.pk}/edit/")
    leader.get_by_label("职务").fill("组长记的职务")
    leader.get_by_label("备注").fill("组长记的备注")
    office.get_by_label("备注").fill("联村办记的备注")
    office.get_by_role("button", name="保存修改").click()
    expect(office.get_by_role("status").filter(has_text="已保存")).to_be_visible()
    leader.get_by_role("button", name="保存修改").click()
    return leader


def stored(town) -> Person:
    return Person.objects.get(pk=town.resident.pk)


def test_both_versions_are_shown_and_nothing_is_written_yet(town, both):
    row = both.get_by_role("row").filter(has=both.get_by_role("rowheader", name="备注"))
    expect(row).to_contain_text("组长记的备注")
    expect(row).to_contain_text("联村办记的备注")
    expect(row).to_contain_text("不同")
    expect(both.get_by_role("row").filter(has_text="职务")).to_contain_text("组长记的职务")
    expect(both.get_by_role("main")).to_contain_text("甲联村办工作人员")
    assert (stored(town).note, stored(town).job_title) == ("联村办记的备注", "")


def test_keeping_mine_saves_everything_that_was_typed(town, both):
    both.get_by_role("button", name="保留我的").click()
    expect(both.get_by_role("heading", level=1)).to_have_text("曾示例")
    expect(both.get_by_role("main")).to_contain_text("组长记的备注")
    assert (stored(town).note, stored(town).job_title) == ("组长记的备注", "组长记的职务")
    # Both changes stay readable in the history.
    expect(both.get_by_role("main")).to_contain_text("联村办记的备注")


def test_taking_theirs_leaves_the_record_as_they_saved_it(town, both):
    both.get_by_role("link", name="采用对方的").click()
    expect(both.get_by_role("heading", level=1)).to_have_text("曾示例")
    expect(both.get_by_role("main")).to_contain_text("联村办记的备注")
    assert (stored(town).note, stored(town).job_title) == ("联村办记的备注", "")


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_doubled_click_saves_once(javascript, town, visitor):
    page = visitor.open(town.users[Role.OFFICE], java_script_enabled=javascript)
    page.goto(f"/people/new/?village={town.own.pk}")
    page.get_by_label("姓名").fill("双击")
    page.get_by_role("button", name="登记人员").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("双击")
    assert Person.objects.filter(name="双击").count() == 1


@pytest.fixture
def sent(town, visitor):
    """A person has just been registered, and the browser has gone back to the form."""
    page = visitor.open(town.users[Role.OFFICE])
    page.goto(f"/people/new/?village={town.own.pk}")
    page.get_by_label("姓名").fill("回头")
    page.get_by_role("button", name="登记人员").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("回头")
    page.go_back()
    expect(page.get_by_label("姓名")).to_have_value("回头")
    return page


def test_back_and_send_again_leads_to_the_same_record(sent):
    sent.get_by_role("button", name="登记人员").click()
    expect(sent.get_by_role("heading", level=1)).to_have_text("回头")
    assert sent.url.endswith(f"/people/{Person.objects.get(name='回头').pk}/")


def test_back_and_other_words_are_another_record(sent):
    """Many go back to register the next one: that must not be taken for a doubled sending."""
    sent.get_by_label("姓名").fill("下一位")
    sent.get_by_role("button", name="登记人员").click()
    expect(sent.get_by_role("heading", level=1)).to_have_text("下一位")
    assert Person.objects.filter(name__in=("回头", "下一位")).count() == 2
