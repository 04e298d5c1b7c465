"""The register at a glance: counts, and what needs somebody's attention, over the villages a user sees.

A fixed number of queries whatever the size of the town. Every line of attention names what to do and
leads to the list that shows exactly the rows counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models import (
    Aggregate,
    CharField,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.urls import reverse

from grids.coverage import Kind, kinds_in_every_grid, lacks_any
from grids.models import Grid, GridHeadTerm
from grids.permissions import see_coverage
from lianzhen.accounts.standing import Standing
from lianzhen.statements import Statement
from villages.membership import TERM_NOTICE_DAYS, term_ends_by
from villages.models import LiaisonTeam, Person, Posting, SelfGovernance, SocialOrganization, Village
from villages.models.terms import runs_on
from villages.permissions import see_village_life

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


@dataclass(frozen=True)
class Figure:
    """One number of the glance, with the list it counts."""

    label: str
    value: int | None
    unit: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Need:
    """Something that waits: a sentence, how many, and where to deal with it."""

    text: str
    count: int
    url: str


@dataclass(frozen=True)
class Overview:
    figures: list[Figure]
    needs: list[Need]


def overview(user: User, today: date, kinds: Sequence[Kind] | None = None) -> Overview:
    """Figures and needs for everything that `user` sees on the day. Two queries; one where the caller knows the
    `kinds` of every grid."""
    counted = _counts(user, today, tuple(kinds_in_every_grid(today) if kinds is None else kinds))
    villages, teams, grids = counted["villages"], counted["teams"], counted["grids"]
    figures = [
        Figure("村（社区）", villages["all"], "个", reverse("village_list"), _selfgov_note(villages["selfgov"])),
        Figure("联村工作组", teams["all"], "个", reverse("team_list")),
        Figure("网格", grids["all"], "个", reverse("grid_list")),
        Figure("人口", villages["population"], "人", reverse("village_list")),
        Figure("登记在册的村民", counted["people"]["residents"], "人", f"{reverse('person_list')}?kind=resident"),
        Figure("镇干部", counted["people"]["staff"], "人", f"{reverse('person_list')}?kind=staff"),
    ]
    # The window has neither the lists of organisations nor those of what a grid lacks.
    if see_village_life(user):
        figures.append(Figure("社会组织", counted["boards"]["all"], "个", reverse("organization_list")))
    needs = [
        Need("网格暂无网格长", grids["vacant"], f"{reverse('grid_list')}?state=vacant"),
        Need("联村工作组暂无组长", teams["without_leader"], f"{reverse('team_list')}?state=vacant"),
        Need("村（社区）既没有联村工作组，也没有指导员", villages["unattended"], reverse("village_list")),
    ]
    if see_coverage(user):
        needs.append(Need("网格的四类人员有缺项", grids["lacking"], f"{reverse('grid_coverage')}?state=lacking"))
    if see_village_life(user):
        told = f"社会组织任期已满或{TERM_NOTICE_DAYS}天内届满"
        needs.append(Need(told, counted["boards"]["due"], f"{reverse('organization_list')}?due=soon"))
    return Overview(figures, [need for need in needs if need.count])


#: What is counted of each, in the order of the columns of one query.
COUNTED = {
    "villages": ("all", "selfgov", "unattended", "population"),
    "teams": ("all", "without_leader"),
    "grids": ("all", "vacant", "lacking"),
    "people": ("residents", "staff"),
    "boards": ("all", "due"),
}
COLUMNS = max(map(len, COUNTED.values()))


def _counts(user: User, today: date, kinds: tuple[Kind, ...]) -> dict[str, dict[str, int | None]]:
    """The counts of five tables, each a row of one query."""
    answer = {name: values for name, *values in _statement(user.bare(), user.standing, today, kinds).rows()}
    # Of a table of which the user can see nothing, no row comes back.
    nothing = [0] * COLUMNS
    return {name: dict(zip(titles, answer.get(name, nothing), strict=False)) for name, titles in COUNTED.items()}


@lru_cache(maxsize=500)
def _statement(user: User, standing: Standing, today: date, kinds: tuple[Kind, ...]) -> Statement:
    """Written once for a user's day; `standing` is that of the (bare) user, and another one sees other rows."""
    counts = {
        "villages": _villages(user, today),
        "teams": _teams(user, today),
        "grids": _grids(user, today, kinds),
        "people": _people(user),
        "boards": _boards(user, today),
    }
    rows = [_row(name, *counted) for name, counted in counts.items()]
    return Statement(rows[0].union(*rows[1:], all=True))


def _row(name: str, rows: QuerySet, counts: Sequence[Aggregate]) -> QuerySet:
    """One row: the name of what is counted, the counts, zeros up to `COLUMNS`. Counts and sums are numbers to
    both databases as they are."""
    columns = [*counts, *[Value(0)] * (COLUMNS - len(counts))]
    placed = {f"n{place}": column for place, column in enumerate(columns)}
    named = rows.order_by().annotate(counted=Value(name, CharField())).values("counted")
    return named.annotate(**placed).values_list("counted", *placed)


def _villages(user: User, today: date) -> tuple[QuerySet, Sequence[Aggregate]]:
    on_village = {"village": OuterRef("pk")}
    selfgov = Exists(SelfGovernance.objects.on(today).filter(**on_village))
    team = Exists(LiaisonTeam.objects.on(today).filter(**on_village))
    guided = Exists(Posting.objects.on(today).filter(**on_village))
    counts = (Count("pk"), Count("pk", filter=selfgov), Count("pk", filter=~team & ~guided), Sum("population"))
    return Village.objects.visible_to(user).current(), counts


def _teams(user: User, today: date) -> tuple[QuerySet, Sequence[Aggregate]]:
    led = Exists(Posting.objects.filter(runs_on(today), team=OuterRef("pk"), is_leader=True))
    return LiaisonTeam.objects.visible_to(user).on(today), (Count("pk"), Count("pk", filter=~led))


def _grids(user: User, today: date, kinds: Sequence[Kind]) -> tuple[QuerySet, Sequence[Aggregate]]:
    headed = Exists(GridHeadTerm.objects.filter(runs_on(today), grid=OuterRef("pk")))
    lacking = lacks_any(kinds, today)
    return Grid.objects.visible_to(user).current(), (
        Count("pk"),
        Count("pk", filter=~headed),
        Count("pk", filter=lacking),
    )


def _people(user: User) -> tuple[QuerySet, Sequence[Aggregate]]:
    people = Person.objects.visible_to(user).current()
    residents, staff = Q(village__isnull=False), Q(department__isnull=False)
    return people, (Count("pk", filter=residents), Count("pk", filter=staff))


def _boards(user: User, today: date) -> tuple[QuerySet, Sequence[Aggregate]]:
    due = term_ends_by(today + timedelta(days=TERM_NOTICE_DAYS))
    return SocialOrganization.objects.visible_to(user).current(), (Count("pk"), Count("pk", filter=due))


def _selfgov_note(count: int | None) -> str:
    return f"其中{count}个村为主自治" if count else ""
