"""A quarter that the committee has decided, with its lists, for the sweeps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import Cast

QUARTER = date(2025, 10, 1)
#: As it stands in an address.
KEY = "2025-Q4"


def quarter_rows(cast: Cast) -> dict[str, list[Any]]:
    """By what their addresses begin with. To be called inside an act, once a version is in force."""
    from appraisal.models import Payout, PayoutRow, QuarterlyReview, Scheme, TeamReview
    from appraisal.payouts import SAMPLE

    now, office, committee = timezone.now(), cast.users[Role.OFFICE], cast.users[Role.COMMITTEE]
    review = QuarterlyReview(
        quarter=QUARTER,
        scheme=Scheme.objects.adopted().first(),
        terms=SAMPLE.to_json(),
    )
    review.save()
    teams = (cast.team, cast.other_team)
    for place, team in enumerate(teams, start=1):
        TeamReview(
            review=review,
            team=team,
            village=team.village,
            position=place,
            village_name=team.village.name,
            months=[{"month": "2025-10", "total": "98.0", "place": place}],
            score=Decimal(98),
            place=place,
            proposed="好",
            grade="好",
            note="继续抓好环境整建。",
            reviewed_at=now,
            reviewed_by=office,
        ).save()
    # The database takes no team once the quarter is decided.
    review.state, review.handed_at, review.handed_by = "approved", now, office
    review.approved_at, review.approved_by, review.basis = now, committee, "荷党纪要〔2026〕1号"
    review.save()
    payout = Payout(
        review=review,
        number=1,
        state="approved",
        formula=SAMPLE.payout_sentence(),
        people=2,
        total=Decimal(3500),
        created_by=office,
        approved_at=now,
        approved_by=committee,
    )
    payout.save()
    PayoutRow.objects.bulk_create(
        PayoutRow(
            payout=payout,
            team=team,
            key=f"{team.pk}-0-team",
            position=place,
            team_name=str(team),
            payee_name=str(team),
            role_name="联村工作组",
            score=Decimal(98),
            grade="好",
            days_served=92,
            days_of_quarter=92,
            due=amount,
            amount=amount,
            formula=f"第{place}名{amount:,}.00元",
        )
        for place, (team, amount) in enumerate(zip(teams, (Decimal(2000), Decimal(1500)), strict=True), start=1)
    )
    return {"quarters/<slug:quarter>/material": list(teams)}
