"""Two people at the same moment: one decision stands, nothing is done twice, on either database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from appraisal.actions import appeals, bonuses, entries, entry_ends
from appraisal.models import Appeal, AppraisalMonth, ScoreEntry
from appraisal.tests.entry_scene import NOW, UNTIL, appeal, deduct, scheme, second_clerk, verified, waiting
from appraisal.tests.test_duty_at_once import at_once
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.trail.models import AuditEntry

__all__ = ["scheme"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("scheme")]
State = ScoreEntry.State


def refusals(answers) -> list[ValidationError]:
    return [one for one in answers if isinstance(one, ValidationError)]


def acts(entry: object, label: str) -> int:
    return AuditEntry.objects.about(entry).filter(label=label).count()


def user(pk: int) -> User:
    return User.objects.get(pk=pk)


def test_two_confirm(cast):
    entry = waiting(cast)
    people = [cast.users[Role.OFFICE_LEAD].pk, cast.users[Role.DISTRICT].pk]
    jobs = [lambda pk=pk: entries.confirm(entry=entry, by=user(pk), now=NOW) for pk in people]
    answers = at_once(*jobs)
    assert len(refusals(answers)) == 1
    entry.refresh_from_db()
    assert entry.state == State.NOTIFIED
    assert acts(entry, "复核扣分") == 1


def test_one_confirms_while_the_recorder_withdraws(cast):
    entry = waiting(cast)
    lead, clerk = cast.users[Role.OFFICE_LEAD].pk, cast.users[Role.OFFICE].pk
    answers = at_once(
        lambda: entries.confirm(entry=entry, by=user(lead), now=NOW),
        lambda: entry_ends.withdraw(entry=entry, by=user(clerk), now=NOW, reason="登记有误"),
    )
    entry.refresh_from_db()
    # Either it was withdrawn first and not confirmed, or confirmed first and withdrawn within the half hour.
    assert entry.state == State.WITHDRAWN
    assert len(answers) == 2


def test_two_decide_an_appeal(cast):
    found = appeal(cast, deduct(cast, "B1"))
    people = [cast.users[Role.OFFICE_LEAD].pk, second_clerk(cast, Role.OFFICE_LEAD).pk]
    outcomes = iter(["keep", "revoke"])

    def job(pk, outcome):
        return lambda: appeals.decide(
            appeal=found, outcome=outcome, answer="经核查情况已经查清。", by=user(pk), now=NOW
        )

    answers = at_once(*(job(pk, next(outcomes)) for pk in people))
    assert len(refusals(answers)) == 1
    found.refresh_from_db()
    entry = ScoreEntry.objects.get(pk=found.entry_id)
    assert (found.outcome, entry.state) in {("keep", State.EFFECTIVE), ("revoke", State.REVOKED)}
    assert acts(found, "答复申诉") == 1


def test_leader_and_member_appeal_against_the_same(cast):
    entry = deduct(cast)
    people = [cast.users[Role.LEADER].pk, cast.users[Role.MEMBER].pk]
    facts = {"entry": entry, "reason": "fact", "text": "当天有人在村部值守。", "now": NOW}
    answers = at_once(*(lambda pk=pk: appeals.file_appeal(by=user(pk), **facts) for pk in people))
    assert len(refusals(answers)) == 1
    assert Appeal.objects.count() == 1


def test_two_agree_to_a_bonus(cast):
    entry = verified(cast)
    people = [cast.users[Role.OFFICE_LEAD].pk, second_clerk(cast, Role.OFFICE_LEAD).pk]
    answers = at_once(*(lambda pk=pk: bonuses.agree(entry=entry, by=user(pk), now=NOW) for pk in people))
    assert len(refusals(answers)) == 1
    assert acts(entry, "同意加分") == 1


def test_two_record_the_first_entries_of_a_month(cast):
    """One month is opened, and no number is given twice."""
    people = [cast.users[Role.OFFICE].pk, second_clerk(cast).pk]
    numbers = iter(["B1", "D1"])

    def job(pk, number):
        return lambda: deduct(cast, number, by=user(pk))

    answers = at_once(*(job(pk, next(numbers)) for pk in people))
    assert refusals(answers) == []
    assert AppraisalMonth.objects.count() == 1
    assert set(ScoreEntry.objects.values_list("number", flat=True)) == {"扣202611-0001", "扣202611-0002"}


def test_same_deduction_from_two_desks_is_one(cast):
    deduct(cast, "E1")  # the month is open
    people = [cast.users[Role.OFFICE].pk, second_clerk(cast).pk]
    answers = at_once(*(lambda pk=pk: deduct(cast, by=user(pk)) for pk in people))
    assert len(refusals(answers)) == 1
    assert ScoreEntry.objects.filter(clause_number="B3").count() == 1


def test_the_night_run_twice_at_once(cast):
    entry = deduct(cast)
    late = UNTIL + timedelta(days=1)
    answers = at_once(*(lambda: entry_ends.take_effect(now=late) for _ in range(2)))
    assert sorted(answers) == [0, 1]
    assert acts(entry, "申诉期满生效") == 1
    entry.refresh_from_db()
    assert (entry.state, entry.points) == (State.EFFECTIVE, Decimal(1))
