"""汇报材料: any run of months in one paper, from the records that the pages show."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from appraisal.county_facts import FACT_QUERIES, county_facts
from appraisal.county_report import county_paper, months_words, title_of
from appraisal.county_terms import (
    CategoryLine,
    CountyFacts,
    District,
    DutyTotal,
    Example,
    MonthLine,
    Work,
    YearLine,
)
from appraisal.duty_months import months_of_teams, team_months
from appraisal.linkage import mean
from appraisal.models import AnnualGrade, Decision, IssuedDocument, MonthlyScore
from appraisal.papers.content import Heading, Table, texts
from appraisal.tests.figures import rows_behind
from appraisal.tests.month_scene import sealed_scene
from appraisal.tests.score_scene import NOVEMBER, OCTOBER
from appraisal.tests.week_scene import at, log, meeting, need, report, saved
from appraisal.tests.year_scene import NEW_YEAR, decided
from lianzhen.accounts.roles import Role
from lianzhen.periods import Month, Week
from villages.models import LiaisonTeam
from villages.tests.counting import queries_of

DECEMBER = Month.parse("2026-12")
TODAY = date(2026, 12, 31)
FACTS = CountyFacts(
    first=Month.parse("2018-01"),
    last=Month.parse("2018-10"),
    until=date(2018, 10, 31),
    districts=(
        District("第一片区", 20, 19, 60, 1, 1, 100, 98, 200, 60, "/districts/1/"),
        District("第二片区", 19, 18, 54, 1, 1, 90, 90, 190, 57),
    ),
    duty=DutyTotal(done=800, missed=12, late=5, url="/duty/statistics/"),
    work=Work(reports=900, late_reports=8, needs=40, needs_done=30, needs_declined=2, meetings=40, decisions=90),
    months=(
        MonthLine(
            Month.parse("2018-08"), 37, Decimal("95.1"), Decimal(99), Decimal(90), Decimal(181), Decimal(2), "/s/"
        ),
        MonthLine(
            Month.parse("2018-10"), 37, Decimal("96.0"), Decimal(99), Decimal(90), Decimal(150), Decimal(2), "/s/"
        ),
    ),
    unsealed=tuple(Month(2018, n) for n in (1, 2, 3, 9)),
    years=(YearLine(2017, 38, Decimal("95.8"), (("优秀", 11), ("合格", 27)), "/years/2017/"),),
    categories=(CategoryLine("综治维稳", Decimal(9), Decimal(0)), CategoryLine("基层党建", Decimal(20), Decimal(0))),
    district_means=(("第一片区", Decimal("95.5")), ("第二片区", None)),
    examples=(Example("示例一村", "五星级文明户评选完成。", date(2018, 10, 9), Decimal(2), "/bonuses/3/"),),
    urls={"villages": "/villages/", "needs": "/needs/"},
)


def told(paper):
    return "\n".join(texts(paper))


def paper_of(facts=FACTS, **typed):
    return county_paper(facts, "示例镇", "示例镇联村工作办", date(2018, 11, 2), **typed)


# --- Words --------------------------------------------------------------------------------------
def test_the_whole_in_order():
    paper = paper_of(problems="一是人手少。\n\n二是路远。", plans="抓好落实。")
    assert paper.title == "示例镇2018年1月至10月联村工作情况汇报"
    heads = [block.text for block in paper.blocks if isinstance(block, Heading) and block.level == 1]
    assert heads == [
        "一、基本情况",
        "二、工作开展情况",
        "三、考核情况",
        "四、好的做法",
        "五、存在的问题",
        "六、下一步打算",
    ]
    text = told(paper)
    for sentence in (
        "全镇有39个村（社区），分2个片区",
        "2个网格暂无网格长",
        "登记驻村800天，其中补登5天，缺12天。",
        "需镇里解决的事40件，已解决30件（75.0%），已说明暂不能解决2件，正在办理8件。",
        "2018年8月为95.1分，2018年10月为96.0分，上升（+0.9分）。",
        "各片区月均得分：第一片区95.5分，第二片区—。",
        "2018年1月至3月、2018年9月的考核没有定稿，未计入。",
        "2017年年考核，参加考核的联村工作组38个，年度得分平均95.8分，镇党委评定优秀11个，合格27个。",
        "1. 示例一村：五星级文明户评选完成（10月9日，加2.0分）。",
        "扣分较多的是基层党建（20.0分）、综治维稳（9.0分）。",
        "二是路远。",
        "2018年11月2日",
    ):
        assert sentence in text
    assert {sum(c.width for c in block.columns) for block in paper.blocks if isinstance(block, Table)} == {156}


def test_a_time_without_anything():
    paper = paper_of(CountyFacts(Month(2018, 1), Month(2018, 1), date(2018, 1, 31)))
    heads = [block.text for block in paper.blocks if isinstance(block, Heading) and block.level == 1]
    assert heads == ["一、基本情况", "二、工作开展情况"]
    assert "登记驻村0天，没有缺岗。" in told(paper)
    assert "None" not in told(paper)


@given(st.sets(st.integers(0, 30)))
def test_months_are_named_in_runs(places):
    months = [Month(2018 + n // 12, n % 12 + 1) for n in sorted(places)]
    words = months_words(months)
    assert words.count("、") == sum(months[n].next() != months[n + 1] for n in range(len(months) - 1))
    assert not months or words.startswith(months[0].title)


def test_titles_of_one_month_and_of_two_years():
    def title(first, last):
        return title_of("示例镇", CountyFacts(first, last, last.end))

    assert title(OCTOBER, OCTOBER) == "示例镇2026年10月联村工作情况汇报"
    assert title(OCTOBER, Month(2027, 2)) == "示例镇2026年10月至2027年2月联村工作情况汇报"


# --- Facts --------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_year_that_was_decided_belongs_to_the_report_of_its_december(cast, django_assert_num_queries):
    assessment = decided(cast)
    rows = list(AnnualGrade.objects.filter(assessment=assessment))
    with django_assert_num_queries(FACT_QUERIES + 1):
        facts = county_facts(OCTOBER, DECEMBER, NEW_YEAR)
    (one,) = facts.years
    assert (one.year, one.teams, one.mean) == (2026, len(rows), mean([row.score for row in rows]).value)
    assert dict(one.grades) == Counter(row.grade for row in rows)
    assert county_facts(OCTOBER, NOVEMBER, NEW_YEAR).years == ()


@pytest.mark.django_db
def test_figures_are_those_of_the_pages(cast, django_assert_num_queries):
    sealed_scene(cast)
    with django_assert_num_queries(FACT_QUERIES):
        facts = county_facts(OCTOBER, DECEMBER, TODAY)
    assert facts.years == ()
    assert [line.month for line in facts.months] == [OCTOBER, NOVEMBER]
    assert facts.unsealed == (DECEMBER,)
    for line in facts.months:
        frozen = list(MonthlyScore.objects.filter(month__month=line.month.start).values_list("team_total", "deducted"))
        assert (line.teams, line.best) == (len(frozen), max(total for total, _ in frozen))
        assert line.deducted == sum(deducted for _, deducted in frozen)
    assert sum(one.deducted for one in facts.categories) == sum(line.deducted for line in facts.months)
    assert facts.total("villages") == 3
    assert facts.total("teams") == LiaisonTeam.objects.on(TODAY).count()
    assert (facts.total("selfgov"), facts.total("instructors")) == (1, 1)
    teams = list(LiaisonTeam.objects.select_related("village__group"))
    by_month = months_of_teams(teams, [OCTOBER, NOVEMBER, DECEMBER], TODAY)
    for month, rows in by_month.items():
        assert rows == [row for row in team_months(teams, month, TODAY) if row.team.starts_on <= month.end]
    assert facts.duty.done == sum(row.done for rows in by_month.values() for row in rows)


# --- Pages --------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_read_printed_drafted_and_issued(cast, sign_in):
    sealed_scene(cast)
    url = reverse("county_report") + "?first=2026-10&last=2026-11"
    office = sign_in(Role.OFFICE)
    page = office.get(url).content.decode()
    assert "2026年10月至11月联村工作情况汇报" in page
    assert reverse("score_list", args=["2026-10"]) in page
    assert reverse("county_issue") not in page
    assert "代拟稿" in office.get(url + "&print=1").content.decode()
    assert office.get(url + "&format=docx").content[:2] == b"PK"
    issue = reverse("county_issue") + "?first=2026-10&last=2026-11"
    assert office.get(issue).status_code == 403
    lead = sign_in(Role.OFFICE_LEAD)
    assert "2026年10月至11月联村工作情况汇报" in lead.get(issue).content.decode()
    sent = {"first": "2026-10", "last": "2026-11", "title": "联村工作汇报", "problems": "人手不足。", "plans": ""}
    answer = lead.post(issue, sent)
    document = IssuedDocument.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, reverse("document", args=[document.pk]))
    assert (document.title, document.period, document.number) == ("联村工作汇报", "2026-10_2026-11", None)
    assert "人手不足。" in document.words
    assert "代拟稿" not in document.words
    assert "已印发" in lead.get(url).content.decode()


@pytest.mark.django_db
def test_a_figure_of_the_work_leads_to_exactly_its_rows(cast, sign_in):
    """With records before and after the months, of which none may be listed."""
    user, person = cast.users[Role.LEADER], cast.people[Role.LEADER]
    first = Week.of(date(2026, 9, 28))  # of whose days four lie in October; its Monday does not
    for place, week in enumerate([first, first.next(), Week(2026, 48), Week(2026, 50)]):
        report(cast.team, week, user, at(week.end), late=place == 2)
        held = meeting(week)
        for number, state in enumerate(("open", "done", "dropped"), start=1):
            ended = {} if state == "open" else {"ended_at": at(held.held_on), "ended_by": cast.users[Role.OFFICE]}
            fact = {"text": "清沟", "result": "已清完", "state": state, "due_on": week.end, "owner": person}
            saved(Decision(meeting=held, number=number, **fact, **ended))
        log(cast.team, week.start, person)
        need(cast.own, raised_on=week.start)
    facts = county_facts(OCTOBER, NOVEMBER, TODAY)
    work, client = facts.work, sign_in(Role.OFFICE)
    expected = {
        "reports": work.reports,
        "late_reports": work.late_reports,
        "needs": work.needs,
        "needs_open": work.needs_open,
        "meetings": work.meetings,
        "decisions": work.decisions,
        "decisions_done": work.decisions_done,
        "overdue": work.decisions_overdue,
    }
    assert list(expected.values()) == [2, 1, 2, 2, 2, 4, 2, 2]
    assert {name: rows_behind(client, facts.urls[name]) for name in expected} == expected
    assert rows_behind(client, facts.duty.url) == facts.duty.done == 2
    assert "提出日期：2026年10月1日—11月30日" in client.get(facts.urls["needs"]).content.decode()


@pytest.mark.django_db
def test_months_that_cannot_be(cast, sign_in):
    client = sign_in(Role.OFFICE)
    for query, sentence in (
        ("?first=2026-11&last=2026-10", "截止月份不能早于起始月份"),
        ("?first=x&last=2026-10", "请按2018-10的格式填写起始月份"),
        ("?first=2026-10", "请填写截止月份"),
        ("?first=2020-01&last=2026-10", "最多写36个月"),
        ("?first=2026-10&last=2099-10", "截止月份不能晚于本月"),
    ):
        answer = client.get(reverse("county_report") + query)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()


@pytest.mark.django_db
def test_the_page_asks_the_database_seldom(cast, sign_in):
    client = sign_in(Role.OFFICE_LEAD)
    assert queries_of(client, reverse("county_report") + "?first=2026-10&last=2026-11") <= 15
