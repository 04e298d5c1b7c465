"""Social organisations, their kinds and members."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from lianzhen.trail.admin import ActionForm, StateFilter, TermFilter
from lianzhen.wording import full_date
from villages.actions import organizations as actions
from villages.admin.register import OFFICE, PERSON_HELP, PERSON_SEARCH, DissolvedFilter, RegisterAdmin
from villages.models import OrganizationKind, OrganizationMember, SocialOrganization
from villages.permissions import change_kinds, keep_part


class KindState(StateFilter):
    words = ("在用", "已停用")


@admin.register(OrganizationKind)
class OrganizationKindAdmin(RegisterAdmin):
    added_by = OFFICE
    changed_by = OFFICE
    may_change = change_kinds
    facts = ("name", "short_name")
    shown = ("name", "short_name", "in_every_grid", "position", "ended_on", "last_change")
    staff_list = "organization_list"
    list_display = ("name", "short_name", "in_every_grid", "position", "ended_on")
    list_filter = (KindState, "in_every_grid")
    search_fields = ("name", "short_name")
    search_help_text = "可输入种类名称"
    ordering = ("position", "id")

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> OrganizationKind:
        if record is None:
            return actions.add_kind(by=request.user, **values)
        return actions.rename_kind(kind=record, by=request.user, **values)


class OrganizationForm(ActionForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Left empty, the organisation is called after its village and kind.
        self.fields["name"].required = self.record is not None
        kept = OrganizationKind.objects.filter(pk=getattr(self.record, "kind_id", None))
        self.fields["kind"].queryset = OrganizationKind.objects.filter(ended_on=None) | kept


@admin.register(SocialOrganization)
class SocialOrganizationAdmin(RegisterAdmin):
    added_by = OFFICE
    changed_by = OFFICE
    may_change = keep_part
    form = OrganizationForm
    facts = actions.FACTS
    first_facts = ("village", *actions.FACTS)
    shown = ("village", *actions.FACTS, "term_end_shown", "ended_on", "end_reason", "last_change")
    staff_page = "organization"
    staff_list = "organization_list"
    list_display = ("name", "village", "kind", "founded_on", "term_starts_on", "term_end_shown", "ended_on")
    list_filter = (DissolvedFilter, "kind", "village__group")
    list_select_related = ("village", "kind")
    date_hierarchy = "term_starts_on"
    autocomplete_fields = ("village",)
    search_fields = ("name", "village__name", "^village__pinyin", "^village__initials")
    search_help_text = "可输入名称、村名或拼音首字母"
    ordering = ("village__code", "kind__position", "name")

    @admin.display(description="换届日期")
    def term_end_shown(self, organization: SocialOrganization) -> str:
        return full_date(organization.term_ends_on)

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> SocialOrganization:
        if record is None:
            return actions.add_organization(by=request.user, **values)
        return actions.change_organization(organization=record, by=request.user, **values)


@admin.register(OrganizationMember)
class OrganizationMemberAdmin(RegisterAdmin):
    """Joining, leaving and elections are handled on the organisation's page."""

    shown = ("organization", "person", "position", "starts_on", "ends_on", "end_reason", "last_change")
    staff_page = "organization"
    staff_key = "organization_id"
    staff_list = "organization_list"
    list_display = ("person", "organization", "position", "starts_on", "ends_on")
    list_filter = (TermFilter, "position", "organization__kind", "organization__village__group")
    list_select_related = ("organization__village", "person")
    date_hierarchy = "starts_on"
    search_fields = (*PERSON_SEARCH, "organization__name")
    search_help_text = f"{PERSON_HELP}、组织名称"
    ordering = ("organization__village__code", "position", "starts_on", "id")
