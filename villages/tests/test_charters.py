"""村规民约: versions, reading, comparing, correcting the newest."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.trail.models import AuditEntry
from villages.charter_text import Passage, compare, paragraphs
from villages.models import VillageCharter

FIRST = {"title": "示例一村村规民约", "text": "一、爱护环境。\n二、邻里和睦。", "adopted_on": "2024-03-01"}
SECOND = {"title": "示例一村村规民约", "text": "一、爱护环境。\n\n二、红白喜事从简。", "adopted_on": "2025-03-01"}


@pytest.fixture
def versions(cast, sign_in):
    client = sign_in(Role.CADRE)
    for form in (FIRST, SECOND):
        assert client.post(reverse("charter_add", args=[cast.own.pk]), form).status_code == 303
    return list(VillageCharter.objects.filter(village=cast.own).order_by("number"))


def tab(village):
    return reverse("village_tab", args=[village.pk, "charter"])


# --- Versions ---------------------------------------------------------------------------------
def test_new_text_is_a_new_version_and_the_old_one_stays(cast, sign_in, versions):
    client = sign_in(Role.LEADER)
    assert [v.number for v in versions] == [1, 2]
    page = client.get(tab(cast.own)).content.decode()
    assert "红白喜事从简" in page
    assert "邻里和睦" not in page
    old = client.get(reverse("charter", args=[versions[0].pk])).content.decode()
    assert "邻里和睦" in old
    assert "旧版" in old


def test_two_versions_side_by_side(cast, sign_in, versions):
    page = sign_in(Role.LEADER).get(reverse("charter", args=[versions[1].pk]), {"with": 1}).content.decode()
    assert "<del>二、邻里和睦。</del>" in page
    assert "<ins>二、红白喜事从简。</ins>" in page


def test_new_version_begins_with_the_present_text(cast, sign_in, versions):
    page = sign_in(Role.CADRE).get(reverse("charter_add", args=[cast.own.pk])).content.decode()
    assert "红白喜事从简" in page
    assert "第3版" in page


def test_text_is_paragraphs_and_never_code(cast, sign_in):
    client = sign_in(Role.CADRE)
    client.post(reverse("charter_add", args=[cast.own.pk]), {**FIRST, "text": "<b>一</b>\r\n<script>alert(1)</script>"})
    page = client.get(tab(cast.own)).content.decode()
    assert "<p>&lt;b&gt;一&lt;/b&gt;</p>" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"text": SECOND["text"]}, "正文与第2版相同"),
        ({"adopted_on": "2024-12-31"}, "通过日期不能早于第2版（2025年3月1日）"),
        ({"filed_on": "2026-01-01", "adopted_on": "2026-02-01"}, "备案日期不能早于通过日期"),
        ({"text": ""}, "请填写正文"),
        ({"adopted_on": "去年"}, "请按2018-10-18的格式填写村民会议通过日期"),
    ],
)
def test_what_is_wrong_is_said_and_kept(cast, sign_in, versions, wrong, sentence):
    form = {"title": "示例标题", "text": "一、新的一条。", "adopted_on": "2026-01-01", **wrong}
    answer = sign_in(Role.CADRE).post(reverse("charter_add", args=[cast.own.pk]), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="示例标题"' in page
    assert VillageCharter.objects.count() == 2


def test_doubled_sending_adds_once(cast, sign_in):
    client = sign_in(Role.CADRE)
    form = {**FIRST, "once": "7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9b03"}
    for _ in range(2):
        assert client.post(reverse("charter_add", args=[cast.own.pk]), form).status_code == 303
    assert VillageCharter.objects.count() == 1


# --- Correcting -------------------------------------------------------------------------------
def test_filing_is_added_to_the_newest_version(cast, sign_in, versions):
    form = {**SECOND, "filed_on": "2025-03-10", "reason": "补登备案", "version": versions[1].version}
    answer = sign_in(Role.CADRE).post(reverse("charter_edit", args=[versions[1].pk]), form)
    versions[1].refresh_from_db()
    assert answer.status_code == 303
    assert versions[1].filed_on == date(2025, 3, 10)
    assert AuditEntry.objects.about(versions[1]).first().reason == "补登备案"


def test_older_version_is_only_read(cast, sign_in, versions):
    form = {**FIRST, "text": "一、改了。", "reason": "想改", "version": versions[0].version}
    answer = sign_in(Role.CADRE).post(reverse("charter_edit", args=[versions[0].pk]), form)
    versions[0].refresh_from_db()
    assert answer.status_code == 422
    assert "旧版只供查阅" in answer.content.decode()
    assert "邻里和睦" in versions[0].text


def test_second_editor_sees_both_versions(cast, sign_in, versions):
    client = sign_in(Role.CADRE)
    url = reverse("charter_edit", args=[versions[1].pk])
    form = {**SECOND, "reason": "录入有误", "version": versions[1].version}
    client.post(url, {**form, "title": "甲标题"})
    answer = client.post(url, {**form, "title": "乙标题"})
    versions[1].refresh_from_db()
    assert answer.status_code == 409
    assert versions[1].title == "甲标题"


def test_outsiders_and_readers(cast, sign_in, versions):
    assert sign_in(Role.INSTRUCTOR).get(reverse("charter", args=[versions[0].pk])).status_code == 404
    assert sign_in(Role.COMMITTEE).get(reverse("charter", args=[versions[0].pk])).status_code == 200
    assert sign_in(Role.COMMITTEE).get(reverse("charter_add", args=[cast.own.pk])).status_code == 403
    assert sign_in(Role.CADRE).get(reverse("charter_add", args=[cast.other.pk])).status_code == 404
    assert sign_in(Role.CADRE).post(reverse("charter", args=[versions[0].pk])).status_code == 405


# --- Text -------------------------------------------------------------------------------------
def test_paragraphs_leave_out_empty_lines():
    assert paragraphs("一\r\n\r\n  二　\n") == ["一", "二"]
    assert paragraphs("") == []


def test_comparison_keeps_order_and_puts_the_old_first():
    assert compare("一\n二\n三", "一\n贰\n三\n四") == [
        Passage("both", "一"),
        Passage("old", "二"),
        Passage("new", "贰"),
        Passage("both", "三"),
        Passage("new", "四"),
    ]
