"""Who wrote in an application for 村为主自治: whoever began, filled a page, or sent it, and takes no later step.

The row names who began and who sent it; of those who filled a page the trail, which nobody changes, knows.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from lianzhen.accounts.models import User
from lianzhen.trail.models import AuditEntry
from villages.models import SelfGovApplication

#: The acts of filling a page.
WRITES = ("selfgov.explain", "selfgov.reason", "selfgov.meeting", "selfgov.instructor")


def writers(application: SelfGovApplication) -> set[int]:
    """Accounts. One query."""
    filled = AuditEntry.objects.about(application).filter(action__in=WRITES).order_by()
    found = {*filled.values_list("by_id", flat=True), application.started_by_id, application.submitted_by_id}
    return {pk for pk in found if pk is not None}


def wrote(user: User, application: SelfGovApplication) -> bool:
    """At most one query."""
    if user.pk in (application.started_by_id, application.submitted_by_id):
        return True
    return AuditEntry.objects.about(application).filter(action__in=WRITES, by=user).exists()


def written_by(user: User) -> Q:
    """A condition on applications: the user filled a page of them."""
    entries = AuditEntry.objects.filter(
        model=SelfGovApplication._meta.label_lower, object_id=OuterRef("pk"), action__in=WRITES, by=user
    )
    return Q(Exists(entries))
