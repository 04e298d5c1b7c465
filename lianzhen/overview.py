"""The register at a glance: counts, and what needs somebody's attention, over the villages a user sees.

A fixed number of queries whatever the size of the town. Every line of attention names what to do and
leads to the list that shows exactly the rows counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, Count, Exists, OuterRef, Q, Sum, When
from django.urls import reverse

from grids.coverage import kinds_in_every_grid, lacks_any
from grids.models import Grid, GridHeadTerm
from villages.membership import TERM_NOTICE_DAYS, term_ends_by
from villages.models import LiaisonTeam, Person, Posting, SocialOrganization, Village
from villages.models.terms import runs_on

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


def overview(user: User, today: date) -> Overview:
    """Figures and needs for everything that `user` sees on the day. Six queries."""
    villages = _villages(user, today)
    teams = _teams(user, today)
    grids = _grids(user, today)
    people = (
        Person.objects.visible_to(user)
        .current()
        .aggregate(
            residents=Count("pk", filter=Q(village__isnull=False)),
            staff=Count("pk", filter=Q(department__isnull=False)),
        )
    )
    due = term_ends_by(today + timedelta(days=TERM_NOTICE_DAYS))
    organizations = SocialOrganization.objects.visible_to(user).current()
    boards = organizations.aggregate(all=Count("pk"), due=Count("pk", filter=due))
    figures = [
        Figure("村（社区）", villages["all"], "个", reverse("village_list"), _selfgov_note(villages["selfgov"])),
        Figure("联村工作组", teams["all"], "个", reverse("team_list")),
        Figure("网格", grids["all"], "个", reverse("grid_list")),
        Figure("人口", villages["population"], "人", reverse("village_list")),
        Figure("登记在册的村民", people["residents"], "人", f"{reverse('person_list')}?kind=resident"),
        Figure("镇干部", people["staff"], "人", f"{reverse('person_list')}?kind=staff"),
        Figure("社会组织", boards["all"], "个", reverse("organization_list")),
    ]
    needs = [
        Need("网格暂无网格长", grids["vacant"], f"{reverse('grid_list')}?state=vacant"),
        Need("联村工作组暂无组长", teams["without_leader"], f"{reverse('team_list')}?state=vacant"),
        Need("村（社区）既没有联村工作组，也没有指导员", villages["unattended"], reverse("village_list")),
        Need("网格的四类人员有缺项", grids["lacking"], f"{reverse('grid_coverage')}?state=lacking"),
        Need(
            f"社会组织任期已满或{TERM_NOTICE_DAYS}天内届满", boards["due"], f"{reverse('organization_list')}?due=soon"
        ),
    ]
    return Overview(figures, [need for need in needs if need.count])


def _villages(user: User, today: date) -> dict[str, int]:
    team = LiaisonTeam.objects.on(today).filter(village=OuterRef("pk"))
    instructor = Posting.objects.on(today).filter(village=OuterRef("pk"))
    villages = Village.objects.visible_to(user).current().with_management(today)
    return villages.annotate(has_team=Exists(team), guided=Exists(instructor)).aggregate(
        all=Count("pk"),
        selfgov=Count("pk", filter=Q(self_governed=True)),
        unattended=Count("pk", filter=Q(has_team=False, guided=False)),
        population=Sum("population"),
    )


def _teams(user: User, today: date) -> dict[str, int]:
    leader = Posting.objects.filter(runs_on(today), team=OuterRef("pk"), is_leader=True)
    teams = LiaisonTeam.objects.visible_to(user).on(today).annotate(led=Exists(leader))
    return teams.aggregate(all=Count("pk"), without_leader=Count("pk", filter=Q(led=False)))


def _grids(user: User, today: date) -> dict[str, int]:
    head = GridHeadTerm.objects.filter(runs_on(today), grid=OuterRef("pk"))
    lacks = Case(When(lacks_any(kinds_in_every_grid(today), today), then=True), default=False)
    grids = Grid.objects.visible_to(user).current().annotate(headed=Exists(head), lacks=lacks)
    return grids.aggregate(
        all=Count("pk"), vacant=Count("pk", filter=Q(headed=False)), lacking=Count("pk", filter=Q(lacks=True))
    )


def _selfgov_note(count: int) -> str:
    return f"其中{count}个村为主自治" if count else ""
