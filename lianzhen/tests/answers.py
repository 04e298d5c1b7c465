"""What a test asks of an act besides the rows: with which words it refused, whom it told what. No test here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from lianzhen.accounts.models import User
from lianzhen.notices.models import Notice


def refused(work: Callable[[], Any]) -> str:
    """The sentences of the refusal; the test fails where the act is carried out."""
    with pytest.raises(ValidationError) as refusal:
        work()
    return "".join(refusal.value.messages)


def told(user: User) -> list[str]:
    """What the notices say that somebody got."""
    return list(Notice.objects.filter(user=user).values_list("text", flat=True))
