"""Rows in numbers that nobody would write one by one through the actions: years of daily records.

Each function of `FILLERS` fills the town in the default database, once, after the demo has built it. It uses
`bulk_create`, and nothing else does: the figures are about reading, and the trail of such rows is not part of them.
"""

from __future__ import annotations

from collections.abc import Callable

from bulk_duty import duty_days
from bulk_scores import scores
from bulk_years import years as decided_years

#: Called in order with the years of history. To be imported after `django.setup()`.
FILLERS: tuple[Callable[[int], None], ...] = (duty_days, scores, decided_years)


def fill(years: int) -> None:
    from django.db import transaction

    for filler in FILLERS:
        with transaction.atomic():
            filler(years)
