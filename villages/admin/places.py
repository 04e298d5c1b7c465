"""Districts, villages, specialities, villager groups."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from lianzhen.trail.admin import ActionForm, PanelPhoneField
from lianzhen.wording import UNKNOWN
from villages.actions import places, villager_groups
from villages.admin.register import OFFICE, MergedFilter, RegisterAdmin
from villages.models import LiaisonGroup, Speciality, Village, VillagerGroup
from villages.permissions import arrange_teams, change_village, keep_part


class StoppedFilter(MergedFilter):
    words = ("现有", "已停止")


class ManagementFilter(admin.SimpleListFilter):
    title = "管理方式"
    parameter_name = "management"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("team", "联村工作组"), ("self", "村为主自治")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(self_governed=self.value() == "self") if self.value() else queryset


@admin.register(LiaisonGroup)
class LiaisonGroupAdmin(RegisterAdmin):
    added_by = OFFICE
    changed_by = OFFICE
    may_change = arrange_teams
    facts = ("name", "district_name", "note")
    shown = ("name", "district_name", "note", "villages_shown", "last_change")
    staff_page = "district"
    staff_list = "district_list"
    list_display = ("name", "district_name", "village_count", "note")
    list_filter = ("district_name",)
    search_fields = ("name", "district_name")
    search_help_text = "可输入联络组或片区名称"
    ordering = ("position", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        current = Q(villages__ended_on=None, villages__isnull=False)
        return super().get_queryset(request).annotate(village_count=Count("villages", filter=current))

    @admin.display(description="村（社区）", ordering="village_count")
    def village_count(self, group: LiaisonGroup) -> int:
        return group.village_count

    @admin.display(description="所辖村（社区）")
    def villages_shown(self, group: LiaisonGroup) -> str:
        return "、".join(group.villages.current().values_list("name", flat=True)) or UNKNOWN

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> LiaisonGroup:
        if record is None:
            return places.add_district(by=request.user, **values)
        return places.change_district(group=record, by=request.user, **values)


class VillageForm(ActionForm):
    office_phone = PanelPhoneField(label="村部电话", help_text="座机请写区号，例如0738-1234567。")


@admin.register(Village)
class VillageAdmin(RegisterAdmin):
    added_by = OFFICE
    changed_by = OFFICE
    may_change = change_village
    form = VillageForm
    facts = places.VILLAGE_FACTS
    shown = (*places.VILLAGE_FACTS, "management", "ended_on", "end_reason", "last_change")
    staff_page = "village"
    staff_list = "village_list"
    list_display = ("name", "code", "kind", "group", "management", "population", "households", "party_members")
    list_filter = (MergedFilter, ManagementFilter, "group", "kind")
    list_select_related = ("group",)
    autocomplete_fields = ("group",)
    search_fields = ("name", "^pinyin", "^initials", "^code")
    search_help_text = "可输入村名、拼音首字母或统计代码"
    ordering = ("code",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).with_management(timezone.localdate())

    @admin.display(description="管理方式", ordering="self_governed")
    def management(self, village: Village) -> str:
        return "村为主自治" if village.self_governed else "联村工作组"

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> Village:
        if record is None:
            return places.add_village(by=request.user, **values)
        return places.change_village(village=record, by=request.user, **values)


@admin.register(Speciality)
class SpecialityAdmin(RegisterAdmin):
    added_by = OFFICE
    changed_by = OFFICE
    may_change = keep_part
    facts = places.SPECIALITY_FACTS
    first_facts = ("village", *places.SPECIALITY_FACTS)
    shown = ("village", *places.SPECIALITY_FACTS, "ended_on", "last_change")
    staff_page = "village"
    staff_key = "village_id"
    staff_list = "village_list"
    list_display = ("name", "village", "area_mu", "output", "output_unit", "ended_on")
    list_filter = (StoppedFilter, "village__group")
    list_select_related = ("village",)
    autocomplete_fields = ("village",)
    search_fields = ("name", "village__name", "^village__pinyin", "^village__initials")
    search_help_text = "可输入产业、村名或拼音首字母"
    ordering = ("village__code", "name")

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> Speciality:
        if record is None:
            return places.add_speciality(by=request.user, **values)
        return places.change_speciality(speciality=record, by=request.user, **values)


@admin.register(VillagerGroup)
class VillagerGroupAdmin(RegisterAdmin):
    added_by = OFFICE
    changed_by = OFFICE
    may_change = keep_part
    facts = villager_groups.FACTS
    first_facts = ("village", *villager_groups.FACTS)
    shown = ("village", *villager_groups.FACTS, "ended_on", "last_change")
    staff_page = "village"
    staff_key = "village_id"
    staff_list = "village_list"
    list_display = ("__str__", "village", "number", "head", "head_since", "households", "population")
    list_filter = (MergedFilter, "village__group")
    list_select_related = ("village", "head")
    date_hierarchy = "head_since"
    autocomplete_fields = ("village", "head")
    search_fields = ("name", "village__name", "^village__initials", "head__name", "^head__pinyin", "^head__initials")
    search_help_text = "可输入村名、组名、组长或拼音首字母"
    ordering = ("village__code", "number")

    def choice_label(self, obj: VillagerGroup) -> str:
        return f"{obj.village} {obj}"

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> VillagerGroup:
        if record is None:
            return villager_groups.add_villager_group(by=request.user, **values)
        return villager_groups.change_villager_group(group=record, by=request.user, **values)
