"""What the tests of grids share: more people and more grids than the cast has."""

from __future__ import annotations

from datetime import date
from typing import Any

from grids.models import Grid, GridArea, GridHeadTerm
from lianzhen.trail import acting
from villages.models import OrganizationMember, Person, SocialOrganization, VillagerGroup

SINCE = date(2024, 1, 1)


def resident(cast: Any, name: str = "欧阳示例", **facts: Any) -> Person:
    """A resident of the cast's own village."""
    with acting(by=None, action="test", label="测试"):
        person = Person(**{"name": name, "village": cast.own, "villager_group": cast.villager_group, **facts})
        person.save()
    return person


def many_grids(cast: Any, count: int, *, headed: bool = True) -> list[Grid]:
    """Further grids of the cast's own village (numbers from 2), each with a villager group, its head and one
    member of the party and of the organisation."""
    made = []
    with acting(by=None, action="test", label="测试"):
        organization = SocialOrganization.objects.get(pk=cast.organization.pk)
        for number in range(2, count + 2):
            grid = Grid(village=cast.own, number=number, households=40, residents=150)
            grid.save()
            group = VillagerGroup(village=cast.own, number=number)
            group.save()
            GridArea(grid=grid, villager_group=group).save()
            person = Person(
                name=f"示例{number}",
                phone=f"199{number:08d}",
                village=cast.own,
                villager_group=group,
                is_party_member=True,
            )
            person.save()
            OrganizationMember(organization=organization, person=person, starts_on=SINCE).save()
            if headed:
                GridHeadTerm(grid=grid, person=person, starts_on=SINCE).save()
            made.append(grid)
    return made
