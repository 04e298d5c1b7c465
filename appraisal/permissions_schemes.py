"""Who may do what with the scheme (考核方案). Read it aloud to the head of the township.

The head of the office drafts and submits, the party committee decides; nobody does both. Rows first, as in
`permissions`. What a version's own state allows is the action's to say.
"""

from __future__ import annotations

from django.db.models import Model

from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, only, refused


def see_schemes(user: User, record: Model | None = None) -> Verdict:
    """What binds everybody is open to everybody who works for the town or a village."""
    return ALLOWED if user.standing.holdings else refused("这个账号目前没有职务和角色。")


def keep_schemes(user: User, record: Model | None = None) -> Verdict:
    """Drafting the next version, up to laying it before the committee."""
    return only(user, Role.OFFICE_LEAD)


def decide_schemes(user: User, record: Model | None = None) -> Verdict:
    """Recording what the party committee decided: adopted, or sent back."""
    return only(user, Role.COMMITTEE)


def try_schemes(user: User, record: Model | None = None) -> Verdict:
    """试算 shows every team's scores and money side by side: the town's."""
    return only(user, *TOWN_WIDE)
