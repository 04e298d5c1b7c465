"""Many organisations and members at once, as an imported sheet brings them: the rules of `organizations`, asked
of a register that was read once and stands in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from lianzhen.trail.gathering import Gathering, Step
from lianzhen.wording import full_date
from villages.actions.organization_rules import (
    name_taken,
    refuse_chair_beside,
    refuse_dissolved,
    refuse_early,
    refuse_ended_kind,
    refuse_membership_beside,
    refuse_no_change,
)
from villages.actions.organizations import CHAIR, FACTS
from villages.actions.records import known
from villages.actions.terms import day_before
from villages.models import OrganizationMember, Person, SocialOrganization, Village

ADD = Step("organization.add", "登记社会组织")
CHANGE = Step("organization.change", "修改社会组织")
JOIN = Step("organization.members", "增加成员")
TERM_PAIRED = "本届起始日期和任期须同时填写。"


class Boards:
    """Organisations by village and name, with all their memberships by starting day."""

    def __init__(self, organizations: Iterable[SocialOrganization], members: Iterable[OrganizationMember]) -> None:
        """Members' organisations and people are those of the caller's own books."""
        self.current: dict[tuple[int, str], SocialOrganization] = {}
        self.dissolved: dict[tuple[int, str], SocialOrganization] = {}
        for organization in organizations:
            place = (organization.village_id, organization.name)
            (self.dissolved if organization.ended_on else self.current)[place] = organization
        self._members: dict[Any, list[OrganizationMember]] = defaultdict(list)
        for member in members:
            self._members[_key(member.organization)].append(member)

    def members(self, organization: SocialOrganization) -> list[OrganizationMember]:
        return self._members[_key(organization)]

    def chair(self, organization: SocialOrganization) -> OrganizationMember | None:
        open_ones = (m for m in self.members(organization) if m.ends_on is None)
        return next((m for m in open_ones if m.position == CHAIR), None)

    def membership(self, organization: SocialOrganization, person: Person) -> OrganizationMember | None:
        """The running one."""
        running = (m for m in self.members(organization) if m.ends_on is None)
        return next((m for m in running if _key(m.person) == _key(person)), None)

    # --- Organisations ------------------------------------------------------------------------------
    def add(self, gathering: Gathering, *, village: Village, **facts: Any) -> SocialOrganization:
        """As `add_organization`. Raises `ValidationError`; then nothing is gathered."""
        with gathering.together():
            if village.ended_on is not None:
                raise ValidationError({"village": f"{village}已于{full_date(village.ended_on)}撤并。"})
            organization = SocialOrganization(village=village)
            self._set(organization, facts)
            gathering.add(organization, ADD)
            place = (village.pk, organization.name)
            self.current[place] = organization
            gathering.take_back_with(lambda: self.current.pop(place))
        return organization

    def change(self, gathering: Gathering, organization: SocialOrganization, **facts: Any) -> None:
        """As `change_organization`, for facts other than the name."""
        with gathering.together():
            refuse_dissolved(organization)
            with gathering.changing(organization, CHANGE):
                self._set(organization, facts)

    def _set(self, organization: SocialOrganization, facts: dict[str, Any]) -> None:
        was = organization.kind_id
        for name, value in known(facts, FACTS).items():
            setattr(organization, name, value)
        refuse_ended_kind(organization, was)
        organization.name = organization.name.strip() or f"{organization.village}{organization.kind}"
        other = self.current.get((organization.village_id, organization.name))
        if other is not None and other is not organization:
            raise name_taken(organization)
        if organization.term_starts_on is not None:
            refuse_early(organization, organization.term_starts_on, field="term_starts_on")
        if (organization.term_starts_on is None) != (organization.term_years is None):
            raise ValidationError(TERM_PAIRED)

    # --- Members ------------------------------------------------------------------------------------
    def join(
        self, gathering: Gathering, organization: SocialOrganization, person: Person, *, position: str, starts_on: date
    ) -> None:
        """As `add_members`, for one resident of the village."""
        with gathering.together():
            refuse_dissolved(organization)
            refuse_early(organization, starts_on)
            self._joined(gathering, organization, person, position, starts_on, JOIN)
            self._touch(gathering, organization, JOIN)

    def hand_over(
        self, gathering: Gathering, organization: SocialOrganization, person: Person, *, starts_on: date, reason: str
    ) -> None:
        """As `replace_chair`, for a resident of the village."""
        old = self.chair(organization)
        step = Step("organization.replace_chair", "更换会长（主任）" if old else "选任会长（主任）", reason)
        with gathering.together():
            refuse_dissolved(organization)
            refuse_early(organization, starts_on)
            if old is not None:
                refuse_no_change(old, person, starts_on)
                _close(gathering, old, day_before(starts_on), reason, step)
            self._joined(gathering, organization, person, CHAIR, starts_on, step)
            self._touch(gathering, organization, step)

    def _joined(
        self,
        gathering: Gathering,
        organization: SocialOrganization,
        person: Person,
        position: str,
        starts_on: date,
        step: Step,
    ) -> None:
        if person.ended_on is not None:
            raise ValidationError({"person": f"{person}已于{full_date(person.ended_on)}离册，请另选人员。"})
        members = self.members(organization)
        if position == CHAIR:
            refuse_chair_beside(_sharing_a_day([m for m in members if m.position == CHAIR], starts_on))
        running = self.membership(organization, person)
        if running is not None and running.position not in (position, CHAIR):
            if running.starts_on == starts_on:
                with gathering.changing(running, step):
                    running.position = position
                return
            if running.starts_on < starts_on:
                reason = f"改任{OrganizationMember.Position(position).label}"
                _close(gathering, running, day_before(starts_on), reason, step)
        own = [m for m in members if _key(m.person) == _key(person)]
        refuse_membership_beside(_sharing_a_day(own, starts_on), person)
        member = OrganizationMember(organization=organization, person=person, starts_on=starts_on, position=position)
        gathering.add(member, step)
        members.append(member)
        gathering.take_back_with(members.pop)

    def _touch(self, gathering: Gathering, organization: SocialOrganization, step: Step) -> None:
        """Raises the version: whoever has the organisation's form open is shown what happened."""
        with gathering.changing(organization, step):
            pass


def _close(gathering: Gathering, member: OrganizationMember, last_day: date, reason: str, step: Step) -> None:
    with gathering.changing(member, step):
        member.ends_on, member.end_reason = last_day, reason


def _sharing_a_day(members: list[OrganizationMember], starts_on: date) -> OrganizationMember | None:
    late = [m for m in members if m.ends_on is None or m.ends_on >= starts_on]
    return min(late, key=lambda m: m.starts_on, default=None)


def _key(record: Any) -> Any:
    """Tells records apart that may have no number yet."""
    return record.pk if record.pk is not None else ("new", id(record))
