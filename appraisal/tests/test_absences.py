"""Who was away with leave, as the counting of duty days asks for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from appraisal.absences import absences_of
from appraisal.actions import leave as actions
from appraisal.tests.leave_scenes import FRIDAY, MONDAY, TODAY, TUESDAY, WEDNESDAY, ask, colleague, granted, staff
from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from villages.models import Posting

SUNDAY = FRIDAY + timedelta(days=2)


@pytest.fixture(autouse=True)
def day():
    with time_machine.travel(f"{TODAY}T10:00:00+08:00", tick=False):
        yield


def found(cast, first=MONDAY, last=SUNDAY, teams=None):
    return absences_of(teams or [cast.team, cast.other_team], first, last)


def test_granted_leave_counts_with_its_substitute_and_words(cast):
    person = colleague(cast)
    leave = granted(cast, kind="meeting", proof="通知", ends_on=TUESDAY, substitute=person)
    (absence,) = found(cast)[cast.team.pk, cast.people[Role.MEMBER].pk]
    assert (absence.first, absence.last) == (MONDAY, TUESDAY)
    assert (absence.kind, absence.is_official) == ("meeting", True)
    assert (absence.substitute_id, absence.leave_id) == (person.pk, leave.pk)
    assert absence.text == "公出：会议（11月23日—11月24日）"
    assert absence.covers(TUESDAY)
    assert not absence.covers(WEDNESDAY)


def test_what_is_not_granted_does_not_count(cast):
    ask(cast)
    actions.decline(leave=ask(cast, Role.LEADER), by=cast.users[Role.DISTRICT], note="示例")
    actions.withdraw(leave=granted(cast, Role.CADRE), by=cast.users[Role.CADRE], today=TODAY, reason="示例")
    assert found(cast) == {}


def test_an_early_return_gives_the_days_back(cast):
    leave = granted(cast, ends_on=FRIDAY)
    actions.return_to_post(leave=leave, returned_on=WEDNESDAY, by=cast.users[Role.MEMBER], today=WEDNESDAY)
    (absence,) = found(cast)[cast.team.pk, cast.people[Role.MEMBER].pk]
    assert absence.last == TUESDAY
    assert found(cast, first=WEDNESDAY) == {}


def test_who_came_back_on_the_first_day_was_not_away(cast):
    leave = granted(cast, ends_on=FRIDAY)
    actions.return_to_post(leave=leave, returned_on=MONDAY, by=cast.users[Role.MEMBER], today=MONDAY)
    assert found(cast, first=MONDAY - timedelta(days=7)) == {}


@pytest.mark.parametrize(
    ("first", "last", "counts"),
    [
        (MONDAY - timedelta(days=7), MONDAY - timedelta(days=1), False),
        (MONDAY, MONDAY, False),
        (MONDAY, TUESDAY, True),
        (WEDNESDAY, FRIDAY, True),
        (FRIDAY, SUNDAY, False),
    ],
)
def test_one_shared_day_is_enough(cast, first, last, counts):
    granted(cast, starts_on=TUESDAY, ends_on=WEDNESDAY)
    assert bool(found(cast, first, last)) is counts


def test_somebody_away_is_away_from_every_team(cast):
    with acting(by=None, action="test", label="测试"):
        Posting(team=cast.other_team, person=cast.people[Role.MEMBER], starts_on=START).save()
    granted(cast)
    pk = cast.people[Role.MEMBER].pk
    assert set(found(cast)) == {(cast.team.pk, pk), (cast.other_team.pk, pk)}
    assert set(found(cast, teams=[cast.other_team])) == {(cast.other_team.pk, pk)}


def test_a_cadre_is_away_from_the_team_of_his_village(cast):
    granted(cast, Role.CADRE)
    assert set(found(cast)) == {(cast.team.pk, cast.people[Role.CADRE].pk)}


def test_leaves_of_one_person_come_in_their_order(cast):
    for first in (FRIDAY, MONDAY, WEDNESDAY):
        granted(cast, starts_on=first, ends_on=first)
    absences = found(cast)[cast.team.pk, cast.people[Role.MEMBER].pk]
    assert [absence.first for absence in absences] == [MONDAY, WEDNESDAY, FRIDAY]


def test_of_many_teams_as_of_few(cast, monkeypatch):
    """A county asks for all leaves and passes those of the others over: the same absences either way."""
    granted(cast)
    granted(cast, Role.CADRE, starts_on=TUESDAY, ends_on=TUESDAY)
    granted(cast, person=staff(cast, "示例", user=True, team=cast.other_team))
    few = found(cast, teams=[cast.team])
    assert set(few) == {(cast.team.pk, cast.people[role].pk) for role in (Role.MEMBER, Role.CADRE)}
    monkeypatch.setattr("appraisal.absences.FEW", 0)
    assert found(cast, teams=[cast.team]) == few


def test_one_query_however_many(cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        found(cast)
    for n in range(8):
        team = (cast.team, cast.other_team)[n % 2]
        granted(cast, person=staff(cast, f"示例{n}", user=True, team=team), ends_on=FRIDAY)
    with django_assert_num_queries(1):
        assert len(found(cast)) == 8
