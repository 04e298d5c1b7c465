"""The database knows who serves in the team: nobody acts about his own, not even past the actions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from appraisal.models import Appeal, ScoreEntry
from appraisal.recusal_guards import ON_APPEALS, ON_ENTRIES
from appraisal.tests.entry_scene import DAY, NOW, appeal, deduct, scheme, serve_too
from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from villages.models import Posting

__all__ = ["scheme"]
pytestmark = pytest.mark.usefixtures("scheme")


def changed(row, column, user) -> bool:
    """Past every action; whether the database let it in."""
    name = column.removesuffix("_id")
    try:
        with transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**{name: user, f"{name.removesuffix('_by')}_at": NOW})
            transaction.set_rollback(True)
    except IntegrityError:
        return False
    return True


def move(user, **facts) -> None:
    with acting(by=None, action="test.scene", label="测试数据"):
        posting = Posting.objects.get(person__user=user, team__isnull=False)
        for name, value in facts.items():
            setattr(posting, name, value)
        posting.save()


@pytest.mark.parametrize("column", ON_ENTRIES)
def test_of_an_entry(cast, column):
    entry = deduct(cast)
    ScoreEntry.objects.filter(pk=entry.pk).update(rectified_by=cast.users[Role.LEADER], rectified_at=NOW)
    lead = cast.users[Role.OFFICE_LEAD]
    assert changed(entry, column, lead)
    serve_too(cast, Role.OFFICE_LEAD)
    assert not changed(entry, column, lead)
    # Left since, on the day of the fact itself or the day before.
    move(lead, ends_on=DAY)
    assert not changed(entry, column, lead)
    move(lead, ends_on=DAY - timedelta(days=1))
    assert changed(entry, column, lead)
    # Who came after it: the actions look at the day of the act.
    move(lead, ends_on=None, starts_on=NOW.date())
    assert changed(entry, column, lead)


@pytest.mark.parametrize("column", ON_APPEALS)
def test_of_an_appeal(cast, column):
    filed, lead = appeal(cast), cast.users[Role.OFFICE_LEAD]
    facts = {
        "state": "answered",
        "outcome": "keep",
        "points_after": filed.points_before,
        "answer": "核查属实，予以维持。",
    }
    others = cast.users[Role.COMMITTEE]
    Appeal.objects.filter(pk=filed.pk).update(**facts, decided_by=others, decided_at=NOW)
    assert changed(filed, column, lead)
    serve_too(cast, Role.OFFICE_LEAD)
    assert not changed(filed, column, lead)
    move(lead, ends_on=DAY)
    assert not changed(filed, column, lead)
    move(lead, ends_on=DAY - timedelta(days=1))
    assert changed(filed, column, lead)


def test_what_the_body_answers_names_its_minutes(cast):
    """Nobody is left but one of the committee, who serves in the team."""
    filed, member = appeal(cast, deduct(cast, by=cast.users[Role.OFFICE_LEAD])), serve_too(cast, Role.COMMITTEE)
    facts = {"state": "answered", "outcome": "keep", "points_after": filed.points_before, "decided_at": NOW}
    for answer, taken in (
        ("核查属实，予以维持。", False),
        ("核查属实，予以维持，党委会集体审定", False),
        ("核查属实，予以维持。依据：，党委会集体审定", False),
        ("核查属实，予以维持。依据：荷党纪要〔2026〕9号，党委会集体审定", True),
    ):
        try:
            with transaction.atomic():
                Appeal.objects.filter(pk=filed.pk).update(**facts, answer=answer, decided_by=member)
        except IntegrityError:
            assert not taken
        else:
            assert taken


def test_of_a_new_row(cast):
    entry, lead = deduct(cast), serve_too(cast, Role.OFFICE_LEAD)
    entry.pk, entry.number, entry.confirmed_by, entry.confirmed_at = None, "扣202611-9999", lead, NOW
    entry._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoreEntry.objects.bulk_create([entry])


def test_what_was_signed_before_somebody_joined_goes_on(cast):
    entry, lead = deduct(cast), cast.users[Role.OFFICE_LEAD]
    ScoreEntry.objects.filter(pk=entry.pk).update(confirmed_by=lead, confirmed_at=NOW)
    serve_too(cast, Role.OFFICE_LEAD)
    assert ScoreEntry.objects.filter(pk=entry.pk).update(read_by=cast.users[Role.LEADER], read_at=NOW) == 1
