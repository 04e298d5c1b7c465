"""Quarters of the demo town: once a third month is sealed, its quarter is reviewed, decided and paid."""

from __future__ import annotations

from datetime import datetime
from random import Random

from appraisal.actions import quarters
from appraisal.models import TeamReview
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.demo.accounts import username_of
from lianzhen.periods import Month, Quarter

#: What was said, by whether the team is among the first or the last; every sentence is invented.
PRAISED = ("村级特色工作有亮点，可在片区内介绍做法。", "扣分少，驻村和周报都按时。")
ASKED = ("环境整建要回头看，下季度逐处销号。", "矛盾纠纷上报要及时，请组长每周过一遍台账。")


class Reviewing:
    """The clerk takes down what was said, the head of the office hands in, a member of the committee decides."""

    def __init__(self, clerk: User, lead: User, random: Random, first: Month) -> None:
        self.clerk, self.lead, self.random, self.first = clerk, lead, random, first
        self.committee = User.objects.filter(username=username_of(Role.COMMITTEE)).first()

    def after(self, month: Month, now: datetime) -> None:
        """To be called once a month is sealed: nothing before the last month of a quarter lived whole."""
        quarter = month.quarter
        if month == quarter.months[-1] and quarter.months[0] >= self.first and self.committee is not None:
            self._review(quarter, now)

    def _review(self, quarter: Quarter, now: datetime) -> None:
        review = quarters.start_review(quarter=quarter, by=self.clerk, now=now)
        rows = list(TeamReview.objects.select_related("review").filter(review=review).order_by("place", "position"))
        for row in rows:
            said = PRAISED if row.place <= len(rows) // 3 else ASKED
            note = self.random.choice(said) if self.random.random() < 0.5 else ""
            quarters.save_team(row=row, grade=row.proposed, note=note, by=self.clerk, now=now)
        review = quarters.hand_in(review=review, by=self.lead, now=now)
        review = quarters.approve(review=review, basis="镇党委会议研究同意（示例）", by=self.committee, now=now)
        quarters.mark_paid(review=review, by=self.clerk, now=now)
