"""Notes which records an import writes, so that it can be taken back.

The trail says what changed in words; taking back needs the stored values and the version after.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models
from django.db.models.signals import post_save, pre_delete, pre_save

from lianzhen.importing.models import ImportBatch, ImportTouch
from lianzhen.trail.recording import tracked_models

_noting: ContextVar[list[ImportTouch] | None] = ContextVar("lianzhen_import_touches", default=None)


def listen() -> None:
    pre_save.connect(_before_save, dispatch_uid="importing-before")
    post_save.connect(_after_save, dispatch_uid="importing-after")
    pre_delete.connect(_before_delete, dispatch_uid="importing-delete")


@contextmanager
def noting() -> Iterator[list[ImportTouch]]:
    """Collect a touch for every tracked record written inside, without its batch."""
    touches: list[ImportTouch] = []
    token = _noting.set(touches)
    try:
        yield touches
    finally:
        _noting.reset(token)


def store(batch: ImportBatch, touches: list[ImportTouch]) -> None:
    for touch in touches:
        touch.batch = batch
    ImportTouch.objects.bulk_create(touches, batch_size=500)


#: Kept nowhere but in its own column.
NEVER_NOTED = "password"


def raw_values(instance: models.Model) -> dict[str, Any] | None:
    """The row as stored now, by column attribute."""
    names = [f.attname for f in instance._meta.concrete_fields if f.name != NEVER_NOTED]
    return type(instance)._base_manager.filter(pk=instance.pk).values(*names).first()


def _concerned(sender: type[models.Model]) -> list[ImportTouch] | None:
    touches = _noting.get()
    return touches if touches is not None and sender in tracked_models() else None


def _before_save(sender: type[models.Model], instance: models.Model, raw: bool, **kwargs: Any) -> None:
    if _concerned(sender) is not None and not raw:
        instance._import_before = None if instance._state.adding else raw_values(instance)


def _after_save(sender: type[models.Model], instance: models.Model, raw: bool, **kwargs: Any) -> None:
    touches = _concerned(sender)
    if touches is not None and not raw:
        touches.append(touch_of(instance, instance.__dict__.pop("_import_before", None)))


def _before_delete(sender: type[models.Model], instance: models.Model, **kwargs: Any) -> None:
    touches = _concerned(sender)
    if touches is not None:
        touch = touch_of(instance, raw_values(instance))
        touch.gone = True
        touches.append(touch)


def touch_of(instance: models.Model, before: dict[str, Any] | None) -> ImportTouch:
    return ImportTouch(
        model=instance._meta.label_lower,
        object_id=instance.pk,
        label=str(instance)[:200],
        version=getattr(instance, "version", None),
        before={key: value for key, value in before.items() if key != NEVER_NOTED} if before is not None else None,
    )
