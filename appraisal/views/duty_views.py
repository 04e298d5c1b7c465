"""Overviews of duty: my own month, the town's week, a team's weeks and month."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from appraisal.duty_calendar import WEEKDAYS, MonthCalendar, WeekStrip, last_weeks, month_calendar, week_strip
from appraisal.duty_months import ROLES
from appraisal.duty_overview import TeamAccount, TeamRow, TownWeek, team_account, town_week
from appraisal.duty_terms import ABSENT, ASKED, DUE, HERE, LEGEND, PersonDuty, WeekDuty
from appraisal.duty_week import weeks_of
from appraisal.filters_duty import MatrixFilter
from appraisal.models import DutyLog
from appraisal.permissions import key_duty_from_paper, see_duty, see_own_duty
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.pages.computed import ComputedRows, PeriodPage, asked_month, asked_week
from lianzhen.pages.forms import LONGEST_ID
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, plain_table, tag
from lianzhen.periods import Month, Week
from lianzhen.wording import dense_date, number
from villages.extensions import RecordPage, register_district_page, register_team_page, team_tabs
from villages.models import LiaisonTeam

#: Weeks of a team's own page.
WEEKS_SHOWN = 8
#: Teams of one page of the matrix: a town has 40, a county's 600 stay light on a slow line.
TEAMS_SHOWN = 300

find_team = visible(LiaisonTeam, narrow=lambda rows: rows.select_related("village__group"))


# --- The town's week --------------------------------------------------------------------------
def _mark(row: TeamRow, place: int) -> Any:
    fact = row.duty.days[place]
    if fact.mark == ABSENT:
        return format_html('<b class="minus">{}</b>', fact.mark)
    return fact.mark


def _team_cell(row: TeamRow) -> Any:
    """The link of a desk, and what a phone shows instead: one line that unfolds."""
    url, name = reverse("team_duty", args=[row.pk]), row.team.village.name
    days = "，".join(f"周{WEEKDAYS[fact.day.weekday()]}{fact.mark}" for fact in row.duty.days if _counts(row, fact))
    return format_html(
        '<a class="wide" href="{}">{}</a><details class="narrow"><summary>{} <span>{} {}</span></summary>'
        '<p>{} <a href="{}">看这个组</a></p></details>',
        url,
        name,
        name,
        row.duty.short,
        row.state[1],
        days,
        url,
    )


def _counts(row: TeamRow, fact: Any) -> bool:
    return fact.day.weekday() < 5 or fact.is_workday or fact.mark == HERE


def matrix_columns(found: TownWeek, *, for_file: bool = False, on_paper: bool = False) -> list[Column]:
    """The districts are headings on the screen and on paper, a column of their own in a workbook."""
    district = Column("district", "片区", lambda r: r.district)
    shown = None if on_paper else _team_cell
    return [
        *([district] if for_file else []),
        Column("team", "联村工作组", lambda r: r.team.village.name, show=shown, sort=["pinyin"], head=True),
        *[_day_column(found, place) for place in found.shown],
        Column("done", "合计（天）", lambda r: r.done, sort=["done"], kind="number", total=True),
        Column("need", "应到（天）", lambda r: r.need, sort=["need"], kind="number", total=True),
        Column("state", "情况", lambda r: r.state[1], show=lambda r: tag(*r.state), sort=["missing"]),
    ]


def _day_column(found: TownWeek, place: int) -> Column:
    day = found.week.days[place]
    title = f"周{WEEKDAYS[place]} {day.day}日"
    special = (day in found.workdays) != (place < 5)
    title += f" {found.names.get(day) or ('上班' if place > 4 else '放假')}" if special else ""
    return Column(
        f"day{place + 1}", title, lambda r: r.duty.days[place].mark, show=lambda r: _mark(r, place), kind="mark"
    )


@guarded(see_duty, methods=LIST_METHODS)
def duty_matrix(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    week = asked_week(request, today)
    found = town_week(request.user, week, today)
    counts, met = found.counts, sum(row.duty.is_met for row in found.rows)
    page = PeriodPage(
        request,
        ComputedRows(LiaisonTeam, found.rows),
        matrix_columns(found, for_file=request.method == "POST", on_paper=request.GET.get("print") == "1"),
        title="驻村一览",
        order=["place", "code"],
        filterset=MatrixFilter,
        count=lambda n: f"共{number(n)}个联村工作组",
        groups=lambda row: counts[row.district],
        empty_text="这一周没有在任的联村工作组。",
        page_size=TEAMS_SHOWN,
        context={
            **step_links("week", week),
            "week": week,
            "met": f"达标{met}个，未达标{len(found.rows) - met}个" if found.rows else "",
            "why": found.sentence,
            "legend": list(LEGEND.items()),
            "print_css": "tight",
            "print_note": "　".join(["图例：", *[f"{mark} {text}" for mark, text in LEGEND.items()], found.sentence]),
            "means": means_table(found) if found.means else None,
            "may_add": key_duty_from_paper(request.user),
            "add_url": f"{reverse('duty_grid')}?week={week.key}",
            "add_text": "按纸质登记表录入",
            "extra_actions": [
                ("打印空白登记表", f"{reverse('duty_blank')}?month={Month.of(week.start).key}"),
                ("月统计", f"{reverse('duty_statistics')}?month={Month.of(week.start).key}"),
            ],
        },
        period=week,
    )
    return page.respond("appraisal/duty_matrix.html")


MEAN_COLUMNS = (
    Column("district", "片区", lambda m: m.district, head=True),
    Column("teams", "联村工作组", lambda m: m.teams, kind="number", total=True),
    Column("met", "达标（个）", lambda m: m.met, kind="number", total=True),
    Column("done", "平均登记（天）", lambda m: m.done, kind="number"),
    Column("need", "平均应到（天）", lambda m: m.need, kind="number"),
)


def means_table(found: TownWeek) -> Any:
    return plain_table("片区对照", MEAN_COLUMNS, found.means)


def step_links(word: str, period: Week | Month, more: str = "") -> dict[str, str]:
    """Addresses of the periods before and after; `more` is kept behind them."""
    return {
        "previous": f"?{word}={period.previous().key}{more}",
        "following": f"?{word}={period.next().key}{more}",
    }


# --- One's own month --------------------------------------------------------------------------
def own_teams(user: User, today: date) -> list[LiaisonTeam]:
    """The teams one serves in, and the team of the village whose cadre one is. One query."""
    standing = user.standing
    rows = LiaisonTeam.objects.on(today).select_related("village__group")
    serving, villages = standing.teams(Role.LEADER, Role.MEMBER), standing.villages(Role.CADRE)
    return [team for team in rows.order_by("village__code") if team.pk in serving or team.village_id in villages]


def chosen_team(request: HttpRequest, teams: list[LiaisonTeam]) -> LiaisonTeam | None:
    """The team of the address among one's own; the first when none is named."""
    asked = request.GET.get("team")
    if not asked:
        return teams[0] if teams else None
    team = next((team for team in teams if str(team.pk) == asked), None)
    if team is None:
        raise Http404
    return team


