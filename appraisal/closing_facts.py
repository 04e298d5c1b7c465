"""What is still open in a month, counted for its closing. Six queries."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from django.db.models import Count, Q

from appraisal.closing import Counts, Standing
from appraisal.facts import rules_of_weeks
from appraisal.models import AppraisalMonth, DutyLog, DutyShift, ScoreEntry, Suggestion, WeeklyReport
from appraisal.report_state import due_moment, owes
from lianzhen.periods import Month, Week
from villages.models import LiaisonTeam

State = ScoreEntry.State
UNDECIDED = (State.CLAIMED, State.OPINION, State.VERIFIED)


def open_counts(month: Month, now: datetime, *, with_week: bool = True) -> Counts:
    """`with_week`: also the records of the working week, which only tell."""
    entries = ScoreEntry.objects.filter(month=month.start).aggregate(
        waiting=Count("pk", filter=Q(state=State.WAITING)),
        bonuses=Count("pk", filter=Q(state__in=UNDECIDED)),
        drafts=Count("pk", filter=Q(state__in=[State.DRAFT, State.RETURNED])),
        appeals=Count("pk", filter=Q(state=State.APPEALED)),
        running=Count("pk", filter=Q(state=State.NOTIFIED, appeal_until__gte=now)),
    )
    if not with_week:
        return Counts(**entries)
    first, last = month.start, month.end
    late = DutyLog.objects.filter(state=DutyLog.State.PENDING, day__range=(first, last)).count()
    shifts = DutyShift.objects.filter(state=DutyShift.State.ASKED, to_day__range=(first, last)).count()
    suggested = Suggestion.objects.filter(state=Suggestion.State.OPEN, occurred_on__range=(first, last)).count()
    owed = missing_reports(month, now.date())
    weeks = tuple(owed.items())
    return Counts(**entries, suggestions=suggested, makeups=late + shifts, reports=sum(owed.values()), weeks=weeks)


def missing_reports(month: Month, today: date) -> dict[Week, int]:
    """Reports that were owed and never handed in, by week, for the weeks that end in the month. Three queries."""
    weeks = [week for week in _weeks(month) if week.end < today]
    if not weeks:
        return {}
    teams = list(
        LiaisonTeam.objects.filter(starts_on__lte=month.end).filter(Q(ends_on=None) | Q(ends_on__gte=month.start))
    )
    rules_of = rules_of_weeks(weeks[-1].end)
    owed = {
        (team.pk, week.start)
        for week in weeks
        for team in teams
        if owes(team, due_moment(rules_of(week), week), rules_of(week))
    }
    sent = WeeklyReport.objects.filter(week_start__in=[week.start for week in weeks]).exclude(state="draft")
    found = Counter(start for _, start in owed - set(sent.values_list("team_id", "week_start")))
    return {week: found[week.start] for week in weeks if found[week.start]}


def _weeks(month: Month) -> list[Week]:
    return sorted({Week.of(day) for day in month if Week.of(day).end in month})


def standing_of(row: AppraisalMonth, today: date) -> Standing:
    """The row in terms of `closing`."""
    dates = (row.publicity_from, row.publicity_until)
    return Standing(
        month=row.period,
        state=row.state,
        today=today,
        checked=row.checked_at is not None,
        reviewed=row.reviewed_at is not None,
        publicity=dates if all(dates) else None,  # type: ignore[arg-type]
        publicity_days=row.scheme.publicity_days,
    )
