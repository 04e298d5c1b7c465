"""Years of duty days and weekly reports, for `bulk.FILLERS`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from random import Random

from django.utils import timezone

from appraisal.models import DutyAttendance, DutyLog, WeeklyReport
from lianzhen.accounts.models import User
from lianzhen.periods import Week
from villages.models import LiaisonTeam, Posting

#: Rows of duty days that a county gets: more would say nothing new and take long to copy.
ENOUGH = 200_000
PORTION = 2_000


def duty_days(years: int) -> None:
    """Two days a week for every team, back from the oldest that the demo lived, each with its leader, and a
    report for every week. A county gets `ENOUGH` days instead of all its years."""
    teams = list(LiaisonTeam.objects.open().order_by("pk"))
    oldest = DutyLog.objects.order_by("day").values_list("day", flat=True).first() or timezone.localdate()
    leaders = dict(Posting.objects.open().leaders().filter(team__in=teams).values_list("team_id", "person_id"))
    weeks = list(_weeks(Week.of(oldest), min(52 * years, ENOUGH // (2 * max(1, len(teams))))))
    random = Random("duty")
    logs, reports = [], []
    for team in teams:
        for week in weeks:
            days = random.sample(range(5), 2)
            logs += [DutyLog(team=team, day=week.start + timedelta(days=n), created_at=_at(week)) for n in days]
            sent = {"state": "read", "sent_at": _at(week), "read_at": _at(week)}
            reports.append(WeeklyReport(team=team, week_start=week.start, created_at=_at(week), **sent))
    DutyLog.objects.bulk_create(logs, batch_size=PORTION)
    there = [DutyAttendance(log=log, person_id=leaders[log.team_id]) for log in logs if log.team_id in leaders]
    DutyAttendance.objects.bulk_create(there, batch_size=PORTION)
    clerk = _clerk()
    for report in reports:
        report.sent_by_id = report.read_by_id = clerk
    WeeklyReport.objects.bulk_create(reports, batch_size=PORTION)


def _weeks(before: Week, count: int) -> Iterator[Week]:
    week = before
    for _ in range(count):
        week = week.previous()
        yield week


def _at(week: Week) -> datetime:
    return timezone.make_aware(datetime.combine(week.start + timedelta(days=4), time(15, 0)))


def _clerk() -> int:
    return User.objects.get(username="demo_office").pk
