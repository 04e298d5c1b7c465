"""Where what keeps a village from ending is seen to: entries, leave, needs and yearly sheets nobody has decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.urls import reverse

from appraisal.models import Leave, ScoreEntry, SelfGovYear, TownNeed


def _at(name: str) -> Callable[[Any], str]:
    return lambda row: reverse(name, args=[row.pk])


def _entry(row: ScoreEntry) -> str:
    return reverse("bonus" if row.kind == ScoreEntry.Kind.BONUS else "deduction", args=[row.pk])


#: Model, the address of a row, what both its name and its address read besides.
HOLDERS: tuple[tuple[type[Model], Callable[[Any], str], tuple[str, ...]], ...] = (
    (ScoreEntry, _entry, ("village",)),
    (Leave, _at("leave"), ("person",)),
    (TownNeed, _at("need"), ()),
    (SelfGovYear, _at("selfgov_year"), ("village",)),
)
