"""The roles that the register itself knows of, for the person page."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from villages.extensions import RoleLine
from villages.models import CadreTerm, OrganizationMember, PartyGroup, Person, Posting, VillagerGroup


def postings(person: Person) -> Iterator[RoleLine]:
    rows = Posting.objects.filter(person=person).select_related("team__village", "group", "village")
    for row in rows:
        name, argument = ("team", row.team_id) if row.team_id else ("village", row.village_id)
        if row.group_id:
            name, argument = "district", row.group_id
        yield RoleLine(
            row.role_name, str(row.target), reverse(name, args=[argument]), row.starts_on, row.ends_on, row.end_reason
        )


def cadre_terms(person: Person) -> Iterator[RoleLine]:
    for row in CadreTerm.objects.filter(person=person).select_related("village"):
        yield RoleLine(
            row.get_position_display(),
            str(row.village),
            reverse("village", args=[row.village_id]),
            row.starts_on,
            row.ends_on,
            row.end_reason,
        )


def memberships(person: Person) -> Iterator[RoleLine]:
    for row in OrganizationMember.objects.filter(person=person).select_related("organization__village"):
        organization = row.organization
        yield RoleLine(
            row.get_position_display(),
            f"{organization.village}{organization}"
            if str(organization.village) not in str(organization)
            else str(organization),
            reverse("organization", args=[organization.pk]),
            row.starts_on,
            row.ends_on,
            row.end_reason,
        )


def group_heads(person: Person) -> Iterator[RoleLine]:
    for row in VillagerGroup.objects.filter(head=person).select_related("village"):
        url = reverse("village", args=[row.village_id])
        yield RoleLine("组长", f"{row.village}{row}", url, row.head_since, row.ended_on)
    for row in PartyGroup.objects.filter(leader=person).select_related("branch__village"):
        url = reverse("party_group", args=[row.pk])
        yield RoleLine("组长", f"{row.branch.village}{row}", url, row.leader_since, row.ended_on)
