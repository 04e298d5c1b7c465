"""How the guards of the database are tried: past the actions, column by column. No test here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from appraisal.tests.score_scene import at
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import Cast


class Guarded:
    """Refusals of one guard, known by its `message`."""

    def __init__(self, message: str) -> None:
        self.message = message

    def tried(self, sql: str, *values: Any) -> bool:
        """By hand, as nothing of ours would: whether the database refused for the sake of this guard."""
        with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
        return self.message in str(refusal.value)

    def columns(self, cast: Cast, rows: models.QuerySet, leave_out: Collection[str]) -> set[str]:
        """Of one row, the columns that the guard keeps, each tried alone; some a constraint keeps before."""
        row, found = rows.get(), set()
        for field in row._meta.concrete_fields:
            value = another(field, getattr(row, field.attname), cast)
            if field.primary_key or field.column in leave_out or value == getattr(row, field.name):
                continue
            with pytest.raises(IntegrityError) as refusal, transaction.atomic():
                rows.update(**{field.name: value})
            if self.message in str(refusal.value):
                found.add(field.column)
        return found


def another(field: models.Field, value: Any, cast: Cast) -> Any:
    """Another value than that, fit for the column."""
    if isinstance(field, models.ForeignKey):
        return cast.users[Role.COMMITTEE] if field.related_model is User else field.related_model.objects.last()
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.DateTimeField):
        return at(date(2026, 10, 1))
    if isinstance(field, models.DateField):
        return date(2026, 12, 1) if field.name == "month" else date(2026, 12, 2)
    if isinstance(field, models.DecimalField):
        return (value or D(1)) - D("0.1")
    if isinstance(field, models.IntegerField):
        return (value or 1) + 1
    if isinstance(field, models.JSONField):
        return {"points": "9"}
    return next(code for code, _ in field.choices if code != value) if field.choices else "改"
