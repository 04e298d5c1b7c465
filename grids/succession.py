"""The heads of one grid in the order of days, with the days on which there was none. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grids.models import GridHeadTerm

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stretch:
    """Days from `first` to `last`, both included, under one head (`term`) or under none.

    `last` is None while the stretch runs on. `days` counts a vacancy, up to today while it runs; it is 0
    for a term, whose length nobody asks.
    """

    first: date
    last: date | None
    term: GridHeadTerm | None = None
    days: int = 0


def succession(terms: Iterable[GridHeadTerm], today: date, ended_on: date | None = None) -> list[Stretch]:
    """Terms and vacancies of a grid, oldest first, without a day left out between the first head and today.

    `ended_on` is the day from which the grid exists no longer. A term that begins after today is listed,
    and the vacancy before it is counted to its end, because both are already decided.
    """
    stretches: list[Stretch] = []
    free_from: date | None = None
    for term in sorted(terms, key=lambda t: t.starts_on):
        if free_from is not None and free_from < term.starts_on:
            stretches.append(_vacancy(free_from, term.starts_on - ONE_DAY))
        stretches.append(Stretch(term.starts_on, term.ends_on, term))
        free_from = None if term.ends_on is None else term.ends_on + ONE_DAY
    if free_from is None:
        return stretches
    if ended_on is not None:
        return [*stretches, _vacancy(free_from, ended_on - ONE_DAY)] if free_from < ended_on else stretches
    if free_from <= today:
        stretches.append(Stretch(free_from, None, None, (today - free_from).days + 1))
    return stretches


def _vacancy(first: date, last: date) -> Stretch:
    return Stretch(first, last, None, (last - first).days + 1)
