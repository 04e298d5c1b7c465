"""The checks of a row, asked of the database in one question.

Django asks one question for each check constraint and hands it every field of the row. A wide table has twenty
checks, so that asking took longer than all else a save does, and three times as long again where each question has
a savepoint of its own (PostgreSQL). Here all checks go together, with the fields that they name; only a row that
breaks one is asked about check by check, for its sentence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from operator import and_
from typing import Any

from django.core.exceptions import FieldError, ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Q


@dataclass(frozen=True)
class Named:
    """A check with the fields that it names."""

    constraint: models.CheckConstraint
    fields: frozenset[str]


class Checks:
    """The check constraints of a model; stands among its constraints in their place."""

    def __init__(self, constraints: Iterable[models.CheckConstraint]) -> None:
        self.all = [Named(one, frozenset(Q(one.condition).referenced_base_fields)) for one in constraints]

    def validate(
        self,
        model: type[models.Model],
        instance: models.Model,
        exclude: Collection[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Raises `ValidationError` with the sentence of every check that the row breaks. As Django does, a check
        that names an excluded field is passed over."""
        left_out = frozenset(exclude or ())
        asked = [one for one in self.all if not left_out & one.fields]
        if not asked or self._hold(model, instance, asked, using):
            return
        problems = []
        for one in asked:
            try:
                one.constraint.validate(model, instance, exclude=left_out, using=using)
            except ValidationError as problem:
                problems.append(problem)
        if problems:
            raise ValidationError(problems)

    def _hold(self, model: type[models.Model], instance: models.Model, asked: Sequence[Named], using: str) -> bool:
        """Whether all hold. False also where that cannot be asked in one question."""
        named = frozenset().union(*(one.fields for one in asked))
        others = {field.name for field in model._meta.local_concrete_fields if field.name not in named}
        row = instance._get_field_expression_map(meta=model._meta, exclude=others)
        try:
            return reduce(and_, (Q(one.constraint.condition) for one in asked)).check(row, using=using)
        except FieldError:
            return False


@cache
def constraints_of(model: type[models.Model]) -> list[Any]:
    """The model's own constraints with its checks as one."""
    checks = [one for one in model._meta.constraints if type(one) is models.CheckConstraint]
    others = [one for one in model._meta.constraints if type(one) is not models.CheckConstraint]
    return [Checks(checks), *others] if checks else others
