"""The book of accounts: who holds which role by what, opening an account for somebody of the register, and
telling those who watch over roles.

Stands on the roof because a role comes either from a grant or from the register's dated posts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import Q, QuerySet
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone

from grids.models import GridHeadTerm
from lianzhen.accounts import actions
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import GRANTED, Role
from lianzhen.notices.actions import tell
from lianzhen.pinyin import full_pinyin
from lianzhen.trail import acting
from lianzhen.wording import full_date
from villages.actions.people import link_account
from villages.models import CadreTerm, Person, Posting
from villages.models.terms import runs_on

#: Who hears of every role that is given.
WATCHERS = (Role.AUDITOR, Role.OFFICE_LEAD)
NOTICE_LENGTH = 60


# --- Who holds what -------------------------------------------------------------------------
@dataclass(frozen=True)
class Held:
    """One role of one account: the post it follows from, since when, on what ground, by whose hand.

    `grant` is the grant it rests on; None where it follows from a dated post in the register.
    """

    role: Role
    post: str
    since: date
    ground: str
    authority: str
    grant: RoleGrant | None = None

    @property
    def source(self) -> str:
        return "授予" if self.grant else "任职"


def held_by(accounts: Iterable[User], on: date) -> dict[int, list[Held]]:
    """Every role that the accounts hold on a day, by account. Four queries however many they are.

    Says the same as `user.standing`, which asks for one account at a time; a test holds the two together.
    """
    ids = [account.pk for account in accounts]
    book: dict[int, list[Held]] = {pk: [] for pk in ids}
    order = {role: place for place, role in enumerate(Role)}
    lines = chain(_granted(ids, on), _posted(ids, on), _serving(ids, on), _heading(ids, on))
    for pk, held in sorted(lines, key=lambda line: (order[line[1].role], line[1].since)):
        book[pk].append(held)
    return book


def accounts_with(role: Role, on: date) -> QuerySet[Any]:
    """Ids of the accounts that hold a role on a day, as a subquery."""
    if role in GRANTED:
        return RoleGrant.objects.on(on).filter(role=role).values("user_id")
    terms: dict[Role, Callable[[], QuerySet[Any]]] = {
        Role.DISTRICT: lambda: Posting.objects.filter(group__isnull=False),
        Role.LEADER: lambda: Posting.objects.filter(team__isnull=False, is_leader=True),
        Role.MEMBER: lambda: Posting.objects.filter(team__isnull=False, is_leader=False),
        Role.INSTRUCTOR: lambda: Posting.objects.filter(village__isnull=False),
        Role.CADRE: lambda: CadreTerm.objects.all(),
        Role.GRIDHEAD: lambda: GridHeadTerm.objects.all(),
    }
    rows = Posting.objects.former_on(on) if role is Role.FORMER else terms[role]().on(on)
    return rows.filter(person__user__isnull=False).values("person__user_id")


Line = tuple[int, Held]


def _granted(ids: list[int], on: date) -> Iterator[Line]:
    for grant in RoleGrant.objects.on(on).filter(user__in=ids).select_related("granted_by", "user"):
        by = grant.granted_by.name if grant.granted_by else "系统"
        yield grant.user_id, Held(Role(grant.role), "", grant.starts_on, grant.reason, by, grant)


def _posted(ids: list[int], on: date) -> Iterator[Line]:
    """Who serves, and who left a team lately and may look back."""
    left = Q(pk__in=Posting.objects.former_on(on).filter(person__user__in=ids).values("pk"))
    rows = Posting.objects.filter(runs_on(on) | left, person__user__in=ids)
    for row in rows.select_related("person", "team__village", "group", "village", "updated_by"):
        if not row.covers(on):
            post = f"{row.target}{row.role_name}（至{full_date(row.ends_on)}）"
            yield row.person.user_id, _post(Role.FORMER, post, row, row.end_reason)
            continue
        role = Role.DISTRICT if row.group_id else Role.INSTRUCTOR
        if row.team_id:
            role = Role.LEADER if row.is_leader else Role.MEMBER
        yield row.person.user_id, _post(role, f"{row.target}{row.role_name}", row, row.basis)


def _serving(ids: list[int], on: date) -> Iterator[Line]:
    rows = CadreTerm.objects.on(on).filter(person__user__in=ids).select_related("person", "village", "updated_by")
    for row in rows:
        yield row.person.user_id, _post(Role.CADRE, f"{row.village}{row.get_position_display()}", row)


def _heading(ids: list[int], on: date) -> Iterator[Line]:
    rows = GridHeadTerm.objects.on(on).filter(person__user__in=ids)
    for row in rows.select_related("person", "grid__village", "updated_by"):
        yield row.person.user_id, _post(Role.GRIDHEAD, f"{row.grid}网格长", row)


def _post(role: Role, post: str, row: Any, basis: str = "") -> Held:
    by = row.updated_by.name if row.updated_by else "系统"
    return Held(role, post, row.starts_on, basis or "按台账任职", by)


# --- Opening an account ---------------------------------------------------------------------
@dataclass(frozen=True)
class FirstPassword:
    """What is handed over on paper, once. The password is stored nowhere in words."""

    account: User
    password: str


def people_without_account(today: date) -> QuerySet[Person]:
    """Whom an account may be opened for: the town's staff, and whoever holds or is about to hold a post that
    brings a role. Not cut to what the asker sees of the register: the chooser shows names only."""
    posts = Q(pk__in=_running(Posting, today)) | Q(pk__in=_running(CadreTerm, today))
    posts |= Q(pk__in=_running(GridHeadTerm, today))
    people = Person.objects.current().filter(Q(department__isnull=False) | posts, user=None)
    return people.order_by("pinyin", "pk")


def _running(terms: Any, today: date) -> QuerySet[Any]:
    return terms.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today)).values("person_id")


def open_account(
    *, person: Person | None, name: str, phone: str, username: str, role: str, reason: str, by: User
) -> FirstPassword:
    """Open an account, for somebody of the register (whose name and number are taken from there) or not,
    and grant it a role where one is named. Raises `ValidationError`; then nothing is written."""
    if person is not None:
        name, phone = person.name, person.phone
    pinyin = full_pinyin(name, person=True)
    password = actions.first_password(User(username=username, name=name, phone=phone, pinyin=pinyin))
    with acting(by=by, action="account.open", label="开通账号", reason=reason):
        account = actions.add_account(
            username=username, name=name, phone=phone, password=password, by=by, reason=reason
        )
        if person is not None:
            link_account(person=person, user=account, by=by)
        if role:
            actions.grant_role(user=account, role=role, starts_on=timezone.localdate(), reason=reason, by=by)
    return FirstPassword(account, password)


def hash_first_passwords(accounts: Iterable[User]) -> list[tuple[FirstPassword, str]]:
    """A first password for each of several accounts, with its hash: about a fifth of a second each, and nothing
    is written."""
    passwords = [FirstPassword(account, actions.first_password(account)) for account in accounts]
    return [(made, make_password(made.password)) for made in passwords]


def hand_out(*, hashed: list[tuple[FirstPassword, str]], reason: str, by: User) -> list[FirstPassword]:
    """Store them. Answers those that were taken: an account that has got a password since keeps that."""
    given = actions.issue_passwords(hashed=[(made.account, word) for made, word in hashed], by=by, reason=reason)
    taken = {account.pk for account in given}
    return [made for made, _ in hashed if made.account.pk in taken]


def renew_password(*, account: User, reason: str, by: User) -> FirstPassword:
    """Give an account a new first password."""
    password = actions.first_password(account)
    actions.reset_password(user=account, password=password, by=by, reason=reason)
    return FirstPassword(account, password)


# --- Telling --------------------------------------------------------------------------------
@receiver(actions.role_granted, dispatch_uid="tell-watchers-of-grant")
def tell_watchers(sender: type[RoleGrant], grant: RoleGrant, by: User | None, **kwargs: Any) -> None:
    """Auditors and heads of the office hear of every role that somebody gives."""
    if by is None:
        return  # the demo and the first start: nobody to be watched
    watchers = User.objects.holding(*WATCHERS, on=timezone.localdate()).exclude(pk=by.pk)
    text = f"{by.name}授予{grant.user.name}“{grant.get_role_display()}”角色：{grant.reason}"
    if len(text) > NOTICE_LENGTH:
        text = text[: NOTICE_LENGTH - 1] + "…"
    tell(watchers, text, reverse("account_record", args=[grant.user_id]))
