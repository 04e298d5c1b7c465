"""The entries of a month as the lines that `scoring.score` reads: one query for any number of villages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from appraisal.models import ScoreEntry
from appraisal.rules.scheme import AppliesTo
from appraisal.scoring import Line, LineState
from lianzhen.periods import Month

State = ScoreEntry.State
LinesOf = dict[tuple[date, int], list[Line]]

#: Notified ones count at once; what waits for somebody is shown beside; everything else is over or a draft.
STATES: dict[str, LineState] = {
    State.NOTIFIED: LineState.EFFECTIVE,
    State.EFFECTIVE: LineState.EFFECTIVE,
    State.AGREED: LineState.EFFECTIVE,
    State.CHANGED: LineState.CHANGED,
    State.WAITING: LineState.PENDING,
    State.CLAIMED: LineState.PENDING,
    State.OPINION: LineState.PENDING,
    State.VERIFIED: LineState.PENDING,
    State.APPEALED: LineState.APPEALED,
}

#: What `line_of` needs of a row.
NAMES = (
    "number",
    "month",
    "village_id",
    "kind",
    "clause_number",
    "occurred_on",
    "points",
    "changed_points",
    "concerns",
    "state",
    "corrects_id",
)


def lines_of(month: Month | date, villages: Collection[int] | None = None) -> dict[int, list[Line]]:
    """Lines of the month (or of the month of a day) by the id of the village, in no particular order.

    `villages`: their ids, each of which gets a list; None: all that have entries. One query.
    """
    first = month.start if isinstance(month, Month) else month.replace(day=1)
    found: dict[int, list[Line]] = {} if villages is None else {pk: [] for pk in villages}
    for (_, village_id), lines in lines_between(first, first, villages).items():
        found[village_id] = lines
    return found


def lines_between(first: date, last: date, villages: Collection[int] | None = None) -> LinesOf:
    """Lines by month (its first day) and village, of the months from `first` to `last`. One query."""
    rows = ScoreEntry.objects.filter(month__gte=first, month__lte=last)
    if villages is not None:
        rows = rows.filter(village_id__in=villages)
    return lines_in(rows)


def lines_in(rows: QuerySet[ScoreEntry]) -> LinesOf:
    """The entries as lines by month and village. One query."""
    found: LinesOf = {}
    for row in rows.order_by("pk").values_list(*NAMES, named=True):
        found.setdefault((row.month, row.village_id), []).append(line_of(row))
    return found


def lines_for(month: Month, since: date | None = None, *, for_team: bool = False) -> QuerySet[ScoreEntry]:
    """The entries that a score of the month rests on: its own, of the earlier months of its quarter what moves the
    bonuses counted there, and all of those from `since` on. `for_team`: without what waits for a second person."""
    own = month.start if since is None else since
    months = [Month.of(own).quarter.months[0]]
    while months[-1] < month:
        months.append(months[-1].next())
    states = [state for state in STATES if not (for_team and state == State.WAITING)]
    # Named one by one: between two days SQLite would rather look through all that ever was in one of the states.
    rows = ScoreEntry.objects.filter(month__in=[one.start for one in months], state__in=states)
    return rows.filter(Q(month__gte=own) | Q(kind=ScoreEntry.Kind.BONUS) | Q(corrects__isnull=False))


def line_of(entry: Any) -> Line:
    """One entry (or a row of `NAMES`) as it scores now. A bonus that was verified lower than claimed scores what
    was verified."""
    state = STATES.get(entry.state, LineState.WITHDRAWN)
    points, changed = entry.points, entry.changed_points
    if entry.kind == ScoreEntry.Kind.BONUS and changed is not None:
        points = changed
    return Line(
        key=entry.number,
        clause=entry.clause_number,
        date=entry.occurred_on,
        points=Decimal(points),
        state=state,
        changed_points=changed if state is LineState.CHANGED else None,
        concerns=AppliesTo(entry.concerns),
        corrects=0 if entry.corrects_id is None else 1 if entry.kind == ScoreEntry.Kind.BONUS else -1,
    )
