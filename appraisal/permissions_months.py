"""Who may do what with scores, the closing of a month, subsidies and corrections. Read it aloud to the town's head.

Whoever checked the figures does not sign them off (`month_other_reviews`); see the actions for what a month's
state allows.
"""

from __future__ import annotations

from django.db.models import Model

from appraisal.models import Correction
from appraisal.models.documents import STAFF
from appraisal.permissions import OFFICE, RECUSED, TEAM
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, only, refused


def see_scores(user: User, record: Model | None = None) -> Verdict:
    """The town, the liaison group of the district, and whoever works in the village."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *TEAM, Role.INSTRUCTOR, Role.CADRE)


def see_publicity(user: User, record: Model | None = None) -> Verdict:
    """公示: everybody who works for the town or a village."""
    return only(user, *STAFF)


def see_months(user: User) -> Verdict:
    """How far the closing of a month is."""
    return only(user, *TOWN_WIDE)


def close_months(user: User) -> Verdict:
    """Checks, publicity, subsidies, archive."""
    return only(user, *OFFICE)


def review_months(user: User) -> Verdict:
    """审核: the head of the office, or the committee."""
    return only(user, Role.OFFICE_LEAD, Role.COMMITTEE)


def send_back_months(user: User) -> Verdict:
    """退回, until it is sealed: whoever closes the month, and whoever signs it off."""
    return only(user, *OFFICE, Role.COMMITTEE)


def lock_months(user: User) -> Verdict:
    """定稿."""
    return only(user, Role.OFFICE_LEAD)


def decide_corrections(user: User, slip: Correction) -> Verdict:
    """The second signature: the head of the office or the committee, never who asked, never about one's own team."""
    if not user.standing.has(Role.OFFICE_LEAD, Role.COMMITTEE):
        return only(user, Role.OFFICE_LEAD, Role.COMMITTEE)
    if slip.created_by_id == user.pk:
        return refused("更正单由另一人批准。")
    return refused(RECUSED) if slip.score.team_id in user.standing.teams(*TEAM) else ALLOWED
