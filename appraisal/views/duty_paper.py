"""驻村登记表 to be signed by hand: for one team or a whole district, with the names of who serves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from appraisal.duty_overview import seen_teams
from appraisal.duty_paper import PaperSheet, paper_sheets
from appraisal.facts import serving
from appraisal.permissions import see_duty
from appraisal.team_rows import district_of
from appraisal.views.duty_views import step_links
from lianzhen.pages.computed import asked_month
from lianzhen.pages.guard import guarded
from lianzhen.periods import Month
from lianzhen.town.models import CalendarDay
from lianzhen.town.workdays import WorkCalendar
from lianzhen.wording import number
from villages.models import DutyPlan, LiaisonTeam


@guarded(see_duty, methods=("GET",))
def duty_blank(request: HttpRequest) -> HttpResponse:
    """Which sheet is wanted; with `?print=1` the sheets themselves. Of what is not seen there is no sheet."""
    today = timezone.localdate()
    month = asked_month(request, today)
    teams = seen_teams(request.user, month)
    asked = {word: request.GET.get(word, "") for word in ("team", "group")}
    chosen = _chosen(teams, **asked)
    if request.GET.get("print") != "1":
        return render(request, "appraisal/duty_blank_choose.html", _choice(chosen, month, asked))
    if not chosen:
        raise Http404
    sheets = sheets_of(chosen, month, min(max(today, month.start), month.end))
    context = {
        "title": f"{month.title}驻村登记表",
        "sheets": sheets,
        "dense": True,
        "back_url": f"?month={month.key}",
    }
    return render(request, "appraisal/duty_blank.html", context)


def _chosen(teams: list[LiaisonTeam], team: str, group: str) -> list[LiaisonTeam]:
    """All of them, or those of the address."""
    if not team and not group:
        return teams
    return [t for t in teams if (str(t.pk) == team if team else str(t.village.group_id) == group)]


def _choice(teams: list[LiaisonTeam], month: Month, asked: dict[str, str]) -> dict[str, Any]:
    districts: dict[Any, dict[str, Any]] = {}
    kept = "".join(f"&{word}={value}" for word, value in asked.items() if value)
    for team in teams:
        group = team.village.group
        found = districts.setdefault(
            team.village.group_id,
            {
                "title": district_of(team),
                "url": f"?month={month.key}&group={group.pk}&print=1" if group else "",
                "teams": [],
            },
        )
        found["teams"].append((team.village.name, f"?month={month.key}&team={team.pk}&print=1"))
    for found in districts.values():
        found["count"] = f"{number(len(found['teams']))}个组"
    return {**step_links("month", month, kept), "month": month, "districts": list(districts.values())}


def sheets_of(teams: list[LiaisonTeam], month: Month, day: date) -> list[PaperSheet]:
    """The sheets of several teams; who serves on `day` stands on them. Five queries."""
    special = list(CalendarDay.objects.between(month.start, month.end))
    works = WorkCalendar({found.date: found.is_workday for found in special})
    names = {found.date: found.name for found in special if found.name}
    people = serving(teams, day)
    plans: dict[int, list[DutyPlan]] = {team.pk: [] for team in teams}
    for plan in DutyPlan.objects.filter(team__in=teams):
        plans[plan.team_id].append(plan)
    return [
        sheet
        for team in teams
        for sheet in paper_sheets(
            team.name,
            month,
            [(found.name, found.role_name) for found in people[team.pk]],
            works,
            names,
            _fixed_days(plans[team.pk], month),
            "；".join(str(plan) for plan in plans[team.pk] if plan.covers(day)) or "未设置",
        )
    ]


def _fixed_days(plans: Iterable[DutyPlan], month: Month) -> set[date]:
    return {day for plan in plans for day in month if plan.covers(day) and str(day.isoweekday()) in plan.weekdays}
