"""Two people editing one record: the second is shown both versions and loses nothing."""

from __future__ import annotations

from typing import Any, TypeVar

from django.conf import settings
from django.db import models

from lianzhen.trail.checking import constraints_of

M = TypeVar("M", bound="VersionedModel")


class EditConflict(Exception):
    """The record was changed by somebody else since the form was opened. `theirs` is the row as it is now."""

    def __init__(self, theirs: VersionedModel) -> None:
        super().__init__(f"{theirs} was changed meanwhile")
        self.theirs = theirs


class VersionedModel(models.Model):
    """Counts its own changes; the trail raises `version` and fills `updated_by` on every save."""

    version = models.PositiveIntegerField("版本", default=0, editable=False)
    updated_at = models.DateTimeField("更新于", auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="更新人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        abstract = True

    def get_constraints(self) -> list[tuple[type[models.Model], list[Any]]]:
        return [(model, constraints_of(model)) for model, _ in super().get_constraints()]


def lock_for_change(obj: M, version: int | None = None) -> M:
    """Fetch the row again under a lock, inside the caller's transaction.

    Raises `EditConflict` when `version`, the number the form was opened with, is no longer the row's.
    """
    fresh = type(obj)._base_manager.select_for_update().get(pk=obj.pk)
    if version is not None and fresh.version != version:
        raise EditConflict(fresh)
    return fresh
