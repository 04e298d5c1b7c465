"""自治申请, 工作经费 and the conditions: read here, handled on the staff pages, where each step is somebody else's."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from lianzhen.trail.admin import StateFilter
from lianzhen.wording import money
from villages.admin.register import RegisterAdmin
from villages.admin.teams import VILLAGE_HELP, VILLAGE_SEARCH
from villages.models import BudgetUse, SelfGovApplication, SelfGovRules, WorkBudget


class BegunFilter(StateFilter):
    words = ("已生效", "未生效")

    def holds(self) -> Q:
        return Q(starts_on__lte=timezone.localdate())


@admin.register(SelfGovApplication)
class SelfGovApplicationAdmin(RegisterAdmin):
    shown = (
        "village",
        "kind",
        "origin",
        "state",
        "said_shown",
        "reason",
        "met_on",
        "submitted_at",
        "submitted_by",
        "opinion",
        "opinion_by",
        "check_note",
        "checked_by",
        "decided_on",
        "basis",
        "decision_note",
        "starts_on",
        "decided_by",
        "revoked_on",
        "revoke_basis",
        "revoke_reason",
        "revoked_by",
        "last_change",
    )
    staff_page = "selfgov_application"
    staff_list = "selfgov_application_list"
    list_display = ("village", "kind", "origin", "state", "submitted_at", "decided_on", "starts_on")
    list_filter = ("state", "kind", "origin", "village__group")
    list_select_related = ("village",)
    date_hierarchy = "starts_on"
    search_fields = (*VILLAGE_SEARCH, "basis")
    search_help_text = VILLAGE_HELP
    ordering = ("-started_at", "id")

    @admin.display(description="逐条说明")
    def said_shown(self, application: SelfGovApplication) -> str:
        return "；".join(f"{condition}{said}" for condition, said in application.explained)


@admin.register(WorkBudget)
class WorkBudgetAdmin(RegisterAdmin):
    shown = (
        "village",
        "year",
        "amount_shown",
        "used_shown",
        "balance_shown",
        "basis",
        "granted_on",
        "withdrawn_at",
        "withdrawn_by",
        "withdraw_reason",
        "last_change",
    )
    staff_page = "work_budget"
    staff_list = "work_budget_list"
    list_display = ("village", "year", "amount_shown", "used_shown", "balance_shown", "basis", "granted_on")
    list_filter = ("year", ("withdrawn_at", admin.EmptyFieldListFilter), "village__group")
    list_select_related = ("village",)
    search_fields = (*VILLAGE_SEARCH, "basis")
    search_help_text = VILLAGE_HELP
    ordering = ("-year", "village__code")

    @admin.display(description="下达", ordering="amount")
    def amount_shown(self, budget: WorkBudget) -> str:
        return money(budget.amount)

    @admin.display(description="已用", ordering="used")
    def used_shown(self, budget: WorkBudget) -> str:
        return money(budget.used)

    @admin.display(description="余额")
    def balance_shown(self, budget: WorkBudget) -> str:
        return money(budget.balance)


@admin.register(BudgetUse)
class BudgetUseAdmin(RegisterAdmin):
    shown = (
        "budget",
        "spent_on",
        "purpose",
        "amount_shown",
        "file_name",
        "on_behalf",
        "recorded_by",
        "withdrawn_at",
        "withdrawn_by",
        "withdraw_reason",
        "last_change",
    )
    staff_list = "work_budget_list"
    list_display = ("budget", "spent_on", "purpose", "amount_shown", "recorded_by", "withdrawn_at")
    list_filter = ("budget__year", ("withdrawn_at", admin.EmptyFieldListFilter), "budget__village__group")
    list_select_related = ("budget__village", "recorded_by")
    date_hierarchy = "spent_on"
    search_fields = ("purpose", *(name.replace("village", "budget__village") for name in VILLAGE_SEARCH))
    search_help_text = f"{VILLAGE_HELP}、用途"
    ordering = ("-spent_on", "id")

    def _staff_url(self, obj: Any | None) -> str:
        return super()._staff_url(obj) if obj is None else reverse("work_budget", args=[obj.budget_id])

    @admin.display(description="金额", ordering="amount")
    def amount_shown(self, use: BudgetUse) -> str:
        return money(use.amount)


@admin.register(SelfGovRules)
class SelfGovRulesAdmin(RegisterAdmin):
    shown = ("starts_on", "conditions", "majority", "opens_month", "opens_day", "basis", "last_change")
    staff_list = "selfgov_rules"
    list_display = ("__str__", "starts_on", "basis")
    list_filter = (BegunFilter,)
    date_hierarchy = "starts_on"
    search_fields = ("conditions", "basis")
    search_help_text = "可输入条件或依据"
    ordering = ("-starts_on",)

    def _staff_url(self, obj: Any | None) -> str:
        return reverse("selfgov_rules")
