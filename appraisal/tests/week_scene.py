"""What the tests of meetings, decisions, suggestions and homes set their scenes with. No test here."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from appraisal.models import DutyAttendance, DutyLog, TownNeed, WeeklyMeeting, WeeklyReport
from lianzhen.accounts.roles import Role
from lianzhen.periods import Week
from lianzhen.trail import acting
from villages.models import DutyPlan, LiaisonTeam, Person, Posting, Village

#: Thursday of an ordinary week; the Monday of its meeting; the week that it looks back on.
TODAY = date(2026, 11, 26)
WEEK = Week(2026, 48)
MONDAY = WEEK.start
LAST_WEEK = Week(2026, 47)


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def saved(row: Any) -> Any:
    with acting(by=None, action="test.scene", label="测试数据"):
        row.save()
    return row


def plan(team: LiaisonTeam, weekdays: str = "24", since: date = date(2024, 1, 1)) -> DutyPlan:
    return saved(DutyPlan(team=team, weekdays=weekdays, starts_on=since))


def log(team: LiaisonTeam, day: date, person: Person, state: str = "registered", **more: Any) -> DutyLog:
    with acting(by=None, action="test.scene", label="测试数据"):
        row = DutyLog(team=team, day=day, state=state, **more)
        row.save()
        DutyAttendance(log=row, person=person).save()
    return row


def report(team: LiaisonTeam, week: Week, by: Any, sent: datetime | None, *, late: bool = False) -> WeeklyReport:
    row = WeeklyReport(team=team, week_start=week.start, created_by=by)
    if sent is not None:
        row.state, row.sent_at, row.sent_by, row.is_late = "sent", sent, by, late
    return saved(row)


def need(village: Village, text: str = "水渠垮塌，请镇里支持", raised_on: date = TODAY) -> TownNeed:
    return saved(TownNeed(village=village, text=text, raised_on=raised_on))


def meeting(week: Week = WEEK, held_on: date | None = None, **more: Any) -> WeeklyMeeting:
    return saved(WeeklyMeeting(week_start=week.start, held_on=held_on or week.start, **more))


def many_teams(cast: Any, count: int = 30) -> list[LiaisonTeam]:
    """Teams with leader and fixed days in the cast's district."""
    teams = []
    with acting(by=None, action="test.scene", label="测试数据"):
        for number in range(count):
            village = Village(code=f"4313211018{number:02d}", name=f"示例{number}号村", group=cast.group)
            village.save()
            team = LiaisonTeam(village=village, starts_on=date(2024, 1, 1))
            team.save()
            person = Person(name=f"示例{number}", department=cast.department, phone=f"1990002{number:04d}")
            person.save()
            Posting(person=person, team=team, is_leader=True, starts_on=date(2024, 1, 1)).save()
            DutyPlan(team=team, weekdays="24", starts_on=date(2024, 1, 1)).save()
            teams.append(team)
    return teams


def person(cast: Any, role: Role) -> Person:
    return cast.people[role]
