"""Two papers issued at the same moment: no number is given twice, none is left out."""

from __future__ import annotations

import pytest

from appraisal.models import IssuedDocument
from appraisal.tests.test_leave_at_once import at_once
from lianzhen.tests.document_rows import issued

pytestmark = pytest.mark.django_db(transaction=True)


def test_numbers_of_two_at_once(cast):
    facts = {"kind": IssuedDocument.Kind.BULLETIN, "period": "2018-W42", "year": 2018, "numbered": True}
    answers = at_once(*[lambda: issued(cast, **facts) for _ in "abc"])
    assert answers == ["done"] * 3
    numbers = IssuedDocument.objects.order_by("number").values_list("number", "total_number")
    assert list(numbers) == [(1, 1), (2, 2), (3, 3)]
