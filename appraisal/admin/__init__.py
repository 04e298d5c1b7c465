"""Panels of the working week for the party committee."""

from appraisal.admin import duty, leave, meetings, weekly_reports, work_rules

__all__ = ["duty", "leave", "meetings", "weekly_reports", "work_rules"]
