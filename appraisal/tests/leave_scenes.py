"""What the tests of leave and of the board share. No test here."""

from __future__ import annotations

from datetime import date
from typing import Any

from appraisal.actions import leave as actions
from appraisal.models import Leave
from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START, make_user
from lianzhen.trail import acting
from villages.models import Person, Posting

#: A Wednesday; a whole working week lies before it.
TODAY = date(2026, 11, 18)
#: Monday and Tuesday of the next week.
MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
FRIDAY = date(2026, 11, 27)


def ask(cast: Any, role: Any = Role.MEMBER, **changes: Any) -> Leave:
    """One day of private leave next Monday, asked for by the person of the role."""
    person = changes.pop("person", None) or cast.people[role]
    values = {"kind": "personal", "starts_on": MONDAY, "ends_on": MONDAY, "reason": "家里盖房", "today": TODAY}
    return actions.ask_leave(person=person, **{"by": person.user, **values, **changes})


def granted(cast: Any, role: Any = Role.MEMBER, **changes: Any) -> Leave:
    by = changes.pop("decided_by", None) or cast.users[Role.OFFICE_LEAD]
    leave = ask(cast, role, **changes)
    return actions.approve(leave=leave, by=by)


def staff(cast: Any, name: str, *, user: bool = False, **post: Any) -> Person:
    """Somebody of the town's staff with a posting."""
    with acting(by=None, action="test", label="测试"):
        account = make_user(name, f"t_{name}") if user else None
        person = Person(name=name, department=cast.department, user=account)
        person.save()
        if post:
            Posting(person=person, starts_on=START, **post).save()
    return person


def colleague(cast: Any, name: str = "庚示例", **more: Any) -> Person:
    return staff(cast, name, team=cast.team, **more)


def set_aside(person: Any) -> Any:
    """The person's account as it is in the database now: standing is kept on the object."""
    return type(person.user).objects.get(pk=person.user_id)
