"""Paper 驻村登记表 keyed by the office: one person's week at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError

from appraisal.actions.duty import FROM_PAPER, Logged, log_duty
from appraisal.models import DutyAttendance
from lianzhen.accounts.models import User
from lianzhen.trail import acting
from villages.models import LiaisonTeam, Person


def key_person_week(
    *,
    team: LiaisonTeam,
    person: Person,
    days: Mapping[date, str | None],
    by: User,
    today: date,
    late_reason: str = FROM_PAPER,
) -> list[Logged]:
    """Enter one person for several days as 联村办代录. `days`: the session of each day, None where the cell was
    emptied. All days or none; raises ValidationError with the day's column as its key (`d20181016`)."""
    with acting(by=by, action="duty.paper", label="按纸质登记表录入"):
        return [_key_day(team, person, day, session, by, today, late_reason) for day, session in days.items()]


def _key_day(
    team: LiaisonTeam, person: Person, day: date, session: str | None, by: User, today: date, late_reason: str
) -> Logged:
    key = f"d{day:%Y%m%d}"
    if session is None:
        told = f"{day.month}月{day.day}日已登记，这里不能清空。要撤销，请打开这一天的登记办理。"
        raise ValidationError({key: told})
    try:
        logged = log_duty(
            team=team,
            day=day,
            people=[person],
            session=session,
            topics=[],
            text="",
            by=by,
            today=today,
            late_reason=late_reason,
            source=DutyAttendance.Source.OFFICE,
        )
    except ValidationError as problem:
        raise ValidationError({key: problem.messages}) from problem
    stands = logged.log.attendances.get(person=person)
    if stands.session != session:
        told = f"{day.month}月{day.day}日已登记为{stands.get_session_display()}，时段由本人在这一天的登记里修改。"
        raise ValidationError({key: told})
    return logged
