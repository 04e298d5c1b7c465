"""The filter of the clause catalogue."""

from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from appraisal.models import Category, Clause, Scheme
from appraisal.rules import RULE_CHOICES
from villages.filters import text_filter


def current_categories(request: HttpRequest) -> QuerySet[Category]:
    """Of the version that judges this month."""
    current = Scheme.objects.in_force(timezone.localdate())
    return current.categories.all() if current else Category.objects.none()


def found_by(typed: str) -> Q:
    """Clauses by number, words of the text, or the initials of its words."""
    typed = typed.strip()
    return Q(number__istartswith=typed) | Q(text__icontains=typed) | Q(initials__icontains=typed.replace(" ", ""))


class ClauseFilter(filters.FilterSet):
    q = text_filter("条款号、内容或拼音首字母", "search")
    category = filters.ModelChoiceFilter(label="类别", queryset=current_categories, empty_label="全部类别")
    rule = filters.ChoiceFilter(label="规则", choices=RULE_CHOICES, empty_label="全部规则")

    class Meta:
        model = Clause
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(found_by(value))
