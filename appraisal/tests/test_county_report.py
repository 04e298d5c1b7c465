"""汇报材料: any run of days in one paper, from the records that the pages and the bulletins show."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from appraisal.bulletin_facts import week_facts
from appraisal.bulletin_month_facts import month_facts
from appraisal.county_facts import FACT_QUERIES, county_facts
from appraisal.county_report import county_paper, title_of
from appraisal.county_structure import UNDATED
from appraisal.county_terms import (
    CategoryLine,
    CountyFacts,
    District,
    DistrictMean,
    DutyTotal,
    Entries,
    EntrySum,
    Example,
    MonthLine,
    Work,
    YearLine,
)
from appraisal.duty_months import months_of_teams, team_months
from appraisal.linkage import mean
from appraisal.models import AnnualGrade, Decision, IssuedDocument, MonthlyScore, ScoreEntry, WorkRules
from appraisal.papers.content import Heading, Table, texts
from appraisal.report_period import ReportPeriod, months_words, presets, usual
from appraisal.tests.bulletin_scene import NOW, lived_week
from appraisal.tests.county_scene import OCTOBER_31, changed_register
from appraisal.tests.figures import bare, behind, figures_of, rows_behind
from appraisal.tests.month_scene import sealed_scene
from appraisal.tests.score_scene import NOVEMBER, OCTOBER
from appraisal.tests.week_scene import WEEK, at, log, many_teams, meeting, need, report, saved
from appraisal.tests.year_scene import NEW_YEAR, decided
from lianzhen.accounts.roles import Role
from lianzhen.periods import Month, Week
from lianzhen.trail.models import AuditEntry
from villages.models import LiaisonTeam
from villages.models.terms import absence
from villages.tests.counting import queries_of

DECEMBER = Month.parse("2026-12")
TODAY = date(2026, 12, 31)
AUTUMN = ReportPeriod.of(OCTOBER, DECEMBER)
FACTS = CountyFacts(
    period=ReportPeriod(date(2018, 1, 1), date(2018, 10, 31)),
    districts=(
        District("第一片区", 20, 19, 60, 1, 1, 100, 98, 200, 60, "/districts/1/"),
        District("第二片区", 19, 18, 54, 1, 1, 90, 90, 190, 57),
    ),
    duty=DutyTotal(done=800, missed=12, late=5, url="/duty/statistics/"),
    work=Work(reports=900, late_reports=8, needs=40, needs_done=30, needs_declined=2, meetings=40, decisions=90),
    months=tuple(
        MonthLine(
            Month(2018, number), 37, value, Decimal(99), Decimal(90), Decimal(181), Decimal(2), "/s/",
            (DistrictMean("第一片区", Decimal("95.5"), "/s/?group=1"), DistrictMean("第二片区", None)),
        )
        for number, value in ((8, Decimal("95.1")), (10, Decimal("96.0")))
    ),
    unsealed=tuple(Month(2018, n) for n in (1, 2, 3, 9)),
    years=(YearLine(2017, 38, Decimal("95.8"), (("优秀", 11), ("合格", 27)), "/years/2017/"),),
    categories=(
        CategoryLine("综治维稳", 6, Decimal(9), 0, Decimal(0)),
        CategoryLine("基层党建", 8, Decimal(20), 1, Decimal(2)),
    ),
    uncertain={"网格": 3, "村民小组": 12},
    entries=Entries(AUTUMN, EntrySum(3, Decimal("4.5"), 1), EntrySum(0, Decimal(0), 2)),
    examples=(Example("示例一村", "五星级文明户评选完成。", date(2018, 10, 9), Decimal(2), "/bonuses/3/"),),
    urls={"villages": "/villages/", "needs": "/needs/"},
)  # fmt: skip


def told(paper):
    return "\n".join(texts(paper))


def paper_of(facts=FACTS, **typed):
    return county_paper(facts, "示例镇", "示例镇联村工作办", date(2018, 11, 2), **typed)


def heads_of(paper):
    return [block.text for block in paper.blocks if isinstance(block, Heading) and block.level == 1]


# --- Words --------------------------------------------------------------------------------------
def test_the_whole_in_order():
    paper = paper_of(problems="一是人手少。\n\n二是路远。", plans="抓好落实。")
    assert paper.title == "示例镇2018年1月至10月联村工作情况汇报"
    assert heads_of(paper) == [
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
        "网格3个、村民小组12个是2018年10月31日以后登记的，没有填设立日期，按以前就有计在内。",
        "登记驻村800天，其中补登5天，缺12天。",
        "报送周报900份，其中逾期8份。需镇里解决的事40件，已解决30件（75.0%），已说明暂不能解决2件，正在办理8件。",
        "2018年8月为95.1分，2018年10月为96.0分，上升（+0.9分）。",
        "2018年8月\n95.5\n—",
        "2018年1月至3月、2018年9月的考核没有定稿，以下按发生日期统计，已计入定稿月份的不重复。"
        "登记扣分3项，合计4.5分；没有加分。另有扣分1项申诉中，加分申报2项正在办理，未计入。",
        "2017年年考核，参加考核的联村工作组38个，年度得分平均95.8分，镇党委评定优秀11个，合格27个。",
        "1. 示例一村：五星级文明户评选完成（10月9日，加2.0分）。",
        "扣分较多的是基层党建（8项，计入20.0分）、综治维稳（6项，计入9.0分）。",
        "二是路远。",
        "2018年11月2日",
    ):
        assert sentence in text
    assert {sum(c.width for c in block.columns) for block in paper.blocks if isinstance(block, Table)} == {156}


def test_a_time_without_anything():
    paper = paper_of(CountyFacts(ReportPeriod(date(2018, 1, 1), date(2018, 1, 31))))
    assert heads_of(paper) == ["一、基本情况", "二、工作开展情况"]
    assert "登记驻村0天，没有缺岗。" in told(paper)
    assert "None" not in told(paper)
    assert "设立日期" not in told(paper_of(replace(FACTS, uncertain={})))


def test_a_week_and_a_day_say_what_they_cut():
    week = ReportPeriod.of(Week(2018, 42))
    now, then = (EntrySum(n, Decimal(n)) for n in (3, 2))
    facts = CountyFacts(week, entries=Entries(week, now, now), before=Entries(week.before, then))
    text = told(paper_of(facts))
    assert (
        "月得分按整月计算，2018年10月只有一部分在这段时间内，以下按发生日期统计。"
        "登记扣分3项，合计3.0分；同意加分3项，合计3.0分。" in text
    )
    assert "前7天（10月8日—10月14日）登记扣分2项，合计2.0分；没有加分。本期扣分比前7天增加1.0分。" in text
    assert "报送周报0份。需镇里" in text
    thursday = date(2018, 10, 18)
    assert "这段时间没有周一，不计周报。" in told(paper_of(CountyFacts(ReportPeriod(thursday, thursday))))
    assert "（按所属周的周一计入）。" in told(paper_of(CountyFacts(ReportPeriod(date(2018, 10, 8), thursday))))


# --- Days ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("first", "last", "words", "key"),
    [
        ("2018-01-01", "2018-09-30", "2018年1月至9月", "2018-01_2018-09"),
        ("2018-11-01", "2019-02-28", "2018年11月至2019年2月", "2018-11_2019-02"),
        ("2018-10-01", "2018-10-31", "2018年10月", "2018-10_2018-10"),
        ("2018-10-15", "2018-10-21", "2018年第42周（10月15日—21日）", "2018-10-15_2018-10-21"),
        ("2018-12-31", "2019-01-06", "2019年第1周（2018年12月31日—2019年1月6日）", "2018-12-31_2019-01-06"),
        ("2018-10-18", "2018-10-18", "2018年10月18日（星期四）", "2018-10-18_2018-10-18"),
        ("2018-10-08", "2019-01-05", "2018年10月8日至2019年1月5日", "2018-10-08_2019-01-05"),
        ("2018-10-08", "2018-11-27", "2018年10月8日至11月27日", "2018-10-08_2018-11-27"),
        ("2018-10-01", "2018-10-15", "2018年10月1日至15日", "2018-10-01_2018-10-15"),
    ],
)
def test_what_a_period_is_called(first, last, words, key):
    period = ReportPeriod(date.fromisoformat(first), date.fromisoformat(last))
    assert (period.words, period.key) == (words, key)
    assert title_of("示例镇", period) == f"示例镇{words}联村工作情况汇报"


@given(st.dates(date(1960, 1, 1), date(2090, 1, 1)), st.integers(0, 3700))
def test_a_period_is_the_sum_of_its_months(start, more):
    period = ReportPeriod(start, start + timedelta(days=more))
    parts = period.parts
    assert (parts[0].start, parts[-1].end, sum(map(len, parts))) == (period.start, period.end, len(period))
    assert all(a.end + timedelta(days=1) == b.start for a, b in pairwise(parts))
    assert sorted(period.whole_months + period.cut_months) == list(period.months)
    assert [p for p in parts if p.is_whole_months] == [ReportPeriod.of(month) for month in period.whole_months]
    assert (len(period.before), period.before.end) == (len(period), start - timedelta(days=1))
    assert period.has_monday == any((start + timedelta(days=n)).isoweekday() == 1 for n in range(min(more, 6) + 1))
    assert len(period.key) <= IssuedDocument._meta.get_field("period").max_length
    assert len(title_of("示例镇", period)) <= 60
    if more < 3650:
        assert not period.is_too_long
    with pytest.raises(ValueError, match="不能早于"):
        ReportPeriod(start, start - timedelta(days=1))


@given(st.sets(st.integers(0, 30)))
def test_months_are_named_in_runs(places):
    months = [Month(2018 + n // 12, n % 12 + 1) for n in sorted(places)]
    words = months_words(months)
    assert words.count("、") == sum(months[n].next() != months[n + 1] for n in range(len(months) - 1))
    assert not months or words.startswith(months[0].title)


@given(st.dates(date(1960, 1, 1), date(2090, 1, 1)))
def test_what_is_offered_is_over_or_runs(today):
    assert all(period.end <= today and not period.is_too_long for _, period in presets(today))
    assert usual(today).is_whole_months
    assert usual(today).end < today


# --- Facts --------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_year_that_was_decided_belongs_to_the_report_of_its_december(cast, sign_in, django_assert_max_num_queries):
    assessment = decided(cast)
    rows = list(AnnualGrade.objects.filter(assessment=assessment))
    with django_assert_max_num_queries(FACT_QUERIES):
        facts = county_facts(AUTUMN, NEW_YEAR)
    (one,) = facts.years
    assert (one.year, one.teams, one.mean) == (2026, len(rows), mean([row.score for row in rows]).value)
    assert dict(one.grades) == Counter(row.grade for row in rows)
    assert county_facts(ReportPeriod(OCTOBER.start, date(2026, 12, 30)), NEW_YEAR).years == ()
    client, expected = sign_in(Role.OFFICE), {f"{one.url}?grade={quote(grade)}": n for grade, n in one.grades if n}
    figures = {one.href: one for _, one in figures_of(paper_of(facts)) if one.href.startswith("/years/")}
    assert expected.keys() | {one.url} <= figures.keys()
    assert {url: rows_behind(client, url) for url in expected} == expected
    assert rows_behind(client, one.url) == one.teams


@pytest.mark.django_db
def test_figures_are_those_of_the_pages(cast, django_assert_num_queries):
    sealed_scene(cast)
    many_teams(cast, 3)
    with django_assert_num_queries(FACT_QUERIES):
        facts = county_facts(AUTUMN, TODAY)
    assert facts.years == ()
    assert [line.month for line in facts.months] == [OCTOBER, NOVEMBER]
    assert facts.unsealed == (DECEMBER,)
    for line in facts.months:
        frozen = list(MonthlyScore.objects.filter(month__month=line.month.start).values_list("team_total", "deducted"))
        assert (line.teams, line.best) == (len(frozen), max(total for total, _ in frozen))
        assert line.deducted == sum(deducted for _, deducted in frozen)
    assert sum(one.deducted for one in facts.categories) == sum(line.deducted for line in facts.months)
    assert facts.total("villages") == 6
    assert facts.total("teams") == LiaisonTeam.objects.on(TODAY).count()
    assert (facts.total("selfgov"), facts.total("instructors")) == (1, 1)
    teams = list(LiaisonTeam.objects.select_related("village__group"))
    by_month, _ = months_of_teams(teams, [OCTOBER, NOVEMBER, DECEMBER], TODAY)
    for month, rows in by_month.items():
        assert rows == [row for row in team_months(teams, month, TODAY) if row.team.starts_on <= month.end]
    assert facts.duty.done == sum(row.done for rows in by_month.values() for row in rows)
    assert [part.missed for part in facts.duty.parts] == [sum(row.missed for row in rows) for rows in by_month.values()]


@pytest.mark.django_db
def test_every_entry_of_the_days_is_told_once(cast):
    """Those of sealed months by their months, the others by their days; nothing twice, nothing left out."""
    sealed_scene(cast)
    first, period = date(2026, 10, 12), ReportPeriod(date(2026, 10, 12), date(2026, 12, 20))
    # Happened in November, entered when that was sealed.
    late = ScoreEntry.objects.filter(kind="deduction", state="effective").first()
    late.pk, late.number, late.month, late.occurred_on = None, "扣12-1", DECEMBER.start, date(2026, 11, 28)
    saved(late)
    facts = county_facts(period, TODAY)
    assert ([one.month for one in facts.months], facts.period.cut_months) == ([NOVEMBER], (OCTOBER, DECEMBER))
    counting = ScoreEntry.objects.counting()
    of_november = Counter(counting.filter(month=NOVEMBER.start).values_list("kind", flat=True))
    others = counting.exclude(month=NOVEMBER.start).filter(occurred_on__range=(first, period.end))
    beside = Counter(others.values_list("kind", flat=True))
    assert sum(one.deductions for one in facts.categories) == of_november["deduction"]
    assert sum(one.bonuses for one in facts.categories) == of_november["bonus"]
    assert (facts.entries.deductions.number, facts.entries.bonuses.number) == (beside["deduction"], beside["bonus"])
    assert beside == {"deduction": 1, "bonus": 3}
    assert facts.before is None


# --- The same as the bulletins --------------------------------------------------------------------
@pytest.mark.django_db
def test_a_week_says_what_its_bulletin_says(cast):
    lived_week(cast)
    entry = ScoreEntry.objects.filter(kind="deduction", state="appealed").first()
    entry.occurred_on = WEEK.start
    claim = ScoreEntry.objects.filter(kind="bonus", state="agreed", month=NOVEMBER.start).first()
    claim.occurred_on = WEEK.end
    dropped = {"state": "dropped", "ended_at": NOW, "ended_by": cast.users[Role.OFFICE], "result": "不再需要"}
    dropped["department"] = cast.department
    own = Decision.objects.get(text="做好秋冬季防火").meeting
    for row in (entry, claim, Decision(meeting=own, number=2, text="改期", due_on=WEEK.end, **dropped)):
        saved(row)
    for by_person in (False, True):
        WorkRules.objects.update(counted_per_person=by_person)
        week, facts = week_facts(WEEK, NOW), county_facts(ReportPeriod.of(WEEK), NOW.date())
        assert (facts.duty.missed, facts.duty.unit) == (week.duty.sum("missing"), week.duty.unit)
        assert by_person or facts.duty.done == week.duty.sum("done")
    assert (facts.work.reports, facts.work.late_reports) == (week.reports.here, len(week.reports.late))
    for own, theirs in ((facts.entries.deductions, week.deductions), (facts.entries.bonuses, week.bonuses)):
        assert own == EntrySum(len(theirs.rows), theirs.total, theirs.waiting)
    assert facts.entries.deductions.waiting
    assert facts.entries.bonuses.number
    assert (facts.work.meetings, facts.work.decisions) == (1, len(week.meeting.decisions))
    assert [one.fact for one in facts.examples] == [row.fact for row in week.bonuses.rows]


@pytest.mark.django_db
@pytest.mark.parametrize("month", [OCTOBER, NOVEMBER])
def test_a_month_says_what_its_bulletin_says(cast, month):
    sealed_scene(cast)
    told_of, facts = month_facts(month, at(TODAY)), county_facts(ReportPeriod.of(month), TODAY)
    (line,) = facts.months
    assert facts.entries is None
    assert (line.teams, line.mean) == (len(told_of.scores.rows), told_of.mean)
    assert line.deducted == sum(row.deducted for row in told_of.scores.rows)
    assert [(one.name, f"{one.mean}分") for one in line.districts] == [(one.name, one.text) for one in told_of.means]
    theirs = {one.name: (one.lines, one.deducted) for one in told_of.categories}
    ours = {one.name: (one.deductions, one.deducted) for one in facts.categories}
    assert {name: ours[name] for name in theirs} == theirs
    assert sum(one.bonuses for one in facts.categories) == len(told_of.bonuses.rows)


# --- Where figures lead ---------------------------------------------------------------------------
@pytest.mark.django_db
def test_every_figure_leads_to_exactly_its_rows(cast, sign_in, time_machine):
    """Of past days, with a register that has changed since, a sealed month and months cut on both sides; with records
    before and after the days, of which none may be listed."""
    time_machine.move_to(at(TODAY), tick=False)
    sealed_scene(cast)
    lived_days(cast)
    booked_late()
    changed_register(cast)
    assert county_facts(ReportPeriod(date(2018, 1, 1), date(2018, 1, 31)), TODAY).uncertain == {}
    for model in UNDATED:
        kept = {"model": model._meta.label_lower, "action": "test", "label": "测试", "object_label": "早先的"}
        AuditEntry.objects.create(at=at(date(2026, 9, 1)), object_id=0, **kept)
    client = sign_in(Role.OFFICE)
    seen, checked, people, grids = {}, set(), [], []
    for first, last in ((date(2026, 10, 12), OCTOBER_31), (OCTOBER_31, OCTOBER_31), (OCTOBER.start, date(2026, 12, 9))):
        facts = county_facts(ReportPeriod(first, last), TODAY)
        people.append(facts.total("people"))
        grids.append([facts.total(name) for name in ("villages", "grids", "heads", "groups")])
        for where, one in figures_of(county_paper(facts, "示例镇", "联村办", TODAY)):
            assert one.href or one.text == "—", (where, one)
            found = seen.get(one.href) or seen.setdefault(one.href, behind(client, one.href))
            # Counted by the caps of a month, or means: the rows are there, the figure is worked out from them.
            worked_out = "计入" in where + one.text or re.match(r"/(scores|bonuses/\d)", one.href)
            assert worked_out or found.holds(bare(one.text)), (where, one, found)
            checked.add(where.split(" ")[0])
    assert checked >= {"联村工作组织情况", "各月驻村情况", "月得分情况（分）", "各类扣分加分（按发生日期）"}
    assert people == [4, 4, 3]
    # What was set up in November was not there in October; what nobody dated may have been.
    assert grids == [[5, 5, 2, 4], [5, 5, 2, 4], [5, 6, 1, 5]]
    assert facts.uncertain == entered_since(date(2026, 12, 9))
    assert "截至2026年12月9日" in client.get(facts.urls["villages"]).content.decode()
    for month in facts.months:
        for one in month.districts:
            of_district = MonthlyScore.objects.filter(
                month__month=month.month.start, village__group__district_name=one.name
            )
            assert rows_behind(client, one.url) == of_district.count() > 0


def entered_since(last):
    """What stood on the day, was entered later and has no day of founding."""
    found = {}
    for model, name in UNDATED.items():
        rows = [row for row in model.objects.filter(founded_on=None) if not absence(row, last)]
        entered = [AuditEntry.objects.about(row).last().at for row in rows]
        found[name] = sum(timezone.localdate(moment) > last for moment in entered)
    assert found.keys() == {"村（社区）", "网格", "村民小组"}
    assert min(found.values()) >= 1
    return found


def booked_late():
    """Deductions of two categories that happened in October and were entered when it was sealed, and one of which an
    appeal has not been decided."""
    categories = set()
    for entry in ScoreEntry.objects.filter(kind="deduction", state="effective").select_related("clause"):
        if entry.clause.category_id in categories or len(categories) == 3:
            continue
        categories.add(entry.clause.category_id)
        entry.pk, entry.number, entry.month = None, f"扣12-{len(categories)}", DECEMBER.start
        entry.occurred_on, entry.state = date(2026, 10, 20), "appealed" if len(categories) == 3 else "effective"
        saved(entry)
    assert len(categories) == 3


def lived_days(cast):
    """Duty, reports, needs, meetings and decisions before, on and after the days."""
    user, person = cast.users[Role.LEADER], cast.people[Role.LEADER]
    first = Week.of(date(2026, 9, 28))  # of whose days four lie in October; its Monday does not
    for place, week in enumerate([first, first.next(), Week(2026, 43), Week(2026, 48), Week(2026, 50)]):
        report(cast.team, week, user, at(week.end), late=place in (2, 3))
        held = meeting(week)
        for number, state in enumerate(("open", "done", "dropped"), start=1):
            ended = {} if state == "open" else {"ended_at": at(held.held_on), "ended_by": cast.users[Role.OFFICE]}
            fact = {"text": "清沟", "result": "已清完", "state": state, "due_on": week.end, "owner": person}
            saved(Decision(meeting=held, number=number, **fact, **ended))
        log(cast.team, week.start, person, late_reason="忘了" if place == 2 else "")
        need(cast.own, raised_on=week.start)


@pytest.mark.django_db
def test_the_work_of_two_months_is_theirs_alone(cast, sign_in):
    lived_days(cast)
    facts = county_facts(ReportPeriod.of(OCTOBER, NOVEMBER), TODAY)
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
    assert list(expected.values()) == [3, 2, 3, 3, 3, 6, 3, 3]
    assert {name: rows_behind(client, facts.urls[name]) for name in expected} == expected
    assert (facts.duty.done, facts.duty.late) == (3, 1)
    assert "提出日期：2026年10月1日—11月30日" in client.get(facts.urls["needs"]).content.decode()


# --- Pages --------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_read_printed_drafted_and_issued(cast, sign_in, time_machine):
    time_machine.move_to(at(TODAY), tick=False)
    sealed_scene(cast)
    # As addresses of former times name it, and by its days.
    url = reverse("county_report") + "?first=2026-10&last=2026-11"
    office = sign_in(Role.OFFICE)
    page = office.get(url).content.decode()
    assert "2026年10月至11月联村工作情况汇报" in page.replace("<br>", "")
    assert 'value="2026-11-30"' in page
    assert reverse("score_list", args=["2026-10"]) in page
    assert reverse("county_issue") not in page
    assert "代拟稿" in office.get(url + "&print=1").content.decode()
    assert office.get(url + "&format=docx").content[:2] == b"PK"
    issue = reverse("county_issue") + "?first=2026-10-01&last=2026-11-30"
    assert office.get(issue).status_code == 403
    lead = sign_in(Role.OFFICE_LEAD)
    assert "2026年10月至11月联村工作情况汇报" in lead.get(issue).content.decode()
    sent = {"first": "2026-10-01", "last": "2026-11-30", "title": "联村工作汇报", "problems": "人手不足。", "plans": ""}
    assert lead.post(issue, {**sent, "last": "2026-09-30"}).status_code == 422
    answer = lead.post(issue, sent)
    document = IssuedDocument.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, reverse("document", args=[document.pk]))
    assert (document.title, document.period, document.number) == ("联村工作汇报", "2026-10_2026-11", None)
    assert "人手不足。" in document.words
    assert "代拟稿" not in document.words
    assert "已印发" in lead.get(url).content.decode()
    assert "已印发" not in lead.get(url + "-29").content.decode()


@pytest.mark.django_db
def test_offered_by_name_and_asked_by_days(cast, sign_in, time_machine):
    time_machine.move_to(at(date(2026, 11, 19)), tick=False)
    client, url = sign_in(Role.OFFICE), reverse("county_report")
    for query, title in (
        ("", "2026年1月至10月"),
        ("?first=2026-11-09&amp;last=2026-11-15", "2026年第46周（11月9日—15日）"),
        ("?first=2026-10-01&amp;last=2026-10-31", "2026年10月"),
        ("?first=2026-10-01&amp;last=2026-11-19", "2026年10月1日至11月19日"),
        ("?first=2026-01-01&amp;last=2026-11-19", "2026年1月1日至11月19日"),
        ("?first=2025-01-01&amp;last=2025-12-31", "2025年1月至12月"),
    ):
        page = client.get(url + query.replace("&amp;", "&")).content.decode()
        assert f"{title}联村工作情况汇报" in page.replace("<br>", "")
        assert not query or f'href="{query}" aria-current="page"' in page
    # The running month ends today.
    assert 'value="2026-11-19"' in client.get(url + "?first=2026-11&last=2026-11").content.decode()
    for query, sentence in (
        ("?first=2026-11-02&last=2026-11-01", "截止日期不能早于起始日期"),
        ("?first=x&last=2026-10-01", "请按2018-10-18的格式填写起始日期"),
        ("?first=2026-10-01", "请填写截止日期"),
        ("?first=2016-11-19&last=2026-11-19", "最多写10年"),
        ("?first=2026-10-01&last=2026-11-20", "截止日期不能晚于今天"),
        ("?first=2099-10&last=2099-10", "截止日期不能晚于今天"),
    ):
        answer = client.get(url + query)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()


@pytest.mark.django_db
def test_the_page_asks_the_database_seldom(cast, sign_in):
    sealed_scene(cast)
    client = sign_in(Role.OFFICE_LEAD)
    assert queries_of(client, reverse("county_report") + "?first=2026-10-05&last=2026-11-26") <= 15
