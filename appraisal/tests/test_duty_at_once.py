"""Two phones at the same moment: one entry for the day, nobody lost, on either database."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from appraisal.actions.duty import log_duty
from appraisal.actions.duty_decisions import decide_make_up
from appraisal.models import DutyAttendance, DutyLog
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.trail.models import AuditEntry
from villages.models import LiaisonTeam, Person

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*jobs):
    """Run the jobs at the same moment; what each answered, or the refusal it met."""
    ready, answers = threading.Barrier(len(jobs)), []

    def run(job):
        ready.wait(timeout=30)
        try:
            answers.append(job())
        except ValidationError as refusal:
            answers.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def entering(cast, role, **more):
    team, person, user = cast.team.pk, cast.people[role].pk, cast.users[role].pk
    today = timezone.localdate()
    given = {"day": today, "today": today, **more}

    def enter():
        return log_duty(
            team=LiaisonTeam.objects.get(pk=team),
            people=[Person.objects.get(pk=person)],
            by=User.objects.get(pk=user),
            text=f"{role}的记录",
            **given,
        )

    return enter


def test_two_members_meet_in_one_entry(cast):
    roles = (Role.LEADER, Role.MEMBER, Role.CADRE)
    answers = at_once(*[entering(cast, role) for role in roles])
    log = DutyLog.objects.get()
    assert {row.person for row in log.attendances.all()} == {cast.people[role] for role in roles}
    assert log.notes.count() == 3
    assert sorted(answer.merged for answer in answers) == [False, True, True]
    assert {answer.log.pk for answer in answers} == {log.pk}


def test_the_same_entry_sent_eight_times_is_one(cast):
    answers = at_once(*[entering(cast, Role.LEADER)] * 8)
    assert len(answers) == 8
    assert (DutyLog.objects.count(), DutyAttendance.objects.count()) == (1, 1)
    assert DutyLog.objects.get().notes.count() == 1
    assert AuditEntry.objects.filter(action="duty.log", model="appraisal.dutyattendance").count() == 1


def test_two_deciders_decide_once(cast):
    today = timezone.localdate()
    day = today - timedelta(days=30)
    log = entering(cast, Role.LEADER, day=day, late_reason="没有信号")().log

    def deciding(role, consents):
        def decide():
            fresh, by = DutyLog.objects.get(pk=log.pk), User.objects.get(pk=cast.users[role].pk)
            return decide_make_up(log=fresh, consents=consents, note="看过了", by=by, today=today)

        return decide

    answers = at_once(deciding(Role.DISTRICT, True), deciding(Role.OFFICE, False))
    assert sorted(type(answer).__name__ for answer in answers) == ["DutyLog", "ValidationError"]
    log.refresh_from_db()
    decided = next(answer for answer in answers if isinstance(answer, DutyLog))
    assert (log.state, log.decided_by) == (decided.state, decided.decided_by)
