"""What the people of each team would get by either formula in a trial run (试算). Nothing is written.

Postings and, where a formula pays by duty days, attendances are read once for all months. Absences that a
formula charges are counted by whoever closes the month, so a trial leaves them out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import Q

from appraisal.models import DutyAttendance, Scheme
from appraisal.rules.base import ZERO
from appraisal.scheme_words import formula_of
from appraisal.subsidies import subsidy_sheet
from appraisal.subsidy_formulas import Formula, PerDutyDay, Recipient
from lianzhen.periods import Month, Span
from villages.models import Posting


class Payments:
    """Two queries at most. `formulas` by the id of the version."""

    def __init__(self, first: date, last: date, schemes: Iterable[Scheme]) -> None:
        self.formulas: dict[int, Formula] = {one.pk: formula_of(one) for one in schemes}
        self.spans = _postings(first, last)
        by_days = any(isinstance(part, PerDutyDay) for one in self.formulas.values() for part in one.parts)
        self.days = _duty_days(first, last) if by_days else {}
        self.known: dict[tuple, Decimal] = {}

    def of(self, scheme: Scheme, team_id: int, month: Month, score: Decimal, place: int) -> Decimal:
        """The amount (元) of all people of the team for the month."""
        total = ZERO
        for person, spans in self.spans.get(team_id, {}).items():
            cut = tuple(_cut(spans, month))
            if cut:
                days = self.days.get((team_id, person, month.start), 0)
                total += self._amount(scheme, month, score, place, cut, days)
        return total

    def _amount(
        self, scheme: Scheme, month: Month, score: Decimal, place: int, spans: tuple[Span, ...], days: int
    ) -> Decimal:
        # Hundreds of people share a score, a place and a whole month: each case is worked out once.
        key = (scheme.pk, month, score, place, spans, days)
        if key not in self.known:
            one = Recipient("", "", "", score, spans, place=place, duty_days=days)
            self.known[key] = subsidy_sheet(self.formulas[scheme.pk], month, [one]).total
        return self.known[key]


def _postings(first: date, last: date) -> dict[int, dict[int, list[Span]]]:
    """Team → person → terms in it. One query."""
    found: dict[int, dict[int, list[Span]]] = defaultdict(lambda: defaultdict(list))
    rows = Posting.objects.filter(Q(ends_on=None) | Q(ends_on__gte=first), team__isnull=False, starts_on__lte=last)
    for team, person, start, end in rows.values_list("team_id", "person_id", "starts_on", "ends_on"):
        found[team][person].append(Span(start, end))
    return found


def _cut(spans: Iterable[Span], month: Month) -> Iterable[Span]:
    """The parts of the terms that lie in the month."""
    for span in spans:
        start = max(span.starts_on, month.start)
        end = month.end if span.ends_on is None else min(span.ends_on, month.end)
        if start <= end:
            yield Span(start, end)


def _duty_days(first: date, last: date) -> dict[tuple[int, int, date], int]:
    """(team, person, first day of the month) → days on duty. One query."""
    rows = DutyAttendance.objects.counted().filter(log__day__gte=first, log__day__lte=last)
    days = set(rows.values_list("log__team_id", "person_id", "log__day"))
    found: dict[tuple[int, int, date], int] = defaultdict(int)
    for team, person, day in days:
        found[team, person, day.replace(day=1)] += 1
    return found
