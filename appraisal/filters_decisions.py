"""Filters of the lists of decisions and of suggestions."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from appraisal.meeting_agenda import heard_on
from appraisal.models import Decision, Suggestion
from lianzhen.pages.days import Days, DaysField, DaysFilter
from lianzhen.pages.filters import text_filter
from lianzhen.pages.forms import PinyinSelect
from villages.filters_places import DistrictFilter, PlacesFilterSet, StateFilterSet
from villages.models import LiaisonTeam


def seen_teams(request: HttpRequest) -> QuerySet[LiaisonTeam]:
    return (
        LiaisonTeam.objects.visible_to(request.user).select_related("village").order_by("village__code", "-starts_on")
    )


class HeardFilter(filters.Filter):
    """What a meeting of a day hears about, whatever became of it."""

    field_class = DaysField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label="听取落实情况的例会", **kwargs)

    def filter(self, rows: QuerySet, value: Days | None) -> QuerySet:
        return rows if value is None else rows.filter(pk__in=[one.pk for one in heard_on(value.end)])


class DecisionFilter(StateFilterSet):
    STATES = (
        ("current", "办理中"),
        ("overdue", "超期"),
        ("done", "已落实"),
        ("standing", "办理中和已落实"),
        ("dropped", "不再办理"),
        ("all", "全部"),
    )

    days = DaysFilter(label="例会日期", field_name="meeting__held_on")
    due = DaysFilter(label="期限", field_name="due_on")
    heard = HeardFilter()
    q = text_filter("议定事项", "search")
    team = filters.ModelChoiceFilter(
        label="责任工作组", queryset=seen_teams, widget=PinyinSelect, empty_label="全部工作组"
    )
    whose = filters.ChoiceFilter(
        label="由谁负责", choices=[("mine", "由我负责")], method="by_owner", empty_label="全部"
    )
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label=None)

    class Meta:
        model = Decision
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(text__icontains=value.strip())

    def by_owner(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.owed_by(self.request.user)

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == "overdue":
            return rows.overdue(timezone.localdate())
        if value == "standing":
            return rows.standing()
        conditions = {
            "current": Q(state="open"),
            "done": Q(state="done"),
            "dropped": Q(state="dropped"),
            "all": Q(),
        }
        return rows.filter(conditions[value])


class SuggestionFilter(PlacesFilterSet, StateFilterSet):
    STATES = (
        ("current", "待办理"),
        ("confirmed", "已转扣分"),
        ("declined", "不扣"),
        ("lapsed", "不再建议"),
        ("all", "全部"),
    )

    group = DistrictFilter(field_name="team__village__group")
    team = filters.ModelChoiceFilter(label="工作组", queryset=seen_teams, widget=PinyinSelect, empty_label="全部工作组")
    days = DaysFilter(label="发生日期", field_name="occurred_on")
    kind = filters.ChoiceFilter(label="类别", choices=Suggestion.Kind.choices, empty_label="全部类别")
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label=None)

    class Meta:
        model = Suggestion
        fields: list[str] = []

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        stored = {"current": "open"}.get(value, value)
        return rows if value == "all" else rows.filter(state=stored)
