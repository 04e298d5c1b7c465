"""Districts: the liaison groups with their villages, leader and members."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, plain_table, tag
from lianzhen.wording import number
from villages.actions import places as actions
from villages.answering import answering, with_management
from villages.extensions import VillageColumn, district_tabs, village_columns
from villages.forms.places import DistrictForm, DistrictVillagesForm
from villages.models import LiaisonGroup, Posting, Village
from villages.permissions import arrange_teams, see_districts, see_village_life
from villages.views.cells import person_cell
from villages.views.villages import FIGURES, MANAGEMENT, NAME, attach_answering, people_columns

find_district = visible(LiaisonGroup)


# --- List -------------------------------------------------------------------------------------
def means(key: str, title: str, **more: Any) -> Column:
    """A column of a number that `_attach_means` has counted over the district's villages."""
    return Column(key, title, lambda g: g.means[key], kind="number", total=True, **more)


def _columns() -> tuple[Column, ...]:
    added = [extra.column for extra in _summed_columns()]
    return (
        Column(
            "district",
            "片区",
            lambda g: g.district_name,
            show=lambda g: link(reverse("district", args=[g.pk]), g.district_name),
            head=True,
        ),
        Column("name", "联络组", lambda g: g.name, secondary=True),
        Column("leader", "组长", lambda g: str(g.leader or ""), show=_leader_cell),
        means("villages", "村（社区）"),
        means("teams", "工作组村", secondary=True),
        means("alone", "自治村", secondary=True),
        means("population", "人口", secondary=True),
        means("households", "户数", secondary=True),
        *[means(column.key, column.title, secondary=True) for column in added],
        Column("gaps", "暂无组长或指导员", lambda g: g.means["gaps"], show=_gaps_cell, kind="number", total=True),
    )


def _leader_cell(group: LiaisonGroup) -> Any:
    return person_cell(group.leader, True) if group.leader else tag("warn", "暂无组长")


def _gaps_cell(group: LiaisonGroup) -> Any:
    gaps = group.means["gaps"]
    return tag("warn", f"{gaps}个村") if gaps else "0"


@guarded(see_districts, methods=LIST_METHODS)
def district_list(request: HttpRequest) -> HttpResponse:
    villages = _current_villages()
    page = ListPage(
        request,
        LiaisonGroup.objects.visible_to(request.user),
        _columns(),
        title="片区联络组",
        order=["position", "pk"],
        count=lambda n: f"共{number(n)}个片区",
        prepare=partial(_attach_means, villages=villages),
        empty_text="还没有设置片区。设置后可把村划入片区，安排联络组成员。",
        empty_action=("新增片区", reverse("district_add")) if arrange_teams(request.user) else None,
        context={
            "add_url": reverse("district_add"),
            "add_text": "新增片区",
            "may_add": arrange_teams(request.user),
            "extra_actions": [("打印", "?print=1")],
            "intro": _without_district(villages) if arrange_teams(request.user) else "",
        },
    )
    return page.respond()


def _current_villages() -> list[Village]:
    """Every current village of the town with what its district counts. One query."""
    today = timezone.localdate()
    rows = with_management(Village.objects.current(), today)
    for extra in _summed_columns():
        rows = extra.annotate(rows, today)
    return list(rows)


def _summed_columns() -> list[VillageColumn]:
    return [extra for extra in village_columns() if extra.column.total]


def _attach_means(groups: list[LiaisonGroup], villages: list[Village]) -> None:
    """Count over the villages of all districts at once; five queries, however many districts."""
    today = timezone.localdate()
    found = answering(villages, today)
    leaders = {
        posting.group_id: posting.person
        for posting in Posting.objects.on(today).leaders().filter(group__in=groups).select_related("person")
    }
    for group in groups:
        own = [village for village in villages if village.group_id == group.pk]
        group.leader = leaders.get(group.pk)
        group.means = {
            "villages": len(own),
            "teams": sum(1 for v in own if v.has_team and not v.self_governed),
            "alone": sum(1 for v in own if v.self_governed),
            "population": _sum(v.population for v in own),
            "households": _sum(v.households for v in own),
            "gaps": sum(1 for v in own if found[v.pk].gap),
            **{extra.column.key: _sum(extra.column.value(v) for v in own) for extra in _summed_columns()},
        }


