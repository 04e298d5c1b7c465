"""The town at a glance: the first page of the panel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Func, QuerySet, Subquery
from django.urls import reverse
from django.utils.http import urlencode

from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.context import town_facts
from lianzhen.notices.models import Feedback
from lianzhen.overview import Figure, Need, overview
from lianzhen.permissions import see_accounts, see_feedback, see_trail
from lianzhen.town.calendars import missing_years
from lianzhen.town.models import CalendarDay, Department
from lianzhen.trail.models import AuditEntry

#: How many entries of the trail stand on the first page.
LATEST = 8


@dataclass(frozen=True)
class Glance:
    """Figures and needs, each with where it leads, and the latest entries of the trail; None is not for
    this user."""

    figures: list[Figure]
    needs: list[Need]
    latest: list[AuditEntry] | None


def glance(user: User, today: date) -> Glance:
    """What this user may see of it: the overview's queries and two more."""
    figures: list[Figure] = []
    needs: list[Need] = []
    if user.standing.has(*TOWN_WIDE):
        register = overview(user, today)
        figures, needs = [*register.figures], [*register.needs]
    counts = _counts(user, today)
    if see_accounts(user):
        figures.append(Figure("账号", counts["accounts"], "个", _list("accounts_user", state="current")))
    if user.standing.has(Role.SYSADMIN):
        figures.append(Figure("授予的角色", counts["roles"], "项", _list("accounts_rolegrant", state="current")))
        figures.append(Figure("站所、办", counts["departments"], "个", _list("town_department", state="current")))
        figures.append(Figure("工作日历", counts["days"], "天", _list("town_calendarday")))
    if see_feedback(user) and counts["waiting"]:
        url = _list("notices_feedback", state="current")
        needs.append(Need("意见建议未答复", counts["waiting"], url))
    for year in missing_years(today, town_facts().years):
        needs.append(Need(f"{year}年工作日历还没有导入", 1, f"{reverse('calendar')}?year={year}"))
    latest = list(AuditEntry.objects.visible_to(user)[:LATEST]) if see_trail(user) else None
    return Glance(figures, needs, latest)


def _counts(user: User, today: date) -> dict[str, int]:
    """Numbers that the overview of the register does not have; one query, beside the user's own row."""
    return (
        User.objects.filter(pk=user.pk)
        .annotate(
            accounts=_number(User.objects.visible_to(user).current()),
            roles=_number(RoleGrant.objects.on(today)),
            departments=_number(Department.objects.filter(ended_on=None)),
            days=_number(CalendarDay.objects.all()),
            waiting=_number(Feedback.objects.filter(answered_at=None)),
        )
        .values("accounts", "roles", "departments", "days", "waiting")
        .get()
    )


def _number(rows: QuerySet) -> Subquery:
    """How many rows, as a column of another query."""
    return Subquery(rows.order_by().annotate(counted=Func(F("pk"), function="COUNT")).values("counted"))


def _list(name: str, **query: str) -> str:
    """A list of the panel, filtered."""
    return reverse(f"admin:{name}_changelist") + (f"?{urlencode(query)}" if query else "")
