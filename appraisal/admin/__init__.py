"""Panels of the working week for the party committee."""

from appraisal.admin import duty, leave, meetings, work_rules

__all__ = ["duty", "leave", "meetings", "work_rules"]
