"""Postings: joining and leaving a team or a liaison group, handing it over, instructors."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.wording import full_date
from villages.actions import teams as actions
from villages.forms.teams import (
    EndPostingForm,
    InstructorForm,
    LeaderForm,
    PostingForm,
    WithdrawPostingForm,
    first_day,
)
from villages.models import LiaisonGroup, LiaisonTeam, Posting, Village
from villages.permissions import arrange_teams
from villages.views.teams import find_team, until


def _posting_rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("person", "team__village", "group", "village")


find_group = visible(LiaisonGroup)
find_village = visible(Village)
find_posting = visible(Posting, narrow=_posting_rows)


# --- Joining ----------------------------------------------------------------------------------
@guarded(arrange_teams, find=find_team)
def team_posting_add(request: HttpRequest, team: LiaisonTeam) -> HttpResponse:
    return form_page(
        request,
        PostingForm(request.POST or None, member_word="组员", initial={"starts_on": first_day(team)}),
        save=lambda values: actions.post_to_team(team=team, by=request.user, **values),
        done=_joined,
        context=_under(
            team, heading=f"增加组员（{team.village}）", submit="登记任职", effects=until(team, "任职到这一天为止")
        ),
    )


@guarded(arrange_teams, find=find_group)
def group_posting_add(request: HttpRequest, group: LiaisonGroup) -> HttpResponse:
    return form_page(
        request,
        PostingForm(request.POST or None, member_word="成员", initial=request.GET.dict()),
        save=lambda values: actions.post_to_group(group=group, by=request.user, **values),
        done=_joined,
        context=_under(group, heading=f"增加{group}成员", submit="登记任职"),
    )


@guarded(arrange_teams, find=find_village)
def instructor_appoint(request: HttpRequest, village: Village) -> HttpResponse:
    today = timezone.localdate()
    former = actions.running_instructor(village, today)
    effects = [f"{former.person}的任期止于新指导员起始日期的前一天，记录保留。"] if former else []
    if last := actions.ending_of(village, today).ends_on:
        effects.append(f"{village}村为主自治于{full_date(last)}结束，任职到这一天为止。")
    verb = "更换" if former else "委派"
    return form_page(
        request,
        InstructorForm(request.POST or None, former=former, starts_on=_first_guided(village, today)),
        save=lambda values: actions.appoint_instructor(village=village, by=request.user, today=today, **values),
        done=_joined,
        context=_under(village, heading=f"{verb}{village}联村工作指导员", submit=f"{verb}指导员", effects=effects),
    )


def _first_guided(village: Village, today: date) -> date:
    """What the form offers to begin with: today, or the first day of self-governance to come."""
    coming = village.self_governance.filter(starts_on__gt=today).order_by("starts_on").first()
    return coming.starts_on if coming else today


# --- Handing over -----------------------------------------------------------------------------
@guarded(arrange_teams, find=find_team)
def team_leader(request: HttpRequest, team: LiaisonTeam) -> HttpResponse:
    return _hand_over(request, team, team=team)


@guarded(arrange_teams, find=find_group)
def group_leader(request: HttpRequest, group: LiaisonGroup) -> HttpResponse:
    return _hand_over(request, group, group=group)


def _hand_over(request: HttpRequest, place: LiaisonTeam | LiaisonGroup, **which: Any) -> HttpResponse:
    former = actions.running_leader(place, timezone.localdate())
    verb = "更换" if former else "任命"
    effects = []
    if former is not None:
        effects = [
            f"{former.person}的组长任期止于新组长起始日期的前一天，历史记录保留。",
            "新组长原来是组员的，组员任期也止于前一天。",
        ]
    if isinstance(place, LiaisonTeam):
        effects += until(place, "任职到这一天为止")
    return form_page(
        request,
        LeaderForm(request.POST or None, place=place, former=former),
        save=lambda values: actions.replace_leader(by=request.user, **which, **{"reason": "", **values}),
        done=lambda posting: (
            _page(place),
            f"组长自{full_date(posting.starts_on)}起由{posting.person}担任。",
        ),
        context=_under(place, heading=f"{verb}{place}组长", submit=f"{verb}组长", effects=effects),
    )


# --- Leaving ----------------------------------------------------------------------------------
@guarded(arrange_teams, find=find_posting)
def posting_end(request: HttpRequest, posting: Posting) -> HttpResponse:
    place, role = posting.target, posting.role_name
    effects = [f"{posting.person}自{full_date(posting.starts_on)}起的任职记录保留，可按日期查询。"]
    if posting.is_leader:
        effects.append(f"{place}将暂无组长。已定新组长的，请用“更换组长”办理，前后任期会自动衔接。")
    if isinstance(place, LiaisonTeam):
        effects += until(place, "不提前结束的任职到这一天为止")
    return form_page(
        request,
        EndPostingForm(request.POST or None, record=posting),
        save=lambda values: actions.end_posting(posting=posting, by=request.user, **values),
        done=lambda saved: (_page(place), f"{saved.person}任{role}至{full_date(saved.ends_on)}。"),
        context=_under(place, heading=f"结束{posting.person}的{role}任职", submit="结束任职", effects=effects),
    )


@guarded(arrange_teams, find=find_posting)
def posting_withdraw(request: HttpRequest, posting: Posting) -> HttpResponse:
    place, person = posting.target, posting.person
    return form_page(
        request,
        WithdrawPostingForm(request.POST or None),
        save=lambda values: actions.withdraw_posting(
            posting=posting, today=timezone.localdate(), by=request.user, **values
        ),
        done=lambda _: (_page(place), f"已撤回{person}的任职安排。"),
        context=_under(
            place,
            heading=f"撤回{person}的{posting.role_name}任职",
            submit="撤回任职",
            effects=[
                f"{person}自{full_date(posting.starts_on)}起的任职还没有开始，撤回后不再生效。",
                "为这次任职而提前结束的其他任期不会自动恢复，需要时请重新登记。",
            ],
            danger=True,
        ),
    )


# --- Where a posting belongs --------------------------------------------------------------------
def _page(place: LiaisonTeam | LiaisonGroup | Village) -> str:
    if isinstance(place, Village):
        return reverse("village", args=[place.pk])
    return reverse("team" if isinstance(place, LiaisonTeam) else "district", args=[place.pk])


def _joined(posting: Posting) -> tuple[str, str]:
    since = full_date(posting.starts_on)
    return _page(posting.target), f"已登记：{posting.person}自{since}起任{posting.role_name}。"


def _under(place: LiaisonTeam | LiaisonGroup | Village, **context: Any) -> dict[str, Any]:
    """Context of a form page that belongs to a team, a liaison group or a village."""
    titles = {LiaisonTeam: ("联村工作组", "team_list"), LiaisonGroup: ("片区联络组", "district_list")}
    title, name = titles.get(type(place), ("村（社区）", "village_list"))
    here = _page(place)
    return {"cancel_url": here, "crumbs": [(title, reverse(name)), (str(place), here)], **context}
