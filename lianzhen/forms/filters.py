"""Filters of the roof's lists: accounts, trail, suggestions."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import django_filters as filters
from django import forms
from django.apps import apps
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.utils import timezone

from lianzhen.account_book import accounts_with
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Feedback
from lianzhen.pages.filters import DefaultingFilterSet, text_filter
from lianzhen.pages.forms import DayField, PinyinSelect
from lianzhen.periods import FIRST_YEAR, LAST_YEAR
from lianzhen.trail.models import AuditEntry
from lianzhen.trail.recording import tracked_models


class DayFilter(filters.DateFilter):
    """A day within the years that can be counted with on both databases."""

    field_class = DayField

    def __init__(self, **kwargs: Any) -> None:
        first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
        sentence = f"年份应在{FIRST_YEAR}到{LAST_YEAR}之间。"
        super().__init__(validators=[MinValueValidator(first, sentence), MaxValueValidator(last, sentence)], **kwargs)


# --- Accounts -------------------------------------------------------------------------------
class AccountFilter(DefaultingFilterSet):
    STATES = (("current", "在用"), ("first", "首次密码未改"), ("ended", "已停用"), ("all", "全部"))
    defaults = {"state": "current"}

    q = text_filter("姓名、账号或手机号后四位", "search")
    role = filters.ChoiceFilter(label="角色", choices=Role.choices, method="by_role", empty_label="全部角色")
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label=None)

    class Meta:
        model = User
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        sound = value.lower().replace(" ", "")
        found = Q(name__icontains=value) | Q(pinyin__startswith=sound) | Q(initials__startswith=sound)
        found |= Q(username__icontains=value)
        if len(value) == 4 and value.isdigit():
            found |= Q(phone__endswith=value)
        return rows.filter(found)

    def by_role(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(pk__in=accounts_with(Role(value), timezone.localdate()))

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == "first":
            return rows.filter(ended_at=None, must_change_password=True)
        return rows if value == "all" else rows.filter(ended_at__isnull=value == "current")


# --- Trail ----------------------------------------------------------------------------------
def kinds_of_record() -> list[tuple[str, str]]:
    """Everything that is on the trail, by its Chinese name. No query: the trail may hold a million rows."""
    found = [(model._meta.label_lower, str(model._meta.verbose_name)) for model in tracked_models()]
    return sorted(found, key=lambda pair: (apps.get_model(pair[0])._meta.app_label, pair[1]))


class AuditFilter(filters.FilterSet):
    since = DayFilter(label="从", method="from_day")
    until = DayFilter(label="到", method="to_day")
    by = filters.ModelChoiceFilter(
        label="操作人",
        queryset=lambda request: User.objects.visible_to(request.user),
        widget=PinyinSelect,
        empty_label="全部",
        null_label="系统",
        null_value="system",
    )
    label = filters.CharFilter(label="操作", lookup_expr="icontains", widget=forms.TextInput(attrs={"type": "search"}))
    model = filters.ChoiceFilter(label="记录类型", choices=kinds_of_record, empty_label="全部类型")
    q = text_filter("记录或原因", "search")

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def from_day(self, rows: QuerySet, name: str, value: date) -> QuerySet:
        return rows.filter(at__gte=timezone.make_aware(datetime.combine(value, time.min)))

    def to_day(self, rows: QuerySet, name: str, value: date) -> QuerySet:
        return rows.filter(at__lte=timezone.make_aware(datetime.combine(value, time.max)))

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(object_label__icontains=value) | Q(reason__icontains=value))


# --- Suggestions ----------------------------------------------------------------------------
class FeedbackFilter(DefaultingFilterSet):
    STATES = (("waiting", "未答复"), ("answered", "已答复"), ("all", "全部"))
    defaults = {"state": "all"}

    q = text_filter("内容", "search")
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label=None)

    class Meta:
        model = Feedback
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(text__icontains=value) | Q(answer__icontains=value))

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows if value == "all" else rows.filter(answered_at__isnull=value == "waiting")
