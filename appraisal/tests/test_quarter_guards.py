"""The database keeps a decided quarter by itself: no figure, grade, term or list is written past the actions."""

from __future__ import annotations

from appraisal.actions import quarters
from appraisal.models import Payout, QuarterlyReview, TeamReview
from appraisal.quarter_guards import MESSAGE, PAYING
from appraisal.seal_guards import VERSIONED
from appraisal.tests.guard_scene import Guarded
from appraisal.tests.quarter_scene import NOW, decided, handed
from lianzhen.accounts.roles import Role

GUARD = Guarded(MESSAGE)


def test_a_decided_quarter_does_not_change(cast):
    review = decided(cast)
    row = TeamReview.objects.filter(review=review).first()
    team, quarter, paid = (one._meta.db_table for one in (row, review, Payout.objects.get()))

    kept = GUARD.columns(cast, TeamReview.objects.filter(pk=row.pk), VERSIONED)
    assert kept >= {"score", "place", "tied", "months", "note", "village_name"}
    assert GUARD.tried(f"UPDATE {team} SET grade = %s, reason = %s WHERE id = %s", "好", "改", row.pk)
    assert GUARD.tried(f"DELETE FROM {team} WHERE id = %s", row.pk)
    names = ", ".join(f'"{one.column}"' for one in row._meta.concrete_fields if not one.primary_key)
    of_another = names.replace('"team_id"', "0")  # whether there is such a team is asked at the end of the act
    assert GUARD.tried(f"INSERT INTO {team} ({names}) SELECT {of_another} FROM {team} WHERE id = %s", row.pk)

    kept = GUARD.columns(cast, QuarterlyReview.objects.filter(pk=review.pk), (*PAYING, *VERSIONED))
    assert kept >= {"terms", "basis", "handed_at"}
    back = "state = 'committee', approved_at = NULL, approved_by_id = NULL, basis = ''"
    assert GUARD.tried(f"UPDATE {quarter} SET {back} WHERE id = %s", review.pk)
    assert GUARD.tried(f"DELETE FROM {quarter} WHERE id = %s", review.pk)

    assert {"total", "people", "formula", "decision_note"} <= GUARD.columns(cast, Payout.objects.all(), VERSIONED)
    assert GUARD.tried(f"DELETE FROM {paid}")

    # What comes after the decision goes on, and does not go back either.
    assert quarters.mark_paid(review=review, by=cast.users[Role.OFFICE], now=NOW).state == QuarterlyReview.State.PAID
    assert GUARD.tried(f"UPDATE {quarter} SET state = 'approved', paid_at = NULL, paid_by_id = NULL")


def test_until_the_decision_people_speak_and_figures_stand(cast):
    review = handed(cast)
    rows = TeamReview.objects.filter(review=review)
    assert rows.update(note="再听一次意见") == rows.count() > 0
    assert GUARD.tried(f"UPDATE {TeamReview._meta.db_table} SET score = score - 1")
    assert quarters.send_back(review=review, reason="再听一次意见", by=cast.users[Role.COMMITTEE]).state == "review"
