"""Global search: Chinese, pinyin initials, codes, the last four digits of a telephone number.

Every source looks only at what the user may see. At most `SHOWN` hits of a kind; one query each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from appraisal.filters_clauses import found_by
from appraisal.models import Clause
from appraisal.permissions_schemes import see_schemes
from grids.models import Grid
from lianzhen.navigation import rail
from lianzhen.pinyin import initials
from villages.models import LiaisonTeam, Person, SocialOrganization, Village
from villages.permissions import see_people, see_village_life, see_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

#: Hits shown of each kind (design §8.4).
SHOWN = 8


@dataclass(frozen=True)
class Hit:
    text: str
    detail: str
    url: str


@dataclass(frozen=True)
class Hits:
    """The hits of one kind; `more_url` is the list filtered the same way when there are more."""

    title: str
    found: list[Hit]
    more_url: str = ""


def search_all(user: User, typed: str) -> list[Hits]:
    """Groups with at least one hit, in the order of the page."""
    typed = typed.strip()
    if not typed:
        return []
    return [hits for hits in _groups(user, typed) if hits.found]


def _groups(user: User, typed: str) -> Iterator[Hits]:
    if see_villages(user):
        yield _villages(user, typed)
        yield _teams(user, typed)
    yield _grids(user, typed)
    if see_people(user):
        yield _people(user, typed)
    if see_village_life(user):
        yield _organizations(user, typed)
    if see_schemes(user):
        yield _clauses(user, typed)
    yield _pages(user, typed)


def _named(typed: str, path: str = "") -> Q:
    sound = typed.lower().replace(" ", "")
    return (
        Q(**{f"{path}name__icontains": typed})
        | Q(**{f"{path}pinyin__startswith": sound})
        | Q(**{f"{path}initials__startswith": sound})
    )


def _villages(user: User, typed: str) -> Hits:
    rows = Village.objects.visible_to(user).filter(_named(typed) | Q(code__startswith=typed)).select_related("group")
    found = [
        Hit(v.name, f"{v.group or ''} {v.code}".strip(), reverse("village", args=[v.pk])) for v in rows[: SHOWN + 1]
    ]
    return _cut("村（社区）", found, _more("village_list", typed))


def _teams(user: User, typed: str) -> Hits:
    # Until its last day a team works, and is looked for.
    lasting = Q(ends_on=None) | Q(ends_on__gte=user.standing.on)
    rows = LiaisonTeam.objects.visible_to(user).filter(lasting, _named(typed.removesuffix("联村工作组"), "village__"))
    found = [Hit(t.name, "", reverse("team", args=[t.pk])) for t in rows.select_related("village")[: SHOWN + 1]]
    return _cut("联村工作组", found, _more("team_list", typed))


def _grids(user: User, typed: str) -> Hits:
    named = _named(typed, "village__") | Q(code__startswith=typed) | Q(name__icontains=typed)
    by_head = _named(typed, "head_terms__person__")
    if len(typed) == 4 and typed.isdigit():
        by_head = Q(head_terms__person__phone_tail=typed)
    rows = Grid.objects.visible_to(user).current().filter(named | (by_head & Q(head_terms__ends_on=None)))
    rows = rows.select_related("village").distinct()[: SHOWN + 1]
    found = [Hit(str(g), g.code, reverse("grid", args=[g.pk])) for g in rows]
    return _cut("网格", found, _more("grid_list", typed))


def _people(user: User, typed: str) -> Hits:
    rows = Person.objects.visible_to(user).found_by(typed).select_related("village", "department")
    rows = rows.order_by("ended_on", "pinyin", "pk")[: SHOWN + 1]
    found = [Hit(p.name, _about(p), reverse("person", args=[p.pk])) for p in rows]
    return _cut("人员", found, _more("person_list", typed))


def _about(person: Person) -> str:
    parts = [str(person.village or person.department), person.job_title, person.masked_phone if person.phone else ""]
    return " ".join(part for part in [*parts, "离册" if person.ended_on else ""] if part)


def _organizations(user: User, typed: str) -> Hits:
    named = Q(name__icontains=typed) | _named(typed, "village__")
    rows = SocialOrganization.objects.visible_to(user).current().filter(named).select_related("village")
    found = [Hit(o.name, str(o.village), reverse("organization", args=[o.pk])) for o in rows[: SHOWN + 1]]
    return _cut("社会组织", found, _more("organization_list", typed))


def _clauses(user: User, typed: str) -> Hits:
    """Of the version that judges this month, as the catalogue shows them."""
    rows = Clause.objects.visible_to(user).in_force(timezone.localdate()).filter(found_by(typed))
    rows = rows.select_related("category").order_by("category__position", "position")[: SHOWN + 1]
    found = [Hit(str(c), c.category.name, reverse("clause", args=[c.pk])) for c in rows]
    return _cut("条款", found, _more("clause_list", typed))


def _pages(user: User, typed: str) -> Hits:
    places = [item for group in rail(user.standing, "") for item in group.items]
    sound = typed.lower()
    found = [Hit(p.title, "页面", p.url) for p in places if typed in p.title or initials(p.title).startswith(sound)]
    return Hits("页面", found)


def _more(name: str, typed: str) -> str:
    return f"{reverse(name)}?{urlencode({'q': typed})}"


def _cut(title: str, found: list[Hit], more_url: str) -> Hits:
    return Hits(title, found[:SHOWN], more_url if len(found) > SHOWN else "")
