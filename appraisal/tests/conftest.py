"""What the tests of the working week share."""

from appraisal.tests.duty_scenes import duty

__all__ = ["duty"]
