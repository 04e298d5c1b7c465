"""The work calendar's pages: a year at a glance, one day by hand, a year taken over after a preview."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.town import actions
from lianzhen.town.calendars import days_from_package, package_years
from lianzhen.town.models import CalendarDay, CalendarYear
from lianzhen.town.workdays import DaySpec
from lianzhen.trail.models import AuditEntry
from lianzhen.views.year_sheet import remarks, year_sheet

READERS = (*TOWN_WIDE, Role.SYSADMIN)
KEEPERS = (Role.SYSADMIN, Role.OFFICE, Role.OFFICE_LEAD)


def page_of(client, address, **query):
    return client.get(address, query).content.decode()


def but(*roles):
    return [role for role in Role if role not in roles]


# --- Reading ------------------------------------------------------------------------------------
def adopted(cast, year=2026):
    actions.adopt_calendar_year(year=year, days=days_from_package(year), source="package", by=cast.users[Role.OFFICE])


@pytest.mark.parametrize("role", READERS)
def test_a_year_is_shown_with_words_not_colours_alone(cast, sign_in, role):
    adopted(cast)
    page = page_of(sign_in(role), reverse("calendar"), year=2026)
    assert page.count("<table>") == 12
    assert len(re.findall(r"<b>休</b>", page)) == 33
    assert len(re.findall(r"<b>班</b>", page)) == 6
    assert "1日—7日 休 国庆节" in page
    assert "10日 班 国庆节调休" in page
    assert "2026年10月10日（星期六）" in page
    assert (reverse("calendar_day") in page) == (role in KEEPERS)


@pytest.mark.parametrize("role", but(*READERS))
def test_the_calendar_page_is_not_for_everybody(cast, sign_in, role):
    assert sign_in(role).get(reverse("calendar")).status_code == 403


def test_a_missing_year_says_so_and_offers_the_import(cast, sign_in):
    page = page_of(sign_in(Role.OFFICE), reverse("calendar"), year=2024)
    assert "2024年的放假和调休安排还没有导入" in page
    assert f"{reverse('calendar_import')}?year=2024" in page


@pytest.mark.parametrize("year", ["", "abc", "0", "1899", "2200", "99999", "２０２６", "-2026", "2026.5"])
def test_a_year_that_cannot_be_shows_this_year(cast, sign_in, year, time_machine):
    time_machine.move_to("2026-03-04T04:00:00Z")
    assert "<h1>2026年工作日历</h1>" in page_of(sign_in(Role.OFFICE), reverse("calendar"), year=year)


def test_the_first_and_last_year_lead_nowhere_beyond(cast, sign_in):
    client = sign_in(Role.OFFICE)
    assert "上一年" not in page_of(client, reverse("calendar"), year=1900)
    assert "下一年" not in page_of(client, reverse("calendar"), year=2199)


def test_the_year_prints_on_a_sheet(cast, sign_in):
    adopted(cast)
    page = page_of(sign_in(Role.OFFICE), reverse("calendar"), year=2026, print=1)
    assert page.count("<table>") == 12
    assert "打印时间" in page
    assert "<form" not in page


def test_a_year_needs_few_queries(cast, sign_in, django_assert_max_num_queries):
    adopted(cast)
    client = sign_in(Role.OFFICE)
    client.get(reverse("calendar"))
    with django_assert_max_num_queries(12):
        client.get(reverse("calendar"), {"year": 2026})


@given(st.sampled_from(package_years()))
def test_the_sheet_has_every_day_of_a_year_once(year):
    months = year_sheet(year, days_from_package(year), date(year, 6, 1))
    days = [cell.day for month in months for week in month.weeks for cell in week if cell]
    assert days == sorted(set(days))
    assert (days[0], days[-1], len(months)) == (date(year, 1, 1), date(year, 12, 31), 12)
    assert all(len(week) == 7 for month in months for week in month.weeks)
    marked = {cell.day for month in months for week in month.weeks for cell in week if cell and cell.mark}
    assert marked == {spec.day for spec in days_from_package(year)}


def test_days_in_a_row_are_told_together():
    new_year = [DaySpec(date(2026, 1, n), False, "元旦") for n in (1, 2, 3)]
    assert remarks([*new_year, DaySpec(date(2026, 1, 4), True, "元旦调休")]) == ["1日—3日 休 元旦", "4日 班 元旦调休"]
    assert remarks([DaySpec(date(2026, 1, 5), False)]) == ["5日 休"]


# --- One day ----------------------------------------------------------------------------------
DAY = {"day": "2026-07-06", "works": "0", "name": "镇庆", "reason": "县政府办通知"}


@pytest.mark.parametrize("role", KEEPERS)
def test_a_day_is_set_and_set_back(cast, sign_in, role):
    client = sign_in(role)
    answer = client.post(reverse("calendar_day"), DAY)
    row = CalendarDay.objects.get(date="2026-07-06")
    assert answer["Location"] == f"{reverse('calendar')}?year=2026"
    assert (row.is_workday, row.name, row.source) == (False, "镇庆", "manual")
    assert AuditEntry.objects.about(row).get().reason == "县政府办通知"
    assert 'value="镇庆"' in page_of(client, reverse("calendar_day"), day="2026-07-06")
    client.post(reverse("calendar_day"), {**DAY, "works": "1", "name": ""})
    assert not CalendarDay.objects.exists()


@pytest.mark.parametrize("role", but(*KEEPERS))
def test_a_day_is_set_by_three_roles(cast, sign_in, role):
    assert sign_in(role).post(reverse("calendar_day"), DAY).status_code == 403
    assert not CalendarDay.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"day": "2026-02-30"}, "请按2018-10-18的格式填写日期"),
        ({"day": "0001-01-01"}, "请核对年份"),
        ({"works": ""}, "请选择休还是班"),
        ({"reason": ""}, "请填写原因"),
    ],
)
def test_a_bad_day_is_said_and_kept(cast, sign_in, typed, sentence):
    answer = sign_in(Role.OFFICE).post(reverse("calendar_day"), {**DAY, **typed})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert 'value="镇庆"' in answer.content.decode()
    assert not CalendarDay.objects.exists()


def test_an_odd_day_in_the_address_opens_an_empty_form(cast, sign_in):
    assert sign_in(Role.OFFICE).get(reverse("calendar_day"), {"day": "x"}).status_code == 200


# --- A whole year -----------------------------------------------------------------------------
NOTICE = "一、元旦：1月1日（周五）至3日（周日）放假，共3天。\n二、春节：2月6日放假，2月20日（周六）上班。"


def hidden(page):
    """The hidden fields of the page that asks before a year is taken over."""
    form = page.split(f'action="{reverse("calendar_adopt")}"')[1].split("</form>")[0]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def import_url(year):
    return f"{reverse('calendar_import')}?year={year}"


def test_the_package_is_previewed_and_written_only_on_confirmation(cast, sign_in):
    client = sign_in(Role.OFFICE)
    page = client.post(import_url(2025), {"source": "package"}).content.decode()
    assert "将改动" in page
    assert "2025年10月1日（星期三）" in page
    assert not CalendarDay.objects.exists()
    assert not CalendarYear.objects.filter(year=2025).exists()
    answer = client.post(reverse("calendar_adopt"), hidden(page))
    assert answer["Location"] == f"{reverse('calendar')}?year=2025"
    specs = [row.spec for row in CalendarDay.objects.all()]
    assert specs == days_from_package(2025)
    year = CalendarYear.objects.get(year=2025)
    assert (year.source, year.adopted_by) == ("package", cast.users[Role.OFFICE])


def test_a_pasted_notice_is_previewed_and_adopted(cast, sign_in):
    client = sign_in(Role.SYSADMIN)
    page = client.post(import_url(2027), {"text": NOTICE}).content.decode()
    assert not CalendarDay.objects.exists()
    client.post(reverse("calendar_adopt"), hidden(page))
    named = {row.date: (row.is_workday, row.name) for row in CalendarDay.objects.all()}
    assert named == {
        date(2027, 1, 1): (False, "元旦"),
        date(2027, 1, 2): (False, "元旦"),
        date(2027, 1, 3): (False, "元旦"),
        date(2027, 2, 6): (False, "春节"),
        date(2027, 2, 20): (True, "春节调休"),
    }
    assert CalendarYear.objects.get(year=2027).source == "notice"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_as_office_programs_save_it(cast, sign_in, encoding):
    upload = SimpleUploadedFile("安排.csv", "日期,休或班,名称\r\n2027-01-01,休,元旦\r\n".encode(encoding))
    page = sign_in(Role.OFFICE).post(import_url(2027), {"upload": upload}).content.decode()
    assert "2027年1月1日（星期五）" in page
    assert "休 元旦" in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04\x00\x00\xff\xff", "这不是文本文件"),
        (b"x" * 300_000, "文件超过200KB"),
        (b"", "请粘贴通知正文，或选择文件"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(cast, sign_in, content, sentence):
    answer = sign_in(Role.OFFICE).post(import_url(2027), {"upload": SimpleUploadedFile("a.xlsx", content)})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_problems_are_told_line_by_line_and_the_text_stays(cast, sign_in):
    text = "2027-01-01 休 元旦\n2027-02-30 休 春节\n1月3日（周一）放假"
    answer = sign_in(Role.OFFICE).post(import_url(2027), {"text": text})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "第2行：没有2027年2月30日这一天" in page
    assert "第3行：2027年1月3日是星期日，写的是周一，请核对年份" in page
    assert "2027-01-01 休 元旦" in page
    assert not CalendarDay.objects.exists()


@pytest.mark.parametrize(
    "text", ["", "   ", "没有日期", "2027-01-04 班", "<script>alert(1)</script> 2027-01-01 休", "1" * 30_000]
)
def test_texts_without_use_are_refused_in_words(cast, sign_in, text):
    answer = sign_in(Role.OFFICE).post(import_url(2027), {"text": text})
    assert answer.status_code == 422 or "将改动" in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()
    assert not CalendarDay.objects.exists()


def test_a_calendar_that_moved_since_the_preview_is_shown_again(cast, sign_in):
    client = sign_in(Role.OFFICE)
    page = client.post(import_url(2027), {"text": NOTICE}).content.decode()
    actions.set_day(day=date(2027, 1, 1), is_workday=False, name="别的", by=cast.users[Role.OFFICE_LEAD], reason="抢先")
    answer = client.post(reverse("calendar_adopt"), hidden(page))
    again = answer.content.decode()
    assert answer.status_code == 422
    assert "工作日历刚有改动" in again
    assert "休 别的" in again
    assert CalendarDay.objects.get().name == "别的"
    assert client.post(reverse("calendar_adopt"), hidden(again)).status_code == 303
    assert CalendarDay.objects.get(date="2027-01-01").name == "元旦"


def test_adopting_twice_writes_once(cast, sign_in):
    client = sign_in(Role.OFFICE)
    form = hidden(client.post(import_url(2027), {"text": NOTICE}).content.decode())
    client.post(reverse("calendar_adopt"), form)
    entries = AuditEntry.objects.count()
    assert client.post(reverse("calendar_adopt"), form).status_code in (303, 422)
    assert AuditEntry.objects.count() == entries


@pytest.mark.parametrize(
    "forged",
    [
        {"days": ""},
        {"days": "2026-01-01 休"},
        {"year": "x"},
        {"year": "0"},
        {"source": "manual"},
        {"seen": ""},
        {"days": "a\0"},
    ],
)
def test_a_forged_confirmation_writes_nothing(cast, sign_in, forged):
    client = sign_in(Role.OFFICE)
    form = hidden(client.post(import_url(2027), {"text": NOTICE}).content.decode())
    answer = client.post(reverse("calendar_adopt"), {**form, **forged})
    assert answer.status_code == 422
    assert not CalendarDay.objects.exists()


@pytest.mark.parametrize("role", but(*KEEPERS))
def test_a_year_is_adopted_by_three_roles(cast, sign_in, role):
    client = sign_in(role)
    assert client.post(import_url(2027), {"text": NOTICE}).status_code == 403
    assert client.post(reverse("calendar_adopt"), {"year": 2027, "source": "notice", "days": NOTICE}).status_code == 403
    assert not CalendarDay.objects.exists()


def test_a_year_beyond_the_package_is_not_offered_it(cast, sign_in):
    client = sign_in(Role.OFFICE)
    year = max(package_years()) + 1
    assert "数据包里没有" in page_of(client, reverse("calendar_import"), year=year)
    assert client.post(import_url(year), {"source": "package"}).status_code == 422


def test_a_forged_sending_adopts_nothing(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.users[Role.OFFICE], backend="lianzhen.accounts.backends.AccountOrPhoneBackend")
    assert client.post(reverse("calendar_day"), DAY).status_code == 403
    assert not CalendarDay.objects.exists()
