"""The deductions and bonuses that papers tell of, by the days on which they happened: one choice of states for all of
them, so that the week's bulletin and a report on the same days say the same.

What counts is told with its points (分) as they are before the caps of a month; what is under appeal or not yet
agreed to is counted apart. What a 更正单 gives back is no bonus: it lessens the deductions of the month it goes into.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from appraisal.entry_lines import line_of
from appraisal.models import ScoreEntry
from appraisal.rules.base import Kind as RuleKind
from lianzhen.pages.days import Narrowed, NarrowingField
from lianzhen.wording import clock, full_date

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


def is_given_back(row: ScoreEntry) -> bool:
    """`GIVEN_BACK` of one at hand, with its clause."""
    return row.kind == Kind.BONUS and row.corrects_id is not None and row.clause.rule != RuleKind.BONUS


def told_of(*kinds: Kind) -> QuerySet[ScoreEntry]:
    """Of the kinds, or of both."""
    either = Q()
    for kind in kinds or Kind:
        either |= Q(kind=kind, state__in=TOLD[kind])
    return ScoreEntry.objects.filter(either).exclude(GIVEN_BACK)


def told_between(start: date, end: date, *kinds: Kind) -> QuerySet[ScoreEntry]:
    return told_of(*kinds).filter(occurred_on__range=(start, end))


@dataclass(frozen=True)
class Settled(Narrowed):
    """What happened before `before`, but was told to the team or agreed to only after `since` (and by `until`, where
    that is set): too late for the bulletin of its own week. Both moments are aware."""

    before: date
    since: datetime
    until: datetime | None = None

    def told(self, label: str) -> str:
        """11月16日14:00以后确定的，发生在2026年11月16日以前; the label says no more."""
        local = timezone.localtime(self.since)
        return f"{full_date(local.date())}{clock(local)}以后确定的，发生在{full_date(self.before)}以前"

    @property
    def key(self) -> str:
        """As the address holds it: whole microseconds, so that a list holds exactly what was counted."""
        return "_".join(
            [f"{self.before:%Y-%m-%d}", *(f"{_micros(each)}" for each in (self.since, self.until) if each is not None)]
        )

    def of(self, rows: QuerySet[ScoreEntry]) -> QuerySet[ScoreEntry]:
        """Of deductions and bonuses those that count."""
        told, agreed = Q(notified_at__gt=self.since), Q(confirmed_at__gt=self.since)
        if self.until is not None:
            told, agreed = told & Q(notified_at__lte=self.until), agreed & Q(confirmed_at__lte=self.until)
        deductions = Q(kind=Kind.DEDUCTION, state__in=ScoreEntry.COUNTING) & told
        return rows.filter(deductions | Q(kind=Kind.BONUS, state=State.AGREED) & agreed, occurred_on__lt=self.before)


_START = datetime(1970, 1, 1, tzinfo=UTC)


def _micros(moment: datetime) -> int:
    return (moment - _START) // timedelta(microseconds=1)


class SettledField(NarrowingField):
    example = "2018-10-15_1539583200000000"

    def read(self, key: str) -> Settled:
        before, *moments = key.split("_")
        if not 1 <= len(moments) <= 2 or not all(each.isdecimal() and len(each) <= 16 for each in moments):
            raise ValueError
        return Settled(date.fromisoformat(before), *(_START + timedelta(microseconds=int(each)) for each in moments))


def settled_late(settled: Settled) -> QuerySet[ScoreEntry]:
    """Deductions and bonuses that count but came too late for the bulletin of their own week."""
    return settled.of(ScoreEntry.objects.exclude(GIVEN_BACK))


def counts(row: Any) -> bool:
    """Whether it counts now; otherwise it waits."""
    return line_of(row).state.counts
