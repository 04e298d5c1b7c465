"""The week's reports side by side, by category for the bulletin, reminding, and a team's reports by week."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.reminders import remind
from appraisal.filters_weekly import ReportFilter
from appraisal.forms.weekly_overview import RemindForm
from appraisal.models import Reminder
from appraisal.permissions import remind_teams, see_all_reports, see_reports, see_sent_reports
from appraisal.report_overview import (
    CATEGORIES,
    ReportRow,
    ReportWeek,
    needs_of_week,
    own_weeks,
    report_week,
    self_governed,
    title_of,
    told_in,
)
from appraisal.report_state import due_words
from appraisal.views.duty_views import step_links
from appraisal.views.weekly_reports import find_team, page_of, reads_week
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.pages.computed import ComputedRows, PeriodPage, asked_week
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, Column, link, link_to, plain_table, tag
from lianzhen.periods import Week
from lianzhen.wording import number
from villages.extensions import RecordPage, register_team_page, team_tabs
from villages.models import LiaisonTeam


# --- The town's or a district's week ----------------------------------------------------------
def columns(week: Week, *, for_file: bool) -> list[Column]:
    """The districts are headings on the screen and on paper, a column of their own in a workbook."""
    return [
        *([Column("district", "片区", lambda r: r.district)] if for_file else []),
        Column(
            "team",
            "联村工作组",
            lambda r: r.team.village.name,
            show=lambda r: link_to("weekly_report", r.team.pk, r.team.village.name, week.key),
            sort=["pinyin"],
            head=True,
        ),
        Column("state", "状态", lambda r: r.state.text, show=lambda r: tag(r.state.tone, r.state.text), sort=["kind"]),
        Column("sent_at", "报送时间", _sent, sort=["sent_at"], secondary=True),
        Column("sent_by", "报送人", lambda r: (r.report and r.report.sent_by) or "", secondary=True),
        Column("needs", "需解决（件）", lambda r: r.needs, sort=["needs"], kind="number", secondary=True),
        Column("comments", "意见（条）", lambda r: r.comments, kind="number", secondary=True),
    ]


def _sent(row: ReportRow) -> str:
    if row.sent_at is None:
        return ""
    at = row.sent_at.astimezone(timezone.get_default_timezone())
    return f"{at.month:02}-{at.day:02} {at.hour:02}:{at.minute:02}"


@guarded(see_sent_reports, methods=LIST_METHODS)
def weekly_list(request: HttpRequest) -> HttpResponse:
    """The week over all teams for who reads them; for a team and its village their own weeks."""
    if not see_reports(request.user):
        return past_reports(request)
    if not see_all_reports(request.user):
        return own_reports(request)
    week = asked_week(request, timezone.localdate())
    found = report_week(request.user, week, timezone.now())
    counts, reminds = found.counts, bool(remind_teams(request.user)) and bool(found.missing)
    alone = self_governed(request.user, min(week.end, timezone.localdate()))
    page = PeriodPage(
        request,
        ComputedRows(LiaisonTeam, found.rows),
        columns(week, for_file=request.method == "POST"),
        title="周报",
        order=["place", "code"],
        filterset=ReportFilter,
        count=lambda n: f"共{number(n)}个联村工作组",
        groups=lambda row: counts[row.district],
        empty_text="这一周没有在任的联村工作组。",
        context={
            **step_links("week", week),
            "week": week,
            "progress": progress(found),
            "alone": f"另有{alone}个村实行村为主自治，不需报送。" if alone else "",
            "tabs": tabs(request.user, week, "list"),
            "extra_actions": [
                ("报送记录", reverse("sent_report_list")),
                (f"第{week.number}周通报", reverse("bulletin", args=[week.key])),
            ],
            "may_add": reminds,
            "add_url": f"{reverse('weekly_remind')}?week={week.key}",
            "add_text": f"提醒未报送的{len(found.missing)}个组",
        },
        period=week,
    )
    return page.respond("appraisal/weekly_list.html")


def progress(found: ReportWeek) -> str:
    """本周报送11月27日（星期五）17:00截止，已报送31/39。"""
    return f"报送截止{due_words(found.due)}，已报送{found.here}/{found.owed}。"


def tabs(user: User, week: Week, current: str) -> list[dict[str, Any]]:
    """One query, for the number of needs."""
    asked_for = f"?week={week.key}"
    count = needs_of_week(user, week).count()
    rows = (
        ("list", "各组周报", f"{reverse('weekly_list')}{asked_for}", ""),
        ("needs", "需镇里解决", f"{reverse('need_list')}{asked_for}", count),
        ("categories", "按类别汇总", f"{reverse('weekly_categories')}{asked_for}", ""),
    )
    return [{"title": t, "url": url, "current": key == current, "count": n} for key, t, url, n in rows]


# --- By category ------------------------------------------------------------------------------
@guarded(see_all_reports, methods=("GET",))
def weekly_categories(request: HttpRequest) -> HttpResponse:
    """What all teams sent in one category, on one page, to write the bulletin from."""
    week = asked_week(request, timezone.localdate())
    chosen = request.GET.get("category", "party")
    if chosen not in CATEGORIES:
        raise Http404
    told = told_in(request.user, week, chosen)
    context = {
        "week": week,
        "category": title_of(chosen),
        "title": f"第{week.number}周周报汇总：{title_of(chosen)}",
        "told": told,
        "conditions": week.title,
        "count_text": f"共{len(told)}个组报送了这一类",
        "tabs": tabs(request.user, week, "categories"),
        "choices": [
            {
                "title": title_of(code),
                "url": f"?week={week.key}&category={code}",
                "current": code == chosen,
                "count": None,
            }
            for code in CATEGORIES
        ],
        **step_links("week", week, f"&category={chosen}"),
        "print_url": f"?week={week.key}&category={chosen}&print=1",
        "back_url": f"?week={week.key}&category={chosen}",
    }
    printing = request.GET.get("print") == "1"
    return render(request, f"appraisal/weekly_categories{'_print' if printing else ''}.html", context)


# --- Reminding --------------------------------------------------------------------------------
@guarded(remind_teams)
def weekly_remind(request: HttpRequest) -> HttpResponse:
    """Who has not sent: look over, untick, send; or copy the words for the group in which everybody is."""
    today, now = timezone.localdate(), timezone.now()
    week = asked_week(request, today)
    found = report_week(request.user, week, now)
    missing = [row.team for row in found.missing]
    key = f"report:{week.key}"
    done = set(Reminder.objects.filter(day=today, key__startswith=f"{key}:").values_list("team", flat=True))
    text = reminder_words(week, found.due, now)
    back = f"{reverse('weekly_list')}?week={week.key}"
    return form_page(
        request,
        RemindForm(request.POST or None, teams=missing, done=done),
        save=lambda values: remind(
            key=key,
            teams=values["teams"],
            text=text,
            url=lambda team: page_of(team, week),
            by=request.user,
            today=today,
        ),
        done=lambda sent: (back, sent.sentence),
        context={
            "heading": f"提醒未报送周报的工作组（第{week.number}周）",
            "submit": "发送提醒",
            "intro": "组长和组员会在消息里收到，同一件事一天只提醒一次。" if missing else "各工作组都已报送。",
            "cancel_url": back,
            "crumbs": [("周报", back)],
            "to_copy": words_to_copy(week, found) if missing else "",
        },
        template="appraisal/weekly_remind.html",
    )


def reminder_words(week: Week, due: datetime, now: datetime) -> str:
    if now > due:
        return f"第{week.number}周周报{due_words(due)}已截止，请尽快报送。"
    return f"第{week.number}周周报{due_words(due)}截止，内容已预填。"


def words_to_copy(week: Week, found: ReportWeek) -> str:
    names = "、".join(row.team.village.name for row in found.missing)
    until = due_words(found.due)
    when = f"{until}已截止" if timezone.now() > found.due else f"{until}截止"
    return f"第{week.number}周周报{when}，尚未报送：{names}。请组长尽快报送。"


# --- One's own --------------------------------------------------------------------------------
def weeks_of_year(year: int, today: date) -> list[Week]:
    """The ISO weeks of a year that have begun, newest first."""
    week = Week.of(min(today, date(year, 12, 28)))
    weeks = []
    while week.year == year:
        weeks.append(week)
        week = week.previous()
    return weeks


def asked_year(request: HttpRequest, today: date) -> int:
    typed = request.GET.get("year") or str(Week.of(today).year)
    if not (typed.isascii() and typed.isdigit() and len(typed) == 4 and 2000 <= int(typed) <= Week.of(today).year):
        raise Http404
    return int(typed)


def reports_by_week(request: HttpRequest, teams: list[LiaisonTeam]) -> dict[str, Any]:
    """Each team's weeks of a year with their states, and the years before and after. Two queries."""
    today = timezone.localdate()
    year = asked_year(request, today)
    listed = own_weeks(teams, weeks_of_year(year, today) or [Week.of(today)], timezone.now())
    first = min((team.starts_on.year for team in teams), default=year)
    return {
        "year": year,
        "before": f"?year={year - 1}" if first < year else "",
        "after": f"?year={year + 1}" if year < Week.of(today).year else "",
        "tables": [
            plain_table(f"{team}{year}年周报", own_columns(team), listed[team.pk], empty_text="这一年没有要报送的周。")
            for team in teams
        ],
    }


