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
    from appraisal.models import AppraisalMonth, Correction, MonthlyScore, Scheme, SubsidyRow
    from appraisal.score_account import to_json

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
    # Before the seal: afterwards the database takes no entry any more.
    entries = {team.pk: _entry(cast, month, team, n) for n, team in enumerate((cast.team, cast.other_team), start=1)}
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
            detail=to_json(_account(team, place)),
            **figures,
        )
        score.save()
        slip = Correction(
            number=f"更202602-000{place}",
            score=score,
            entry=entries[team.pk],
            points=Decimal(1),
            reason="材料后补",
            created_by=cast.users[Role.OFFICE],
        )
        slip.save()
        slips.append(slip)
    leader = cast.people[Role.LEADER]
    amounts = {"gross": Decimal(300), "amount": Decimal(300), "score": Decimal(100)}
    names = {"team_name": str(cast.team), "person_name": leader.name, "role_name": "组长"}
    days = {"days_served": 31, "days_of_month": 31}
    SubsidyRow(
        month=month, team=cast.team, person=leader, position=1, formula="300元 × 100.0/100", **amounts, **names, **days
    ).save()
    return {"corrections": slips}


def _account(team: Any, place: int) -> Any:
    """The account that the lock freezes: nothing deducted, nothing given."""
    from appraisal.score_account import PartScore, TeamScore

    nothing, full = Decimal(0), Decimal(100)
    part = PartScore(full, full, nothing, nothing, ())
    village = team.village
    return TeamScore(
        team_id=team.pk,
        village_id=village.pk,
        group_id=village.group_id,
        village_name=village.name,
        district=village.group.district_name,
        district_position=village.group.position,
        code=village.code,
        pinyin=village.pinyin,
        leader="",
        weight=Decimal("0.6"),
        decimals=1,
        total=full,
        village=part,
        own=part,
        number=place,
        size=2,
    )


def _entry(cast: Cast, month: Any, team: Any, place: int) -> Any:
    """The frozen deduction that the slip is about."""
    from appraisal.models import ScoreEntry

    clause = month.scheme.clauses.get(number="B1")
    row = ScoreEntry(
        number=f"扣202601-000{place}",
        kind="deduction",
        month=month.month,
        clause=clause,
        clause_number=clause.number,
        clause_text=clause.text,
        village=team.village,
        team=team,
        occurred_on=date(2026, 1, 12),
        values={"quantity": "1"},
        points=Decimal(1),
        calculation="未及时处理1起 × 1.0分/起 = 1.0分",
        fact="一起纠纷没有上报。",
        state="effective",
        recorded_by=cast.users[Role.OFFICE],
        notified_at=timezone.now(),
        appeal_until=timezone.now(),
    )
    row.save()
    return row
