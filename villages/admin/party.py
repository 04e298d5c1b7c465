"""Party branches, party groups, charters."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from lianzhen.trail.admin import ActionForm, ReasonField
from villages.actions import charters, party
from villages.admin.register import OFFICE, DissolvedFilter, RegisterAdmin
from villages.models import PartyBranch, PartyGroup, VillageCharter
from villages.permissions import keep_part


@admin.register(PartyBranch)
class PartyBranchAdmin(RegisterAdmin):
    added_by = OFFICE
    changed_by = OFFICE
    may_change = keep_part
    facts = party.BRANCH_FACTS
    first_facts = ("village", *party.BRANCH_FACTS)
    shown = ("village", *party.BRANCH_FACTS, "ended_on", "last_change")
    staff_page = "village"
    staff_key = "village_id"
    staff_list = "party_group_list"
    list_display = ("name", "village", "founded_on", "ended_on")
    list_filter = (DissolvedFilter, "village__group")
    list_select_related = ("village",)
    date_hierarchy = "founded_on"
    autocomplete_fields = ("village",)
    search_fields = ("name", "village__name", "^village__pinyin", "^village__initials")
    search_help_text = "可输入名称、村名或拼音首字母"
    ordering = ("village__code", "name")

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> PartyBranch:
        if record is None:
            return party.add_branch(by=request.user, **values)
        return party.change_branch(branch=record, by=request.user, **values)


@admin.register(PartyGroup)
class PartyGroupAdmin(RegisterAdmin):
    added_by = OFFICE
    changed_by = OFFICE
    may_change = keep_part
    facts = ("branch", *party.GROUP_FACTS)
    shown = ("branch", *party.GROUP_FACTS, "ended_on", "last_change")
    staff_page = "party_group"
    staff_list = "party_group_list"
    list_display = ("name", "branch", "leader", "leader_since", "area", "ended_on")
    list_filter = (DissolvedFilter, "branch__village__group")
    list_select_related = ("branch__village", "leader")
    date_hierarchy = "leader_since"
    autocomplete_fields = ("branch", "leader")
    search_fields = (
        "name",
        "branch__name",
        "branch__village__name",
        "^branch__village__initials",
        "leader__name",
        "^leader__pinyin",
        "^leader__initials",
    )
    search_help_text = "可输入名称、村名、组长或拼音首字母"
    ordering = ("branch__village__code", "name")

    def choice_label(self, obj: PartyGroup) -> str:
        return f"{obj.branch.village} {obj}"

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> PartyGroup:
        if record is None:
            return party.add_party_group(by=request.user, **values)
        return party.change_party_group(group=record, by=request.user, **values)


class CharterForm(ActionForm):
    """A new text is a new version; what is changed in one that exists is how it was typed in."""

    reason = ReasonField(label="更正原因", help_text="例如：补登备案日期、录入有误。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is None:
            del self.fields["reason"]


@admin.register(VillageCharter)
class VillageCharterAdmin(RegisterAdmin):
    added_by = OFFICE
    changed_by = OFFICE
    may_change = keep_part
    form = CharterForm
    facts = ("title", "adopted_on", "filed_on", "text", "reason")
    first_facts = ("village", "title", "adopted_on", "filed_on", "text")
    shown = ("village", "number", "title", "adopted_on", "filed_on", "text", "last_change")
    staff_page = "village"
    staff_key = "village_id"
    staff_list = "village_list"
    list_display = ("title", "village", "number", "adopted_on", "filed_on")
    list_filter = ("village__group",)
    list_select_related = ("village",)
    date_hierarchy = "adopted_on"
    autocomplete_fields = ("village",)
    search_fields = ("title", "text", "village__name", "^village__pinyin", "^village__initials")
    search_help_text = "可输入标题、正文、村名或拼音首字母"
    ordering = ("village__code", "-number")

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> VillageCharter:
        if record is None:
            return charters.add_charter(by=request.user, **values)
        return charters.correct_charter(charter=record, by=request.user, **values)
