"""Why an organisation or a membership cannot be as asked: one sentence at the form's field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError

from lianzhen.wording import full_date, term
from villages.actions.team_rules import sharing_a_day
from villages.models import OrganizationMember, Person, SocialOrganization


def refuse_dissolved(organization: SocialOrganization) -> None:
    if organization.ended_on is not None:
        raise ValidationError(f"{organization}已于{full_date(organization.ended_on)}撤销，不能再办理。")


def refuse_early(organization: SocialOrganization, day: date, *, field: str = "starts_on") -> None:
    founded = organization.founded_on
    if founded is not None and day < founded:
        raise ValidationError({field: f"日期不能早于{organization}的成立日期（{full_date(founded)}）。"})


def refuse_members_beyond(organization: SocialOrganization, last_day: date) -> None:
    """Nobody was a member of what no longer existed."""
    late = organization.members.filter(ends_on__gt=last_day).select_related("person").first()
    if late is not None:
        until = full_date(late.ends_on)
        raise ValidationError({"ended_on": f"{late.person}的任期已登记到{until}，撤销日期不能早于这一天。"})


def refuse_same_name(organization: SocialOrganization) -> None:
    namesakes = SocialOrganization.objects.current().filter(village=organization.village, name=organization.name)
    if namesakes.exclude(pk=organization.pk).exists():
        raise name_taken(organization)


def name_taken(organization: SocialOrganization) -> ValidationError:
    return ValidationError({"name": f"{organization.village}已有{organization.name}。"})


def refuse_ended_kind(organization: SocialOrganization, was: int | None) -> None:
    """`was` is the kind it had: what is of a kind that ended stays of it."""
    kind = organization.kind
    if kind.ended_on is not None and kind.pk != was:
        raise ValidationError({"kind": f"{kind}已于{full_date(kind.ended_on)}停用。"})


def refuse_outsiders(organization: SocialOrganization, people: Iterable[Person], confirmed: bool) -> str:
    """A sentence for the trail when people who are not of the village join with confirmation; without it
    the question, at the field where it is answered. Members were asked about when they joined."""
    village = organization.village
    members = set(organization.members.open().values_list("person_id", flat=True))
    outsiders = [p for p in people if p.village_id != village.pk and p.pk not in members]
    if not outsiders:
        return ""
    names = "、".join(f"{person}（{person.village or person.department}）" for person in outsiders)
    if not confirmed:
        raise ValidationError({"confirmed": f"{names}不是{village}的人员。确需登记，请勾选“已核对”后再提交。"})
    return f"{names}不是{village}的人员，已核对确认。"


def refuse_second_membership(organization: SocialOrganization, person: Person, starts_on: date) -> None:
    refuse_membership_beside(sharing_a_day(organization.members.filter(person=person), starts_on), person)


def refuse_membership_beside(other: OrganizationMember | None, person: Person) -> None:
    """`other` is a membership of the person that shares a day with the new one."""
    if other is not None:
        held = f"{term(other.starts_on, other.ends_on)}任{other.get_position_display()}"
        raise ValidationError({"person": f"{person}{held}，任期不能重叠。"})


def refuse_second_chair(organization: SocialOrganization, starts_on: date) -> None:
    chairs = organization.members.filter(position=OrganizationMember.Position.CHAIR)
    refuse_chair_beside(sharing_a_day(chairs.select_related("person"), starts_on))


def refuse_chair_beside(other: OrganizationMember | None) -> None:
    """`other` is a chair who shares a day with the new one."""
    if other is None:
        return
    held = f"{other.person}{term(other.starts_on, other.ends_on)}任会长（主任）"
    if other.ends_on is None:
        raise ValidationError({"position": f"{held}，请用“更换会长”办理。"})
    raise ValidationError({"starts_on": f"{held}，起始日期应在此之后。"})


def refuse_closed(membership: OrganizationMember, last_day: date) -> None:
    if membership.ends_on is not None:
        raise ValidationError(f"{membership.person}的任期止于{full_date(membership.ends_on)}，已办理离任。")
    if last_day < membership.starts_on:
        since = full_date(membership.starts_on)
        raise ValidationError({"last_day": f"最后一天不能早于起始日期（{since}）。"})


def refuse_no_change(old: OrganizationMember, person: Person, starts_on: date) -> None:
    if old.person_id == person.pk:
        raise ValidationError({"person": f"{person}现在就是会长（主任），请选择其他人员。"})
    if starts_on <= old.starts_on:
        since = full_date(old.starts_on)
        raise ValidationError({"starts_on": f"起始日期须晚于{old.person}任会长（主任）的起始日期（{since}）。"})


def refuse_no_chair(old: OrganizationMember | None, chair: Person | None, kept: set[int]) -> None:
    """A new term begins with a chair."""
    if chair is None and (old is None or old.pk not in kept):
        stays = "，或勾选现任会长（主任）留任" if old is not None else ""
        raise ValidationError({"chair": f"请选择新一届会长（主任）{stays}。"})
