"""Who may do what with grids. Read it aloud to the head of the township.

Rows first: every object here has already been found through `visible_to(user)`.
"""

from __future__ import annotations

from grids.models import Grid, GridHeadTerm
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, only, refused
from lianzhen.wording import full_date
from villages.models import Village
from villages.permissions import KEEPERS, OFFICE
from villages.visibility import VILLAGE_ROLES


# --- Reading ----------------------------------------------------------------------------------
def see_grids(user: User, record: Grid | GridHeadTerm | None = None) -> Verdict:
    """Everybody who works in or for a village; a grid head his own grid."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *VILLAGE_ROLES, Role.WINDOW, Role.GRIDHEAD)


def see_coverage(user: User, village: Village | None = None) -> Verdict:
    """Which grid lacks which kind of people: for those who can do something about it."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *VILLAGE_ROLES)


# --- Heads, facts and area of one grid ----------------------------------------------------------
def keep_grid(user: User, grid: Grid) -> Verdict:
    """Its head, boundary and area: the office, the cadres of its village, the team that works there."""
    if grid.ended_on is not None:
        return refused(f"{grid}已于{full_date(grid.ended_on)}撤并，历史记录只供查阅。")
    if user.standing.has(*OFFICE) or grid.village_id in user.standing.villages(*KEEPERS):
        return ALLOWED
    return refused(f"{grid.village}的网格由本村干部、联村工作组和联村工作办维护。")


def keep_head_term(user: User, term: GridHeadTerm) -> Verdict:
    return keep_grid(user, term.grid)


# --- Order of the town: office only -----------------------------------------------------------------
def arrange_grids(user: User, record: Grid | Village | None = None) -> Verdict:
    """Drawing a new grid, merging one, taking that back."""
    return only(user, *OFFICE)
