"""请假公出: asked for, decided, taken back, come back from. Nobody decides his own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from appraisal.leave_rules import (
    LONGEST_DAYS,
    OLDEST_DAYS,
    WORDS,
    Step,
    chain_words,
    days_words,
    deciding_step,
    papers_due,
    working_days,
)
from appraisal.leave_seats import Seat, away, deciders, seat_of, substitutes, vacant_steps
from appraisal.models import Leave, WorkRules
from appraisal.seals import ensure_open
from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell
from lianzhen.town.models import CalendarDay
from lianzhen.town.workdays import WorkCalendar
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date
from villages.models import Person

#: Far enough to find the end of any run of holidays.
BEYOND = timedelta(days=30)


def calendar_around(first: date, last: date) -> WorkCalendar:
    """The work calendar of the days and what follows them. One query."""
    return WorkCalendar(CalendarDay.objects.between(first - BEYOND, last + BEYOND).as_exceptions())


# --- Asking -------------------------------------------------------------------------------------
def ask_leave(
    *,
    person: Person,
    kind: str,
    starts_on: date,
    ends_on: date,
    reason: str,
    by: User,
    today: date,
    destination: str = "",
    proof: str = "",
    substitute: Person | None = None,
    is_oral: bool = False,
) -> Leave:
    """Ask for leave or official travel, for oneself or (`by` another account) in the person's place.

    Who decides follows from the post, the working days and the rules in force today. Raises
    `ValidationError` at the field: dates the wrong way round or too far, days already taken by another
    leave, official travel without its ground, a substitute who cannot stand in.
    """
    own = person.user_id == by.pk
    label = "申请请假公出" if own else "代本人申请请假公出"
    with acting(by=by, action="leave.ask", label=label):
        person = lock_for_change(person)  # two requests for the same days wait for each other here
        refuse_dates(starts_on, ends_on, is_oral, today)
        ensure_open(starts_on, ends_on, field="starts_on")
        seat = seat_of(person, starts_on)
        if seat is None:
            what = f"{person}在{full_date(starts_on)}没有联村工作组、片区联络组或村干部任职，不在这里请假。"
            raise ValidationError({"person" if not own else "starts_on": what})
        refuse_taken(person, starts_on, ends_on)
        rules, calendar = WorkRules.objects.in_force(today), calendar_around(starts_on, ends_on)
        days = working_days(starts_on, ends_on, calendar)
        if not days and kind not in Leave.OFFICIAL:
            raise ValidationError({"starts_on": "这几天都不上班，不需要请假。"})
        if kind in Leave.OFFICIAL and not proof.strip():
            raise ValidationError({"proof": "公出请写明依据，例如会议通知或文号。"})
        refuse_substitute(person, seat, substitute, starts_on, ends_on)
        concerned = {pk for pk in (by.pk, person.user_id) if pk}
        step = deciding_step(seat.post, days, rules, set(vacant_steps(seat, today, concerned)))
        leave = Leave(
            person=person,
            village=seat.village,
            team=seat.team,
            group=seat.group,
            kind=kind,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=reason.strip(),
            destination=destination.strip(),
            proof=proof.strip(),
            substitute=substitute,
            is_oral=is_oral,
            papers_due=papers_due(starts_on, rules, calendar) if is_oral else None,
            workdays=days,
            step=step,
            created_by=by,
        )
        leave.last_day = ends_on
        leave.full_clean()
        leave.save()
        asked = f"{person}申请{_what(leave)}，{chain_words(days, step)}。"
        _tell(leave, deciders(leave.team_id, leave.group_id, step, today) - concerned, asked, by)
        if not own:
            _tell(leave, [person.user_id], f"联村工作办代您申请{_what(leave)}。", by)
    return leave


def refuse_dates(starts_on: date, ends_on: date, is_oral: bool, today: date) -> None:
    if ends_on < starts_on:
        raise ValidationError({"ends_on": f"截止日期不能早于起始日期（{full_date(starts_on)}）。"})
    if (ends_on - starts_on).days >= LONGEST_DAYS:
        raise ValidationError({"ends_on": "一次请假不超过一年，请核对截止日期。"})
    if starts_on < today - timedelta(days=OLDEST_DAYS) or starts_on > today + timedelta(days=LONGEST_DAYS):
        raise ValidationError({"starts_on": "起始日期应在前后一年以内，请核对年份。"})
    if is_oral and starts_on > today:
        raise ValidationError({"is_oral": "还没有开始的请假，直接申请即可，不用补办。"})
    if not is_oral and starts_on < today:
        raise ValidationError({"is_oral": "起始日期已过。口头请过假的，请勾选“已口头请假，现在补办”。"})


def refuse_taken(person: Person, first: date, last: date) -> None:
    """One person's leaves share no day; the database refuses it as well (`leave_terms`)."""
    other = away(first, last).filter(person=person).order_by("starts_on").first()
    if other is not None:
        told = f"{_what(other)}{'待批' if other.state == Leave.State.ASKED else '已批'}"
        raise ValidationError({"starts_on": f"{person}{told}，日期不能重叠。"})


