"""Names that are searched by their sound: stored pinyin and initials, the same order on both databases."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from lianzhen.pinyin import full_pinyin, initials


class NamedQuerySet(models.QuerySet):
    def named_like(self, typed: str) -> Self:
        """Rows whose name contains what was typed, or whose pinyin or initials begin with it."""
        typed = typed.strip()
        if not typed:
            return self
        sound = typed.lower().replace(" ", "")
        return self.filter(Q(name__icontains=typed) | Q(pinyin__startswith=sound) | Q(initials__startswith=sound))


class NamedModel(models.Model):
    """A row with a `name` and its sound. `name_is_person` chooses the surname readings."""

    name_is_person = False

    pinyin = models.CharField("拼音", max_length=200, editable=False, db_index=True)
    initials = models.CharField("拼音首字母", max_length=60, editable=False, db_index=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_computed()
        super().save(*args, **kwargs)

    def fill_computed(self) -> None:
        """Set the columns that follow from others: before every writing, of one or of many."""
        self.pinyin = full_pinyin(self.name, person=self.name_is_person)[:200]
        self.initials = initials(self.name, person=self.name_is_person)[:60]
