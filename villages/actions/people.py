"""People: adding, correcting, leaving the register; looking at a telephone number."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q

from lianzhen.accounts.models import User
from lianzhen.accounts.roles import SOLITARY
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date
from villages.extensions import open_roles, roles_over_time
from villages.models import Person

#: The facts of a person that a form may set.
FACTS = (
    "name",
    "gender",
    "phone",
    "village",
    "villager_group",
    "department",
    "origin",
    "job_title",
    "is_party_member",
    "party_group",
    "note",
)


def add_person(*, by: User | None, **facts: Any) -> Person:
    """Add somebody to the register.

    Raises `ValidationError` when the same name with the same telephone number is already there.
    """
    person = Person()
    with acting(by=by, action="person.add", label="登记人员"):
        set_facts(person, facts)
        _refuse_twin(person)
        person.full_clean()
        person.save()
    return person


def change_person(*, person: Person, by: User, version: int | None = None, **facts: Any) -> Person:
    """Correct somebody's facts. The sign-in name and number of the account follow, so that nobody types
    them twice. Raises `EditConflict` when somebody else saved meanwhile."""
    with acting(by=by, action="person.change", label="修改人员"):
        person = lock_for_change(person, version)
        before = person.village_id
        set_facts(person, facts)
        if before is not None and person.village_id != before:
            refuse_moving(person)
        _refuse_twin(person)
        person.full_clean()
        person.save()
        _carry_to_account(person)
    return person


def end_person(*, person: Person, ended_on: date, reason: str, by: User, version: int | None = None) -> Person:
    """Take somebody off the current register (moved away, died). What they did stays.

    Raises `ValidationError` while a posting, post, membership or grid is still theirs, or is until a later day.
    """
    with acting(by=by, action="person.end", label="人员离册", reason=reason):
        person = lock_for_change(person, version)
        _refuse_holding(person, ended_on)
        person.ended_on, person.end_reason = ended_on, reason.strip()
        person.full_clean()
        person.save()
    return person


def return_person(*, person: Person, by: User, reason: str) -> Person:
    """Undo a leaving."""
    with acting(by=by, action="person.return", label="恢复在册", reason=reason):
        person = lock_for_change(person)
        person.ended_on, person.end_reason = None, ""
        person.full_clean()
        person.save()
    return person


def look_at_phone(*, person: Person, by: User) -> str:
    """The whole number, with an entry on the trail that it was looked at."""
    with acting(by=by, action="person.phone", label="查看手机号") as act:
        act.note(person)
    return person.phone


def link_account(*, person: Person, user: User, by: User | None) -> Person:
    """Tell which account is this person's. Refused for accounts that are used alone."""
    with acting(by=by, action="person.account", label="关联账号"):
        person = lock_for_change(person)
        if user.grants.filter(role__in=SOLITARY, ends_on=None).exists():
            raise ValidationError("系统管理员和审计员的账号单独使用，不关联人员。")
        person.user = user
        person.full_clean()
        person.save()
    return person


def set_facts(person: Person, facts: dict[str, Any]) -> None:
    """Set facts that fit together. Raises `ValidationError` on a group of another village."""
    for name in FACTS:
        if name in facts:
            setattr(person, name, facts[name])
    if not person.is_party_member:
        person.party_group = None
    group = person.villager_group
    if group is not None and group.village_id != person.village_id:
        raise ValidationError({"villager_group": f"{group}属于{group.village}，不在所选的村。"})
    party = person.party_group
    if party is not None and person.village_id and party.branch.village_id != person.village_id:
        raise ValidationError({"party_group": f"{party}属于{party.branch.village}，不在所选的村。"})


def refuse_moving(person: Person) -> None:
    """Whoever answers for something in a village hands it over before moving to another."""
    held = open_roles(person)
    if held:
        raise ValidationError({"village": f"{person}还担任{'、'.join(held)}，请先办理离任或更换，再改所在村。"})


def _refuse_holding(person: Person, day: date) -> None:
    """Nobody is off the register while he holds something: for good, or to an end that comes after the day."""
    lines = roles_over_time(person)
    if held := [str(line) for line in lines if line.ends_on is None]:
        raise ValidationError(f"{person}还担任{'、'.join(held)}，请先办理离任或更换。")
    last = max((line for line in lines if line.ends_on), key=lambda line: line.ends_on, default=None)
    if last is not None and last.ends_on > day:
        raise ValidationError({"ended_on": f"{person}任{last}至{full_date(last.ends_on)}，离册日期不能早于这一天。"})


def _refuse_twin(person: Person) -> None:
    if not person.phone:
        return
    same = Q(name=person.name, phone=person.phone)
    twin = Person.objects.current().filter(same).exclude(pk=person.pk).select_related("village", "department").first()
    if twin is not None:
        raise twin_there(twin)


def twin_there(twin: Person) -> ValidationError:
    return ValidationError({"phone": f"{twin}（{twin.village or twin.department}）已用这个号码登记，是否同一个人？"})


def account_differs(person: Person) -> bool:
    """Whether the account of the person says another name or number."""
    user = person.user
    return user is not None and (user.name != person.name or user.phone != (person.phone or None))


def _carry_to_account(person: Person) -> None:
    if not account_differs(person):
        return
    user = lock_for_change(person.user)
    user.name, user.phone = person.name, person.phone or None
    user.full_clean(exclude=["password"])
    user.save()
