"""年考核对比: frozen figures where the year was handed in, sealed months elsewhere; grades when they may be seen."""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine
from django.db.models import Sum
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from appraisal.actions import annual_summaries as summaries
from appraisal.actions import year_papers, years
from appraisal.models import AnnualGrade, AppraisalMonth, MonthlyScore, Scheme
from appraisal.quarter_grades import MEAN
from appraisal.rules.base import ZERO, rounded
from appraisal.tests.year_scene import NOW, YEAR, begun, decided, grade_of, ready, summary_of, write
from appraisal.year_compare import WHOLE_TOWN, TeamYear, VillageYears, _team_year, by_district, comparison
from appraisal.year_facts import figures_of
from lianzhen.accounts.roles import Role
from villages.tests.counting import queries_of

NAMES = ("第一片区", "第二片区", "")
GRADES = ("优秀", "合格")
scores = st.none() | st.decimals(0, 120, places=1)
teams = st.lists(st.builds(TeamYear, st.sampled_from(NAMES), scores, st.sampled_from(("", *GRADES))), max_size=30)


@pytest.fixture
def january():
    with time_machine.travel("2027-01-20T06:00:00Z", tick=False):
        yield


@given(teams)
def test_districts_add_up_to_the_town(rows):
    *districts, town = by_district(rows)
    assert town.name == WHOLE_TOWN
    assert sum(one.teams for one in districts) == town.teams == len(rows)
    for grade in GRADES:
        assert sum(one.count(grade) for one in districts) == town.count(grade)
    assert len({one.name for one in districts}) == len(districts)
    assert "" not in {one.name for one in districts}
    known = [one.score for one in rows if one.score is not None]
    assert town.mean == (rounded(sum(known, ZERO) / len(known), 1) if known else None)


def test_a_village_that_changed_its_district_stands_with_most_of_its_months():
    parts = [("第一片区", 4, Decimal(380), Decimal(20), ZERO), ("第二片区", 8, Decimal(784), Decimal(16), Decimal(2))]
    own = _team_year(parts, "mean", 1)
    assert own == TeamYear("第二片区", Decimal("97.0"), "", 12, Decimal(36), Decimal(2))
    assert _team_year(parts, "sum", 1).score == Decimal(1164)


def test_the_change_needs_both_years():
    one = VillageYears(1, "", "", 0, "", "", {2024: TeamYear("", Decimal(95)), 2026: TeamYear("", Decimal(97))})
    assert (one.change(2026), one.change(2025)) == (None, None)
    assert one.score(2025) is None
    both = VillageYears(1, "", "", 0, "", "", {2025: TeamYear("", Decimal(95)), 2026: TeamYear("", Decimal(97))})
    assert both.change(2026) == 2


def test_the_months_before_and_the_frozen_figures_after(cast, january, sign_in, django_assert_num_queries):
    ready(cast)
    with django_assert_num_queries(5):
        before = comparison(YEAR, only_told=False)
    summed = dict(MonthlyScore.objects.values_list("village").annotate(Sum("team_total")))
    assert {one.pk: one.score(YEAR) for one in before.rows} == {
        village: rounded(total / 3, 1) for village, total in summed.items()
    }
    assert before.months == 3
    # With two decimals the mean is rounded as the hand-in will freeze it.
    Scheme.objects.update(decimals=2)
    found = {one.pk: one.score(YEAR) for one in comparison(YEAR, only_told=False).rows}
    assert found == {one.village_id: one.score(MEAN, 2) for one in figures_of(YEAR)}
    assert any(score != rounded(score, 1) for score in found.values())
    lost = MonthlyScore.objects.aggregate(lost=Sum("deducted"))["lost"]
    assert before.districts(YEAR)[-1].deducted.total == lost > 0


