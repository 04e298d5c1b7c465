"""Teams: list, page with who served on which day, setting up, handing over, fixed duty days, ending."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from lianzhen.accounts.models import User
from lianzhen.pages.days import asked_day
from lianzhen.pages.forms import DayField, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, plain_table, tag
from lianzhen.wording import full_date, number
from villages.actions import teams as actions
from villages.answering import with_management
from villages.extensions import team_tabs
from villages.filters_teams import TeamFilter
from villages.forms.teams import DutyDaysForm, EndTeamForm, TeamForm
from villages.models import LiaisonTeam, Posting, Village
from villages.permissions import arrange_teams, reveal_phone, see_districts, see_village_life, see_villages
from villages.serving import entries_about, served_on, state_of, with_service


def _team_rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("village__group")


find_team = visible(LiaisonTeam, narrow=_team_rows)


# --- List -------------------------------------------------------------------------------------
def _leader_cell(team: LiaisonTeam) -> Any:
    posting = next(iter(team.leading), None)
    if posting is None:
        return "—"
    name = link(reverse("person", args=[posting.person_id]), posting.person)
    return format_html('{} <span class="muted nowrap">{}起</span>', name, full_date(posting.starts_on))


def _plan_cell(team: LiaisonTeam) -> Any:
    plan = next(iter(team.planned), None)
    if plan is None and team.ends_on is None:
        return tag("warn", "未设置")
    return str(plan or "—")


def columns(day: date) -> tuple[Column, ...]:
    """As of the day; the rows carry what `with_service` found for it."""

    def state(team: LiaisonTeam) -> tuple[str, str]:
        return state_of(team, day, led=team.leader_name is not None)

    return (
        Column(
            "team",
            "联村工作组",
            lambda t: t.name,
            show=lambda t: link(reverse("team", args=[t.pk]), t.name),
            sort=["village__pinyin"],
            head=True,
        ),
        Column(
            "district",
            "片区",
            lambda t: t.village.group.district_name if t.village.group else "",
            sort=["district_place", "village__code"],
            secondary=True,
        ),
        Column("leader", "组长", lambda t: t.leader_name, show=_leader_cell, sort=["leader_pinyin"]),
        Column(
            "members",
            "组员人数",
            lambda t: t.member_count,
            sort=["member_count"],
            kind="number",
            total=True,
            secondary=True,
        ),
        Column("days", "固定办公日", lambda t: "".join(map(str, t.planned)), show=_plan_cell, secondary=True),
        Column("since", "成立日期", lambda t: t.starts_on, sort=["starts_on"], kind="date", secondary=True),
        Column("state", "状态", lambda t: state(t)[1], show=lambda t: tag(*state(t))),
    )


@guarded(see_villages, methods=LIST_METHODS)
def team_list(request: HttpRequest) -> HttpResponse:
    day = asked_day(request, timezone.localdate())
    may_arrange = arrange_teams(request.user)
    page = ListPage(
        request,
        with_service(_team_rows(LiaisonTeam.objects.visible_to(request.user)), day),
        columns(day),
        title="联村工作组",
        order=["district_place", "village__code", "-starts_on"],
        filterset=TeamFilter,
        count=lambda n: f"共{number(n)}个联村工作组",
        groups=lambda t: t.village.group.district_name if t.village.group else "未划片区",
        empty_text="还没有联村工作组。成立后在这里看到组长、组员和固定办公日。",
        empty_action=("成立联村工作组", reverse("team_add")) if may_arrange else None,
        context={
            "add_url": reverse("team_add"),
            "add_text": "成立联村工作组",
            "may_add": may_arrange,
            "extra_actions": [("任职名册", reverse("posting_list"))] if see_village_life(request.user) else [],
        },
    )
    return page.respond()


# --- Page -------------------------------------------------------------------------------------
SERVICE_COLUMNS = (
    Column(
        "person",
        "姓名",
        lambda p: p.person.name,
        show=lambda p: link(reverse("person", args=[p.person_id]), p.person),
        head=True,
    ),
    Column("role", "职务", lambda p: p.role_name),
    Column("since", "起", lambda p: p.starts_on, kind="date"),
    Column("until", "止", lambda p: p.ends_on or "至今", kind="date"),
    Column("why", "结束原因", lambda p: p.end_reason, secondary=True),
)
PLAN_COLUMNS = (
    Column("days", "固定办公日", str, head=True),
    Column("since", "起", lambda p: p.starts_on, kind="date"),
    Column("until", "止", lambda p: p.ends_on or "至今", kind="date"),
    Column("why", "调整原因", lambda p: p.end_reason, secondary=True),
)
TEAM_COLUMNS = (
    Column(
        "team",
        "联村工作组",
        lambda t: t.name,
        show=lambda t: link(reverse("team", args=[t.pk]), t.name),
        head=True,
    ),
    Column("since", "成立", lambda t: t.starts_on, kind="date"),
    Column("until", "止", lambda t: t.ends_on or "至今", kind="date"),
    Column("why", "结束原因", lambda t: t.end_reason, secondary=True),
)


class OnDayForm(forms.Form):
    """当日查询: a date, kept in the address."""

    on = DayField(label="日期")


@guarded(see_villages, find=find_team, methods=("GET",))
def team_page(request: HttpRequest, team: LiaisonTeam) -> HttpResponse:
    today = timezone.localdate()
    postings = list(team.postings.select_related("person__department"))
    plans = list(team.duty_plans.all())
    others = other_teams(team)
    asked = OnDayForm(request.GET if "on" in request.GET else None)
    context = {
        **service(request.user, team, postings, today),
        "crumbs": [("联村工作组", reverse("team_list"))],
        "tabs": team_tabs(request.user, team),
        "plan": next((plan for plan in plans if plan.covers(today)), None),
        "plans": plain_table("固定办公日的历次安排", PLAN_COLUMNS, plans),
        "others": plain_table("本村其他时期的工作组", TEAM_COLUMNS, others) if others else None,
        "asked": asked,
        "opens_district": see_districts(request.user),
        "entries": entries_about([team, *postings, *plans]),
    }
    if asked.is_valid():
        context["answer"] = served_on(asked.cleaned_data["on"], team, postings, plans, others)
    return render(request, "villages/team.html", context)


def service(user: User, team: LiaisonTeam, postings: list[Posting], today: date) -> dict[str, Any]:
    """Who serves, will serve and served, with what the user may do about it."""
    serving = with_ends([posting for posting in postings if posting.covers(today)], actions.ending_of(team, today))
    leader = next((posting for posting in serving if posting.is_leader), None)
    ended = [posting for posting in postings if posting.ends_on is not None and posting.ends_on < today]
    ended.sort(key=lambda posting: posting.ends_on, reverse=True)
    return {
        "team": team,
        "leader": leader,
        "state": state_of(team, today, led=leader is not None),
        "ended": team.ends_on is not None and team.ends_on < today,
        "serving": serving,
        "coming": [posting for posting in postings if posting.starts_on > today],
        "former": plain_table("曾任组长和组员", SERVICE_COLUMNS, ended),
        "arranges": bool(arrange_teams(user, team)),
        "may_end": team.ends_on is None and bool(arrange_teams(user, team)),
        "may_reveal": bool(serving) and reveal_phone(user, serving[0].person),
    }


def with_ends(postings: list[Posting], ending: actions.Ending) -> list[Posting]:
    """Each with `may_end`: until further notice or as long as its place, it can be ended earlier. No query."""
    for posting in postings:
        posting.may_end = posting.ends_on is None or ending.fits(posting)
    return postings


def other_teams(team: LiaisonTeam) -> list[LiaisonTeam]:
    """The village's teams of other times, newest first."""
    others = list(LiaisonTeam.objects.filter(village=team.village_id).exclude(pk=team.pk))
    for other in others:
        other.village = team.village
    return others


