"""The roles that were granted to an account itself."""

from __future__ import annotations

from lianzhen.accounts.models import RoleGrant
from lianzhen.accounts.roles import Role
from lianzhen.accounts.standing import Held, Holding, HoldingSource
from lianzhen.wording import full_date


def _read(held: Held) -> Holding:
    return Holding(role=Role(held.code), why=f"{full_date(held.since)}起授予：{held.text}", since=held.since)


GRANTED_ROLES = HoldingSource(
    name="granted",
    rows=lambda user, on: RoleGrant.objects.on(on).filter(user=user),
    columns={"since": "starts_on", "code": "role", "text": "reason"},
    read=_read,
)
