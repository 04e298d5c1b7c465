"""One account per role, with a password that everybody may know because every record is invented."""

from __future__ import annotations

from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.town.models import Town

PASSWORD = "Lianzhen-2018"  # printed on the sign-in page of the demo, and only there
PREFIX = "demo_"


def username_of(role: Role) -> str:
    return f"{PREFIX}{role.value}"


def demo_accounts() -> list[tuple[str, str]]:
    """(role, account) of the demo's accounts; nothing in a real town."""
    town = Town.objects.first()
    if town is None or not town.is_demo:
        return []
    present = set(User.objects.current().filter(username__startswith=PREFIX).values_list("username", flat=True))
    return [(role.label, username_of(role)) for role in Role if username_of(role) in present]
