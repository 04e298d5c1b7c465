"""An application of the own village and of the other, with budgets and uses, for the sweeps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START, Cast, make_user


def selfgov_rows(cast: Cast) -> dict[str, list[Any]]:
    """By what their addresses begin with. To be called inside an act."""
    from appraisal.models import SelfGovYear
    from villages.models import BudgetUse, Person, Posting, SelfGovApplication, SelfGovRules, WorkBudget

    SelfGovRules(starts_on=date(2024, 1, 1), conditions="班子健全。\n村务公开。", basis="示例纪要").save()
    # So that the other village's opinion, too, is its own liaison group's and not the office's.
    user = make_user("丁片区", "t_district_2")
    person = Person(name=user.name, user=user, department=cast.department)
    person.save()
    Posting(person=person, group=cast.other_group, starts_on=START).save()
    kept = default_storage.save("selfgov/2026/03/rows.pdf", ContentFile(b"%PDF-1.4"))
    file = {"file_name": "会议决议照片", "stored_as": kept, "file_sha256": "0" * 64}
    applications, budgets, uses, years = [], [], [], []
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
            **file,
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
            **file,
        )
        use.save()
        uses.append(use)
        year = SelfGovYear(
            village=village,
            year=2025,
            state="office",
            work="主干道清淤三公里，办成两件民生实事。",
            problems="集体收入还不高，人手不够。",
            plans="下年修好两口水塘，再办一次评选。",
            started_by=cast.users[Role.CADRE],
            submitted_at=timezone.now(),
            submitted_by=cast.users[Role.CADRE],
            opinion="村里工作主动，建议评为合格。",
            opinion_at=timezone.now(),
            opinion_by=cast.users[Role.INSTRUCTOR],
        )
        year.save()
        years.append(year)
    return {
        "selfgov/applications": applications,
        "selfgov/budgets": budgets,
        "selfgov/uses": uses,
        "selfgov/years": years,
        "selfgov/villages": [cast.own, cast.other],
    }
