"""The year through its actions: what blocks, who may not, what is frozen and stays."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.db.models import F

from appraisal.actions import annual_summaries as summaries
from appraisal.actions import quarters, years
from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary, Scheme
from appraisal.permissions_years import decide_years, grade_row
from appraisal.quarter_grades import propose
from appraisal.tests import year_scene as scene
from appraisal.tests.entry_scene import serve_too
from appraisal.tests.quarter_scene import Q4
from appraisal.tests.score_scene import at
from appraisal.tests.year_scene import NEW_YEAR, NOW, YEAR, grade_of, second_member, summary_of
from appraisal.waiting import gather
from appraisal.year_facts import figures_of, quota_of, self_governed, terms_of
from appraisal.year_todos import year_sources, year_todos
from lianzhen.accounts.roles import Role
from lianzhen.tests.answers import refused, told
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from lianzhen.trail.versions import EditConflict
from villages.models import LiaisonTeam, Village

State = AnnualAssessment.State
BASIS = {"decided_on": NEW_YEAR, "basis": "荷党纪要〔2027〕2号"}


# --- Beginning --------------------------------------------------------------------------------------
def test_a_year_begins_on_its_day_with_rules_and_teams(cast):
    office = cast.users[Role.OFFICE]
    start = {"year": YEAR, "by": office}
    assert "没有已通过的考核方案" in refused(lambda: years.start_year(**start, now=NOW))
    scene.ready(cast, months=1, opens="12-10")
    early = at(date(2026, 12, 9))
    assert refused(lambda: years.start_year(**start, now=early)) == "2026年考核12月10日开始。"
    kept = list(Scheme.objects.values_list("pk", "year"))
    Scheme.objects.update(year={})
    assert "没有写明年考核办法" in refused(lambda: years.start_year(**start, now=NOW))
    for pk, rules in kept:
        Scheme.objects.filter(pk=pk).update(year=rules)
    # The year before knew the teams, but no version judged it.
    assert "2024年12月没有已通过的考核方案" in refused(lambda: years.start_year(year=2024, by=office, now=NOW))


def test_one_summary_for_each_team_whose_leader_is_told(cast, django_capture_on_commit_callbacks):
    scene.ready(cast, months=1)
    office = cast.users[Role.OFFICE]
    with django_capture_on_commit_callbacks(execute=True):
        assessment = years.start_year(year=YEAR, by=office, now=at(date(2026, 12, 20)))
    own, other = (summary_of(assessment, team) for team in (cast.team, cast.other_team))
    assert (own.leader_name, own.district_name, own.village_name) == (
        cast.people[Role.LEADER].name,
        "第一片区",
        "示例一村",
    )
    assert (own.position, other.position, other.leader_name) == (1, 2, "")
    assert told(cast.users[Role.LEADER])[-1] == f"请填写{YEAR}年总结。"
    assert "已经开始" in refused(lambda: years.start_year(year=YEAR, by=office, now=NOW))

    # A team opened since is added once, with its place; what was sent keeps its names.
    with acting(by=None, action="test.scene", label="测试数据"):
        village = Village(code="431321101900", name="示例零村", group=cast.group, population=1, households=1)
        village.save()
        LiaisonTeam(village=village, starts_on=date(2026, 12, 25)).save()
    assert years.refresh_teams(assessment=assessment, by=office, now=NOW) == 1
    assert years.refresh_teams(assessment=assessment, by=office, now=NOW) == 0
    rows = AnnualSummary.objects.order_by("position").values_list("village_name", "position")
    assert list(rows) == [("示例零村", 1), ("示例一村", 2), ("示例二村", 3)]


# --- Handing in ---------------------------------------------------------------------------------------
def test_a_year_waits_for_its_summaries_and_its_last_month(cast):
    assessment = scene.opined(cast, months=2)
    hand_in = {"assessment": assessment, "by": cast.users[Role.OFFICE], "now": NOW}
    assert "还有2个组的总结没有核查" in refused(lambda: years.hand_in(**hand_in))
    for team in (cast.team, cast.other_team):
        by = scene.third_office(cast)
        summaries.check(summary=summary_of(assessment, team), note="一致。", by=by, now=NOW)
    assert refused(lambda: years.hand_in(**hand_in)) == "2026年12月未定稿。"
    for team in (cast.team, cast.other_team):
        summaries.leave_out(summary=summary_of(assessment, team), reason="组已撤销。", by=by, now=NOW)
    assert refused(lambda: years.hand_in(**hand_in)) == "没有参加考核的工作组，不能提交。"


def todos(cast):
    user = cast.users[Role.OFFICE]
    return year_todos(gather(year_sources(user, NEW_YEAR)), NEW_YEAR)


def test_figures_are_frozen_from_the_sealed_months(cast, django_capture_on_commit_callbacks):
    assessment = scene.checked(cast)
    facts = {"assessment": assessment, "by": cast.users[Role.OFFICE], "now": NOW}
    review = quarters.start_review(quarter=Q4, by=cast.users[Role.OFFICE], now=NOW)
    # What is frozen names the grades of the quarters: the last one's are not given yet.
    assert refused(lambda: years.hand_in(**facts)) == "2026年第四季度讲评还没有审定。"
    ready = f"提交{YEAR}年考核评定"
    assert ready not in [one.text for one in todos(cast)]
    review = quarters.hand_in(review=review, by=cast.users[Role.OFFICE], now=NOW)
    quarters.approve(review=review, basis="荷党纪要〔2027〕1号", by=cast.users[Role.COMMITTEE], now=NOW)
    assert ready in [one.text for one in todos(cast)]
    given = dict(review.teams.values_list("team", "grade"))
    with django_capture_on_commit_callbacks(execute=True):
        assessment = years.hand_in(**facts)
    assert told(cast.users[Role.COMMITTEE])[-1] == "2026年考核已提交，请评定等次。"
    figures = {one.team_id: one for one in figures_of(YEAR)}
    for team in (cast.team, cast.other_team):
        row, own = grade_of(assessment, team), figures[team.pk]
        assert [one["month"] for one in row.months] == ["2026-10", "2026-11", "2026-12"]
        totals = [D(one["total"]) for one in row.months]
        assert totals == list(own.as_judged.months)
        assert row.score == round(sum(totals) / 3, 1)
        assert row.village_score == round(sum(D(one["village"]) for one in row.months) / 3, 1)
        assert "村得分 × 0.6 + 工作组自身得分 × 0.4" in row.linkage
        assert row.quarters == [{"quarter": "2026-Q4", "grade": given[team.pk]}]
        assert row.grade == ""
    first, second = grade_of(assessment, cast.other_team), grade_of(assessment, cast.team)
    assert (first.place, first.proposed, second.place, second.proposed) == (1, "优秀", 2, "合格")
    expected = propose(
        [one.as_judged for one in figures.values()],
        terms_of(assessment).grading,
        basis="mean",
        decimals=1,
        period="年度",
    )
    assert second.proposed_why == expected[cast.team.pk].why


def test_a_team_that_was_never_scored_is_graded_with_a_reason(cast):
    scene.ready(cast)
    with acting(by=None, action="test.scene", label="测试数据"):
        village = Village(code="431321101904", name="示例四村", group=cast.group, population=1, households=1)
        village.save()
        team = LiaisonTeam(village=village, starts_on=date(2026, 12, 31))
        team.save()
    assessment = years.start_year(year=YEAR, by=cast.users[Role.OFFICE], now=NOW)
    scene.submit(cast, assessment)
    scene.opine(cast, assessment)
    third, lead = scene.third_office(cast), cast.users[Role.OFFICE_LEAD]
    new = scene.write(summary_of(assessment, team), third)
    new = summaries.submit(summary=new, by=third, now=NOW)
    facts = {"opinion": "刚刚成立。", "grade": "合格", "by": cast.users[Role.DISTRICT], "now": NOW}
    summaries.give_opinion(summary=new, **facts)
    for own, by in ((cast.team, third), (cast.other_team, third), (team, lead)):
        summaries.check(summary=summary_of(assessment, own), note="一致。", by=by, now=NOW)
    assessment = years.hand_in(assessment=assessment, by=cast.users[Role.OFFICE], now=NOW)
    row, committee = grade_of(assessment, team), cast.users[Role.COMMITTEE]
    assert (row.score, row.place, row.proposed, row.place_text) == (None, None, "", "—")
    assert years.accept_proposals(assessment=assessment, by=committee, now=NOW) == 2
    save = {"row": row, "grade": "合格", "by": committee, "now": NOW}
    assert "没有建议等次" in refused(lambda: years.save_grade(**save))
    assert years.save_grade(**save, reason="12月底才成立").grade == "合格"


# --- 党委评定 -----------------------------------------------------------------------------------------
def test_the_committee_gives_each_grade_or_sends_the_year_back(cast, django_capture_on_commit_callbacks):
    assessment = scene.handed(cast)
    committee = cast.users[Role.COMMITTEE]
    own, other = grade_of(assessment, cast.team), grade_of(assessment, cast.other_team)
    save = {"row": own, "by": committee, "now": NOW}
    assert "建议等次是“合格”" in refused(lambda: years.save_grade(**save, grade="优秀"))
    assert "列出的等次" in refused(lambda: years.save_grade(**save, grade="好"))
    given = years.save_grade(**save, grade="优秀", reason="防汛突出", version=own.version)
    assert (given.grade, given.reason, given.graded_by) == ("优秀", "防汛突出", committee)
    with pytest.raises(EditConflict):
        years.save_grade(**save, grade="合格", version=own.version)
    decide = {"assessment": assessment, "by": committee, "now": NOW, **BASIS}
    assert refused(lambda: years.decide(**decide)) == "还有1个组没有评定等次，都评定后再登记。"
    assert years.accept_proposals(assessment=assessment, by=committee, now=NOW) == 1
    assert years.accept_proposals(assessment=assessment, by=committee, now=NOW) == 0
    assert grade_of(assessment, cast.team).grade == "优秀"  # what was given stays

    back = {"assessment": assessment, "by": committee, "now": NOW}
    assert "退回原因" in refused(lambda: years.send_back(**back, reason=" "))
    with django_capture_on_commit_callbacks(execute=True):
        assessment = years.send_back(**back, reason="核对驻村天数")
    assert told(cast.users[Role.OFFICE])[-1] == "2026年考核已退回：核对驻村天数"
    assert "到“待党委评定”时再办这一步" in refused(lambda: years.save_grade(**save, grade="合格"))

    # Figures that are the same keep the grade; a team that is out has none any more.
    other = summary_of(assessment, cast.other_team)
    summaries.leave_out(summary=other, reason="村为主自治。", by=scene.third_office(cast), now=NOW)
    assessment = years.hand_in(assessment=assessment, by=cast.users[Role.OFFICE], now=NOW)
    own = grade_of(assessment, cast.team)
    assert (own.place, own.grade, own.reason) == (1, "优秀", "防汛突出")
    assert grade_of(assessment, cast.other_team).grade == ""
    assert list(AnnualGrade.objects.standing()) == [own]
    gone = grade_of(assessment, cast.other_team)
    said = refused(lambda: years.save_grade(row=gone, grade="合格", reason="另有原因", by=committee, now=NOW))
    assert "不参加" in said


def test_what_changed_since_is_graded_anew(cast):
    """A month that was corrected would be another figure; here the stored one is made so."""
    assessment = scene.graded(cast)
    assessment = years.send_back(assessment=assessment, reason="再核", by=cast.users[Role.COMMITTEE], now=NOW)
    AnnualGrade.objects.filter(team=cast.team).update(score=F("score") - 1)
    assessment = years.hand_in(assessment=assessment, by=cast.users[Role.OFFICE], now=NOW)
    assert [grade_of(assessment, team).grade for team in (cast.team, cast.other_team)] == ["", "优秀"]


def test_who_may_not_grade_and_decide(cast):
    assessment, second = scene.handed(cast), second_member(cast)
    member = serve_too(cast, Role.COMMITTEE)
    own, other = grade_of(assessment, cast.team), grade_of(assessment, cast.other_team)
    assert "本人所在工作组" in refused(lambda: years.save_grade(row=own, grade="合格", by=member, now=NOW))
    assert not grade_row(member, own)
    assert grade_row(member, other)
    assert years.accept_proposals(assessment=assessment, by=member, now=NOW) == 1
    assert grade_of(assessment, cast.team).grade == ""
    assert years.accept_proposals(assessment=assessment, by=second, now=NOW) == 1
    decide = {"assessment": assessment, "now": NOW, "over_quota_reason": "示例", **BASIS}
    assert "本人所在工作组" in refused(lambda: years.decide(**decide, by=member))
    assert not decide_years(member, assessment)
    assert decide_years(second, assessment)
    assert years.decide(**decide, by=second).decided_by == second


def test_where_the_whole_committee_serves_in_teams_one_registers_what_the_body_decided(cast):
    assessment, member = scene.handed(cast), serve_too(cast, Role.COMMITTEE)
    own = grade_of(assessment, cast.team)
    assert "都在这个工作组任职，由党委会集体审定" in grade_row(member, own).reason
    save = {"row": own, "grade": "优秀", "by": member, "now": NOW}
    assert "写明理由" in refused(lambda: years.save_grade(**save))
    assert years.save_grade(**save, reason="荷党纪要〔2027〕2号").reason == "荷党纪要〔2027〕2号，党委会集体审定"
    assert years.accept_proposals(assessment=assessment, by=member, now=NOW) == 1
    assert "由党委会集体审定" in decide_years(member, assessment).reason
    decided = years.decide(assessment=assessment, now=NOW, by=member, over_quota_reason="示例", **BASIS)
    assert decided.basis == "荷党纪要〔2027〕2号，党委会集体审定"
    noted = AuditEntry.objects.filter(action__in=("year.grade", "year.decide"), changes__0__label="审定方式")
    assert noted.count() == 2


def test_who_handed_in_does_not_decide(cast):
    assessment = scene.checked(cast)
    both = second_member(cast)
    assessment = years.hand_in(assessment=assessment, by=both, now=NOW)
    years.accept_proposals(assessment=assessment, by=both, now=NOW)
    decide = {"assessment": assessment, "now": NOW, "over_quota_reason": "示例", **BASIS}
    assert "提交评定的人不能登记评定" in refused(lambda: years.decide(**decide, by=both))
    assert "提交评定的人" in decide_years(both, assessment).reason


def test_a_decision_has_its_day_its_ground_and_its_quota(cast, django_capture_on_commit_callbacks):
    assessment = scene.graded(cast)  # one of two is 优秀, none would be allowed
    committee = cast.users[Role.COMMITTEE]

    def decide(**changes):
        facts = {"assessment": assessment, "by": committee, "now": NOW, **BASIS, **changes}
        return years.decide(**facts)

    assert "不能晚于今天" in refused(lambda: decide(decided_on=date(2027, 1, 21)))
    assert "不能更早" in refused(lambda: decide(decided_on=date(2026, 11, 30)))
    assert "依据" in refused(lambda: decide(basis=" "))
    quota = quota_of(assessment, AnnualGrade.objects.standing())
    assert (quota.allowed, quota.given, quota.exceeded) == (0, 1, True)
    assert refused(decide) == "“优秀”不超过30%，2个组最多0个，现有1个，超出1个，请写明理由。"
    with django_capture_on_commit_callbacks(execute=True):
        assessment = decide(over_quota_reason="第一年，两组都突出。", version=assessment.version)
    assert (assessment.state, assessment.over_quota_reason) == (State.DECIDED, "第一年，两组都突出。")
    assert told(cast.users[Role.OFFICE_LEAD])[-1] == "2026年考核已评定，请印发结果通报。"
    assert "不能办理" in refused(decide)
    entry = AuditEntry.objects.filter(action="year.decide").latest("pk")
    assert {one["label"]: one["after"] for one in entry.changes}["状态"] == "已评定"


def test_a_strict_quota_is_never_exceeded(cast):
    assessment = scene.graded(cast, over_quota="refuse")
    committee = cast.users[Role.COMMITTEE]
    decide = {"assessment": assessment, "by": committee, "now": NOW, **BASIS, "over_quota_reason": "理由"}
    assert "请减少后再登记" in refused(lambda: years.decide(**decide))
    row = grade_of(assessment, cast.other_team)
    years.save_grade(row=row, grade="合格", reason="按比例", by=committee, now=NOW)
    assert years.decide(**decide).over_quota_reason == ""  # kept only where it is asked


# --- Readings -----------------------------------------------------------------------------------------
def test_self_governed_villages_stand_beside_the_teams(cast, django_assert_num_queries):
    user = cast.users[Role.OFFICE]
    assert user.standing  # read before the count
    with django_assert_num_queries(2):
        rows = self_governed(2026, user)
    assert [(row.village, row.state, row.grade, row.url) for row in rows] == [(cast.selfgov, "未填写", "", "")]
    assert self_governed(2023, user) == []
    assert self_governed(2026, cast.users[Role.LEADER]) == []
