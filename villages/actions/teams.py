"""Teams and who serves where: in a team, in a liaison group, or as instructor of a self-governed village.

Every change is dated, so that "who led this team on that day" stays answerable. Postings that one act
ends last until the day before those that it begins: no day has two leaders, none is lost between them.
Refusals name the field of the form. Acts on one team or group wait for each other at its row, and each
raises its `version`, so that a form opened before another act is answered with both versions (409).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse

from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date, term
from villages.actions.founding import refuse_before
from villages.actions.team_rules import (
    MIN_DUTY_DAYS,
    Ending,
    ending_of,
    refuse_beyond,
    refuse_closed,
    refuse_earlier_plan,
    refuse_few_days,
    refuse_no_change,
    refuse_second_instructor,
    refuse_second_leader,
    refuse_stale,
    refuse_unless_working,
    sharing_a_day,
)
from villages.actions.terms import close, day_before
from villages.models import (
    CadreTerm,
    DutyPlan,
    LiaisonGroup,
    LiaisonTeam,
    Person,
    Posting,
    SelfGovernance,
    Village,
)

__all__ = [
    "MIN_DUTY_DAYS",
    "Ending",
    "appoint_instructor",
    "end_posting",
    "end_team",
    "ending_of",
    "open_team",
    "post_to_group",
    "post_to_team",
    "replace_leader",
    "running_instructor",
    "running_leader",
    "set_duty_days",
    "tell_place",
    "withdraw_posting",
]

Place = LiaisonTeam | LiaisonGroup | Village
FIELD_OF = {LiaisonTeam: "team", LiaisonGroup: "group", Village: "village"}


# --- Teams ------------------------------------------------------------------------------------
def open_team(*, village: Village, starts_on: date, by: User | None, reason: str = "") -> LiaisonTeam:
    """Set up a village's team, unless the village governs itself or has a team on that day or later."""
    with acting(by=by, action="team.open", label="成立联村工作组", reason=reason):
        village = lock_for_change(village)
        if village.ended_on is not None:
            raise ValidationError({"village": f"{village}已于{full_date(village.ended_on)}撤并。"})
        alone = sharing_a_day(SelfGovernance.objects.filter(village=village), starts_on)
        if alone is not None:
            since = term(alone.starts_on, alone.ends_on)
            raise ValidationError({"starts_on": f"{village}{since}实行村为主自治，不派联村工作组。"})
        other = sharing_a_day(village.teams.all(), starts_on)
        if other is not None:
            raise ValidationError({"starts_on": f"{village}已有{term(other.starts_on, other.ends_on)}的联村工作组。"})
        refuse_before(village, starts_on)
        team = LiaisonTeam(village=village, starts_on=starts_on)
        team.full_clean()
        team.save()
        tell_place(team, f"{team}于{full_date(starts_on)}成立。", by=by)
    return team


def end_team(
    *, team: LiaisonTeam, last_day: date, reason: str, by: User | None, version: int | None = None
) -> LiaisonTeam:
    """End a team with its running postings and its duty plan. Refused when one reaches beyond the day."""
    with acting(by=by, action="team.end", label="结束联村工作组", reason=reason):
        team = lock_for_change(team, version)
        refuse_closed(team, last_day)
        postings = list(team.postings.select_related("person"))
        for posting in postings:
            refuse_beyond(posting, last_day, f"{posting.person}的{posting.role_name}任职")
        plans = list(team.duty_plans.all())
        for plan in plans:
            refuse_beyond(plan, last_day, f"固定办公日（{plan}）")
        ending = [record for record in (*postings, *plans) if record.ends_on is None]
        for record in (*ending, team):
            close(record, last_day=last_day, reason=reason)
        people = [posting.person for posting in postings if posting in ending]
        tell_place(team, f"{team}于{full_date(last_day)}结束，组内任职同时结束。", people, by=by)
    return team


def set_duty_days(
    *,
    team: LiaisonTeam,
    weekdays: Iterable[str | int],
    starts_on: date,
    by: User | None,
    reason: str = "",
    version: int | None = None,
) -> DutyPlan:
    """Fix the weekdays (ISO digits, `"24"` or `[2, 4]`) on which the team sits in the village, from a day on.

    The running plan ends the day before; one that begins on the same day is replaced in place. In a team of which
    the last day is decided it ends with the team.
    """
    with acting(by=by, action="team.duty_days", label="调整固定办公日", reason=reason):
        team = lock_for_change(team)
        ending = ending_of(team, starts_on)
        running = ending.lasting(team.duty_plans).first()
        refuse_stale(team, version, running)
        refuse_unless_working(team, starts_on)
        chosen = "".join(sorted({str(day) for day in weekdays}))
        refuse_few_days(chosen, running)
        if running is None or running.starts_on < starts_on:
            if running is not None:
                close(running, last_day=day_before(starts_on), reason=reason or "调整固定办公日")
            refuse_earlier_plan(team, starts_on)
            plan = DutyPlan(team=team, starts_on=starts_on, ends_on=ending.ends_on, end_reason=ending.reason)
        elif running.starts_on == starts_on:
            plan = running
        else:
            since = full_date(running.starts_on)
            raise ValidationError({"starts_on": f"起始日期不能早于现行固定办公日的起始日期（{since}）。"})
        plan.weekdays = chosen
        plan.full_clean()
        plan.save()
        team.save()
        tell_place(team, f"{team}固定办公日自{full_date(starts_on)}起为{plan}。", _people_on(team, starts_on), by=by)
    return plan


