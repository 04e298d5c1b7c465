"""Villages and communities: list, page with its tabs, adding, correcting, merging."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from lianzhen.accounts.verdicts import NotAllowed
from lianzhen.pages.days import asked_day
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link_to, tag
from lianzhen.wording import number
from villages.actions import places as actions
from villages.actions.ending import what_remains
from villages.answering import answering, with_management
from villages.extensions import village_columns, village_tabs
from villages.filters_places import VillageFilter
from villages.forms.merging import MergeIntoForm
from villages.forms.people import ReasonForm
from villages.forms.places import EndVillageForm, VillageForm
from villages.models import Village
from villages.models.terms import absence
from villages.permissions import (
    appoint_cadres,
    arrange_teams,
    change_village,
    decide_self_governance,
    keep_village,
    see_village_life,
    see_villages,
)
from villages.views.cells import person_cell


def _village_rows(rows: Any, day: date | None = None) -> Any:
    return with_management(rows.select_related("group"), day or timezone.localdate())


find_village = visible(Village, narrow=_village_rows)


# --- List -------------------------------------------------------------------------------------
def village_cell(village: Village, day: date | None = None) -> Any:
    """As of the day, where one is given."""
    name = link_to("village", village.pk, village.name)
    gone = absence(village, day or date.max)
    return format_html("{} {}", name, tag("off", gone)) if gone else name


def management_of(village: Village) -> str:
    """For rows annotated by `with_management`."""
    if village.self_governed:
        return "村为主自治"
    return "联村工作组" if village.has_team else "未派工作组"


def responsible(village: Village) -> str:
    posting = village.answering.posting
    if posting is None:
        return ""
    return f"{posting.person}（指导员）" if village.answering.self_governance else str(posting.person)


def responsible_cell(village: Village, links: bool) -> Any:
    found = village.answering
    if found.posting is None:
        return "—" if village.ended_on else tag("warn", found.gap)
    name = person_cell(found.posting.person, links)
    return format_html("{}（指导员）", name) if found.self_governance else name


def secretary_cell(village: Village, links: bool) -> Any:
    term = village.answering.secretary
    if term is None:
        return "—" if village.ended_on else tag("warn", "暂缺")
    return person_cell(term.person, links)


NAME = Column("name", "村", lambda v: v.name, show=village_cell, sort=["pinyin"], head=True)
MANAGEMENT = Column("management", "管理方式", management_of, sort=["self_governed", "-has_team"], secondary=True)


def figure(key: str, title: str, **more: Any) -> Column:
    """A column of one of the village's reported numbers, summed at its foot."""
    return Column(key, title, lambda v: getattr(v, key), sort=[key], kind="number", total=True, **more)


FIGURES = (
    figure("group_count", "村民小组", secondary=True),
    figure("population", "人口", secondary=True),
    figure("households", "户数", secondary=True),
    figure("arable_mu", "耕地（亩）", secondary=True),
    figure("party_members", "党员", secondary=True),
)


def people_columns(links: bool) -> tuple[Column, Column]:
    """Who answers and the secretary; rows carry `answering`."""
    return (
        Column("responsible", "组长/指导员", responsible, show=partial(responsible_cell, links=links)),
        Column(
            "secretary",
            "支书",
            lambda v: str(v.answering.secretary.person) if v.answering.secretary else "",
            show=partial(secretary_cell, links=links),
        ),
    )


DISTRICT = Column(
    "group",
    "片区",
    lambda v: v.group.district_name if v.group else "",
    sort=["group__position", "code"],
    secondary=True,
)


def attach_answering(rows: list[Village], day: date | None = None) -> None:
    """Give every row what `people_columns` shows, as of the day or of today."""
    found = answering(rows, day or timezone.localdate())
    for village in rows:
        village.answering = found[village.pk]


FOUNDED = Column("founded", "设立日期", lambda v: v.founded_on, kind="date", file_only=True)


@guarded(see_villages, methods=LIST_METHODS)
def village_list(request: HttpRequest) -> HttpResponse:
    day = asked_day(request, timezone.localdate())
    rows = _village_rows(Village.objects.visible_to(request.user), day)
    added = village_columns()
    for extra in added:
        rows = extra.annotate(rows, day)
    links = bool(see_village_life(request.user))
    name = replace(NAME, show=partial(village_cell, day=day))
    rolls = [("村干部名册", reverse("cadre_list")), ("村民小组名册", reverse("villager_group_list"))]
    page = ListPage(
        request,
        rows,
        (name, DISTRICT, MANAGEMENT, *FIGURES, *[extra.column for extra in added], *people_columns(links), FOUNDED),
        title="村（社区）",
        order=["group__position", "code"],
        filterset=VillageFilter,
        count=lambda n: f"共{number(n)}个村（社区）",
        groups=lambda v: v.group.district_name if v.group else "未划片区",
        prepare=partial(attach_answering, day=day),
        empty_text="还没有登记村。登记后可设置片区、联村工作组和网格。",
        empty_action=("新增村", reverse("village_add")) if change_village(request.user) else None,
        context={
            "add_url": reverse("village_add"),
            "add_text": "新增村",
            "may_add": change_village(request.user),
            "extra_actions": rolls if links else [],
        },
    )
    return page.respond()


