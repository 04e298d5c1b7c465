"""Whose accounts are told of what concerns a team: who serves in it, who guides it, the office."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from appraisal.models.documents import STAFF
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from villages.models import CadreTerm, LiaisonTeam, Posting
from villages.models.teams import remembered_since
from villages.models.terms import runs_on


def of_team(team: LiaisonTeam, today: date, fact: date | None = None) -> set[int]:
    """Open accounts of the leader and the members; with `fact` also of those who served on that day and have left
    since, as long as they may look back. One query."""
    serving = runs_on(today)
    if fact is not None:
        serving |= runs_on(fact) & (Q(ends_on=None) | Q(ends_on__gte=remembered_since(today)))
    return _accounts(Posting.objects.filter(serving, team=team))


def of_village(team: LiaisonTeam, today: date) -> set[int]:
    """Open accounts of the village's subsidised cadres, who sit there with the team. One query."""
    return _accounts(CadreTerm.objects.on(today).filter(village=team.village_id, is_subsidised=True))


def of_deciders(team: LiaisonTeam, today: date) -> set[int]:
    """Who decides what the team asks: its liaison group, less those who serve in the team themselves; the
    office where that leaves nobody. Two queries, three where it falls to the office."""
    found = _accounts(Posting.objects.on(today).filter(group=team.village.group_id)) if team.village.group_id else set()
    return (found - of_team(team, today)) or of_office(today)


def of_office(today: date) -> set[int]:
    return set(User.objects.holding(Role.OFFICE, Role.OFFICE_LEAD, on=today).values_list("pk", flat=True))


def of_staff(today: date, since: date) -> set[int]:
    """Open accounts of everybody who works for the town or a village: those to whom a role of the staff is granted,
    who serves in a team or guides, the village's cadres; and who has left a team only after `since`. Three queries."""
    granted = User.objects.holding(*STAFF, on=today).values_list("pk", flat=True)
    serving = runs_on(today) | Q(team__isnull=False, ends_on__gte=since, starts_on__lte=today)
    return {*granted} | _accounts(Posting.objects.filter(serving)) | _accounts(CadreTerm.objects.on(today))


def _accounts(terms: object) -> set[int]:
    rows = terms.filter(person__user__isnull=False, person__user__ended_at=None)  # type: ignore[attr-defined]
    return set(rows.values_list("person__user_id", flat=True))
