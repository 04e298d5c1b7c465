"""回避 is one rule: what the permission says, the list shows and the database takes is the same on every edge of the
days that a decision is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from appraisal.actions import years
from appraisal.as_body import MARK, MINUTES_ASKED
from appraisal.models import (
    AnnualAssessment,
    AnnualGrade,
    AnnualSummary,
    AppraisalMonth,
    Correction,
    MonthlyScore,
    Payout,
    QuarterlyReview,
    ScoreEntry,
    TeamReview,
)
from appraisal.payouts import SAMPLE as QUARTER_TERMS
from appraisal.permissions import RECUSED
from appraisal.permissions_months import decide_corrections, review_months
from appraisal.permissions_quarters import approve_quarters, review_teams
from appraisal.permissions_years import check_summary, decide_years, grade_row
from appraisal.recusal import TOWN, Days, Part, part_in
from appraisal.recusal_guards import MESSAGE
from appraisal.tests.entry_scene import scheme, second_clerk
from appraisal.tests.score_scene import at
from appraisal.todos_signing import signing_sources
from appraisal.year_terms import SAMPLE as YEAR_TERMS
from appraisal.year_todos import year_sources
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import Role
from lianzhen.accounts.standing import Service
from lianzhen.periods import Month, Quarter, Year
from lianzhen.tests.cast import START
from lianzhen.tests.year_rows import TEXTS
from lianzhen.trail import acting
from villages.models import Person, Posting

__all__ = ["scheme"]
TODAY = date(2027, 1, 20)
NOW = at(TODAY)
ONE_DAY = timedelta(days=1)
NOVEMBER, Q4, YEAR = Month(2026, 11), Quarter(2026, 4), Year(2026)
#: Put off into November.
FACT = date(2026, 10, 28)


class Case(NamedTuple):
    """One act: what it is about, who may do it, where it waits, and what it writes."""

    row: Any
    days: Any
    may: Callable[[User, Any], Any]
    writes: dict[str, Any]
    who: str
    source: str = ""
    role: Role = Role.COMMITTEE
    of_town: bool = False


@pytest.fixture
def cases(cast, scheme):
    """Everything that waits for a signature, written straight to the tables."""
    office = cast.users[Role.OFFICE]
    of_team = {"team": cast.team, "village": cast.own, "village_name": cast.own.name, "position": 1}
    with time_machine.travel(NOW, tick=False), acting(by=None, action="test.scene", label="测试数据"):
        month = _saved(AppraisalMonth(month=NOVEMBER.start, scheme=scheme, state="review"), checked=office)
        score = _saved(MonthlyScore(month=month, place=1, **of_team, **FIGURES))
        slip = Correction(number="更202701-0001", score=score, entry=_entry(cast, scheme), points=1, reason="材料后补")
        _saved(slip, created_by=office)
        review = QuarterlyReview(quarter=Q4.start, scheme=scheme, terms=QUARTER_TERMS.to_json(), state="committee")
        _saved(review, handed=office)
        grades = {"proposed": "好", "grade": "好"}
        team_review = _saved(TeamReview(review=review, months=[], score=98, place=1, **grades, **of_team))
        payout = Payout(review=review, number=2, formula="示例", people=1, total=1, reason="更正")
        _saved(payout, created_by=office)
        year = _saved(AnnualAssessment(year=YEAR.number, scheme=scheme, terms=YEAR_TERMS.to_json(), state="summary"))
        told = {"opinion": "属实。", "opinion_grade": "合格", "state": "office", **TEXTS}
        summary = AnnualSummary(assessment=year, **told, **of_team)
        leader = cast.users[Role.LEADER]
        _saved(summary, written=leader, submitted=leader, opinion=cast.users[Role.DISTRICT])
        del of_team["village_name"]
        grade = _saved(AnnualGrade(assessment=year, summary=summary, months=[], quarters=[], **of_team))
    decided = {"state": "decided", "decided_on": TODAY, "basis": "", "handed_at": NOW, "handed_by": office}
    declined, approved, of_slip = {"state": "declined"}, {"state": "approved"}, Days(FACT, NOVEMBER.end)
    noted, grounded = {"decision_note": ""}, {"basis": ""}
    return {
        "month": Case(month, NOVEMBER, review_months, {}, "reviewed", "sign_months", of_town=True),
        "slip": Case(slip, of_slip, decide_corrections, declined | noted, "decided", "sign_corrections"),
        "quarter": Case(review, Q4, approve_quarters, approved | grounded, "approved", "sign_quarters", of_town=True),
        "payout": Case(payout, Q4, approve_quarters, approved | noted, "approved", "sign_payouts", of_town=True),
        "team": Case(team_review, Q4, review_teams, {}, "reviewed"),
        "grade": Case(grade, YEAR, grade_row, {"grade": "合格", "reason": "没有得分"}, "graded"),
        "year": Case(year, YEAR, decide_years, decided, "decided", of_town=True),
        "check": Case(summary, YEAR, check_summary, {"state": "checked"}, "checked", "annual_check", Role.OFFICE_LEAD),
    }  # fmt: skip


FIGURES = dict.fromkeys(("village_total", "team_own", "team_total", "deducted", "bonus"), Decimal(0)) | {"detail": {}}


def _saved(row, created_by=None, **steps):
    for step, user in steps.items():
        setattr(row, f"{step}_at", NOW)
        setattr(row, f"{step}_by", user)
    if created_by is not None:
        row.created_by = created_by
    row.save()
    return row


def _entry(cast, scheme):
    clause = scheme.clauses.get(number="B1")
    return _saved(
        ScoreEntry(
            number="扣202611-0001",
            kind="deduction",
            month=NOVEMBER.start,
            clause=clause,
            clause_number=clause.number,
            clause_text=clause.text,
            village=cast.own,
            team=cast.team,
            occurred_on=FACT,
            values={"quantity": "1"},
            points=Decimal(1),
            calculation="1起",
            fact="一起纠纷没有上报。",
            state="effective",
            recorded_by=cast.users[Role.OFFICE],
            recorded_at=NOW,
            notified_at=NOW,
            appeal_until=NOW,
        )
    )


def serving(cast, user, starts_on, ends_on, team=None):
    """The one posting of the user in a team, moved to these days; the account as a new request finds it."""
    with acting(by=None, action="test.scene", label="测试数据"):
        person, _ = Person.objects.get_or_create(user=user, defaults={"name": user.name, "department": cast.department})
        Posting.objects.filter(person=person, team__isnull=False).delete()
        Posting(person=person, team=team or cast.team, starts_on=starts_on, ends_on=ends_on).save()
    return User.objects.get(pk=user.pk)


def writes(case: Case, user: User, ground: str = "会") -> bool:
    """Past every action; whether the database takes it."""
    facts = {name: ground if value == "" else value for name, value in case.writes.items()}
    facts |= {f"{case.who}_by": user, f"{case.who}_at": NOW}
    problem = ""
    try:
        with transaction.atomic():
            type(case.row).objects.filter(pk=case.row.pk).update(**facts)
            transaction.set_rollback(True)
    except IntegrityError as said:
        problem = str(said)
    assert not problem or MESSAGE in problem
    return not problem


def waits(case: Case, user: User) -> bool | None:
    """Whether the home leads to it; None where nothing leads to single rows."""
    if not case.source:
        return None
    sources = signing_sources(user, TODAY) | year_sources(user, TODAY)
    return sources[case.source].rows.filter(pk=case.row.pk).exists()


def edges(cast, case: Case) -> dict[str, tuple[date, date | None, Any, bool]]:
    """From when to when somebody serves, in which other team, and whether that bars him."""
    first, last = case.days.start, case.days.end
    return {
        "left the day before": (START, first - ONE_DAY, None, False),
        "left on the first day": (START, first, None, True),
        "came on the last day": (last, last + ONE_DAY, None, True),
        "came the day after": (last + ONE_DAY, last + 2 * ONE_DAY, None, False),
        "serves": (START, None, None, True),
        "served elsewhere": (START, last, cast.other_team, case.of_town),
    }


@time_machine.travel(NOW, tick=False)
def test_on_every_edge_permission_list_and_database_agree(cast, cases):
    second_clerk(cast, Role.COMMITTEE)
    second_clerk(cast, Role.OFFICE_LEAD, "t_third")
    found, expected = {}, {}
    for name, case in cases.items():
        for edge, (starts_on, ends_on, team, barred) in edges(cast, case).items():
            member = serving(cast, cast.users[case.role], starts_on, ends_on, team)
            verdict = case.may(member, case.row)
            assert verdict or verdict.reason == RECUSED
            found[name, edge] = (not verdict, waits(case, member), writes(case, member))
            expected[name, edge] = (barred, None if case.source == "" else not barred, not barred)
    assert found == expected


def pages_asking_minutes(cases):
    payout = cases["payout"].row
    return {
        "month": reverse("month_review", args=[NOVEMBER.key]),
        "slip": reverse("correction_decide", args=[cases["slip"].row.pk]),
        "payout": reverse("quarter_further_decide", args=[payout.review.period.key, payout.number]),
    }


@time_machine.travel(NOW, tick=False)
def test_where_all_are_barred_who_has_left_registers_what_the_body_decided(cast, cases, client):
    """Of all who could sign one serves in a team still and one has left: he comes first, and the sentence is true."""
    with acting(by=None, action="test.scene", label="测试数据"):
        RoleGrant.objects.filter(role=Role.OFFICE_LEAD).update(ends_on=START)
    other = second_clerk(cast, Role.COMMITTEE)
    for name in ("month", "slip", "quarter", "payout", "grade", "year"):
        case = cases[name]
        member = serving(cast, cast.users[Role.COMMITTEE], START, case.days.end)
        for edge, (starts_on, ends_on, team, barred) in edges(cast, case).items():
            serving(cast, other, starts_on, ends_on, team)
            member = User.objects.get(pk=member.pk)
            assert (name, edge, bool(case.may(member, case.row))) == (name, edge, barred)
            assert (name, edge, waits(case, member)) == (name, edge, barred if case.source else None)
        still = serving(cast, other, START, None)
        who = "同志" if name in ("month", "slip") else "党委委员"
        where = "联村工作组" if case.of_town else "这个工作组"
        said = f"可以审定的{who}都在{where}任职或者当时任职，由党委会集体审定，这里登记会议决定。"
        assert case.may(member, case.row).reason == said
        assert waits(case, member) is not False
        assert writes(case, member, f"荷党纪要〔2027〕1号{MARK}")
        assert writes(case, member) == (name in ("month", "grade"))  # their ground stands on the trail, or nowhere
        assert case.may(still, case.row).reason == RECUSED
        assert not waits(case, still)
        # Where all of them serve still, nobody has left.
        both = serving(cast, member, START, None)
        said = f"可以审定的{who}都在{where}任职，由党委会集体审定，这里登记会议决定。"
        assert {case.may(one, case.row).reason for one in (both, still)} == {said}
        # Where the ground is else optional, the form asks for the minutes.
        if url := pages_asking_minutes(cases).get(name):
            client.force_login(both, backend="lianzhen.accounts.backends.AccountOrPhoneBackend")
            for answer in (client.get(url), client.post(url, {"decision": "approve", "agrees": "yes"})):
                assert "依据（会议纪要文号）" in answer.content.decode()
            assert MINUTES_ASKED in answer.content.decode()


@time_machine.travel(NOW, tick=False)
def test_what_nobody_else_may_is_no_dead_end(cast, cases):
    """Notes of the review and the check of a summary are no decisions of the body: whoever has left does them."""
    with acting(by=None, action="test.scene", label="测试数据"):
        keep = cast.users[Role.COMMITTEE]
        RoleGrant.objects.exclude(user=keep).update(ends_on=START)
    for name in ("team", "check"):
        case = cases[name]
        member = serving(cast, keep, START, case.days.end)
        assert case.may(member, case.row)
        assert writes(case, member)
        assert case.may(serving(cast, keep, START, None), case.row).reason == RECUSED


@time_machine.travel(NOW, tick=False)
def test_the_pages_of_whoever_served_say_so_and_cost_no_more(cast, cases, client):
    """The one posting of the committee is over since November; somebody else of it is free."""
    free = second_clerk(cast, Role.COMMITTEE)
    past = serving(cast, cast.users[Role.COMMITTEE], START, NOVEMBER.start)
    assert years.own_rows(past, YEAR.number) == ({cast.team.pk}, {})  # left aside by 其余按建议等次
    assert years.own_rows(past, YEAR.number + 1) == (set(), {})
    pages = {
        reverse("month_review", args=[NOVEMBER.key]): "month",
        reverse("quarter_approval", args=[Q4.key]): "quarter",
        reverse("quarter_review", args=[Q4.key]): "team",
        reverse("correction", args=[cases["slip"].row.pk]): "slip",
        reverse("home"): "",
        reverse("approval_list"): "",
    }
    said, cost = {}, {}
    for user in (free, past):
        client.force_login(user, backend="lianzhen.accounts.backends.AccountOrPhoneBackend")
        for url in pages:
            with CaptureQueriesContext(connection) as asked:
                shown = client.get(url).content.decode()
            cost[user, url], said[user, url] = len(asked), RECUSED in shown
    # A summary with its next steps asks most of those who served in the team; the district has nobody of its own.
    clerk = serving(cast, cast.users[Role.OFFICE], START, YEAR.start)
    client.force_login(clerk, backend="lianzhen.accounts.backends.AccountOrPhoneBackend")
    with acting(by=None, action="test.scene", label="测试数据"):
        RoleGrant.objects.filter(user=cast.users[Role.OFFICE_LEAD]).update(ends_on=START)
        Posting.objects.filter(group__isnull=False).update(ends_on=START)
    summary = cases["check"].row
    url = reverse("year_summary", args=[YEAR.number, summary.pk])
    for state in ("office", "district"):
        facts = {"state": state} if state == "office" else {"state": state, "opinion_at": None, "opinion_by": None}
        AnnualSummary.objects.filter(pk=summary.pk).update(**facts)
        with CaptureQueriesContext(connection) as asked:
            assert RECUSED in client.get(url).content.decode()
        cost[clerk, state] = len(asked)
    assert max(cost.values()) <= 15, cost
    for url, name in pages.items():
        assert said[free, url] is False
        assert said[past, url] is bool(name)


@given(
    since=st.dates(date(2026, 1, 1), date(2026, 3, 1)),
    length=st.integers(0, 40),
    start=st.dates(date(2026, 1, 1), date(2026, 3, 1)),
    days=st.integers(0, 40),
)
def test_whoever_served_on_one_of_the_days_has_a_part(since, length, start, days):
    service = Service(7, 1, "示例一村", "组员", since, since + timedelta(days=length))
    standing = SimpleNamespace(teams=frozenset, served=(service,))
    asked = Days(start, start + timedelta(days=days))
    shared = any(service.covers(start + timedelta(days=n)) for n in range(days + 1))
    assert part_in(standing, 7, asked) is part_in(standing, TOWN, asked) is (Part.THEN if shared else Part.NONE)
    assert part_in(standing, 8, asked) is part_in(standing, None, asked) is part_in(standing, 7) is Part.NONE
    assert part_in(SimpleNamespace(teams=lambda: {7}, served=()), 7) is Part.NOW
