"""Panels of the working week for the party committee."""

from appraisal.admin import duty, leave, work_rules

__all__ = ["duty", "leave", "work_rules"]
