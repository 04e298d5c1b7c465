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
from villages.models import LiaisonTeam, Person, Posting, SocialOrganization, Village
from villages.models.terms import runs_on

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

#: How long before the end of a term of office the election is announced on the home page (days).
ELECTION_NOTICE_DAYS = 60


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
    """Figures and needs for everything that `user` sees on the day. Eight queries."""
    villages = Village.objects.visible_to(user).current().with_management(today)
    totals = villages.aggregate(
        villages=Count("pk"),
        selfgov=Count("pk", filter=Q(self_governed=True)),
        population=Sum("population"),
        households=Sum("households"),
    )
    teams = _teams(user, today)
    grids = _grids(user, today)
    people = Person.objects.visible_to(user).current().aggregate(
        residents=Count("pk", filter=Q(village__isnull=False)), staff=Count("pk", filter=Q(department__isnull=False))
    )
    organizations = SocialOrganization.objects.visible_to(user).current()
    due = sum(1 for o in organizations.exclude(term_starts_on=None) if _election_due(o, today))
    figures = [
        Figure("村（社区）", totals["villages"], "个", reverse("village_list"), _selfgov_note(totals["selfgov"])),
        Figure("联村工作组", teams["all"], "个", reverse("team_list")),
        Figure("网格", grids["all"], "个", reverse("grid_list")),
        Figure("人口", totals["population"], "人", reverse("village_list")),
        Figure("在册村民", people["residents"], "人", f"{reverse('person_list')}?kind=resident"),
        Figure("镇干部", people["staff"], "人", f"{reverse('person_list')}?kind=staff"),
        Figure("社会组织", organizations.count(), "个", reverse("organization_list")),
    ]
    needs = [
        Need("网格暂无网格长", grids["vacant"], f"{reverse('grid_list')}?state=vacant"),
        Need("联村工作组暂无组长", teams["without_leader"], f"{reverse('team_list')}?state=vacant"),
        Need("村（社区）既没有联村工作组，也没有指导员", _unattended(user, today), reverse("village_list")),
        Need("网格的四类人员有缺项", grids["lacking"], f"{reverse('grid_coverage')}?state=lacking"),
        Need("社会组织任期已满或60日内届满", due, f"{reverse('organization_list')}?due=soon"),
    ]
    return Overview(figures, [need for need in needs if need.count])


def _teams(user: User, today: date) -> dict[str, int]:
    leader = Posting.objects.filter(runs_on(today), team=OuterRef("pk"), is_leader=True)
    teams = LiaisonTeam.objects.visible_to(user).on(today).annotate(led=Exists(leader))
    return teams.aggregate(all=Count("pk"), without_leader=Count("pk", filter=Q(led=False)))


def _grids(user: User, today: date) -> dict[str, int]:
    head = GridHeadTerm.objects.filter(runs_on(today), grid=OuterRef("pk"))
    lacks = lacks_any(kinds_in_every_grid(today), today)
    grids = Grid.objects.visible_to(user).current().annotate(headed=Exists(head), lacks=Case(When(lacks, then=True), default=False))
    return grids.aggregate(
        all=Count("pk"), vacant=Count("pk", filter=Q(headed=False)), lacking=Count("pk", filter=Q(lacks=True))
    )


def _unattended(user: User, today: date) -> int:
    team = LiaisonTeam.objects.on(today).filter(village=OuterRef("pk"))
    instructor = Posting.objects.on(today).filter(village=OuterRef("pk"))
    villages = Village.objects.visible_to(user).current()
    return villages.annotate(team=Exists(team), guided=Exists(instructor)).filter(team=False, guided=False).count()


def _election_due(organization: SocialOrganization, today: date) -> bool:
    ends = organization.term_ends_on
    return ends is not None and ends <= today + timedelta(days=ELECTION_NOTICE_DAYS)


def _selfgov_note(count: int) -> str:
    return f"其中{count}个村为主自治" if count else ""
