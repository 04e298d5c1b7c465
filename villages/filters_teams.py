"""Filters of the lists of teams, of who serves in them, of self-governed villages and of social organisations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from lianzhen.pages.days import AsOfFilter
from lianzhen.pages.filters import text_filter
from villages.filters import seen_villages
from villages.filters_places import NO_DISTRICT, DayFilter, DistrictFilter, RegisterFilterSet, ServingFilterSet, named
from villages.membership import TERM_NOTICE_DAYS, term_ends_by
from villages.models import LiaisonTeam, OrganizationKind, Posting, SelfGovernance, SocialOrganization
from villages.models.terms import runs_on, stood_in_village_on


class TeamFilter(RegisterFilterSet):
    """The rows carry `leader_name`, `leader_pinyin` and `leader_initials` of the day that counts for them."""

    STATES = (("current", "在任"), ("vacant", "暂无组长"), ("ended", "已结束"), ("all", "全部"))

    q = text_filter("村名、组长姓名或拼音首字母", "search")
    group = DistrictFilter(field_name="village__group")
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label=None)

    class Meta:
        model = LiaisonTeam
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(named(value, "village__") | named(value, "leader_"))

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Today's list holds teams to come as well; that of a day those which were there."""
        day = self.day or timezone.localdate()
        ended, running = Q(ends_on__lt=day), runs_on(day)
        current = ~ended if self.day is None else running
        conditions = {"current": current, "vacant": running & Q(leader_name=None), "ended": ended, "all": Q()}
        return rows.filter(conditions[value])


class PostingFilter(ServingFilterSet):
    """Postings to teams, to villages that govern themselves and to liaison groups."""

    KINDS = (("team", "联村工作组"), ("instructor", "联村工作指导员"), ("group", "片区联络组"))
    #: Where a posting of each kind has its district.
    DISTRICTS = {"team": "team__village__group", "instructor": "village__group", "group": "group"}

    q = text_filter("姓名、拼音首字母或村名", "search")
    kind = filters.ChoiceFilter(label="任职", choices=KINDS, method="by_kind", empty_label="全部任职")
    group = DistrictFilter(method="by_district")
    on = DayFilter(label="这一天在任", method="by_day")

    class Meta:
        model = Posting
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(named(value, "person__") | named(value, "team__village__") | named(value, "village__"))

    def by_kind(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        targets = {"team": "team", "instructor": "village", "group": "group"}
        return rows.filter(**{f"{targets[value]}__isnull": False})

    def by_district(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        if value != NO_DISTRICT:
            found = Q()
            for path in self.DISTRICTS.values():
                found |= Q(**{path: value})
            return rows.filter(found)
        apart = Q(team__isnull=False, team__village__group=None) | Q(village__isnull=False, village__group=None)
        return rows.filter(apart)


class SelfGovFilter(filters.FilterSet):
    """The rows are those of the day already (`views.selfgov`)."""

    group = DistrictFilter(field_name="village__group")
    on = AsOfFilter()

    class Meta:
        model = SelfGovernance
        fields: list[str] = []


def all_kinds(request: HttpRequest) -> QuerySet[OrganizationKind]:
    return OrganizationKind.objects.all()


class OrganizationFilter(RegisterFilterSet):
    """The rows carry `chair_name`."""

    STATES = (("current", "现有"), ("vacant", "暂无会长（主任）"), ("ended", "已撤销"), ("all", "全部"))
    TERMS = (("soon", f"{TERM_NOTICE_DAYS}天内到期或已到期"), ("past", "已到期"), ("unknown", "未登记任期"))

    q = text_filter("名称、村名或拼音首字母", "search")
    group = DistrictFilter(field_name="village__group")
    village = filters.ModelChoiceFilter(label="村", queryset=seen_villages, empty_label="全部村")
    kind = filters.ModelChoiceFilter(label="种类", queryset=all_kinds, empty_label="全部种类")
    due = filters.ChoiceFilter(label="换届", choices=TERMS, method="by_term", empty_label="不限")
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label=None)

    class Meta:
        model = SocialOrganization
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(name__icontains=value.strip()) | named(value, "village__"))

    def by_term(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        today = timezone.localdate()
        if value == "unknown":
            return rows.filter(term_starts_on=None)
        return rows.filter(term_ends_by(today if value == "past" else today + timedelta(days=TERM_NOTICE_DAYS)))

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        day = self.day
        current = Q(ended_on=None) if day is None else stood_in_village_on(day)
        conditions: dict[str, Any] = {
            "current": current,
            "vacant": current & Q(chair_name=None),
            "ended": Q(ended_on__isnull=False) if day is None else Q(ended_on__lte=day),
            "all": Q(),
        }
        return rows.filter(conditions[value])
