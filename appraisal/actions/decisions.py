"""议定事项: decided in a meeting with owner and date, and followed until they are done.

Words, owner and date are the meeting's: changing them once its record is closed needs a reason, and every
owner is told. The end is written by whoever saw to it; the office may take it back.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.town_needs import assign_need, close_need
from appraisal.models import Decision, TownNeed, WeeklyMeeting
from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell
from lianzhen.town.models import Department
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date, list_date, short
from villages.models import LiaisonTeam, Person, Posting

State = Decision.State
#: Characters of a decision that a notice has room for (design §12.5: 60 with the rest).
TOLD = 36


def decide(
    *,
    meeting: WeeklyMeeting,
    text: str,
    due_on: date,
    today: date,
    by: User | None,
    team: LiaisonTeam | None = None,
    department: Department | None = None,
    owner: Person | None = None,
    need: TownNeed | None = None,
) -> Decision:
    """Record a decision under the next number of its meeting. Without an owner or a date it is none.

    `need`: what a village asked for; it is charged to the same department or person until the same day.
    """
    with acting(by=by, action="decision.make", label="登记议定事项"):
        meeting = lock_for_change(meeting)
        if meeting.state == WeeklyMeeting.State.CLOSED:
            raise ValidationError("会议记录已经完成，不能再增加议定事项。确需增加的，请联村办主任重新打开。")
        _refuse_early(meeting, due_on)
        if need is not None:
            _refuse_settled(need)
        last = meeting.decisions.aggregate(last=Max("number"))["last"] or 0
        decision = Decision(
            meeting=meeting,
            number=last + 1,
            text=text.strip(),
            due_on=due_on,
            team=team,
            department=department,
            owner=owner,
            need=need,
            created_by=by,
        )
        decision.full_clean()
        decision.save()
        if need is not None:
            assign_need(need=need, department=department, owner=owner, due_on=due_on, by=by, today=today)
        _tell_owners(decision, f"议定事项：{short(decision.text, TOLD)}，{_until(decision)}前落实。", today, by)
    return decision


def change_decision(
    *,
    decision: Decision,
    text: str,
    due_on: date,
    by: User | None,
    today: date,
    team: LiaisonTeam | None = None,
    department: Department | None = None,
    owner: Person | None = None,
    reason: str = "",
    version: int | None = None,
) -> Decision:
    """Other words while the meeting's record is open; another owner or date at any time until it is done."""
    with acting(by=by, action="decision.change", label="调整议定事项", reason=reason):
        decision = _open_decision(decision, version)
        if decision.meeting.state == WeeklyMeeting.State.CLOSED:
            if text.strip() != decision.text:
                raise ValidationError(
                    {"text": "会议记录已经完成，议定的内容不能再改，只能调整责任单位、责任人和期限。"}
                )
            if not reason.strip():
                raise ValidationError({"reason": "请写明调整的原因。"})
        if due_on != decision.due_on:
            _refuse_early(decision.meeting, due_on)
        before = (decision.team_id, decision.department_id, decision.owner_id, decision.due_on)
        decision.text, decision.due_on = text.strip(), due_on
        decision.team, decision.department, decision.owner = team, department, owner
        decision.full_clean()
        decision.save()
        if before != (decision.team_id, decision.department_id, decision.owner_id, decision.due_on):
            _tell_owners(
                decision, f"议定事项有调整：{short(decision.text, TOLD)}，{_until(decision)}前落实。", today, by
            )
    return decision


def report_done(*, decision: Decision, result: str, today: date, by: User, version: int | None = None) -> Decision:
    """已落实, with what came of it; the village that asked for it has its answer with the same words."""
    with acting(by=by, action="decision.done", label="报告落实情况"):
        decision = _end(decision, State.DONE, result, by, version, action="decision.done", label="报告落实情况")
        if decision.need is not None and decision.need.is_open:
            close_need(need=decision.need, answer=decision.result, by=by, today=today)
    return decision


def drop_decision(
    *, decision: Decision, reason: str, by: User | None, today: date, version: int | None = None
) -> Decision:
    """不再办理, with the reason, which its owners are told."""
    with acting(by=by, action="decision.drop", label="不再办理议定事项"):
        decision = _end(decision, State.DROPPED, reason, by, version, action="decision.drop", label="不再办理议定事项")
        _tell_owners(decision, f"议定事项不再办理：{short(decision.text, TOLD)}。", today, by)
    return decision


def resume_decision(
    *, decision: Decision, reason: str, by: User | None, today: date, version: int | None = None
) -> Decision:
    """退回办理: it was not done after all, or is taken up again. What was reported stays on the trail."""
    with acting(by=by, action="decision.resume", label="退回办理议定事项", reason=reason):
        decision = lock_for_change(decision, version)
        if decision.state == State.OPEN:
            raise ValidationError("这项议定事项正在办理。")
        decision.state, decision.result, decision.ended_at, decision.ended_by = State.OPEN, "", None, None
        decision.full_clean()
        decision.save()
        _tell_owners(decision, f"议定事项退回办理：{short(decision.text, TOLD)}。{reason.strip()}", today, by)
    return decision


def _end(
    decision: Decision, state: str, result: str, by: User | None, version: int | None, *, action: str, label: str
) -> Decision:
    with acting(by=by, action=action, label=label):
        decision = _open_decision(decision, version)
        decision.state, decision.result = state, result.strip()
        decision.ended_at, decision.ended_by = timezone.now(), by
        decision.full_clean()
        decision.save()
    return decision


def _open_decision(decision: Decision, version: int | None) -> Decision:
    decision = lock_for_change(decision, version)
    if decision.state != State.OPEN:
        raise ValidationError(f"这项议定事项{decision.get_state_display()}，不能再改。")
    return decision


def _refuse_early(meeting: WeeklyMeeting, due_on: date) -> None:
    if due_on < meeting.held_on:
        raise ValidationError({"due_on": f"期限不能早于例会日期（{full_date(meeting.held_on)}）。"})


def _refuse_settled(need: TownNeed) -> None:
    if not need.is_open:
        raise ValidationError({"need": "村里的这件事已经办结，不用再议。"})
    if need.decisions.filter(state=State.OPEN).exists():
        raise ValidationError({"need": "村里的这件事已有正在办理的议定事项。"})


def _tell_owners(decision: Decision, text: str, today: date, by: User | None) -> None:
    """The person, the team's leader and members, the department's people: whoever has an account."""
    accounts: set[Any] = set()
    if decision.owner_id:
        accounts.add(decision.owner.user_id)
    if decision.team_id:
        serving = Posting.objects.on(today).filter(team=decision.team_id)
        accounts |= set(serving.values_list("person__user_id", flat=True))
    if decision.department_id:
        people = Person.objects.current().filter(department=decision.department_id)
        accounts |= set(people.values_list("user_id", flat=True))
    tell(accounts - {None, by.pk if by else None}, text, reverse("decision", args=[decision.pk]))


def _until(decision: Decision) -> str:
    return list_date(decision.due_on, decision.meeting.held_on.year)
