"""The year through its actions: what blocks, who may not, what is frozen and stays."""

from __future__ import annotations

from appraisal.models import AnnualAssessment
from appraisal.tests.year_scene import decided

State = AnnualAssessment.State


def test_the_whole_way(cast):
    assert decided(cast).state == State.DECIDED
