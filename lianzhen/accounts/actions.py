"""Everything that changes an account. Each function is one act on the trail.

Nobody deals with the account he acts from; keepers of accounts and of the trail hold nothing else; the last
head of the office and the last administrator stay until there is another.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Container, Iterable
from datetime import date, datetime, timedelta
from itertools import chain, count

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone

from lianzhen.accounts.lockout import forget_tries
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import GRANTED, SOLITARY, Role
from lianzhen.pinyin import full_pinyin
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change

#: Sent with `grant` and `by` inside the act that gave a role. Who has to be told is decided nearer the roof.
role_granted = Signal()

#: Roles without which the platform cannot be run; the last holder cannot be removed.
INDISPENSABLE = (Role.OFFICE_LEAD, Role.SYSADMIN)

_USERNAME = re.compile(r"[a-z0-9][a-z0-9_.-]{1,29}")
#: An account that reads as a telephone number could be taken for somebody else's.
_LIKE_PHONE = re.compile(r"[0-9]{7,}")

#: Django's own validators answer in English or in another voice.
_PASSWORD_SENTENCES = {
    "password_too_short": "密码太短，请按上面的要求加长。",
    "password_too_common": "这个密码太常见，容易被猜到，请换一个。",
}

#: Without letters and digits that are mistaken for each other on paper.
_LETTERS, _DIGITS = "abcdefghjkmnpqrstuvwxyz", "23456789"


# --- Accounts -------------------------------------------------------------------------------
def add_account(
    *,
    username: str,
    name: str,
    phone: str,
    password: str | None,
    by: User | None,
    reason: str,
    must_change: bool = True,
) -> User:
    """Open an account with a first password that its owner must change at the first sign-in. With None nobody
    can sign in yet: an imported account waits for `issue_passwords`.

    Without a `username` the pinyin of the name is taken, with a number where somebody has it already.
    Raises `ValidationError` when the account name or telephone number is taken, or the password too weak.
    """
    name = name.strip()
    user = User(username=readable_username(username or _free_username(name)), name=name, phone=phone or None)
    user.must_change_password = must_change
    user.pinyin = full_pinyin(name, person=True)  # filled on saving; the password may not contain it either
    if password is None:
        user.set_unusable_password()
    else:
        _set_password(user, password)
    with acting(by=by, action="account.add", label="开通账号", reason=reason):
        user.full_clean()
        user.save()
    return user


def change_account(*, user: User, name: str, username: str, phone: str, by: User, version: int | None = None) -> User:
    with acting(by=by, action="account.change", label="修改账号"):
        user = lock_for_change(user, version)
        user.name, user.phone = name.strip(), phone or None
        if username != user.username:
            user.username = readable_username(username)
        user.full_clean()
        user.save()
    return user


def end_account(*, user: User, by: User, reason: str) -> None:
    """Close the account and what was granted to it. Refused for one's own and for the last of two roles."""
    _refuse_own(user, by, "不能停用自己的账号，请由其他管理员办理。")
    now = timezone.now()
    with acting(by=by, action="account.end", label="停用账号", reason=reason):
        user = lock_for_change(user)
        if user.ended_at:
            raise ValidationError("这个账号已经停用。")
        for grant in user.grants.select_for_update().filter(_running(timezone.localdate(now))):
            _close(grant, by=by, last_day=None, now=now)
        user.ended_at, user.ended_by = now, by
        user.save()
        end_sessions(user)


def reopen_account(*, user: User, by: User, reason: str) -> None:
    """Undo an ending. Roles are not given back by themselves."""
    with acting(by=by, action="account.reopen", label="恢复账号", reason=reason):
        user = lock_for_change(user)
        if not user.ended_at:
            raise ValidationError("这个账号没有停用。")
        user.ended_at = user.ended_by = None
        user.save()


