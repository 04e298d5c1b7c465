"""得分: the month's table in its three forms, and 这个分怎么来的; who sees whose, what it weighs and costs."""

from __future__ import annotations

import gzip
import re
from datetime import date
from decimal import Decimal as D

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from appraisal.models import AppraisalMonth, Scheme
from appraisal.scoring import Line
from appraisal.tests.score_scene import NOVEMBER, worked_month, write_line
from appraisal.tests.worked_example import only_table
from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from villages.models import LiaisonTeam, Village

TABLE = reverse("score_list", args=[NOVEMBER.key])


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel("2026-11-29T06:00:00Z", tick=False):
        yield


@pytest.fixture
def scheme(cast):
    return worked_month(cast)


def page(team):
    return reverse("score_page", args=[NOVEMBER.key, team.pk])


def read(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def plain(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def display(scheme, how):
    Scheme.objects.filter(pk=scheme.pk).update(display=how)


@pytest.mark.parametrize("query", ["", "?by=bars", "?by=heat", "?print=1", "?sort=-total", "?sort=cat2&by=heat"])
def test_the_table_in_every_form(cast, scheme, sign_in, query):
    html = read(sign_in(Role.OFFICE), TABLE + query)
    assert "示例一村" in html
    assert "示例二村" in html
    assert "62.7" in html
    assert "示例三社区" not in html


def test_the_row_says_what_the_document_says(cast, scheme, sign_in):
    """Weighted by hand: 0.6 × village + 0.4 × team."""
    html = plain(read(sign_in(Role.OFFICE), TABLE))
    village, own = (only_table(f"{name}：各类") for name in ("村得分", "工作组得分"))
    for of_village, of_own in zip(village[:6], own[:6], strict=True):
        by_hand = D(of_village["得分"].replace("−", "-")) * D("0.6") + D(of_own["得分"].replace("−", "-")) * D("0.4")
        shown = f"{by_hand.quantize(D('0.01'))}"
        shown = shown[:-1] if shown.endswith("0") else shown
        assert shown.replace("-", "−") in html, of_village["类别"]


@pytest.mark.parametrize(("how", "heading"), [("place", "名次"), ("grade", "等次")])
def test_the_first_column_follows_the_scheme(cast, scheme, sign_in, how, heading):
    display(scheme, how)
    assert f">{heading}<" in read(sign_in(Role.OFFICE), TABLE)


def test_without_ranking_nothing_is_ranked(cast, scheme, sign_in):
    display(scheme, "none")
    client = sign_in(Role.OFFICE)
    for html in (read(client, TABLE), read(client, page(cast.team))):
        assert "名次" not in html
        assert "等次" not in html


def test_a_district_can_be_chosen(cast, scheme, sign_in):
    html = read(sign_in(Role.OFFICE), f"{TABLE}?group={cast.group.pk}&by=bars")
    assert "示例一村" in html
    assert "示例二村" not in html


def test_export(cast, scheme, sign_in, tmp_path):
    answer = sign_in(Role.OFFICE).post(TABLE)
    path = tmp_path / "scores.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    rows = list(load_workbook(path).worksheets[0].iter_rows(values_only=True))
    assert any("示例一村" in row and D(str(row[-2])) == D("62.7") for row in rows)


@pytest.mark.parametrize("role", [Role.LEADER, Role.MEMBER, Role.CADRE, Role.DISTRICT])
def test_one_sees_ones_own_until_the_publicity(cast, scheme, sign_in, role):
    client = sign_in(role)
    html = read(client, TABLE)
    assert "示例一村" in html
    assert "示例二村" not in html
    with acting(by=None, action="t", label="t"):
        row = AppraisalMonth.objects.get(month=NOVEMBER.start)
        row.state, row.publicity_from, row.publicity_until = "publicity", date(2026, 12, 2), date(2026, 12, 4)
        row.save()
    assert "示例二村" in read(client, TABLE)
    assert client.get(page(cast.other_team)).status_code == 404


def test_who_has_no_part_in_it_is_refused(cast, scheme, sign_in):
    for role in (Role.GRIDHEAD, Role.SYSADMIN, cast.outsider):
        client = sign_in(role)
        assert client.get(TABLE).status_code == 403
        assert client.get(reverse("score_now")).status_code == 403


def test_scores_lead_to_the_running_month(cast, scheme, sign_in):
    assert sign_in(Role.OFFICE).get("/scores/")["Location"] == TABLE
    assert sign_in(Role.LEADER).get("/scores/")["Location"] == page(cast.team)


def test_why_this_score(cast, scheme, sign_in):
    html = read(sign_in(Role.LEADER), page(cast.team))
    said = plain(html)
    assert "工作组得分62.7分 = 村得分59.5分 × 0.6 + 工作组自身得分67.5分 × 0.4" in said
    assert "本条款每月最多计5.0分，1.0分不计" in said
    assert "01查明的事实" in said
    assert str(cast.users[Role.OFFICE]) in said
    assert "取消评优资格" in said
    # Waits for a second person: the team is not told.
    assert "17查明的事实" not in said
    assert "17查明的事实" in plain(read(sign_in(Role.OFFICE), page(cast.team)))


def test_the_last_point_of_the_year_says_its_score(cast, scheme, sign_in):
    html = read(sign_in(Role.OFFICE), page(cast.team))
    assert '<span class="year-last">11月 62.7分</span>' in html


def test_the_slip_for_the_team(cast, scheme, sign_in):
    html = read(sign_in(Role.LEADER), page(cast.team) + "?print=1")
    assert "考核告知单" in html
    assert "每一条扣分和加分" in html


def test_a_month_without_scheme_or_key(cast, sign_in):
    client = sign_in(Role.OFFICE)
    assert "还没有通过的考核方案" in read(client, TABLE)
    assert "还没有通过的考核方案" in read(client, page(cast.team))
    assert client.get("/scores/2026-13/").status_code == 404
    assert client.get("/scores/unknown/").status_code == 404


def test_weight_and_queries_do_not_grow(cast, scheme, sign_in, django_assert_max_num_queries):
    with acting(by=None, action="t", label="t"):
        for n in range(36):
            village = Village(code=f"4313211012{n:02}", name=f"示例{n}村", group=cast.group)
            village.save()
            LiaisonTeam(village=village, starts_on=date(2026, 1, 1)).save()
    for n, village in enumerate(Village.objects.filter(code__startswith="4313211012")):
        line = Line(key=f"添{n:02}", clause="D1", date=date(2026, 11, 5), points=D("0.5") * (n % 5 + 1))
        write_line(cast, scheme, line, NOVEMBER, village=village)
    client = sign_in(Role.OFFICE)
    for query in ("", "?by=bars", "?by=heat"):
        client.get(TABLE + query)
        with django_assert_max_num_queries(15):
            answer = client.get(TABLE + query)
        assert len(gzip.compress(answer.content)) <= 20_480
    for person in (client, sign_in(Role.LEADER)):
        person.get(page(cast.team))
        with django_assert_max_num_queries(15):
            person.get(page(cast.team))
