"""A year that the committee has decided and the office announced, for the sweeps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import Cast
from lianzhen.tests.document_rows import issued

YEAR = 2025
TEXTS = {
    "work": "全年驻村办公，完成环境整建和安全生产检查。",
    "highlights": "村里环境整建在全镇评比中靠前。",
    "problems": "会议记录不全，个别工作推进慢。",
    "plans": "明年重点抓村级公路养护和防汛准备。",
}


def year_rows(cast: Cast) -> dict[str, list[Any]]:
    """By what their addresses begin with. To be called inside an act, once a version is in force."""
    from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary, Scheme
    from appraisal.year_terms import SAMPLE

    now, office, committee = timezone.now(), cast.users[Role.OFFICE], cast.users[Role.COMMITTEE]
    scheme = Scheme.objects.adopted().first()
    year = AnnualAssessment(year=YEAR, scheme=scheme, terms=SAMPLE.to_json(), opened_by=office)
    year.save()
    summaries, grades = [], []
    for place, team in enumerate((cast.team, cast.other_team), start=1):
        summary = AnnualSummary(
            assessment=year,
            team=team,
            village=team.village,
            position=place,
            village_name=team.village.name,
            state="checked",
            saved=["facts", *TEXTS],
            opinion="情况属实。",
            opinion_grade="合格",
            check_note="与台账一致。",
            **TEXTS,
        )
        for step, role in (
            ("written", Role.LEADER),
            ("submitted", Role.LEADER),
            ("opinion", Role.COMMITTEE),
            ("checked", Role.AUDITOR),
        ):
            setattr(summary, f"{step}_at", now)
            setattr(summary, f"{step}_by", cast.users[role])
        summary.save()
        row = AnnualGrade(
            assessment=year,
            summary=summary,
            team=team,
            village=team.village,
            position=place,
            months=[{"month": "2025-10", "total": "98.0", "village": "97.0", "place": place}],
            quarters=[{"quarter": "2025-Q4", "grade": "好"}],
            score=Decimal(98),
            village_score=Decimal(97),
            linkage="村得分 × 0.6 + 工作组自身得分 × 0.4",
            place=place,
            proposed="优秀",
            proposed_why="年度得分98.0分，达到95.0分",
            grade="优秀",
            graded_at=now,
            graded_by=committee,
        )
        row.save()
        summaries.append(summary)
        grades.append(row)
    # The database takes no team once the year is handed in.
    year.state, year.handed_at, year.handed_by = "told", now, office
    year.decided_on, year.basis = date(2026, 1, 20), "荷党纪要〔2026〕2号"
    year.decided_at, year.decided_by, year.over_quota_reason = now, committee, "示例理由"
    year.notice = issued(cast, kind="annual_result", period=str(YEAR), year=YEAR)
    year.save()
    return {"years/<int:year>/summaries": summaries, "years/<int:year>/grades": grades}
