"""Every page that an account can open, found in the URLconf and filled with rows that it sees."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.test import Client
from django.utils import timezone

from lianzhen.periods import Month, Quarter, Week
from lianzhen.tests.test_sweep import guard_of, kind_of, patterns

#: How many rows from either end of a table stand for it: the first made, and the latest with its odd states.
FROM_EACH_END = 2
#: Beside the bare addresses: a search with hits and one without, empty lists, a list on paper.
VARIANTS = (
    "/search/?q=村",
    "/search/?q=没有这样的人",
    "/people/?q=没有这样的人",
    "/grids/?state=vacant",
    "/grids/?print=1",
    "/villages/?print=1",
    "/settings/audit/?q=没有这样的人",
    "/duty/?state=short",
    "/duty/?print=1",
    "/duty/statistics/?by=person",
    "/duty/blank/?print=1",
)


def pages_of(user: Any, client: Client) -> list[str]:
    """Addresses that answer the account with a page of its own, each route once; the pages of records
    with several rows. `client` must be signed in as `user`."""
    with quiet("django.request"):
        routes = [route for route, pattern in patterns() if "GET" in guard_of(pattern).methods]
        found = [url for route in routes for worded in _worded(route, user) for url in _open(worded, user, client)]
        return found + [url for url in VARIANTS if _is_page(client, url)]


@contextmanager
def quiet(name: str) -> Iterator[None]:
    """Being refused is what the search for pages is about; its log would hide everything else."""
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _open(route: str, user: Any, client: Client) -> list[str]:
    """The first address of a route that opens; of a record's own page all of them."""
    opened: list[str] = []
    for url in _filled(route, user):
        if (route.endswith("<int:pk>/") or not opened) and _is_page(client, url):
            opened.append(url)
    return opened


def _worded(route: str, user: Any) -> list[str]:
    """The route with every word that its last part may be."""
    from appraisal.actions.annual_summaries import STEPS
    from lianzhen.importing.kinds import kinds_for
    from lianzhen.views.help import TOPICS
    from villages.extensions import village_tabs

    words = {
        "<slug:tab>": [tab.key for tab in village_tabs()],
        "<slug:topic>": [topic.slug for topic in TOPICS],
        "<slug:kind>": [kind.key for kind in kinds_for(user)],
        "<slug:step>": list(STEPS),
    }
    slot = next((slot for slot in words if slot in route), "")
    return [route.replace(slot, word) for word in words[slot]] if slot else [route]


def _filled(route: str, user: Any) -> Iterator[str]:
    """The route with some rows of its kind, in this week and month."""
    today, kind = timezone.localdate(), kind_of(route)
    route = route.replace("<slug:week>", Week.of(today).key).replace("<slug:month>", Month.of(today).key)
    route = route.replace("<slug:quarter>", _quarter(today).key).replace("<int:count>", "1")
    route = route.replace("<int:year>", str(_year(today)))
    if "<int:pk>" not in route:
        assert "<" not in route, f"the sweep does not know how to fill {route}"
        yield f"/{route}"
        return
    for row in _rows(kind, user):
        yield "/" + re.sub(r"<int:pk>", str(row.pk), route)


def _quarter(today: date) -> Quarter:
    """The last one that was begun, or the running one."""
    from appraisal.models import QuarterlyReview

    last = QuarterlyReview.objects.order_by("-quarter").first()
    return last.period if last else Quarter.of(today)


def _year(today: date) -> int:
    """The last one whose assessment was begun, or the running one."""
    from appraisal.models import AnnualAssessment

    last = AnnualAssessment.objects.order_by("-year").first()
    return last.year if last else today.year


def _rows(kind: str, user: Any) -> list[Any]:
    """Some rows of a kind that the account sees. A kind without a model here stops the sweep."""
    manager = _models()[kind].objects
    seen = manager.visible_to(user) if hasattr(manager, "visible_to") else manager.all()
    return list(dict.fromkeys([*seen.order_by("pk")[:FROM_EACH_END], *seen.order_by("-pk")[:FROM_EACH_END]]))


def _models() -> dict[str, Any]:
    from appraisal import models as week
    from grids.models import Grid, GridHeadTerm
    from lianzhen.accounts.models import RoleGrant, User
    from lianzhen.importing.models import ImportBatch
    from lianzhen.notices.models import Feedback, Notice
    from lianzhen.town.models import Department
    from lianzhen.trail.models import AuditEntry
    from villages import models as register

    return {
        "villages": register.Village,
        "teams": register.LiaisonTeam,
        "weekly/<slug:week>": register.LiaisonTeam,
        "weekly/read": register.LiaisonTeam,
        "scores/<slug:month>/teams": register.LiaisonTeam,
        "quarters/<slug:quarter>/material": register.LiaisonTeam,
        "years/<int:year>/summaries": week.AnnualSummary,
        "years/<int:year>/grades": week.AnnualGrade,
        "bulletins/blocks": week.BulletinBlock,
        "corrections": week.Correction,
        "needs": week.TownNeed,
        "postings": register.Posting,
        "specialities": register.Speciality,
        "villager-groups": register.VillagerGroup,
        "party-branches": register.PartyBranch,
        "party-groups": register.PartyGroup,
        "charters": register.VillageCharter,
        "cadres": register.CadreTerm,
        "orgs": register.SocialOrganization,
        "orgs/members": register.OrganizationMember,
        "orgs/kinds": register.OrganizationKind,
        "districts": register.LiaisonGroup,
        "people": register.Person,
        "selfgov": register.Village,
        "selfgov/villages": register.Village,
        "selfgov/applications": register.SelfGovApplication,
        "selfgov/budgets": register.WorkBudget,
        "selfgov/uses": register.BudgetUse,
        "selfgov/years": week.SelfGovYear,
        "imports": ImportBatch,
        "grids": Grid,
        "grids/terms": GridHeadTerm,
        "settings/accounts": User,
        "settings/grants": RoleGrant,
        "settings/departments": Department,
        "settings/audit": AuditEntry,
        "settings/work-rules": week.WorkRules,
        "duty": week.DutyLog,
        "duty/people": week.DutyAttendance,
        "duty/photos": week.DutyPhoto,
        "duty/shifts": week.DutyShift,
        "duty/teams": register.LiaisonTeam,
        "duty/checks": week.SpotCheck,
        "duty/outings": week.Outing,
        "leave": week.Leave,
        "meetings": week.WeeklyMeeting,
        "decisions": week.Decision,
        "suggestions": week.Suggestion,
        "imports/accounts": ImportBatch,
        "notices": Notice,
        "feedback": Feedback,
        "deductions": week.ScoreEntry,
        "bonuses": week.ScoreEntry,
        "appeals": week.Appeal,
        "evidence": week.Evidence,
        "settings/scheme": week.Scheme,
        "settings/scheme/categories": week.Category,
        "settings/clauses": week.Clause,
        "settings/papers/templates": week.DocumentTemplate,
        "documents": week.IssuedDocument,
        "bulletins": week.Bulletin,
    }


def _is_page(client: Client, url: str) -> bool:
    answer = client.get(url)
    answer.getvalue()  # a file is closed at its end: a photo, a piece of evidence, a template
    return answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
