"""Who wrote in an application for 村为主自治, as a condition: whoever fills a page takes no later step."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from lianzhen.accounts.models import User
from lianzhen.trail.models import AuditEntry
from villages.models import SelfGovApplication


def written_by(user: User) -> Q:
    """Applications of which the user filled a page, as `SelfGovApplication.writers`."""
    entries = AuditEntry.objects.filter(
        model=SelfGovApplication._meta.label_lower,
        object_id=OuterRef("pk"),
        action__in=SelfGovApplication.WRITES,
        by=user,
    )
    return Q(Exists(entries))
