"""What 村为主自治 asks of somebody today: a step of an application or of a yearly sheet, on the home and in 待审."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from appraisal.models import SelfGovYear
from appraisal.selfgov_writers import written_by
from appraisal.todos import Todo
from appraisal.waiting import Item, Source
from lianzhen.accounts.roles import Role
from lianzhen.trail.models import AuditEntry
from villages.models import Posting, SelfGovApplication
from villages.selfgov_turns import with_account

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

OFFICE = (Role.OFFICE, Role.OFFICE_LEAD)
Apply, Year, Origin = SelfGovApplication.State, SelfGovYear.State, SelfGovApplication.Origin
#: Key of the source → page, and what is asked.
ASKED = {
    "selfgov_write": ("selfgov_application", "自治申请还没有提交"),
    "selfgov_opinion": ("selfgov_application", "自治申请请出片区意见"),
    "selfgov_alone": ("selfgov_application", "自治申请请代出片区意见"),
    "selfgov_check": ("selfgov_application", "自治申请请核查"),
    "selfgov_decide": ("selfgov_application", "自治申请请登记党委研究的结果"),
    "year_write": ("selfgov_year", "年度自评还没有报送"),
    "year_opinion": ("selfgov_year", "年度考核请出指导员意见"),
    "year_alone": ("selfgov_year", "年度考核请代出指导员意见"),
    "year_check": ("selfgov_year", "年度考核请核查"),
    "year_grade": ("selfgov_year", "年度考核请登记评定的等次"),
    "year_notice": ("selfgov_year", "年度考核请印发结果通知"),
}


#: Steps of those who had no part in an earlier one and do not serve in the village.
JUDGED = (
    "selfgov_opinion",
    "selfgov_alone",
    "selfgov_check",
    "selfgov_decide",
    "year_alone",
    "year_check",
    "year_grade",
)


def selfgov_sources(user: User) -> dict[str, Source]:
    """Steps that are this user's by role and place; whoever took part in an earlier one is not asked. An opinion
    that nobody else has an account to give is the office's."""
    standing = user.standing
    found: dict[str, QuerySet] = {}
    villages, is_office = standing.villages(Role.CADRE), standing.has(*OFFICE)
    if villages or is_office:
        # What the town proposes is the office's alone to write; what it writes for a village may be either's.
        own = Q(village__in=villages) & ~Q(origin=Origin.TOWN)
        mine = own | ~Q(origin=Origin.VILLAGE) if is_office else own
        found["selfgov_write"] = _applications(SelfGovApplication.WRITING).filter(mine)
        sheets = Q(village__in=villages) | Q(on_behalf=True) if is_office else Q(village__in=villages)
        found["year_write"] = _years((Year.DRAFT,)).filter(sheets)
    if groups := standing.groups(Role.DISTRICT):
        found["selfgov_opinion"] = _applications((Apply.DISTRICT,), village__group__in=groups)
    if villages := standing.villages(Role.INSTRUCTOR):
        found["year_opinion"] = _years((Year.INSTRUCTOR,), village__in=villages)
    if is_office:
        serving = with_account(Posting.objects.on(standing.on))
        group, guide = serving.filter(group=OuterRef("village__group")), serving.filter(village=OuterRef("village"))
        found["selfgov_alone"] = _applications((Apply.DISTRICT,)).exclude(Exists(group))
        found["year_alone"] = _years((Year.INSTRUCTOR,)).exclude(Exists(guide))
        found["selfgov_check"] = _applications((Apply.OFFICE,))
        found["year_check"] = _years((Year.OFFICE,))
    if standing.has(Role.COMMITTEE):
        found["selfgov_decide"] = _applications((Apply.COMMITTEE,))
        found["year_grade"] = _years((Year.COMMITTEE,))
    if standing.has(Role.OFFICE_LEAD):
        found["year_notice"] = _years((Year.DONE,))
    own = standing.villages(Role.LEADER, Role.MEMBER, Role.INSTRUCTOR)
    for key in JUDGED:
        if key in found:
            found[key] = found[key].exclude(_took_part(user)).exclude(village__in=own)
            found[key] = found[key].exclude(written_by(user) if key.startswith("year") else _filled(user))
    return {key: Source(rows, "started_at", "", text="village__name") for key, rows in found.items()}


def selfgov_todos(items: Mapping[str, Sequence[Item]]) -> list[Todo]:
    """Those of `selfgov_sources`, in words. No query."""
    return [
        Todo(f"{item.text}{words}", reverse(page, args=[item.pk]))
        for key, (page, words) in ASKED.items()
        for item in items.get(key, ())
    ]


def waiting_steps(user: User) -> Iterator[tuple[str, str, date, str]]:
    """(words, what the step does, since when, address) for 待审. One query for each kind the user has."""
    for key, source in selfgov_sources(user).items():
        if key.endswith("write"):
            continue
        page, words = ASKED[key]
        for row in source.rows.select_related("village").order_by("started_at", "pk"):
            since = timezone.localdate(row.submitted_at or row.started_at)
            yield f"{row.village}{words}", str(row), since, reverse(page, args=[row.pk])


def _applications(states: Sequence[str], **where: object) -> QuerySet:
    return SelfGovApplication.objects.filter(state__in=states, **where)


def _years(states: Sequence[str], **where: object) -> QuerySet:
    return SelfGovYear.objects.filter(state__in=states, **where)


def _filled(user: User) -> Q:
    """Applications of which the user filled a page, as `SelfGovApplication.writers`."""
    entries = AuditEntry.objects.about_each(SelfGovApplication)
    return Q(Exists(entries.filter(action__in=SelfGovApplication.WRITES, by=user)))


def _took_part(user: User) -> Q:
    """Null-proof: `exclude` of a comparison with an empty column keeps the row."""
    return Q(started_by=user.pk) | Q(submitted_by=user.pk) | Q(opinion_by=user.pk) | Q(checked_by=user.pk)