# --- Postings ---------------------------------------------------------------------------------
def post_to_team(
    *, team: LiaisonTeam, person: Person, is_leader: bool, starts_on: date, by: User | None, basis: str = ""
) -> Posting:
    """Post a member of the town's staff to a team, as its leader or as a member."""
    return _post(team, person, is_leader=is_leader, starts_on=starts_on, by=by, basis=basis)


def post_to_group(
    *, group: LiaisonGroup, person: Person, is_leader: bool, starts_on: date, by: User | None, basis: str = ""
) -> Posting:
    """Post a member of the town's staff to a liaison group."""
    return _post(group, person, is_leader=is_leader, starts_on=starts_on, by=by, basis=basis)


def replace_leader(
    *,
    person: Person,
    starts_on: date,
    reason: str,
    by: User | None,
    team: LiaisonTeam | None = None,
    group: LiaisonGroup | None = None,
    stays: bool = False,
    basis: str = "",
    version: int | None = None,
) -> Posting:
    """Hand a team or a liaison group over: the old leader's posting ends the day before the new one begins.

    `stays` keeps the old leader as a member from that day on. A member who becomes leader is a member
    until the day before. Without a leader in office this appoints one.
    `version`: of the team or group, as the form was opened.
    """
    with acting(by=by, action="posting.replace_leader", label="更换组长", reason=reason) as act:
        place = lock_for_change(team or group)
        old = running_leader(place, starts_on)
        if old is None:
            act.label = "任命组长"
        refuse_stale(place, version, old)
        refuse_unless_working(place, starts_on)
        person = _staff(person)
        if old is not None:
            refuse_no_change(old, person, starts_on)
            close(old, last_day=day_before(starts_on), reason=reason)
        ending = ending_of(place, starts_on)
        posting = _promoted(place, person, starts_on, basis) or _begun(place, person, True, starts_on, basis, ending)
        if old is not None and stays:
            _begun(place, old.person, False, starts_on, "", ending)
        place.save()
        text = f"{place}组长自{full_date(starts_on)}起由{person}担任。"
        tell_place(place, text, [person, *([old.person] if old else [])], by=by)
    return posting


def running_leader(place: LiaisonTeam | LiaisonGroup, day: date) -> Posting | None:
    """Who leads until further notice, or until the place's last day. One query."""
    return ending_of(place, day).lasting(_postings(place).leaders()).select_related("person").first()


def running_instructor(village: Village, day: date) -> Posting | None:
    """Who guides the village until further notice, or as long as the self-governance of the day lasts. Two queries."""
    ending = ending_of(village, day)
    return ending.lasting(village.instructor_postings.all()).select_related("person").first()


def appoint_instructor(
    *, village: Village, person: Person, starts_on: date, by: User | None, today: date, basis: str = ""
) -> Posting:
    """Send an instructor to a self-governed village; the former one's posting ends the day before. Where the last
    day of self-governance is decided the posting ends with it; of one that is over (`today`) nothing is changed."""
    with acting(by=by, action="posting.instructor", label="委派联村工作指导员"):
        village = lock_for_change(village)
        ending = ending_of(village, starts_on)
        over = ending.ends_on is not None and ending.ends_on < today
        if over or not village.self_governance.on(starts_on).exists():
            raise ValidationError({"starts_on": f"{village}自{full_date(starts_on)}起没有实行村为主自治，不派指导员。"})
        person = _staff(person)
        old = running_instructor(village, starts_on)
        if old is not None:
            refuse_no_change(old, person, starts_on)
            close(old, last_day=day_before(starts_on), reason=f"由{person}接任")
        posting = _begun(village, person, False, starts_on, basis, ending)
        text = f"{village}联村工作指导员自{full_date(starts_on)}起由{person}担任。"
        tell_place(village, text, [person, *([old.person] if old else [])], by=by)
    return posting


def end_posting(
    *, posting: Posting, last_day: date, reason: str, by: User | None, version: int | None = None
) -> Posting:
    """End somebody's posting without a successor; one that is to end with its place ends before it, or on its last
    day for a reason of its own."""
    with acting(by=by, action="posting.end", label="结束任职", reason=reason):
        place = lock_for_change(posting.target)
        posting = lock_for_change(posting, version)
        refuse_closed(posting, last_day, ending_of(place, posting.starts_on))
        close(posting, last_day=last_day, reason=reason)
        if not isinstance(place, Village):
            place.save()
        text = f"{posting.person}任{place}{posting.role_name}至{full_date(last_day)}。"
        tell_place(place, text, [posting.person], by=by)
    return posting


