"""Who may do what with the register. Read it aloud to the head of the township.

Rows first: every object here has already been found through `visible_to(user)`.
"""

from __future__ import annotations

from django.db.models import Model

from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, only, refused
from lianzhen.wording import full_date
from villages.models import CadreTerm, LiaisonGroup, LiaisonTeam, Person, Posting, Village
from villages.visibility import VILLAGE_ROLES

OFFICE = (Role.OFFICE, Role.OFFICE_LEAD)
#: Who keeps a village's own register: its cadres and the team that works there.
KEEPERS = (Role.CADRE, Role.LEADER, Role.MEMBER)


# --- Reading ----------------------------------------------------------------------------------
def see_villages(user: User, village: Village | None = None) -> Verdict:
    """Everybody who works in or for a village; a grid head has his grid instead."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *VILLAGE_ROLES, Role.WINDOW)


def see_districts(user: User, group: LiaisonGroup | None = None) -> Verdict:
    return only(user, *TOWN_WIDE, Role.DISTRICT, *VILLAGE_ROLES)


def see_people(user: User, person: Person | None = None) -> Verdict:
    if person is not None:
        return ALLOWED
    return only(user, *TOWN_WIDE, Role.DISTRICT, *VILLAGE_ROLES, Role.WINDOW)


def see_village_life(user: User, record: Model | None = None) -> Verdict:
    """Organisations, party groups, charters, villager groups."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *VILLAGE_ROLES)


def reveal_phone(user: User, person: Person) -> Verdict:
    """Whoever works with people may see a number; the look is on the trail. The auditor only checks."""
    if user.standing.has(Role.AUDITOR) or user.standing.has(Role.SYSADMIN):
        return refused("审计员和系统管理员不查看手机号。")
    return ALLOWED


# --- Facts of a village -------------------------------------------------------------------------
def keep_village(user: User, village: Village) -> Verdict:
    """Groups, party groups, organisations, charter, people of one village: the office, its cadres, its team."""
    if user.standing.has(*OFFICE) or village.pk in user.standing.villages(*KEEPERS):
        return ALLOWED
    return refused(f"{village}的台账由本村干部、联村工作组和联村工作办维护。")


def keep_part(user: User, record: Model) -> Verdict:
    """The same for a record that belongs to a village."""
    return keep_village(user, village_of(record))


def keep_person(user: User, person: Person) -> Verdict:
    if person.village is None:
        return only(user, *OFFICE)
    return keep_village(user, person.village)


def add_people(user: User) -> Verdict:
    return only(user, *OFFICE, *KEEPERS)


def village_of(record: Model) -> Village:
    for path in ("village", "organization.village", "branch.village", "team.village"):
        found = record
        for step in path.split("."):
            found = getattr(found, step, None)
        if found is not None:
            return found
    raise ValueError(f"{record._meta.label} belongs to no village")


# --- Order of the town: office only -----------------------------------------------------------------
def change_village(user: User, village: Village | None = None) -> Verdict:
    """Name, code, district, figures, mode of management, merging."""
    return only(user, *OFFICE)


def arrange_teams(user: User, record: LiaisonTeam | LiaisonGroup | Posting | Village | None = None) -> Verdict:
    """Teams, liaison groups, postings, instructors, fixed duty days; of a team until its last day."""
    over = isinstance(record, LiaisonTeam) and record.ends_on is not None and record.ends_on < user.standing.on
    if over and user.standing.has(*OFFICE):
        return refused(f"{record}止于{full_date(record.ends_on)}，不能再作安排。")
    return only(user, *OFFICE)


def appoint_cadres(user: User, record: Village | CadreTerm | None = None) -> Verdict:
    return only(user, *OFFICE)


def decide_self_governance(user: User, village: Village | None = None) -> Verdict:
    """Recording the committee's decision."""
    return only(user, Role.OFFICE_LEAD)


def change_kinds(user: User, record: Model | None = None) -> Verdict:
    return only(user, *OFFICE)
