"""What `suggesting` is given: the closed weeks of all teams, collected in a fixed number of queries a week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Min, Q
from django.urls import reverse
from django.utils import timezone

from appraisal.facts import duty_of_weeks, rules_of_weeks
from appraisal.models import DutyLog, MeetingAttendance, SpotCheck, WeeklyMeeting, WeeklyReport
from appraisal.report_state import due_moment, owes
from appraisal.suggesting import AbsenceFact, Finding, ReportFact, SpotFact, TeamWeek, findings
from appraisal.working_rules import Rules
from lianzhen.periods import Week
from villages.models import LiaisonTeam


def found_in(weeks: Sequence[Week], today: date, now: datetime) -> list[Finding]:
    """Every finding in the weeks. About a dozen queries, however many teams and weeks.

    Weeks before the town's first entry of duty, or its first weekly report, were kept on paper: what is not
    here from that time is not missing.
    """
    if not weeks:
        return []
    since = DutyLog.objects.aggregate(day=Min("day"))["day"]
    reported_since = WeeklyReport.objects.aggregate(day=Min("week_start"))["day"]
    first, last = min(week.start for week in weeks), max(week.end for week in weeks)
    teams = list(
        LiaisonTeam.objects.filter(Q(ends_on=None) | Q(ends_on__gte=first), starts_on__lte=last).select_related(
            "village"
        )
    )
    duty = duty_of_weeks(teams, list(weeks), today)
    reports = {(r.team_id, r.week_start): r for r in WeeklyReport.objects.filter(week_start__range=(first, last))}
    spots, absences = _spots(first, last), _absences(first, last)
    rules_of = rules_of_weeks(last)
    found: list[Finding] = []
    for week in weeks:
        rules = rules_of(week)
        facts = [
            TeamWeek(
                team_id=team.pk,
                week=week,
                duty=duty[week][team.pk] if since and since <= week.end else None,
                duty_url=_duty_url(team, week),
                report=_report(team, week, rules, reports.get((team.pk, week.start)), now)
                if reported_since and reported_since <= week.start
                else None,
                spots=spots[team.pk, week],
                absences=absences[team.pk, week],
            )
            for team in teams
            if _works(team, week)
        ]
        found += findings(facts, rules, today)
    return found


def _works(team: LiaisonTeam, week: Week) -> bool:
    """Whether the team exists on a day of the week."""
    return team.starts_on <= week.end and (team.ends_on is None or team.ends_on >= week.start)


def _duty_url(team: LiaisonTeam, week: Week) -> str:
    return f"{reverse('team_duty', args=[team.pk])}?week={week.key}"


def _report(
    team: LiaisonTeam, week: Week, rules: Rules, report: WeeklyReport | None, now: datetime
) -> ReportFact | None:
    due = due_moment(rules, week)
    if not owes(team, due, rules) or now <= due:
        return None
    sent = timezone.localtime(report.sent_at) if report is not None and report.sent_at else None
    late = report is not None and report.is_late
    return ReportFact(timezone.localtime(due), sent, late, reverse("weekly_report", args=[week.key, team.pk]))


def _spots(first: date, last: date) -> dict[tuple[int, Week], list[SpotFact]]:
    found: dict[tuple[int, Week], list[SpotFact]] = defaultdict(list)
    checks = SpotCheck.objects.filter(state=SpotCheck.State.CONFIRMED, day__range=(first, last)).order_by("day", "pk")
    for check in checks:
        fact = SpotFact(
            pk=check.pk,
            day=check.day,
            at=check.at,
            found=check.note,
            explanation=check.explanation,
            decision=check.decision_note,
            url=reverse("spot_check", args=[check.pk]),
            county=check.get_source_display() if check.is_by_county else "",
        )
        found[check.team_id, Week.of(check.day)].append(fact)
    return found


def _absences(first: date, last: date) -> dict[tuple[int, Week], list[AbsenceFact]]:
    """Of meetings whose record is closed; nobody is called absent before."""
    found: dict[tuple[int, Week], list[AbsenceFact]] = defaultdict(list)
    rows = MeetingAttendance.objects.filter(
        state=MeetingAttendance.State.ABSENT,
        team__isnull=False,
        meeting__state=WeeklyMeeting.State.CLOSED,
        meeting__week_start__range=(first, last),
    )
    for row in rows.select_related("meeting", "person").order_by("pk"):
        week = row.meeting.week
        fact = AbsenceFact(
            pk=row.pk,
            person_id=row.person_id,
            name=row.person.name,
            called_as=row.called_as,
            held_on=row.meeting.held_on,
            url=reverse("meeting", args=[week.key]),
        )
        found[row.team_id, week].append(fact)
    return found
