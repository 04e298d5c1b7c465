"""驻村登记: entering a day, and taking it back on the same day.

Entries of one team for one day meet in one `DutyLog`, whoever makes them and however often: by a phone at
once or hours later, by the office from a paper sheet, by two members at the same moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from appraisal import addressees, facts
from appraisal.actions.duty_contents import add_note, add_photos, prepare, withdraw_contents
from appraisal.actions.team_days import save_checked, team_day
from appraisal.facts import OnDuty
from appraisal.models import DutyAttendance, DutyLog, WorkRules
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.notices.actions import tell
from lianzhen.periods import Week
from lianzhen.wording import full_date, list_date
from villages.models import LiaisonTeam, Person

Session, Source, There, State = DutyAttendance.Session, DutyAttendance.Source, DutyAttendance.State, DutyLog.State

#: A phone whose clock is further off than this is asked which day was meant.
CLOCK_OFF = timedelta(hours=24)
CLOCK_SENTENCE = "手机日期似乎不对，请确认驻村日期"
FROM_PAPER = "按纸质登记表代录"
SENT_LATE = "在手机上按时登记，上传时已超过补登期限"


@dataclass(frozen=True)
class Logged:
    """What came of an entry. `merged`: the day already had an entry of somebody else's."""

    log: DutyLog
    merged: bool
    sentence: str


def log_duty(
    *,
    team: LiaisonTeam,
    day: date,
    people: Iterable[Person | int],
    by: User | None,
    today: date,
    session: str = Session.WHOLE,
    topics: Sequence[str] = (),
    text: str = "",
    late_reason: str = "",
    device_at: datetime | None = None,
    device_now: datetime | None = None,
    source: str | None = None,
    photos: Iterable[Any] = (),
) -> Logged:
    """Enter a day for one or several people. Twice the same is once; a second entry for the day joins the first.

    `device_at`: when the phone took the entry down, `device_now`: the phone's clock as it sends it. An entry
    taken down on its own day is not late, however late it arrives. `photos`: uploaded files.
    Refusals name the field of the form: `day`, `people`, `late_reason`, `photo`, `text`.
    """
    refuse_wrong_clock(device_at, device_now)
    prepared = [prepare(file) for file in photos]
    if day > today:
        raise ValidationError({"day": f"驻村日期不能晚于今天（{full_date(today)}）。"})
    with team_day(
        team=team, day=day, by=by, action="duty.log", label="登记驻村", reason=late_reason if day < today else ""
    ) as (_, team):
        here = {one.person_id: one for one in facts.serving([team], day)[team.pk]}
        chosen = _chosen(people, here, team, day)
        entry = _Entry(team, day, by, today, here, _source_of(by, source, here), late_reason.strip(), device_at)
        log, rows = entry.open_log()
        others = [row for row in rows if row.state != There.WITHDRAWN]
        added = entry.enter(log, rows, chosen, session)
        add_note(log, topics, text, by)
        add_photos(log, prepared, by)
        entry.tell(log, added)
        sentence = _sentence(log, team, others, added, by, today)
    return Logged(log, bool(others), sentence)


def undo(*, log: DutyLog, by: User, today: date) -> DutyLog:
    """撤销: whoever entered takes his own entries back, on the day he made them. Others' stay."""
    with team_day(team=log.team_id, day=log.day, by=by, action="duty.undo", label="撤销驻村登记") as (_, team):
        own = [row for row in attendances_of(log) if entered_today(row, by, today) and row.state != There.WITHDRAWN]
        if not own:
            raise ValidationError("只能撤销本人当天登记的驻村。登记有误时请联系片区联络组或联村工作办。")
        for row in own:
            row.state = There.WITHDRAWN
            row.save()
        withdraw_contents(log, by)
        log = close_if_empty(log)
        tell(
            accounts_in(own) - {by.pk}, f"{by}已撤销{list_date(log.day, today.year)}在{team}的驻村登记。", page_of(log)
        )
    return log


