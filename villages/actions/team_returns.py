"""Taking back, before its day, that a team ends or that a team begins: the committee changed its mind.

Only what the decision itself ended runs on; whoever left for a reason of his own stays as he is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date
from villages.actions import teams
from villages.actions.team_rules import Ending, ending_of
from villages.actions.terms import reopen
from villages.models import DutyPlan, LiaisonTeam, Posting, Village
from villages.models.terms import Term

T = TypeVar("T", bound=Term)


def ended_with(records: Iterable[T], ending: Ending) -> list[T]:
    """Those that end with the place; not whoever left the town's staff meanwhile. Postings come with their people."""
    found = [record for record in records if ending.fits(record)]
    return [one for one in found if not isinstance(one, Posting) or one.person.ended_on is None]


def parts_of(team: LiaisonTeam) -> list[Posting | DutyPlan]:
    """What ends with the team. Two queries."""
    ending = ending_of(team, team.starts_on)
    return ended_with([*team.postings.select_related("person"), *team.duty_plans.all()], ending)


def resume_team(*, team: LiaisonTeam, reason: str, by: User | None) -> LiaisonTeam:
    """Let a team run on whose last day has not come, with the postings and the fixed days that were to end with it."""
    with acting(by=by, action="team.resume", label="工作组继续联村", reason=reason):
        team = lock_for_change(team)
        parts, until = parts_of(team), team.ends_on
        for record in (team, *parts):
            reopen(record)
        people = [one.person for one in parts if isinstance(one, Posting)]
        teams.tell_place(team, f"{team}继续联村，不再止于{full_date(until)}，组内任职照常延续。", people, by=by)
    return team


def resume_instructors(*, village: Village, ending: Ending, reason: str, by: User | None) -> list[Posting]:
    """Let those guide on whose postings were to end with the village's self-governance."""
    with acting(by=by, action="posting.resume", label="继续任职", reason=reason):
        found = ended_with(village.instructor_postings.select_related("person"), ending)
        for posting in found:
            reopen(posting)
            text = f"{posting.person}继续任{village}联村工作指导员，不再止于{full_date(ending.ends_on)}。"
            teams.tell_place(village, text, [posting.person], by=by)
    return found


def withdraw_team(*, team: LiaisonTeam, today: date, reason: str, by: User | None) -> None:
    """Take back a team whose first day has not come, with whoever was to serve in it and its fixed days. Nobody has
    served in it: the trail keeps it, the register does not. Refused while anything else belongs to it."""
    with acting(by=by, action="team.withdraw", label="撤回成立工作组", reason=reason) as act:
        team = lock_for_change(team)
        if team.starts_on <= today:
            raise ValidationError(f"{team}已于{full_date(team.starts_on)}成立。")
        for posting in list(team.postings.all()):
            teams.withdraw_posting(posting=posting, today=today, reason=reason, by=by)
        for plan in list(team.duty_plans.all()):
            plan.delete()
        act.note(team.village, [("联村工作组", f"{team}，{full_date(team.starts_on)}起", None)])
        teams.tell_place(team.village, f"{team}不再于{full_date(team.starts_on)}成立。", by=by)
        try:
            team.delete()
        except ProtectedError as held:
            kinds = "、".join(sorted({str(one._meta.verbose_name) for one in held.protected_objects}))
            raise ValidationError(f"{team}名下已有{kinds}，请先撤回或改给其他工作组，再撤销决定。") from held