# --- Passwords ------------------------------------------------------------------------------
def first_password(user: User) -> str:
    """A password to hand over on paper, such as Kpxm-4827-tqwz: three kinds of characters, none of which is
    mistaken for another, about 48 bits."""
    while True:
        parts = [_pick(_LETTERS).capitalize(), _pick(_DIGITS), _pick(_LETTERS)]
        password = "-".join(parts)
        try:
            validate_password(password, user)
        except ValidationError:
            continue  # by chance a part of the name
        return password


def reset_password(*, user: User, password: str, by: User, reason: str) -> None:
    """Set a new first password; every open session of the account ends, and a lock-out too."""
    _refuse_own(user, by, "本人的密码请在“修改密码”里修改。")
    with acting(by=by, action="account.reset", label="重置密码", reason=reason) as act:
        user = lock_for_change(user)
        if user.ended_at:
            raise ValidationError("这个账号已经停用，请先恢复。")
        _set_password(user, password)
        user.must_change_password = True
        user.password_reset_at = timezone.now()
        user.save()
        if not act.entries:
            act.note(user)
        end_sessions(user)
        forget_tries(user.username)


def issue_passwords(*, hashed: Iterable[tuple[User, str]], by: User, reason: str) -> list[User]:
    """Give accounts that were imported their first password, hashed already: hashing takes a fifth of a second
    each, and no lock is held meanwhile. Passes over those that have got one since; answers the others."""
    given = []
    with acting(by=by, action="account.password_slip", label="生成初始密码", reason=reason) as act:
        for user, password in hashed:
            user = lock_for_change(user)
            if user.ended_at or user.has_usable_password():
                continue
            user.password, user.must_change_password = password, True
            user.password_reset_at = timezone.now()
            user.save()
            given.append(user)
            if not any(entry.object_id == user.pk for entry in act.entries):
                act.note(user)
    return given


def change_own_password(*, user: User, password: str) -> User:
    """Set one's own password. Other open sessions of the account end by themselves: a session holds a
    fingerprint of the password it was opened with. The answer is the account as stored."""
    with acting(by=user, action="account.password", label="修改本人密码") as act:
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.check_password(password):
            raise ValidationError({"password": "新密码不能与现在的密码相同。"})
        _set_password(user, password)
        user.must_change_password = False
        user.save()
        if not act.entries:
            act.note(user)
    return user


# --- Roles ----------------------------------------------------------------------------------
def grant_role(*, user: User, role: str, starts_on: date, reason: str, by: User | None) -> RoleGrant:
    """Give a role. Nobody gives one to himself; keepers of accounts and of the trail hold nothing else."""
    _refuse_own(user, by, "不能给自己授予角色，请由其他管理员办理。")
    with acting(by=by, action="role.grant", label="授予角色", reason=reason):
        user = lock_for_change(user)
        if user.ended_at:
            raise ValidationError("这个账号已经停用，请先恢复。")
        if role not in GRANTED:
            raise ValidationError({"role": "这个角色随任职产生，不能授予。"})
        _refuse_mixing(user, Role(role), starts_on)
        grant = RoleGrant(user=user, role=role, starts_on=starts_on, reason=reason.strip(), granted_by=by)
        grant.full_clean()
        grant.save()
        role_granted.send(sender=RoleGrant, grant=grant, by=by)
    return grant


def end_grant(*, grant: RoleGrant, last_day: date | None, reason: str, by: User) -> None:
    """Take a role back: at once, or after `last_day`."""
    _refuse_own(grant.user, by, "不能收回自己的角色，请由其他管理员办理。")
    with acting(by=by, action="role.end", label="收回角色", reason=reason):
        grant = RoleGrant.objects.select_for_update().get(pk=grant.pk)
        if grant.ended_at:
            raise ValidationError("这项角色已经收回。")
        _close(grant, by=by, last_day=last_day, now=timezone.now())


