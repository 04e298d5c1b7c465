"""Panels of the working week for the party committee."""

from appraisal.admin import documents, duty, entries, leave, meetings, months, schemes, weekly_reports, work_rules

__all__ = ["documents", "duty", "entries", "leave", "meetings", "months", "schemes", "weekly_reports", "work_rules"]
