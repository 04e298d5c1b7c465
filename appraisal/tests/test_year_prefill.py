"""What the records of a year say of a team, each fact leading to where it comes from; in few queries."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisal.models import Decision, DutyNote, QuarterlyReview, ReportLine, Scheme, ScoreEntry
from appraisal.tests.quarter_scene import decided as decided_quarter
from appraisal.tests.score_scene import NOVEMBER, worked_month
from appraisal.tests.week_scene import at, log, many_teams, meeting, plan, report, saved
from appraisal.year_prefill import QUERIES, facts_for, facts_of
from appraisal.year_words import SHOWN, proposed_texts
from lianzhen.accounts.roles import Role
from lianzhen.periods import Week
from lianzhen.trail import acting

YEAR, TODAY = 2026, date(2026, 12, 31)


def facts(cast, today=TODAY):
    return facts_of(cast.team, YEAR, today)


def general(cast, label):
    return next(one for one in facts(cast)["facts"] if one["label"] == label)


def line(row, text, category="", *, key=None, **more):
    key = key or f"hand-{abs(hash(text)) % 10**8}"
    return saved(ReportLine(report=row, block="work", category=category, text=text, key=key, **more))


def sent(cast, week):
    return report(cast.team, week, cast.users[Role.LEADER], at(week.start + timedelta(days=4)))


def test_a_year_without_records_proposes_nothing(cast):
    found = facts(cast)
    assert (found["work"], found["highlights"], found["problems"]) == ([], [], [])
    assert set(proposed_texts(found).values()) == {""}
    assert found["taken_on"] == "2026-12-31"
    assert [one["label"] for one in found["facts"]] == [
        "月得分",
        "季度等次",
        "驻村办公",
        "周报",
        "议定事项",
        "扣分",
        "加分",
    ]


def test_scores_and_grades_come_from_what_is_fixed(cast):
    review = decided_quarter(cast)
    found = general(cast, "月得分")
    assert found["text"] == "定稿3个月"
    assert found["rows"][0] == {
        "label": "2026年10月",
        "text": "108.0分",
        "url": f"/scores/2026-10/teams/{cast.team.pk}/",
    }
    with acting(by=None, action="test.scene", label="测试数据"):
        for scheme in Scheme.objects.all():
            scheme.display = Scheme.Display.PLACE
            scheme.save()
    assert general(cast, "月得分")["rows"][0]["text"] == "108.0分，第1名"
    assert general(cast, "季度等次")["text"] == "第四季度“较好”"
    assert review.state == QuarterlyReview.State.APPROVED


def test_duty_reports_and_decisions_in_figures(cast, sign_in):
    plan(cast.team)
    for day in (date(2026, 11, 24), date(2026, 11, 26)):
        log(cast.team, day, cast.people[Role.LEADER])
    sent(cast, Week(2026, 46))
    report(cast.team, Week(2026, 47), cast.users[Role.LEADER], at(date(2026, 11, 23)), late=True)
    report(cast.team, Week(2026, 48), cast.users[Role.LEADER], None)
    first = meeting(Week(2026, 46))
    facts = {"meeting": first, "team": cast.team, "due_on": date(2026, 11, 20)}
    ended = {"ended_by": cast.users[Role.OFFICE], "result": "已修好。", "state": "done"}
    saved(Decision(number=1, text="修水渠", ended_at=at(date(2026, 11, 19)), **ended, **facts))
    saved(Decision(number=2, text="清沟", ended_at=at(date(2026, 11, 25)), **ended, **facts))
    saved(Decision(number=3, text="补台账", **facts))
    duty, weekly = general(cast, "驻村办公"), general(cast, "周报")
    assert duty["text"].endswith("实到2天，缺102天")
    assert duty["url"] == f"/teams/{cast.team.pk}/duty/"
    assert weekly["text"] == "应报51篇，已报2篇，其中逾期1篇"
    decided = general(cast, "议定事项")
    assert decided["text"] == "承办3项，已落实2项，其中逾期落实1项；超期没有落实1项"
    assert len(listed(sign_in, decided["url"])) == 3


def test_work_by_area_from_reports_that_were_sent_and_days_of_duty(cast):
    first, later, draft = sent(cast, Week(2026, 10)), sent(cast, Week(2026, 40)), Week(2026, 41)
    line(first, "3月4日，清理沟渠2公里。", "environment")
    line(later, "3月4日，清理沟渠2公里。", "environment", key="note-7")  # told twice, once is enough
    line(later, "9月30日开展环境整建工作。", "environment", key="area-environment", source_name="驻村登记")
    line(later, "迎检材料已备齐。")
    line(later, "不报的一条。", "party", is_left_out=True)
    line(report(cast.team, draft, cast.users[Role.LEADER], None), "还没有报送的一条。", "party")
    day = log(cast.team, date(2026, 11, 24), cast.people[Role.LEADER])
    saved(DutyNote(log=day, topics=["environment", "safety"], text="巡查"))
    gone = log(cast.team, date(2026, 11, 25), cast.people[Role.LEADER], state="withdrawn")
    saved(DutyNote(log=gone, topics=["peace"]))
    found = {one["label"]: one for one in facts(cast)["work"]}
    assert list(found) == ["环境整建", "安全生产", "其他工作"]
    environment = found["环境整建"]
    assert environment["text"] == "周报3条，驻村1天"
    assert environment["rows"] == [
        {
            "label": "第10周周报",
            "text": "3月4日，清理沟渠2公里",
            "url": f"/weekly/2026-W10/{cast.team.pk}/",
        }
    ]
    assert (found["安全生产"]["text"], found["安全生产"]["rows"]) == ("驻村1天", [])
    assert proposed_texts(facts(cast))["work"] == (
        "环境整建：周报3条，驻村1天。3月4日，清理沟渠2公里。\n安全生产：驻村1天。\n其他工作：周报1条。迎检材料已备齐。"
    )


def test_a_long_year_shows_a_selection_and_says_how_many_more(cast):
    for number in range(2, 42):  # the first week begins in 2025
        line(sent(cast, Week(2026, number)), f"第{number}件事。", "party")
    (party,) = facts(cast)["work"]
    assert (party["text"], len(party["rows"]), party["more"]) == ("周报40条", SHOWN, 40 - SHOWN)
    assert (party["rows"][0]["text"], party["rows"][-1]["text"]) == ("第2件事", "第41件事")


def listed(sign_in, address):
    """The rows of the list that a figure leads to."""
    return {row.pk for row in sign_in(Role.OFFICE).get(address).context["filter"].qs}


def test_highlights_and_problems_from_entries_that_count(cast, sign_in):
    worked_month(cast)
    found = facts(cast)
    counting = ScoreEntry.objects.counting().filter(team=cast.team)
    bonuses = counting.filter(kind=ScoreEntry.Kind.BONUS).order_by("occurred_on", "pk")
    assert [one["label"] for one in found["highlights"]] == [one.number for one in bonuses]
    assert found["highlights"][0] == {
        "label": "加10-1",
        "text": "10月15日，加10-1查明的事实",
        "url": f"/bonuses/{bonuses[0].pk}/",
        "points": "加3.0分",
    }
    lost = [one["text"].partition("，")[2] for one in found["problems"]]
    assert lost == sorted(lost, key=lambda text: float(text[1:-1]), reverse=True)
    told = {row["label"] for one in found["problems"] for row in one["rows"]}
    assert told == set(counting.filter(kind=ScoreEntry.Kind.DEDUCTION).values_list("number", flat=True))
    # Every figure leads to its rows, and to no others.
    for name, label in (("deduction", "扣分"), ("bonus", "加分")):
        rows = counting.filter(kind=name)
        assert general(cast, label)["text"].startswith(f"{rows.count()}条，")
        assert listed(sign_in, general(cast, label)["url"]) == set(rows.values_list("pk", flat=True)), label
    for one in found["problems"]:
        assert len(listed(sign_in, one["url"])) == int(one["text"].partition("条")[0])
    late = counting.filter(kind=ScoreEntry.Kind.DEDUCTION).first()
    ScoreEntry.objects.filter(pk=late.pk).update(occurred_on=date(2025, 12, 31))
    assert any(row["text"].startswith("2025年12月31日") for one in facts(cast)["problems"] for row in one["rows"])
    # What puts a month right that is closed is no highlight of its own.
    first = bonuses.first()
    ScoreEntry.objects.filter(pk=first.pk).update(corrects=bonuses.last())
    assert "加10-1" not in [one["label"] for one in facts(cast)["highlights"]]
    assert general(cast, "加分")["text"].startswith(f"{bonuses.count()}条，")
    # What a slip gives back of a deduction is no bonus, here as on every paper.
    ScoreEntry.objects.filter(pk=first.pk).update(clause=late.clause)
    assert general(cast, "加分")["text"].startswith(f"{bonuses.count() - 1}条，")
    assert general(cast, "更正退回扣分")["text"] == "1条，合计3.0分"
    assert listed(sign_in, general(cast, "更正退回扣分")["url"]) == {first.pk}
    assert first.pk not in listed(sign_in, general(cast, "加分")["url"])
    assert NOVEMBER.year == YEAR


@pytest.mark.parametrize("size", [1, 12])
def test_few_queries_however_many_teams(cast, size):
    worked_month(cast)
    line(sent(cast, Week(2026, 40)), "清理沟渠。", "environment")
    teams = [cast.team, cast.other_team, *many_teams(cast, 11)][:size]
    with CaptureQueriesContext(connection) as queries:
        found = facts_for(teams, YEAR, TODAY)
    assert len(queries) <= QUERIES == 10
    assert len(found) == size
    assert facts_for([], YEAR, TODAY) == {}
