"""A permission answers with a verdict: yes, or no with the sentence that the page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lianzhen.accounts.roles import Role

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


@dataclass(frozen=True)
class Verdict:
    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Verdict(True)


def refused(reason: str) -> Verdict:
    return Verdict(False, reason)


#: A sentence that names more roles than this is no help to anybody.
ROLES_NAMED = 4


def only(user: User, *roles: Role) -> Verdict:
    """Allowed when one of the roles is held; otherwise the sentence names who may, when they are few."""
    if user.standing.has(*roles):
        return ALLOWED
    if len(roles) > ROLES_NAMED:
        return refused("您现在的职务和角色用不到这一页。")
    return refused(f"这项工作由{'、'.join(role.label for role in roles)}办理。")


class NotAllowed(Exception):
    """Visible, but not this user's to do: answered with the 403 page and the verdict's reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
