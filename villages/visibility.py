"""Which villages a user sees, as conditions on any path that leads to a village."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from lianzhen.accounts.roles import TOWN_WIDE, Role

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from lianzhen.accounts.models import User
    from lianzhen.accounts.standing import Service
    from villages.models import Village

#: Roles tied to single villages.
VILLAGE_ROLES = (Role.LEADER, Role.MEMBER, Role.INSTRUCTOR, Role.CADRE)
NOTHING = Q(pk__in=[])
EVERYTHING = ~Q(pk__in=[])


def sees_all_villages(user: User) -> bool:
    """The office, the committee and the auditor; the government centre's window finds whom to call."""
    return user.standing.has(*TOWN_WIDE, Role.WINDOW)


def in_seen_villages(user: User, path: str, *, people: bool = False) -> Q:
    """Rows whose village (at `path`, e.g. `"team__village"`; `""` for a village itself) the user sees:
    all for town-wide roles, the district's for its liaison group, their own for village roles.
    `people`: rows about residents, whom the window does not look up."""
    if user.standing.has(*TOWN_WIDE) or (sees_all_villages(user) and not people):
        return EVERYTHING
    standing = user.standing
    condition = NOTHING
    if groups := standing.groups(Role.DISTRICT):
        condition |= Q(**{f"{path}__group_id__in" if path else "group_id__in": groups})
    if villages := standing.villages(*VILLAGE_ROLES):
        condition |= Q(**{f"{path}_id__in" if path else "pk__in": villages})
    return condition


def sees_village(user: User, village: int | None, group: int | None) -> bool:
    """As `in_seen_villages`, for a village and its liaison group by their ids: whether its own pages open."""
    return sees_all_villages(user) or works_for(user, village, group)


def opens_village(user: User, village: Village) -> bool:
    """The same for one at hand."""
    return sees_village(user, village.pk, village.group_id)


# --- The work in a village --------------------------------------------------------------------------
def in_worked_villages(user: User, path: str, roles: tuple[Role, ...] = VILLAGE_ROLES) -> Q:
    """Rows about the work in a village (at `path`), which the window has no part in: all for town-wide roles, the
    district's for its liaison group, their own for the village roles that read them (`roles`)."""
    standing = user.standing
    if standing.has(*TOWN_WIDE):
        return EVERYTHING
    condition = NOTHING
    if groups := standing.groups(Role.DISTRICT):
        condition |= Q(**{f"{path}__group_id__in": groups})
    if villages := standing.villages(*roles):
        condition |= Q(**{f"{path}_id__in": villages})
    return condition


def works_for(user: User, village: int | None, group: int | None, roles: tuple[Role, ...] = VILLAGE_ROLES) -> bool:
    """As `in_worked_villages`, for a village and its liaison group by their ids."""
    standing = user.standing
    district = group is not None and group in standing.groups(Role.DISTRICT)
    return standing.has(*TOWN_WIDE) or district or village in standing.villages(*roles)


# --- What is over ---------------------------------------------------------------------------------
def in_served_days(user: User, team: str, day: str) -> Q:
    """Rows about the days on which the user served in a team that he serves in no more. `team`: the path to it
    (e.g. `"log__team"`), `day`: to the date."""
    return _served(user, team, day, lambda one: (one.since, one.until))


def in_served_months(user: User, team: str, month: str) -> Q:
    """The same of whole months, given by their first day: those that have one of the user's days."""
    return _served(user, team, month, lambda one: (one.since.replace(day=1), one.until))


def in_served_weeks(user: User, team: str, monday: str) -> Q:
    """The same of whole weeks, given by their Monday."""
    return _served(user, team, monday, lambda one: (one.since - timedelta(days=one.since.weekday()), one.until))


def _served(user: User, team: str, day: str, span: Callable[[Service], tuple[date, date]]) -> Q:
    condition = NOTHING
    for one in user.standing.served:
        condition |= Q(**{f"{team}_id": one.team, f"{day}__range": span(one)})
    return condition
