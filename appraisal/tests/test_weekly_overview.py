"""The week over all teams: states, counts, categories, reminding, a team's own weeks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from appraisal.actions import weekly_reports as actions
from appraisal.actions.work_rules import set_work_rules
from appraisal.models import Reminder
from appraisal.report_lines import Line
from appraisal.report_overview import CATEGORIES
from appraisal.tests.week_scene import LAST_WEEK, TODAY, WEEK, at, many_teams, report, saved
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.periods import Week
from villages.models import LiaisonTeam
from villages.tests.counting import queries_of

FRIDAY = date(2026, 11, 27)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at(TODAY, 10), tick=False) as moved:
        yield moved


@pytest.fixture
def send(cast):
    def go(team, *lines, week=WEEK, now=None):
        by = cast.users[Role.LEADER]
        return actions.send_report(team=team, week=week, lines=lines, by=by, now=now or at(TODAY, 9))

    return go


def page(client, name="weekly_list", **query):
    return client.get(reverse(name), query).content.decode()


PARTY = Line("hand-1", "work", "开党员大会", "party")


# --- Overview ---------------------------------------------------------------------------------
def test_states_counts_and_the_deadline(cast, sign_in, send):
    send(cast.team, PARTY)
    text = page(sign_in(Role.OFFICE))
    assert "报送截止11月27日（星期五）17:00，已报送1/2。" in text
    assert "第一片区　1个组，已报送1个" in text
    assert "另有1个村实行村为主自治，不需报送。" in text
    assert "示例三社区" not in text


@pytest.mark.parametrize(
    ("state", "found"), [("sent", "示例一村"), ("none", "示例二村"), ("draft", ""), ("overdue", "")]
)
def test_filter_by_state(cast, sign_in, send, state, found):
    send(cast.team, PARTY)
    text = page(sign_in(Role.OFFICE), state=state)
    assert [name for name in ("示例一村", "示例二村") if f">{name}<" in text] == ([found] if found else [])


def test_after_the_deadline(cast, sign_in, send, clock):
    clock.move_to(at(FRIDAY, 18))
    send(cast.team, PARTY, now=at(FRIDAY, 18))
    text = page(sign_in(Role.OFFICE), state="overdue")
    assert "逾期报送" in text
    assert "逾期未报" in text


def test_a_team_that_has_ended_and_its_successor(cast, sign_in):
    cast.team.ends_on = date(2026, 11, 24)
    saved(cast.team)
    saved(LiaisonTeam(village=cast.own, starts_on=date(2026, 11, 25)))
    assert "已报送0/2。" in page(sign_in(Role.OFFICE))


def test_the_district_sees_its_own(cast, sign_in, send):
    send(cast.team, PARTY)
    text = page(sign_in(Role.DISTRICT))
    assert "已报送1/1。" in text
    assert "示例二村" not in text


def test_other_weeks(cast, sign_in):
    text = page(sign_in(Role.OFFICE), week="2026-W53")
    assert "?week=2026-W52" in text
    assert "?week=2027-W01" in text
    assert "2026年第53周（2026年12月28日—2027年1月3日）" in text
    assert sign_in(Role.OFFICE).get(reverse("weekly_list"), {"week": "x"}).status_code == 404


def test_export_and_paper(cast, sign_in, send):
    send(cast.team, PARTY)
    client = sign_in(Role.COMMITTEE)
    assert b"".join(client.post(reverse("weekly_list")).streaming_content)[:2] == b"PK"
    assert "第48周（11月23日—29日）" in page(client, print="1")


@pytest.mark.parametrize("role", [Role.WINDOW, Role.GRIDHEAD, Role.INSTRUCTOR, Role.SYSADMIN])
def test_who_does_not_see_reports(cast, sign_in, role):
    assert sign_in(role).get(reverse("weekly_list")).status_code == 403


# --- By category ------------------------------------------------------------------------------
def test_one_category_of_all_teams(cast, sign_in, send):
    send(
        cast.team,
        PARTY,
        Line("hand-2", "plan", "下周修渠"),
        Line("hand-3", "work", "不报的", "party", is_left_out=True),
    )
    client = sign_in(Role.OFFICE)
    text = page(client, "weekly_categories", week=WEEK.key)
    assert "示例一村" in text
    assert "开党员大会" in text
    assert "不报的" not in text
    assert "下周修渠" not in text
    assert "下周修渠" in page(client, "weekly_categories", category="plan")
    assert "开党员大会" in page(client, "weekly_categories", category="party", print="1")


def test_drafts_are_not_gathered(cast, sign_in):
    actions.save_draft(team=cast.team, week=WEEK, lines=[PARTY], by=cast.users[Role.LEADER], now=at(TODAY))
    assert "开党员大会" not in page(sign_in(Role.OFFICE), "weekly_categories")


def test_every_category_can_be_chosen(cast, sign_in):
    client = sign_in(Role.OFFICE)
    text = page(client, "weekly_categories")
    for code in CATEGORIES:
        assert f"category={code}" in text
        assert client.get(reverse("weekly_categories"), {"category": code}).status_code == 200
    assert client.get(reverse("weekly_categories"), {"category": "x"}).status_code == 404


def test_the_district_reads_its_own_category(cast, sign_in, send):
    send(cast.other_team, PARTY)
    assert "开党员大会" not in page(sign_in(Role.DISTRICT), "weekly_categories")
    assert sign_in(Role.LEADER).get(reverse("weekly_categories")).status_code == 403


# --- Reminding --------------------------------------------------------------------------------
def test_remind_those_missing_once_a_day(cast, sign_in, send, django_capture_on_commit_callbacks):
    send(cast.other_team, PARTY)
    client = sign_in(Role.OFFICE)
    address = f"{reverse('weekly_remind')}?week={WEEK.key}"
    assert "提醒未报送的1个组" in page(client)
    shown = client.get(address).content.decode()
    assert "示例一村联村工作组" in shown
    assert "示例二村联村工作组" not in shown
    assert "第48周周报11月27日（星期五）17:00截止，尚未报送：示例一村。" in shown
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(address, {"teams": [cast.team.pk]}, follow=True)
    assert "已提醒1个工作组（2人）" in answer.content.decode()
    assert Reminder.objects.get().key == f"report:{WEEK.key}:{cast.team.pk}"
    notice = Notice.objects.filter(user=cast.users[Role.LEADER]).get()
    assert notice.url == reverse("weekly_report", args=[WEEK.key, cast.team.pk])
    assert "今天已提醒" in client.get(address).content.decode()


def test_reminding_nobody_or_somebody_elses_team(cast, sign_in):
    client = sign_in(Role.DISTRICT)
    address = reverse("weekly_remind")
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"teams": [cast.other_team.pk]}).status_code == 422
    assert sign_in(Role.COMMITTEE).get(address).status_code == 403


# --- One's own --------------------------------------------------------------------------------
def test_a_team_sees_its_weeks(cast, sign_in, send, clock):
    earlier = LAST_WEEK.previous().previous()
    set_work_rules(starts_on=earlier.start, today=TODAY, by=None)
    send(cast.team, PARTY, week=earlier, now=at(date(2026, 11, 6), 9))
    send(cast.team, PARTY, week=LAST_WEEK, now=at(date(2026, 11, 20), 9))
    clock.move_to(at(TODAY, 10))
    text = page(sign_in(Role.LEADER))
    assert "示例一村第48周周报" in text
    assert "第47周（11月16日—22日）" in text
    assert "第46周（11月9日—15日）" in text
    assert text.count("逾期未报") == 1  # weeks before the first rules were kept on paper
    assert "已报送" in text
    assert "示例二村" not in text


def test_another_year(cast, sign_in, send):
    client = sign_in(Role.MEMBER)
    assert "?year=2025" in page(client)
    text = page(client, year="2025")
    assert "第52周（12月22日—28日）" in text
    assert "?year=2026" in text
    assert client.get(reverse("weekly_list"), {"year": "2027"}).status_code == 404
    assert client.get(reverse("weekly_list"), {"year": "abc"}).status_code == 404


def test_a_cadre_reads_the_villages_weeks_and_has_nothing_to_fill(cast, sign_in):
    text = page(sign_in(Role.CADRE))
    assert "第48周（11月23日—29日）" in text
    assert "示例一村第48周周报" not in text


def test_the_tab_of_the_team(cast, sign_in, send):
    send(cast.team, PARTY)
    text = sign_in(Role.OFFICE).get(reverse("team_weekly", args=[cast.team.pk])).content.decode()
    assert "第48周（11月23日—29日）" in text
    assert (
        reverse("team_weekly", args=[cast.team.pk])
        in sign_in(Role.OFFICE).get(reverse("team", args=[cast.team.pk])).content.decode()
    )


# --- Queries ----------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [3, 30])
@pytest.mark.parametrize("name", ["weekly_list", "weekly_categories"])
def test_queries_do_not_grow_with_teams(cast, sign_in, send, name, count):
    for team in many_teams(cast, count):
        send(team, PARTY, Line("hand-2", "needs", "修桥", is_need=True))
    assert queries_of(sign_in(Role.OFFICE), f"{reverse(name)}?week={WEEK.key}") <= 15


def test_queries_of_a_year_of_ones_own(cast, sign_in):
    for back in range(40):
        week = Week.of(TODAY - timedelta(weeks=back))
        report(cast.team, week, cast.users[Role.LEADER], at(week.start))
    assert queries_of(sign_in(Role.LEADER), reverse("weekly_list")) <= 12


def test_weeks_before_the_first_rules_are_not_missing(cast, sign_in, send):
    """Before the working week was kept here, nothing is owed; what was written all the same is shown."""
    set_work_rules(starts_on=WEEK.start, today=TODAY, by=None)
    text = page(sign_in(Role.LEADER))
    assert "第48周（11月23日—29日）" in text
    assert "第47周" not in text
    assert "已报送0/0。" in page(sign_in(Role.OFFICE), week=LAST_WEEK.key)
    assert not send(cast.team, PARTY, week=LAST_WEEK).is_late
    assert "第47周（11月16日—22日）" in page(sign_in(Role.LEADER))
