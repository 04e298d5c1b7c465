"""What the page of one duty day shows: who, what, photos, spot checks, and what the reader may do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from appraisal.actions.duty import entered_today
from appraisal.models import DutyAttendance, DutyLog, SpotCheck
from appraisal.permissions import add_to_duty, decide_duty, take_photo_down
from appraisal.work_areas import topic_names
from lianzhen.accounts.models import User
from lianzhen.wording import long_date
from villages.serving import entries_about

State, There = DutyLog.State, DutyAttendance.State
TONES = {State.REGISTERED: "done", State.PENDING: "wait", State.DECLINED: "bad", State.WITHDRAWN: "off"}
CHECK_TONES = {
    SpotCheck.State.SETTLED: "done",
    SpotCheck.State.ASKED: "warn",
    SpotCheck.State.EXPLAINED: "wait",
    SpotCheck.State.ACCEPTED: "good",
    SpotCheck.State.CONFIRMED: "bad",
    SpotCheck.State.WITHDRAWN: "off",
}


@dataclass(frozen=True)
class Entry:
    """One person of the day in words. `tag`: tone and word where the state needs one."""

    row: DutyAttendance
    how: str
    tag: tuple[str, str] | None
    is_own: bool

    @property
    def can_dispute(self) -> bool:
        return self.is_own and self.row.state == There.PRESENT


def page_context(user: User, log: DutyLog) -> dict[str, Any]:
    """Everything the template prints. Six queries."""
    rows = list(log.attendances.select_related("person", "created_by", "as_substitute__person", "resolved_by"))
    notes = list(log.notes.filter(withdrawn_at=None).select_related("created_by"))
    photos = list(log.photos.filter(withdrawn_at=None).select_related("created_by"))
    decides = decide_duty(user, log)
    standing = [row for row in rows if row.state != There.WITHDRAWN]
    for photo in photos:
        photo.log = log
    return {
        "log": log,
        "title": long_date(log.day),
        "state": (TONES[State(log.state)], log.get_state_display()),
        "entries": [_entry(row, user) for row in standing],
        "gone": "、".join(str(row.person) for row in rows if row.state == There.WITHDRAWN),
        "disputes": [row for row in standing if row.state == There.DISPUTED],
        "notes": [(topic_names(note.topics), note) for note in notes],
        "photos": [(photo, bool(take_photo_down(user, photo))) for photo in photos],
        "checks": [(check, CHECK_TONES[SpotCheck.State(check.state)]) for check in _checks(log)],
        "may_add": add_to_duty(user, log) and log.state in (State.REGISTERED, State.PENDING),
        "may_undo": any(_undoable(row, user) for row in standing),
        "may_decide": bool(decides),
        "is_pending": log.state == State.PENDING,
        "may_withdraw": bool(decides) and bool(standing),
        "history": entries_about([log, *rows, *notes, *photos]),
    }


def _entry(row: DutyAttendance, user: User) -> Entry:
    by = row.created_by
    how = row.get_source_display()
    if row.source != DutyAttendance.Source.SELF and by is not None:
        how = f"由{by}登记" if row.source == DutyAttendance.Source.COLLEAGUE else f"{how}（{by}）"
    if row.as_substitute is not None:
        how = f"替{row.as_substitute.person}，{how}"
    tag = ("dispute", row.get_state_display()) if row.state == There.DISPUTED else None
    own = row.person.user_id == user.pk and row.created_by_id != user.pk
    return Entry(row, how, tag, own)


def _undoable(row: DutyAttendance, user: User) -> bool:
    return entered_today(row, user, user.standing.on)


def _checks(log: DutyLog) -> list[SpotCheck]:
    rows = SpotCheck.objects.filter(team=log.team_id, day=log.day).exclude(state=SpotCheck.State.WITHDRAWN)
    return list(rows.order_by("at"))
