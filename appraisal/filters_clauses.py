"""The filter of the clause catalogue."""

from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from appraisal.models import Category, Clause, Scheme
from appraisal.rules import RULE_CHOICES
from lianzhen.pages.filters import text_filter
from lianzhen.pages.forms import LONGEST_ID


def chosen_version(request: HttpRequest) -> Scheme | None:
    """The version that the address names, among those that the reader sees; otherwise the one of this month."""
    asked = request.GET.get("scheme", "")
    if asked.isascii() and asked.isdigit() and len(asked) < LONGEST_ID:
        return Scheme.objects.visible_to(request.user).filter(pk=asked).first()
    return Scheme.objects.in_force(timezone.localdate())


def categories_of_version(request: HttpRequest) -> QuerySet[Category]:
    version = chosen_version(request)
    return version.categories.all() if version else Category.objects.none()


def seen_versions(request: HttpRequest) -> QuerySet[Scheme]:
    return Scheme.objects.visible_to(request.user)


def found_by(typed: str) -> Q:
    """Clauses by number, words of the text, or the initials of its words."""
    typed = typed.strip()
    return Q(number__istartswith=typed) | Q(text__icontains=typed) | Q(initials__icontains=typed.replace(" ", ""))


class ClauseFilter(filters.FilterSet):
    q = text_filter("条款号、内容或拼音首字母", "search")
    category = filters.ModelChoiceFilter(label="类别", queryset=categories_of_version, empty_label="全部类别")
    rule = filters.ChoiceFilter(label="规则", choices=RULE_CHOICES, empty_label="全部规则")

    scheme = filters.ModelChoiceFilter(
        label="方案", queryset=seen_versions, method="of_version", empty_label="本月执行的方案"
    )

    class Meta:
        model = Clause
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(found_by(value))

    def of_version(self, rows: QuerySet, name: str, value: Scheme) -> QuerySet:
        return rows.filter(scheme=value)
