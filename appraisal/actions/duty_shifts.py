"""调休、顺延: another day of the same week stands for a fixed day, asked for by the team or proposed by the
arithmetic, accepted by the liaison group or the office (domain.md §1.2)."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from appraisal import addressees, facts
from appraisal.actions.team_days import team_day
from appraisal.duty_terms import HERE, WeekDuty
from appraisal.models import DutyShift
from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell
from lianzhen.periods import Week
from lianzhen.wording import list_date, long_date
from villages.models import LiaisonTeam

State = DutyShift.State
#: Of a shift that the arithmetic proposed.
HOLIDAY = "固定办公日放假，顺延"


def ask_shift(
    *, team: LiaisonTeam, from_day: date | None, to_day: date, reason: str, by: User, today: date
) -> DutyShift:
    """Ask to sit in the village on `to_day` in place of the fixed `from_day`; None asks for one of the days
    proposed where fixed days are holidays."""
    with team_day(
        team=team, day=to_day, by=by, action="duty.shift", label="申请调休", reason=reason, field="to_day"
    ) as (_, team):
        duty = _duty(team, to_day, today)
        _refuse_days(duty, from_day, to_day, today)
        from_day = from_day or _day_off(duty, team)
        shift = DutyShift(team=team, from_day=from_day, to_day=to_day, reason=reason.strip(), created_by=by)
        shift.full_clean()
        shift.save()
        told = addressees.of_deciders(team, today) - {by.pk}
        tell(told, f"{team}申请{words(shift, today)}，请办理。", reverse("duty_shift", args=[shift.pk]))
    return shift


def accept_proposal(*, team: LiaisonTeam, to_day: date, by: User, today: date) -> DutyShift:
    """The liaison group takes up a day that the arithmetic proposes, without waiting to be asked."""
    with team_day(team=team, day=to_day, by=by, action="duty.shift_accept", label="同意顺延", field="to_day") as (
        _,
        team,
    ):
        duty = _duty(team, to_day, today)
        if to_day not in duty.proposals:
            raise ValidationError(f"{long_date(to_day)}现在不是建议的顺延日，请刷新页面核对。")
        shift = DutyShift(
            team=team,
            from_day=_day_off(duty, team),
            to_day=to_day,
            reason=HOLIDAY,
            state=State.ACCEPTED,
            created_by=by,
            decided_at=timezone.now(),
            decided_by=by,
        )
        shift.full_clean()
        shift.save()
        told = addressees.of_team(team, today) | addressees.of_village(team, today)
        tell(told - {by.pk}, f"{team}{words(shift, today)}，请按时驻村。", reverse("duty_shift", args=[shift.pk]))
    return shift


def decide_shift(*, shift: DutyShift, accepts: bool, note: str, by: User, today: date) -> DutyShift:
    """Declining says why. Nobody decides what he asked for himself."""
    label = "同意调休" if accepts else "不同意调休"
    with team_day(
        team=shift.team_id, day=shift.to_day, by=by, action="duty.shift_decide", label=label, reason=note
    ) as (_, team):
        shift = _held(shift)
        if shift.state != State.ASKED:
            raise ValidationError(f"这次调休{shift.get_state_display()}，不需再办理。")
        if shift.created_by_id == by.pk:
            raise ValidationError("不能办理自己提出的调休，请由其他同志办理。")
        if not accepts and not note.strip():
            raise ValidationError({"note": "不同意调休，请写明原因。"})
        shift.state = State.ACCEPTED if accepts else State.DECLINED
        shift.decided_at, shift.decided_by, shift.decision_note = timezone.now(), by, note.strip()
        shift.full_clean()
        shift.save()
        told = addressees.of_team(team, today) | ({shift.created_by_id} if shift.created_by_id else set())
        text = f"{words(shift, today)}{shift.get_state_display()}。"
        tell(told - {by.pk}, text, reverse("duty_shift", args=[shift.pk]))
    return shift


def withdraw_shift(*, shift: DutyShift, by: User, today: date) -> DutyShift:
    """Take back what was asked for, or an accepted day that has not come."""
    with team_day(team=shift.team_id, day=shift.to_day, by=by, action="duty.shift_withdraw", label="撤回调休") as (
        _,
        team,
    ):
        shift = _held(shift)
        if shift.state == State.ACCEPTED and shift.to_day <= today:
            raise ValidationError(f"{long_date(shift.to_day)}已到，不能再撤回。")
        if shift.state not in (State.ASKED, State.ACCEPTED):
            raise ValidationError(f"这次调休{shift.get_state_display()}，不需再撤回。")
        shift.state = State.WITHDRAWN
        shift.full_clean()
        shift.save()
        told = addressees.of_deciders(team, today) | addressees.of_team(team, today)
        tell(told - {by.pk}, f"{team}{words(shift, today)}已撤回。", reverse("duty_shift", args=[shift.pk]))
    return shift


def words(shift: DutyShift, today: date) -> str:
    """将10月16日驻村调至10月17日"""
    to_day = list_date(shift.to_day, today.year)
    return f"将{list_date(shift.from_day, today.year)}驻村调至{to_day}" if shift.from_day else f"顺延至{to_day}驻村"


# --- What is refused ----------------------------------------------------------------------------
def _refuse_days(duty: WeekDuty, from_day: date | None, to_day: date, today: date) -> None:
    if to_day < today:
        raise ValidationError({"to_day": "请改到今天或以后的日子。已经驻过村的，请直接补登。"})
    if to_day in duty.due_days:
        raise ValidationError({"to_day": f"{long_date(to_day)}本来就应驻村，请选择其他日子。"})
    if from_day is None:
        if to_day not in duty.proposals:
            raise ValidationError({"from_day": "请选择原固定办公日。"})
        return
    if from_day not in duty.week:
        raise ValidationError({"to_day": f"只能在同一周内调休（{duty.week.title}）。"})
    day = next(fact for fact in duty.days if fact.day == from_day)
    if not day.is_fixed:
        raise ValidationError({"from_day": f"{long_date(from_day)}不是固定办公日。"})
    if day.mark == HERE:
        raise ValidationError({"from_day": f"{long_date(from_day)}已登记驻村，不需调休。"})


def _duty(team: LiaisonTeam, day: date, today: date) -> WeekDuty:
    return facts.duty_of([team], Week.of(day), today)[team.pk]


def _day_off(duty: WeekDuty, team: LiaisonTeam) -> date | None:
    """The first fixed day of the week that is a holiday and that no shift stands for yet. One query."""
    standing = team.duty_shifts.filter(state__in=[State.ASKED, State.ACCEPTED], from_day__in=duty.week.days)
    taken = set(standing.values_list("from_day", flat=True))
    return next((f.day for f in duty.days if f.is_fixed and not f.is_workday and f.day not in taken), None)


def _held(shift: DutyShift) -> DutyShift:
    return DutyShift.objects.select_for_update(of=("self",)).select_related("team__village").get(pk=shift.pk)
