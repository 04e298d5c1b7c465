"""Social organisations of a village: kinds, the organisations, their members and terms of office.

Memberships are dated like postings: what one act ends lasts until the day before what it begins.
A member who is not of the village is a question to whoever types it, not an error: `confirmed` answers
it, and the trail keeps that it was asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date, number
from villages.actions.organization_rules import (
    refuse_closed,
    refuse_dissolved,
    refuse_early,
    refuse_ended_kind,
    refuse_members_beyond,
    refuse_no_chair,
    refuse_no_change,
    refuse_outsiders,
    refuse_same_name,
    refuse_second_chair,
    refuse_second_membership,
)
from villages.actions.records import known, write
from villages.actions.team_rules import refuse_stale
from villages.actions.terms import close, day_before
from villages.models import OrganizationKind, OrganizationMember, Person, SocialOrganization, Village

#: The three social organisations that the article names (中国社会报, 18 October 2018), with short names.
NAMED_KINDS = (
    ("红白喜事理事会", "红白理事会"),
    ("爱国卫生运动委员会", "爱卫会"),
    ("关心留守儿童工作委员会", "关爱委"),
)
#: The facts that a form may set; the village is chosen once.
FACTS = ("kind", "name", "founded_on", "term_starts_on", "term_years", "duties")
CHAIR, MEMBER = OrganizationMember.Position.CHAIR, OrganizationMember.Position.MEMBER


# --- Kinds ------------------------------------------------------------------------------------
def ensure_named_kinds(by: User | None = None) -> list[OrganizationKind]:
    """The three kinds of the article, made where they are missing. Safe to repeat, also after renaming."""
    marked = OrganizationKind.objects.filter(in_every_grid=True)
    if marked.count() < len(NAMED_KINDS):
        present = set(OrganizationKind.objects.values_list("name", flat=True))
        with acting(by=by, action="organization_kind.add", label="新增社会组织种类"):
            for place, (name, short_name) in enumerate(NAMED_KINDS, start=1):
                if name not in present:
                    kind = OrganizationKind(in_every_grid=True, position=place * 10)
                    write(kind, {"name": name, "short_name": short_name})
    return list(marked.all())


def add_kind(*, name: str, short_name: str, by: User | None) -> OrganizationKind:
    """A further kind of the town's own, last in order."""
    with acting(by=by, action="organization_kind.add", label="新增社会组织种类"):
        last = OrganizationKind.objects.order_by("-position").first()
        position = max(100, last.position + 10 if last else 0)
        kind = OrganizationKind(position=position)
        write(kind, {"name": name, "short_name": short_name})
    return kind


def rename_kind(
    *, kind: OrganizationKind, name: str, short_name: str, by: User | None, version: int | None = None
) -> OrganizationKind:
    with acting(by=by, action="organization_kind.rename", label="修改社会组织种类"):
        kind = lock_for_change(kind, version)
        write(kind, {"name": name, "short_name": short_name})
    return kind


def end_kind(
    *, kind: OrganizationKind, ended_on: date, reason: str, by: User | None, version: int | None = None
) -> OrganizationKind:
    """No organisation of this kind is founded any more. Refused for the three of the article, and while
    organisations of the kind exist."""
    with acting(by=by, action="organization_kind.end", label="停用社会组织种类", reason=reason):
        kind = lock_for_change(kind, version)
        if kind.in_every_grid:
            raise ValidationError(f"每个网格都应有{kind}成员，这一种类不能停用。")
        if kind.ended_on is not None:
            raise ValidationError(f"{kind}已于{full_date(kind.ended_on)}停用。")
        if count := kind.organizations.current().count():
            raise ValidationError(f"还有{number(count)}个社会组织属于{kind}，请先撤销或改为其他种类。")
        write(kind, {"ended_on": ended_on})
    return kind


