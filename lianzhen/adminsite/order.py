"""The order of the panel: what the committee looks at first stands first."""

from __future__ import annotations

from typing import Any

#: Heading, app, models in order. A model that is missing here comes last in its app (a test asks for it).
GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "台账",
        "villages",
        (
            "LiaisonGroup",
            "Village",
            "LiaisonTeam",
            "Posting",
            "DutyPlan",
            "SelfGovernance",
            "SelfGovApplication",
            "WorkBudget",
            "BudgetUse",
            "SelfGovRules",
            "Person",
            "CadreTerm",
            "VillagerGroup",
            "SocialOrganization",
            "OrganizationMember",
            "OrganizationKind",
            "PartyBranch",
            "PartyGroup",
            "VillageCharter",
            "Speciality",
        ),
    ),
    (
        "联村工作",
        "appraisal",
        (
            "DutyLog",
            "DutyShift",
            "SpotCheck",
            "Leave",
            "Outing",
            "WeeklyReport",
            "TownNeed",
            "WeeklyMeeting",
            "Decision",
            "ScoreEntry",
            "Appeal",
            "Suggestion",
            "AppraisalMonth",
            "MonthlyScore",
            "SubsidyRow",
            "Correction",
            "SelfGovYear",
            "QuarterlyReview",
            "TeamReview",
            "Payout",
            "PayoutRow",
            "AnnualAssessment",
            "AnnualSummary",
            "AnnualGrade",
            "Bulletin",
            "IssuedDocument",
            "DocumentTemplate",
            "Scheme",
            "Clause",
            "WorkRules",
        ),
    ),
    ("网格", "grids", ("Grid", "GridHeadTerm", "GridArea")),
    ("镇与日历", "town", ("Town", "Department", "CalendarYear", "CalendarDay")),
    ("账号与权限", "accounts", ("User", "RoleGrant")),
    ("导入", "importing", ("ImportBatch",)),
    ("消息与意见", "notices", ("Feedback", "Notice")),
    ("操作记录", "trail", ("AuditEntry",)),
)


def in_our_order(apps: dict[str, Any]) -> list[dict[str, Any]]:
    """Django's dictionary of apps as a list; apps without a place here follow under their own names."""
    listed = []
    for heading, label, names in GROUPS:
        app = apps.get(label)
        if app is None:
            continue
        place = {name: number for number, name in enumerate(names)}
        models = sorted(app["models"], key=lambda model: place.get(model["object_name"], len(place)))
        listed.append({**app, "name": heading, "models": models})
    known = {label for _, label, _ in GROUPS}
    return listed + [app for label, app in sorted(apps.items()) if label not in known]
