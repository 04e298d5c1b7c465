"""Who may do what with bulletins. Read it aloud to the town's head.

The office writes them; the head of the office signs; everybody who works for the town or a village reads what was
issued.
"""

from __future__ import annotations

from django.db.models import Model

from appraisal.models.documents import STAFF
from appraisal.permissions import OFFICE
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.accounts.verdicts import Verdict, only


def see_bulletins(user: User, record: Model | None = None) -> Verdict:
    """Those that were issued; drafts only where they are written and signed (`Bulletin.visible_to`)."""
    return only(user, *STAFF)


def keep_bulletins(user: User, record: Model | None = None) -> Verdict:
    """生成、修改、更新数据、提交签发、更正."""
    return only(user, *OFFICE)


def sign_bulletins(user: User, record: Model | None = None) -> Verdict:
    """签发, or send back for changes: the head of the office, whoever wrote it."""
    return only(user, Role.OFFICE_LEAD)
