"""Everything that changes an account. Each function is one act on the trail."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.utils import timezone

from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import SOLITARY, Role
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change


def add_account(
    *, username: str, name: str, phone: str, password: str, by: User | None, reason: str, must_change: bool = True
) -> User:
    """Open an account with a first password that its owner must change at the first sign-in.

    Raises `ValidationError` when the account name or telephone number is taken.
    """
    user = User(username=username.strip(), name=name.strip(), phone=phone or None, must_change_password=must_change)
    user.set_password(password)
    with acting(by=by, action="account.add", label="开通账号", reason=reason):
        user.full_clean()
        user.save()
    return user


def change_account(*, user: User, name: str, username: str, phone: str, by: User, version: int | None = None) -> User:
    with acting(by=by, action="account.change", label="修改账号"):
        user = lock_for_change(user, version)
        user.name, user.username, user.phone = name.strip(), username.strip(), phone or None
        user.full_clean()
        user.save()
    return user


def reset_password(*, user: User, password: str, by: User, reason: str) -> None:
    """Set a new first password; every open session of the account ends."""
    with acting(by=by, action="account.reset", label="重置密码", reason=reason) as act:
        user = lock_for_change(user)
        user.set_password(password)
        user.must_change_password = True
        user.password_reset_at = timezone.now()
        user.save()
        act.note(user)
        end_sessions(user)


def change_own_password(*, user: User, password: str) -> None:
    with acting(by=user, action="account.password", label="修改本人密码") as act:
        user.set_password(password)
        user.must_change_password = False
        user.save()
        act.note(user)


def end_account(*, user: User, by: User, reason: str) -> None:
    """Close the account and what was granted to it. Refused for one's own and for the last of two roles."""
    if user == by:
        raise ValidationError("不能停用自己的账号，请由其他管理员办理。")
    with acting(by=by, action="account.end", label="停用账号", reason=reason):
        user = lock_for_change(user)
        if user.ended_at:
            raise ValidationError("这个账号已经停用。")
        for grant in user.grants.filter(ends_on=None):
            _close(grant, by=by, last_day=timezone.localdate())
        user.ended_at, user.ended_by = timezone.now(), by
        user.save()
        end_sessions(user)


def reopen_account(*, user: User, by: User, reason: str) -> None:
    """Undo an ending. Roles are not given back by themselves."""
    with acting(by=by, action="account.reopen", label="恢复账号", reason=reason):
        user = lock_for_change(user)
        user.ended_at = user.ended_by = None
        user.save()


def grant_role(*, user: User, role: str, starts_on: date, reason: str, by: User | None) -> RoleGrant:
    """Give a role. Nobody gives one to himself; keepers of accounts and of the trail hold nothing else."""
    if user == by:
        raise ValidationError("不能给自己授予角色，请由其他管理员办理。")
    with acting(by=by, action="role.grant", label="授予角色", reason=reason):
        user = lock_for_change(user)
        _refuse_mixing(user, Role(role), starts_on)
        grant = RoleGrant(user=user, role=role, starts_on=starts_on, reason=reason.strip(), granted_by=by)
        grant.full_clean()
        grant.save()
    return grant


def end_grant(*, grant: RoleGrant, last_day: date, reason: str, by: User) -> None:
    with acting(by=by, action="role.end", label="收回角色", reason=reason):
        grant = RoleGrant.objects.select_for_update().get(pk=grant.pk)
        if grant.ended_at:
            raise ValidationError("这项角色已经收回。")
        _close(grant, by=by, last_day=last_day)


def set_large_text(*, user: User, large: bool) -> None:
    """A preference of display: nothing that anybody answers for, so it leaves no trail."""
    User.objects.filter(pk=user.pk).update(large_text=large)


def end_sessions(user: User) -> None:
    """Sign the account out everywhere. Sessions hold the account inside their data, so all are read;
    a township has a few hundred."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


def _close(grant: RoleGrant, *, by: User, last_day: date) -> None:
    """End a grant with `last_day` as its last day; one that never came into force ends on its first."""
    others = RoleGrant.objects.filter(role=grant.role, ends_on=None, user__ended_at=None).exclude(pk=grant.pk)
    if grant.role in (Role.OFFICE_LEAD, Role.SYSADMIN) and not others.exists():
        raise ValidationError(f"这是最后一名{grant.get_role_display()}，请先授予接任的人。")
    grant.ends_on = max(last_day, grant.starts_on)
    if last_day == timezone.localdate():
        # A role taken back today is gone today: the holder must not go on until midnight.
        grant.ends_on = max(last_day - timedelta(days=1), grant.starts_on)
    grant.ended_at, grant.ended_by = timezone.now(), by
    grant.full_clean()
    grant.save()


def _refuse_mixing(user: User, role: Role, on: date) -> None:
    held = {Role(g.role) for g in user.grants.filter(ends_on=None)}
    derived = {h.role for h in user.standing.holdings} - held
    if (role in SOLITARY and (held | derived)) or any(r in SOLITARY for r in held):
        raise ValidationError("系统管理员和审计员的账号单独使用，不与其他角色合用。请另开一个账号。")
