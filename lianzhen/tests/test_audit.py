"""The pages of the trail: list with filters, one entry, print; numbers masked everywhere."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from lianzhen.accounts.roles import Role
from lianzhen.trail.models import AuditEntry
from lianzhen.views.trail import PAGE, RECORD_PAGES
from villages.actions import people

READERS = (Role.AUDITOR, Role.OFFICE_LEAD, Role.COMMITTEE, Role.SYSADMIN)
WHOLE_NUMBER = re.compile(r"1990000\d{4}")


@pytest.fixture
def noon(time_machine):
    time_machine.move_to(datetime(2026, 3, 4, 12, 0, tzinfo=timezone.get_default_timezone()), tick=False)


@pytest.fixture
def changed(noon, cast):
    """The number of a resident, changed at noon on 4 March 2026 by the office."""
    people.change_person(person=cast.resident, by=cast.users[Role.OFFICE], phone="19900002002", note="换号")
    return AuditEntry.objects.about(cast.resident).first()


def page_of(client, **query):
    return client.get(reverse("audit_list"), query).content.decode()


def lines(page):
    return page.count('<th scope="row"')


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OFFICE_LEAD, Role.COMMITTEE])
def test_who_when_what_before_after(changed, sign_in, role):
    page = page_of(sign_in(role))
    for word in (
        "2026-03-04 12:00",
        "甲联村办工作人员",
        "修改人员",
        "曾示例",
        "199****1001 → 199****2002",
        "备注：换号",
    ):
        assert word in page
    assert reverse("person", args=[changed.object_id]) in page


def test_the_administrator_sees_accounts_and_settings_only(changed, sign_in):
    client = sign_in(Role.SYSADMIN)
    page = page_of(client)
    assert "曾示例" not in page
    assert reverse("account_record", args=[AuditEntry.objects.filter(model="accounts.user").first().object_id]) in page
    assert not re.search(r'href="/(people|villages|grids|teams)/\d+/', page)
    assert client.get(reverse("audit_entry", args=[changed.pk])).status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role not in READERS])
def test_others_are_told_who_may(changed, sign_in, role):
    client = sign_in(role)
    answer = client.get(reverse("audit_list"))
    assert answer.status_code == 403
    assert "审计员、联村办主任" in answer.content.decode()
    assert client.get(reverse("audit_entry", args=[changed.pk])).status_code == 404


@pytest.mark.parametrize("role", READERS)
def test_no_whole_number_anywhere(changed, sign_in, role):
    client = sign_in(role)
    people_page = client.get(reverse("person", args=[changed.object_id]))
    entries = AuditEntry.objects.visible_to(client.get(reverse("account")).wsgi_request.user)
    pages = [page_of(client), page_of(client, print=1), people_page.content.decode()]
    pages += [client.get(reverse("audit_entry", args=[e.pk])).content.decode() for e in entries[:40]]
    assert len(pages) >= 15
    assert any("199****" in page for page in pages) or role is Role.SYSADMIN
    for page in pages:
        assert not WHOLE_NUMBER.search(page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"since": "2026-03-04", "until": "2026-03-04"}, True),
        ({"since": "2026-03-05"}, False),
        ({"until": "2026-03-03"}, False),
        ({"since": "2026年3月4日"}, True),
        ({"label": "修改人员"}, True),
        ({"label": "登记人员"}, False),
        ({"model": "villages.person"}, True),
        ({"model": "town.town"}, False),
        ({"q": "曾示例"}, True),
        ({"q": "没有这个人"}, False),
    ],
)
def test_filters(changed, sign_in, query, found):
    assert ("备注：换号" in page_of(sign_in(Role.AUDITOR), **query)) == found


def test_filtered_by_who_did_it_or_by_the_system_itself(changed, cast, sign_in):
    client = sign_in(Role.AUDITOR)
    clerk, lead = cast.users[Role.OFFICE], cast.users[Role.OFFICE_LEAD]
    assert lines(page_of(client, by=clerk.pk)) == 1
    assert lines(page_of(client, by=lead.pk)) == 0
    assert lines(page_of(client, by="system")) == min(PAGE, AuditEntry.objects.filter(by=None).count())


def test_filtered_by_reason(changed, cast, sign_in):
    people.end_person(
        person=cast.other_resident, ended_on=cast.head.starts_on, reason="随子女迁出", by=cast.users[Role.OFFICE]
    )
    page = page_of(sign_in(Role.AUDITOR), q="随子女")
    assert lines(page) == 1
    assert "单示例" in page


@pytest.mark.parametrize(
    "query",
    [
        {"since": "x"},
        {"since": "0001-01-01"},
        {"until": "9999-12-31"},
        {"by": "x"},
        {"model": "x"},
        {"q": "a\0b"},
        {"page": "-1"},
    ],
)
def test_odd_filters_do_no_harm(changed, sign_in, query):
    assert sign_in(Role.AUDITOR).get(reverse("audit_list"), query).status_code == 200


def test_newest_first_and_page_by_page(changed, cast, sign_in, django_assert_max_num_queries):
    for n in range(PAGE + 20):
        people.change_person(person=cast.resident, by=cast.users[Role.OFFICE], note=f"第{n}次")
    client = sign_in(Role.AUDITOR)
    first, second = page_of(client), page_of(client, page=2)
    assert lines(first) == PAGE
    assert first.index(f"→ 第{PAGE + 19}次") < first.index(f"→ 第{PAGE + 18}次")
    assert "→ 第10次" in second
    assert "→ 第10次" not in first
    assert lines(page_of(client, print=1)) == AuditEntry.objects.count()
    with django_assert_max_num_queries(12):
        page_of(client)


def test_a_sheet_of_a_long_trail_says_that_it_is_cut(changed, cast, sign_in, monkeypatch):
    monkeypatch.setattr("lianzhen.views.trail.PRINTED", 5)
    page = page_of(sign_in(Role.AUDITOR), print=1)
    assert lines(page) == 5
    assert "最近5条，其余请缩小日期范围打印" in page


def test_one_entry_whole_with_the_rest_of_its_act(changed, cast, sign_in):
    person = cast.people[Role.CADRE]
    people.change_person(person=person, by=cast.users[Role.OFFICE], phone="19900003003")
    entry = AuditEntry.objects.about(person).first()
    page = sign_in(Role.AUDITOR).get(reverse("audit_entry", args=[entry.pk])).content.decode()
    assert "199****3003" in page
    assert "同一次操作的其他记录" in page
    assert reverse("account_record", args=[person.user_id]) in page


def test_script_that_somebody_typed_is_text(changed, cast, sign_in):
    people.change_person(person=cast.resident, by=cast.users[Role.OFFICE], note="<script>alert(1)</script>")
    client = sign_in(Role.AUDITOR)
    entry = AuditEntry.objects.about(cast.resident).first()
    for page in (page_of(client), client.get(reverse("audit_entry", args=[entry.pk])).content.decode()):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_every_linked_type_has_its_page():
    for label, name in RECORD_PAGES.items():
        assert reverse(name, args=[1]), label


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_the_trail_takes_nothing(changed, sign_in, method):
    client = sign_in(Role.AUDITOR)
    assert getattr(client, method)(reverse("audit_entry", args=[changed.pk])).status_code == 405
    if method != "post":  # which brings the list as a workbook
        assert getattr(client, method)(reverse("audit_list")).status_code == 405
