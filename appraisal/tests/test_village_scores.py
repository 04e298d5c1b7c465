"""Tab 得分 of the village page; and the words that can be copied without scripts."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from appraisal.models import MonthlyScore, ScoreEntry
from appraisal.tests import week_scene as scene
from appraisal.tests.month_scene import advance, settle
from appraisal.tests.score_scene import NOVEMBER, OCTOBER, worked_month
from lianzhen.accounts.roles import Role
from villages.actions.ending import what_remains


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(scene.at(date(2026, 11, 26)), tick=False) as travelling:
        yield travelling


def tab(village):
    return reverse("village_tab", args=[village.pk, "scores"])


def test_the_months_of_a_village_each_with_a_way_to_why(cast, sign_in, django_assert_max_num_queries):
    worked_month(cast)
    settle(OCTOBER)
    advance(cast, "final", OCTOBER)
    for role in (Role.OFFICE, Role.LEADER, Role.DISTRICT, Role.CADRE):
        client = sign_in(role)
        client.get(tab(cast.own))
        with django_assert_max_num_queries(15):
            answer = client.get(tab(cast.own))
        rows = [str(row) for row in answer.context["table"].rows]
        assert ["2026年11月" in rows[0], "62.7" in rows[0], "初算" in rows[0]] == [True] * 3
        assert ["2026年10月" in rows[1], "已定稿" in rows[1]] == [True] * 2
        for month, row in zip((NOVEMBER, OCTOBER), rows, strict=True):
            url = reverse("score_page", args=[month.key, cast.team.pk])
            assert f'href="{url}"' in row
            assert client.get(url).status_code == 200


def test_other_villages_are_not_read_by_the_way(cast, sign_in):
    worked_month(cast)
    assert sign_in(Role.LEADER).get(tab(cast.other)).status_code == 404
    assert sign_in(Role.OFFICE).get(tab(cast.other)).status_code == 200
    assert sign_in(Role.WINDOW).get(tab(cast.own)).status_code in (403, 404)
    assert "还没有得分" in sign_in(Role.OFFICE).get(tab(cast.selfgov)).content.decode()


def test_what_is_decided_about_a_village_is_no_reason_for_it_to_stay(cast):
    """Scores and decided entries are its history; what somebody has still to decide keeps it from being merged."""
    worked_month(cast)
    settle(OCTOBER)
    advance(cast, "final", OCTOBER)
    entries = ScoreEntry.objects.filter(village=cast.own)
    open_ones = entries.filter(state__in=[*ScoreEntry.PENDING, *ScoreEntry.UNCOUNTED]).count()
    assert 0 < open_ones < entries.count()
    assert MonthlyScore.objects.filter(village=cast.own).exists()
    remains = what_remains(cast.own, date(2026, 12, 1))
    assert f"扣分加分（{open_ones}）" in remains
    assert not [one for one in remains if MonthlyScore._meta.verbose_name in one]


def test_the_scores_stand_in_the_printed_dossier(cast, sign_in):
    worked_month(cast)
    page = reverse("village_dossier", args=[cast.own.pk])
    assert "各月得分" in sign_in(Role.OFFICE).get(page).content.decode()


def test_the_words_for_the_group_are_a_box_with_a_button(cast, sign_in):
    """Without scripts the box is there to select from; the button appears where it works."""
    scene.plan(cast.team)
    page = sign_in(Role.OFFICE).get("/").content.decode()
    assert 'id="to-copy" class="to-copy" rows="5" readonly>第48周提醒' in page
    assert 'data-copy="to-copy" hidden>复制提醒文字</button>' in page