# --- Organisations ----------------------------------------------------------------------------
def add_organization(*, village: Village, by: User | None, **facts: Any) -> SocialOrganization:
    """Register an organisation (`FACTS`). Without a name it is called after its village and kind."""
    organization = SocialOrganization(village=village)
    with acting(by=by, action="organization.add", label="登记社会组织"):
        village = lock_for_change(village)
        if village.ended_on is not None:
            raise ValidationError({"village": f"{village}已于{full_date(village.ended_on)}撤并。"})
        _write_facts(organization, facts)
    return organization


def change_organization(
    *, organization: SocialOrganization, by: User | None, version: int | None = None, **facts: Any
) -> SocialOrganization:
    with acting(by=by, action="organization.change", label="修改社会组织"):
        organization = lock_for_change(organization, version)
        refuse_dissolved(organization)
        _write_facts(organization, facts)
    return organization


def dissolve_organization(
    *,
    organization: SocialOrganization,
    ended_on: date,
    reason: str,
    by: User | None,
    version: int | None = None,
) -> SocialOrganization:
    """撤销: the organisation and all its memberships end on the day, which is their last."""
    with acting(by=by, action="organization.dissolve", label="撤销社会组织", reason=reason):
        organization = lock_for_change(organization, version)
        refuse_dissolved(organization)
        refuse_early(organization, ended_on, field="ended_on")
        refuse_members_beyond(organization, ended_on)
        _close_all(organization.members.open(), ended_on, reason, field="ended_on")
        write(organization, {"ended_on": ended_on, "end_reason": reason})
    return organization


# --- Members ----------------------------------------------------------------------------------
def add_members(
    *,
    organization: SocialOrganization,
    people: Iterable[Person],
    starts_on: date,
    by: User | None,
    position: str = MEMBER,
    confirmed: bool = False,
) -> list[OrganizationMember]:
    """Add one or several members from a day on. Who held another position until then changes it."""
    people = sorted(people, key=lambda person: person.pk)  # locked in one order, whoever asks
    with acting(by=by, action="organization.members", label="增加成员") as act:
        organization = lock_for_change(organization)
        refuse_dissolved(organization)
        refuse_early(organization, starts_on)
        act.reason = refuse_outsiders(organization, people, confirmed)[:300]
        members = [_joined(organization, person, position, starts_on) for person in people]
        organization.save()
    return members


def end_membership(
    *,
    membership: OrganizationMember,
    last_day: date,
    reason: str,
    by: User | None,
    version: int | None = None,
) -> OrganizationMember:
    """办理离任."""
    with acting(by=by, action="organization.leave", label="办理离任", reason=reason):
        organization = lock_for_change(membership.organization)
        membership = lock_for_change(membership, version)
        refuse_closed(membership, last_day)
        close(membership, last_day=last_day, reason=reason)
        organization.save()
    return membership


def replace_chair(
    *,
    organization: SocialOrganization,
    person: Person,
    starts_on: date,
    reason: str,
    by: User | None,
    stays: bool = False,
    confirmed: bool = False,
    version: int | None = None,
) -> OrganizationMember:
    """Hand the chair over: the old one's time ends the day before. `stays` keeps him as a member.

    Without a chair in office this elects one. `version` is the organisation's.
    """
    with acting(by=by, action="organization.replace_chair", label="更换会长（主任）", reason=reason) as act:
        organization = lock_for_change(organization)
        old = organization.members.open().filter(position=CHAIR).select_related("person").first()
        if old is None:
            act.label = "选任会长（主任）"
        refuse_stale(organization, version, old)
        refuse_dissolved(organization)
        refuse_early(organization, starts_on)
        noted = refuse_outsiders(organization, [person], confirmed)
        act.reason = "；".join(filter(None, [reason.strip(), noted]))[:300]
        if old is not None:
            refuse_no_change(old, person, starts_on)
            close(old, last_day=day_before(starts_on), reason=reason)
        chair = _joined(organization, person, CHAIR, starts_on)
        if old is not None and stays:
            _joined(organization, old.person, MEMBER, starts_on)
        organization.save()
    return chair