# --- Setting up, fixed duty days, ending ------------------------------------------------------------
@guarded(arrange_teams)
def team_add(request: HttpRequest) -> HttpResponse:
    villages = Village.objects.visible_to(request.user).current()
    offered = with_management(villages, timezone.localdate()).filter(self_governed=False, has_team=False)
    return form_page(
        request,
        TeamForm(request.POST or None, villages=villages, offered=offered, initial=request.GET.dict()),
        save=lambda values: actions.open_team(by=request.user, **values),
        done=lambda team: (
            reverse("team", args=[team.pk]),
            f"{team}已成立。请任命组长和组员，设置固定办公日。",
        ),
        context={
            "heading": "成立联村工作组",
            "submit": "成立工作组",
            "cancel_url": reverse("team_list"),
            "crumbs": [("联村工作组", reverse("team_list"))],
        },
    )


@guarded(arrange_teams, find=find_team)
def team_duty_days(request: HttpRequest, team: LiaisonTeam) -> HttpResponse:
    plan = actions.ending_of(team, timezone.localdate()).lasting(team.duty_plans).first()
    intro = f"{full_date(plan.starts_on)}起为{plan}。" if plan else "还没有设置固定办公日。"
    effects = [f"现行安排（{plan}）止于新起始日期的前一天，历次安排都保留。"] if plan else []
    effects += until(team, "固定办公日到这一天为止")
    return form_page(
        request,
        DutyDaysForm(request.POST or None, team=team, weekdays=plan.weekdays if plan else ""),
        save=lambda values: actions.set_duty_days(team=team, by=request.user, **values),
        done=lambda saved: (
            reverse("team", args=[team.pk]),
            f"固定办公日自{full_date(saved.starts_on)}起为{saved}。",
        ),
        context=under(
            team,
            heading=f"调整固定办公日（{team.village}）",
            submit="保存固定办公日",
            intro=intro,
            effects=effects,
        ),
    )


@guarded(arrange_teams, find=find_team)
def team_end(request: HttpRequest, team: LiaisonTeam) -> HttpResponse:
    running = list(team.postings.open().select_related("person"))
    names = "、".join(f"{posting.role_name}{posting.person}" for posting in running)
    effects = [
        f"{names}的任职同时结束。" if running else "现在没有在任的组长和组员。",
        "固定办公日同时停止。",
        f"任职和办公日的历史都保留，可按日期查询；{team.village}以后可以重新成立工作组。",
    ]
    return form_page(
        request,
        EndTeamForm(request.POST or None, record=team),
        save=lambda values: actions.end_team(team=team, by=request.user, **values),
        done=lambda saved: (reverse("team", args=[saved.pk]), f"{saved}止于{full_date(saved.ends_on)}。"),
        context=under(team, heading=f"结束{team}", submit="结束工作组", effects=effects, danger=True),
    )


def until(team: LiaisonTeam, what: str) -> list[str]:
    """What the form says of a team whose last day is decided."""
    return [f"工作组于{full_date(team.ends_on)}结束，{what}。"] if team.ends_on else []


def under(team: LiaisonTeam, **context: Any) -> dict[str, Any]:
    """Context of a form page that belongs to a team."""
    here = reverse("team", args=[team.pk])
    return {
        "cancel_url": here,
        "crumbs": [("联村工作组", reverse("team_list")), (team.name, here)],
        **context,
    }
