"""How a leave stands, in words, and which of a list are the reader's to decide or his own."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from appraisal.leave_rules import WORDS, Step
from appraisal.models import Leave
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role

TEAM = (Role.LEADER, Role.MEMBER)
#: Order of the list: what waits for the reader, what is his own, the rest.
TO_DECIDE, OWN, OTHERS = 0, 1, 2
HEADINGS = {TO_DECIDE: "待您批", OWN: "本人的", OTHERS: "其他同志的"}


def with_rank(rows: QuerySet[Leave], user: User) -> QuerySet[Leave]:
    """Annotate `rank`."""
    order = Case(
        When(waiting_for(user), then=Value(TO_DECIDE)),
        When(person__user_id=user.pk, then=Value(OWN)),
        default=Value(OTHERS),
        output_field=IntegerField(),
    )
    return rows.annotate(rank=order)


def waiting_for(user: User) -> Q:
    """Leaves that the chain lays before this user: as `permissions.decide_leave`, on the very step."""
    standing = user.standing
    led, served = standing.teams(Role.LEADER), standing.teams(*TEAM)
    elsewhere = Q(team=None) | ~Q(team_id__in=served)
    mine = Q(step=Step.LEADER, team_id__in=led)
    mine |= Q(step=Step.GROUP, group_id__in=standing.groups(Role.DISTRICT)) & elsewhere
    for step, role in ((Step.OFFICE, Role.OFFICE_LEAD), (Step.COMMITTEE, Role.COMMITTEE)):
        if standing.has(role):
            mine |= Q(step=step) & elsewhere
    own = Q(person__user_id=user.pk, person__user__isnull=False) | Q(created_by_id=user.pk)
    return Q(state=Leave.State.ASKED) & mine & ~own


def state_of(leave: Leave, today: date, overdue_before: date) -> tuple[str, str]:
    """Tone and words; `overdue_before` as in `leave_rules`."""
    if leave.state == Leave.State.ASKED:
        return "wait", f"待{WORDS[Step(leave.step)]}批"
    if leave.state == Leave.State.APPROVED:
        if leave.ends_on < overdue_before:
            return "warn", "应回岗未销假"
        if leave.starts_on <= today <= leave.ends_on:
            return "good", "公出中" if leave.is_official else "请假中"
        return "done", "已批" if leave.starts_on > today else "待销假"
    tones = {Leave.State.DECLINED: "off", Leave.State.WITHDRAWN: "off", Leave.State.RETURNED: "done"}
    return tones[Leave.State(leave.state)], leave.get_state_display()
