"""The roles that follow from the register: postings of the town's staff and posts in a village."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from lianzhen.accounts.roles import Role
from lianzhen.accounts.standing import Holding
from lianzhen.wording import full_date
from villages.models import CadreTerm, Posting

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


def posting_holdings(user: User, on: date) -> Iterator[Holding]:
    postings = Posting.objects.on(on).filter(person__user_id=user.pk)
    for posting in postings.select_related("team__village", "group", "village"):
        why = f"{full_date(posting.starts_on)}起任{posting.target}{posting.role_name}"
        role, villages = Role.DISTRICT, frozenset()
        if posting.team_id:
            role = Role.LEADER if posting.is_leader else Role.MEMBER
            villages = frozenset([posting.team.village_id])
        elif posting.village_id:
            role, villages = Role.INSTRUCTOR, frozenset([posting.village_id])
        yield Holding(
            role=role,
            why=why,
            since=posting.starts_on,
            villages=villages,
            teams=frozenset([posting.team_id] if posting.team_id else []),
            groups=frozenset([posting.group_id] if posting.group_id else []),
            person=posting.person_id,
        )


def cadre_holdings(user: User, on: date) -> Iterator[Holding]:
    terms = CadreTerm.objects.on(on).filter(person__user_id=user.pk).select_related("village")
    for term in terms:
        yield Holding(
            role=Role.CADRE,
            why=f"{full_date(term.starts_on)}起任{term.village}{term.get_position_display()}",
            since=term.starts_on,
            villages=frozenset([term.village_id]),
            person=term.person_id,
        )
