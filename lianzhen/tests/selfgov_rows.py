"""An application of the own village and of the other, with budgets and uses, for the sweeps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import Cast


def selfgov_rows(cast: Cast) -> dict[str, list[Any]]:
    """By what their addresses begin with. To be called inside an act."""
    from villages.models import BudgetUse, SelfGovApplication, SelfGovRules, WorkBudget

    SelfGovRules(starts_on=date(2024, 1, 1), conditions="班子健全。\n村务公开。", basis="示例纪要").save()
    applications, budgets, uses = [], [], []
    for village in (cast.own, cast.other):
        application = SelfGovApplication(
            village=village,
            state="district",
            conditions=["班子健全。", "村务公开。"],
            answers=["班子成员齐全，分工明确。", "每季按期公开村务和财务。"],
            facts=["村：示例村", "人口：1,000人"],
            met_on=date(2026, 3, 2),
            votes_for=40,
            votes_against=2,
            votes_abstain=1,
            started_by=cast.users[Role.CADRE],
            submitted_at=timezone.now(),
            submitted_by=cast.users[Role.CADRE],
        )
        application.save()
        applications.append(application)
        budget = WorkBudget(
            village=village,
            year=2026,
            amount=Decimal(30000),
            used=Decimal("1200.50"),
            basis="示例〔2026〕1号",
            granted_on=date(2026, 1, 10),
            granted_by=cast.users[Role.OFFICE],
        )
        budget.save()
        budgets.append(budget)
        use = BudgetUse(
            budget=budget,
            spent_on=date(2026, 2, 3),
            purpose="沟渠清理人工费",
            amount=Decimal("1200.50"),
            recorded_by=cast.users[Role.CADRE],
        )
        use.save()
        uses.append(use)
    return {
        "selfgov/applications": applications,
        "selfgov/budgets": budgets,
        "selfgov/uses": uses,
        "selfgov/villages": [cast.own, cast.other],
    }
