"""Leave asked for: who decides, whose days, what is refused, who is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from appraisal.actions import leave as actions
from appraisal.models import Leave, WorkRules
from appraisal.tests.leave_scenes import (
    FRIDAY,
    MONDAY,
    TODAY,
    TUESDAY,
    WEDNESDAY,
    ask,
    colleague,
    granted,
    set_aside,
    staff,
)
from lianzhen.accounts.models import RoleGrant
from lianzhen.accounts.roles import Role
from lianzhen.tests.answers import told
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.models import Person, Posting


@pytest.fixture(autouse=True)
def day():
    with time_machine.travel(f"{TODAY}T10:00:00+08:00", tick=False):
        yield


@pytest.fixture
def notices(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


# --- Who decides --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "last", "step"),
    [
        (Role.MEMBER, MONDAY, "leader"),
        (Role.MEMBER, TUESDAY, "group"),
        (Role.MEMBER, FRIDAY, "office"),
        (Role.CADRE, MONDAY, "leader"),
        (Role.CADRE, WEDNESDAY, "group"),
        (Role.LEADER, MONDAY, "group"),
        (Role.LEADER, FRIDAY, "office"),
        (Role.DISTRICT, MONDAY, "office"),
    ],
)
def test_step_follows_post_and_working_days(cast, role, last, step):
    leave = ask(cast, role, ends_on=last)
    assert leave.step == step
    assert leave.state == Leave.State.ASKED


def test_days_are_working_days_of_the_calendar(cast):
    from lianzhen.town.models import CalendarDay

    with acting(by=None, action="test", label="测试"):
        for day in (TUESDAY, WEDNESDAY):
            CalendarDay(date=day, is_workday=False, name="示例假", source="manual", plan_year=2026).save()
    leave = ask(cast, ends_on=WEDNESDAY)
    assert leave.workdays == 1
    assert leave.step == "leader"


def test_limits_are_the_towns_rules(cast):
    with acting(by=None, action="test", label="测试"):
        WorkRules(starts_on=date(2026, 1, 5), leave_leader_days=3, leave_group_days=4).save()
    assert ask(cast, ends_on=WEDNESDAY).step == "leader"
    assert ask(cast, Role.CADRE, ends_on=FRIDAY).step == "office"


def test_a_team_without_a_leader_asks_the_liaison_group(cast):
    with acting(by=None, action="test", label="测试"):
        leading = Posting.objects.get(team=cast.team, is_leader=True)
        leading.ends_on = START
        leading.save()
    assert ask(cast).step == "group"


def test_a_group_whose_only_member_serves_in_the_team_is_passed_over(cast):
    """Recusal: the chain does not lay a matter before somebody who may not decide it."""
    with acting(by=None, action="test", label="测试"):
        Posting(team=cast.team, person=cast.people[Role.DISTRICT], starts_on=START).save()
    assert ask(cast, ends_on=TUESDAY).step == "office"


def test_the_head_of_the_office_does_not_decide_what_concerns_himself(cast):
    lead = cast.users[Role.OFFICE_LEAD]
    with acting(by=None, action="test", label="测试"):
        person = Person(name=lead.name, user=lead, department=cast.department)
        person.save()
        Posting(group=cast.group, person=person, starts_on=START).save()
    leave = ask(cast, person=person)
    assert leave.step == "committee"
    other = ask(cast, Role.DISTRICT, by=lead)
    assert other.step == "committee"


def test_whoever_serves_nowhere_does_not_ask_here(cast):
    person = staff(cast, "壬示例", user=True)
    with pytest.raises(ValidationError, match="没有联村工作组"):
        ask(cast, person=person)


def test_an_instructor_asks_the_group_of_his_village(cast):
    leave = ask(cast, Role.INSTRUCTOR)
    assert (leave.village, leave.group, leave.team) == (cast.selfgov, cast.other_group, None)
    # Nobody serves in the second liaison group, so it goes to the head of the office.
    assert leave.step == "office"


# --- What is refused ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"ends_on": MONDAY - timedelta(days=1)}, "ends_on", "截止日期不能早于起始日期"),
        ({"ends_on": MONDAY + timedelta(days=400)}, "ends_on", "不超过一年"),
        ({"starts_on": date(2029, 1, 1), "ends_on": date(2029, 1, 1)}, "starts_on", "核对年份"),
        ({"starts_on": date(2026, 11, 16), "ends_on": date(2026, 11, 16)}, "is_oral", "请勾选"),
        ({"is_oral": True}, "is_oral", "不用补办"),
        ({"starts_on": date(2026, 11, 21), "ends_on": date(2026, 11, 22)}, "starts_on", "都不上班"),
        ({"kind": "meeting"}, "proof", "公出请写明依据"),
        ({"kind": "training", "proof": "  "}, "proof", "公出请写明依据"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_field(cast, changes, field, sentence):
    with pytest.raises(ValidationError) as refusal:
        ask(cast, **changes)
    assert sentence in str(refusal.value.message_dict[field])
    assert not Leave.objects.exists()


def test_official_travel_on_a_weekend_is_recorded_with_its_ground(cast):
    saturday = date(2026, 11, 21)
    leave = ask(cast, kind="rescue", proof="镇防汛办电话通知", starts_on=saturday, ends_on=saturday)
    assert (leave.workdays, leave.step) == (0, "leader")


@pytest.mark.parametrize(("first", "last"), [(MONDAY, MONDAY), (TUESDAY, FRIDAY), (date(2026, 11, 20), MONDAY)])
def test_two_leaves_of_one_person_share_no_day(cast, first, last):
    ask(cast, ends_on=TUESDAY)
    with pytest.raises(ValidationError, match="日期不能重叠"):
        ask(cast, starts_on=first, ends_on=last)
    assert ask(cast, Role.CADRE, starts_on=first, ends_on=last).pk


def test_days_of_a_withdrawn_or_declined_leave_are_free_again(cast):
    actions.withdraw(leave=ask(cast), by=cast.users[Role.MEMBER], today=TODAY)
    actions.decline(leave=ask(cast), by=cast.users[Role.LEADER], note="人手紧")
    assert ask(cast).pk


def test_the_days_after_an_early_return_are_free_again(cast):
    leave = granted(cast, ends_on=FRIDAY)
    with time_machine.travel(f"{WEDNESDAY}T10:00:00+08:00", tick=False):
        actions.return_to_post(leave=leave, returned_on=WEDNESDAY, by=cast.users[Role.MEMBER], today=WEDNESDAY)
        assert ask(cast, starts_on=WEDNESDAY, ends_on=FRIDAY, today=WEDNESDAY).pk


def test_the_database_itself_refuses_overlapping_leaves(cast):
    leave = ask(cast, ends_on=TUESDAY)
    with acting(by=None, action="test", label="测试"):
        twin = Leave.objects.get(pk=leave.pk)
        twin.pk, twin._state.adding, twin.starts_on, twin.ends_on = None, True, TUESDAY, FRIDAY
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save()
        twin.pk, twin._state.adding, twin.starts_on, twin.ends_on = None, True, WEDNESDAY, FRIDAY
        twin.save()
    assert Leave.objects.count() == 2


def test_the_database_keeps_official_travel_grounded(cast):
    leave = ask(cast)
    leave.kind = "meeting"
    with acting(by=None, action="test", label="测试"), pytest.raises(IntegrityError), transaction.atomic():
        leave.save()


# --- Oral leave -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("start", "late"),
    [(date(2026, 11, 18), False), (date(2026, 11, 16), False), (date(2026, 11, 13), True), (date(2026, 11, 14), True)],
)
def test_papers_of_an_oral_leave_are_marked_when_late(cast, start, late):
    """Within two days, the next working day where that is off: asked on Wednesday the 18th."""
    leave = ask(cast, starts_on=start, ends_on=date(2026, 11, 18), is_oral=True)
    assert leave.is_late is late
    assert leave.papers_due is not None


# --- On behalf ------------------------------------------------------------------------------------
def test_the_office_asks_in_somebodys_place_and_the_trail_says_so(cast, notices):
    with notices():
        leave = ask(cast, by=cast.users[Role.OFFICE])
    assert leave.on_behalf
    assert leave.created_by == cast.users[Role.OFFICE]
    assert AuditEntry.objects.about(leave).get().label == "代本人申请请假公出"
    assert "代您申请" in told(cast.users[Role.MEMBER])[0]
    assert not ask(cast, Role.CADRE).on_behalf


# --- Substitutes ----------------------------------------------------------------------------------
def test_a_substitute_must_serve_and_be_there(cast):
    idle, busy = staff(cast, "壬示例"), colleague(cast, "庚示例", user=True)
    ask(cast, person=busy)
    for person, sentence in (
        (cast.people[Role.MEMBER], "不能是本人"),
        (idle, "不在联村工作组"),
        (cast.resident, "不在联村工作组"),
        (cast.people[Role.CADRE], "不在联村工作组"),
        (busy, "请假或公出"),
    ):
        with pytest.raises(ValidationError) as refusal:
            ask(cast, substitute=person)
        assert sentence in str(refusal.value.message_dict["substitute"])
    assert ask(cast, substitute=cast.people[Role.LEADER]).substitute == cast.people[Role.LEADER]


def test_a_posting_that_ends_during_the_leave_is_no_substitute(cast):
    person = staff(cast, "壬示例")
    with acting(by=None, action="test", label="测试"):
        Posting(team=cast.team, person=person, starts_on=START, ends_on=TUESDAY).save()
    assert ask(cast, Role.CADRE, ends_on=TUESDAY, substitute=person).pk
    with pytest.raises(ValidationError):
        ask(cast, ends_on=WEDNESDAY, substitute=person)


def test_substitutes_are_offered_from_near_to_far(cast):
    from appraisal.leave_seats import seat_of, substitutes

    near = colleague(cast, "甲示例")
    with acting(by=None, action="test", label="测试"):
        from villages.models import LiaisonTeam, Village

        village = Village(code="431321101904", name="示例四村", group=cast.group)
        village.save()
        team = LiaisonTeam(village=village, starts_on=START)
        team.save()
    around = staff(cast, "乙示例", team=team)
    far = staff(cast, "丙示例", team=cast.other_team)
    seat = seat_of(cast.people[Role.MEMBER], MONDAY)
    people = list(substitutes(seat, MONDAY, TUESDAY))
    assert people.index(near) < people.index(around) < people.index(far)
    cadre_seat = seat_of(cast.people[Role.CADRE], MONDAY)
    assert next(iter(substitutes(cadre_seat, MONDAY, TUESDAY))) == cast.people[Role.CADRE]


def test_a_substitute_is_told_the_days_and_not_the_reason(cast, notices):
    person = colleague(cast, user=True)
    with notices():
        leave = ask(cast, substitute=person)
    assert told(person.user) == []
    with notices():
        actions.approve(leave=leave, by=cast.users[Role.LEADER])
    (text,) = told(person.user)
    assert "11月23日" in text
    assert "替甲联村工作组组员值班" in text
    assert "事假" not in text
    assert "盖房" not in text


def test_changing_the_substitute_tells_both(cast, notices):
    first, second = colleague(cast, "庚示例", user=True), colleague(cast, "辛示例", user=True)
    leave = granted(cast, substitute=first)
    with notices():
        actions.change_substitute(leave=leave, substitute=second, by=cast.users[Role.MEMBER], today=TODAY)
    leave.refresh_from_db()
    assert leave.substitute == second
    assert "改由其他同志替班" in told(first.user)[0]
    assert "替甲联村工作组组员值班" in told(second.user)[0]
    with pytest.raises(ValidationError, match="没有变化"):
        actions.change_substitute(leave=leave, substitute=second, by=cast.users[Role.MEMBER], today=TODAY)


def test_a_substitute_who_went_on_leave_meanwhile_stops_the_approval(cast):
    person = colleague(cast, user=True)
    leave = ask(cast, substitute=person)
    ask(cast, person=person)
    with pytest.raises(ValidationError, match="请另选替班人"):
        actions.approve(leave=leave, by=cast.users[Role.LEADER])
    leave.refresh_from_db()
    assert leave.state == Leave.State.ASKED


# --- Deciding -------------------------------------------------------------------------------------
def test_who_decides_is_told_and_then_who_asked(cast, notices):
    with notices():
        leave = ask(cast)
    assert "申请事假1天（11月23日），1天，由组长批。" in told(cast.users[Role.LEADER])[0]
    assert told(cast.users[Role.DISTRICT]) == []
    with notices():
        actions.approve(leave=leave, by=cast.users[Role.LEADER])
    assert told(cast.users[Role.MEMBER])[0].startswith("已批准")


def test_declining_needs_a_reason_and_tells_it(cast, notices):
    leave = ask(cast)
    with pytest.raises(ValidationError) as refusal:
        actions.decline(leave=leave, by=cast.users[Role.LEADER], note=" ")
    assert "note" in refusal.value.message_dict
    with notices():
        actions.decline(leave=leave, by=cast.users[Role.LEADER], note="汛期人手紧")
    leave.refresh_from_db()
    assert (leave.state, leave.decided_by) == ("declined", cast.users[Role.LEADER])
    assert "汛期人手紧" in told(cast.users[Role.MEMBER])[0]


@pytest.mark.parametrize("decide", ["approve", "decline"])
def test_nobody_decides_his_own_nor_what_he_asked_for(cast, decide):
    act = getattr(actions, decide)
    own, behalf = ask(cast, Role.LEADER), ask(cast, by=cast.users[Role.OFFICE])
    for leave, user in ((own, cast.users[Role.LEADER]), (behalf, cast.users[Role.OFFICE])):
        with pytest.raises(ValidationError, match="不能批自己"):
            act(leave=leave, by=user, note="示例")
        leave.refresh_from_db()
        assert leave.state == Leave.State.ASKED
        assert leave.decided_by is None


def test_the_second_of_two_decisions_comes_too_late(cast):
    leave = ask(cast)
    actions.approve(leave=leave, by=cast.users[Role.LEADER])
    with pytest.raises(ValidationError, match="已经批准，不用再批"):
        actions.decline(leave=leave, by=cast.users[Role.DISTRICT], note="示例")
    leave.refresh_from_db()
    assert (leave.state, leave.decided_by) == ("approved", cast.users[Role.LEADER])


# --- Taking back ----------------------------------------------------------------------------------
def test_before_the_decision_it_is_withdrawn_without_a_reason(cast, notices):
    leave = ask(cast)
    with notices():
        leave = actions.withdraw(leave=leave, by=cast.users[Role.MEMBER], today=TODAY)
    assert (leave.state, leave.withdrawn_by) == ("withdrawn", cast.users[Role.MEMBER])
    assert "撤回了" in told(cast.users[Role.LEADER])[0]


def test_once_granted_it_is_withdrawn_with_a_reason_and_before_it_begins(cast, notices):
    person = colleague(cast, user=True)
    leave = granted(cast, substitute=person)
    with pytest.raises(ValidationError) as refusal:
        actions.withdraw(leave=leave, by=cast.users[Role.MEMBER], today=TODAY)
    assert "reason" in refusal.value.message_dict
    with pytest.raises(ValidationError, match="不能撤回"):
        actions.withdraw(leave=leave, by=cast.users[Role.MEMBER], today=MONDAY, reason="不去了")
    with notices():
        leave = actions.withdraw(leave=leave, by=cast.users[Role.MEMBER], today=TODAY, reason="不去了")
    assert leave.state == "withdrawn"
    assert "不用再替班" in told(person.user)[0]
    with pytest.raises(ValidationError, match="已经撤回"):
        actions.withdraw(leave=leave, by=cast.users[Role.MEMBER], today=TODAY, reason="不去了")


# --- Coming back ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("returned_on", "last_day"),
    [
        (MONDAY, MONDAY - timedelta(days=1)),
        (TUESDAY, MONDAY),
        (FRIDAY, WEDNESDAY),
        (FRIDAY + timedelta(days=3), WEDNESDAY),
    ],
)
def test_coming_back_ends_the_days_away_and_a_late_return_adds_none(cast, returned_on, last_day):
    leave = granted(cast, ends_on=WEDNESDAY)
    leave = actions.return_to_post(leave=leave, returned_on=returned_on, by=cast.users[Role.MEMBER], today=returned_on)
    assert (leave.state, leave.last_day) == ("returned", last_day)


def test_coming_back_has_its_days(cast):
    leave, me = granted(cast), cast.users[Role.MEMBER]
    for day, today in ((MONDAY - timedelta(days=1), TUESDAY), (TUESDAY, MONDAY)):
        with pytest.raises(ValidationError) as refusal:
            actions.return_to_post(leave=leave, returned_on=day, by=me, today=today)
        assert "returned_on" in refusal.value.message_dict
    with pytest.raises(ValidationError, match="还在等组长批"):
        actions.return_to_post(leave=ask(cast, Role.CADRE), returned_on=MONDAY, by=me, today=MONDAY)


def test_every_step_is_on_the_trail(cast):
    leave = granted(cast)
    actions.return_to_post(leave=leave, returned_on=TUESDAY, by=cast.users[Role.OFFICE], today=TUESDAY)
    labels = set(AuditEntry.objects.about(leave).values_list("label", flat=True))
    assert labels == {"申请请假公出", "批准请假公出", "代本人销假"}


# --- Rows -----------------------------------------------------------------------------------------
def test_who_sees_a_leave(cast):
    person = staff(cast, "壬示例", user=True, team=cast.other_team)
    leave = ask(cast, substitute=person)
    seen_by = {role for role in Role if Leave.objects.visible_to(cast.users[role]).filter(pk=leave.pk).exists()}
    town = {Role.OFFICE, Role.OFFICE_LEAD, Role.COMMITTEE, Role.AUDITOR}
    assert seen_by == town | {Role.LEADER, Role.MEMBER, Role.CADRE, Role.DISTRICT}
    assert Leave.objects.visible_to(set_aside(person)).count() == 1
    assert not Leave.objects.visible_to(cast.outsider).exists()


def test_to_decide_is_what_the_permission_allows(cast):
    """The rows that a list lays before somebody are those he may decide, on his own step."""
    from appraisal.leave_states import waiting_for
    from appraisal.permissions import decide_leave

    with acting(by=None, action="test", label="测试"):
        Posting(team=cast.other_team, person=cast.people[Role.DISTRICT], starts_on=START, is_leader=True).save()
        RoleGrant(user=cast.users[Role.LEADER], role=Role.OFFICE_LEAD, starts_on=START, reason="测试").save()
    for role, last in ((Role.MEMBER, MONDAY), (Role.CADRE, TUESDAY), (Role.LEADER, FRIDAY), (Role.INSTRUCTOR, MONDAY)):
        ask(cast, role, ends_on=last)
    ask(cast, Role.DISTRICT, by=cast.users[Role.OFFICE_LEAD])
    asked = 0
    for role in Role:
        user = type(cast.outsider).objects.get(pk=cast.users[role].pk)
        for leave in Leave.objects.filter(waiting_for(user)):
            assert decide_leave(user, leave), (role, leave)
            asked += 1
        for leave in Leave.objects.exclude(pk__in=Leave.objects.filter(waiting_for(user))):
            own_step = {"leader": Role.LEADER, "group": Role.DISTRICT, "office": Role.OFFICE_LEAD}.get(leave.step)
            if own_step and user.standing.has(own_step) and leave in Leave.objects.visible_to(user):
                holds = leave.step != "leader" or leave.team_id in user.standing.teams(Role.LEADER)
                holds &= leave.step != "group" or leave.group_id in user.standing.groups(Role.DISTRICT)
                assert not holds or not decide_leave(user, leave), (role, leave)
    assert asked >= 4
