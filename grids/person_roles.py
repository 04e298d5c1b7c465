"""Heading a grid, among the roles on a person's page."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from grids.models import GridHeadTerm
from villages.extensions import RoleLine
from villages.models import Person


def grid_heads(person: Person) -> Iterator[RoleLine]:
    for term in GridHeadTerm.objects.filter(person=person).select_related("grid__village"):
        url = reverse("grid", args=[term.grid_id])
        yield RoleLine("网格长", str(term.grid), url, term.starts_on, term.ends_on, term.end_reason)