def refuse_substitute(person: Person, seat: Seat | None, other: Person | None, first: date, last: date) -> None:
    if other is None:
        return
    if other.pk == person.pk:
        raise ValidationError({"substitute": "替班人不能是本人。"})
    if seat is None or not substitutes(seat, first, last).filter(pk=other.pk).exists():
        raise ValidationError({"substitute": f"{other}这几天不在联村工作组、片区联络组任职，请另选替班人。"})
    busy = away(first, last).filter(person=other).order_by("starts_on").first()
    if busy is not None:
        days = days_words(busy.starts_on, busy.last_day, first.year)
        raise ValidationError({"substitute": f"{other}{days}请假或公出，请另选替班人。"})


# --- Deciding -----------------------------------------------------------------------------------
def approve(*, leave: Leave, by: User, note: str = "", version: int | None = None) -> Leave:
    """Grant it. The substitute is asked after once more: he may have gone on leave himself since."""
    with acting(by=by, action="leave.approve", label="批准请假公出", reason=note):
        leave = _decided(leave, Leave.State.APPROVED, by, note, version)
        seat = seat_of(leave.person, leave.starts_on)
        refuse_substitute(leave.person, seat, leave.substitute, leave.starts_on, leave.ends_on)
        leave.full_clean()
        leave.save()
        _tell(leave, _askers(leave), f"已批准：{leave.person}{_what(leave)}。回岗后请销假。", by)
        _tell_substitute(leave, leave.substitute, by)
    return leave


def decline(*, leave: Leave, by: User, note: str, version: int | None = None) -> Leave:
    with acting(by=by, action="leave.decline", label="不批请假公出", reason=note):
        if not note.strip():
            raise ValidationError({"note": "不批请写明原因。"})
        leave = _decided(leave, Leave.State.DECLINED, by, note, version)
        leave.full_clean()
        leave.save()
        _tell(leave, _askers(leave), f"未批准：{leave.person}{_what(leave)}。原因：{note.strip()}", by)
    return leave


def _decided(leave: Leave, state: str, by: User, note: str, version: int | None) -> Leave:
    leave = lock_for_change(leave, version)
    if leave.state != Leave.State.ASKED:
        raise ValidationError(f"这条请假{_stands(leave)}，不用再批。")
    if by.pk in (leave.created_by_id, leave.person.user_id):
        raise ValidationError("不能批自己提出的请假，请由其他同志处理。")
    if state == Leave.State.APPROVED:
        ensure_open(leave.starts_on, leave.ends_on)
    leave.state, leave.decided_at, leave.decided_by = state, timezone.now(), by
    leave.decision_note = note.strip()
    return leave


# --- Taking back and coming back -----------------------------------------------------------------
def withdraw(*, leave: Leave, by: User, today: date, reason: str = "", version: int | None = None) -> Leave:
    """Before the decision at any time; once granted only before it begins, with a reason."""
    with acting(by=by, action="leave.withdraw", label="撤回请假公出", reason=reason):
        leave = lock_for_change(leave, version)
        if leave.state not in (Leave.State.ASKED, Leave.State.APPROVED):
            raise ValidationError(f"这条请假{_stands(leave)}，不能撤回。")
        granted = leave.state == Leave.State.APPROVED
        if granted and leave.starts_on <= today:
            raise ValidationError(f"请假已于{full_date(leave.starts_on)}开始，不能撤回。没有休完的请办理销假。")
        if granted and not reason.strip():
            raise ValidationError({"reason": "已批的请假，撤回请写明原因。"})
        leave.state, leave.withdrawn_at, leave.withdrawn_by = Leave.State.WITHDRAWN, timezone.now(), by
        leave.withdrawal_reason = reason.strip()
        leave.full_clean()
        leave.save()
        told = _askers(leave) | ({leave.decided_by_id} if granted else set())
        if not granted:
            told |= deciders(leave.team_id, leave.group_id, leave.step, today)
        _tell(leave, told, f"{leave.person}撤回了{_what(leave)}。", by)
        if granted:
            _free_substitute(leave, by)
    return leave


