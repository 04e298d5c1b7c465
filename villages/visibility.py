"""Which villages a user sees, as conditions on any path that leads to a village."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from lianzhen.accounts.roles import TOWN_WIDE, Role

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

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