# --- Page -------------------------------------------------------------------------------------
@guarded(see_villages, find=find_village, methods=("GET",))
def village_page(request: HttpRequest, village: Village) -> HttpResponse:
    return _tab_page(request, village, "overview")


@guarded(see_villages, find=find_village, methods=("GET",))
def village_tab(request: HttpRequest, village: Village, tab: str) -> HttpResponse:
    return _tab_page(request, village, tab)


def _tab_page(request: HttpRequest, village: Village, key: str) -> HttpResponse:
    tab = next((t for t in village_tabs() if t.key == key), None)
    if tab is None:
        raise Http404
    if not (verdict := tab.permission(request.user, village)):
        raise NotAllowed(verdict.reason)
    return render(request, tab.template, {**_frame(request, village, key), **tab.build(request, village)})


def _frame(request: HttpRequest, village: Village, key: str) -> dict[str, Any]:
    """What `villages/village.html` shows around every tab."""
    user = request.user
    seen = [tab for tab in village_tabs() if tab.permission(user, village)]
    exists = village.ended_on is None
    return {
        "village": village,
        "management": management_of(village),
        "tabs": [{"title": t.title, "url": tab_url(village, t.key), "current": t.key == key} for t in seen],
        "crumbs": [("村（社区）", reverse("village_list"))],
        "may_print": see_village_life(user, village),
        "may_change": change_village(user, village),
        "may_keep": exists and keep_village(user, village),
        "may_appoint": exists and appoint_cadres(user, village),
        "may_arrange": exists and arrange_teams(user, village),
        "may_decide": exists and decide_self_governance(user, village),
    }


def tab_url(village: Village, key: str = "overview") -> str:
    """The address of one tab of the village's page."""
    if key == "overview":
        return reverse("village", args=[village.pk])
    return reverse("village_tab", args=[village.pk, key])


def under(village: Village, key: str = "overview", **context: Any) -> dict[str, Any]:
    """Context of a form page that belongs to a tab of the village."""
    here = tab_url(village, key)
    crumbs = [("村（社区）", reverse("village_list")), (village.name, reverse("village", args=[village.pk]))]
    return {"cancel_url": here, "crumbs": crumbs, **context}


# --- Adding, correcting, merging ----------------------------------------------------------------
@guarded(change_village)
def village_add(request: HttpRequest) -> HttpResponse:
    return form_page(
        request,
        VillageForm(request.POST or None, initial=request.GET.dict()),
        save=lambda values: actions.add_village(by=request.user, **values),
        done=lambda village: (tab_url(village), f"已新增{village}。"),
        context={
            "heading": "新增村（社区）",
            "submit": "新增村",
            "cancel_url": reverse("village_list"),
            "crumbs": [("村（社区）", reverse("village_list"))],
        },
    )


@guarded(change_village, find=find_village)
def village_edit(request: HttpRequest, village: Village) -> HttpResponse:
    return form_page(
        request,
        VillageForm(request.POST or None, record=village),
        save=lambda values: actions.change_village(village=village, by=request.user, **values),
        done=lambda saved: (tab_url(saved), "已保存。"),
        context=under(village, heading=f"修改{village}村情", submit="保存修改"),
    )


@guarded(change_village, find=find_village)
def village_end(request: HttpRequest, village: Village) -> HttpResponse:
    remains = what_remains(village, timezone.localdate())
    effects = [
        f"从撤并日期起，{village}不再出现在可选名单里，历史记录都保留，可以恢复。",
        "还在种养的特色产业同时停止登记。",
        "为了不丢失记录，村里的人员、村民小组、网格、党组织、社会组织和任职须先调整到别的村或结束，才能撤并。",
    ]
    return form_page(
        request,
        EndVillageForm(request.POST or None, record=village),
        save=lambda values: actions.end_village(village=village, by=request.user, **values),
        done=lambda saved: (tab_url(saved), f"{saved}已撤并，历史记录保留。"),
        context=under(
            village,
            heading=f"撤并{village}",
            submit="确认撤并",
            effects=effects,
            danger=True,
            remains="、".join(remains),
            asked=MergeIntoForm(village=village, auto_id="merge_%s"),
            merge_url=reverse("village_merge", args=[village.pk]),
        ),
        template="villages/village_end.html",
    )


@guarded(change_village, find=find_village)
def village_return(request: HttpRequest, village: Village) -> HttpResponse:
    return form_page(
        request,
        ReasonForm(request.POST or None),
        save=lambda values: actions.return_village(village=village, by=request.user, **values),
        done=lambda saved: (tab_url(saved), f"{saved}已恢复。"),
        context=under(
            village,
            heading=f"恢复{village}",
            submit="恢复村",
            intro="撤并登记有误时使用。已并到别的村的人员、小组、网格等不会自动转回，特色产业和村情数字请与那个村核对。",
        ),
    )
