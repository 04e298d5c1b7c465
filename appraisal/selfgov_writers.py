"""Who wrote in the yearly sheet of a self-governed village: whoever began, wrote, or sent it, and judges it no more.

The row names who wrote last; of those before the trail, which nobody changes, knows.
"""

from __future__ import annotations

from django.db.models import Exists, Q

from appraisal.models import SelfGovYear
from lianzhen.accounts.models import User
from lianzhen.trail.models import AuditEntry

#: The act of writing in it.
WRITE = "selfgov_year.write"


def wrote(user: User, sheet: SelfGovYear) -> bool:
    """At most one query."""
    if user.pk in (sheet.started_by_id, sheet.written_by_id, sheet.submitted_by_id):
        return True
    return AuditEntry.objects.about(sheet).filter(action=WRITE, by=user).exists()


def written_by(user: User) -> Q:
    """A condition on sheets: the user wrote in them. Null-proof: `exclude` of a comparison with an empty column keeps
    the row."""
    entries = AuditEntry.objects.about_each(SelfGovYear).filter(action=WRITE, by=user)
    return Q(started_by=user.pk) | Q(written_by=user.pk) | Q(submitted_by=user.pk) | Q(Exists(entries))