def withdraw_posting(*, posting: Posting, today: date, reason: str, by: User | None) -> None:
    """Take back a posting whose first day has not come. Nobody has served in it: the trail keeps it, the
    register does not. One that has begun is ended, never withdrawn."""
    with acting(by=by, action="posting.withdraw", label="撤回任职", reason=reason) as act:
        place = lock_for_change(posting.target)
        posting = lock_for_change(posting)
        if posting.starts_on <= today:
            raise ValidationError(f"这条任职已于{full_date(posting.starts_on)}开始，请用“结束任职”办理。")
        text = f"{posting.person}自{full_date(posting.starts_on)}起任{place}{posting.role_name}的安排已撤回。"
        # The posting's own entry has no page any more: the place shows what was planned.
        act.note(
            place,
            [("任职安排", f"{posting.role_name}{posting.person}，{full_date(posting.starts_on)}起", None)],
        )
        posting.delete()
        if not isinstance(place, Village):
            place.save()
        tell_place(place, text, [posting.person], by=by)


# --- Steps that several acts share ----------------------------------------------------------------
def _post(
    place: LiaisonTeam | LiaisonGroup,
    person: Person,
    *,
    is_leader: bool,
    starts_on: date,
    by: User | None,
    basis: str,
) -> Posting:
    label = f"增加{'组长' if is_leader else '组员' if isinstance(place, LiaisonTeam) else '成员'}"
    with acting(by=by, action="posting.begin", label=label):
        place = lock_for_change(place)
        refuse_unless_working(place, starts_on)
        person = _staff(person)
        posting = _begun(place, person, is_leader, starts_on, basis, ending_of(place, starts_on))
        place.save()
        tell_place(place, f"{person}自{full_date(starts_on)}起任{place}{posting.role_name}。", [person], by=by)
    return posting


def _begun(place: Place, person: Person, is_leader: bool, starts_on: date, basis: str, ending: Ending) -> Posting:
    """A new posting that lasts as long as the place, unless another term is in its way."""
    here = _postings(place)
    own = sharing_a_day(here.filter(person=person), starts_on)
    if own is not None:
        held = f"{term(own.starts_on, own.ends_on)}任{place}{own.role_name}"
        way = "请用“更换组长”办理" if is_leader and own.ends_on == ending.ends_on else "任期不能重叠"
        raise ValidationError({"person": f"{person}{held}，{way}。"})
    if is_leader:
        refuse_second_leader(here, starts_on, ending)
    if isinstance(place, Village):
        refuse_second_instructor(here, starts_on)
    posting = Posting(
        person=person,
        is_leader=is_leader,
        starts_on=starts_on,
        ends_on=ending.ends_on,
        end_reason=ending.reason,
        basis=basis.strip(),
        **{FIELD_OF[type(place)]: place},
    )
    posting.full_clean()
    posting.save()
    return posting


def _promoted(place: LiaisonTeam | LiaisonGroup, person: Person, starts_on: date, basis: str) -> Posting | None:
    """Take a member's own posting out of the new leader's way: it ends the day before, or, when it was to
    begin on the very day, becomes the leader's."""
    ending = ending_of(place, starts_on)
    member = ending.lasting(_postings(place)).filter(person=person, is_leader=False).first()
    if member is None or member.starts_on > starts_on:
        return None
    if member.starts_on < starts_on:
        close(member, last_day=day_before(starts_on), reason="任组长")
        return None
    refuse_second_leader(_postings(place), starts_on, ending)
    member.is_leader, member.basis = True, basis.strip() or member.basis
    member.full_clean()
    member.save()
    return member


def _staff(person: Person) -> Person:
    """The person under a lock, when current staff of the town."""
    person = lock_for_change(person)
    if person.ended_on is not None:
        raise ValidationError({"person": f"{person}已于{full_date(person.ended_on)}离册，请另选人员。"})
    if person.department_id is None:
        raise ValidationError({"person": f"{person}不是镇干部。如已调入镇里，请先在人员资料中填写站所（办）。"})
    return person


def _postings(place: Place) -> QuerySet:
    return Posting.objects.filter(**{FIELD_OF[type(place)]: place})


def _people_on(team: LiaisonTeam, day: date) -> list[Person]:
    return [posting.person for posting in team.postings.on(day).select_related("person")]


# --- Notices ----------------------------------------------------------------------------------
def tell_place(place: Place, text: str, people: Iterable[Person] = (), *, by: User | None) -> None:
    """Tell the people concerned and the village's cadres, where they have accounts; never who did it."""
    users = {person.user_id for person in people if person.user_id}
    if not isinstance(place, LiaisonGroup):
        village = place if isinstance(place, Village) else place.village
        cadres = CadreTerm.objects.open().filter(village=village, person__user__isnull=False)
        users |= set(cadres.values_list("person__user_id", flat=True))
    if by is not None:
        users.discard(by.pk)
    page = {LiaisonTeam: "team", LiaisonGroup: "district", Village: "village"}[type(place)]
    tell(users, text, reverse(page, args=[place.pk]))
