"""A new version of the rules of the working week; what has begun is never changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from appraisal.models import WorkRules
from lianzhen.accounts.models import User
from lianzhen.periods import Week
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date


def set_work_rules(
    *,
    starts_on: date,
    today: date,
    by: User | None,
    rules: WorkRules | None = None,
    version: int | None = None,
    **figures: Any,
) -> WorkRules:
    """Write a version that takes effect on a Monday to come, or correct one that has not begun (`rules`).

    Weeks that have begun keep the version by which people worked. Only the system itself (`by` None: the
    first set-up, the demo) may write a version for the past. Raises `ValidationError` at `starts_on`.
    """
    with acting(by=by, action="work_rules.set", label="设定工作制度"):
        if rules is not None:
            rules = lock_for_change(rules, version)
            refuse_begun(rules.starts_on, today, f"{rules}已经生效，不能再改。请另设一版。")
        else:
            rules = WorkRules()
        if by is not None:
            first = Week.of(today).next().start
            refuse_begun(starts_on, today, f"本周已按现行制度执行，新制度最早从{full_date(first)}（下周一）起生效。")
        rules.starts_on = starts_on
        for name, value in figures.items():
            setattr(rules, name, value)
        rules.full_clean()
        rules.save()
    return rules


def refuse_begun(starts_on: date, today: date, sentence: str) -> None:
    if starts_on <= Week.of(today).start:
        raise ValidationError({"starts_on": sentence})
