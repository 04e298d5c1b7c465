"""Two people at the same leave at the same moment: one decides, one asks, the other hears of it."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from appraisal.actions import leave as actions
from appraisal.actions import outings
from appraisal.models import Leave, Outing
from appraisal.tests.leave_scenes import FRIDAY, MONDAY, TODAY, TUESDAY, ask
from appraisal.tests.test_board import at
from lianzhen.accounts.roles import Role
from lianzhen.trail.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works):
    """Start together, each with a connection of its own; answers what each came to."""
    ready, answers = threading.Barrier(len(works)), []

    def run(work):
        ready.wait(timeout=30)
        try:
            work()
            answers.append("done")
        except (ValidationError, IntegrityError) as refused:
            answers.append(type(refused).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(answers)


def test_two_at_once_decide_one_leave(cast):
    leave = ask(cast)
    answers = at_once(
        lambda: actions.approve(leave=leave, by=cast.users[Role.LEADER]),
        lambda: actions.decline(leave=leave, by=cast.users[Role.DISTRICT], note="示例"),
    )
    assert answers == ["ValidationError", "done"]
    leave.refresh_from_db()
    decided = AuditEntry.objects.about(leave).filter(action__in=["leave.approve", "leave.decline"])
    assert decided.get().by == leave.decided_by
    assert leave.state in ("approved", "declined")


def test_two_approvals_at_once_are_one(cast):
    leave = ask(cast)
    by = (cast.users[Role.LEADER], cast.users[Role.OFFICE_LEAD])
    answers = at_once(*[lambda user=user: actions.approve(leave=leave, by=user) for user in by])
    assert answers == ["ValidationError", "done"]
    assert AuditEntry.objects.about(leave).filter(action="leave.approve").count() == 1


def test_two_requests_at_once_do_not_share_a_day(cast):
    answers = at_once(
        lambda: ask(cast, starts_on=MONDAY, ends_on=TUESDAY),
        lambda: ask(cast, starts_on=TUESDAY, ends_on=FRIDAY, by=cast.users[Role.OFFICE]),
    )
    assert answers == ["ValidationError", "done"]
    assert Leave.objects.count() == 1


def test_two_at_once_send_somebody_out_once(cast):
    def go(by):
        outings.go_out(
            person=cast.people[Role.MEMBER],
            village=cast.own,
            where="field",
            back_expected=at(12),
            by=cast.users[by],
            now=at(10),
        )

    assert at_once(lambda: go(Role.MEMBER), lambda: go(Role.LEADER)) == ["ValidationError", "done"]
    assert Outing.objects.count() == 1
    assert at(10).date() == TODAY
