"""Panels of the working week for the party committee."""

from appraisal.admin import leave, work_rules

__all__ = ["leave", "work_rules"]