def return_to_post(*, leave: Leave, returned_on: date, by: User, today: date, version: int | None = None) -> Leave:
    """销假: back at work from `returned_on` on. Earlier than planned gives the remaining days back."""
    own = leave.person.user_id == by.pk
    with acting(by=by, action="leave.return", label="销假" if own else "代本人销假"):
        leave = lock_for_change(leave, version)
        if leave.state != Leave.State.APPROVED:
            raise ValidationError(f"这条请假{_stands(leave)}，不用销假。")
        if returned_on < leave.starts_on:
            what = f"回岗日期不能早于请假起始日期（{full_date(leave.starts_on)}）。"
            raise ValidationError({"returned_on": what})
        if returned_on > today:
            raise ValidationError({"returned_on": "回岗日期不能晚于今天，回岗当天再销假。"})
        if returned_on <= leave.ends_on:
            ensure_open(returned_on, leave.ends_on, field="returned_on")
        leave.state, leave.returned_on = Leave.State.RETURNED, returned_on
        leave.returned_at, leave.returned_by = timezone.now(), by
        leave.full_clean()
        leave.save()
        told = _askers(leave) | {leave.decided_by_id}
        _tell(leave, told, f"{leave.person}已于{full_date(returned_on)}回岗，{_what(leave)}销假。", by)
        if returned_on <= leave.ends_on:
            _free_substitute(leave, by)
    return leave


def change_substitute(
    *, leave: Leave, substitute: Person | None, by: User, today: date, version: int | None = None
) -> Leave:
    """Another stands in from now on, or nobody. Days already stood in for keep their entry in the duty log."""
    with acting(by=by, action="leave.substitute", label="更换替班人"):
        leave = lock_for_change(leave, version)
        if leave.state not in (Leave.State.ASKED, Leave.State.APPROVED):
            raise ValidationError(f"这条请假{_stands(leave)}，不能更换替班人。")
        if leave.last_day < today:
            raise ValidationError(f"请假已于{full_date(leave.last_day)}结束，不能更换替班人。")
        if leave.substitute_id == (substitute.pk if substitute else None):
            raise ValidationError({"substitute": "替班人没有变化，请另选一位。"})
        first = max(leave.starts_on, today)
        refuse_substitute(leave.person, seat_of(leave.person, leave.starts_on), substitute, first, leave.ends_on)
        former = leave.substitute
        leave.substitute = substitute
        leave.full_clean()
        leave.save()
        if leave.state == Leave.State.APPROVED:
            if former is not None:
                _tell(leave, [former.user_id], f"{_days(leave)}{leave.person}改由其他同志替班。", by)
            _tell_substitute(leave, substitute, by)
    return leave


# --- Notices ------------------------------------------------------------------------------------
def _what(leave: Leave) -> str:
    """病假2天（10月18日—19日）"""
    return f"{leave.get_kind_display()}{leave.workdays}天（{_days(leave)}）"


def _days(leave: Leave) -> str:
    """Said of the year in which it was asked for, whenever it is told."""
    return days_words(leave.starts_on, leave.ends_on, timezone.localdate(leave.created_at).year)


def _stands(leave: Leave) -> str:
    words = {
        Leave.State.ASKED: f"还在等{WORDS[Step(leave.step)]}批",
        Leave.State.APPROVED: "已经批准",
        Leave.State.DECLINED: "没有批准",
        Leave.State.WITHDRAWN: "已经撤回",
        Leave.State.RETURNED: "已经销假",
    }
    return words[Leave.State(leave.state)]


def _askers(leave: Leave) -> set[int | None]:
    return {leave.person.user_id, leave.created_by_id}


def _tell_substitute(leave: Leave, substitute: Person | None, by: User) -> None:
    """Told the days, not why: the reason of a leave is not everybody's."""
    if substitute is not None:
        place = leave.village or leave.group
        _tell(leave, [substitute.user_id], f"{_days(leave)}请您在{place}替{leave.person}值班。", by)


def _free_substitute(leave: Leave, by: User) -> None:
    if leave.substitute_id:
        since = leave.returned_on or leave.starts_on
        _tell(leave, [leave.substitute.user_id], f"{leave.person}{full_date(since)}起在岗，不用再替班。", by)


def _tell(leave: Leave, users: Iterable[int | None], text: str, by: User) -> None:
    tell({pk for pk in users if pk and pk != by.pk}, text, reverse("leave", args=[leave.pk]))
