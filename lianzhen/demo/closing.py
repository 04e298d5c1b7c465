"""The months of the demo town, closed one after another on their days: checked, signed off, made public, sealed, their
subsidies looked through and filed; with a quarter's last month, the quarter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from appraisal.actions import entries, month_lock, months, subsidies
from appraisal.actions.month_notice import issue_notice
from appraisal.closing import lock_checks, refusal
from appraisal.closing_facts import open_counts
from appraisal.models import AppraisalMonth, MonthlyScore, ScoreEntry
from lianzhen.demo.announcing import Announcing
from lianzhen.demo.appraising import Appraising
from lianzhen.demo.hands import Hands
from lianzhen.demo.reviewing import Reviewing
from lianzhen.periods import Month

#: Workdays after the month: checked, sealed at the earliest, subsidies looked through, filed.
CHECKED, SEALED, PAID, FILED = 2, 11, 14, 20


class Closing:
    def __init__(
        self, hands: Hands, appraising: Appraising, announcing: Announcing, say: Callable[[str], None]
    ) -> None:
        self.hands, self.appraising, self.announcing, self.say = hands, appraising, announcing, say
        self.reviewing = Reviewing(hands, appraising.first)

    def plan(self) -> None:
        month = self.appraising.first
        while month.end < self.hands.scale.today:
            self.hands.agenda.on(self._day(month, CHECKED), 10, self._check, month)
            self.hands.agenda.on(self._day(month, SEALED), 10, self._seal, month)
            month = month.next()

    def _day(self, month: Month, workdays: int) -> date:
        return self.hands.workday(month.end, workdays)

    def _check(self, now: datetime, month: Month) -> None:
        """In one day, as the small office does it; the publicity begins on the next."""
        hands = self.hands
        row = months.start_checks(month=month, by=hands.clerk, today=now.date())
        self._settle(row, now)
        row = months.hand_in(row=row, by=hands.clerk, now=now)
        self.hands.agenda.on(now.date(), 15, self._review, row)

    def _settle(self, row: AppraisalMonth, now: datetime) -> None:
        """What waits for a second person is confirmed, a bonus that is not decided goes over to the next month."""
        waiting = ScoreEntry.objects.filter(month=row.month, state=ScoreEntry.State.WAITING).select_related("team")
        for entry in waiting:
            entries.confirm(entry=entry, by=self.hands.lead, now=now)
        left = ScoreEntry.objects.filter(month=row.month, state__in=months.PUT_OFF)
        if left.exists():
            months.put_off(row=row, entries=list(left), by=self.hands.clerk, now=now)

    def _review(self, now: datetime, row: AppraisalMonth) -> None:
        row = months.review(row=row, by=self.hands.lead, now=now)
        self.hands.agenda.on(self.hands.workday(now.date(), 1), 8, self._publish, row)

    def _publish(self, now: datetime, row: AppraisalMonth) -> None:
        row = months.publish(row=row, starts_on=now.date(), by=self.hands.clerk, now=now)
        issue_notice(row=row, by=self.hands.clerk, now=now)
        assert row.publicity_until is not None
        self.hands.agenda.on(row.publicity_until + timedelta(days=1), 8, self._end_publicity, row)

    def _end_publicity(self, now: datetime, row: AppraisalMonth) -> None:
        months.end_publicity(row=row, by=self.hands.clerk, today=now.date())

    def _seal(self, now: datetime, month: Month) -> None:
        """Once nobody's appeal is open or could still be filed; until then, tomorrow."""
        row = AppraisalMonth.objects.get(month=month.start)
        if row.state != AppraisalMonth.State.APPEALS or refusal(lock_checks(open_counts(month, now, with_week=False))):
            self.hands.agenda.on(self.hands.workday(now.date(), 1), 10, self._seal, month)
            return
        row = month_lock.lock_month(row=row, typed=month.title, by=self.hands.lead, now=now)
        self.announcing.of_month(row, now)
        self.appraising.aftermath.correct(row, now)
        teams = MonthlyScore.objects.filter(month=row).count()
        self.say(f"{month.title}：{teams}个组已定稿")
        day = now.date()
        self.hands.agenda.on(max(self._day(month, PAID), self.hands.workday(day, 1)), 10, self._pay, row)

    def _pay(self, now: datetime, row: AppraisalMonth) -> None:
        row = subsidies.check_subsidies(row=row, by=self.hands.clerk, now=now)
        self.reviewing.after(row.period, now)
        day = max(self._day(row.period, FILED), self.hands.workday(now.date(), 1))
        self.hands.agenda.on(day, 10, self._file, row)

    def _file(self, now: datetime, row: AppraisalMonth) -> None:
        month_lock.archive(row=row, by=self.hands.clerk, now=now)
