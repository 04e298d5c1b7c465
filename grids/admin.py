"""Grids, their areas and heads in the admin panel."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from grids import actions
from grids.models import Grid, GridArea, GridHeadTerm
from grids.permissions import keep_grid
from lianzhen.trail.admin import ActionForm, TermFilter
from lianzhen.wording import UNKNOWN
from villages.admin.register import OFFICE, PERSON_HELP, PERSON_SEARCH, MergedFilter, RegisterAdmin, WhoseFilter


class HeadFilter(WhoseFilter):
    title = "网格长"


class GridForm(ActionForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "number" in self.fields:
            self.fields["number"].required = False
            self.fields["number"].help_text = "不填则接着用下一个号；用过的号不再使用。"
        self.fields["boundary"].widget = forms.Textarea(attrs={"rows": 3})


@admin.register(Grid)
class GridAdmin(RegisterAdmin):
    """Facts here; the villager groups that lie in a grid, its heads and its end on the grid's page."""

    added_by = OFFICE
    changed_by = OFFICE
    may_change = keep_grid
    form = GridForm
    facts = ("name", "boundary", "households", "residents", "founded_on")
    first_facts = ("village", "number", *facts)
    shown = (
        "village",
        "code",
        "number",
        "name",
        "boundary",
        "households",
        "residents",
        "head_shown",
        "groups_shown",
        "founded_on",
        "ended_on",
        "end_reason",
        "last_change",
    )
    staff_page = "grid"
    staff_list = "grid_list"
    staff_text = "在网格页面办理"
    list_display = ("__str__", "code", "head_shown", "households", "residents", "ended_on")
    list_filter = (MergedFilter, HeadFilter, "village__group")
    list_select_related = ("village",)
    autocomplete_fields = ("village",)
    search_fields = ("^code", "name", "village__name", "^village__pinyin", "^village__initials", "boundary")
    search_help_text = "可输入网格编码、村名、拼音首字母或四至"
    ordering = ("code",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).with_current_head(timezone.localdate())
        return rows.annotate(in_charge=F("head_name"))

    @admin.display(description="网格长", ordering="head_sound")
    def head_shown(self, grid: Grid) -> str:
        return grid.head_name or UNKNOWN

    @admin.display(description="所辖村民小组")
    def groups_shown(self, grid: Grid) -> str:
        return "、".join(str(group) for group in grid.villager_groups) or UNKNOWN

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> Grid:
        if record is None:
            return actions.add_grid(by=request.user, **values)
        return actions.change_grid(grid=record, by=request.user, **values)


@admin.register(GridArea)
class GridAreaAdmin(RegisterAdmin):
    shown = ("grid", "villager_group")
    staff_page = "grid"
    staff_key = "grid_id"
    staff_list = "grid_list"
    staff_text = "在网格页面办理"
    list_display = ("grid", "villager_group")
    list_filter = ("grid__village__group",)
    list_select_related = ("grid__village", "villager_group")
    search_fields = ("^grid__code", "grid__village__name", "^grid__village__initials", "villager_group__name")
    search_help_text = "可输入网格编码、村名或拼音首字母"
    ordering = ("grid__code", "villager_group__number")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(grid__in=Grid.objects.visible_to(request.user))


@admin.register(GridHeadTerm)
class GridHeadTermAdmin(RegisterAdmin):
    """Replaced, ended and corrected on the grid's page, where both terms are seen."""

    shown = ("grid", "person", "starts_on", "ends_on", "reason", "end_reason", "last_change")
    staff_page = "grid"
    staff_key = "grid_id"
    staff_list = "grid_list"
    staff_text = "在网格页面办理"
    list_display = ("grid", "person", "starts_on", "ends_on", "reason")
    list_filter = (TermFilter, "reason", "grid__village__group")
    list_select_related = ("grid__village", "person")
    date_hierarchy = "starts_on"
    search_fields = (*PERSON_SEARCH, "^grid__code", "grid__village__name", "^grid__village__initials")
    search_help_text = f"{PERSON_HELP}、网格编码或村名"
    ordering = ("-starts_on", "-id")
