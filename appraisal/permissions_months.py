"""Who may do what with scores, the closing of a month, subsidies and corrections. Read it aloud to the town's head.

Whoever checked the figures does not sign them off (`month_other_reviews`), nor does whoever serves in a team, or
served in one in the month, while somebody else can (`recusal`, `as_body`); see the actions for what a month's state
allows.
"""

from __future__ import annotations

from django.db.models import Model

from appraisal.as_body import signs
from appraisal.models import AppraisalMonth, Correction
from appraisal.models.documents import STAFF
from appraisal.permissions import OFFICE, TEAM
from appraisal.recusal import of_correction
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, only, refused

#: The second signature under months and corrections.
SIGNERS = (Role.OFFICE_LEAD, Role.COMMITTEE)


def see_scores(user: User, record: Model | None = None) -> Verdict:
    """The town, the liaison group of the district, whoever works in the village, and whoever worked there in the
    month."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *TEAM, Role.INSTRUCTOR, Role.CADRE, Role.FORMER)


def see_publicity(user: User, record: Model | None = None) -> Verdict:
    """公示: everybody who works for the town or a village."""
    return only(user, *STAFF)


def see_months(user: User) -> Verdict:
    """How far the closing of a month is."""
    return only(user, *TOWN_WIDE)


def close_months(user: User) -> Verdict:
    """Checks, publicity, subsidies, archive."""
    return only(user, *OFFICE)


def review_months(user: User, row: AppraisalMonth | None = None) -> Verdict:
    """审核: the head of the office, or the committee. Without a month: whoever may be asked."""
    if not user.standing.has(*SIGNERS):
        return only(user, *SIGNERS)
    return signs_month(user, row) if row is not None else ALLOWED


def signs_month(user: User, row: AppraisalMonth) -> Verdict:
    """Whoever did not check the figures, serves in no team and served in none in the month: it is signed off for all
    teams at once. Where nobody is left, one registers what the body decided."""
    if row.checked_by_id == user.pk:
        return refused("检查数据的人不能审核，请由其他同志审核。")
    return signs(user, *SIGNERS, days=row.period, barred=[row.checked_by_id])


def send_back_months(user: User) -> Verdict:
    """退回, until it is sealed: whoever closes the month, and whoever signs it off."""
    return only(user, *OFFICE, Role.COMMITTEE)


def lock_months(user: User) -> Verdict:
    """定稿."""
    return only(user, Role.OFFICE_LEAD)


def decide_corrections(user: User, slip: Correction) -> Verdict:
    """The second signature: the head of the office or the committee."""
    return signs_correction(user, slip) if user.standing.has(*SIGNERS) else only(user, *SIGNERS)


def signs_correction(user: User, slip: Correction) -> Verdict:
    """Never who asked; not about the team that one serves in, or served in then, while there is somebody else.
    `slip.entry` and `slip.score.month` are at hand."""
    if slip.created_by_id == user.pk:
        return refused("更正单由另一人批准。")
    barred = [slip.created_by_id]
    return signs(user, *SIGNERS, team=slip.score.team_id, days=of_correction(slip), barred=barred)
