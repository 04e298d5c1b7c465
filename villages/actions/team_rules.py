"""Why a team, a posting or a fixed duty day cannot be arranged as asked: one sentence at the form's field."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from lianzhen.trail.versions import EditConflict, VersionedModel
from lianzhen.wording import full_date, term
from villages.actions.terms import refuse_outside
from villages.models import DutyPlan, LiaisonGroup, LiaisonTeam, Person, Posting, Village
from villages.models.terms import Term

#: 「每周定点办公不少于2天」 (中国社会报, 18 October 2018). A setting of the town to come.
MIN_DUTY_DAYS = 2
#: Why an instructor's posting ends with the village's self-governance.
SELFGOV_ENDS = "终止村为主自治"


class Ending(NamedTuple):
    """The last day of a place and why it ends, as far as it is decided: what serves in the place ends with it by
    itself, and runs on again where the decision is taken back. No day while nothing is decided."""

    ends_on: date | None = None
    reason: str = ""

    def lasting(self, rows: QuerySet) -> QuerySet:
        """Those of the place's terms that run as long as the place."""
        return rows.filter(ends_on=self.ends_on)

    def fits(self, record: Term) -> bool:
        """Whether a term ended, or will, with the place and for no reason of its own."""
        return self.ends_on is not None and (record.ends_on, record.end_reason) == self


NEVER = Ending()


def ending_of(place: LiaisonTeam | LiaisonGroup | Village, day: date) -> Ending:
    """Of a village: of its self-governance on the day, which is one query."""
    if isinstance(place, LiaisonGroup):
        return NEVER
    if isinstance(place, LiaisonTeam):
        return Ending(place.ends_on, place.end_reason)
    alone = place.self_governance.on(day).first()
    return Ending(alone.ends_on, SELFGOV_ENDS) if alone and alone.ends_on else NEVER


def sharing_a_day(terms: QuerySet, starts_on: date) -> Term | None:
    """The first of the terms that shares a day with one running from `starts_on` on without an end."""
    return terms.exclude(ends_on__lt=starts_on).order_by("starts_on").first()


def refuse_unless_working(place: LiaisonTeam | LiaisonGroup, day: date) -> None:
    if not isinstance(place, LiaisonTeam):
        return
    if place.ends_on is not None and day > place.ends_on:
        raise ValidationError({"starts_on": f"{place}止于{full_date(place.ends_on)}，起始日期不能晚于这一天。"})
    refuse_outside(day, place, field="starts_on", what=str(place))


def refuse_closed(record: LiaisonTeam | Posting, last_day: date, ending: Ending = NEVER) -> None:
    """What ends with its place (`ending`) may end before it, but not outlast it."""
    if record.ends_on is not None and not ending.fits(record):
        raise ValidationError(f"{record}止于{full_date(record.ends_on)}，已办理结束。")
    if last_day < record.starts_on:
        raise ValidationError({"last_day": f"最后一天不能早于起始日期（{full_date(record.starts_on)}）。"})
    if record.ends_on is not None and last_day > record.ends_on:
        raise ValidationError({"last_day": f"这项任职到{full_date(record.ends_on)}为止，最后一天不能晚于这一天。"})


def refuse_beyond(record: Term, last_day: date, what: str) -> None:
    """A team's parts lie within its own term."""
    if record.starts_on > last_day:
        since = full_date(record.starts_on)
        raise ValidationError({"last_day": f"{what}自{since}起，晚于所选日期。请改选日期，或先撤回这项安排。"})
    if record.ends_on is not None and record.ends_on > last_day:
        until = full_date(record.ends_on)
        raise ValidationError({"last_day": f"{what}已登记到{until}，最后一天不能早于这一天。"})


def refuse_no_change(old: Posting, person: Person, starts_on: date) -> None:
    if old.person_id == person.pk:
        raise ValidationError({"person": f"{person}现在就是{old.role_name}，请选择其他人员。"})
    if starts_on <= old.starts_on:
        since = full_date(old.starts_on)
        raise ValidationError({"starts_on": f"起始日期须晚于{old.person}任{old.role_name}的起始日期（{since}）。"})


def refuse_few_days(chosen: str, running: DutyPlan | None) -> None:
    if len(chosen) < MIN_DUTY_DAYS:
        raise ValidationError({"weekdays": f"固定办公日每周不少于{MIN_DUTY_DAYS}天，现在选了{len(chosen)}天。"})
    if running is not None and running.weekdays == chosen:
        raise ValidationError({"weekdays": f"现行固定办公日就是{running}，不需要调整。"})


def refuse_earlier_plan(team: LiaisonTeam, starts_on: date) -> None:
    other = sharing_a_day(team.duty_plans.all(), starts_on)
    if other is not None:
        raise ValidationError({"starts_on": f"{term(other.starts_on, other.ends_on)}已有固定办公日（{other}）。"})


def refuse_second_leader(postings: QuerySet, starts_on: date, ending: Ending) -> None:
    other = sharing_a_day(postings.leaders().select_related("person"), starts_on)
    if other is None:
        return
    held = f"{other.person}{term(other.starts_on, other.ends_on)}任组长"
    if other.ends_on == ending.ends_on:
        raise ValidationError({"is_leader": f"{held}，请用“更换组长”办理。"})
    raise ValidationError({"starts_on": f"{held}，新组长的起始日期应在此之后。"})


def refuse_second_instructor(postings: QuerySet, starts_on: date) -> None:
    other = sharing_a_day(postings.select_related("person"), starts_on)
    if other is not None:
        held = f"{other.person}{term(other.starts_on, other.ends_on)}任联村工作指导员"
        raise ValidationError({"starts_on": f"{held}，新指导员的起始日期应在此之后。"})


def refuse_stale(place: VersionedModel, version: int | None, shown: VersionedModel | None) -> None:
    """Somebody arranged the same thing since the form was opened: show what stands now, `shown` (else
    `place`), beside what was typed."""
    if version is None or place.version == version:
        return
    theirs = shown or place
    if isinstance(theirs, DutyPlan):
        theirs.weekdays = list(theirs.weekdays)
    # Never saved: the page compares it and sends the number back.
    theirs.version, theirs.updated_by, theirs.updated_at = place.version, place.updated_by, place.updated_at
    raise EditConflict(theirs)
