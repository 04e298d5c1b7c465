"""The database keeps a decided quarter by itself: no figure, grade, term or list is written past the actions."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from appraisal.actions import quarters
from appraisal.models import Payout, QuarterlyReview, TeamReview
from appraisal.quarter_guards import PAYING
from appraisal.seal_guards import VERSIONED
from appraisal.tests.quarter_scene import NOW, decided, handed
from appraisal.tests.test_seal_guards import another
from lianzhen.accounts.roles import Role


def tried(sql, *values):
    """By hand, as nothing of ours would: whether the database refused for the quarter's sake."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return "the quarter is decided" in str(refusal.value)


def refused_columns(cast, rows, leave_out):
    """Of one row, the columns that the quarter keeps, each tried alone; some a constraint keeps before."""
    row, found = rows.get(), set()
    for field in row._meta.concrete_fields:
        value = another(field, getattr(row, field.attname), cast)
        if field.primary_key or field.column in leave_out or value == getattr(row, field.name):
            continue
        with pytest.raises(IntegrityError) as refusal, transaction.atomic():
            rows.update(**{field.name: value})
        if "the quarter is decided" in str(refusal.value):
            found.add(field.column)
    return found


def test_a_decided_quarter_does_not_change(cast):
    review = decided(cast)
    row = TeamReview.objects.filter(review=review).first()
    team, quarter, paid = (one._meta.db_table for one in (row, review, Payout.objects.get()))

    kept = refused_columns(cast, TeamReview.objects.filter(pk=row.pk), VERSIONED)
    assert kept >= {"score", "place", "tied", "months", "note", "village_name"}
    assert tried(f"UPDATE {team} SET grade = %s, reason = %s WHERE id = %s", "好", "改", row.pk)
    assert tried(f"DELETE FROM {team} WHERE id = %s", row.pk)
    names = ", ".join(f'"{one.column}"' for one in row._meta.concrete_fields if not one.primary_key)
    of_another = names.replace('"team_id"', "0")  # whether there is such a team is asked at the end of the act
    assert tried(f"INSERT INTO {team} ({names}) SELECT {of_another} FROM {team} WHERE id = %s", row.pk)

    kept = refused_columns(cast, QuarterlyReview.objects.filter(pk=review.pk), (*PAYING, *VERSIONED))
    assert kept >= {"terms", "basis", "handed_at"}
    back = "state = 'committee', approved_at = NULL, approved_by_id = NULL, basis = ''"
    assert tried(f"UPDATE {quarter} SET {back} WHERE id = %s", review.pk)
    assert tried(f"DELETE FROM {quarter} WHERE id = %s", review.pk)

    assert {"total", "people", "formula", "decision_note"} <= refused_columns(cast, Payout.objects.all(), VERSIONED)
    assert tried(f"DELETE FROM {paid}")

    # What comes after the decision goes on, and does not go back either.
    assert quarters.mark_paid(review=review, by=cast.users[Role.OFFICE], now=NOW).state == QuarterlyReview.State.PAID
    assert tried(f"UPDATE {quarter} SET state = 'approved', paid_at = NULL, paid_by_id = NULL")


def test_until_the_decision_people_speak_and_figures_stand(cast):
    review = handed(cast)
    rows = TeamReview.objects.filter(review=review)
    assert rows.update(note="再听一次意见") == rows.count() > 0
    assert tried(f"UPDATE {TeamReview._meta.db_table} SET score = score - 1")
    assert quarters.send_back(review=review, reason="再听一次意见", by=cast.users[Role.COMMITTEE]).state == "review"
