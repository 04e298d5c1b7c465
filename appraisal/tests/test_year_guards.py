"""The database keeps a year that was handed in by itself: no word, figure or grade is written past the actions."""

from __future__ import annotations

from appraisal.actions import years
from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary
from appraisal.seal_guards import VERSIONED
from appraisal.tests.guard_scene import Guarded
from appraisal.tests.year_scene import NOW, decided, handed
from appraisal.year_guards import MESSAGE, TELLING
from lianzhen.accounts.roles import Role

GUARD = Guarded(MESSAGE)


def test_a_decided_year_does_not_change(cast):
    assessment = decided(cast)
    grade, summary = AnnualGrade.objects.first(), AnnualSummary.objects.first()
    year, grades, summaries = (one._meta.db_table for one in (assessment, grade, summary))

    kept = GUARD.columns(cast, AnnualGrade.objects.filter(pk=grade.pk), VERSIONED)
    assert kept >= {"score", "place", "tied", "months", "quarters", "linkage", "village_score"}
    assert GUARD.tried(f"UPDATE {grades} SET grade = %s, reason = %s WHERE id = %s", "优秀", "改", grade.pk)
    assert GUARD.tried(f"UPDATE {grades} SET graded_at = NULL, graded_by_id = NULL WHERE id = %s", grade.pk)
    assert GUARD.tried(f"DELETE FROM {grades} WHERE id = %s", grade.pk)

    kept = GUARD.columns(cast, AnnualSummary.objects.filter(pk=summary.pk), VERSIONED)
    assert kept >= {"work", "problems", "facts", "opinion_grade", "check_note", "leader_name"}
    assert GUARD.tried(f"UPDATE {summaries} SET state = 'out', out_reason = %s WHERE id = %s", "改", summary.pk)
    assert GUARD.tried(f"DELETE FROM {summaries} WHERE id = %s", summary.pk)

    kept = GUARD.columns(cast, AnnualAssessment.objects.filter(pk=assessment.pk), (*TELLING, *VERSIONED))
    assert kept >= {"year", "terms", "basis", "decided_on", "handed_at"}
    back = "state = 'committee', decided_at = NULL, decided_by_id = NULL, decided_on = NULL, basis = ''"
    assert GUARD.tried(f"UPDATE {year} SET {back}, over_quota_reason = '' WHERE id = %s", assessment.pk)
    assert GUARD.tried(f"DELETE FROM {year} WHERE id = %s", assessment.pk)


def test_until_the_decision_grades_are_given_and_figures_stand(cast):
    assessment = handed(cast)
    grades, summaries = AnnualGrade._meta.db_table, AnnualSummary._meta.db_table
    assert GUARD.tried(f"UPDATE {grades} SET score = score - 1")
    assert GUARD.tried(f"UPDATE {summaries} SET work = %s", "改过的话")
    assert GUARD.tried(f"UPDATE {AnnualAssessment._meta.db_table} SET year = 2025")
    by = cast.users[Role.COMMITTEE]
    assert years.accept_proposals(assessment=assessment, by=by, now=NOW) == 2
    assert years.send_back(assessment=assessment, reason="再核一次", by=by, now=NOW).state == "summary"
    assert AnnualSummary.objects.update(work="改过的话，与台账一致。") == 2