# --- What is refused ----------------------------------------------------------------------------
def refuse_wrong_clock(device_at: datetime | None, device_now: datetime | None = None) -> None:
    """A phone a day or more off cannot say which day it was: an entry from the future, or sent by a clock
    that disagrees with the server's."""
    now = timezone.now()
    ahead = device_at is not None and device_at - now > CLOCK_OFF
    if ahead or (device_now is not None and abs(device_now - now) > CLOCK_OFF):
        raise ValidationError({"day": CLOCK_SENTENCE}, code="clock")


def _chosen(people: Iterable[Person | int], here: dict[int, OnDuty], team: LiaisonTeam, day: date) -> list[Person]:
    """The people as rows, each once. Refuses whoever has no business there on the day."""
    asked = list(people)
    ids = list(dict.fromkeys(getattr(person, "pk", person) for person in asked))
    known = {person.pk: person for person in asked if isinstance(person, Person)}
    missing = [pk for pk in ids if pk not in known]
    known |= Person.objects.in_bulk(missing) if missing else {}
    if not ids:
        raise ValidationError({"people": "请选择驻村人员。"})
    strangers = [str(known.get(pk, "")) for pk in ids if pk not in here]
    if strangers:
        names = "、".join(name for name in strangers if name) or "所选人员"
        raise ValidationError({"people": f"{names}在{full_date(day)}不在{team}任职，也不是替班人，请重新选择。"})
    return [known[pk] for pk in ids]


def _source_of(by: User | None, source: str | None, here: dict[int, OnDuty]) -> str | None:
    """None: each person's own, `SELF` or `COLLEAGUE`. The office is the office unless it sits there itself."""
    if source is not None or by is None:
        return source or Source.SELF
    if by.pk not in {one.user_id for one in here.values()} and by.standing.has(Role.OFFICE, Role.OFFICE_LEAD):
        return Source.OFFICE
    return None


# --- The steps of an entry ------------------------------------------------------------------------
@dataclass
class _Entry:
    """One entry on its way in, under the team's lock."""

    team: LiaisonTeam
    day: date
    by: User | None
    today: date
    here: dict[int, OnDuty]
    source: str | None
    late_reason: str
    device_at: datetime | None

    def open_log(self) -> tuple[DutyLog, list[DutyAttendance]]:
        """The day's log, made or taken up again, and who was ever entered in it."""
        state, reason = self._state_and_reason()
        log = DutyLog.objects.filter(team=self.team, day=self.day).first()
        if log is None:
            log = DutyLog(team=self.team, day=self.day, state=state, late_reason=reason, created_by=self.by)
            save_checked(log)
            return log, []
        log.team = self.team
        self._refuse_closed(log, state)
        if log.state == State.WITHDRAWN:
            log.state, log.late_reason, log.created_by, log.created_at = state, reason, self.by, timezone.now()
            log.decided_at = log.decided_by = None
            log.decision_note = ""
            save_checked(log)
        elif log.state in (State.PENDING, State.DECLINED) and state == State.REGISTERED:
            log.state, log.decided_at, log.decided_by = state, timezone.now(), self.by
            log.decision_note = reason or FROM_PAPER
            save_checked(log)
        return log, attendances_of(log)

    def _state_and_reason(self) -> tuple[str, str]:
        days = (self.today - self.day).days
        limit = WorkRules.objects.in_force(self.today).makeup_days if days else 0
        if self.source == Source.OFFICE:
            return State.REGISTERED, (self.late_reason or FROM_PAPER) if days else ""
        on_time = self.device_at is not None and timezone.localtime(self.device_at).date() == self.day
        if not days or (on_time and days <= limit):
            return State.REGISTERED, ""
        if on_time:
            return State.PENDING, self.late_reason or SENT_LATE
        if not self.late_reason:
            raise ValidationError({"late_reason": f"{full_date(self.day)}的驻村属于补登，请写明补登原因。"})
        return (State.PENDING if days > limit else State.REGISTERED), self.late_reason

    def _refuse_closed(self, log: DutyLog, state: str) -> None:
        """A day decided against, or one long counted, is not changed by an entry that needs consent itself."""
        if state != State.PENDING:
            return
        if log.state == State.DECLINED:
            raise ValidationError({"day": "这一天的补登没有同意。如有新的情况，请联系片区联络组或联村工作办。"})
        if log.state == State.REGISTERED:
            raise ValidationError({"day": "这一天已登记驻村，补充人员已超过补登期限，请凭纸质登记表由联村工作办代录。"})

    def enter(
        self, log: DutyLog, known: list[DutyAttendance], people: list[Person], session: str
    ) -> list[DutyAttendance]:
        """Put the people in; answers those who were not there before. A dispute is ended by its own person only."""
        rows = {row.person_id: row for row in known}
        added = []
        for person in people:
            row = rows.get(person.pk)
            own = self.by is not None and person.user_id == self.by.pk
            if row is not None and row.state == There.DISPUTED and not own:
                raise ValidationError({"people": f"{person}对这一天的登记有异议，处理后再登记。"})
            if row is None or row.state != There.PRESENT:
                row = row or DutyAttendance(log=log, person=person)
                self._fill(row, own, session)
                added.append(row)
            elif own and row.session != session:
                row.session = session
                save_checked(row)
        return added

    def _fill(self, row: DutyAttendance, own: bool, session: str) -> None:
        if row.state == There.DISPUTED:
            row.resolved_at, row.resolved_by, row.resolution = timezone.now(), self.by, "本人登记"
        row.state, row.session = There.PRESENT, session
        row.source = self.source or (Source.SELF if own else Source.COLLEAGUE)
        row.created_by, row.created_at, row.device_at = self.by, timezone.now(), self.device_at
        row.as_substitute_id = self.here[row.person_id].leave_id
        save_checked(row)

    def tell(self, log: DutyLog, added: list[DutyAttendance]) -> None:
        """Whoever was entered by somebody else, and whoever has to consent."""
        when = list_date(self.day, self.today.year)
        url = page_of(log)
        who = "联村工作办" if self.source == Source.OFFICE else str(self.by)
        if self.by is not None:
            tell(
                accounts_in(added) - {self.by.pk},
                f"{who}为您登记了{when}在{self.team.village}驻村。如与事实不符，请点“不是我”。",
                url,
            )
        if log.state == State.PENDING and added:
            told = addressees.of_deciders(self.team, self.today)
            tell(told - {getattr(self.by, "pk", None)}, f"{self.team}申请补登{when}驻村，请办理。", url)


