"""The checks of a row asked at once: the same answer as one by one, in one question."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import CheckConstraint
from django.test.utils import CaptureQueriesContext

from appraisal.models import ScoreEntry
from lianzhen.accounts.roles import Role


def checks_of(row):
    return [one for one in row._meta.constraints if isinstance(one, CheckConstraint)]


def one_by_one(row, left_out=()):
    """What Django itself says: the sentence of every check that does not hold."""
    said = []
    for constraint in checks_of(row):
        try:
            constraint.validate(type(row), row, exclude=set(left_out))
        except ValidationError as problem:
            said += problem.messages
    return said


def at_once(row, left_out=()):
    try:
        row.validate_constraints(exclude=set(left_out))
    except ValidationError as problem:
        return problem.messages
    return []


@pytest.fixture
def entry(cast):
    clerk = cast.users[Role.OFFICE]
    return ScoreEntry(
        month=date(2018, 10, 1), fact="公路沿线有垃圾。", points=Decimal(1), kind="deduction", recorded_by=clerk
    )


def test_a_good_row_costs_one_question(entry):
    assert len(checks_of(entry)) > 15
    with CaptureQueriesContext(connection) as asked:
        assert at_once(entry) == []
    assert sum("SAVEPOINT" not in query["sql"] for query in asked) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"points": Decimal(-1)},
        {"points": Decimal(-1), "fact": "", "month": date(2018, 10, 2)},
        {"state": "agreed"},
        {"state": "notified", "needs_second": True},
        {"state": "changed", "changed_points": Decimal(3)},
        {"changed_points": None, "kind": "bonus", "state": "waiting"},
        {"end_reason": "", "state": "withdrawn"},
    ],
)
def test_a_bad_row_is_told_every_sentence(entry, changes):
    for name, value in changes.items():
        setattr(entry, name, value)
    said = at_once(entry)
    assert said
    assert said == one_by_one(entry)


def test_the_same_person_twice_is_seen(entry):
    entry.confirmed_by, entry.confirmed_at = entry.recorded_by, entry.recorded_at
    assert at_once(entry) == one_by_one(entry) == ["登记人不能复核自己登记的记录。"]


def test_a_field_that_is_wrong_already_is_passed_over(entry):
    entry.points, entry.fact = Decimal(-1), ""
    assert at_once(entry, ["points"]) == one_by_one(entry, ["points"]) == ["请填写事实。"]