def test_grades_are_the_towns_until_the_notice_is_out(cast, january, sign_in, django_assert_num_queries):
    assessment = decided(cast)
    row = grade_of(assessment, cast.team)
    with django_assert_num_queries(5):
        found = comparison(YEAR, only_told=False)
    assert {one.pk: (one.score(YEAR), one.grade(YEAR)) for one in found.rows} == {
        one.village_id: (one.score, one.grade) for one in AnnualGrade.objects.all()
    }
    assert found.districts(YEAR)[-1].counted(found.terms.choices)
    address = reverse("year_compare", args=[YEAR])
    town, district = sign_in(Role.COMMITTEE).get(address).content.decode(), sign_in(Role.DISTRICT).get(address)
    assert f"{YEAR}年等次" in town
    assert f"{row.grade}（个）" in town
    assert f"{YEAR}年等次" not in district.content.decode()
    assert "示例二村" in district.content.decode()
    # The other district's village is told of, and leads nowhere.
    assert reverse("village", args=[cast.other.pk]) not in district.content.decode()
    assert reverse("village", args=[cast.other.pk]) in town
    year_papers.issue_result(assessment=assessment, by=cast.users[Role.OFFICE_LEAD], now=NOW)
    assert f"{YEAR}年等次" in sign_in(Role.DISTRICT).get(address).content.decode()
    # A year without any month, and one before any register, lead to an empty page and to none.
    assert "还没有定稿的月份" in sign_in(Role.COMMITTEE).get(reverse("year_compare", args=[2020])).content.decode()
    assert sign_in(Role.COMMITTEE).get(reverse("year_compare", args=[1900])).status_code == 404


def test_a_team_that_is_out_stands_in_no_paper_of_the_year(cast, january):
    """It has sealed months, and is left out all the same: the districts' means are those of the notice."""
    assessment, by = begun(cast), cast.users[Role.OFFICE]
    out = {"summary": summary_of(assessment, cast.other_team), "reason": "9月起实行村为主自治。", "by": by, "now": NOW}
    summaries.leave_out(**out)
    leader, guide = cast.users[Role.LEADER], cast.users[Role.DISTRICT]
    own = summaries.submit(summary=write(summary_of(assessment, cast.team), leader), by=leader, now=NOW)
    own = summaries.give_opinion(summary=own, opinion="情况属实。", grade="合格", by=guide, now=NOW)
    summaries.check(summary=own, note="与台账一致。", by=by, now=NOW)
    assert {one.pk for one in comparison(YEAR, only_told=False).rows} == {cast.own.pk, cast.other.pk}
    years.hand_in(assessment=assessment, by=by, now=NOW)
    found = comparison(YEAR, only_told=False)
    assert [one.pk for one in found.rows] == [cast.own.pk]
    assert found.districts(YEAR)[-1].mean == grade_of(assessment, cast.team).score


def test_former_years_stand_beside_it(cast, january, sign_in):
    """Months of the year before, written as they were sealed: the mean of them, and the change."""
    ready(cast)
    month = AppraisalMonth.objects.sealed().latest("month")
    month.pk, month.month = None, month.month.replace(year=YEAR - 1)
    AppraisalMonth.objects.bulk_create([month])
    kept = MonthlyScore.objects.filter(village=cast.own).latest("month__month")
    kept.pk, kept.month, kept.team_total = None, month, Decimal("80.0")
    MonthlyScore.objects.bulk_create([kept])
    own = next(one for one in comparison(YEAR, only_told=False).rows if one.pk == cast.own.pk)
    assert own.score(YEAR - 1) == 80
    assert own.change(YEAR) == own.score(YEAR) - 80
    client = sign_in(Role.OFFICE)
    address = reverse("year_compare", args=[YEAR])
    page = client.get(address).content.decode()
    assert f"{YEAR - 1}年得分" in page
    assert "较上年" in page
    assert queries_of(client, address) <= 15
    narrowed = client.get(f"{address}?district=第二片区").content.decode()
    assert "共1个村" in narrowed
    workbook = client.post(address)
    assert b"".join(workbook.streaming_content).startswith(b"PK")
    sorted_ = client.get(f"{address}?sort=-score{YEAR}&print=1")
    assert sorted_.status_code == 200
