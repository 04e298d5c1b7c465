"""Two papers issued at the same moment: no number is given twice, none is left out."""

from __future__ import annotations

from functools import partial

import pytest

from appraisal.actions.quarter_papers import issue_review
from appraisal.models import IssuedDocument
from appraisal.tests.quarter_scene import NOW, decided
from appraisal.tests.test_leave_at_once import at_once
from lianzhen.accounts.roles import Role
from lianzhen.tests.document_rows import issued

pytestmark = pytest.mark.django_db(transaction=True)


def test_numbers_of_two_at_once(cast):
    facts = {"kind": IssuedDocument.Kind.BULLETIN, "period": "2018-W42", "year": 2018, "numbered": True}
    answers = at_once(*[lambda: issued(cast, **facts) for _ in "abc"])
    assert answers == ["done"] * 3
    numbers = IssuedDocument.objects.order_by("number").values_list("number", "total_number")
    assert list(numbers) == [(1, 1), (2, 2), (3, 3)]


def test_of_two_reviews_issued_at_once_one_corrects_the_other(cast):
    review, lead = decided(cast), cast.users[Role.OFFICE_LEAD]
    acts = [
        partial(issue_review, review=review, by=lead, now=NOW, official_number=f"荷联发〔2027〕{number}号")
        for number in (1, 2)
    ]
    assert at_once(*acts) == ["done"] * 2
    first, second = IssuedDocument.objects.order_by("pk")
    assert (first.corrects, second.corrects) == (None, first)
