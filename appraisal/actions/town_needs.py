"""需镇里解决的事: raised by a report or written down by the office, assigned, answered or declined.

The village's team and cadres are told of every step, the person charged of the charge.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from appraisal.models import ReportLine, TownNeed, WeeklyReport
from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell
from lianzhen.town.models import Department
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date, list_date
from villages.models import CadreTerm, Person, Posting, Village

State = TownNeed.State


def raise_needs(*, report: WeeklyReport, lines: Iterable[ReportLine], by: User, now: datetime) -> list[TownNeed]:
    """One need for each line of a report that is being sent. A need that was withdrawn with the report comes
    again in the words of its line; one that the town has taken in hand stays as it was taken."""
    earlier = {need.line_id: need for need in TownNeed.objects.select_for_update().filter(line__report=report)}
    found = []
    for line in lines:
        need = earlier.get(line.pk)
        if need is None:
            need = TownNeed(village_id=report.team.village_id, line=line, created_by=by, created_at=now)
        elif need.state != State.WITHDRAWN:
            continue
        need.text, need.raised_on, need.state = line.text, timezone.localdate(now), State.NEW
        need.full_clean()
        need.save()
        found.append(need)
    return found


def withdraw_needs(*, report: WeeklyReport) -> None:
    """With a report that is taken back: what nobody has taken in hand. Inside the caller's act."""
    for need in TownNeed.objects.select_for_update().filter(line__report=report, state=State.NEW):
        need.state = State.WITHDRAWN
        need.full_clean()
        need.save()


def add_need(*, village: Village, text: str, raised_on: date, by: User, today: date) -> TownNeed:
    """Write down what a village asked for otherwise than by a report (by telephone, at the meeting)."""
    with acting(by=by, action="need.add", label="登记需镇里解决的事"):
        if raised_on > today:
            raise ValidationError({"raised_on": "提出日期不能晚于今天。"})
        if village.ended_on is not None:
            raise ValidationError({"village": f"{village}已于{full_date(village.ended_on)}撤并。"})
        need = TownNeed(village=village, text=text.strip(), raised_on=raised_on, created_by=by)
        need.full_clean()
        need.save()
    return need


def assign_need(
    *,
    need: TownNeed,
    department: Department | None,
    owner: Person | None,
    due_on: date,
    by: User,
    today: date,
    version: int | None = None,
) -> TownNeed:
    """Charge a department or a person with it, until a day; or change the charge while it is open."""
    with acting(by=by, action="need.assign", label="交办"):
        need = lock_for_change(need, version)
        _refuse_closed(need)
        if department is None and owner is None:
            raise ValidationError({"department": "请选择承办站所（办）或承办人。"})
        if due_on < today:
            raise ValidationError({"due_on": "期限不能早于今天。"})
        need.department, need.owner, need.due_on = department, owner, due_on
        need.state, need.assigned_at, need.assigned_by = State.ASSIGNED, timezone.now(), by
        need.full_clean()
        need.save()
        until = list_date(due_on, today.year)
        _tell_village(need, f"“{_short(need)}”已交{need.charged}办理，期限{until}。", by, today)
        if owner is not None and owner.user_id and owner.user_id != by.pk:
            tell([owner.user_id], f"请办理{need.village}提出的“{_short(need)}”，期限{until}。", _url(need))
    return need


def close_need(*, need: TownNeed, answer: str, by: User, today: date, version: int | None = None) -> TownNeed:
    """It is solved; the answer says how."""
    return _end(need, State.DONE, answer, by, today, version, action="need.close", label="办结", told="已解决")


def decline_need(*, need: TownNeed, answer: str, by: User, today: date, version: int | None = None) -> TownNeed:
    """It cannot be solved now; the answer says why."""
    return _end(
        need,
        State.DECLINED,
        answer,
        by,
        today,
        version,
        action="need.decline",
        label="说明暂不能解决",
        told="暂不能解决",
    )


def _end(
    need: TownNeed,
    state: State,
    answer: str,
    by: User,
    today: date,
    version: int | None,
    *,
    action: str,
    label: str,
    told: str,
) -> TownNeed:
    with acting(by=by, action=action, label=label):
        need = lock_for_change(need, version)
        _refuse_closed(need)
        need.state, need.answer, need.closed_at, need.closed_by = state, answer.strip(), timezone.now(), by
        need.full_clean()
        need.save()
        _tell_village(need, f"“{_short(need)}”{told}，请查看答复。", by, today)
    return need


def _refuse_closed(need: TownNeed) -> None:
    if not need.is_open:
        raise ValidationError(f"这件事{need.get_state_display()}，不能再办理。")


def _short(need: TownNeed) -> str:
    return need.text if len(need.text) <= 20 else f"{need.text[:19]}…"


def _url(need: TownNeed) -> str:
    return reverse("need", args=[need.pk])


def _tell_village(need: TownNeed, text: str, by: User, today: date) -> None:
    """The team and the cadres who work there today."""
    teams = Posting.objects.on(today).filter(team__village=need.village_id)
    cadres = CadreTerm.objects.on(today).filter(village=need.village_id)
    accounts = {
        pk for rows in (teams, cadres) for pk in rows.values_list("person__user_id", flat=True) if pk and pk != by.pk
    }
    tell(accounts, text, _url(need))
