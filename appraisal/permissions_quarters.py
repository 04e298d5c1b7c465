"""Who may do what with the review of a quarter and its payout. Read it aloud to the town's head.

Whoever handed the quarter in does not approve it (`quarter_other_approves`, `payout_two_people`); whoever serves
in a team, or served in it on a day of the quarter, writes nothing about it and approves nothing, as long as there is
somebody else (`recusal`, `as_body`).
"""

from __future__ import annotations

from django.db.models import Model

from appraisal.as_body import gives_way, signs
from appraisal.models import Payout, QuarterlyReview, TeamReview
from appraisal.permissions import OFFICE
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, only, refused

#: Who takes down what the review says of a team.
WRITERS = (*OFFICE, Role.COMMITTEE)


def see_quarters(user: User, record: Model | None = None) -> Verdict:
    """The town; the liaison group sees the teams of its district."""
    return only(user, *TOWN_WIDE, Role.DISTRICT)


def keep_quarters(user: User) -> Verdict:
    """Begin, hand in, lists, papers."""
    return only(user, *OFFICE)


def review_teams(user: User, row: TeamReview | None = None) -> Verdict:
    """Notes and grades are taken down where the review is held. `row.review` is at hand."""
    if not user.standing.has(*WRITERS):
        return only(user, *WRITERS)
    return writes_about(user, row) if row is not None else ALLOWED


def writes_about(user: User, row: TeamReview) -> Verdict:
    """Nobody about his own team, nor about one of his days in the quarter while there is somebody else."""
    return gives_way(user, *WRITERS, team=row.team_id, days=row.review.period)


def decide_quarters(user: User) -> Verdict:
    """What waits for 党委审定: send it back."""
    return only(user, Role.COMMITTEE)


def approve_quarters(user: User, made: QuarterlyReview | Payout | None = None) -> Verdict:
    """党委审定 of grades and of a list of money: the committee. Without a record: whoever may be asked."""
    if not user.standing.has(Role.COMMITTEE):
        return only(user, Role.COMMITTEE)
    return signs_quarter(user, made) if made is not None else ALLOWED


def signs_quarter(user: User, made: QuarterlyReview | Payout) -> Verdict:
    """Whoever did not prepare it, serves in no team and served in none in the quarter: grades and lists are of all
    teams at once. Where nobody of the committee is left, one registers what the body decided."""
    prepared_by = made.created_by_id if isinstance(made, Payout) else made.handed_by_id
    if prepared_by == user.pk:
        word = "制表" if isinstance(made, Payout) else "提交审定"
        return refused(f"{word}的人不能审定，请由其他党委委员审定。")
    review = made.review if isinstance(made, Payout) else made
    return signs(user, Role.COMMITTEE, days=review.period, barred=[prepared_by])


def issue_quarter_papers(user: User) -> Verdict:
    """签发: the head of the office."""
    return only(user, Role.OFFICE_LEAD)


def see_payouts(user: User) -> Verdict:
    """Amounts of people: the town's offices alone."""
    return only(user, *TOWN_WIDE)
