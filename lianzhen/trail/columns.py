"""Columns that many records share: who did it, and that a moment never stands without somebody."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


def by_field(label: str, *, optional: bool = False) -> models.ForeignKey:
    """Who did it."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        on_delete=models.PROTECT,
        null=optional,
        blank=optional,
        related_name="+",
    )


def paired(name: str, stem: str, message: str = "") -> models.CheckConstraint:
    """`stem`_at and `stem`_by are both set or both empty."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{stem}_at": None, f"{stem}_by": None})
        | Q(**{f"{stem}_at__isnull": False, f"{stem}_by__isnull": False}),
        violation_error_message=message or "时间和办理人须同时填写。",
    )
