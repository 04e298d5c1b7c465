"""去向: going out and coming back within a day. For the door sheet; nothing is counted from it."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from appraisal.models import Outing
from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import clock
from villages.models import Person, Village


def go_out(
    *, person: Person, village: Village, where: str, back_expected: datetime, by: User, now: datetime, note: str = ""
) -> Outing:
    """Out of the village office until about `back_expected`. An outing of an earlier day that nobody closed
    ends when it was expected to: it says nothing about today."""
    with acting(by=by, action="outing.go", label="登记外出"):
        person = lock_for_change(person)
        if back_expected <= now:
            told = f"预计返回时间应晚于现在（{clock(timezone.localtime(now))}）。"
            raise ValidationError({"back_time": told})
        running = Outing.objects.open().filter(person=person).select_for_update().first()
        if running is not None and timezone.localdate(running.left_at) == timezone.localdate(now):
            raise ValidationError(f"{person}已登记外出，请先登记返回。")
        if running is not None:
            running.back_at, running.back_by = running.back_expected, by
            running.save()
        outing = Outing(
            person=person,
            village=village,
            where=where,
            note=note.strip(),
            left_at=now,
            left_by=by,
            back_expected=back_expected,
        )
        outing.full_clean()
        outing.save()
    return outing


def come_back(*, outing: Outing, by: User, now: datetime) -> Outing:
    """Back in the office. A second tap changes nothing: the first one said it."""
    with acting(by=by, action="outing.back", label="登记返回"):
        outing = lock_for_change(outing)
        if outing.back_at is None:
            outing.back_at, outing.back_by = now, by
            outing.full_clean()
            outing.save()
    return outing
