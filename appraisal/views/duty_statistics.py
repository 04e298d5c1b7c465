"""驻村月统计: by team and by person; days owed and done, late entries, leave and official travel. The same for any
days, which a figure of a paper leads to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from appraisal.duty_months import MonthRow, person_months, team_months
from appraisal.duty_overview import seen_teams
from appraisal.filters_duty import MonthFilter
from appraisal.permissions import see_duty
from appraisal.report_period import MOST_YEARS
from appraisal.views.duty_views import step_links
from lianzhen.pages.computed import ComputedRows, PeriodPage, asked_month
from lianzhen.pages.days import Days, asked_days
from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, Column, link_to
from lianzhen.periods import Month
from lianzhen.wording import number
from villages.models import LiaisonTeam, Person

PERSON = "person"
MOST_DAYS = MOST_YEARS * 366


def figure(key: str, title: str, **more: Any) -> Column:
    return Column(key, title, lambda r: getattr(r, key), sort=[key], kind="number", total=True, **more)


FIGURES = (
    figure("need", "应到（天）"),
    figure("done", "登记（天）"),
    figure("missed", "缺（天）"),
    figure("late", "补登（天）", secondary=True),
    figure("leave", "请假（人天）", secondary=True),
    figure("official", "公出（人天）", secondary=True),
)
#: What nobody owes for himself while the team counts.
OWED = ("need", "missed")
DISTRICT = Column("district", "片区", lambda r: r.district, sort=["place", "code"], secondary=True)


def _team_cell(row: MonthRow) -> Any:
    return link_to("team_duty", row.team.pk, row.team.village.name)


def columns(*, by_person: bool, counted: bool) -> list[Column]:
    """`counted`: the rules count each person, who then owes days of his own."""
    team = Column(
        "team", "联村工作组", lambda r: r.team.village.name, show=_team_cell, sort=["pinyin"], head=not by_person
    )
    if not by_person:
        return [team, DISTRICT, *FIGURES]
    return [
        Column("name", "姓名", lambda r: r.name, head=True),
        Column("role", "职务", lambda r: r.role, secondary=True),
        team,
        DISTRICT,
        *[column for column in FIGURES if counted or column.key not in OWED],
    ]


@guarded(see_duty, methods=LIST_METHODS)
def duty_statistics(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    period: Month | Days = asked_days(request, MOST_DAYS) or asked_month(request, today)
    by_person = request.GET.get("by") == PERSON
    teams = seen_teams(request.user, period)
    rows = (person_months if by_person else team_months)(teams, period, today)
    counted = any(row.need is not None for row in rows)
    unit, word = ("人", "人") if by_person else ("个联村工作组", "组")
    steps = step_links("month", period, f"&by={PERSON}" if by_person else "") if isinstance(period, Month) else {}
    page = PeriodPage(
        request,
        ComputedRows(Person if by_person else LiaisonTeam, rows),
        columns(by_person=by_person, counted=counted),
        title=f"驻村{'月' if steps else ''}统计（按{word}）",
        order=["place", "code", "rank"],
        filterset=MonthFilter,
        count=lambda n: f"共{number(n)}{unit}",
        empty_text=f"这{'个月' if steps else '段时间'}没有在任的联村工作组。",
        context={
            **steps,
            "month": period,
            "tabs": tabs(period, by_person=by_person),
            "note": note(by_person=by_person, counted=counted),
        },
        period=period,
    )
    return page.respond("appraisal/duty_statistics.html")


def tabs(period: Month | Days, *, by_person: bool) -> list[dict[str, Any]]:
    key = f"?{'month' if isinstance(period, Month) else 'days'}={period.key}"
    return [
        {"title": "按组", "url": key, "current": not by_person, "count": None},
        {"title": "按人", "url": f"{key}&by={PERSON}", "current": by_person, "count": None},
    ]


def note(*, by_person: bool, counted: bool) -> str:
    """What the figures mean where a reader would ask."""
    if by_person and not counted:
        return "应到按工作组计算，个人不计应到"
    return "应到按工作日历和固定办公日计算，“缺”只计已过去的日子"
