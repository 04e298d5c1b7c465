"""A register that changed after October 2026, for reports on the days before. No test here."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from appraisal.tests.week_scene import saved
from grids.models import Grid, GridHeadTerm
from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START
from villages.models import LiaisonTeam, Person, Posting, SelfGovernance, SocialOrganization, Village, VillagerGroup

OCTOBER_31 = date(2026, 10, 31)
#: What is gone, and what is new, since this day.
CHANGED = date(2026, 11, 6)
LAST = CHANGED - timedelta(days=1)


def changed_register(cast: Any) -> None:
    """A village merged with all that belonged to it, one without a district, one set up with parts that nobody
    dated, a team handed over to its successor, people come and gone, a grid without its head, another drawn, an
    organisation and a villager group founded, self-governance at its end."""
    people = [saved(Person(name=f"去留{n}", department=cast.department, phone=f"1990003{n:04d}")) for n in range(4)]
    gone = saved(Village(code="431321101904", name="示例四村", group=cast.group, ended_on=CHANGED))
    team = saved(LiaisonTeam(village=gone, starts_on=START, ends_on=LAST))
    saved(Posting(person=people[0], team=team, is_leader=True, starts_on=START, ends_on=LAST))
    grid = saved(Grid(village=gone, number=1, ended_on=CHANGED))
    saved(GridHeadTerm(grid=grid, person=people[1], starts_on=START, ends_on=LAST))
    saved(VillagerGroup(village=gone, number=1, ended_on=CHANGED))
    saved(SocialOrganization(village=gone, kind=cast.kinds[1], name="示例四村爱卫会", ended_on=CHANGED))

    apart = saved(Village(code="431321101905", name="示例五村"))
    saved(LiaisonTeam(village=apart, starts_on=START))
    saved(Grid(village=apart, number=1))
    saved(VillagerGroup(village=apart, number=1))

    new = saved(Village(code="431321101906", name="示例六村", group=cast.group, founded_on=CHANGED))
    saved(LiaisonTeam(village=new, starts_on=CHANGED))
    saved(Grid(village=new, number=1))
    saved(VillagerGroup(village=new, number=1))
    saved(SocialOrganization(village=new, kind=cast.kinds[1], name="示例六村爱卫会"))

    cast.other_team.ends_on = LAST
    saved(cast.other_team)
    saved(Posting(person=people[2], team=cast.other_team, starts_on=START, ends_on=LAST))
    successor = saved(LiaisonTeam(village=cast.other, starts_on=CHANGED))
    saved(Posting(person=people[3], team=successor, is_leader=True, starts_on=CHANGED))
    saved(Posting(person=people[2], team=cast.team, starts_on=date(2025, 1, 1), ends_on=date(2026, 10, 20)))

    cast.head.ends_on = LAST
    saved(cast.head)
    saved(Grid(village=cast.own, number=2))
    drawn = saved(Grid(village=cast.own, number=3, founded_on=CHANGED))
    saved(GridHeadTerm(grid=drawn, person=people[1], starts_on=CHANGED))
    saved(VillagerGroup(village=cast.own, number=2, founded_on=CHANGED))
    saved(SocialOrganization(village=cast.own, kind=cast.kinds[1], name="示例一村爱卫会", founded_on=CHANGED))
    for row in (SelfGovernance.objects.get(), Posting.objects.get(person=cast.people[Role.INSTRUCTOR])):
        row.ends_on = LAST
        saved(row)
