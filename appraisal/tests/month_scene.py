"""What the tests of closing set their scenes with: months taken through the actions. No test here."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from appraisal.actions import month_lock, months
from appraisal.models import AppraisalMonth, ScoreEntry
from appraisal.tests.score_scene import NOVEMBER, OCTOBER, State, at, worked_month
from lianzhen.accounts.roles import Role
from lianzhen.periods import Month
from lianzhen.tests.cast import Cast
from lianzhen.trail import acting

#: Every time for an appeal is over then.
LATER = date(2026, 12, 20)


def row_of(month: Month = NOVEMBER) -> AppraisalMonth:
    return AppraisalMonth.objects.select_related("scheme").get(month=month.start)


def settle(month: Month = NOVEMBER) -> None:
    """Whatever waits is decided: appeals against the deduction, the rest is taken back."""
    with acting(by=None, action="test.scene", label="测试数据"):
        for entry in ScoreEntry.objects.filter(month=month.start, state__in=ScoreEntry.PENDING):
            if entry.state == State.APPEALED:
                entry.state = State.REVOKED
            else:
                entry.state, entry.ended_at, entry.ended_by = State.WITHDRAWN, at(LATER), entry.recorded_by
                entry.end_reason = "重复登记"
            entry.save()


def advance(cast: Cast, state: str, month: Month = NOVEMBER, day: date = LATER) -> AppraisalMonth:
    """Through the actions up to a state, on and from a day after the month."""
    office, lead, committee = (cast.users[role] for role in (Role.OFFICE, Role.OFFICE_LEAD, Role.COMMITTEE))
    order = ["checking", "review", "reviewed", "publicity", "appeals", "final"]

    def until(name: str) -> bool:
        return order.index(name) <= order.index(state)

    row = months.start_checks(month=month, by=office, today=day)
    if until("review"):
        row = months.hand_in(row=row, by=office, now=at(day))
    if until("reviewed"):
        row = months.review(row=row, by=committee, now=at(day))
    if until("publicity"):
        row = months.publish(row=row, starts_on=day, by=office, now=at(day))
    after = day + timedelta(days=10)
    if until("appeals"):
        row = months.end_publicity(row=row, by=office, today=after)
    if until("final"):
        row = month_lock.lock_month(row=row, typed=month.title, by=lead, now=at(after))
    return row


def sealed_scene(cast: Cast) -> AppraisalMonth:
    """The worked month and the one before it, both sealed."""
    worked_month(cast)
    settle()
    advance(cast, "final", OCTOBER)
    return advance(cast, "final")


def lock(cast: Cast, row: AppraisalMonth, **more: Any) -> AppraisalMonth:
    now: datetime = at(LATER + timedelta(days=11))
    facts = {"row": row, "typed": row.period.title, "by": cast.users[Role.OFFICE_LEAD], "now": now, **more}
    return month_lock.lock_month(**facts)
