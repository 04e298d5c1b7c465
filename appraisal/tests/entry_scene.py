"""What the tests of deductions, bonuses and appeals set their scenes with. No test here."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from appraisal.actions import appeals, bonuses, entries, schemes
from appraisal.models import Appeal, AppraisalMonth, Clause, Scheme, ScoreEntry
from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START, Cast, make_user
from lianzhen.trail import acting

#: Thursday. The cast is in office since 2024; the scheme judges from then on.
TODAY = date(2026, 11, 26)
NOW = timezone.make_aware(datetime.combine(TODAY, time(14, 0)))
DAY = date(2026, 11, 24)
MONTH = date(2026, 11, 1)
#: 17:00 of the third working day after the notice: Tuesday.
UNTIL = timezone.make_aware(datetime(2026, 12, 1, 17, 0))


@pytest.fixture
def scheme(cast: Cast) -> Scheme:
    return adopt_example(cast)


def adopt_example(cast: Cast, month: date = date(2026, 1, 1), **changes: Any) -> Scheme:
    """The shipped example in force. `changes`: settings of the version."""
    lead = cast.users[Role.OFFICE_LEAD]
    draft = schemes.install_example(by=lead)
    if changes:
        draft = schemes.change_settings(scheme=draft, by=lead, **changes)
    schemes.submit(scheme=draft, by=lead, today=TODAY)
    return schemes.adopt(
        scheme=draft, month_from=month, basis="荷党发〔2026〕1号", adopted_on=START, today=TODAY, by=lead
    )


def set_clause(scheme: Scheme, number: str, **facts: Any) -> Clause:
    """A clause of an adopted version as the test needs it."""
    clause = scheme.clauses.get(number=number)
    with acting(by=None, action="test.scene", label="测试数据"):
        for name, value in facts.items():
            setattr(clause, name, value)
        clause.save()
    return clause


def clause(number: str) -> Clause:
    return Clause.objects.get(number=number)


def deduct(cast: Cast, number: str = "B3", **more: Any) -> ScoreEntry:
    """A deduction of one time by the office's clerk, about the own village."""
    facts = {
        "village": cast.own,
        "clause": clause(number),
        "occurred_on": DAY,
        "answers": {"quantity": "1"},
        "fact": "上午10:20到村部，无联村干部在岗。",
        "by": cast.users[Role.OFFICE],
        "now": NOW,
        **more,
    }
    return entries.record_deduction(**facts).entry


def waiting(cast: Cast, **more: Any) -> ScoreEntry:
    """One that needs a second person: three points."""
    return deduct(cast, "B1", **{"answers": {"quantity": "3"}, "fact": "三起矛盾没有按时上报。", **more})


def claim(cast: Cast, level: str = "镇认定", size: str = "1.5", **more: Any) -> ScoreEntry:
    facts = {
        "village": cast.own,
        "clause": clause("G2"),
        "occurred_on": DAY,
        "answers": {"choice": level, "points": size},
        "fact": "湘莲合作社带动十户。",
        "by": cast.users[Role.LEADER],
        "now": NOW,
        **more,
    }
    return bonuses.claim_bonus(**facts).entry


def verified(cast: Cast, **more: Any) -> ScoreEntry:
    entry = claim(cast, **more)
    entry = bonuses.give_opinion(entry=entry, is_for=True, opinion="属实", by=cast.users[Role.DISTRICT], now=NOW).entry
    return bonuses.verify(entry=entry, verified_points=entry.points, note="", by=cast.users[Role.OFFICE], now=NOW).entry


def appeal(cast: Cast, entry: ScoreEntry | None = None, **more: Any) -> Appeal:
    facts = {
        "entry": entry or deduct(cast),
        "reason": "fact",
        "text": "当天上午李示例在村部值守，有去向牌照片。",
        "by": cast.users[Role.LEADER],
        "now": NOW + timedelta(hours=1),
        **more,
    }
    return appeals.file_appeal(**facts)


def answered(cast: Cast, found: Appeal | None = None, outcome: str = "keep", **more: Any) -> Appeal:
    facts = {
        "appeal": found or appeal(cast),
        "outcome": outcome,
        "answer": "经核查，当天去向牌写明外出办事。",
        "by": cast.users[Role.OFFICE_LEAD],
        "now": NOW + timedelta(hours=2),
        **more,
    }
    return appeals.decide(**facts)


def close_month(state: str = "publicity", month: date = MONTH) -> AppraisalMonth:
    """The month as its closing would have left it."""
    row = AppraisalMonth.objects.get(month=month)
    with acting(by=None, action="test.scene", label="测试数据"):
        row.state = state
        row.publicity_from, row.publicity_until = month + timedelta(days=32), month + timedelta(days=35)
        if state in AppraisalMonth.SEALED:
            row.locked_at, row.locked_by, row.seal = NOW, make_user("定稿人", f"t_lock_{month:%m}"), "0" * 64
        row.save()
    return row


def second_clerk(cast: Cast, role: Role = Role.OFFICE, name: str = "t_second") -> Any:
    from lianzhen.accounts.models import RoleGrant

    with acting(by=None, action="test.scene", label="测试数据"):
        user = make_user("丁同事", name)
        RoleGrant(user=user, role=role, starts_on=START, reason="测试").save()
    return user


def serve_too(cast: Cast, role: Any) -> Any:
    """The account of the role (or a given one) also serves in the own team."""
    from villages.models import Person, Posting

    user = cast.users.get(role, role)
    with acting(by=None, action="test.scene", label="测试数据"):
        person = Person.objects.filter(user=user).first()
        if person is None:
            person = Person(name=user.name, user=user, phone=f"199{user.pk:08d}", department=cast.department)
            person.save()
        Posting(person=person, team=cast.team, starts_on=START).save()
    return type(user).objects.get(pk=user.pk)


def pts(text: str) -> Decimal:
    return Decimal(text)
