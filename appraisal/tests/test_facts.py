"""Collecting for the week's arithmetic: right rows, and the same number of queries for one team or many."""

from __future__ import annotations

from datetime import date

import pytest

from appraisal import facts
from appraisal.models import DutyAttendance, DutyLog, DutyShift, Leave, WorkRules
from lianzhen.accounts.roles import Role
from lianzhen.periods import Month, Week
from lianzhen.tests.cast import START
from lianzhen.town.models import CalendarDay
from lianzhen.trail import acting
from villages.actions.teams import set_duty_days
from villages.models import LiaisonTeam, Person, Posting, Village

WEEK = Week.of(date(2026, 11, 23))
TUE, WED, THU = date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 26)


@pytest.fixture
def town(cast):
    for team in (cast.team, cast.other_team):
        set_duty_days(team=team, weekdays="24", starts_on=START, by=None)
    return cast


def log(team, day, *people, log_state="registered", **more):
    with acting(by=None, action="test", label="测试"):
        made = DutyLog(team=team, day=day, state=log_state, late_reason="测试")
        made.save()
        for person in people:
            DutyAttendance(log=made, person=person, **more).save()
    return made


def on_leave(cast, person, **more):
    office = cast.users[Role.OFFICE_LEAD]
    with acting(by=None, action="test", label="测试"):
        leave = Leave(
            person=person,
            team=cast.team,
            village=cast.own,
            **{"kind": "sick", "starts_on": TUE, "ends_on": TUE, "reason": "测试", **more},
            step="leader",
            workdays=1,
            state="approved",
            created_by=cast.users[Role.MEMBER],
            decided_by=office,
            decided_at="2026-11-20T08:00Z",
        )
        leave.save()
    return leave


def test_week_of_each_team(town):
    log(town.team, TUE, town.people[Role.LEADER])
    found = facts.duty_of([town.team, town.other_team], WEEK, THU)
    assert {pk: duty.short for pk, duty in found.items()} == {town.team.pk: "1/2天", town.other_team.pk: "0/2天"}


def test_queries_do_not_grow(town, django_assert_num_queries):
    log(town.team, TUE, town.people[Role.LEADER])
    on_leave(town, town.people[Role.MEMBER])
    one, both = [town.team], [town.team, town.other_team]
    for teams in (one, both):
        with django_assert_num_queries(facts.QUERIES):
            facts.duty_of(teams, WEEK, THU)
        with django_assert_num_queries(facts.QUERIES):
            facts.duty_of_weeks(teams, [WEEK, WEEK.previous(), WEEK.next()], THU)
        with django_assert_num_queries(facts.QUERIES):
            facts.person_duty_of(teams, Month(2026, 11), THU)


def test_queries_of_serving_do_not_grow(town, django_assert_num_queries):
    on_leave(town, town.people[Role.MEMBER], substitute=town.people[Role.DISTRICT])
    for teams in ([town.team], [town.team, town.other_team]):
        with django_assert_num_queries(3):
            facts.serving(teams, TUE)


def test_who_may_be_on_duty(town):
    leave = on_leave(town, town.people[Role.MEMBER], substitute=town.people[Role.DISTRICT])
    found = facts.serving([town.team], TUE)[town.team.pk]
    assert [(p.person_id, p.role, p.leave_id) for p in found] == [
        (town.people[Role.LEADER].pk, "leader", None),
        (town.people[Role.MEMBER].pk, "member", None),
        (town.people[Role.CADRE].pk, "cadre", None),
        (town.people[Role.DISTRICT].pk, "substitute", leave.pk),
    ]
    assert found[1].away == "病假（11月24日）"
    assert [p.role_name for p in found] == ["组长", "组员", "村干部", "替班"]
    assert len(facts.serving([town.team], WED)[town.team.pk]) == 3


def test_a_cadre_without_subsidy_is_not_on_duty(town):
    with acting(by=None, action="test", label="测试"):
        term = town.people[Role.CADRE].cadre_terms.get()
        term.is_subsidised = False
        term.save()
    assert [p.role for p in facts.serving([town.team], TUE)[town.team.pk]] == ["leader", "member"]


def test_substitute_counts_for_the_team(town):
    leave = on_leave(town, town.people[Role.MEMBER], substitute=town.people[Role.DISTRICT])
    log(town.team, TUE, town.people[Role.DISTRICT], as_substitute=leave)
    assert facts.duty_of([town.team], WEEK, THU)[town.team.pk].done == 1


def test_states_of_logs_and_people(town):
    log(town.team, TUE, town.people[Role.LEADER], log_state="pending")
    log(town.team, WED, town.people[Role.LEADER], log_state="withdrawn")
    log(
        town.team,
        THU,
        town.people[Role.LEADER],
        state="disputed",
        dispute_reason="不在",
        disputed_at="2026-11-26T08:00Z",
        disputed_by=town.users[Role.LEADER],
    )
    duty = facts.duty_of([town.team], WEEK, THU)[town.team.pk]
    assert (duty.done, "".join(fact.mark for fact in duty.days)) == (0, "—补—待—休休")


def test_shifts_holidays_and_rules(town):
    with acting(by=None, action="test", label="测试"):
        DutyShift(
            team=town.team,
            from_day=TUE,
            to_day=WED,
            reason="开会",
            state="accepted",
            decided_at="2026-11-20T08:00Z",
            decided_by=town.users[Role.OFFICE],
        ).save()
        CalendarDay(date=THU, is_workday=False, name="测试节", source="manual", plan_year=2026).save()
        WorkRules(starts_on=date(2024, 1, 1)).save()
        WorkRules(starts_on=date(2026, 11, 23), need_days=3).save()
        WorkRules(starts_on=date(2026, 11, 30), need_days=1).save()
    found = facts.duty_of_weeks([town.team], [WEEK.previous(), WEEK, WEEK.next()], WEEK.start)
    assert [found[week][town.team.pk].need for week in sorted(found)] == [2, 3, 1]
    duty = found[WEEK][town.team.pk]
    assert duty.due_days == (WED,)
    assert duty.days[3].note == "测试节"


def test_month_of_persons(town):
    log(town.team, TUE, town.people[Role.LEADER], town.people[Role.CADRE])
    found = facts.person_duty_of([town.team], Month(2026, 11), THU)
    done = {person_id: duty.done for (_, person_id), duty in found.items()}
    people = town.people
    assert done == {people[Role.LEADER].pk: 1, people[Role.MEMBER].pk: 0, people[Role.CADRE].pk: 1}
    assert len(found[town.team.pk, people[Role.LEADER].pk].days) == 30


def test_many_teams_take_no_more_queries(town, django_assert_num_queries):
    with acting(by=None, action="test", label="测试"):
        for number in range(10, 20):
            village = Village(code=f"4313211019{number}", name=f"示例{number}村", group=town.group)
            village.save()
            team = LiaisonTeam(village=village, starts_on=START)
            team.save()
            person = Person(name=f"某{number}", department=town.department)
            person.save()
            Posting(person=person, team=team, starts_on=START, is_leader=True).save()
    teams = list(LiaisonTeam.objects.all())
    with django_assert_num_queries(facts.QUERIES):
        found = facts.duty_of(teams, WEEK, THU)
    assert len(found) == 12
