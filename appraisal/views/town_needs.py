"""需镇里解决的事: the list, one matter with its way, and the acts on it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from appraisal.actions import town_needs as actions
from appraisal.filters_weekly import NeedFilter
from appraisal.forms.town_needs import AssignForm, CloseForm, DeclineForm, NeedForm
from appraisal.models import Decision, TownNeed
from appraisal.permissions import answer_need, handle_needs, see_all_reports, see_needs, see_reports
from appraisal.views.weekly_overview import tabs
from appraisal.views.weekly_reports import page_of
from lianzhen.accounts.models import User
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, tag
from lianzhen.periods import Week
from lianzhen.wording import full_date, number
from villages.models import Village

TONES = {"new": "warn", "assigned": "wait", "done": "done", "declined": "off", "withdrawn": "off"}


#: Unassigned ones first, then by the day that was set; what is settled comes last, the latest on top.
STAGE = Case(When(state=TownNeed.State.NEW, then=0), When(state=TownNeed.State.ASSIGNED, then=1), default=2)


def _rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("village__group", "department", "owner", "line__report__team__village")


find_need = visible(TownNeed, narrow=_rows)


def state_of(need: TownNeed, today: date) -> tuple[str, str]:
    """Tone and words; an open one past its day says by how much."""
    if need.is_open and need.due_on is not None and need.due_on < today:
        return "bad", f"超期{(today - need.due_on).days}天"
    return TONES[need.state], need.get_state_display()


# --- List -------------------------------------------------------------------------------------
def _village(need: TownNeed) -> str:
    return format_html('<span class="nowrap">{}</span>', need.village.name)


def columns(today: date) -> tuple[Column, ...]:
    return (
        Column("text", "事项", lambda n: n.text, show=lambda n: link(reverse("need", args=[n.pk]), n.text), head=True),
        Column("village", "村", lambda n: n.village.name, show=_village, sort=["village__code"]),
        Column("raised", "提出日期", lambda n: n.raised_on, sort=["raised_on"], kind="date", secondary=True),
        Column("charged", "承办", lambda n: n.charged, sort=["department__position"], secondary=True),
        Column("due", "期限", lambda n: n.due_on, sort=["due_on"], kind="date", secondary=True),
        Column(
            "state", "状态", lambda n: state_of(n, today)[1], show=lambda n: tag(*state_of(n, today)), sort=["state"]
        ),
    )


@guarded(see_needs, methods=LIST_METHODS)
def need_list(request: HttpRequest) -> HttpResponse:
    """`week`: those of one week's reports, a tab of the week's overview."""
    today = timezone.localdate()
    week = _week(request.GET.get("week", ""))
    in_week = week is not None and bool(see_all_reports(request.user))
    page = ListPage(
        request,
        _rows(TownNeed.objects.visible_to(request.user)).annotate(stage=STAGE),
        columns(today),
        title="村里提出的事",
        # Nothing that is compared here is unknown within one stage, so that both databases order alike.
        order=["stage", "-closed_at", "due_on", "raised_on"],
        filterset=NeedFilter,
        count=lambda n: f"共{number(n)}件",
        empty_text="没有未办结的事。周报里勾选“需镇里解决”的，报送后列在这里。",
        context={
            "tabs": tabs(request.user, week, "needs") if in_week else None,
            "may_add": bool(handle_needs(request.user)),
            "add_url": reverse("need_add"),
            "add_text": "登记一件",
        },
    )
    return page.respond()


def _week(key: str) -> Week | None:
    try:
        return Week.parse(key)
    except ValueError:
        return None


# --- One --------------------------------------------------------------------------------------
@guarded(see_needs, find=find_need, methods=("GET",))
def need(request: HttpRequest, need: TownNeed) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    handles, open_ = bool(handle_needs(user)), need.is_open
    context = {
        "need": need,
        "state": state_of(need, today),
        "facts": facts_of(need, user),
        "handles": handles and open_,
        "answers": bool(answer_need(user, need)) and open_,
        "decisions": list(Decision.objects.visible_to(user).filter(need=need).select_related("meeting")),
        "crumbs": [("村里提出的事", reverse("need_list"))],
    }
    return render(request, "appraisal/need.html", context)


def facts_of(need: TownNeed, user: User) -> list[tuple[str, Any]]:
    report = need.line.report if need.line else None
    source = "联村工作办登记"
    if report is not None:
        source = f"{report.week.title}周报"
        if see_reports(user):
            source = link(page_of(report.team, report.week), source)
    return [
        ("村", link(reverse("village", args=[need.village_id]), need.village)),
        ("提出日期", full_date(need.raised_on)),
        ("来自", source),
        ("承办站所（办）", need.department),
        ("承办人", need.owner),
        ("期限", full_date(need.due_on)),
        *([("答复", need.answer)] if need.answer else []),
    ]


# --- Acts -------------------------------------------------------------------------------------
@guarded(handle_needs)
def need_add(request: HttpRequest) -> HttpResponse:
    villages = Village.objects.visible_to(request.user).current()
    return form_page(
        request,
        NeedForm(request.POST or None, villages=villages),
        save=lambda values: actions.add_need(by=request.user, today=timezone.localdate(), **values),
        done=lambda made: (reverse("need", args=[made.pk]), "已登记，请交办。"),
        context={
            "heading": "登记需镇里解决的事",
            "submit": "登记",
            "intro": "村里用电话或在会上提出、没有写进周报的，由联村工作办登记。",
            "cancel_url": reverse("need_list"),
            "crumbs": [("村里提出的事", reverse("need_list"))],
        },
    )


@guarded(handle_needs, find=find_need)
def need_assign(request: HttpRequest, need: TownNeed) -> HttpResponse:
    return form_page(
        request,
        AssignForm(request.POST or None, record=need),
        save=lambda values: actions.assign_need(need=need, by=request.user, today=timezone.localdate(), **values),
        done=lambda saved: (reverse("need", args=[saved.pk]), f"已交{saved.charged}办理。"),
        context=under(need, heading="交办", submit="交办"),
    )


@guarded(answer_need, find=find_need)
def need_close(request: HttpRequest, need: TownNeed) -> HttpResponse:
    return form_page(
        request,
        CloseForm(request.POST or None, record=need),
        save=lambda values: actions.close_need(need=need, by=request.user, today=timezone.localdate(), **values),
        done=lambda saved: (reverse("need", args=[saved.pk]), "已办结，村里会看到答复。"),
        context=under(need, heading="办结", submit="办结并答复"),
    )


@guarded(handle_needs, find=find_need)
def need_decline(request: HttpRequest, need: TownNeed) -> HttpResponse:
    return form_page(
        request,
        DeclineForm(request.POST or None, record=need),
        save=lambda values: actions.decline_need(need=need, by=request.user, today=timezone.localdate(), **values),
        done=lambda saved: (reverse("need", args=[saved.pk]), "已答复暂不能解决，村里会看到理由。"),
        context=under(need, heading="答复暂不能解决", submit="答复"),
    )


def under(need: TownNeed, **context: Any) -> dict[str, Any]:
    here = reverse("need", args=[need.pk])
    return {
        "cancel_url": here,
        "intro": f"{need.village}：{need.text}",
        "crumbs": [("村里提出的事", reverse("need_list")), (str(need), here)],
        **context,
    }
