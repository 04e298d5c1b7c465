"""The fixed cast of every database test: a small town with two districts and three villages.

`cast.own` is the village of every village role, `cast.other` a village of the other district,
`cast.selfgov` governs itself. `cast.users[Role]` holds one account per role (of whoever left a team only once
`leave_yesterday` was called); `cast.outsider` none at all.
All names are invented.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lianzhen.accounts.roles import GRANTED, Role

START = date(2024, 1, 1)


@dataclass
class Cast:
    users: dict[Any, Any] = field(default_factory=dict)
    people: dict[Any, Any] = field(default_factory=dict)
    outsider: Any = None
    group: Any = None
    other_group: Any = None
    own: Any = None
    other: Any = None
    selfgov: Any = None
    team: Any = None
    other_team: Any = None
    villager_group: Any = None
    other_villager_group: Any = None
    branch: Any = None
    party_group: Any = None
    kinds: list[Any] = field(default_factory=list)
    organization: Any = None
    other_organization: Any = None
    grid: Any = None
    other_grid: Any = None
    head: Any = None
    resident: Any = None
    other_resident: Any = None
    department: Any = None
    station: Any = None


@pytest.fixture
def cast(db: None) -> Cast:
    return build_cast()


@pytest.fixture
def sign_in(client: Client, cast: Cast) -> Callable[[Any], Client]:
    """Sign in as the account of a role (or as a given account) and answer the client."""

    def enter(role: Any) -> Client:
        client.force_login(cast.users.get(role, role), backend="lianzhen.accounts.backends.AccountOrPhoneBackend")
        return client

    return enter


def build_cast() -> Cast:
    """Write the cast straight to the tables, inside one act."""
    from lianzhen.trail import acting

    with acting(by=None, action="test.cast", label="测试数据"):
        made = Cast()
        _town(made)
        _places(made)
        _staff(made)
        _village_life(made)
        _grids(made)
    return made


def make_user(name: str, username: str, **more: Any) -> Any:
    from lianzhen.accounts.models import User

    user = User(username=username, name=name, must_change_password=False, **more)
    user.set_password("Ceshi-2026")
    user.save()
    return user


def _town(made: Cast) -> None:
    from lianzhen.town.models import CalendarYear, Department, Town

    Town(name="荷叶镇", code="431321101", county_name="双峰县", office_phone="07386000000").save()
    made.department = Department(name="联村工作办", kind="office", position=10)
    made.department.save()
    made.station = Department(name="原神冲群工站", kind="former", position=90)
    made.station.save()
    for year in (2026, 2027):
        CalendarYear(year=year, source="manual").save()


def _places(made: Cast) -> None:
    from villages.models import LiaisonGroup, LiaisonTeam, SelfGovernance, Village, VillagerGroup

    made.group = LiaisonGroup(name="第一片区联络组", district_name="第一片区", position=1)
    made.other_group = LiaisonGroup(name="第二片区联络组", district_name="第二片区", position=2)
    made.group.save()
    made.other_group.save()
    for attribute, code, name, group in (
        ("own", "431321101901", "示例一村", made.group),
        ("other", "431321101902", "示例二村", made.other_group),
        ("selfgov", "431321101903", "示例三社区", made.other_group),
    ):
        village = Village(code=code, name=name, group=group, population=1000, households=300)
        village.save()
        setattr(made, attribute, village)
    made.team = LiaisonTeam(village=made.own, starts_on=START)
    made.other_team = LiaisonTeam(village=made.other, starts_on=START)
    made.team.save()
    made.other_team.save()
    SelfGovernance(village=made.selfgov, starts_on=START, decided_on=START, basis="示例决定").save()
    made.villager_group = VillagerGroup(village=made.own, number=1)
    made.other_villager_group = VillagerGroup(village=made.other, number=1)
    made.villager_group.save()
    made.other_villager_group.save()


def _staff(made: Cast) -> None:
    from lianzhen.accounts.models import RoleGrant
    from villages.models import CadreTerm, Person, Posting

    for role in Role:
        user = make_user(f"甲{role.label}", f"t_{role.value}")
        made.users[role] = user
        if role in GRANTED:
            RoleGrant(user=user, role=role, starts_on=START, reason="测试").save()
            continue
        if role is Role.FORMER:
            continue  # an account so far: see `leave_yesterday`
        resident = role in (Role.CADRE, Role.GRIDHEAD)
        home = {"village": made.own} if resident else {"department": made.department, "origin": made.station}
        person = Person(name=user.name, user=user, phone=f"1990000{len(made.people):04d}", **home)
        person.save()
        made.people[role] = person
    made.outsider = make_user("乙外人", "t_outsider")
    posts = {
        Role.LEADER: {"team": made.team, "is_leader": True},
        Role.MEMBER: {"team": made.team},
        Role.DISTRICT: {"group": made.group, "is_leader": True},
    }
    for role, target in posts.items():
        Posting(person=made.people[role], starts_on=START, **target).save()
    # The instructor's own village is `own` only in name of the sweep: instructors serve self-governed villages.
    Posting(person=made.people[Role.INSTRUCTOR], village=made.selfgov, starts_on=START).save()
    CadreTerm(person=made.people[Role.CADRE], village=made.own, position="clerk", starts_on=START).save()


def leave_yesterday(made: Cast, days: int = 1) -> Any:
    """The account of the role served in the own team until yesterday (or `days` ago)."""
    from lianzhen.trail import acting
    from villages.models import Person, Posting

    user = made.users[Role.FORMER]
    with acting(by=None, action="test.cast", label="测试数据"):
        person = Person(name=user.name, user=user, phone="19900009999", department=made.department)
        person.save()
        ended = timezone.localdate() - timedelta(days=days)
        Posting(person=person, team=made.team, starts_on=START, ends_on=ended, end_reason="调离").save()
    made.people[Role.FORMER] = person
    return user


def _village_life(made: Cast) -> None:
    from villages.models import (
        OrganizationKind,
        OrganizationMember,
        PartyBranch,
        PartyGroup,
        Person,
        SocialOrganization,
    )

    made.branch = PartyBranch(village=made.own, name="示例一村党支部")
    made.branch.save()
    made.party_group = PartyGroup(branch=made.branch, name="第一党员小组")
    made.party_group.save()
    for place, (name, short) in enumerate(
        (("红白喜事理事会", "红白理事会"), ("爱国卫生运动委员会", "爱卫会"), ("关心留守儿童工作委员会", "关爱委"))
    ):
        kind = OrganizationKind.objects.filter(name=name).first()
        if kind is None:
            kind = OrganizationKind(name=name, short_name=short, in_every_grid=True, position=place)
            kind.save()
        made.kinds.append(kind)
    made.organization = SocialOrganization(village=made.own, kind=made.kinds[0], name="示例一村红白喜事理事会")
    made.other_organization = SocialOrganization(village=made.other, kind=made.kinds[0], name="示例二村红白喜事理事会")
    made.organization.save()
    made.other_organization.save()
    made.resident = Person(
        name="曾示例", phone="19900001001", village=made.own, villager_group=made.villager_group, is_party_member=True
    )
    made.other_resident = Person(
        name="单示例", phone="19900001002", village=made.other, villager_group=made.other_villager_group
    )
    made.resident.save()
    made.other_resident.save()
    OrganizationMember(organization=made.organization, person=made.resident, position="chair", starts_on=START).save()


def _grids(made: Cast) -> None:
    from grids.models import Grid, GridArea, GridHeadTerm

    made.grid = Grid(village=made.own, number=1, households=50, residents=160)
    made.other_grid = Grid(village=made.other, number=1, households=40, residents=130)
    made.grid.save()
    made.other_grid.save()
    GridArea(grid=made.grid, villager_group=made.villager_group).save()
    GridArea(grid=made.other_grid, villager_group=made.other_villager_group).save()
    made.head = GridHeadTerm(grid=made.grid, person=made.people[Role.GRIDHEAD], starts_on=START)
    made.head.save()