@guarded(see_own_duty, methods=("GET",))
def duty_me(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    month = asked_month(request, today)
    teams = own_teams(request.user, today)
    team = chosen_team(request, teams)
    if team is None:
        return render(request, "appraisal/duty_me.html", {"month": month})
    kept = f"&team={team.pk}" if len(teams) > 1 else ""
    context = {
        **step_links("month", month, kept),
        **team_month(team, month, today, person=request.user.standing.person),
        "team": team,
        "team_url": reverse("team_duty", args=[team.pk]),
        "log_url": f"{reverse('duty_add')}?team={team.pk}",
        "teams": _team_tabs(teams, team, month) if len(teams) > 1 else None,
    }
    return render(request, "appraisal/duty_me.html", context)


def _team_tabs(teams: list[LiaisonTeam], chosen: LiaisonTeam, month: Month) -> list[dict[str, Any]]:
    return [
        {
            "title": team.village.name,
            "url": f"?month={month.key}&team={team.pk}",
            "current": team == chosen,
            "count": None,
        }
        for team in teams
    ]


def team_month(team: LiaisonTeam, month: Month, today: date, person: int | None = None) -> dict[str, Any]:
    """The month as a calendar, the person's own days set off, and the running week as a strip."""
    this_week = [Week.of(today)] if today in month else []
    account = team_account(team, month, this_week, today)
    mine = next((p for p in account.people if p.person_id == person), None)
    own = {fact.day for fact in mine.days if fact.mark == HERE} if mine else set()
    calendar = calendar_of(team, account, month, today, own)
    days = calendar.count(HERE)
    counts = [("本组", days, _still_due(calendar))]
    if mine is not None:
        counts.append(("本人", mine.done, _away(mine)))
    return {
        "month": month,
        "strip": strip_of(team, account.weeks[this_week[0]], today) if this_week else None,
        "calendar": calendar,
        "counts": counts,
        "empty": "" if days else f"{'本月' if today in month else month.title}还没有登记。",
    }


def calendar_of(
    team: LiaisonTeam, account: TeamAccount, month: Month, today: date, own: Collection[date] = ()
) -> MonthCalendar:
    """Days with an entry lead to it."""
    weeks = account.of(weeks_of(month))
    return month_calendar(month, weeks, today, own=own, urls=entries_of(team, weeks))


def entries_of(team: LiaisonTeam, weeks: list[WeekDuty]) -> dict[date, str]:
    """Where the entries of the days are read."""
    entered = [fact.day for duty in weeks for fact in duty.days if fact.mark in (HERE, ASKED)]
    return {day: f"{reverse('duty_day')}?team={team.pk}&day={day.isoformat()}" for day in entered}


def strip_of(team: LiaisonTeam, duty: WeekDuty, today: date) -> WeekStrip:
    return week_strip(duty, today, entries_of(team, [duty]))


def _still_due(calendar: MonthCalendar) -> str:
    absent, due = calendar.count(ABSENT), calendar.count(DUE)
    told = [f"固定日缺{absent}天" if absent else "", f"还有{due}个应到日" if due else ""]
    return "，".join(text for text in told if text)


def _away(mine: PersonDuty) -> str:
    told = [f"请假{mine.leave}天" if mine.leave else "", f"公出{mine.official}天" if mine.official else ""]
    return "，".join(text for text in told if text)


@guarded(see_duty, methods=("GET",))
def duty_day(request: HttpRequest) -> HttpResponse:
    """From a day of a calendar to its entry."""
    if not {"team", "day"} <= set(request.GET):
        return redirect("duty_matrix")
    team, day = request.GET.get("team", ""), parse_day(request.GET.get("day", ""))
    if not team.isdigit() or len(team) > LONGEST_ID or day is None:
        raise Http404
    log = DutyLog.objects.visible_to(request.user).filter(team=int(team), day=day).first()
    if log is None:
        raise Http404
    return redirect("duty", log.pk)


def parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# --- One team ---------------------------------------------------------------------------------
WEEK_COLUMNS = (
    Column("week", "周", lambda d: f"第{d.week.number}周 {dense_date(d.week.start)}", head=True),
    *[Column(f"day{n}", name, lambda d, n=n: d.days[n].mark, kind="mark") for n, name in enumerate(WEEKDAYS)],
    Column("done", "登记/应到", lambda d: d.short, kind="mark"),
)
PEOPLE_COLUMNS = (
    Column("name", "姓名", lambda p: p.name, head=True),
    Column("role", "职务", lambda p: ROLES.get(p.role, "")),
    Column("done", "在岗（天）", lambda p: p.done, kind="number", total=True),
    Column("leave", "请假（天）", lambda p: p.leave, kind="number", total=True),
    Column("official", "公出（天）", lambda p: p.official, kind="number", total=True),
)


@guarded(see_duty, find=find_team, methods=("GET",))
def team_duty(request: HttpRequest, team: LiaisonTeam) -> HttpResponse:
    """The last weeks up to the month shown (or the week of the address), the month, and its people."""
    today = timezone.localdate()
    if request.GET.get("week"):
        last = asked_week(request, today)
        month = Month.of(min(last.end, today) if last.start <= today else last.start)
    else:
        month = asked_month(request, today)
        last = Week.of(min(today, month.end)) if month.start <= today else Week.of(month.end)
    weeks = last_weeks(last, WEEKS_SHOWN)
    account = team_account(team, month, weeks, today)
    context = {
        **step_links("month", month),
        "team": team,
        "month": month,
        "crumbs": [("联村工作组", reverse("team_list"))],
        "tabs": team_tabs(request.user, team, "duty"),
        "strip": strip_of(team, account.weeks[last], today) if today in last else None,
        "weeks": plain_table(f"最近{WEEKS_SHOWN}周", WEEK_COLUMNS, account.of(weeks)),
        "calendar": calendar_of(team, account, month, today),
        "people": plain_table(
            f"{month.title}人员", PEOPLE_COLUMNS, account.people, empty_text="这个月没有在任的组长、组员和村定补干部。"
        ),
        "blank_url": f"{reverse('duty_blank')}?team={team.pk}&month={month.key}",
        "key_url": f"{reverse('duty_grid')}?team={team.pk}&week={last.key}"
        if key_duty_from_paper(request.user) and last.start <= today
        else "",
    }
    return render(request, "appraisal/duty_team.html", context)


def register() -> None:
    """Tabs of the team's and the district's page; called once when the app is ready."""
    register_team_page(RecordPage("duty", "驻村", lambda team: reverse("team_duty", args=[team.pk]), see_duty))
    register_district_page(
        RecordPage("duty", "驻村一览", lambda group: f"{reverse('duty_matrix')}?group={group.pk}", see_duty)
    )
