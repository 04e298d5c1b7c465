"""Rows of duty for the sweeps: one of the own village, in the states that its pages are for, and one of the other."""

from __future__ import annotations

from datetime import time, timedelta
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import Cast


def duty_rows(cast: Cast) -> dict[str, list[Any]]:
    """By what their addresses begin with. A late entry that the leader made today for himself and the member; a
    shift that the member asks for; a spot check of the office. To be called inside an act."""
    sides = [_side(cast, own=True), _side(cast, own=False)]
    found = {kind: [side[kind] for side in sides] for kind in sides[0]}
    return {**found, "duty/teams": [cast.team, cast.other_team]}


def _side(cast: Cast, *, own: bool) -> dict[str, Any]:
    from appraisal.models import DutyAttendance, DutyLog, DutyPhoto, DutyShift, SpotCheck
    from lianzhen.pages import photos

    today = timezone.localdate()
    team = cast.team if own else cast.other_team
    leader, member = (cast.users[Role.LEADER], cast.users[Role.MEMBER]) if own else (cast.outsider, cast.outsider)
    log = DutyLog(team=team, day=today - timedelta(days=40), state="pending", late_reason="没有信号", created_by=leader)
    log.save()
    people = [cast.people[Role.LEADER], cast.people[Role.MEMBER]] if own else [cast.other_resident]
    entered = [DutyAttendance(log=log, person=person, created_by=leader) for person in people]
    for row in entered:
        row.save()
    name = photos.store(photos.prepare(_picture()), log.day)
    photo = DutyPhoto(log=log, stored_as=name, width=8, height=8, created_by=leader)
    photo.save()
    shift = DutyShift(team=team, to_day=today + timedelta(days=10), reason="开会", created_by=member)
    shift.save()
    check = SpotCheck(
        team=team,
        day=today,
        at=time(0, 1),
        found="nobody",
        state="asked",
        explain_by=today + timedelta(days=4),
        created_by=cast.users[Role.OFFICE],
    )
    check.save()
    return {
        "duty": log,
        "duty/people": entered[-1],
        "duty/photos": photo,
        "duty/shifts": shift,
        "duty/checks": check,
    }


def _picture() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "JPEG")
    return SimpleUploadedFile("a.jpg", out.getvalue())
