"""The roles that follow from the register: postings of the town's staff and posts in a village."""

from __future__ import annotations

from django.db.models import IntegerField
from django.db.models.functions import Cast, Coalesce

from lianzhen.accounts.roles import Role
from lianzhen.accounts.standing import Held, Holding, HoldingSource, Service
from lianzhen.wording import full_date
from villages.models import CadreTerm, LiaisonTeam, Posting, Village


def ids(one: int | None) -> frozenset[int]:
    return frozenset() if one is None else frozenset([one])


def _posting(held: Held) -> Holding:
    """`place` is the village of the team or of the instructor, `text` the liaison group, `number` 1 for a leader."""
    posting = Posting(team_id=held.team, group_id=held.group, is_leader=bool(held.number))
    role, target = Role.DISTRICT, held.text
    if held.team is not None:
        role = Role.LEADER if held.number else Role.MEMBER
        target = str(LiaisonTeam(village=Village(name=held.place)))
    elif held.group is None:
        posting.village_id, role, target = held.village, Role.INSTRUCTOR, held.place
    return Holding(
        role=role,
        why=f"{full_date(held.since)}起任{target}{posting.role_name}",
        since=held.since,
        villages=ids(held.village),
        teams=ids(held.team),
        groups=ids(held.group),
        person=held.person,
    )


POSTINGS = HoldingSource(
    name="posting",
    rows=lambda user, on: Posting.objects.on(on).filter(person__user_id=user.pk),
    columns={
        "since": "starts_on",
        "text": "group__name",
        "number": Cast("is_leader", IntegerField()),
        "place": Coalesce("team__village__name", "village__name"),
        "person": "person_id",
        "village": Coalesce("team__village_id", "village_id"),
        "group": "group_id",
        "team": "team_id",
    },
    read=_posting,
)


def _former(held: Held) -> Holding:
    """`place` is the village of the team, `number` 1 for a leader."""
    assert held.until is not None
    assert held.team is not None
    assert held.village is not None
    role = Posting(team_id=held.team, is_leader=bool(held.number)).role_name
    target = str(LiaisonTeam(village=Village(name=held.place)))
    served = Service(held.team, held.village, held.place or "", role, held.since, held.until)
    return Holding(
        role=Role.FORMER,
        why=f"{full_date(held.since)}至{full_date(held.until)}任{target}{role}",
        since=held.since,
        person=held.person,
        served=(served,),
    )


FORMERS = HoldingSource(
    name="former",
    rows=lambda user, on: Posting.objects.former_on(on).filter(person__user_id=user.pk),
    columns={
        "since": "starts_on",
        "until": "ends_on",
        "number": Cast("is_leader", IntegerField()),
        "place": "team__village__name",
        "person": "person_id",
        "village": "team__village_id",
        "team": "team_id",
    },
    read=_former,
)


def _cadre(held: Held) -> Holding:
    post = CadreTerm(position=held.code).get_position_display()
    return Holding(
        role=Role.CADRE,
        why=f"{full_date(held.since)}起任{held.place}{post}",
        since=held.since,
        villages=ids(held.village),
        person=held.person,
    )


CADRES = HoldingSource(
    name="cadre",
    rows=lambda user, on: CadreTerm.objects.on(on).filter(person__user_id=user.pk),
    columns={
        "since": "starts_on",
        "code": "position",
        "place": "village__name",
        "person": "person_id",
        "village": "village_id",
    },
    read=_cadre,
)
