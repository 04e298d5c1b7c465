"""A new version of 自治条件; what has begun is never changed, and applications keep the conditions they began with."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError

from lianzhen.accounts.models import User
from lianzhen.trail import acting
from villages.models import SelfGovRules
from villages.models.self_governance import Majority


def set_conditions(
    *,
    starts_on: date,
    conditions: str,
    basis: str,
    today: date,
    by: User | None,
    majority: str = Majority.HALF,
    opens_month: int = 12,
    opens_day: int = 1,
) -> SelfGovRules:
    """Write a version in force from a day on, today at the earliest. Raises `ValidationError` by field."""
    with acting(by=by, action="selfgov.rules", label="设定自治条件", reason=basis):
        if by is not None and starts_on < today:
            raise ValidationError({"starts_on": "生效日期不能早于今天，已经开始的申请按原来的条件办理。"})
        lines = [line.strip() for line in conditions.splitlines() if line.strip()]
        if not lines:
            raise ValidationError({"conditions": "请写明申请条件，一行一条。"})
        rules = SelfGovRules(
            starts_on=starts_on,
            conditions="\n".join(lines),
            majority=majority,
            opens_month=opens_month,
            opens_day=opens_day,
            basis=basis.strip(),
        )
        rules.full_clean()
        rules.save()
    return rules
