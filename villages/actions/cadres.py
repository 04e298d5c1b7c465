"""Posts in a village's party branch and committee, by dated term."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.urls import reverse

from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date
from villages.actions.records import refuse_ended_village
from villages.actions.terms import close, day_before, refuse_ended, refuse_overlap
from villages.models import CadreTerm, Person, Village

Position = CadreTerm.Position
#: Posts that one person holds at a time.
SINGLE = (Position.SECRETARY, Position.DIRECTOR)
#: Posts of the party branch.
OF_THE_PARTY = (Position.SECRETARY, Position.DEPUTY_SECRETARY)


def appoint_cadre(
    *,
    village: Village,
    person: Person,
    position: str,
    starts_on: date,
    by: User | None,
    is_subsidised: bool = True,
    reason: str = "",
) -> CadreTerm:
    """Record that somebody holds a post from a day on.

    Raises `ValidationError` when the post is held, when the same person already has it, or when a post of
    the branch goes to somebody who is no party member.
    """
    with acting(by=by, action="cadre.appoint", label="任命村干部", reason=reason):
        refuse_ended_village(village)
        _refuse_unfit(person, village, position)
        _refuse_taken(village, person, position, starts_on)
        term = CadreTerm(
            village=village, person=person, position=position, starts_on=starts_on, is_subsidised=is_subsidised
        )
        term.full_clean()
        term.save()
        url = reverse("village", args=[village.pk])
        _tell(term, f"您自{full_date(starts_on)}起任{village}{term.get_position_display()}。", url)
    return term


def end_cadre(*, term: CadreTerm, ends_on: date, reason: str, by: User | None, version: int | None = None) -> CadreTerm:
    """Record the last day in a post and why it ended."""
    with acting(by=by, action="cadre.end", label="村干部离任", reason=reason):
        term = lock_for_change(term, version)
        refuse_ended(term, str(term))
        close(term, last_day=ends_on, reason=reason)
        _tell(term, f"您的{term.village}{term.get_position_display()}任期止于{full_date(ends_on)}。")
    return term


def replace_cadre(
    *, term: CadreTerm, person: Person, starts_on: date, reason: str, by: User | None, version: int | None = None
) -> CadreTerm:
    """Give a post to somebody else from `starts_on` on; the one before ends the day before. Answers the new term."""
    with acting(by=by, action="cadre.replace", label="更换村干部", reason=reason):
        if person.pk == term.person_id:
            raise ValidationError({"person": f"{person}正担任这一职务，请选择接任的人。"})
        if starts_on <= term.starts_on:
            raise ValidationError({"starts_on": f"接任日期须晚于前任的起始日期（{full_date(term.starts_on)}）。"})
        end_cadre(term=term, ends_on=day_before(starts_on), reason=reason, by=by, version=version)
        return appoint_cadre(
            village=term.village,
            person=person,
            position=term.position,
            starts_on=starts_on,
            is_subsidised=term.is_subsidised,
            reason=reason,
            by=by,
        )


def correct_cadre(
    *, term: CadreTerm, starts_on: date, is_subsidised: bool, reason: str, by: User | None, version: int | None = None
) -> CadreTerm:
    """Correct what was written down wrongly about a term: its first day, or whether the post is subsidised."""
    with acting(by=by, action="cadre.correct", label="更正村干部任职", reason=reason):
        term = lock_for_change(term, version)
        if term.ends_on is not None and starts_on > term.ends_on:
            raise ValidationError({"starts_on": f"起始日期不能晚于离任日期（{full_date(term.ends_on)}）。"})
        _refuse_overlap_with_others(term, starts_on)
        term.starts_on, term.is_subsidised = starts_on, is_subsidised
        term.full_clean()
        term.save()
    return term


def _refuse_unfit(person: Person, village: Village, position: str) -> None:
    if person.ended_on is not None:
        raise ValidationError({"person": f"{person}已离册，请先恢复在册或另选一人。"})
    # The party may send one of the town's staff into a village's branch.
    if person.department_id is None and person.village_id != village.pk:
        raise ValidationError({"person": f"{person}不在{village}的人员名册，请先登记或调整所在村。"})
    if position in OF_THE_PARTY and not person.is_party_member:
        raise ValidationError({"person": f"{Position(position).label}须为中共党员，请先在人员页面核对{person}的登记。"})


def _refuse_taken(village: Village, person: Person, position: str, starts_on: date) -> None:
    label = Position(position).label
    post = {"village": village, "position": position}
    refuse_overlap(CadreTerm, starts_on=starts_on, who=f"{person}任{label}", person=person, **post)
    if position in SINGLE:
        refuse_overlap(CadreTerm, starts_on=starts_on, who=f"{village}{label}", **post)


def _refuse_overlap_with_others(term: CadreTerm, starts_on: date) -> None:
    others = CadreTerm.objects.filter(village=term.village, position=term.position).exclude(pk=term.pk)
    if term.position not in SINGLE:
        others = others.filter(person=term.person)
    clash = others.filter(starts_on__lt=term.starts_on, ends_on__gte=starts_on).order_by("-ends_on").first()
    if clash is not None:
        raise ValidationError(
            {"starts_on": f"{clash.person}的这一任期到{full_date(clash.ends_on)}才结束，起始日期须晚于这一天。"}
        )


def _tell(term: CadreTerm, sentence: str, url: str = "") -> None:
    """`url` only while it may be opened: who has left a post may no longer see the village."""
    if term.person.user_id:
        tell([term.person.user_id], sentence, url)
