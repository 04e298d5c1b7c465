"""Filters of the lists of deductions, bonuses and appeals."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from appraisal.entries_told import GIVEN_BACK, Settled, SettledField
from appraisal.models import Appeal, Category, Correction, ScoreEntry
from appraisal.permissions_entries import of_own_team
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.pages.days import BesidesFilter, DaysFilter, MonthsFilter
from lianzhen.pages.filters import text_filter
from lianzhen.pages.forms import PinyinSelect
from lianzhen.periods import Month
from villages.filters import seen_villages
from villages.filters_places import DistrictFilter, PlacesFilterSet, StateFilterSet

State = ScoreEntry.State


class MonthField(forms.CharField):
    """2018-10, as the browser's own picker sends it; gives the first day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"type": "month", "placeholder": "2018-10"}), **kwargs)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return Month.parse(typed.strip()).start
        except ValueError as problem:
            raise ValidationError(str(problem)) from None


class MonthFilter(filters.Filter):
    field_class = MonthField


def used_categories() -> list[tuple[str, str]]:
    """By key, under the name of the newest version: one category keeps its key from version to version."""
    names = dict(Category.objects.order_by("scheme__number", "position").values_list("key", "name"))
    return list(names.items())


def recorders(request: HttpRequest) -> QuerySet[User]:
    return User.objects.filter(pk__in=ScoreEntry.objects.order_by().values("recorded_by")).order_by("pinyin")


class SettledFilter(filters.Filter):
    """What a bulletin tells of weeks before its own."""

    field_class = SettledField

    def filter(self, rows: QuerySet, value: Settled | None) -> QuerySet:
        return rows if value is None else value.of(rows)


class EntryFilter(PlacesFilterSet, StateFilterSet):
    month = MonthFilter(label="考核月份")
    days = DaysFilter(label="发生日期", field_name="occurred_on")
    settled = SettledFilter(label="确定时间")
    months = MonthsFilter(label="考核月份", field_name="month")
    besides = BesidesFilter(label="不含考核月份", field_name="month")
    group = DistrictFilter(field_name="village__group")
    village = filters.ModelChoiceFilter(
        label="村", queryset=seen_villages, widget=PinyinSelect, empty_label="全部村（社区）"
    )
    category = filters.ChoiceFilter(
        label="类别", field_name="clause__category__key", choices=used_categories, empty_label="全部类别"
    )
    q = text_filter("条款号、编号或事实", "search")
    state = filters.ChoiceFilter(label="状态", choices=(), method="by_state", empty_label=None)
    by = filters.ModelChoiceFilter(
        label="登记人", queryset=recorders, field_name="recorded_by", widget=PinyinSelect, empty_label="全部登记人"
    )

    class Meta:
        model = ScoreEntry
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        typed = value.strip()
        found = Q(number__icontains=typed) | Q(fact__icontains=typed)
        return rows.filter(found | Q(clause_number__iexact=typed.removeprefix("§")))


class DeductionFilter(EntryFilter):
    STATES = (
        ("current", "现行的"),
        ("mine", "待我办理"),
        ("counting", "计分的"),
        *[(one.value, one.label) for one in State if one in (State.WAITING, State.NOTIFIED, State.APPEALED)],
        ("running", "申诉期内的"),
        ("rectify", "待整改"),
        ("over", "撤销、作废的"),
        ("draft", "草稿和退回的"),
        ("all", "全部"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form.fields["state"].choices = self.STATES

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        conditions = {
            "current": ~Q(state__in=ScoreEntry.OVER),
            "counting": Q(state__in=ScoreEntry.COUNTING),
            "over": Q(state__in=ScoreEntry.OVER),
            "draft": Q(state__in=[State.DRAFT, State.RETURNED]),
            "running": Q(state=State.NOTIFIED, appeal_until__gte=timezone.now()),
            "rectify": Q(rectify_by__isnull=False) & ~Q(state__in=ScoreEntry.OVER) & ~Q(rectify_ok=True),
            "all": Q(),
        }
        if value == "mine":
            return waiting_for(rows, self.request.user)
        return rows.filter(conditions.get(value, Q(state=value)))


class BonusFilter(EntryFilter):
    STATES = (
        ("current", "现行的"),
        ("pending", "办理中的"),
        *[(one.value, one.label) for one in (State.CLAIMED, State.OPINION, State.VERIFIED, State.AGREED)],
        ("over", "不同意、撤回的"),
        ("all", "全部"),
    )
    SLIPS = (("without", "不含退回扣分的"), ("only", "退回扣分的"))

    slips = filters.ChoiceFilter(label="更正单", choices=SLIPS, method="by_slips", empty_label="全部")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form.fields["state"].choices = self.STATES
        self.form.fields["by"].label = "申报人"

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        conditions = {
            "current": ~Q(state__in=ScoreEntry.OVER),
            "pending": Q(state__in=ScoreEntry.PENDING),
            "over": Q(state__in=ScoreEntry.OVER),
            "all": Q(),
        }
        return rows.filter(conditions.get(value, Q(state=value)))

    def by_slips(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(GIVEN_BACK) if value == "only" else rows.exclude(GIVEN_BACK)


class AppealFilter(PlacesFilterSet, StateFilterSet):
    STATES = (
        ("current", "办理中"),
        ("late", "超期未答复"),
        ("answered", "已答复"),
        ("withdrawn", "已撤回"),
        ("all", "全部"),
    )

    month = MonthFilter(label="考核月份", field_name="entry__month")
    group = DistrictFilter(field_name="entry__village__group")
    village = filters.ModelChoiceFilter(
        label="村",
        field_name="entry__village",
        queryset=seen_villages,
        widget=PinyinSelect,
        empty_label="全部村（社区）",
    )
    outcome = filters.ChoiceFilter(label="答复", choices=Appeal.Outcome.choices, empty_label="全部答复")
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label=None)

    class Meta:
        model = Appeal
        fields: list[str] = []

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == "current":
            return rows.open()
        if value == "late":
            return rows.open().filter(answer_by__lt=timezone.localdate())
        return rows if value == "all" else rows.filter(state=value)


class CorrectionFilter(filters.FilterSet):
    month = MonthFilter(label="计入月份", field_name="into_month__month")
    state = filters.ChoiceFilter(label="状态", choices=Correction.State.choices, empty_label="全部状态")

    class Meta:
        model = Correction
        fields: list[str] = []


def waiting_for(rows: QuerySet, user: User) -> QuerySet:
    """Deductions that this user may confirm."""
    reach = Q() if user.standing.has(Role.OFFICE_LEAD) else Q(village__group__in=user.standing.groups(Role.DISTRICT))
    return rows.filter(reach, state=State.WAITING).exclude(of_own_team(user)).exclude(recorded_by=user)
