"""What the tests of the quarter set their scenes with: three sealed months and what follows. No test here."""

from __future__ import annotations

from datetime import date, datetime

from appraisal.actions import quarters
from appraisal.models import QuarterlyReview, Scheme
from appraisal.payouts import SAMPLE
from appraisal.tests.month_scene import advance, settle
from appraisal.tests.score_scene import NOVEMBER, OCTOBER, at, open_row, worked_month
from lianzhen.accounts.roles import Role
from lianzhen.periods import Month, Quarter
from lianzhen.tests.cast import START, Cast
from lianzhen.trail import acting
from villages.models import CadreTerm, Person

Q4 = Quarter(2026, 4)
DECEMBER = Month(2026, 12)
#: After every month of the quarter was sealed.
NEW_YEAR = date(2027, 1, 20)
NOW: datetime = at(NEW_YEAR)


def sealed_quarter(cast: Cast, *, months: int = 3) -> None:
    """The worked November with the months beside it, as many sealed as said; a village with its two heads."""
    scheme = worked_month(cast)
    settle(NOVEMBER)
    with acting(by=None, action="test.scene", label="测试数据"):
        for row in Scheme.objects.all():
            row.quarter = SAMPLE.to_json()
            row.save()
        for name, position in (("甲书记", "secretary"), ("甲主任", "director")):
            person = Person(name=name, village=cast.own)
            person.save()
            CadreTerm(person=person, village=cast.own, position=position, starts_on=START).save()
    open_row(scheme, DECEMBER)
    for month, day in ((OCTOBER, date(2026, 12, 20)), (NOVEMBER, date(2026, 12, 20)), (DECEMBER, date(2027, 1, 4)))[
        :months
    ]:
        advance(cast, "final", month, day)


def begun(cast: Cast) -> QuarterlyReview:
    sealed_quarter(cast)
    return quarters.start_review(quarter=Q4, by=cast.users[Role.OFFICE], now=NOW)


def handed(cast: Cast) -> QuarterlyReview:
    return quarters.hand_in(review=begun(cast), by=cast.users[Role.OFFICE], now=NOW)


def decided(cast: Cast) -> QuarterlyReview:
    by = cast.users[Role.COMMITTEE]
    return quarters.approve(review=handed(cast), basis="荷党纪要〔2027〕1号", by=by, now=NOW)
