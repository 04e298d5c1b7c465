"""按纸质登记表录入: the office keys a team's week, persons by days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.duty_sheet import key_person_week
from appraisal.duty_overview import seen_teams
from appraisal.facts import OnDuty, serving
from appraisal.forms.duty_sheet import PaperForm, TeamWeekForm, day_of, paper_sheet
from appraisal.models import DutyAttendance, DutyLog
from appraisal.permissions import key_duty_from_paper
from appraisal.views.duty_views import step_links
from lianzhen.pages.computed import asked_week
from lianzhen.pages.guard import guarded
from lianzhen.pages.sheet_pages import sheet_page
from lianzhen.pages.sheets import Row
from lianzhen.periods import Week
from lianzhen.town.models import CalendarDay
from lianzhen.town.workdays import WorkCalendar
from villages.models import LiaisonTeam, Person

TEMPLATE = "appraisal/duty_sheet.html"


@guarded(key_duty_from_paper)
def duty_grid(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    week = asked_week(request, today)
    if week.start > today:
        raise Http404
    teams = seen_teams(request.user, week)
    team = _chosen(teams, request.GET.get("team", ""))
    chooser = TeamWeekForm(initial={"team": team.pk if team else "", "week": week.key}, teams=teams)
    context = {
        **step_links("week", week, f"&team={team.pk}" if team else ""),
        "heading": "按纸质登记表录入",
        "submit": "保存登记",
        "week": week,
        "latest": today in week,
        "chooser": chooser,
        "crumbs": [("驻村一览", f"{reverse('duty_matrix')}?week={week.key}")],
        "cancel_url": f"{reverse('duty_matrix')}?week={week.key}",
        "team": team,
    }
    if team is None:
        return render(request, TEMPLATE, context)
    return _keying(request, team, week, today, context)


def _chosen(teams: list[LiaisonTeam], asked: str) -> LiaisonTeam | None:
    if not asked:
        return None
    team = next((team for team in teams if str(team.pk) == asked), None)
    if team is None:
        raise Http404
    return team


def _keying(request: HttpRequest, team: LiaisonTeam, week: Week, today: date, context: dict[str, Any]) -> HttpResponse:
    entered, people = on_record(team, week, min(today, week.end))
    days = days_to_key(team, week, today, {day for _, day in entered})
    if not days or not people:
        return render(request, TEMPLATE, {**context, "nobody": True})
    plan = team.duty_plans.on(days[-1]).first()
    sheet = paper_sheet(request.POST or None, team, week, people, entered, days, plan.weekdays if plan else "")
    persons = {person.pk: person for person in Person.objects.filter(pk__in=[p.person_id for p in people])}

    def save(values: dict[str, Any], row: Row) -> Any:
        changed = {day_of(name): row.values[name] for name in row.changed}
        return key_person_week(
            team=team,
            person=persons[row.line.about],  # type: ignore[union-attr]
            days=dict(sorted(changed.items())),
            by=request.user,
            today=today,
            late_reason=values["late_reason"],
        )

    return sheet_page(
        request,
        PaperForm(request.POST or None),
        sheet,
        save=save,
        done=lambda saved: (
            f"{reverse('duty_matrix')}?week={week.key}",
            f"已代录{team.village.name}{week.title}驻村{sum(map(len, saved))}人次。",
        ),
        context=context,
        template=TEMPLATE,
    )


def on_record(team: LiaisonTeam, week: Week, day: date) -> tuple[dict[tuple[int, date], str], list[OnDuty]]:
    """Sessions on record by person and day; and who may be entered: who serves on `day`, and whoever else was
    there. Four queries."""
    rows = DutyAttendance.objects.filter(log__team=team, log__day__range=(week.start, week.end))
    rows = rows.exclude(state=DutyAttendance.State.WITHDRAWN).filter(
        log__state__in=[DutyLog.State.REGISTERED, DutyLog.State.PENDING]
    )
    entered, others = {}, {}
    for person_id, name, on, session in rows.values_list("person_id", "person__name", "log__day", "session"):
        entered[person_id, on] = session
        others[person_id] = name
    people = serving([team], day)[team.pk]
    known = {person.person_id for person in people}
    people += [OnDuty(pk, name, "substitute") for pk, name in others.items() if pk not in known]
    return entered, people


def days_to_key(team: LiaisonTeam, week: Week, today: date, entered: set[date]) -> list[date]:
    """The days of the week up to today on which the team exists: Monday to Friday, the weekend too where it is
    worked or something stands there already. One query."""
    works = WorkCalendar(CalendarDay.objects.between(week.start, week.end).as_exceptions())
    last = min(today, week.end, team.ends_on or week.end)
    first = max(week.start, team.starts_on)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < 5 or works.is_workday(day) or day in entered]
