"""The year in the database: what was frozen stays, and what the committee decided goes back for nobody.

The same rule as the states of `actions.years`, laid as triggers on both engines: its rules stand from the start;
once the year is handed in no summary and no figure changes until it is sent back; once it is decided no grade does.
After the decision the result is still announced, once.
"""

from __future__ import annotations

from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary
from appraisal.seal_guards import VERSIONED, changed
from lianzhen.trail import guards

MESSAGE = "the year is handed in"
#: Of an assessment, what stands from its start.
BEGUN = ("year", "scheme_id", "terms", "opened_at", "opened_by_id")
#: Of an assessment, the step after the decision.
TELLING = ("state", "notice_id")
#: Of a grade, what the committee gives until the decision.
GIVEN = ("grade", "reason", "graded_at", "graded_by_id")


def lay() -> None:
    """Once, when the app is ready; every migrate lays the triggers anew."""
    _assessments()
    _grades()
    anything = changed(AnnualSummary, VERSIONED)
    guards.refuse(
        AnnualSummary,
        name="annual_summary_handed",
        message=MESSAGE,
        insert=_handed("NEW"),
        update=f"({_handed('OLD')} OR {_handed('NEW')}) AND ({anything})",
        delete=_handed("OLD"),
    )


def _assessments() -> None:
    begun = " OR ".join(f'OLD."{name}" {{differs}} NEW."{name}"' for name in BEGUN)
    told = " OR ".join(f"OLD.{name} {{differs}} NEW.{name}" for name in TELLING)
    stays = changed(AnnualAssessment, [*TELLING, *VERSIONED])
    back = f"{_graded('OLD')} AND (NOT {_graded('NEW')} OR {stays} OR (OLD.state = 'told' AND ({told})))"
    guards.refuse(
        AnnualAssessment,
        name="year_decided",
        message=MESSAGE,
        update=f"({begun}) OR ({back})",
        delete=f"OLD.state <> '{AnnualAssessment.State.SUMMARY}'",
    )


def _grades() -> None:
    """Figures are frozen while the year is still with the office, in the act that hands it in."""
    figures, anything = changed(AnnualGrade, [*GIVEN, *VERSIONED]), changed(AnnualGrade, VERSIONED)
    handed, graded = (f"({one('OLD')} OR {one('NEW')})" for one in (_handed, _of_graded))
    guards.refuse(
        AnnualGrade,
        name="annual_grade_decided",
        message=MESSAGE,
        insert=_handed("NEW"),
        update=f"({handed} AND ({figures})) OR ({graded} AND ({anything}))",
        delete=_handed("OLD"),
    )


def _graded(row: str) -> str:
    states = ", ".join(f"'{state}'" for state in AnnualAssessment.GRADED)
    return f"{row}.state IN ({states})"


def _of(row: str, condition: str) -> str:
    table = AnnualAssessment._meta.db_table
    return f"EXISTS (SELECT 1 FROM {table} y WHERE y.id = {row}.assessment_id AND {condition})"


def _handed(row: str) -> str:
    return _of(row, f"y.state <> '{AnnualAssessment.State.SUMMARY}'")


def _of_graded(row: str) -> str:
    return _of(row, _graded("y"))
