"""A person's telephone number: masked until somebody asks for it, and asking is on the trail."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from lianzhen.accounts.roles import Role
from lianzhen.trail.models import AuditEntry


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_click_shows_the_number(javascript, town, visitor):
    page = visitor.open(town.users[Role.OFFICE], java_script_enabled=javascript)
    page.goto(f"/people/{town.resident.pk}/")
    main = page.get_by_role("main")
    expect(main).to_contain_text("199****1001")
    assert "19900001001" not in page.content()

    with page.expect_response(f"**/people/{town.resident.pk}/phone/"):
        page.get_by_role("button", name="显示号码").click()
    number = main.get_by_role("link", name="19900001001")
    expect(number).to_be_visible()
    expect(number).to_have_attribute("href", "tel:19900001001")
    expect(page.get_by_role("heading", level=1)).to_have_text("曾示例")
    # With the script the number comes into the page that is open; without, as the page's answer.
    assert page.url.endswith("/phone/") is not javascript

    looked = AuditEntry.objects.about(town.resident).filter(action="person.phone")
    assert [(entry.by, entry.label) for entry in looked] == [(town.users[Role.OFFICE], "查看手机号")]
    page.goto(f"/people/{town.resident.pk}/")
    assert "19900001001" not in page.content()
    expect(main).to_contain_text("查看手机号")


def test_who_may_not_ask_finds_no_button(town, visitor):
    page = visitor.open(town.users[Role.AUDITOR])
    page.goto(f"/people/{town.resident.pk}/")
    expect(page.get_by_role("main")).to_contain_text("199****1001")
    expect(page.get_by_role("button", name="显示号码")).to_have_count(0)
