"""Quarters of the demo town: once a third month is sealed, its quarter is reviewed, decided, announced and paid."""

from __future__ import annotations

from datetime import datetime

from appraisal.actions import quarter_papers, quarters
from appraisal.models import Payout, QuarterlyReview, TeamReview
from lianzhen.demo.hands import Hands
from lianzhen.periods import Month, Quarter

#: What was said, by whether the team is among the first or the last; every sentence is invented.
PRAISED = ("村级特色工作有亮点，可在片区内介绍做法。", "扣分少，驻村和周报都按时。")
ASKED = ("环境整建要回头看，下季度逐处销号。", "矛盾纠纷上报要及时，请组长每周过一遍台账。")


class Reviewing:
    """The clerk takes down what was said, the head of the office hands in, a member of the committee decides.
    `first`: the first month that is judged."""

    def __init__(self, hands: Hands, first: Month) -> None:
        self.hands, self.first = hands, first
        self.random = hands.scale.random("reviewing")

    def after(self, month: Month, now: datetime) -> None:
        """To be called once a month is sealed: nothing before the last month of a quarter lived whole."""
        quarter = month.quarter
        if month == quarter.months[-1] and quarter.months[0] >= self.first:
            self._later(1, 9, self._start, quarter)

    def _start(self, now: datetime, quarter: Quarter) -> None:
        review = quarters.start_review(quarter=quarter, by=self.hands.clerk, now=now)
        self._later(1, 10, self._review, review)

    def _review(self, now: datetime, review: QuarterlyReview) -> None:
        rows = list(TeamReview.objects.select_related("review").filter(review=review).order_by("place", "position"))
        for row in rows:
            said = PRAISED if row.place <= len(rows) // 3 else ASKED
            note = self.random.choice(said) if self.random.random() < 0.5 else ""
            quarters.save_team(row=row, grade=row.proposed, note=note, by=self.hands.clerk, now=now)
        self._later(1, 15, self._hand_in, review)

    def _hand_in(self, now: datetime, review: QuarterlyReview) -> None:
        review = quarters.hand_in(review=review, by=self.hands.lead, now=now)
        self._later(3, 10, self._approve, review)

    def _approve(self, now: datetime, review: QuarterlyReview) -> None:
        basis, by = "镇党委会议研究同意（示例）", self.hands.committee
        review = quarters.approve(review=review, basis=basis, by=by, now=now)
        self._later(1, 9, self._announce, review)
        self._later(5, 10, self._pay, review)

    def _announce(self, now: datetime, review: QuarterlyReview) -> None:
        """The review for all staff, the lists of money for the office."""
        quarter_papers.issue_review(review=review, by=self.hands.lead, now=now)
        for payout in review.payouts.filter(state=Payout.State.APPROVED):
            quarter_papers.issue_payout(payout=payout, by=self.hands.lead, now=now)

    def _pay(self, now: datetime, review: QuarterlyReview) -> None:
        quarters.mark_paid(review=review, by=self.hands.clerk, now=now)

    def _later(self, workdays: int, hour: int, act: object, *args: object) -> None:
        day = self.hands.workday(self.hands.clock.moment.date(), workdays)
        self.hands.agenda.on(day, hour, act, *args)  # type: ignore[arg-type]
