"""The deductions and bonuses that papers tell of, by the days on which they happened: one choice of states for all of
them, so that the week's bulletin and a report on the same days say the same.

What counts is told with its points (分) as they are before the caps of a month; what is under appeal or not yet
agreed to is counted apart. What a 更正单 gives back is no bonus: it lessens the deductions of the month it goes into.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from appraisal.entry_lines import line_of
from appraisal.models import ScoreEntry
from appraisal.rules.base import Kind as RuleKind

State, Kind = ScoreEntry.State, ScoreEntry.Kind
#: Of a bonus that nobody has agreed to yet.
CLAIMED = (State.CLAIMED, State.OPINION, State.VERIFIED)
TOLD = {
    Kind.DEDUCTION: (State.NOTIFIED, State.EFFECTIVE, State.CHANGED, State.APPEALED),
    Kind.BONUS: (State.AGREED, *CLAIMED),
}
#: What narrows the lists of both kinds to what counts and to what waits.
COUNTING = {Kind.DEDUCTION: "state=counting", Kind.BONUS: f"state={State.AGREED}&slips=without"}
#: A line of a 更正单 that gives back what a clause took.
GIVEN_BACK = Q(kind=Kind.BONUS, corrects__isnull=False) & ~Q(clause__rule=RuleKind.BONUS)
GIVEN = f"state={State.AGREED}&slips=only"
WAITING = {Kind.DEDUCTION: f"state={State.APPEALED}", Kind.BONUS: "state=pending"}


def told_of(*kinds: Kind) -> QuerySet[ScoreEntry]:
    """Of the kinds, or of both."""
    either = Q()
    for kind in kinds or Kind:
        either |= Q(kind=kind, state__in=TOLD[kind])
    return ScoreEntry.objects.filter(either).exclude(GIVEN_BACK)


def told_between(start: date, end: date, *kinds: Kind) -> QuerySet[ScoreEntry]:
    return told_of(*kinds).filter(occurred_on__range=(start, end))


def counts(row: Any) -> bool:
    """Whether it counts now; otherwise it waits."""
    return line_of(row).state.counts
