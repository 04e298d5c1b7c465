"""Who is called to the weekly meeting: the leaders of the teams, the liaison groups, the office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from villages.models import LiaisonTeam, Person, Posting


@dataclass(frozen=True)
class Called:
    person: Person
    called_as: str
    team: LiaisonTeam | None = None


def called_on(day: date) -> list[Called]:
    """Everybody to be called on a day, each once: the office, the liaison groups, then the teams in the order
    of their villages. Who leads two teams is called for the first. Two queries."""
    found: dict[int, Called] = {}
    for one in (*_office(day), *_posted(day)):
        found.setdefault(one.person.pk, one)
    return list(found.values())


def _office(day: date) -> Iterator[Called]:
    accounts = User.objects.holding(Role.OFFICE, Role.OFFICE_LEAD, on=day)
    for person in Person.objects.current().filter(user__in=accounts).order_by("pinyin", "pk"):
        yield Called(person, "联村工作办")


def _posted(day: date) -> Iterator[Called]:
    posts = Posting.objects.on(day).select_related("person", "group", "team__village__group")
    groups = [post for post in posts if post.group_id]
    for post in sorted(groups, key=lambda post: (post.group.position, not post.is_leader, post.pk)):
        yield Called(post.person, f"{post.group.name}{post.role_name}")
    leaders = [post for post in posts if post.team_id and post.is_leader]
    for post in sorted(leaders, key=_place):
        yield Called(post.person, f"{post.team.name}组长", post.team)


def _place(post: Posting) -> tuple[int, str]:
    group = post.team.village.group
    return (group.position if group else 10_000, post.team.village.code)
