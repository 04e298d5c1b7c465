"""Filters of the lists about places: villages, villager groups, party groups, village cadres."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_filters.fields import ModelChoiceField

from lianzhen.pages.days import AsOfFilter
from lianzhen.pages.filters import DefaultingFilterSet, text_filter
from lianzhen.pages.forms import DayField
from villages.filters import seen_groups, seen_villages
from villages.models import CadreTerm, LiaisonGroup, PartyGroup, Village, VillagerGroup
from villages.models.terms import stood_in_village_on, stood_on
from villages.permissions import see_villages

#: Asks a list for what lies in no district.
NO_DISTRICT = "none"


class DistrictField(ModelChoiceField):
    def label_from_instance(self, group: LiaisonGroup) -> str:
        return group.district_name


class DistrictFilter(filters.ModelChoiceFilter):
    """The villages of one district, or those of none; `field_name` leads from a row to the village's liaison
    group."""

    field_class = DistrictField

    def __init__(self, **kwargs: Any) -> None:
        none = {"null_label": "未划片区", "null_value": NO_DISTRICT}
        super().__init__(label="片区", queryset=seen_groups, empty_label="全部片区", **none, **kwargs)


class PlacesFilterSet(filters.FilterSet):
    """A filterset that asks for a place only where the reader sees places: whoever has left a team and looks back
    has nothing to choose from."""

    PLACES = ("group", "village", "team")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None and not see_villages(self.request.user):
            for name in self.PLACES:
                self.filters.pop(name, None)


class DayFilter(filters.Filter):
    field_class = DayField


class ServingFilterSet(DefaultingFilterSet):
    """Who serves on the day `on`: today until another is asked for; an empty date shows every term."""

    def defaults_beside(self, data: Any) -> dict[str, str]:
        return {"on": timezone.localdate().isoformat()}

    def by_day(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        return rows.on(value)


class StateFilterSet(DefaultingFilterSet):
    """A filterset whose `state` is 现有 until somebody asks for another."""

    defaults = {"state": "current"}

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows if value == "all" else rows.filter(ended_on__isnull=value == "current")


class RegisterFilterSet(StateFilterSet):
    """One whose rows exist from `founded_on` until `ended_on`: `on` of the address shows the state of that day
    instead of today's."""

    on = AsOfFilter()
    #: What existed on a day.
    stood = staticmethod(stood_on)

    @property
    def day(self) -> date | None:
        """The day that was asked for."""
        found = self.form.cleaned_data.get("on")
        return found.day if found is not None else None

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if self.day is None or value == "all":
            return super().by_state(rows, name, value)
        return rows.filter(self.stood(self.day) if value == "current" else Q(ended_on__lte=self.day))


def state_filter(ended: str) -> filters.ChoiceFilter:
    choices = (("current", "现有"), ("ended", ended), ("all", "全部"))
    return filters.ChoiceFilter(label="状态", choices=choices, method="by_state", empty_label=None)


class VillageFilter(RegisterFilterSet):
    """The rows carry the annotations of `answering.with_management`."""

    MANAGEMENT = (("team", "联村工作组"), ("self", "村为主自治"), ("none", "未派工作组"))

    q = text_filter("村名、拼音首字母或统计代码", "search")
    group = DistrictFilter()
    management = filters.ChoiceFilter(
        label="管理方式", choices=MANAGEMENT, method="by_management", empty_label="全部方式"
    )
    kind = filters.ChoiceFilter(label="类别", choices=Village.Kind.choices, empty_label="村和社区")
    state = state_filter("已撤并")

    class Meta:
        model = Village
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(named(value) | Q(code__startswith=value.strip()))

    def by_management(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        conditions = {
            "team": {"self_governed": False, "has_team": True},
            "self": {"self_governed": True},
            "none": {"self_governed": False, "has_team": False},
        }
        return rows.filter(**conditions[value])


class VillagerGroupFilter(RegisterFilterSet):
    q = text_filter("村名、组名或组长", "search")
    group = DistrictFilter(field_name="village__group")
    village = filters.ModelChoiceFilter(label="村", queryset=seen_villages, empty_label="全部村")
    state = state_filter("已撤并")
    stood = staticmethod(stood_in_village_on)

    class Meta:
        model = VillagerGroup
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(name__icontains=value.strip()) | named(value, "village__") | named(value, "head__"))


class PartyGroupFilter(StateFilterSet):
    q = text_filter("村名、组名或组长", "search")
    district = DistrictFilter(field_name="branch__village__group")
    village = filters.ModelChoiceFilter(
        label="村", queryset=seen_villages, field_name="branch__village", empty_label="全部村"
    )
    state = state_filter("已撤销")

    class Meta:
        model = PartyGroup
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        typed = value.strip()
        return rows.filter(Q(name__icontains=typed) | named(typed, "branch__village__") | named(typed, "leader__"))


class CadreFilter(ServingFilterSet):
    """Village cadres."""

    q = text_filter("姓名、拼音首字母或村名", "search")
    district = DistrictFilter(field_name="village__group")
    village = filters.ModelChoiceFilter(label="村", queryset=seen_villages, empty_label="全部村")
    position = filters.ChoiceFilter(label="职务", choices=CadreTerm.Position.choices, empty_label="全部职务")
    on = DayFilter(label="这一天在任", method="by_day")

    class Meta:
        model = CadreTerm
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(named(value, "person__") | named(value, "village__"))


def named(typed: str, path: str = "") -> Q:
    """The name at `path` contains what was typed, or sounds like it."""
    typed = typed.strip()
    sound = typed.lower().replace(" ", "")
    return (
        Q(**{f"{path}name__icontains": typed})
        | Q(**{f"{path}pinyin__startswith": sound})
        | Q(**{f"{path}initials__startswith": sound})
    )
