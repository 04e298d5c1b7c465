"""周例会: called, held, put on record, closed. Decisions are made in `actions.decisions`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from appraisal.calling import Called, called_on
from appraisal.meeting_agenda import make_agenda
from appraisal.models import MeetingAttendance, WeeklyMeeting
from appraisal.seals import ensure_open
from lianzhen.accounts.models import User
from lianzhen.periods import Week
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date
from villages.models import Person

State = MeetingAttendance.State


@dataclass(frozen=True)
class Mark:
    """How somebody came, as a page wants it. `was`: (state, note) as that page had shown it."""

    attendance_id: int
    state: str
    note: str
    was: tuple[str, str]


# --- Planning -----------------------------------------------------------------------------------
def plan_meeting(
    *,
    week: Week,
    held_on: date,
    now: datetime,
    by: User | None,
    held_at: time | None = None,
    place: str = "",
    chair: Person | None = None,
) -> WeeklyMeeting:
    """Set up the meeting of a week: its agenda as things stand, and on the list everybody who is to come."""
    with acting(by=by, action="meeting.plan", label="建立周例会"):
        _refuse_other_week(week, held_on)
        meeting = WeeklyMeeting(
            week_start=week.start, held_on=held_on, held_at=held_at, place=place.strip(), chair=chair, created_by=by
        )
        meeting.full_clean()
        meeting.save()
        for called in called_on(held_on):
            _call(meeting, called)
        prepare_agenda(meeting=meeting, now=now)
    return meeting


def prepare_agenda(*, meeting: WeeklyMeeting, now: datetime) -> WeeklyMeeting:
    """Make the agenda as things stand. Leaves no entry and no version: it repeats what is on record."""
    with transaction.atomic():
        meeting = _open_meeting(meeting)
        meeting.agenda = make_agenda(meeting.held_on, now).as_json()
        meeting.save(update_fields=["agenda"])
    return meeting


def change_meeting(
    *,
    meeting: WeeklyMeeting,
    held_on: date,
    by: User | None,
    held_at: time | None = None,
    place: str = "",
    chair: Person | None = None,
    version: int | None = None,
) -> WeeklyMeeting:
    """Another day, time, place or chair. The list of those called stays; see `refresh_called`."""
    with acting(by=by, action="meeting.change", label="修改周例会"):
        meeting = _open_meeting(meeting, version)
        _refuse_other_week(meeting.week, held_on)
        meeting.held_on, meeting.held_at, meeting.place, meeting.chair = held_on, held_at, place.strip(), chair
        meeting.full_clean()
        meeting.save()
    return meeting


# --- Who came -----------------------------------------------------------------------------------
def refresh_called(*, meeting: WeeklyMeeting, by: User | None) -> tuple[int, int]:
    """Bring the list up to date with who serves on the day: (added, taken off). Whoever is marked already, or
    was called by hand, stays."""
    with acting(by=by, action="meeting.call", label="更新应到名单"):
        meeting = _open_meeting(meeting)
        wanted = {called.person.pk: called for called in called_on(meeting.held_on)}
        listed = {row.person_id: row for row in meeting.attendances.select_related("person")}
        fresh = [called for pk, called in wanted.items() if pk not in listed]
        gone = [r for pk, r in listed.items() if pk not in wanted and r.state == State.CALLED and not r.by_hand]
        for called in fresh:
            _call(meeting, called)
        for row in gone:
            row.delete()
    return len(fresh), len(gone)


def call_person(*, meeting: WeeklyMeeting, person: Person, called_as: str, by: User | None) -> MeetingAttendance:
    """Somebody else who is to come to this meeting."""
    with acting(by=by, action="meeting.call", label="增加应到人员"):
        meeting = _open_meeting(meeting)
        if meeting.attendances.filter(person=person).exists():
            raise ValidationError({"person": f"{person}已在应到名单中。"})
        return _call(meeting, Called(person, called_as.strip()), by_hand=True)


def mark_attendance(*, meeting: WeeklyMeeting, marks: Iterable[Mark], by: User | None, rest_came: bool = False) -> int:
    """Put on record who came, late, excused, not. Answers how many rows changed.

    Two people may tick one meeting together: a row is touched only where this page changed it, and a row that
    somebody else changed meanwhile is refused by name. `rest_came`: whoever has no mark at the end was there.
    """
    with acting(by=by, action="meeting.attendance", label="登记到会情况"):
        meeting = _open_meeting(meeting)
        ensure_open(meeting.held_on)
        rows = {row.pk: row for row in meeting.attendances.select_related("person")}
        problems: dict[str, Any] = {}
        changed = []
        for mark in marks:
            row = rows.get(mark.attendance_id)
            if row is None:
                continue
            wanted, now = (mark.state, mark.note.strip()), (row.state, row.note)
            if wanted == mark.was or wanted == now:
                continue
            if now != mark.was:
                told = f"{row.get_state_display()}{f'（{row.note}）' if row.note else ''}"
                problems[f"state_{row.pk}"] = f"{row.person}刚刚由别人记为{told}，请核对后再保存。"
                continue
            row.state, row.note = wanted
            changed.append(row)
        if rest_came:
            left = [row for row in rows.values() if row.state == State.CALLED and row not in changed]
            for row in left:
                row.state = State.PRESENT
            changed += left
        for row in changed:
            if row.state == State.EXCUSED and not row.note:
                problems[f"note_{row.pk}"] = f"请写明{row.person}的请假事由。"
        if problems:
            raise ValidationError(problems)
        for row in changed:
            row.full_clean()
            row.save()
    return len(changed)


# --- Minutes --------------------------------------------------------------------------------------
def write_minutes(
    *, meeting: WeeklyMeeting, minutes: str, by: User | None, version: int | None = None
) -> WeeklyMeeting:
    with acting(by=by, action="meeting.minutes", label="填写会议记录"):
        meeting = _open_meeting(meeting, version)
        meeting.minutes = minutes.strip()
        meeting.full_clean()
        meeting.save()
    return meeting


def close_meeting(*, meeting: WeeklyMeeting, today: date, by: User, version: int | None = None) -> WeeklyMeeting:
    """Fix the minutes, the words of the decisions and the agenda."""
    with acting(by=by, action="meeting.close", label="完成会议记录"):
        meeting = _open_meeting(meeting, version)
        if meeting.held_on > today:
            raise ValidationError(f"例会在{full_date(meeting.held_on)}召开，开完后再完成记录。")
        if meeting.chair is None:
            raise ValidationError("请先填写主持人。")
        if not meeting.minutes and not meeting.decisions.exists():
            raise ValidationError("请先填写会议记录或登记议定事项。")
        unmarked = meeting.attendances.filter(state=State.CALLED).count()
        if unmarked:
            raise ValidationError(f"还有{unmarked}人没有登记到会情况，请先登记。")
        meeting.state, meeting.closed_at, meeting.closed_by = WeeklyMeeting.State.CLOSED, timezone.now(), by
        meeting.full_clean()
        meeting.save()
    return meeting


def reopen_meeting(
    *, meeting: WeeklyMeeting, reason: str, by: User | None, version: int | None = None
) -> WeeklyMeeting:
    """Open the record of a closed meeting again, with the reason on the trail."""
    with acting(by=by, action="meeting.reopen", label="重新打开会议记录", reason=reason):
        meeting = lock_for_change(meeting, version)
        if meeting.state != WeeklyMeeting.State.CLOSED:
            raise ValidationError("会议记录还没有完成，可以直接修改。")
        meeting.state, meeting.closed_at, meeting.closed_by = WeeklyMeeting.State.PLANNED, None, None
        meeting.full_clean()
        meeting.save()
    return meeting


def _call(meeting: WeeklyMeeting, called: Called, *, by_hand: bool = False) -> MeetingAttendance:
    row = MeetingAttendance(
        meeting=meeting, person=called.person, team=called.team, called_as=called.called_as[:60], by_hand=by_hand
    )
    row.full_clean()
    row.save()
    return row


def _open_meeting(meeting: WeeklyMeeting, version: int | None = None) -> WeeklyMeeting:
    meeting = lock_for_change(meeting, version)
    if meeting.state == WeeklyMeeting.State.CLOSED:
        raise ValidationError("会议记录已经完成，不能再改。确需修改的，请联村办主任重新打开。")
    return meeting


def _refuse_other_week(week: Week, held_on: date) -> None:
    if held_on not in week:
        raise ValidationError({"held_on": f"例会日期应在{week.title}之内。"})
