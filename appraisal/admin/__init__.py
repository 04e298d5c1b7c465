"""Panels of the working week for the party committee."""

from appraisal.admin import (
    bulletins,
    documents,
    duty,
    entries,
    leave,
    meetings,
    months,
    quarters,
    schemes,
    selfgov_years,
    weekly_reports,
    work_rules,
    years,
)

__all__ = [
    "bulletins",
    "documents",
    "duty",
    "entries",
    "leave",
    "meetings",
    "months",
    "quarters",
    "schemes",
    "selfgov_years",
    "weekly_reports",
    "work_rules",
    "years",
]
