"""The filter of the list of boards."""

from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet

from lianzhen.pages.filters import text_filter
from villages.filters_places import named
from villages.models import Village


class BoardFilter(filters.FilterSet):
    q = text_filter("村名或拼音首字母", "search")

    class Meta:
        model = Village
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(named(value))
