"""工作经费预算到村 (the founding article): what a self-governed village is granted for a year, and its uses."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from lianzhen.trail.columns import by_field, paired
from lianzhen.trail.versions import VersionedModel
from villages.models.self_governance import Attached, OfVillageQuerySet, file_whole
from villages.visibility import in_seen_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

#: Whole money in 元, to the 分.
CENT = Decimal("0.01")


class WorkBudgetQuerySet(OfVillageQuerySet):
    def standing(self) -> WorkBudgetQuerySet:
        return self.filter(withdrawn_at=None)


class WorkBudget(VersionedModel):
    """工作经费预算到村: what a self-governed village was granted for a year (元).

    `used` is the sum of its uses that stand, kept by the action under the row's lock, so that the database itself
    never lets the balance fall below zero. One granted for a time that never came, or ended before anything was
    used, is withdrawn (收回) with its reason; the year may then be granted anew.
    """

    #: Settled when self-governance ends, which a village does first.
    holds_place = None

    village = models.ForeignKey(
        "villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="work_budgets"
    )
    year = models.PositiveSmallIntegerField("年度")
    amount = models.DecimalField("金额（元）", max_digits=12, decimal_places=2, validators=[MinValueValidator(CENT)])
    used = models.DecimalField("已用（元）", max_digits=12, decimal_places=2, default=Decimal(0), editable=False)
    basis = models.CharField("依据文号", max_length=200)
    granted_on = models.DateField("下达日期")
    note = models.CharField("说明", max_length=200, blank=True)
    granted_at = models.DateTimeField("登记于", default=timezone.now)
    granted_by = by_field("登记人", optional=True)
    withdrawn_at = models.DateTimeField("收回于", null=True, blank=True)
    withdrawn_by = by_field("收回人", optional=True)
    withdraw_reason = models.CharField("收回原因", max_length=300, blank=True)

    objects = WorkBudgetQuerySet.as_manager()

    class Meta:
        verbose_name = "工作经费"
        verbose_name_plural = "工作经费"
        ordering = ["-year", "village__code"]
        constraints = [
            models.UniqueConstraint(
                name="work_budget_one_a_year",
                fields=["village", "year"],
                condition=Q(withdrawn_at=None),
                violation_error_message="这个村这一年的工作经费已登记，请用“调整金额”办理。",
            ),
            models.CheckConstraint(
                name="work_budget_positive",
                condition=Q(amount__gt=0) & Q(used__gte=0),
                violation_error_message="金额应大于0。",
            ),
            models.CheckConstraint(
                name="work_budget_not_overdrawn",
                condition=Q(used__lte=F("amount")),
                violation_error_message="经费余额不够。",
            ),
            paired("work_budget_withdrawn", "withdrawn"),
            models.CheckConstraint(
                name="work_budget_withdrawn_why",
                condition=Q(withdrawn_at=None, withdraw_reason="")
                | Q(withdrawn_at__isnull=False, used=0) & ~Q(withdraw_reason=""),
                violation_error_message="没有使用过的经费才能收回，并写明收回原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.village}{self.year}年工作经费"

    @property
    def balance(self) -> Decimal:
        return self.amount - self.used


class BudgetUseQuerySet(models.QuerySet["BudgetUse"]):
    def visible_to(self, user: User) -> BudgetUseQuerySet:
        return self.filter(in_seen_villages(user, "budget__village"))

    def standing(self) -> BudgetUseQuerySet:
        return self.filter(withdrawn_at=None)


class BudgetUse(VersionedModel, Attached):
    """One use of the work budget, reported by the village (元). Withdrawn with a reason, never deleted."""

    budget = models.ForeignKey(WorkBudget, verbose_name="工作经费", on_delete=models.PROTECT, related_name="uses")
    spent_on = models.DateField("使用日期")
    purpose = models.CharField("用途", max_length=200)
    amount = models.DecimalField("金额（元）", max_digits=12, decimal_places=2, validators=[MinValueValidator(CENT)])
    on_behalf = models.BooleanField("联村办代录", default=False)
    recorded_at = models.DateTimeField("登记于", default=timezone.now)
    recorded_by = by_field("登记人", optional=True)
    withdrawn_at = models.DateTimeField("撤回于", null=True, blank=True)
    withdrawn_by = by_field("撤回人", optional=True)
    withdraw_reason = models.CharField("撤回原因", max_length=200, blank=True)

    objects = BudgetUseQuerySet.as_manager()

    class Meta:
        verbose_name = "经费使用"
        verbose_name_plural = "经费使用"
        ordering = ["-spent_on", "-id"]
        constraints = [
            file_whole("budget_use_file_whole"),
            paired("budget_use_withdrawn", "withdrawn"),
            models.CheckConstraint(
                name="budget_use_positive",
                condition=Q(amount__gt=0),
                violation_error_message="金额应大于0。",
            ),
            models.CheckConstraint(
                name="budget_use_withdrawn_why",
                condition=Q(withdrawn_at=None) | ~Q(withdraw_reason=""),
                violation_error_message="请填写撤回原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.budget}：{self.purpose}"
