"""The admin panel read: every page in Chinese, no number laid open, few queries; finding; the first page."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.adminsite import ENTERED_BY
from lianzhen.adminsite.order import GROUPS
from lianzhen.tests.panel import RIGHTS, add_url, change_url, grow, list_url, make_rows, name_of, row_for, text_of
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages import models as m
from villages.models import Person


@pytest.fixture
def rows(cast):
    return make_rows(cast)


def words(html: str) -> str:
    """What is read on a page: no tags, no scripts."""
    body = re.sub(r"<(script|style|svg|head)\b.*?</\1>|<input[^>]*hidden[^>]*>|<form[^>]*>", " ", html, flags=re.S)
    shown = re.findall(r'(?:alt|title|placeholder|aria-label)="([^"]*)"', body)
    shown += re.findall(r'<input type="submit" value="([^"]*)"', body)
    return unescape(re.sub(r"<[^>]+>", " ", body) + " " + " ".join(shown))


# --- Reading ----------------------------------------------------------------------------------
def get_pages(client, rows, cast, role):
    """Every page of the panel that a role may read, by address."""
    pages = {reverse("admin:index"): None}
    if role in TOWN_WIDE:
        pages[reverse("admin:year_charts")] = None
    pages.update({reverse("admin:app_list", args=[label]): None for _, label, _ in GROUPS})
    for model, (seen, added, _) in RIGHTS.items():
        if role in seen:
            row = row_for(rows, cast, model, role)
            history = reverse(f"{name_of(model)}_history", args=[row.pk])
            pages.update({list_url(model): None, change_url(row): None, history: None})
        if role in added:
            pages[add_url(model)] = None
    for url in pages:
        answer = client.get(url)
        if answer.status_code == 404 and "app_list" in str(answer.resolver_match and answer.resolver_match.url_name):
            continue  # a group of which this role sees nothing
        assert answer.status_code == 200, url
        pages[url] = text_of(answer)
    return {url: page for url, page in pages.items() if page is not None}


#: Roman letters that belong on a page: names of accounts and files, and codes people type.
ROMAN = re.compile(r"[A-Za-z]{2,}")
ALLOWED_ROMAN = {"t_" + role.value for role in Role} | {"t", "outsider", "on", "csrfmiddlewaretoken"} | {"png"}


@pytest.mark.parametrize("role", ENTERED_BY)
def test_every_page_is_in_chinese_without_numbers_and_needs_few_queries(role, rows, cast, sign_in):
    pages = get_pages(sign_in(role), rows, cast, role)
    assert len(pages) >= 20
    numbers = {user.phone for user in User.objects.exclude(phone=None)}
    numbers |= set(Person.objects.exclude(phone="").values_list("phone", flat=True))
    assert len(numbers) >= 5
    for url, page in pages.items():
        assert not [number for number in numbers if number in page], url
        left = set(ROMAN.findall(words(page))) - {part for a in ALLOWED_ROMAN for part in a.split("_")}
        assert not {w for w in left if not re.fullmatch(r"[0-9a-f]+", w)}, f"{url}: {left}"
        assert "style=" not in page
        assert not re.search(r"\son[a-z]+=", page), url


@pytest.mark.parametrize("model", RIGHTS, ids=lambda model: model.__name__)
def test_a_list_needs_as_many_queries_for_many_rows(model, rows, cast, sign_in):
    role = Role.COMMITTEE
    client = sign_in(role)
    client.get(list_url(model))
    with CaptureQueriesContext(connection) as few:
        assert client.get(list_url(model)).status_code == 200
    assert len(few) <= 15, "\n".join(q["sql"][:150] for q in few)
    grow(model, cast)
    with CaptureQueriesContext(connection) as many:
        client.get(list_url(model))
    # A list that grows past one kind of date shows one level of it more; never one query a row.
    assert len(many) <= len(few) + 1


# --- History ------------------------------------------------------------------------------------
def test_history_is_the_trails_with_numbers_masked(cast, sign_in):
    url = reverse("admin:villages_person_history", args=[cast.resident.pk])
    page = text_of(sign_in(Role.AUDITOR).get(url))
    assert "测试数据" in page
    assert "199****1001" in page
    assert "19900001001" not in page


def test_the_trail_can_be_walked_by_record_type_and_date(rows, sign_in):
    client = sign_in(Role.AUDITOR)
    page = text_of(client.get(list_url(AuditEntry), {"type": "villages.person", "q": "曾示例"}))
    assert "曾示例" in page
    assert "单示例" not in page
    year = AuditEntry.objects.latest("at").at.year
    assert "曾示例" in text_of(client.get(list_url(AuditEntry), {"at__year": year, "q": "曾示例"}))
    assert "曾示例" not in text_of(client.get(list_url(AuditEntry), {"at__year": 2001}))


def test_the_system_administrator_reads_accounts_on_the_trail_and_no_register(rows, sign_in):
    page = text_of(sign_in(Role.SYSADMIN).get(list_url(AuditEntry)))
    assert "甲联村工作组组长" in page
    assert "曾示例" not in page


# --- Finding ----------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["曾示", "zsl", "zengshi", "1001"])
def test_somebody_is_found_by_name_pinyin_initials_and_last_digits(typed, cast, sign_in):
    page = text_of(sign_in(Role.COMMITTEE).get(list_url(Person), {"q": typed}))
    assert "曾示例" in page
    assert "单示例" not in page


@pytest.mark.parametrize("typed", ["甲党委", "t_committee", "jdwwy"])
def test_an_account_is_found(typed, cast, sign_in):
    page = text_of(sign_in(Role.SYSADMIN).get(list_url(User), {"q": typed}))
    assert "t_committee" in page
    assert "t_office" not in page


@pytest.mark.parametrize(
    "probe",
    ["phone__startswith=1990000", "phone=19900001001", "user__password__startswith=md5", "o=99", "_to_field=phone"],
)
def test_an_address_lays_open_nothing_that_is_masked(probe, cast, sign_in):
    answer = sign_in(Role.COMMITTEE).get(f"{list_url(Person)}?{probe}")
    # Refused, or ignored: the answer does not depend on whether the guess was right.
    assert answer.status_code in (200, 404)
    if answer.status_code == 200:
        assert "单示例" in text_of(answer)


def choose(client, model, field, term=""):
    query = {
        "app_label": model._meta.app_label,
        "model_name": model._meta.model_name,
        "field_name": field,
        "term": term,
    }
    return client.get(reverse("admin:autocomplete"), query)


def test_choosing_offers_current_people_told_apart(cast, sign_in):
    with acting(by=None, action="test", label="测试"):
        Person(name="曾示例", village=cast.other, ended_on=date(2025, 1, 1), end_reason="迁出").save()
    found = choose(sign_in(Role.OFFICE), m.CadreTerm, "person", "zsl").json()["results"]
    assert [hit["text"] for hit in found] == ["曾示例（示例一村第1组 尾号1001）"]


@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.LEADER, Role.GRIDHEAD])
def test_choosing_lays_open_no_register_to_whom_it_is_closed(role, cast, sign_in):
    answer = choose(sign_in(role), m.CadreTerm, "person", "zsl")
    assert answer.status_code == 403
    assert "1001" not in text_of(answer)


def test_choosing_accounts_is_for_who_keeps_them(cast, sign_in):
    assert (
        choose(sign_in(Role.SYSADMIN), RoleGrant, "user", "t_leader")
        .json()["results"][0]["text"]
        .endswith("（t_leader）")
    )
    assert choose(sign_in(Role.OFFICE), RoleGrant, "user", "t_leader").status_code == 403


# --- First page ---------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ENTERED_BY)
def test_every_number_of_the_first_page_leads_to_a_page(role, rows, sign_in):
    client = sign_in(role)
    answer = client.get(reverse("admin:index"))
    glance = answer.context["glance"]
    links = [figure.url for figure in glance.figures] + [need.url for need in glance.needs]
    assert len(links) >= 3
    for url in links:
        assert client.get(url).status_code == 200, url


def test_numbers_of_the_first_page_are_those_of_the_lists(rows, sign_in):
    client = sign_in(Role.SYSADMIN)
    figures = client.get(reverse("admin:index")).context["glance"].figures
    assert [figure.label for figure in figures] == ["账号", "授予的角色", "站所、办", "工作日历"]
    for figure in figures:
        assert client.get(figure.url).context["cl"].result_count == figure.value, figure.label


def test_the_first_page_says_what_waits(rows, cast, sign_in):
    client = sign_in(Role.COMMITTEE)
    needs = {need.text: need for need in client.get(reverse("admin:index")).context["glance"].needs}
    assert needs["意见建议未答复"].count == 1
    assert client.get(needs["意见建议未答复"].url).context["cl"].result_count == 1
    assert needs["网格暂无网格长"].count == 1
    page = text_of(client.get(reverse("admin:index")))
    assert "最近的操作记录" in page
    assert "荷叶镇联村工作平台" in page


@pytest.mark.parametrize("role", ENTERED_BY)
def test_the_first_page_needs_few_queries(role, rows, sign_in, django_assert_max_num_queries):
    client = sign_in(role)
    client.get(reverse("admin:index"))
    with django_assert_max_num_queries(15):
        client.get(reverse("admin:index"))


# --- The year ---------------------------------------------------------------------------------
def test_the_year_by_category_and_district_stands_beside_its_bars(cast, sign_in, django_assert_max_num_queries):
    from appraisal.models import MonthlyScore, ScoreEntry
    from appraisal.tests.month_scene import sealed_scene

    sealed_scene(cast)
    client = sign_in(Role.COMMITTEE)
    assert reverse("admin:year_charts") in text_of(client.get(reverse("admin:index")))
    with django_assert_max_num_queries(10):
        answer = client.get(reverse("admin:year_charts"))
    figures = answer.context["figures"]
    assert (figures.year, answer.context["years"]) == (2026, [2026])
    counted = ScoreEntry.objects.counting().filter(kind="deduction", month=date(2026, 11, 1))
    by_category: dict[str, Decimal] = {}
    for entry in counted.select_related("clause__category"):
        name = entry.clause.category.name
        by_category[name] = by_category.get(name, Decimal(0)) + entry.effective_points
    shown = {row.name: Decimal(row.months[10]) for row in figures.categories}
    assert shown == {row.name: Decimal(row.year) for row in figures.categories}
    assert {name: points for name, points in shown.items() if points} == by_category
    # One from which nothing was deducted is not left out.
    assert set(shown) - set(by_category) == {
        one.name for one in counted.first().clause.scheme.categories.filter(full__gt=0)
    } - set(by_category)
    assert len(by_category) > 3
    lost = {row.district_name: row.deducted for row in MonthlyScore.objects.filter(month__month=date(2026, 11, 1))}
    assert {row.name: Decimal(row.months[10]) for row in figures.districts} == {
        name: points.quantize(Decimal("0.1"), ROUND_HALF_UP) for name, points in lost.items()
    }
    assert {row.months[0] for row in figures.categories} == {"—"}
    page = text_of(answer)
    assert page.count("<rect") == sum(len(row.bars) for row in (*figures.categories, *figures.districts)) > 3
    # The longest column fills its field; nothing sticks out.
    heights = [float(bar.height) for row in figures.categories for bar in row.bars]
    assert max(heights) == 40
    assert client.get(reverse("admin:year_charts"), {"year": "1999"}).context["figures"].year == 2026
    assert sign_in(Role.SYSADMIN).get(reverse("admin:year_charts")).status_code == 403


def test_a_year_without_anything_says_so(cast, sign_in):
    page = text_of(sign_in(Role.OFFICE).get(reverse("admin:year_charts")))
    assert "还没有生效的扣分" in page
    assert "还没有定稿的月份" in page