def _sum(values: Any) -> Any:
    """The sum of what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _without_district(villages: list[Village]) -> str:
    """A hint for those who can put it right."""
    left = sum(1 for village in villages if village.group_id is None)
    return f"还有{left}个村没有划入片区，请打开片区页面，用“调整所辖村”划入。" if left else ""


# --- Page -------------------------------------------------------------------------------------
@guarded(see_districts, find=find_district, methods=("GET",))
def district_page(request: HttpRequest, group: LiaisonGroup) -> HttpResponse:
    today = timezone.localdate()
    arranges = bool(arrange_teams(request.user, group))
    postings = list(Posting.objects.filter(group=group).select_related("person").order_by("-is_leader", "starts_on"))
    serving = [posting for posting in postings if posting.ends_on is None or posting.ends_on >= today]
    villages = _villages(request, group)
    context = {
        "group": group,
        "crumbs": [("片区联络组", reverse("district_list"))],
        "tabs": district_tabs(request.user, group),
        "members": plain_table(
            "组长和成员", _member_columns(arranges, today), serving, empty_text="还没有安排联络组成员。"
        ),
        "has_leader": any(posting.is_leader and posting.covers(today) for posting in serving),
        "former": [posting for posting in reversed(postings) if posting not in serving],
        "villages": villages,
        "may_arrange": arranges,
    }
    return render(request, "villages/district.html", context)


def _villages(request: HttpRequest, group: LiaisonGroup) -> Any:
    today = timezone.localdate()
    rows = Village.objects.visible_to(request.user).current().filter(group=group).select_related("group")
    rows = with_management(rows, today)
    added = village_columns()
    for extra in added:
        rows = extra.annotate(rows, today)
    villages = list(rows.order_by("code"))
    attach_answering(villages)
    columns = (
        NAME,
        MANAGEMENT,
        *FIGURES,
        *[extra.column for extra in added],
        *people_columns(bool(see_village_life(request.user))),
    )
    return plain_table("所辖村（社区）", columns, villages, empty_text="还没有划入村。")


def _member_columns(arranges: bool, today: Any) -> tuple[Column, ...]:
    columns = [
        Column("person", "姓名", lambda p: p.person.name, show=lambda p: person_cell(p.person, True), head=True),
        Column("role", "职务", lambda p: p.role_name),
        Column("phone", "手机号", lambda p: p.person.masked_phone, kind="phone", secondary=True),
        Column("starts_on", "任职起", lambda p: p.starts_on, kind="date"),
        Column("ends_on", "任职止", lambda p: p.ends_on or "至今", kind="date", secondary=True),
    ]
    if arranges:
        columns.append(Column("act", "办理", lambda p: "", show=_end_link, screen_only=True))
    return tuple(columns)


def _end_link(posting: Posting) -> Any:
    return link(reverse("posting_end", args=[posting.pk]), "结束任职") if posting.ends_on is None else "—"


# --- Setting up, correcting ---------------------------------------------------------------------
@guarded(arrange_teams)
def district_add(request: HttpRequest) -> HttpResponse:
    return form_page(
        request,
        DistrictForm(request.POST or None),
        save=lambda values: actions.add_district(by=request.user, **values),
        done=lambda group: (reverse("district", args=[group.pk]), f"已新增{group.district_name}。"),
        context={
            "heading": "新增片区",
            "submit": "新增片区",
            "cancel_url": reverse("district_list"),
            "crumbs": [("片区联络组", reverse("district_list"))],
        },
    )


@guarded(arrange_teams, find=find_district)
def district_edit(request: HttpRequest, group: LiaisonGroup) -> HttpResponse:
    return form_page(
        request,
        DistrictForm(request.POST or None, record=group),
        save=lambda values: actions.change_district(group=group, by=request.user, **values),
        done=lambda saved: (reverse("district", args=[saved.pk]), "已保存。"),
        context=_under(group, heading=f"修改{group}", submit="保存修改"),
    )


@guarded(arrange_teams, find=find_district)
def district_villages(request: HttpRequest, group: LiaisonGroup) -> HttpResponse:
    return form_page(
        request,
        DistrictVillagesForm(request.POST or None, record=group),
        save=lambda values: actions.assign_villages(group=group, by=request.user, **values),
        done=lambda saved: (reverse("district", args=[saved.pk]), "已保存所辖村。"),
        context=_under(group, heading=f"调整{group.district_name}所辖村", submit="保存所辖村"),
    )


def _under(group: LiaisonGroup, **context: Any) -> dict[str, Any]:
    here = reverse("district", args=[group.pk])
    crumbs = [("片区联络组", reverse("district_list")), (group.district_name, here)]
    return {"cancel_url": here, "crumbs": crumbs, **context}
