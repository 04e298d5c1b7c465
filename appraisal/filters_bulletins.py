"""Filter of the list of bulletins."""

from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet

from appraisal.models import Bulletin
from lianzhen.pages.filters import text_filter


class BulletinFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(label="种类", choices=Bulletin.Kind.choices, empty_label="全部种类")
    state = filters.ChoiceFilter(label="状态", choices=Bulletin.State.choices, empty_label="全部状态")
    q = text_filter("标题", "search")

    class Meta:
        model = Bulletin
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(title__icontains=value.strip())
