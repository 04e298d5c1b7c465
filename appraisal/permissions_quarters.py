"""Who may do what with the review of a quarter and its payout. Read it aloud to the town's head.

Whoever handed the quarter in does not approve it (`quarter_other_approves`, `payout_two_people`); whoever serves
in a team writes nothing about it and approves nothing (`actions.quarters`).
"""

from __future__ import annotations

from django.db.models import Model

from appraisal.models import TeamReview
from appraisal.permissions import OFFICE, RECUSED, TEAM
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, only, refused


def see_quarters(user: User, record: Model | None = None) -> Verdict:
    """The town; the liaison group sees the teams of its district."""
    return only(user, *TOWN_WIDE, Role.DISTRICT)


def keep_quarters(user: User) -> Verdict:
    """Begin, hand in, lists, papers."""
    return only(user, *OFFICE)


def review_teams(user: User, row: TeamReview | None = None) -> Verdict:
    """Notes and grades are taken down where the review is held."""
    if not user.standing.has(*OFFICE, Role.COMMITTEE):
        return only(user, *OFFICE, Role.COMMITTEE)
    return refused(RECUSED) if row is not None and row.team_id in user.standing.teams(*TEAM) else ALLOWED


def decide_quarters(user: User) -> Verdict:
    """What waits for 党委审定: send it back."""
    return only(user, Role.COMMITTEE)


def approve_quarters(user: User, prepared_by: int | None = None) -> Verdict:
    """党委审定 of grades and of a list of money: a member of the committee who did not prepare it (an account's id)
    and serves in no team."""
    if not user.standing.has(Role.COMMITTEE):
        return only(user, Role.COMMITTEE)
    if user.standing.teams(*TEAM):
        return refused(RECUSED)
    return refused("提交审定的人不能审定，请由其他党委委员审定。") if prepared_by == user.pk else ALLOWED


def issue_quarter_papers(user: User) -> Verdict:
    """签发: the head of the office."""
    return only(user, Role.OFFICE_LEAD)


def see_payouts(user: User) -> Verdict:
    """Amounts of people: the town's offices alone."""
    return only(user, *TOWN_WIDE)
