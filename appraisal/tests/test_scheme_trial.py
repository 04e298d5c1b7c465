"""试算: a version tried out on months past shows both sides for every team, and writes nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from appraisal.actions import schemes
from appraisal.actions.open_month import with_terms
from appraisal.models import AppraisalMonth, Scheme, ScoreEntry
from appraisal.scheme_trial import Trial, try_out
from appraisal.score_facts import month_scores
from appraisal.tests.entry_scene import MONTH, TODAY, claim, deduct, scheme, waiting  # noqa: F401
from lianzhen.accounts.roles import Role
from lianzhen.periods import Month
from lianzhen.trail.models import AuditEntry


@pytest.fixture
def draft(scheme, cast):  # noqa: F811
    """The next version; the month of the scene has two deductions and one that waits."""
    deduct(cast)
    deduct(cast, "A1", occurred_on=MONTH, fact="支部主题党日没有开展。")
    return schemes.copy_version(scheme=scheme, by=cast.users[Role.OFFICE_LEAD])


def change(cast, draft: Scheme, number: str, **facts) -> None:
    clause = draft.clauses.get(number=number)
    parameters = {**clause.parameters, **facts.pop("parameters", {})}
    lead = cast.users[Role.OFFICE_LEAD]
    schemes.save_clause(category=clause.category, clause=clause, parameters=parameters, by=lead, **facts)


def tried(draft: Scheme, team=None) -> Trial:
    version = with_terms(Scheme.objects.filter(pk=draft.pk)).get()
    return try_out(version, list(AppraisalMonth.objects.order_by("month")), TODAY, team and team.pk)


def row_of(trial: Trial, team):
    return next(row for row in trial.rows if row.team == team)


def test_same_version_moves_nothing_and_agrees_with_the_month(cast, draft):
    found = tried(draft)
    scores = month_scores(Month.of(MONTH), TODAY).scores
    assert {row.team.pk for row in found.rows} == set(scores)
    for row in found.rows:
        assert row.before.score == row.after.score == scores[row.team.pk].total
        assert row.before.place.number == scores[row.team.pk].number
        assert row.before.money == row.after.money
        assert row.moved_sentence == "没有变化"
    assert found.unmatched == []


def test_dearer_clause_moves_score_place_and_money(cast, draft):
    """B3 counts for the team alone: three points instead of one, with 0.4 of the linked score."""
    change(cast, draft, "B3", parameters={"each": "3"})
    found = tried(draft, cast.team)
    row, other = row_of(found, cast.team), row_of(found, cast.other_team)
    assert row.change == Decimal("-0.8")
    assert other.change == 0
    assert row.moved_sentence == "B3−0.8分"
    # Two people of the own team serve the whole month, 300元 × 0.8%.
    assert row.money_change == -2 * Decimal("2.40")
    assert [(one.clause, one.before, one.after) for one in found.lines_of_team] == [
        ("B3", Decimal(1), Decimal(3)),
        ("A1", Decimal(2), Decimal(2)),
    ]
    assert [one.after - one.before for one in found.months_of_team] == [Decimal("-0.8")]


def test_weight_alone_moves_the_score(cast, draft):
    schemes.change_settings(scheme=draft, by=cast.users[Role.OFFICE_LEAD], village_weight=Decimal(1))
    row = row_of(tried(draft), cast.team)
    # Village 98.0, team by itself 97.0: 97.6 at 0.6.
    assert (row.before.score, row.after.score) == (Decimal("97.6"), Decimal("98.0"))


def test_what_cannot_be_matched_is_listed_and_left_out(cast, draft):
    lead = cast.users[Role.OFFICE_LEAD]
    schemes.remove_clause(clause=draft.clauses.get(number="A1"), by=lead)
    clause = draft.clauses.get(number="B3")
    parameters = {"condition": "无故缺岗", "full": "5"}
    schemes.save_clause(category=clause.category, clause=clause, rule="all", parameters=parameters, by=lead)
    found = tried(draft)
    assert {(one.clause, one.reason) for one in found.unmatched} == {
        ("A1", "试算的方案里没有这一条"),
        ("B3", "规则类型已经更换"),
    }
    assert row_of(found, cast.team).after.score == Decimal(100)


def test_waiting_and_claimed_entries_count_for_neither_side(cast, scheme):  # noqa: F811
    waiting(cast)
    claim(cast)
    draft = schemes.copy_version(scheme=scheme, by=cast.users[Role.OFFICE_LEAD])
    change(cast, draft, "B1", parameters={"each": "2"})
    assert row_of(tried(draft), cast.team).change == 0


def test_nothing_is_written(cast, draft, sign_in):
    change(cast, draft, "B3", parameters={"each": "3"})
    client = sign_in(Role.COMMITTEE)
    client.get(reverse("scheme_list"))
    before = [ScoreEntry.objects.count(), AuditEntry.objects.count(), list(AppraisalMonth.objects.values())]
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse("scheme_trial", args=[draft.pk])).status_code == 200
    assert [one["sql"] for one in asked if not one["sql"].startswith(("SELECT", "(SELECT"))] == []
    assert before == [ScoreEntry.objects.count(), AuditEntry.objects.count(), list(AppraisalMonth.objects.values())]


# --- Page --------------------------------------------------------------------------------------
def test_page_shows_both_sides_and_one_team_line_by_line(cast, draft, sign_in):
    change(cast, draft, "B3", parameters={"each": "3"})
    client = sign_in(Role.OFFICE)
    url = reverse("scheme_trial", args=[draft.pk])
    shown = client.get(url, {"from": "2026-11", "until": "2026-11", "team": cast.team.pk}).content.decode()
    for words in ("97.6分", "96.8分", "B3−0.8分", "逐条对照", "1个得分有变化"):
        assert words in shown
    assert "导出Excel" in shown


def test_the_comparison_as_a_workbook(cast, draft, sign_in, tmp_path):
    change(cast, draft, "B3", parameters={"each": "3"})
    url = f"{reverse('scheme_trial', args=[draft.pk])}?from=2026-11&until=2026-11"
    answer = sign_in(Role.OFFICE).post(url)
    path = tmp_path / "trial.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    rows = [[str(one) for one in row] for row in load_workbook(path).worksheets[0].iter_rows(values_only=True)]
    head = next(n for n, row in enumerate(rows) if "联村工作组" in row)
    own = dict(zip(rows[head], next(row for row in rows if cast.team.name in row), strict=True))
    assert (Decimal(own["原得分"]), Decimal(own["试算得分"])) == (Decimal("97.6"), Decimal("96.8"))
    assert AuditEntry.objects.filter(action="list.export", object_label__contains="试算（2026年11月）").exists()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"from": "2026-12", "until": "2026-11"}, "请从列出的月份中选择"),
        ({"from": "x", "until": "2026-11"}, "请从列出的月份中选择"),
    ],
)
def test_bad_months_are_told(draft, sign_in, asked, told):
    answer = sign_in(Role.COMMITTEE).get(reverse("scheme_trial", args=[draft.pk]), asked)
    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_leader_does_not_try_out(scheme, sign_in):  # noqa: F811
    assert sign_in(Role.LEADER).get(reverse("scheme_trial", args=[scheme.pk])).status_code == 403


def test_number_of_queries_does_not_grow(cast, scheme, django_assert_max_num_queries):  # noqa: F811
    for n in range(10):
        deduct(
            cast,
            "B1",
            village=(cast.own, cast.other)[n % 2],
            occurred_on=date(2026, 11, 2 + n),
            fact=f"第{n}起矛盾没有按时上报。",
        )
    version = with_terms(Scheme.objects.filter(pk=scheme.pk)).get()
    months = list(AppraisalMonth.objects.order_by("month"))
    with django_assert_max_num_queries(7):
        assert len(try_out(version, months, TODAY).rows) == 2


def test_two_months_are_the_mean_of_scores_and_the_sum_of_money(cast, scheme):  # noqa: F811
    for day in (date(2026, 10, 20), date(2026, 11, 24)):
        deduct(cast, occurred_on=day, fact=f"{day}无人在岗。")
    deduct(cast, "A1", occurred_on=date(2026, 11, 3), fact="支部主题党日没有开展。")
    lead = cast.users[Role.OFFICE_LEAD]
    following = schemes.copy_version(scheme=scheme, by=lead)
    change(cast, following, "B3", parameters={"each": "2"})
    row = row_of(tried(following), cast.team)
    # October 99.6 → 99.2, November 97.6 → 97.2.
    assert row.months == 2
    assert (row.before.score, row.after.score) == (Decimal("98.6"), Decimal("98.2"))
    assert row.before.money == 2 * (Decimal("298.80") + Decimal("292.80"))
    assert row.moved_sentence == "B3−0.4分"
