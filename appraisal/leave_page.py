"""What the page of one leave shows: facts in words, how it went, what the reader may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from appraisal.actions.leave import calendar_around
from appraisal.forms.leave import DecideForm
from appraisal.leave_rules import chain_words, days_words, overdue_before, return_words
from appraisal.leave_seats import away
from appraisal.leave_states import state_of
from appraisal.models import DutyAttendance, DutyLog, Leave
from appraisal.permissions import decide_leave, handle_leave, read_leave_reason
from lianzhen.accounts.models import User
from lianzhen.town.workdays import WorkCalendar
from lianzhen.wording import full_date, list_date


@dataclass(frozen=True)
class Event:
    """One line of the timeline (`includes/timeline.html`)."""

    at: datetime
    label: str
    by_name: str
    text: str = ""


def leave_context(user: User, leave: Leave, today: date) -> dict[str, Any]:
    """Nine queries at most beyond the leave's own."""
    calendar = calendar_around(min(leave.starts_on, today), max(leave.ends_on, today))
    asked, granted = leave.state == Leave.State.ASKED, leave.state == Leave.State.APPROVED
    verdict = decide_leave(user, leave)
    handles = bool(handle_leave(user, leave))
    return {
        "leave": leave,
        "crumbs": [("请假公出", reverse("leave_list"))],
        "state": state_of(leave, today, overdue_before(today, calendar)),
        "chain": chain_words(leave.workdays, leave.step),
        "facts": _facts(leave, today, calendar, may_read=bool(read_leave_reason(user, leave))),
        "logged": duty_days(leave),
        "stands_in": _stands_in(leave),
        "events": _events(leave),
        "decide_form": DecideForm(record=leave) if asked and verdict else None,
        "not_decider": verdict.reason if asked and not verdict and _recused(user, leave) else "",
        "may_return": handles and granted and leave.starts_on <= today,
        "may_withdraw": handles and (asked or (granted and leave.starts_on > today)),
        "may_substitute": handles and (asked or granted) and leave.last_day >= today,
    }


def _recused(user: User, leave: Leave) -> bool:
    """Worth saying why there is nothing to decide: it is his own, or he asked for it in somebody's place."""
    return user.pk in (leave.person.user_id, leave.created_by_id)


def _facts(leave: Leave, today: date, calendar: WorkCalendar, *, may_read: bool) -> list[tuple[str, str]]:
    days = days_words(leave.starts_on, leave.ends_on, today.year)
    whole = (leave.ends_on - leave.starts_on).days + 1
    rows = [
        ("姓名", leave.person.name),
        ("村", str(leave.village) if leave.village else ""),
        ("联络组", str(leave.group) if leave.group and not leave.village else ""),
        ("类别", leave.get_kind_display()),
        ("日期", f"{days}，共{whole}天" + (f"，其中工作日{leave.workdays}天" if leave.workdays != whole else "")),
        ("事由", leave.reason if may_read else "不公开"),
        ("依据", leave.proof),
        ("去向", leave.destination),
        ("替班人", str(leave.substitute) if leave.substitute else "没有"),
        ("口头请假", _papers(leave)),
    ]
    if leave.state in (Leave.State.APPROVED, Leave.State.RETURNED):
        rows.append(("回岗", return_words(leave.ends_on, leave.returned_on, today, calendar)))
    return [(label, value) for label, value in rows if value]


def _papers(leave: Leave) -> str:
    if not leave.is_oral:
        return ""
    handed, due = timezone.localdate(leave.created_at), leave.papers_due
    how = f"逾期补办（应于{full_date(due)}前补办）" if leave.is_late else "按期补办"
    return f"{full_date(handed)}{how}"


def duty_days(leave: Leave) -> list[str]:
    """Days of the leave on which the person is in the duty log all the same: shown, and both are kept."""
    rows = DutyAttendance.objects.filter(
        person=leave.person_id,
        log__day__range=(leave.starts_on, leave.last_day),
        log__state__in=[DutyLog.State.REGISTERED, DutyLog.State.PENDING],
        state__in=[DutyAttendance.State.PRESENT, DutyAttendance.State.DISPUTED],
    )
    days = sorted(set(rows.values_list("log__day", flat=True)))
    return [list_date(day, timezone.localdate().year) for day in days]


def _stands_in(leave: Leave) -> list[str]:
    """For whom the person himself was to stand in on these days: whoever decides should know."""
    others = away(leave.starts_on, leave.last_day).filter(substitute=leave.person_id).select_related("person")
    return [f"{one.person}（{days_words(one.starts_on, one.last_day, leave.starts_on.year)}）" for one in others]


def _events(leave: Leave) -> list[Event]:
    """Newest first."""
    asked = "代本人申请" if leave.on_behalf else "提出申请"
    found = [Event(leave.created_at, asked, str(leave.created_by))]
    if leave.decided_at:
        label = "不批" if leave.state == Leave.State.DECLINED else "批准"
        found.append(Event(leave.decided_at, label, str(leave.decided_by), leave.decision_note))
    if leave.withdrawn_at:
        found.append(Event(leave.withdrawn_at, "撤回", str(leave.withdrawn_by), leave.withdrawal_reason))
    if leave.returned_at:
        label = "销假" if leave.returned_by_id == leave.person.user_id else "代本人销假"
        found.append(Event(leave.returned_at, label, str(leave.returned_by)))
    return sorted(found, key=lambda event: event.at, reverse=True)
