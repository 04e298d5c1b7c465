"""Filters of the register's lists. The same object narrows the screen, the print and the export."""

from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet
from django.http import HttpRequest

from lianzhen.pages.filters import DefaultingFilterSet, text_filter
from villages.models import LiaisonGroup, Person, Village


def seen_groups(request: HttpRequest) -> QuerySet[LiaisonGroup]:
    return LiaisonGroup.objects.visible_to(request.user)


def seen_villages(request: HttpRequest) -> QuerySet[Village]:
    return Village.objects.visible_to(request.user).current()


class PersonFilter(DefaultingFilterSet):
    defaults = {"state": "current"}
    STATES = (("current", "在册"), ("ended", "已离册"), ("all", "全部"))
    KINDS = (("staff", "镇干部"), ("resident", "村民"), ("party", "党员"), ("account", "有账号"))

    q = text_filter("姓名、拼音首字母或手机号后四位", "search")
    village = filters.ModelChoiceFilter(label="村", queryset=seen_villages, empty_label="全部村")
    kind = filters.ChoiceFilter(label="人员类别", choices=KINDS, method="by_kind", empty_label="全部人员")
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label=None)

    class Meta:
        model = Person
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.found_by(value)

    def by_kind(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        conditions = {
            "staff": {"department__isnull": False},
            "resident": {"village__isnull": False},
            "party": {"is_party_member": True},
            "account": {"user__isnull": False},
        }
        return rows.filter(**conditions[value])

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == "all":
            return rows
        return rows.filter(ended_on__isnull=value == "current")
