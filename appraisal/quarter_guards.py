"""The quarter in the database: what was frozen stays, and what the committee decided goes back for nobody.

The same rule as the states of `actions.quarters`, laid as triggers on both engines: the figures of a team stand from
the start of the review; the grade and what was said of it, the terms and the lists of money from the decision on.
After it a review is still marked as paid, once.
"""

from __future__ import annotations

from collections.abc import Collection

from appraisal.models import Payout, PayoutRow, QuarterlyReview, TeamReview
from appraisal.seal_guards import VERSIONED, changed
from lianzhen.trail import guards

MESSAGE = "the quarter is decided"
#: Of a team, what people say of it until the decision.
SAID = ("grade", "reason", "note", "reviewed_at", "reviewed_by_id")
#: Of a review, the step after the decision.
PAYING = ("state", "paid_at", "paid_by_id")


def lay() -> None:
    """Once, when the app is ready; every migrate lays the triggers anew."""
    guards.append_only(PayoutRow)
    _reviews()
    _teams()
    _payouts()


def _reviews() -> None:
    stays = changed(QuarterlyReview, [*PAYING, *VERSIONED])
    paid = " OR ".join(f"OLD.{name} {{differs}} NEW.{name}" for name in PAYING)
    guards.refuse(
        QuarterlyReview,
        name="quarter_decided",
        message=MESSAGE,
        update=f"{_decided('OLD')} AND (NOT {_decided('NEW')} OR {stays} OR (OLD.state = 'paid' AND ({paid})))",
        delete=_decided("OLD"),
    )


def _teams() -> None:
    decided = f"({_of_decided('OLD')} OR {_of_decided('NEW')})"
    frozen, anything = changed(TeamReview, [*SAID, *VERSIONED]), changed(TeamReview, VERSIONED)
    guards.refuse(
        TeamReview,
        name="team_review_decided",
        message=MESSAGE,
        insert=_of_decided("NEW"),
        update=f"({frozen}) OR ({decided} AND ({anything}))",
        delete=_of_decided("OLD"),
    )


def _payouts() -> None:
    """A list is decided once; its sum, standard and reason stand from the moment it was made."""
    step = ("state", "approved_at", "approved_by_id", "decision_note")
    made, anything = changed(Payout, [*step, *VERSIONED]), changed(Payout, VERSIONED)
    guards.refuse(
        Payout,
        name="payout_decided",
        message=MESSAGE,
        update=f"({made}) OR (OLD.state <> 'asked' AND ({anything}))",
        delete="OLD.id > 0",
    )


def _decided(row: str) -> str:
    return f"{row}.state IN ({_listed(QuarterlyReview.DECIDED)})"


def _of_decided(row: str) -> str:
    table = QuarterlyReview._meta.db_table
    return f"EXISTS (SELECT 1 FROM {table} q WHERE q.id = {row}.review_id AND {_decided('q')})"


def _listed(states: Collection[str]) -> str:
    return ", ".join(f"'{state}'" for state in states)
