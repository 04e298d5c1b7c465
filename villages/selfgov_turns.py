"""Whose turn it is with an application for 村为主自治: accounts, found through postings, terms and grants."""

from __future__ import annotations

from datetime import date
from typing import Any

from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from villages.models import CadreTerm, LiaisonTeam, Posting, SelfGovApplication, Village

OFFICE = (Role.OFFICE, Role.OFFICE_LEAD)


def with_account(terms: Any) -> Any:
    """Of postings or terms, those of people with an open account."""
    return terms.filter(person__user__isnull=False, person__user__ended_at=None)


def accounts(terms: Any) -> set[int]:
    """The open accounts of those who serve. One query."""
    return set(with_account(terms).values_list("person__user_id", flat=True))


def holding(today: date, *roles: Role) -> set[int]:
    return set(User.objects.holding(*roles, on=today).values_list("pk", flat=True))


def of_village(village: Village, today: date) -> set[int]:
    """Open accounts of the village's cadres. One query."""
    return accounts(CadreTerm.objects.on(today).filter(village=village))


def opinion_givers(application: SelfGovApplication, today: date) -> set[int]:
    """The liaison group of the village's district, less whoever applied or serves in the village itself; the
    office where that leaves nobody. At most five queries."""
    village = application.village
    found = accounts(Posting.objects.on(today).filter(group=village.group_id)) if village.group_id else set()
    out = _barred(application) | serving(village, today)
    return (found - out) or (holding(today, *OFFICE) - out)


def instructors(village: Village, today: date) -> set[int]:
    """The account of the village's instructor. One query."""
    return accounts(Posting.objects.on(today).filter(village=village))


def serving(village: Village, today: date) -> set[int]:
    """Who works in the village's team, or guides the village: they do not judge it."""
    team = LiaisonTeam.objects.on(today).filter(village=village)
    return accounts(Posting.objects.on(today).filter(team__in=team)) | instructors(village, today)


def next_ones(application: SelfGovApplication, today: date) -> set[int]:
    """Accounts that can take the next step."""
    State = SelfGovApplication.State
    if application.state == State.DISTRICT:
        return opinion_givers(application, today)
    if application.state == State.OFFICE:
        return holding(today, *OFFICE) - _barred(application)
    if application.state == State.COMMITTEE:
        return holding(today, Role.COMMITTEE) - _barred(application)
    own = of_village(application.village, today)
    return own | {application.started_by_id} if application.started_by_id else own


def _barred(application: SelfGovApplication) -> set[int]:
    """One query."""
    judged = (application.opinion_by_id, application.checked_by_id)
    return application.writers | {pk for pk in judged if pk is not None}
