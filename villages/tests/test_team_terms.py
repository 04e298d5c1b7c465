"""The life of a team: set up, ended, never two at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.actions import teams as actions
from villages.models import LiaisonTeam, Person, Posting, SelfGovernance, Village

DAY = date(2025, 6, 1)
LAST = date(2025, 5, 31)
TOKEN = "7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9a21"


def new_staff(cast, name):
    with acting(by=None, action="test", label="测试"):
        person = Person(name=name, department=cast.department)
        person.save()
    return person


def team_url(team, name="team"):
    return reverse(name, args=[team.pk])


# --- Setting up -------------------------------------------------------------------------------
@pytest.fixture
def bare(cast):
    """A village without a team."""
    with acting(by=None, action="test", label="测试"):
        village = Village(code="431321101904", name="示例四村", group=cast.group)
        village.save()
    return village


def test_office_sets_up_a_team(cast, sign_in, bare):
    form = {"village": bare.pk, "starts_on": "2025-06-01", "reason": "会议纪要"}
    answer = sign_in(Role.OFFICE).post(reverse("team_add"), form)
    team = LiaisonTeam.objects.get(village=bare)
    assert (answer.status_code, answer["Location"]) == (303, team_url(team))
    assert team.starts_on == DAY
    assert AuditEntry.objects.about(team).get().reason == "会议纪要"


def test_leader_sets_up_none(cast, sign_in, bare):
    client = sign_in(Role.LEADER)
    assert client.get(reverse("team_add")).status_code == 403
    assert client.post(reverse("team_add"), {"village": bare.pk, "starts_on": "2025-06-01"}).status_code == 403
    assert not LiaisonTeam.objects.filter(village=bare).exists()


def test_only_villages_that_may_have_a_team_are_offered(cast, sign_in, bare):
    page = sign_in(Role.OFFICE).get(reverse("team_add"), {"village": bare.pk}).content.decode()
    assert f'<option value="{bare.pk}" selected data-py="slsc">示例四村' in page
    assert "示例一村" not in page
    assert "示例三社区" not in page


@pytest.mark.parametrize(
    ("village", "sentence"), [("own", "已有2024年1月1日至今的联村工作组"), ("selfgov", "实行村为主自治")]
)
def test_village_with_team_or_self_governance_gets_none(cast, sign_in, village, sentence):
    form = {"village": getattr(cast, village).pk, "starts_on": "2025-06-01"}
    answer = sign_in(Role.OFFICE).post(reverse("team_add"), form)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert answer.context["form"].errors.keys() == {"starts_on"}
    assert LiaisonTeam.objects.count() == 2


def test_no_team_begins_before_self_governance_that_is_to_come(cast, bare):
    with acting(by=None, action="test", label="测试"):
        SelfGovernance(village=bare, starts_on=date(2026, 1, 1), decided_on=DAY, basis="示例").save()
    with pytest.raises(ValidationError, match="实行村为主自治"):
        actions.open_team(village=bare, starts_on=DAY, by=None)


def test_merged_village_gets_no_team(cast, bare):
    with acting(by=None, action="test", label="测试"):
        bare.ended_on = DAY
        bare.save()
    with pytest.raises(ValidationError, match="撤并"):
        actions.open_team(village=bare, starts_on=DAY, by=None)


def test_new_team_after_the_last_one_ended(cast):
    actions.end_team(team=cast.team, last_day=LAST, reason="示例", by=None)
    with pytest.raises(ValidationError, match="2025年5月31日的联村工作组"):
        actions.open_team(village=cast.own, starts_on=LAST, by=None)
    later = actions.open_team(village=cast.own, starts_on=DAY, by=None)
    assert [team.pk for team in cast.own.teams.order_by("starts_on")] == [cast.team.pk, later.pk]


def test_year_of_a_slip_is_asked_about(cast, sign_in, bare):
    form = {"village": bare.pk, "starts_on": "0225-06-01"}
    answer = sign_in(Role.OFFICE).post(reverse("team_add"), form)
    assert answer.status_code == 422
    assert "请核对年份" in answer.content.decode()
    assert f'<option value="{bare.pk}"' in answer.content.decode()


def test_doubled_sending_sets_up_once(cast, sign_in, bare):
    client = sign_in(Role.OFFICE)
    form = {"village": bare.pk, "starts_on": "2025-06-01", "once": TOKEN}
    first, second = (client.post(reverse("team_add"), form) for _ in range(2))
    assert LiaisonTeam.objects.filter(village=bare).count() == 1
    assert second["Location"] == first["Location"] == team_url(LiaisonTeam.objects.get(village=bare))


# --- Ending -----------------------------------------------------------------------------------
def ending(team, **more):
    return {"last_day": "2025-05-31", "reason": "实行村为主自治", "version": team.version, **more}


def test_ending_a_team_ends_what_runs_in_it(cast, sign_in):
    actions.set_duty_days(team=cast.team, weekdays="24", starts_on=START, by=None)
    cast.team.refresh_from_db()
    answer = sign_in(Role.OFFICE).post(team_url(cast.team, "team_end"), ending(cast.team))
    cast.team.refresh_from_db()
    assert answer.status_code == 303
    assert (cast.team.ends_on, cast.team.end_reason) == (LAST, "实行村为主自治")
    assert {p.ends_on for p in cast.team.postings.all()} == {LAST}
    assert {p.ends_on for p in cast.team.duty_plans.all()} == {LAST}
    assert cast.team.led_by(LAST) == cast.people[Role.LEADER]
    assert cast.team.led_by(DAY) is None


def test_everybody_concerned_hears_of_the_end(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        actions.end_team(team=cast.team, last_day=LAST, reason="示例", by=cast.users[Role.OFFICE])
    told = Notice.objects.filter(text__contains="示例一村联村工作组于2025年5月31日结束")
    expected = {cast.users[role].pk for role in (Role.LEADER, Role.MEMBER, Role.CADRE)}
    assert set(told.values_list("user_id", flat=True)) == expected
    assert all(len(notice.text) <= 60 and notice.url == team_url(cast.team) for notice in told)


def test_page_before_ending_spells_out_the_effects(cast, sign_in):
    page = sign_in(Role.OFFICE).get(team_url(cast.team, "team_end")).content.decode()
    assert cast.people[Role.LEADER].name in page
    assert "任职同时结束" in page


@pytest.mark.parametrize(
    ("last_day", "sentence"),
    [("2023-12-31", "最后一天不能早于起始日期"), ("", "请填写最后一天"), ("x", "2018-10-18的格式")],
)
def test_impossible_last_day_changes_nothing(cast, sign_in, last_day, sentence):
    form = ending(cast.team, last_day=last_day)
    answer = sign_in(Role.OFFICE).post(team_url(cast.team, "team_end"), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "实行村为主自治" in page
    assert not LiaisonTeam.objects.until(date.max).exists()
    assert not Posting.objects.until(date.max).exists()


def test_posting_that_begins_later_keeps_the_team(cast, sign_in):
    person = new_staff(cast, "欧阳示例")
    actions.post_to_team(team=cast.team, person=person, is_leader=False, starts_on=date(2025, 7, 1), by=None)
    cast.team.refresh_from_db()
    answer = sign_in(Role.OFFICE).post(team_url(cast.team, "team_end"), ending(cast.team))
    assert answer.status_code == 422
    assert "欧阳示例的组员任职自2025年7月1日起" in answer.content.decode()
    assert not Posting.objects.until(date.max).exists()


def test_ended_posting_that_reaches_further_keeps_the_team(cast):
    posting = cast.team.postings.get(person=cast.people[Role.MEMBER])
    actions.end_posting(posting=posting, last_day=date(2025, 7, 31), reason="示例", by=None)
    with pytest.raises(ValidationError, match="已登记到2025年7月31日"):
        actions.end_team(team=cast.team, last_day=LAST, reason="示例", by=None)


def test_team_ends_once(cast):
    actions.end_team(team=cast.team, last_day=LAST, reason="示例", by=None)
    with pytest.raises(ValidationError, match="止于2025年5月31日"):
        actions.end_team(team=cast.team, last_day=DAY, reason="再来一次", by=None)


def test_ending_what_somebody_else_arranged_meanwhile_shows_both(cast, sign_in):
    form = ending(cast.team)
    person = new_staff(cast, "欧阳示例")
    actions.post_to_team(team=cast.team, person=person, is_leader=False, starts_on=DAY, by=cast.users[Role.OFFICE_LEAD])
    answer = sign_in(Role.OFFICE).post(team_url(cast.team, "team_end"), form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert cast.users[Role.OFFICE_LEAD].name in page
    assert not Posting.objects.until(date.max).exists()


def test_leader_does_not_end_the_team(cast, sign_in):
    answer = sign_in(Role.LEADER).post(team_url(cast.team, "team_end"), ending(cast.team))
    assert answer.status_code == 403
    assert LiaisonTeam.objects.open().count() == 2


def test_ended_team_offers_nothing_to_arrange(cast, sign_in):
    actions.end_team(team=cast.team, last_day=timezone.localdate() - timedelta(days=1), reason="示例", by=None)
    page = sign_in(Role.OFFICE).get(team_url(cast.team)).content.decode()
    assert "已结束" in page
    assert "更换组长" not in page
    assert "暂无组长" not in page
