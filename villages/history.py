"""What the trail holds about a village and everything that belongs to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import ForeignKey, Model, Q, QuerySet

from lianzhen.trail.models import AuditEntry
from lianzhen.trail.recording import tracked_models
from villages.models import Person, Village

#: Far more changes than a record of the register ever sees; keeps one page from reading a whole trail.
LATEST = 300


def village_history(village: Village) -> QuerySet[AuditEntry]:
    """Entries about the village and its parts, newest first: groups, posts, teams, organisations, grids …
    People have pages of their own: what was changed about a person is told there."""
    condition = Q(model=Village._meta.label_lower, object_id=village.pk)
    for model, path in _parts():
        ids = model._base_manager.filter(**{path: village.pk}).values("pk")
        condition |= Q(model=model._meta.label_lower, object_id__in=ids)
    return AuditEntry.objects.filter(condition).order_by("-at", "-id")


def changed_at(record: Model) -> dict[str, datetime]:
    """When each field of a record was last changed, as the trail remembers it. One query."""
    found: dict[str, datetime] = {}
    for at, changes in AuditEntry.objects.about(record).values_list("at", "changes")[:LATEST]:
        for change in changes:
            found.setdefault(change["field"], at)
    return found


@cache
def _parts() -> tuple[tuple[type[Model], str], ...]:
    """Tracked models that lead to a village, directly or through one other record, with the way there.
    Read from the models themselves, so that parts nearer the roof need not be named here. A model with
    `own_history` is told on its own pages only."""
    told = [m for m in _by_name(tracked_models()) if m is not Person and not getattr(m, "own_history", False)]
    direct = {model: "village" for model in told if _points_at(model, "village", Village)}
    through = {}
    for model in told:
        if model in direct:
            continue
        for field in _foreign_keys(model):
            if field.related_model in direct:
                through[model] = f"{field.name}__village"
                break
    # A posting in a team belongs to the team's village, one of an instructor to the village itself.
    both = [(m, f"{f.name}__village") for m in direct for f in _foreign_keys(m) if _leads_on(f, direct, m)]
    return (*direct.items(), *through.items(), *both)


def _by_name(models: Iterable[type[Model]]) -> list[type[Model]]:
    return sorted(models, key=lambda model: model._meta.label)


def _leads_on(field: ForeignKey, direct: dict[Any, str], model: type[Model]) -> bool:
    """A nullable village beside another way to one."""
    return field.related_model in direct and model._meta.get_field("village").null


def _points_at(model: type[Model], name: str, target: type[Model]) -> bool:
    return any(field.name == name and field.related_model is target for field in _foreign_keys(model))


def _foreign_keys(model: type[Model]) -> list[ForeignKey]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]
