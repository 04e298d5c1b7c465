"""回避 in lists: as `recusal.part_in`, for every row in the query that asks for the rows.

Each kind of days (a day, a month, a quarter, a year) has two sides: which rows are about days on which somebody served,
and which postings ran on the days of a row (`then`, for `as_body.free` inside an `Exists` about the rows).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q
from django.db.models.functions import TruncMonth, TruncQuarter
from django.db.models.lookups import LessThanOrEqual

from appraisal.as_body import within
from lianzhen.periods import Month, Quarter
from villages.visibility import NOTHING

if TYPE_CHECKING:
    from lianzhen.accounts.models import User
    from lianzhen.accounts.standing import Service


@dataclass(frozen=True)
class RowDays:
    """The days that each row of a list is about."""

    #: Rows about one of the days of a service.
    touched_by: Callable[[Service], Q]
    #: Postings that ran on one of the days of the row two queries further out.
    then: Q

    def served(self, user: User, team: str = "") -> Q:
        """Rows about days on which the user served in the team at the path `team`, which he has left; in any, where
        none is named."""
        found = NOTHING
        for one in user.standing.served:
            found |= self.touched_by(one) & (Q(**{f"{team}_id": one.team}) if team else Q())
        return found


def _outer(path: str) -> OuterRef:
    """A column of the row: an account stands between it and its postings."""
    return OuterRef(OuterRef(path))


def of_day(path: str) -> RowDays:
    """`path`: to the day of the fact."""
    return RowDays(
        lambda one: Q(**{f"{path}__range": (one.since, one.until)}),
        within(_outer(path), _outer(path)),
    )


def of_month(path: str) -> RowDays:
    """`path`: to the first day of the month."""
    return RowDays(
        lambda one: Q(**{f"{path}__range": (one.since.replace(day=1), one.until)}),
        Q(LessThanOrEqual(TruncMonth("starts_on"), _outer(path))) & Q(ends_on__gte=_outer(path)),
    )


def of_quarter(path: str) -> RowDays:
    """`path`: to the first day of the quarter."""
    return RowDays(
        lambda one: Q(**{f"{path}__range": (Quarter.of(one.since).start, one.until)}),
        Q(LessThanOrEqual(TruncQuarter("starts_on"), _outer(path))) & Q(ends_on__gte=_outer(path)),
    )


def of_year(path: str) -> RowDays:
    """`path`: to the number of the year."""
    return RowDays(
        lambda one: Q(**{f"{path}__range": (one.since.year, one.until.year)}),
        Q(starts_on__year__lte=_outer(path), ends_on__year__gte=_outer(path)),
    )


def of_slip(day: str, month: str) -> RowDays:
    """As `recusal.of_correction`: from the day of the fact or the first of the month to the end of the month."""

    def touched_by(one: Service) -> Q:
        begun = Q(**{f"{day}__lte": one.until}) | Q(**{f"{month}__lte": one.until})
        return begun & (Q(**{f"{day}__gte": one.since}) | Q(**{f"{month}__gte": Month.of(one.since).start}))

    return RowDays(
        touched_by,
        (Q(starts_on__lte=_outer(day)) | Q(LessThanOrEqual(TruncMonth("starts_on"), _outer(month))))
        & (Q(ends_on__gte=_outer(day)) | Q(ends_on__gte=_outer(month))),
    )
