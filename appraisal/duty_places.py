"""For which teams somebody may enter duty, ask for shifts, or look into the office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from appraisal.permissions import OFFICE, TEAM
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.pages.forms import LONGEST_ID
from villages.models import LiaisonTeam

#: A team that has ended can still be entered for as long (days).
AFTER_THE_END = 60


def teams_to_log(user: User, today: date) -> list[LiaisonTeam]:
    """One's own team, and that of the village whose cadre one is; all for the office. One query."""
    standing = user.standing
    own = Q(pk__in=standing.teams(*TEAM)) | Q(village__in=standing.villages(Role.CADRE))
    return _listed(Q() if standing.has(*OFFICE) else own, today - timedelta(days=AFTER_THE_END))


def teams_to_shift(user: User, today: date) -> list[LiaisonTeam]:
    """One's own team; all for the office. One query."""
    own = Q(pk__in=user.standing.teams(*TEAM))
    return _listed(Q() if user.standing.has(*OFFICE) else own, today)


def teams_to_check(user: User, today: date) -> list[LiaisonTeam]:
    """Those of the district for its liaison group, all for the office; never the team one serves in. One query."""
    guided = Q(village__group__in=user.standing.groups(Role.DISTRICT))
    reach = Q() if user.standing.has(*OFFICE) else guided
    return _listed(reach & ~Q(pk__in=user.standing.teams(*TEAM)), today)


def chosen(teams: Sequence[LiaisonTeam], asked: str | None) -> LiaisonTeam | None:
    """The team that the address or the form names, among these; the only one where nothing is named."""
    if asked and asked.isdecimal() and len(asked) <= LONGEST_ID:
        return next((team for team in teams if team.pk == int(asked)), None)
    return teams[0] if len(teams) == 1 else None


def _listed(reach: Q, since: date) -> list[LiaisonTeam]:
    rows: QuerySet[LiaisonTeam] = LiaisonTeam.objects.filter(reach, Q(ends_on=None) | Q(ends_on__gte=since))
    return list(rows.select_related("village__group").order_by("village__code", "-starts_on"))
