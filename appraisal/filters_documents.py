"""Filters of the shelf."""

from __future__ import annotations

import re

import django_filters as filters
from django.db.models import Q, QuerySet

from appraisal.models import IssuedDocument
from lianzhen.pages.filters import text_filter

#: More than any town numbers in a year; anything longer is no 期号.
LONGEST_NUMBER = 4
#: The year of a 发文字号 in brackets that a keyboard has; on paper they are 〔〕.
TYPED_YEAR = re.compile(r"[\[（(【［](\d{4})[\]）)】］]")


def years() -> list[tuple[int, str]]:
    found = IssuedDocument.objects.order_by("-year").values_list("year", flat=True).distinct()
    return [(year, f"{year}年") for year in found]


class DocumentFilter(filters.FilterSet):
    q = text_filter("标题、期号、签发人或内容", "search")
    year = filters.ChoiceFilter(label="年份", choices=years, empty_label="全部年份")
    kind = filters.ChoiceFilter(label="种类", choices=IssuedDocument.Kind.choices, empty_label="全部种类")

    class Meta:
        model = IssuedDocument
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Every word must occur somewhere; a bare number, or 第30期, is an issue."""
        for word in TYPED_YEAR.sub(r"〔\1〕", value).split():
            number = re.fullmatch(r"第?(\d+)期?", word)
            if number and len(number[1]) <= LONGEST_NUMBER:
                rows = rows.filter(Q(number=number[1]) | Q(words__icontains=word))
            else:
                rows = rows.filter(
                    Q(title__icontains=word) | Q(words__icontains=word) | Q(signed_by__name__icontains=word)
                )
        return rows
