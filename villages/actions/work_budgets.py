"""工作经费: granted to a self-governed village for a year, and used by it. The balance never falls below zero."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Sum
from django.urls import reverse
from django.utils import timezone

from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell
from lianzhen.pages.uploads import prepare
from lianzhen.periods import Year
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date, money
from villages.actions.selfgov_applications import keeping
from villages.models import BudgetUse, SelfGovernance, Village, WorkBudget
from villages.models.work_budgets import CENT
from villages.selfgov_turns import holding, of_village


def grant(
    *,
    village: Village,
    year: int,
    amount: Decimal,
    basis: str,
    granted_on: date,
    by: User | None,
    now: datetime,
    note: str = "",
) -> WorkBudget:
    """下达 a year's budget (元) to a village that governs itself in that year."""
    with acting(by=by, action="work_budget.grant", label="下达工作经费", reason=basis):
        village = lock_for_change(village)
        _refuse_dates(year, granted_on, timezone.localdate(now))
        days = Year(year)
        terms = SelfGovernance.objects.filter(village=village, starts_on__lte=days.end).exclude(ends_on__lt=days.start)
        if not terms.exists():
            raise ValidationError({"village": f"{village}{year}年没有实行村为主自治，不下达工作经费。"})
        if village.work_budgets.standing().filter(year=year).exists():
            raise ValidationError({"village": f"{village}{year}年的工作经费已登记，请用“调整金额”办理。"})
        budget = WorkBudget(
            village=village,
            year=year,
            amount=amount,
            basis=basis.strip(),
            granted_on=granted_on,
            note=note.strip(),
            granted_at=now,
            granted_by=by,
        )
        budget.full_clean()
        budget.save()
        told = of_village(village, timezone.localdate(now))
        tell(told, f"{budget}{money(amount)}已下达（{budget.basis}）。", page_of(budget))
    return budget


def _refuse_dates(year: int, granted_on: date, today: date) -> None:
    """Granted in the year or the one before: a slip of the year makes a budget that nothing can be used of."""
    if year > today.year + 1:
        raise ValidationError({"year": f"工作经费最早提前一年下达，{year}年还不到时候，请核对年度。"})
    if granted_on.year not in (year - 1, year):
        raise ValidationError(
            {"granted_on": f"{year}年的工作经费应在{year - 1}年或{year}年下达，请核对年度和下达日期。"}
        )


def adjust(
    *,
    budget: WorkBudget,
    amount: Decimal,
    basis: str,
    reason: str,
    by: User,
    today: date,
    version: int | None = None,
) -> WorkBudget:
    """调整金额 with its ground; never below what has been used."""
    with acting(by=by, action="work_budget.adjust", label="调整工作经费", reason=reason):
        budget = lock_for_change(budget, version)
        _refuse_withdrawn(budget)
        if amount < budget.used:
            raise ValidationError({"amount": f"已使用{money(budget.used)}，金额不能小于已用数。"})
        budget.amount, budget.basis = amount, basis.strip()
        budget.full_clean()
        budget.save()
        tell(of_village(budget.village, today), f"{budget}调整为{money(amount)}。", page_of(budget))
    return budget


def withdraw_budget(
    *, budget: WorkBudget, reason: str, by: User, now: datetime, version: int | None = None
) -> WorkBudget:
    """收回 what was granted and nothing was used of, where its time never came or is over: an amount cannot be
    adjusted to nothing. The year may be granted anew."""
    with acting(by=by, action="work_budget.withdraw", label="收回工作经费", reason=reason):
        budget = lock_for_change(budget, version)
        _refuse_withdrawn(budget)
        if budget.used:
            raise ValidationError(f"{budget}已使用{money(budget.used)}，不能收回，请用“调整金额”核减到已用数。")
        budget.withdrawn_at, budget.withdrawn_by, budget.withdraw_reason = now, by, reason.strip()
        budget.full_clean()
        budget.save()
        told = of_village(budget.village, timezone.localdate(now))
        tell(told, f"{budget}{money(budget.amount)}已收回：{budget.withdraw_reason}", page_of(budget))
    return budget


def _refuse_withdrawn(budget: WorkBudget) -> None:
    if budget.withdrawn_at is not None:
        raise ValidationError(f"{budget}已收回，不能再办理。")


def report_use(
    *,
    budget: WorkBudget,
    spent_on: date,
    purpose: str,
    amount: Decimal,
    by: User | None,
    now: datetime,
    on_behalf: bool = False,
    file: Any = None,
) -> BudgetUse:
    """登记使用: within the year and the village's self-governance, and within what is left. Raises
    `ValidationError` by field."""
    ready = prepare(file, "file") if file else None
    with acting(by=by, action="work_budget.use", label="登记经费使用"):
        budget = lock_for_change(budget)
        _refuse_withdrawn(budget)
        today = timezone.localdate(now)
        if spent_on > today:
            raise ValidationError({"spent_on": "使用日期不能晚于今天。"})
        first, last = max(budget.granted_on, Year(budget.year).start), Year(budget.year).end
        if not first <= spent_on <= last:
            raise ValidationError(
                {"spent_on": f"使用日期应在{full_date(first)}到{full_date(last)}之间，下达以后使用。"}
            )
        if not budget.village.self_governance.on(spent_on).exists():
            village = budget.village
            raise ValidationError(
                {"spent_on": f"{village}{full_date(spent_on)}没有实行村为主自治，经费只用于自治期间。"}
            )
        if amount > budget.balance:
            raise ValidationError({"amount": f"余额{money(budget.balance)}，不够支出这一笔。请核对金额。"})
        use = BudgetUse(
            budget=budget,
            spent_on=spent_on,
            purpose=purpose.strip(),
            amount=amount,
            on_behalf=on_behalf,
            recorded_at=now,
            recorded_by=by,
        )
        with keeping(use, ready, today):
            use.full_clean()
            use.save()
            _recount(budget)
    return use


def withdraw_use(*, use: BudgetUse, reason: str, by: User, now: datetime) -> BudgetUse:
    """撤回 one use: the amount returns to the balance, the line stays to be read."""
    with acting(by=by, action="work_budget.withdraw_use", label="撤回经费使用", reason=reason):
        budget = lock_for_change(use.budget)
        use = lock_for_change(use)
        if use.withdrawn_at is not None:
            raise ValidationError("这一笔已撤回。")
        use.withdrawn_at, use.withdrawn_by, use.withdraw_reason = now, by, reason.strip()
        use.full_clean()
        use.save()
        _recount(budget)
        told = holding(timezone.localdate(now), "office", "office_lead") - {by.pk}
        tell(told, f"{budget}撤回一笔使用{money(use.amount)}：{use.withdraw_reason}", page_of(budget))
    return use


def left_over(village: Village, today: date) -> list[WorkBudget]:
    """Budgets of this year and those to come with money left (元): what the end of self-governance leaves to be
    settled. One query."""
    rows = WorkBudget.objects.standing().filter(village=village, year__gte=today.year, used__lt=F("amount"))
    return list(rows.select_related("village").order_by("year"))


def settling(budget: WorkBudget) -> str:
    """How the office settles what is left when self-governance ends."""
    return "用“调整金额”核减到已用数" if budget.used else "用“收回经费”收回"


def _recount(budget: WorkBudget) -> None:
    """The sum of what stands; the database refuses more than was granted."""
    total = budget.uses.standing().aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    # SQLite sums as a float: back to whole 分.
    budget.used = total.quantize(CENT)
    budget.full_clean()
    budget.save()


def page_of(budget: WorkBudget) -> str:
    return reverse("work_budget", args=[budget.pk])