def attendances_of(log: DutyLog) -> list[DutyAttendance]:
    rows = list(log.attendances.select_related("person", "created_by").order_by("id"))
    for row in rows:
        row.log = log  # its words name the team: not one query for each
    return rows


def accounts_in(rows: Iterable[DutyAttendance]) -> set[int]:
    return {row.person.user_id for row in rows if row.person.user_id}


def page_of(log: DutyLog) -> str:
    return reverse("duty", args=[log.pk])


def entered_today(row: DutyAttendance, by: User, today: date) -> bool:
    return row.created_by_id == by.pk and timezone.localtime(row.created_at).date() == today


def close_if_empty(log: DutyLog) -> DutyLog:
    """A day on which nobody stands any more is withdrawn as a whole."""
    if log.state != State.WITHDRAWN and not log.attendances.exclude(state=There.WITHDRAWN).exists():
        log.state = State.WITHDRAWN
        save_checked(log)
    return log


# --- Words ----------------------------------------------------------------------------------------
def _sentence(
    log: DutyLog,
    team: LiaisonTeam,
    others: list[DutyAttendance],
    added: list[DutyAttendance],
    by: User | None,
    today: date,
) -> str:
    """已登记10月18日驻村。本周2/2天。"""
    when = list_date(log.day, today.year)
    if log.state == State.PENDING:
        return f"已申请补登{when}驻村，片区联络组同意后计入。"
    week = Week.of(log.day)
    duty = facts.duty_of([team], week, today)[team.pk]
    name = "本周" if today in week else "该周"
    count = f"{name}{duty.short}。"
    first = next((row.created_by for row in others if row.created_by_id != getattr(by, "pk", None)), None)
    if first is not None and added:
        return f"{'今天' if log.day == today else when}已由{first}登记，已合并为一条。{count}"
    if not added:
        return f"{when}驻村已经登记过，没有重复登记。{count}"
    return f"已登记{when}驻村。{count}"
