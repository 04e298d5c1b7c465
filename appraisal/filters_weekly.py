"""Filters of the weekly overview and of what villages ask of the town."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from appraisal.filters_duty import _TeamRows, by_district, kept
from appraisal.models import TownNeed, WeeklyReport
from lianzhen.pages.computed import ComputedRows
from lianzhen.pages.days import DaysFilter
from lianzhen.pages.filters import DefaultingFilterSet, text_filter
from lianzhen.periods import Week
from lianzhen.town.models import Department
from villages.filters import seen_groups
from villages.filters_places import DistrictFilter, named
from villages.models import LiaisonTeam


class ReportFilter(_TeamRows):
    STATES = (("none", "未填"), ("draft", "草稿"), ("sent", "已报送"), ("overdue", "逾期"), ("missing", "未报送"))

    week = kept("周")
    group = by_district()
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label="全部")

    class Meta:
        model = LiaisonTeam
        fields: list[str] = []

    def by_state(self, rows: ComputedRows, name: str, value: str) -> ComputedRows:
        if value == "missing":
            return rows.filter(lambda row: row.state.code != "exempt" and not row.state.is_here)
        return rows.filter(lambda row: row.kind == value)


class SentReportFilter(filters.FilterSet):
    """Reports that were sent."""

    TIMES = (("ontime", "按时报送"), ("late", "逾期报送"))

    q = text_filter("村名或拼音首字母", "search")
    group = DistrictFilter(field_name="team__village__group")
    time = filters.ChoiceFilter(label="报送", choices=TIMES, method="by_time", empty_label="全部")
    days = DaysFilter(label="周一日期", field_name="week_start")

    class Meta:
        model = WeeklyReport
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(named(value, "team__village__"))

    def by_time(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(is_late=value == "late")


def _departments(request: HttpRequest) -> QuerySet[Department]:
    return Department.objects.filter(pk__in=TownNeed.objects.visible_to(request.user).values("department"))


class NeedFilter(DefaultingFilterSet):
    STATES = (
        ("open", "未办结"),
        ("new", "待交办"),
        ("assigned", "办理中"),
        ("overdue", "超期"),
        ("done", "已解决"),
        ("declined", "暂不能解决"),
        ("answered", "已答复"),
        ("all", "全部"),
    )

    q = text_filter("事项或村", "search")
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label=None)
    department = filters.ModelChoiceFilter(label="承办站所（办）", queryset=_departments, empty_label="全部")
    group = filters.ModelChoiceFilter(
        label="片区", queryset=seen_groups, field_name="village__group", empty_label="全部片区"
    )
    days = DaysFilter(label="提出日期", field_name="raised_on")
    week = filters.CharFilter(label="周报所在周", method="by_week", widget=forms.HiddenInput)

    class Meta:
        model = TownNeed
        fields: list[str] = []

    def defaults_beside(self, data: Any) -> dict[str, str]:
        return {"state": "all" if data.get("week") else "open"}

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        typed = value.strip()
        return rows.filter(text__icontains=typed) | rows.filter(village__name__icontains=typed)

    def by_state(self, rows: Any, name: str, value: str) -> QuerySet:
        if value == "open":
            return rows.open()
        if value == "overdue":
            return rows.overdue(timezone.localdate())
        if value == "answered":
            return rows.filter(state__in=[TownNeed.State.DONE, TownNeed.State.DECLINED])
        if value == "all":
            return rows.exclude(state=TownNeed.State.WITHDRAWN)
        return rows.filter(state=value)

    def by_week(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Those that the reports of one week raised; another word narrows to nothing."""
        try:
            return rows.filter(line__report__week_start=Week.parse(value).start)
        except ValueError:
            return rows.none()
