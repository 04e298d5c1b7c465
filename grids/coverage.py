"""The kinds of people whom the article puts in every grid, and which grid lacks which.

People lie in a grid through their villager group. Counted are members of the party and running members of
the village's own organisations of each kind marked `in_every_grid`; 2 queries whatever the number of grids.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet, Value

from grids.models import Grid
from villages.models import OrganizationKind, OrganizationMember, Person
from villages.models.terms import stood_on


@dataclass(frozen=True)
class Kind:
    """A kind of people that belongs in every grid. `organization` is the kind's id; None is the party."""

    key: str
    name: str
    short: str
    organization: int | None = None


@dataclass(frozen=True)
class Coverage:
    """How many people of each kind live in one grid, by `Kind.key`."""

    kinds: tuple[Kind, ...]
    counts: dict[str, int]

    @property
    def lacking(self) -> list[Kind]:
        return [kind for kind in self.kinds if not self.counts[kind.key]]


#: Stands for the party among the ids of kinds of organisations.
NO_KIND = 0
PARTY = Kind("party", "中共党员", "党员")


def organizations_in_every_grid(on: date) -> QuerySet[OrganizationKind]:
    """Every kind of organisation in use that the town wants in every grid."""
    return OrganizationKind.objects.filter(Q(ended_on=None) | Q(ended_on__gt=on), in_every_grid=True)


def with_the_party(rows: Iterable[tuple[int, str, str]]) -> tuple[Kind, ...]:
    """The party and kinds of organisations, each given as id, name, short name."""
    return (PARTY, *(Kind(f"org{pk}", name, short, pk) for pk, name, short in rows))


def kinds_in_every_grid(on: date) -> tuple[Kind, ...]:
    """The party and `organizations_in_every_grid`; one query."""
    return with_the_party((row.pk, row.name, row.short_name) for row in organizations_in_every_grid(on))


def coverage_of(grids: Iterable[Grid], kinds: tuple[Kind, ...], on: date) -> dict[int, Coverage]:
    """Coverage of each grid by its id, in one query."""
    ids = [grid.pk for grid in grids]
    counts: dict[int, dict[str, int]] = {pk: defaultdict(int) for pk in ids}
    grid_of_person = "villager_group__grid_area__grid_id"
    party = _party_members().filter(**{f"{grid_of_person}__in": ids}).order_by().annotate(kind=Value(NO_KIND))
    grid_of_member = f"person__{grid_of_person}"
    members = _organization_members(kinds, on).filter(**{f"{grid_of_member}__in": ids}).order_by()
    in_party = party.values_list(grid_of_person, "kind").annotate(people=Count("pk"))
    in_kinds = members.values_list(grid_of_member, "organization__kind_id")
    for pk, kind, people in in_party.union(in_kinds.annotate(people=Count("person_id", distinct=True)), all=True):
        counts[pk][PARTY.key if kind == NO_KIND else f"org{kind}"] = people
    return {pk: Coverage(kinds, {kind.key: found[kind.key] for kind in kinds}) for pk, found in counts.items()}


def lacks_any(kinds: Sequence[Kind], on: date) -> Q:
    """A condition on grids: at least one kind has nobody there.

    Lists of ids rather than a search per grid: each is made once however many grids there are.
    """
    path = "villager_group__grid_area__grid"
    party = _party_members().filter(**{f"{path}__isnull": False}).order_by().values(path)
    condition = ~Q(pk__in=party)
    wanted = sum(kind.organization is not None for kind in kinds)
    if wanted:
        path = f"person__{path}"
        members = _organization_members(kinds, on).filter(**{f"{path}__isnull": False}).order_by().values(path)
        whole = members.annotate(kinds=Count("organization__kind", distinct=True)).filter(kinds=wanted)
        condition |= ~Q(pk__in=whole.values(path))
    return condition


def people_in(grid: Grid, kinds: tuple[Kind, ...], on: date) -> list[tuple[Kind, list[Person]]]:
    """Who they are in one grid, by kind, in 2 queries."""
    found: dict[str, dict[int, Person]] = {kind.key: {} for kind in kinds}
    for person in _party_members().filter(villager_group__grid_area__grid=grid).select_related("villager_group"):
        found[PARTY.key][person.pk] = person
    members = _organization_members(kinds, on).filter(person__villager_group__grid_area__grid=grid)
    rows = members.select_related("person__villager_group", "organization").order_by("person__pinyin", "person_id")
    for member in rows:
        found[f"org{member.organization.kind_id}"][member.person_id] = member.person
    return [(kind, list(found[kind.key].values())) for kind in kinds]


def _party_members() -> QuerySet[Person]:
    return Person.objects.current().filter(is_party_member=True)


def _organization_members(kinds: Iterable[Kind], on: date) -> QuerySet[OrganizationMember]:
    """Members of the village's own organisations: a seat in another village serves that village's grids."""
    return OrganizationMember.objects.on(on).filter(
        stood_on(on, "organization__"),
        organization__kind__in=[kind.organization for kind in kinds if kind.organization is not None],
        organization__village_id=F("person__village_id"),
        person__ended_on=None,
    )