# --- Display and sessions -------------------------------------------------------------------
def set_large_text(*, user: User, large: bool) -> None:
    """A preference of display: nothing that anybody answers for, so it leaves no trail."""
    User.objects.filter(pk=user.pk).update(large_text=large)


def end_sessions(user: User) -> None:
    """Sign the account out everywhere. Sessions hold the account inside their data, so all are read;
    a township has a few hundred."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


# --- Rules ----------------------------------------------------------------------------------
def _refuse_own(user: User, by: User | None, sentence: str) -> None:
    if user == by:
        raise ValidationError(sentence)


def readable_username(username: str) -> str:
    """Small letters only: `Wang` and `wang` would be two accounts that sign in as one. Raises `ValidationError`."""
    username = username.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise ValidationError({"username": "账号应为2到30位小写字母、数字、点、横线或下划线，以字母或数字开头。"})
    if _LIKE_PHONE.fullmatch(username):
        raise ValidationError({"username": "账号不能全是数字且有7位以上，以免与手机号混淆。"})
    return username


def free_username(name: str, taken: Container[str]) -> str:
    """The pinyin of a name, with the first free number behind it where it is taken."""
    stem = _stem(name)
    tries = chain([stem], (f"{stem}{n}" for n in count(2)))
    return next(username for username in tries if username not in taken)


def _free_username(name: str) -> str:
    taken = User.objects.filter(username__startswith=_stem(name)).values_list("username", flat=True)
    return free_username(name, set(taken))


def _stem(name: str) -> str:
    stem = re.sub(r"[^a-z0-9]", "", full_pinyin(name, person=True).lower())[:26] or "user"
    return stem if len(stem) > 1 else f"{stem}1"


def _pick(alphabet: str) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(4))


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as weak:
        sentences = [_PASSWORD_SENTENCES.get(e.code, e.messages[0]) for e in weak.error_list]
        raise ValidationError({"password": sentences}) from weak
    user.set_password(password)


def _running(day: date) -> Q:
    """Grants that are in force on the day or will be."""
    return Q(ends_on=None) | Q(ends_on__gte=day)


def _close(grant: RoleGrant, *, by: User, last_day: date | None, now: datetime) -> None:
    """End a grant with `last_day` as its last day; None: at once, the holder must not go on until midnight.
    One that never came into force ends on its first day and counts for none (`RoleGrantQuerySet.on`)."""
    last_day = last_day or timezone.localdate(now) - timedelta(days=1)
    _refuse_last(grant, after=last_day + timedelta(days=1))
    grant.ends_on = max(last_day, grant.starts_on)
    grant.ended_at, grant.ended_by = now, by
    grant.full_clean()
    grant.save()


def _refuse_last(grant: RoleGrant, *, after: date) -> None:
    """Raise when nobody else would hold an indispensable role on the day after this grant."""
    if grant.role not in INDISPENSABLE:
        return
    # Locked, so that two administrators cannot remove each other in the same moment.
    holding = list(RoleGrant.objects.select_for_update(of=("self",)).filter(role=grant.role, ends_on=None))
    others = RoleGrant.objects.on(after).filter(pk__in=[g.pk for g in holding], user__ended_at=None)
    if not others.exclude(user_id=grant.user_id).exists():
        raise ValidationError(f"这是最后一名{grant.get_role_display()}，请先授予接任的人。")


def _refuse_mixing(user: User, role: Role, on: date) -> None:
    granted = {Role(g.role) for g in user.grants.filter(_running(on))}
    if role in granted:
        raise ValidationError({"role": f"这个账号已有“{role.label}”这项角色。"})
    held = granted | user.standing.roles
    # The register names itself on the account (`person`); this ground app knows no more of it.
    of_the_register = getattr(user, "person", None) is not None
    alone = role in SOLITARY and (held or of_the_register)
    if alone or held & set(SOLITARY):
        raise ValidationError("系统管理员和审计员的账号单独使用，不与其他角色合用。请另开一个账号。")
