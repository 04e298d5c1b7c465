"""What tests of duty start from: a team with fixed days 周二、周四, and a picture to send."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from appraisal.actions.duty import log_duty
from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START, Cast
from lianzhen.trail import acting
from villages.actions.teams import set_duty_days
from villages.models import Posting

#: A Thursday: a fixed day of the team. 周二 was the 24th.
TODAY = date(2026, 11, 26)
TUE, WED, THU = date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 26)
NEXT_TUE = date(2026, 12, 1)
#: Eight days ago: beyond the seven of the rules.
LONG_AGO = date(2026, 11, 18)
NOW = datetime.fromisoformat("2026-11-26T10:00:00+08:00")


@pytest.fixture
def duty(cast: Cast, settings: Any, tmp_path: Any):
    """The cast on a Thursday morning. The office's account has no post in a village."""
    settings.MEDIA_ROOT = tmp_path
    set_duty_days(team=cast.team, weekdays="24", starts_on=START, by=None)
    set_duty_days(team=cast.other_team, weekdays="24", starts_on=START, by=None)
    with time_machine.travel(NOW, tick=False):
        yield cast


def entered(cast: Cast, *roles: Role, by: Role = Role.LEADER, day: date = THU, **more: Any) -> Any:
    """An entry of the cast's team through the action."""
    people = [cast.people[role] for role in roles or (by,)]
    return log_duty(team=cast.team, day=day, people=people, by=cast.users[by], today=TODAY, **more)


def serves_too(cast: Cast, role: Role) -> None:
    """Post somebody of the cast to the team besides what he is."""
    with acting(by=None, action="test", label="测试"):
        Posting(team=cast.team, person=cast.people[role], starts_on=START).save()
    cast.users[role].__dict__.pop("standing", None)


def picture(width: int = 400, height: int = 300, *, form: str = "JPEG", **more: Any) -> SimpleUploadedFile:
    out = BytesIO()
    Image.radial_gradient("L").resize((width, height)).convert("RGB").save(out, form, **more)
    return SimpleUploadedFile("驻村.jpg", out.getvalue(), content_type="image/jpeg")


def is_workbook(answer: Any) -> bool:
    """Whether an export came; reads it to its end, which closes it."""
    start = b"".join(answer.streaming_content)[:2]
    return start == b"PK"
