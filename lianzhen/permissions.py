"""Who may open and change the pages of the roof. Read it aloud to the head of the township.

The register's own rules stand in `villages/permissions.py`.
"""

from __future__ import annotations

from django.db.models import Model

from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, only, refused

OFFICE = (Role.OFFICE, Role.OFFICE_LEAD)


# --- One's own pages ------------------------------------------------------------------------
def use_own_pages(user: User, record: Model | None = None) -> Verdict:
    """One's account, password, notices and suggestions: everybody who has signed in."""
    return ALLOWED


# --- Accounts -------------------------------------------------------------------------------
def see_accounts(user: User, account: User | None = None) -> Verdict:
    return only(user, Role.SYSADMIN, Role.OFFICE_LEAD, Role.COMMITTEE, Role.AUDITOR)


def keep_accounts(user: User, account: User | None = None) -> Verdict:
    """Opening and changing accounts: the system administrator, who has no business rights in turn."""
    return only(user, Role.SYSADMIN)


def keep_other_account(user: User, account: User) -> Verdict:
    """Resetting, ending, granting: never for oneself."""
    verdict = keep_accounts(user)
    if verdict and account == user:
        return refused("自己的账号请由其他系统管理员办理。")
    return verdict


def end_role(user: User, grant: RoleGrant) -> Verdict:
    return keep_other_account(user, grant.user)


# --- Town and calendar ----------------------------------------------------------------------
def see_town(user: User, record: Model | None = None) -> Verdict:
    return only(user, *TOWN_WIDE, Role.SYSADMIN)


def change_town(user: User, record: Model | None = None) -> Verdict:
    """The town's name, code and telephone; its departments."""
    return only(user, Role.OFFICE_LEAD, Role.SYSADMIN)


def see_calendar(user: User) -> Verdict:
    return only(user, *TOWN_WIDE, Role.SYSADMIN)


def change_calendar(user: User) -> Verdict:
    return only(user, *OFFICE, Role.SYSADMIN)


# --- Trail and suggestions ------------------------------------------------------------------
def see_trail(user: User, entry: Model | None = None) -> Verdict:
    return only(user, Role.AUDITOR, Role.OFFICE_LEAD, Role.COMMITTEE, Role.SYSADMIN)


def see_feedback(user: User, record: Model | None = None) -> Verdict:
    return only(user, *TOWN_WIDE)


def answer_feedback(user: User, record: Model | None = None) -> Verdict:
    return only(user, *OFFICE)
