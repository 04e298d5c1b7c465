"""Journeys 1 to 3 of design §15: a day of duty in three taps, without a network, and by two phones of one team."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from appraisal.models import DutyLog, SyncItem
from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import DESKTOP
from lianzhen.tests.browser.duty_phones import (
    THU,
    badge,
    enter_offline,
    phone_of,
    ready,
    records,
    save,
    tap_home_button,
    thursday,
)

__all__ = ["thursday"]


# --- Journey 1 ----------------------------------------------------------------------------------
def test_today_in_two_taps_three_with_content(thursday, visitor):
    phone = phone_of(visitor, thursday.users[Role.LEADER])
    phone.goto("/")
    taps = count_taps(phone)
    tap_home_button(phone)
    phone.get_by_text("入户走访", exact=True).tap()
    save(phone)
    line = phone.get_by_role("status").filter(has_text="已登记11月26日驻村。本周2/2天。")
    expect(line).to_be_visible()
    expect(line.get_by_role("link", name="撤销")).to_be_visible()
    assert len(taps) == 3
    expect(badge(phone)).to_have_text("0")
    expect(phone.get_by_role("link", name=re.compile("^今天已登记"))).to_be_visible()

    office = visitor.open(thursday.users[Role.OFFICE], DESKTOP)
    office.goto("/duty/?week=2026-W48")
    row = office.get_by_role("row").filter(has_text="示例一村")
    expect(row.get_by_text("驻", exact=True)).to_have_count(2)


def count_taps(phone):
    """What the thumb did, counted in the browser over every page from here on."""
    taps: list[str] = []
    phone.context.expose_function("tapped", lambda text: taps.append(text))
    script = "addEventListener('pointerup', (e) => window.tapped(e.target.textContent.slice(0, 20)), true)"
    phone.context.add_init_script(script)
    phone.reload()
    return taps


# --- Journey 2 ----------------------------------------------------------------------------------
def test_without_a_network_the_tab_closed_and_opened_again(thursday, visitor):
    phone = phone_of(visitor, thursday.users[Role.LEADER])
    ready(phone)
    enter_offline(phone)
    expect(badge(phone)).to_have_text("1")
    assert records() == (0, 0)
    phone.close()

    again = phone.context.new_page()
    again.goto("/")
    expect(badge(again)).to_have_text("1")  # still without a network
    phone.context.set_offline(False)
    expect(again.get_by_role("status").filter(has_text="已上传1条：已登记11月26日驻村。本周2/2天。")).to_be_visible()
    expect(badge(again)).to_have_text("0")
    assert records() == (1, 1)
    again.reload()
    expect(badge(again)).to_have_text("0")
    assert (records(), SyncItem.objects.count()) == ((1, 1), 1)


# --- Journey 3 ----------------------------------------------------------------------------------
def test_two_phones_of_one_team_without_a_network(thursday, visitor):
    leader, member = (phone_of(visitor, thursday.users[role]) for role in (Role.LEADER, Role.MEMBER))
    for phone in (leader, member):
        ready(phone)
        enter_offline(phone)
    for phone in (leader, member):
        phone.context.set_offline(False)
    for phone in (leader, member):
        expect(badge(phone)).to_have_text("0")
        expect(phone.get_by_text("需处理")).to_have_count(0)
        expect(phone.locator(".saved-warn:visible, .note-bad:visible")).to_have_count(0)
    assert records() == (1, 2)
    log = DutyLog.objects.get(day=THU)
    assert sorted(SyncItem.objects.values_list("answer", flat=True)) == ["merged", "received"]
    office = visitor.open(thursday.users[Role.OFFICE], DESKTOP)
    office.goto(f"/duty/{log.pk}/")
    for role in (Role.LEADER, Role.MEMBER):
        expect(office.get_by_role("main").get_by_text(thursday.users[role].name).first).to_be_visible()


# --- Entered by somebody else -------------------------------------------------------------------
def test_who_was_entered_by_a_colleague_finds_the_way_to_say_no(thursday, visitor):
    """消息 → the day → 不是我: by thumb from the own home, without an address to be typed."""
    leader = phone_of(visitor, thursday.users[Role.LEADER])
    leader.goto("/duty/new/")
    leader.get_by_role("checkbox", name=thursday.people[Role.MEMBER].name).check()
    save(leader)
    expect(leader.get_by_role("status").filter(has_text="已登记11月26日驻村。")).to_be_visible()

    member = phone_of(visitor, thursday.users[Role.MEMBER])
    member.goto("/")
    member.get_by_role("link", name=re.compile("^消息")).tap()
    member.get_by_role("main").get_by_text("为您登记了11月26日在示例一村驻村").first.tap()
    expect(member.get_by_text(f"由{thursday.users[Role.LEADER]}登记")).to_be_visible()
    member.get_by_role("link", name="不是我").tap()
    member.get_by_label("哪里不对").fill("当天我在县里开会。")
    member.get_by_role("main").get_by_role("button").first.tap()
    expect(member.get_by_text("有异议").first).to_be_visible()
