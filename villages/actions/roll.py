"""Many people at once, as an imported sheet brings them: the rules of `people`, asked of a register that
was read once and stands in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError

from lianzhen.accounts.models import User
from lianzhen.trail.gathering import Gathering, Step
from villages.actions.people import account_differs, refuse_moving, set_facts, twin_there
from villages.models import Person

ADD = Step("person.add", "登记人员")
CHANGE = Step("person.change", "修改人员")


class Roll:
    """The current people by name. What `add` and `change` gather is seen by the rows that follow."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.by_name: dict[str, list[Person]] = defaultdict(list)
        for person in people:
            self.by_name[person.name].append(person)

    def add(self, gathering: Gathering, **facts: Any) -> Person:
        """As `add_person`. Raises `ValidationError`; then nothing is gathered."""
        person = Person()
        with gathering.together():
            set_facts(person, facts)
            self._refuse_twin(person)
            gathering.add(person, ADD)
            self.enter(gathering, person)
        return person

    def change(self, gathering: Gathering, person: Person, **facts: Any) -> Person:
        """As `change_person`: the account of the person follows."""
        with gathering.together():
            before, name = person.village_id, person.name
            with gathering.changing(person, CHANGE):
                set_facts(person, facts)
                if before is not None and person.village_id != before:
                    refuse_moving(person)
                self._refuse_twin(person)
            if account_differs(person):
                self._carry_to_account(gathering, person)
            if person.name != name:
                self.by_name[name].remove(person)
                gathering.take_back_with(lambda: self.by_name[name].append(person))
                self.enter(gathering, person)
        return person

    def enter(self, gathering: Gathering, person: Person) -> None:
        self.by_name[person.name].append(person)
        gathering.take_back_with(lambda: self.by_name[person.name].remove(person))

    def _refuse_twin(self, person: Person) -> None:
        if not person.phone:
            return
        for other in self.by_name[person.name]:
            if other is not person and other.phone == person.phone:
                raise twin_there(other)

    def _carry_to_account(self, gathering: Gathering, person: Person) -> None:
        user = person.user
        with gathering.changing(user, CHANGE):
            user.name, user.phone = person.name, person.phone or None
            if user.phone and User.objects.filter(phone=user.phone).exclude(pk=user.pk).exists():
                raise ValidationError({"phone": User._meta.get_field("phone").error_messages["unique"]})
