"""Handing over: leaders of teams and liaison groups, instructors. No day without the one who was to follow."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.actions import teams as actions
from villages.models import Person, Posting

DAY = date(2025, 6, 1)
BEFORE = date(2025, 5, 31)
TOKEN = "7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9a31"


@pytest.fixture
def newcomer(cast):
    return new_staff(cast, "欧阳示例")


def new_staff(cast, name):
    with acting(by=None, action="test", label="测试"):
        person = Person(name=name, department=cast.department)
        person.save()
    return person


def url(name, record):
    return reverse(name, args=[record.pk])


def served(place):
    """What the register holds: who, as leader or not, from when to when."""
    rows = place.postings.order_by("starts_on", "-is_leader", "pk")
    return [(p.person.name, p.is_leader, p.starts_on, p.ends_on) for p in rows]


def joining(person, **more):
    return {"person": person.pk, "is_leader": "0", "starts_on": "2025-06-01", "basis": "党委会议纪要", **more}


# --- Handing over -------------------------------------------------------------------------------
def handing(place, person, **more):
    place.refresh_from_db()
    return {
        "person": person.pk,
        "starts_on": "2025-06-01",
        "reason": "工作调整",
        "version": place.version,
        **more,
    }


def test_old_leader_ends_the_day_before_the_new_one_begins(cast, sign_in, newcomer):
    answer = sign_in(Role.OFFICE).post(url("team_leader", cast.team), handing(cast.team, newcomer))
    old = cast.people[Role.LEADER]
    assert (answer.status_code, answer["Location"]) == (303, url("team", cast.team))
    assert served(cast.team) == [
        (old.name, True, START, BEFORE),
        (cast.people[Role.MEMBER].name, False, START, None),
        (newcomer.name, True, DAY, None),
    ]
    assert Posting.objects.get(person=old).end_reason == "工作调整"


def test_old_leader_may_stay_as_member(cast, sign_in, newcomer):
    sign_in(Role.OFFICE).post(url("team_leader", cast.team), handing(cast.team, newcomer, stays="on"))
    old = cast.people[Role.LEADER]
    assert (old.name, False, DAY, None) in served(cast.team)
    assert (old.name, True, START, BEFORE) in served(cast.team)


def test_member_becomes_leader_and_is_member_until_the_day_before(cast, sign_in):
    member = cast.people[Role.MEMBER]
    sign_in(Role.OFFICE).post(url("team_leader", cast.team), handing(cast.team, member))
    assert (member.name, False, START, BEFORE) in served(cast.team)
    assert (member.name, True, DAY, None) in served(cast.team)
    assert cast.team.led_by(BEFORE) == cast.people[Role.LEADER]
    assert cast.team.led_by(DAY) == member


def test_member_from_the_very_day_becomes_leader_in_place(cast, newcomer):
    actions.post_to_team(team=cast.team, person=newcomer, is_leader=False, starts_on=DAY, by=None)
    actions.replace_leader(team=cast.team, person=newcomer, starts_on=DAY, reason="示例", by=None)
    assert [row for row in served(cast.team) if row[0] == newcomer.name] == [(newcomer.name, True, DAY, None)]


def test_member_to_come_cannot_lead_before(cast, newcomer):
    actions.post_to_team(team=cast.team, person=newcomer, is_leader=False, starts_on=DAY, by=None)
    with pytest.raises(ValidationError) as refused:
        actions.replace_leader(team=cast.team, person=newcomer, starts_on=BEFORE, reason="示例", by=None)
    assert set(refused.value.error_dict) == {"person"}
    assert cast.team.led_by(DAY) == cast.people[Role.LEADER]


def test_team_without_leader_gets_one(cast, sign_in, newcomer):
    client = sign_in(Role.OFFICE)
    assert "任命示例二村联村工作组组长" in client.get(url("team_leader", cast.other_team)).content.decode()
    form = handing(cast.other_team, newcomer, reason="")
    assert client.post(url("team_leader", cast.other_team), form).status_code == 303
    assert cast.other_team.led_by(DAY) == newcomer
    posting = Posting.objects.get(person=newcomer)
    assert AuditEntry.objects.about(posting).get().label == "任命组长"


@pytest.mark.parametrize("starts_on", ["2024-01-01", "2023-06-01"])
def test_new_leader_begins_after_the_old_one_began(cast, sign_in, newcomer, starts_on):
    form = handing(cast.team, newcomer, starts_on=starts_on)
    answer = sign_in(Role.OFFICE).post(url("team_leader", cast.team), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"starts_on"}
    assert "2024年1月1日" in page
    assert 'value="工作调整"' in page
    assert len(served(cast.team)) == 2


def test_leader_is_not_replaced_by_himself(cast, sign_in):
    answer = sign_in(Role.OFFICE).post(url("team_leader", cast.team), handing(cast.team, cast.people[Role.LEADER]))
    assert answer.status_code == 422
    assert "现在就是组长" in answer.content.decode()


def test_days_of_a_former_leader_stay_his(cast, newcomer):
    posting = Posting.objects.get(person=cast.people[Role.LEADER])
    actions.end_posting(posting=posting, last_day=BEFORE, reason="退休", by=None)
    with pytest.raises(ValidationError, match="新组长的起始日期应在此之后") as refused:
        actions.replace_leader(team=cast.team, person=newcomer, starts_on=BEFORE, reason="示例", by=None)
    assert set(refused.value.error_dict) == {"starts_on"}


def test_reason_is_required(cast, sign_in, newcomer):
    form = handing(cast.team, newcomer, reason=" ")
    answer = sign_in(Role.OFFICE).post(url("team_leader", cast.team), form)
    assert answer.status_code == 422
    assert "请填写原因" in answer.content.decode()
    assert cast.team.led_by(DAY) == cast.people[Role.LEADER]


def test_second_office_sees_whom_the_first_appointed(cast, sign_in, newcomer):
    late = new_staff(cast, "司马示例")
    form = handing(cast.team, late, starts_on="2025-06-05")
    actions.replace_leader(
        team=cast.team, person=newcomer, starts_on=DAY, reason="先办的", by=cast.users[Role.OFFICE_LEAD]
    )
    client = sign_in(Role.OFFICE)
    answer = client.post(url("team_leader", cast.team), form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert newcomer.name in page
    assert late.name in page
    assert cast.users[Role.OFFICE_LEAD].name in page
    assert cast.team.led_by(date(2025, 6, 5)) == newcomer
    cast.team.refresh_from_db()
    kept = client.post(url("team_leader", cast.team), {**form, "version": cast.team.version})
    assert kept.status_code == 303
    assert cast.team.led_by(date(2025, 6, 4)) == newcomer
    assert cast.team.led_by(date(2025, 6, 5)) == late


def test_doubled_sending_hands_over_once(cast, sign_in, newcomer):
    client = sign_in(Role.OFFICE)
    form = handing(cast.team, newcomer, once=TOKEN)
    first, second = (client.post(url("team_leader", cast.team), form) for _ in range(2))
    assert Posting.objects.filter(person=newcomer).count() == 1
    assert (second.status_code, second["Location"]) == (303, first["Location"])


def test_everybody_concerned_hears_of_the_new_leader(cast, django_capture_on_commit_callbacks):
    new = cast.people[Role.MEMBER]
    with django_capture_on_commit_callbacks(execute=True):
        actions.replace_leader(team=cast.team, person=new, starts_on=DAY, reason="示例", by=cast.users[Role.OFFICE])
    told = Notice.objects.filter(text=f"示例一村联村工作组组长自2025年6月1日起由{new}担任。")
    expected = {cast.users[role].pk for role in (Role.LEADER, Role.MEMBER, Role.CADRE)}
    assert set(told.values_list("user_id", flat=True)) == expected


def test_what_is_refused_tells_nobody(cast, newcomer, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ValidationError):
        actions.replace_leader(team=cast.team, person=newcomer, starts_on=START, reason="示例", by=None)
    assert not Notice.objects.exists()


def test_new_leader_has_the_role_from_the_first_day(cast):
    from lianzhen.accounts.standing import standing_of

    member = cast.people[Role.MEMBER]
    actions.replace_leader(team=cast.team, person=member, starts_on=DAY, reason="示例", by=None)
    assert standing_of(member.user, BEFORE).roles == {Role.MEMBER}
    assert standing_of(member.user, DAY).roles == {Role.LEADER}


# --- Liaison groups -----------------------------------------------------------------------------
def test_office_adds_to_a_liaison_group(cast, sign_in, newcomer):
    answer = sign_in(Role.OFFICE).post(url("group_posting_add", cast.group), joining(newcomer))
    assert (answer.status_code, answer["Location"]) == (303, url("district", cast.group))
    assert (newcomer.name, False, DAY, None) in served(cast.group)


def test_liaison_group_is_handed_over(cast, sign_in, newcomer):
    old = cast.people[Role.DISTRICT]
    answer = sign_in(Role.OFFICE).post(url("group_leader", cast.group), handing(cast.group, newcomer, stays="on"))
    assert answer.status_code == 303
    assert served(cast.group) == [
        (old.name, True, START, BEFORE),
        (newcomer.name, True, DAY, None),
        (old.name, False, DAY, None),
    ]


def test_district_does_not_arrange_itself(cast, sign_in, newcomer):
    client = sign_in(Role.DISTRICT)
    assert client.post(url("group_posting_add", cast.group), joining(newcomer)).status_code == 403
    assert client.post(url("group_leader", cast.other_group), handing(cast.other_group, newcomer)).status_code == 404


# --- Instructors --------------------------------------------------------------------------------
def test_instructor_follows_instructor_without_a_gap(cast, sign_in, newcomer):
    form = {"person": newcomer.pk, "starts_on": "2025-06-01", "basis": "轮换"}
    answer = sign_in(Role.OFFICE).post(url("instructor_appoint", cast.selfgov), form)
    old = cast.people[Role.INSTRUCTOR]
    assert (answer.status_code, answer["Location"]) == (303, url("village", cast.selfgov))
    rows = cast.selfgov.instructor_postings.order_by("starts_on")
    assert [(p.person, p.starts_on, p.ends_on) for p in rows] == [(old, START, BEFORE), (newcomer, DAY, None)]


def test_village_with_a_team_gets_no_instructor(cast, sign_in, newcomer):
    form = {"person": newcomer.pk, "starts_on": "2025-06-01"}
    answer = sign_in(Role.OFFICE).post(url("instructor_appoint", cast.own), form)
    assert answer.status_code == 422
    assert "没有实行村为主自治，不派指导员" in answer.content.decode()
    assert not Posting.objects.filter(person=newcomer).exists()


def test_instructor_begins_after_the_former_one(cast, newcomer):
    with pytest.raises(ValidationError, match="须晚于甲联村工作指导员任联村工作指导员的起始日期") as refused:
        actions.appoint_instructor(village=cast.selfgov, person=newcomer, starts_on=START, today=DAY, by=None)
    assert set(refused.value.error_dict) == {"starts_on"}


def test_cadre_appoints_no_instructor(cast, sign_in, newcomer):
    form = {"person": newcomer.pk, "starts_on": "2025-06-01"}
    assert sign_in(Role.CADRE).post(url("instructor_appoint", cast.own), form).status_code == 403
    assert sign_in(Role.CADRE).post(url("instructor_appoint", cast.selfgov), form).status_code == 404
