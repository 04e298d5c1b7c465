"""A sealed month takes nothing more: not a duty day, not a spot check, not an entry."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from appraisal.actions import schemes
from appraisal.actions.duty import log_duty
from appraisal.actions.spot_checks import record_check
from appraisal.models import AppraisalMonth, DutyLog, SpotCheck
from appraisal.seals import ensure_counts, ensure_open
from lianzhen.accounts.roles import Role
from lianzhen.periods import Week
from lianzhen.trail import acting

TODAY = date(2026, 11, 25)
OCTOBER = date(2026, 10, 1)


def month(cast, state, first=OCTOBER):
    lead = cast.users[Role.OFFICE_LEAD]
    scheme = schemes.install_example(by=lead)
    facts = {}
    if state in AppraisalMonth.CLOSED_FOR_ENTRIES:
        facts = {"publicity_from": date(2026, 11, 4), "publicity_until": date(2026, 11, 6)}
    if state in AppraisalMonth.SEALED:
        facts |= {"locked_at": timezone.now(), "locked_by": lead, "seal": "0" * 64}
    with acting(by=None, action="t", label="t"):
        row = AppraisalMonth(month=first, scheme=scheme, state=state, **facts)
        row.save()
    return row


@pytest.mark.parametrize("state", AppraisalMonth.SEALED)
def test_days_of_a_sealed_month_are_not_written(cast, state):
    month(cast, state)
    member = cast.people[Role.MEMBER]
    with pytest.raises(ValidationError) as refusal:
        log_duty(team=cast.team, day=date(2026, 10, 20), people=[member], by=None, today=TODAY, late_reason="补")
    assert "2026年10月考核已于" in str(refusal.value)
    assert "填写更正单" in str(refusal.value)
    with pytest.raises(ValidationError):
        record_check(
            team=cast.team,
            day=date(2026, 10, 20),
            at=time(10),
            found=SpotCheck.Found.PRESENT,
            source=SpotCheck.Source.COUNTY,
            people=[member],
            by=cast.users[Role.OFFICE],
            today=date(2026, 10, 20),
        )
    assert not DutyLog.objects.exists()
    assert not SpotCheck.objects.exists()


def test_days_of_other_months_are_written(cast):
    month(cast, "final")
    log_duty(team=cast.team, day=TODAY, people=[cast.people[Role.MEMBER]], by=None, today=TODAY)
    assert DutyLog.objects.count() == 1


@pytest.mark.parametrize("state", ["open", "checking", "review", "publicity", "appeals"])
def test_until_the_lock_records_may_be_put_right(cast, state):
    month(cast, state)
    ensure_open(date(2026, 10, 20))


def test_a_span_that_touches_a_sealed_month_is_refused(cast):
    month(cast, "final")
    with pytest.raises(ValidationError):
        ensure_open(date(2026, 9, 28), date(2026, 11, 2))
    ensure_open(date(2026, 9, 1), date(2026, 9, 30))
    ensure_open(date(2026, 11, 1), date(2026, 12, 2))


@pytest.mark.parametrize(
    ("state", "counts"),
    [("open", True), ("checking", True), ("review", True), ("publicity", False), ("appeals", False), ("final", False)],
)
def test_new_entries_are_closed_from_the_publicity_on(cast, state, counts):
    month(cast, state)
    if counts:
        ensure_counts(OCTOBER)
        return
    with pytest.raises(ValidationError):
        ensure_counts(OCTOBER)


def test_leave_and_attendance_of_a_sealed_month_are_not_written(cast):
    """Asked for before the lock and undecided: not granted after it."""
    from appraisal.actions import leave as leaves
    from appraisal.actions import meetings
    from appraisal.models import Leave

    person, lead = cast.people[Role.MEMBER], cast.users[Role.OFFICE_LEAD]
    facts = {"person": person, "kind": "personal", "reason": "家事", "by": person.user, "today": TODAY}
    day = date(2026, 10, 30)
    asked = leaves.ask_leave(**facts, starts_on=day, ends_on=day, is_oral=True)
    long = leaves.approve(
        leave=leaves.ask_leave(**facts, starts_on=date(2026, 10, 28), ends_on=date(2026, 10, 29), is_oral=True), by=lead
    )
    week = Week.of(date(2026, 10, 26))
    now = timezone.make_aware(datetime(2026, 10, 26, 8))
    meeting = meetings.plan_meeting(week=week, held_on=week.start, now=now, by=lead)
    month(cast, "final")
    for refused in (
        lambda: leaves.ask_leave(
            **{**facts, "person": cast.people[Role.LEADER], "by": lead}, starts_on=day, ends_on=day, is_oral=True
        ),
        lambda: leaves.approve(leave=asked, by=lead),
        lambda: leaves.return_to_post(leave=long, returned_on=date(2026, 10, 29), by=person.user, today=TODAY),
        lambda: meetings.mark_attendance(meeting=meeting, marks=[], by=lead, rest_came=True),
    ):
        with pytest.raises(ValidationError) as refusal:
            refused()
        assert "2026年10月考核已于" in str(refusal.value)
    asked.refresh_from_db()
    assert asked.state == Leave.State.ASKED
    leaves.decline(leave=asked, by=lead, note="已过月")
