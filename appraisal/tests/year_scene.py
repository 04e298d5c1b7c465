"""What the tests of the year set their scenes with: three sealed months and a year taken through the actions.

The cast has two teams. `cast.team` is written by its leader, judged by its district, checked by the office; of
`cast.other_team`, whose district has no account, the office does all, with three people. No test here.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from appraisal.actions import annual_summaries as summaries
from appraisal.actions import years
from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary, Scheme
from appraisal.tests.quarter_scene import sealed_quarter
from appraisal.tests.score_scene import at
from appraisal.year_terms import SAMPLE
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START, Cast, make_user
from lianzhen.trail import acting

YEAR = 2026
#: After every month of the year was sealed.
NEW_YEAR = date(2027, 1, 20)
NOW: datetime = at(NEW_YEAR)
TEXTS = {
    "work": "全年驻村办公，完成环境整建和安全生产检查。",
    "highlights": "村里环境整建在全镇评比中靠前。",
    "problems": "会议记录不全，个别工作推进慢。",
    "plans": "明年重点抓村级公路养护和防汛准备。",
}


def ready(cast: Cast, *, months: int = 3, **terms: Any) -> None:
    """October to December, as many sealed as said, and the rules of the year (the sample's, with `terms`)."""
    sealed_quarter(cast, months=months)
    with acting(by=None, action="test.scene", label="测试数据"):
        for row in Scheme.objects.all():
            row.year = {**SAMPLE.to_json(), **terms}
            row.save()


def more_staff(role: Role, name: str, username: str) -> User:
    """One more account of a granted role."""
    found = User.objects.filter(username=username).first()
    if found is None:
        with acting(by=None, action="test.scene", label="测试数据"):
            found = make_user(name, username)
            RoleGrant(user=found, role=role, starts_on=START, reason="测试").save()
    return found


def third_office(cast: Cast) -> User:
    return more_staff(Role.OFFICE, "丙干事", "t_office3")


def second_member(cast: Cast) -> User:
    """Of the committee."""
    return more_staff(Role.COMMITTEE, "丙委员", "t_committee2")


def begun(cast: Cast, **more: Any) -> AnnualAssessment:
    ready(cast, **more)
    return years.start_year(year=YEAR, by=cast.users[Role.OFFICE], now=NOW)


def summary_of(assessment: AnnualAssessment, team: Any) -> AnnualSummary:
    rows = AnnualSummary.objects.select_related("assessment", "village", "team")
    return rows.get(assessment=assessment, team=team)


def grade_of(assessment: AnnualAssessment, team: Any) -> AnnualGrade:
    return AnnualGrade.objects.select_related("assessment", "summary").get(assessment=assessment, team=team)


def write(summary: AnnualSummary, by: User) -> AnnualSummary:
    """All five pages."""
    for step in summaries.STEPS:
        summary = summaries.write_step(summary=summary, step=step, text=TEXTS.get(step, ""), by=by, now=NOW)
    return summary


def submit(cast: Cast, assessment: AnnualAssessment) -> None:
    """Both teams: the first by its leader, the other by the office on its behalf."""
    for team, by in ((cast.team, cast.users[Role.LEADER]), (cast.other_team, cast.users[Role.OFFICE])):
        summaries.submit(summary=write(summary_of(assessment, team), by), by=by, now=NOW)


def opine(cast: Cast, assessment: AnnualAssessment) -> None:
    for team, by in ((cast.team, cast.users[Role.DISTRICT]), (cast.other_team, cast.users[Role.OFFICE_LEAD])):
        facts = {"opinion": "情况属实。", "grade": "合格", "by": by, "now": NOW}
        summaries.give_opinion(summary=summary_of(assessment, team), **facts)


def submitted(cast: Cast, **more: Any) -> AnnualAssessment:
    assessment = begun(cast, **more)
    submit(cast, assessment)
    return assessment


def opined(cast: Cast, **more: Any) -> AnnualAssessment:
    assessment = submitted(cast, **more)
    opine(cast, assessment)
    return assessment


def checked(cast: Cast, **more: Any) -> AnnualAssessment:
    assessment = opined(cast, **more)
    for team in (cast.team, cast.other_team):
        by = third_office(cast)
        summaries.check(summary=summary_of(assessment, team), note="与台账一致。", by=by, now=NOW)
    return assessment


def handed(cast: Cast, **more: Any) -> AnnualAssessment:
    return years.hand_in(assessment=checked(cast, **more), by=cast.users[Role.OFFICE], now=NOW)


def graded(cast: Cast, **more: Any) -> AnnualAssessment:
    assessment = handed(cast, **more)
    years.accept_proposals(assessment=assessment, by=cast.users[Role.COMMITTEE], now=NOW)
    return assessment


def decided(cast: Cast, **more: Any) -> AnnualAssessment:
    facts = {"decided_on": NEW_YEAR, "basis": "荷党纪要〔2027〕2号", "over_quota_reason": "示例理由"}
    by = cast.users[Role.COMMITTEE]
    return years.decide(assessment=graded(cast, **more), **facts, by=by, now=NOW)
