"""Who may import."""

from __future__ import annotations

from lianzhen.accounts.models import User
from lianzhen.accounts.verdicts import ALLOWED, Verdict, refused
from lianzhen.importing.kinds import kinds_for
from lianzhen.importing.models import ImportBatch


def use_imports(user: User, batch: ImportBatch | None = None) -> Verdict:
    """The office imports the register, the system administrator the accounts: whoever has a kind to import."""
    if kinds_for(user):
        return ALLOWED
    return refused("导入由联村工作办办理，账号的导入由系统管理员办理。")
