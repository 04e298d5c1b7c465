"""How the town was organised on a day, by district, with the lists of the registers as they stood on that day."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db.models import Count, Exists, IntegerField, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from appraisal.county_terms import District
from appraisal.team_rows import LAST, NO_DISTRICT
from grids.models import Grid, GridHeadTerm
from lianzhen.trail.models import AuditEntry
from villages.filters_places import NO_DISTRICT as WITHOUT
from villages.models import LiaisonTeam, Posting, SelfGovernance, SocialOrganization, Village, VillagerGroup
from villages.models.terms import runs_on, stood_in_village_on, stood_on

#: Where the rows behind each figure are listed, what narrows the list to them, and what to one district.
REGISTERS = {
    "villages": ("village_list", "", "group"),
    "teams": ("team_list", "", "group"),
    "people": ("posting_list", "kind=team&", "group"),
    "selfgov": ("selfgov_list", "", "group"),
    "instructors": ("posting_list", "kind=instructor&", "group"),
    "grids": ("grid_list", "", "district"),
    "heads": ("grid_list", "state=headed&", "district"),
    "vacant": ("grid_list", "state=vacant&", "district"),
    "groups": ("villager_group_list", "", "group"),
    "organizations": ("organization_list", "", "group"),
}
#: What may have come later than the day, though nobody wrote down when: its name and how it is counted.
UNDATED: dict[type[Model], str] = {Village: "村（社区）", Grid: "网格", VillagerGroup: "村民小组"}
FIGURES = ("teams", "people", "selfgov", "instructors", "grids", "heads", "groups", "organizations")


def register_urls(day: date, group: int | str | None = None) -> dict[str, str]:
    """The lists of the day; of the villages of one liaison group, or of those `WITHOUT`."""
    found = {}
    for figure, (page, narrowed, word) in REGISTERS.items():
        url = f"{reverse(page)}?{narrowed}on={day:%Y-%m-%d}"
        found[figure] = url if group is None else f"{url}&{word}={group}"
    return found


def districts_on(day: date) -> list[District]:
    """As the register stood on the day. One query."""
    now, stood = runs_on(day), stood_on(day)
    heads = GridHeadTerm.objects.filter(now, stood_on(day, "grid__"))
    rows = Village.objects.filter(stood).annotate(
        n_teams=_number(LiaisonTeam.objects.filter(now), "village"),
        n_people=_number(Posting.objects.filter(now, team__isnull=False), "team__village"),
        n_selfgov=_number(SelfGovernance.objects.filter(now), "village"),
        n_instructors=_number(Posting.objects.filter(now, village__isnull=False), "village"),
        n_grids=_number(Grid.objects.filter(stood), "village"),
        n_heads=_number(heads, "grid__village"),
        n_groups=_number(VillagerGroup.objects.filter(stood), "village"),
        n_organizations=_number(SocialOrganization.objects.filter(stood), "village"),
    )
    sums: dict[str, list[int]] = {}
    groups: dict[str, int | None] = {}
    found = rows.order_by(Coalesce("group__position", LAST), "code").values_list(
        "group__district_name", "group_id", *(f"n_{name}" for name in FIGURES)
    )
    for district, group, *figures in found:
        name = district or NO_DISTRICT
        groups[name] = group
        sums[name] = [a + b for a, b in zip(sums.get(name, [0] * 9), [1, *figures], strict=True)]
    return [
        District(name, *figures, url=_page(groups[name]), urls=register_urls(day, groups[name] or WITHOUT))
        for name, figures in sums.items()
    ]


def undated(day: date) -> list[QuerySet]:
    """Of each kind of `UNDATED` the rows of `districts_on` that have no day of founding and that the trail first
    knows after the day: they are counted, and may be younger. Where it knows none of the kind from the day or
    before, the town had no register then, and what was entered since was there."""
    end = timezone.make_aware(datetime.combine(day, time.max))
    found = []
    for model in UNDATED:
        entries = AuditEntry.objects.filter(model=model._meta.label_lower).order_by()
        told = entries.filter(object_id=OuterRef("pk"))
        stood = stood_on(day) if model is Village else stood_in_village_on(day)
        rows = model._base_manager.filter(stood, founded_on=None)
        entered_later = Exists(told.filter(at__gt=end)) & ~Exists(told.filter(at__lte=end))
        found.append(rows.filter(Exists(entries.filter(at__lte=end)), entered_later))
    return found


def _number(rows: QuerySet, village: str) -> Coalesce:
    """How many of the rows belong to the village of the outer query."""
    counted = rows.filter(**{village: OuterRef("pk")}).order_by().values(village).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def _page(group: int | None) -> str:
    return reverse("district", args=[group]) if group else ""