def start_term(
    *,
    organization: SocialOrganization,
    starts_on: date,
    years: int,
    continuing: Iterable[OrganizationMember],
    by: User | None,
    chair: Person | None = None,
    confirmed: bool = False,
    version: int | None = None,
) -> SocialOrganization:
    """换届: a new term of office of `years` from a day on. Members in `continuing` stay, all others leave the
    day before; `chair` is elected anew, and a former chair who continues does so as a member.

    Without `chair` the present one must continue.
    """
    kept = {membership.pk for membership in continuing}
    with acting(by=by, action="organization.new_term", label="换届") as act:
        organization = lock_for_change(organization, version)
        refuse_dissolved(organization)
        refuse_early(organization, starts_on)
        if organization.term_starts_on is not None and starts_on <= organization.term_starts_on:
            since = full_date(organization.term_starts_on)
            raise ValidationError({"starts_on": f"新一届的起始日期须晚于本届起始日期（{since}）。"})
        if chair is not None:
            act.reason = refuse_outsiders(organization, [chair], confirmed)
        old = organization.members.open().filter(position=CHAIR).select_related("person").first()
        refuse_no_chair(old, chair, kept)
        handed_over = chair is not None and (old is None or old.person_id != chair.pk)
        if old is not None and not handed_over and old.starts_on > starts_on:
            since = full_date(old.starts_on)
            raise ValidationError({"starts_on": f"{old.person}自{since}起任会长（主任），请改选这一天或以后。"})
        staying = kept - {old.pk} if old is not None and handed_over else kept
        leaving = organization.members.open().exclude(pk__in=staying)
        if chair is not None:
            leaving = leaving.exclude(person=chair)
        _close_all(leaving, day_before(starts_on), "换届", field="starts_on")
        if handed_over:
            _joined(organization, chair, CHAIR, starts_on)
            if old is not None and old.pk in kept:
                _joined(organization, old.person, MEMBER, starts_on)
        write(organization, {"term_starts_on": starts_on, "term_years": years})
    return organization


# --- Steps that several acts share ----------------------------------------------------------------
def _write_facts(organization: SocialOrganization, facts: dict[str, Any]) -> None:
    was = organization.kind_id
    for name, value in known(facts, FACTS).items():
        setattr(organization, name, value)
    refuse_ended_kind(organization, was)
    organization.name = organization.name.strip() or f"{organization.village}{organization.kind}"
    refuse_same_name(organization)
    if organization.term_starts_on is not None:
        refuse_early(organization, organization.term_starts_on, field="term_starts_on")
    write(organization, {})


def _joined(organization: SocialOrganization, person: Person, position: str, starts_on: date) -> OrganizationMember:
    """A membership without an end; a running one in another position gives way to it."""
    person = lock_for_change(person)
    if person.ended_on is not None:
        raise ValidationError({"person": f"{person}已于{full_date(person.ended_on)}离册，请另选人员。"})
    if position == CHAIR:
        refuse_second_chair(organization, starts_on)
    member = OrganizationMember(organization=organization, person=person, starts_on=starts_on)
    running = organization.members.open().filter(person=person).first()
    if running is not None and running.position not in (position, CHAIR):
        if running.starts_on == starts_on:
            member = running
        elif running.starts_on < starts_on:
            reason = f"改任{OrganizationMember.Position(position).label}"
            close(running, last_day=day_before(starts_on), reason=reason)
    if member is not running:
        refuse_second_membership(organization, person, starts_on)
    write(member, {"position": position})
    return member


def _close_all(members: Any, last_day: date, reason: str, *, field: str) -> None:
    for membership in members.select_related("person"):
        if membership.starts_on > last_day:
            since = full_date(membership.starts_on)
            held = f"{membership.person}自{since}起任{membership.get_position_display()}"
            raise ValidationError({field: f"{held}，请改选更晚的日期。"})
        close(membership, last_day=last_day, reason=reason)
