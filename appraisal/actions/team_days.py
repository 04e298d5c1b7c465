"""The one door to what a team did, or shall do, on a day.

Duty entries, shifts and spot checks are written through `team_day` and nowhere else: acts on one team wait
for each other at its row, so that two members who enter the same day at once meet in one entry. A rule about
days that may no longer be written belongs here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models

from appraisal.seals import ensure_open
from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.trail.recording import Act
from lianzhen.wording import full_date
from villages.models import LiaisonTeam


@contextmanager
def team_day(
    *,
    team: LiaisonTeam | int,
    day: date,
    by: User | None,
    action: str,
    label: str,
    reason: str = "",
    field: str = "day",
) -> Iterator[tuple[Act, LiaisonTeam]]:
    """An act about one day of one team, holding the team's row; gives the act and the team as it is now,
    with village and district. Raises ValidationError at `field` when the team does not exist on the day, or its
    month is sealed."""
    with acting(by=by, action=action, label=label, reason=reason) as act:
        # `of`: the outer join to the district cannot be locked.
        rows = LiaisonTeam.objects.select_for_update(of=("self",)).select_related("village__group")
        held = rows.get(pk=getattr(team, "pk", team))
        refuse_outside(held, day, field)
        ensure_open(day, field=field)
        yield act, held


def refuse_outside(team: LiaisonTeam, day: date, field: str) -> None:
    if day < team.starts_on:
        raise ValidationError({field: f"{team}于{full_date(team.starts_on)}成立，请选择这一天以后的日期。"})
    if team.ends_on is not None and day > team.ends_on:
        raise ValidationError({field: f"{team}止于{full_date(team.ends_on)}，请选择这一天以前的日期。"})


def save_checked(row: models.Model) -> None:
    """Save a row that an act has put together: its own fields are checked here, its relations were just
    read under the lock, and the constraints are the database's. Checking all of that again by queries would
    take longer than the entry itself, which is made on a phone with a weak signal."""
    relations = [f.name for f in row._meta.concrete_fields if f.is_relation]
    row.clean_fields(exclude=relations)
    row.save()
