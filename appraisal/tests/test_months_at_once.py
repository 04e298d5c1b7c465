"""Two closers at the same moment: one lock, one set of frozen rows, one entry of the trail."""

from __future__ import annotations

import pytest

from appraisal.actions import months
from appraisal.models import MonthlyScore
from appraisal.tests.month_scene import LATER, advance, lock, row_of, settle
from appraisal.tests.score_scene import OCTOBER, at, worked_month
from appraisal.tests.test_leave_at_once import at_once
from lianzhen.accounts.roles import Role
from lianzhen.trail.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_locks_at_once_are_one(cast):
    worked_month(cast)
    settle()
    advance(cast, "final", OCTOBER)
    row = advance(cast, "appeals")
    by = (cast.users[Role.OFFICE_LEAD], cast.users[Role.COMMITTEE])
    answers = at_once(*[lambda user=user: lock(cast, row, by=user) for user in by])
    assert answers == ["done", "done"]
    assert MonthlyScore.objects.filter(month=row).count() == 2
    locked = row_of()
    noted = AuditEntry.objects.about(locked).filter(action="month.lock")
    assert {entry.by for entry in noted} == {locked.locked_by}


def test_a_step_back_and_a_lock_at_once_do_not_mix(cast):
    worked_month(cast)
    settle()
    advance(cast, "final", OCTOBER)
    row = advance(cast, "appeals")
    answers = at_once(
        lambda: lock(cast, row),
        lambda: months.step_back(row=row, to="checking", reason="重查", by=cast.users[Role.OFFICE]),
    )
    assert answers == ["ValidationError", "done"]
    assert MonthlyScore.objects.filter(month=row).exists() == row_of().is_sealed


def test_two_hand_in_at_once(cast):
    worked_month(cast)
    settle()
    row = advance(cast, "checking")
    answers = at_once(*[lambda: months.hand_in(row=row, by=cast.users[Role.OFFICE], now=at(LATER)) for _ in "ab"])
    assert answers == ["ValidationError", "done"]
