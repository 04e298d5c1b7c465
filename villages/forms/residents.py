"""The people of one village as choices of a form."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from villages.models import Person, Village


def residents(village: Village, *, keep: int | None = None, staff: bool = False) -> QuerySet[Person]:
    """Current people of the village, with the town's staff where `staff` is set. `keep` is the one a record
    names already: correcting its other facts must not lose him when he has left the register."""
    condition = Q(village=village)
    if staff:
        condition |= Q(department__isnull=False)
    people = Person.objects.filter((condition & Q(ended_on=None)) | Q(pk=keep))
    return people.select_related("department", "villager_group", "village").order_by("pinyin", "pk")
