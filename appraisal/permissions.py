"""Who may do what with the working week. Read it aloud to the head of the township.

Rows first: every object here has already been found through `visible_to(user)`.
"""

from __future__ import annotations

from django.db.models import Model

from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, only, refused

OFFICE = (Role.OFFICE, Role.OFFICE_LEAD)
#: Who serves in a team.
TEAM = (Role.LEADER, Role.MEMBER)


# --- 工作制度 ---------------------------------------------------------------------------------
def see_work_rules(user: User) -> Verdict:
    """Rules bind everybody who works for the town or a village."""
    return ALLOWED if user.standing.holdings else refused("这个账号目前没有职务和角色。")


def change_work_rules(user: User, record: Model | None = None) -> Verdict:
    """The head of the office writes down what the party committee adopted."""
    return only(user, Role.OFFICE_LEAD)
