"""考核方案 and 考核条款: read here; drafted, submitted and adopted on the staff pages, each step an act."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from appraisal.models import Clause, Scheme
from appraisal.scheme_words import clause_words, display_of, formula_of
from lianzhen.accounts.roles import Role
from lianzhen.trail.admin import StateFilter
from villages.admin.register import RegisterAdmin


class AdoptedFilter(StateFilter):
    words = ("已通过", "未通过")

    def holds(self) -> Q:
        return Q(state=Scheme.State.ADOPTED)


class ClauseAdoptedFilter(StateFilter):
    words = ("已通过的方案", "未通过的方案")

    def holds(self) -> Q:
        return Q(scheme__state=Scheme.State.ADOPTED)


@admin.register(Scheme)
class SchemeAdmin(RegisterAdmin):
    shown = (
        "number",
        "title",
        "month_from",
        "state",
        "is_example",
        "made_from",
        "base",
        "total_floor",
        "bonus_month_cap",
        "bonus_quarter_cap",
        "decimals",
        "village_weight",
        "second_points",
        "publicity_days",
        "appeal_days",
        "answer_days",
        "display_shown",
        "subsidy_shown",
        "basis",
        "adopted_on",
        "adopted_by",
        "note",
        "last_change",
    )
    list_display = ("__str__", "month_from", "state", "clauses_shown", "basis", "adopted_on")
    list_filter = (AdoptedFilter, "is_example")
    staff_page = "scheme"
    staff_list = "scheme_list"
    staff_text = "在考核方案页面办理"
    handled_by: tuple[Any, ...] = (Role.OFFICE_LEAD, Role.COMMITTEE)
    date_hierarchy = "adopted_on"
    search_fields = ("title", "basis", "note")
    search_help_text = "可输入名称、依据或说明"
    ordering = ("-number",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(clause_count=Count("clauses"))

    @admin.display(description="条款（条）", ordering="clause_count")
    def clauses_shown(self, scheme: Scheme) -> int:
        return scheme.clause_count

    @admin.display(description="结果怎样排列")
    def display_shown(self, scheme: Scheme) -> str:
        return display_of(scheme)

    @admin.display(description="补助办法")
    def subsidy_shown(self, scheme: Scheme) -> str:
        return formula_of(scheme).sentence()


@admin.register(Clause)
class ClauseAdmin(RegisterAdmin):
    shown = (
        "number",
        "scheme",
        "category",
        "text",
        "rule_shown",
        "applies_to",
        "needs_second",
        "evidence",
        "rectify_days",
        "last_change",
    )
    list_display = ("number", "scheme", "category", "text", "rule_shown", "applies_to", "entries_shown")
    list_filter = (ClauseAdoptedFilter, "rule", "applies_to")
    list_select_related = ("scheme", "category")
    staff_page = "clause"
    staff_list = "clause_list"
    staff_text = "在考核条款页面查看"
    handled_by: tuple[Any, ...] = (Role.OFFICE_LEAD,)
    search_fields = ("^number", "text", "initials", "category__name")
    search_help_text = "可输入条款号、内容、拼音首字母或类别"
    ordering = ("-scheme__number", "category__position", "position")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(entry_count=Count("entries"))

    @admin.display(description="规则")
    def rule_shown(self, clause: Clause) -> str:
        words = clause_words(clause)
        return f"{words.rule_name}：{words.sentence}"

    @admin.display(description="扣分加分（条）", ordering="entry_count")
    def entries_shown(self, clause: Clause) -> int:
        return clause.entry_count