def own_columns(team: LiaisonTeam) -> tuple[Column, ...]:
    return (
        Column("week", "周", lambda r: r[0].title, show=lambda r: link(page_of(team, r[0]), r[0].title), head=True),
        Column("state", "状态", lambda r: r[1].text, show=lambda r: tag(r[1].tone, r[1].text)),
        Column("due", "截止", lambda r: due_words(r[1].due), secondary=True),
    )


def own_reports(request: HttpRequest) -> HttpResponse:
    """The teams one serves in, and the team of the village whose cadre one is."""
    standing, today = request.user.standing, timezone.localdate()
    rows = LiaisonTeam.objects.visible_to(request.user).on(today).select_related("village__group")
    teams = list(rows.order_by("village__code"))
    serving = standing.teams(Role.LEADER, Role.MEMBER)
    week = Week.of(today)
    context = {
        **reports_by_week(request, teams),
        "fill": [(team, page_of(team, week)) for team in teams if team.pk in serving],
        "week": week,
    }
    return render(request, "appraisal/weekly_own.html", context)


def past_reports(request: HttpRequest) -> HttpResponse:
    """Those of the weeks in which one served, of whoever has left. Four queries, however many postings."""
    served, now = request.user.standing.served, timezone.now()
    teams = LiaisonTeam.objects.filter(pk__in={one.team for one in served}).select_related("village__group")
    year = asked_year(request, timezone.localdate()) if "year" in request.GET else served[0].until.year
    weeks = weeks_of_year(year, served[0].until)
    listed = own_weeks(list(teams), weeks, now) if weeks else {}
    tables = [
        plain_table(
            f"{team}{year}年周报",
            own_columns(team),
            [row for row in listed.get(team.pk, []) if reads_week(request.user, team, row[0])],
            empty_text="这一年您在任的时候没有要报送的周。",
        )
        for team in teams
    ]
    first = min(one.since.year for one in served)
    context = {
        "year": year,
        "tables": tables,
        "before": f"?year={year - 1}" if first < year else "",
        "after": f"?year={year + 1}" if year < max(one.until.year for one in served) else "",
        "week": Week.of(timezone.localdate()),
    }
    return render(request, "appraisal/weekly_own.html", context)


@guarded(see_reports, find=find_team, methods=("GET",))
def team_weekly(request: HttpRequest, team: LiaisonTeam) -> HttpResponse:
    context = {
        **reports_by_week(request, [team]),
        "team": team,
        "tabs": team_tabs(request.user, team, "weekly"),
        "crumbs": [("联村工作组", reverse("team_list")), (team.name, reverse("team", args=[team.pk]))],
    }
    return render(request, "appraisal/weekly_team.html", context)


def register() -> None:
    """Tab of the team's page; called once when the app is ready."""
    register_team_page(RecordPage("weekly", "周报", lambda team: reverse("team_weekly", args=[team.pk]), see_reports))
