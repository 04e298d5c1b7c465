"""Announcing in the demo town: the bulletins of past weeks and of closed months, signed as the office signs them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from appraisal.actions import bulletins
from appraisal.models import AppraisalMonth
from lianzhen.accounts.models import User
from lianzhen.periods import Month, Week

#: Each is a file of some thirty kilobytes: enough of them for a shelf, few enough for a quick demo.
MOST_WEEKS = 4
#: What the office added by hand to one of them.
ADDED = "各片区联络组要把秋冬季防火和安全用电作为下周走访的重点。"


class Announcing:
    """`clerk` writes, `lead` signs."""

    def __init__(self, clerk: User, lead: User, today: date) -> None:
        self.clerk, self.lead, self.today = clerk, lead, today

    def announce(self, weeks: Sequence[Week]) -> None:
        """The last weeks that are over, but for the very last: that one waits for the signature. Then the months
        that are final; their notices were posted when the publicity began (`appraising`)."""
        over = [week for week in weeks if week.end < self.today][-MOST_WEEKS - 1 :]
        for place, week in enumerate(over):
            self._issue(week, signed=week != over[-1], edited=place == 1)
        for row in AppraisalMonth.objects.sealed().order_by("month"):
            self._issue(row.period, signed=True, day=timezone.localdate(row.locked_at))

    def _issue(self, period: Week | Month, *, signed: bool, edited: bool = False, day: date | None = None) -> None:
        """On the Monday after, or on the day given."""
        now = self._moment(day or period.end + timedelta(days=1))
        row = bulletins.make_bulletin(period=period, by=self.clerk, now=now)
        if edited:
            words = f"{bulletins.words_in(row, 'overview')}\n{ADDED}"
            row = bulletins.edit_bulletin(
                bulletin=row,
                title=row.title,
                style=row.style,
                official_number="",
                with_names=False,
                edits={"overview": bulletins.Edit(words)},
                by=self.clerk,
                now=now,
            )
        row = bulletins.submit_bulletin(bulletin=row, by=self.clerk, now=now)
        if signed:
            bulletins.sign_bulletin(bulletin=row, by=self.lead, now=now)

    def _moment(self, day: date) -> datetime:
        return min(timezone.make_aware(datetime.combine(day, time(10, 0))), timezone.now())
