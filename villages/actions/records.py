"""What the register's actions share: setting facts, checking the whole record, saving it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from villages.models import Village


def write(record: Model, facts: dict[str, Any]) -> None:
    """Set facts on a record (text without spaces around it), check the whole of it and save."""
    for name, value in facts.items():
        setattr(record, name, value.strip() if isinstance(value, str) else value)
    record.full_clean()
    record.save()


def known(facts: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Those of the given facts that an action may set."""
    return {name: facts[name] for name in names if name in facts}


def refuse_ended_village(village: Village) -> None:
    """Raise when the village has been merged away: nothing new is recorded for it."""
    if village.ended_on is not None:
        raise ValidationError(f"{village}已撤并，不再登记新的内容。")


def refuse_stranger(person: Any, village: Village, *, field: str) -> None:
    """Raise when somebody who is no current resident of the village is to hold something in it."""
    if person is None:
        return
    if person.ended_on is not None:
        raise ValidationError({field: f"{person}已离册，请先恢复在册或另选一人。"})
    if person.village_id != village.pk:
        raise ValidationError({field: f"{person}不在{village}的人员名册，请先登记或调整所在村。"})
