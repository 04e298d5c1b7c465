"""Tab 社会组织 of the village page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from lianzhen.pages.tables import Table, plain_table
from villages.extensions import Section, VillageTab, register_tab
from villages.membership import chairs_on, with_members
from villages.models import OrganizationMember, SocialOrganization, Village
from villages.permissions import keep_village, see_village_life
from villages.views.organizations import COLUMNS

EMPTY = "还没有登记社会组织。"


def _rows(village: Village) -> QuerySet:
    rows = SocialOrganization.objects.filter(village=village).select_related("kind")
    return with_members(rows, timezone.localdate()).order_by("kind__position", "name")


def organization_tab(request: HttpRequest, village: Village) -> dict[str, Any]:
    rows = list(_rows(village))
    current = [row for row in rows if row.ended_on is None]
    dissolved = [row for row in rows if row.ended_on is not None]
    keeps = keep_village(request.user, village) and village.ended_on is None
    return {
        "organizations": plain_table("社会组织", COLUMNS, current) if current else None,
        "dissolved": plain_table("已撤销的社会组织", COLUMNS, dissolved) if dissolved else None,
        "add_url": f"{reverse('organization_add')}?village={village.pk}" if keeps else "",
    }


def organization_dossier(request: HttpRequest, village: Village) -> Section:
    columns = [column for column in COLUMNS if column.key != "state"]
    rows = _rows(village).filter(ended_on=None).prefetch_related(None)
    chairs = chairs_on(timezone.localdate()).filter(organization__village=village).select_related("person")

    def tables(organizations: list[SocialOrganization], chairs: list[OrganizationMember]) -> list[Table]:
        for organization in organizations:
            organization.chairs = [chair for chair in chairs if chair.organization_id == organization.pk]
        return [plain_table("社会组织", columns, organizations, empty_text=EMPTY)]

    return Section([rows, chairs], tables)


def register() -> None:
    """Put the tab into its place; called once when the app is ready."""
    tab = VillageTab(
        "organizations",
        "社会组织",
        "villages/organization_tab.html",
        organization_tab,
        see_village_life,
        60,
        organization_dossier,
    )
    register_tab(tab)
