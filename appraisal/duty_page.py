"""What the page of one duty day shows: who, what, photos, spot checks, and what the reader may do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from appraisal.actions.duty import entered_today
from appraisal.models import DutyAttendance, DutyLog, SpotCheck
from appraisal.permissions import add_to_duty, decide_duty, take_photo_down
from appraisal.work_areas import topic_names
from lianzhen.accounts.models import User
from lianzhen.trail.models import AuditEntry
from lianzhen.wording import long_date
from villages.serving import entries_about
from villages.visibility import opens_village, works_for

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
        "entries": [_entry(row, user, log.team_id, log.day) for row in standing],
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
        "team_url": reverse("team", args=[log.team_id]) if opens_village(user, log.team.village) else "",
        "opens_checks": works_for(user, log.team.village_id, log.team.village.group_id),
        "history": acts_of(entries_about([log, *rows, *notes, *photos], limit=100)),
    }


@dataclass
class Told:
    """One act in the history: what it did to the day and its people, notes and photos taken together."""

    at: datetime
    label: str
    by_name: str
    reason: str
    shown_changes: list[dict[str, str]]


#: What a reader of the day wants to know of an act; the whole of it stands in 操作记录.
SHOWN = ("person", "session", "topics", "text", "late_reason", "state", "dispute_reason", "resolution", "decision_note")


def acts_of(entries: Iterable[AuditEntry]) -> list[Told]:
    """Entries of one act become one line; of several people the names stand together."""
    acts: dict[tuple[UUID, str], Told] = {}
    for entry in entries:
        key = (entry.batch, entry.label)
        told = acts.setdefault(key, Told(entry.at, entry.label, entry.by_name, entry.reason, []))
        for change in entry.changes:
            if change["after"] == entry.reason != "":
                continue  # the act's reason says it already
            _take_in(told.shown_changes, change, is_new=not any(one["before"] for one in entry.changes))
    return list(acts.values())


def _take_in(shown: list[dict[str, str]], change: dict[str, str], *, is_new: bool) -> None:
    """A new row's states and sessions are as the form gave them: only people and words are news."""
    if change["field"] not in SHOWN or (is_new and change["field"] in ("session", "state")):
        return
    same = next((one for one in shown if one["field"] == change["field"] == "person"), None)
    if same is not None:
        same["after"] = f"{change['after']}、{same['after']}"
    elif change not in shown:
        shown.append(dict(change))


def _entry(row: DutyAttendance, user: User, team: int, day: date) -> Entry:
    by = row.created_by
    how = row.get_source_display()
    if row.source != DutyAttendance.Source.SELF and by is not None:
        how = f"由{by}登记" if row.source == DutyAttendance.Source.COLLEAGUE else f"{how}（{by}）"
    if row.as_substitute is not None:
        how = f"替{row.as_substitute.person}，{how}"
    tag = ("dispute", row.get_state_display()) if row.state == There.DISPUTED else None
    own = row.person.user_id == user.pk and row.created_by_id != user.pk
    return Entry(row, how, tag, own and not user.standing.served_on(team, day))


def _undoable(row: DutyAttendance, user: User) -> bool:
    return entered_today(row, user, user.standing.on)


def _checks(log: DutyLog) -> list[SpotCheck]:
    rows = SpotCheck.objects.filter(team=log.team_id, day=log.day).exclude(state=SpotCheck.State.WITHDRAWN)
    return list(rows.order_by("at"))
