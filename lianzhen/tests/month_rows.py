"""A sealed month with a 更正单 about each village, for the sweeps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import Cast

SEALED = date(2026, 1, 1)


def month_rows(cast: Cast) -> dict[str, list[Any]]:
    """By what their addresses begin with. To be called inside an act, once a version is in force."""
    from appraisal.models import AppraisalMonth, Correction, MonthlyScore, Scheme

    month = AppraisalMonth(
        month=SEALED,
        scheme=Scheme.objects.adopted().first(),
        state="final",
        publicity_from=date(2026, 2, 2),
        publicity_until=date(2026, 2, 4),
        locked_at=timezone.now(),
        locked_by=cast.users[Role.OFFICE_LEAD],
        seal="0" * 64,
    )
    month.save()
    slips = []
    for place, team in enumerate((cast.team, cast.other_team), start=1):
        figures = dict.fromkeys(("village_total", "team_own", "team_total"), Decimal(100))
        score = MonthlyScore(
            month=month,
            village=team.village,
            team=team,
            village_name=team.village.name,
            position=place,
            place=1,
            deducted=0,
            bonus=0,
            **figures,
        )
        score.save()
        slip = Correction(
            number=f"更202602-000{place}",
            score=score,
            points=Decimal(1),
            reason="材料后补",
            created_by=cast.users[Role.OFFICE],
        )
        slip.save()
        slips.append(slip)
    return {"corrections": slips}
