"""Field types of points and money: one place decides their precision."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round


class MarksField(models.DecimalField):
    """Points (分), two decimals: no step under 0.1 is offered, half steps of money-grade rounding fit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 6)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)


class MoneyField(models.DecimalField):
    """An amount (元) to the 分 of money."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 12)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)


def is_difference(amount: str, of: str, less: str) -> Q:
    """`amount` = `of` − `less`, to the 分 of money: SQLite reckons in binary fractions, where 188.10 − 150 is not
    38.10."""
    return Q(**{amount: Round(F(of) - F(less), precision=2)})


def is_first_of_month(name: str, field: str) -> models.CheckConstraint:
    """A month is stored as its first day."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{field: None}) | Q(**{f"{field}__day": 1}),
        violation_error_message="月份以当月1日记。",
    )
