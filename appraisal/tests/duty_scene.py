"""A town in the middle of a week, for the overviews: Thursday, 26 November 2026; fixed days 周二、周四."""

from __future__ import annotations

from datetime import date
from typing import Any

from appraisal.models import DutyAttendance, DutyLog
from lianzhen.periods import Week
from lianzhen.tests.cast import START, Cast
from lianzhen.trail import acting
from villages.actions.teams import set_duty_days
from villages.models import LiaisonTeam, Person, Posting, Village

NOW = "2026-11-26 10:00+08:00"
TODAY = date(2026, 11, 26)
WEEK = Week.of(TODAY)
MON, TUE, WED, THU, FRI = WEEK.days[:5]


def fix_days(*teams: LiaisonTeam, weekdays: str = "24") -> None:
    for team in teams:
        set_duty_days(team=team, weekdays=weekdays, starts_on=START, by=None)


def enter(team: LiaisonTeam, day: date, *people: Person, late_reason: str = "", **more: Any) -> DutyLog:
    """A day of duty as it stands in the tables."""
    with acting(by=None, action="test", label="测试"):
        log = DutyLog(team=team, day=day, late_reason=late_reason)
        log.save()
        for person in people:
            DutyAttendance(log=log, person=person, **more).save()
    return log


def add_teams(cast: Cast, count: int, *, entered: bool = True) -> list[LiaisonTeam]:
    """More villages in the other district, each with a team, a leader and fixed days."""
    made = []
    with acting(by=None, action="test", label="测试"):
        first = Village.objects.filter(code__startswith="431321102").count()
        for n in range(first, first + count):
            village = Village(code=f"431321102{n:03}", name=f"示例乙{n}村", group=cast.other_group)
            village.save()
            team = LiaisonTeam(village=village, starts_on=START)
            team.save()
            person = Person(name=f"丁示例{n}", department=cast.department)
            person.save()
            Posting(person=person, team=team, is_leader=True, starts_on=START).save()
            made.append((team, person))
    for team, person in made:
        fix_days(team)
        if entered:
            enter(team, TUE, person)
    return [team for team, _ in made]
