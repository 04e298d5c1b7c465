"""What others decide about entries of duty: consent to a late one, 有异议 of somebody named, withdrawing.

Deciding is the liaison group's or the office's; nobody decides about the team in which he serves himself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from appraisal import addressees
from appraisal.actions.duty import attendances_of, close_if_empty, page_of
from appraisal.actions.team_days import save_checked, team_day
from appraisal.models import DutyAttendance, DutyLog
from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell
from lianzhen.wording import list_date

State, There = DutyLog.State, DutyAttendance.State


def decide_make_up(*, log: DutyLog, consents: bool, note: str, by: User, today: date) -> DutyLog:
    """同意 or 不同意 a late entry beyond the days of the rules. Declining says why."""
    label = "同意补登驻村" if consents else "不同意补登驻村"
    with team_day(team=log.team_id, day=log.day, by=by, action="duty.make_up", label=label, reason=note) as (_, team):
        log = DutyLog.objects.select_for_update(of=("self",)).select_related("team__village").get(pk=log.pk)
        if log.state != State.PENDING:
            raise ValidationError(f"这次补登{log.get_state_display()}，不需再办理。")
        if not consents and not note.strip():
            raise ValidationError({"note": "不同意补登，请写明原因。"})
        log.state = State.REGISTERED if consents else State.DECLINED
        log.decided_at, log.decided_by, log.decision_note = timezone.now(), by, note.strip()
        save_checked(log)
        word = "已同意" if consents else "不同意"
        why = f"：{log.decision_note}" if log.decision_note else "。"
        told = addressees.of_team(team, today) | ({log.created_by_id} if log.created_by_id else set())
        tell(told - {by.pk}, f"{list_date(log.day, today.year)}驻村的补登{word}{why}", page_of(log))
    return log


def dispute(*, attendance: DutyAttendance, reason: str, by: User, today: date) -> DutyAttendance:
    """不是我: the person named says that he was not there. Until somebody has decided, the day does not count
    for him."""
    day = attendance.log.day
    with team_day(
        team=attendance.log.team_id, day=day, by=by, action="duty.dispute", label="对驻村登记提出异议", reason=reason
    ) as (_, team):
        row = _held(attendance)
        if row.person.user_id != by.pk or row.created_by_id == by.pk:
            raise ValidationError("只能对别人为您作的登记提出异议。")
        if row.state != There.PRESENT:
            raise ValidationError(f"这条登记{row.get_state_display()}，不需再提出异议。")
        if not reason.strip():
            raise ValidationError({"reason": "请说明哪里不对。"})
        row.state, row.dispute_reason = There.DISPUTED, reason.strip()
        row.disputed_at, row.disputed_by = timezone.now(), by
        row.resolved_at = row.resolved_by = None
        row.resolution = ""
        save_checked(row)
        told = addressees.of_deciders(team, today) | ({row.created_by_id} if row.created_by_id else set())
        text = f"{row.person}对{list_date(day, today.year)}在{team}的驻村登记有异议，请核实。"
        tell(told - {by.pk}, text, page_of(row.log))
    return row


def resolve_dispute(*, attendance: DutyAttendance, keep: bool, note: str, by: User, today: date) -> DutyAttendance:
    """The entry stays, or it is withdrawn; either way with what was found out."""
    day = attendance.log.day
    label = "处理异议：登记属实" if keep else "处理异议：撤销登记"
    with team_day(team=attendance.log.team_id, day=day, by=by, action="duty.resolve", label=label, reason=note) as (
        _,
        team,
    ):
        row = _held(attendance)
        if row.state != There.DISPUTED:
            raise ValidationError("这条异议已经处理。")
        if row.created_by_id == by.pk or row.person.user_id == by.pk:
            raise ValidationError("登记人和本人不能处理这条异议，请由其他同志处理。")
        if not note.strip():
            raise ValidationError({"note": "请写明核实的情况。"})
        row.state = There.PRESENT if keep else There.WITHDRAWN
        row.resolved_at, row.resolved_by, row.resolution = timezone.now(), by, note.strip()
        save_checked(row)
        close_if_empty(row.log)
        result = "登记保留" if keep else "登记已撤销"
        text = f"{row.person}{list_date(day, today.year)}在{team}驻村的异议已处理，{result}。"
        told = {user for user in (row.created_by_id, row.disputed_by_id, row.person.user_id) if user}
        tell(told - {by.pk}, text, page_of(row.log))
    return row


def withdraw_people(*, log: DutyLog, people: Iterable[int], reason: str, by: User, today: date) -> DutyLog:
    """撤销登记 by the liaison group or the office, with the reason: an entry that was wrong from the start."""
    with team_day(
        team=log.team_id, day=log.day, by=by, action="duty.withdraw", label="撤销驻村登记", reason=reason
    ) as (_, team):
        chosen = set(people)
        rows = [row for row in attendances_of(log) if row.person_id in chosen and row.state != There.WITHDRAWN]
        if not rows:
            raise ValidationError({"people": "请选择要撤销的人员。"})
        if not reason.strip():
            raise ValidationError({"reason": "请写明撤销原因。"})
        for row in rows:
            if row.state == There.DISPUTED:
                row.resolved_at, row.resolved_by, row.resolution = timezone.now(), by, reason.strip()
            row.state = There.WITHDRAWN
            save_checked(row)
        log = close_if_empty(log)
        told = {row.person.user_id for row in rows} | {row.created_by_id for row in rows}
        names = "、".join(str(row.person) for row in rows)
        text = f"{names}{list_date(log.day, today.year)}在{team}的驻村登记已撤销：{reason.strip()}"
        tell({user for user in told if user} - {by.pk}, text, page_of(log))
    return log


def _held(attendance: DutyAttendance) -> DutyAttendance:
    rows = DutyAttendance.objects.select_for_update(of=("self",)).select_related("log__team__village", "person")
    return rows.get(pk=attendance.pk)
