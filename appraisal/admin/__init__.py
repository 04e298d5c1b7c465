"""Panels of the working week for the party committee."""

from appraisal.admin import work_rules

__all__ = ["work_rules"]
