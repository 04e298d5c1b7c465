"""Villager groups: the town's list, adding one or many, correcting, naming a head, ending. Each stands on its
village's page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from lianzhen.pages.days import asked_day
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, tag
from lianzhen.wording import full_date, number
from villages.actions import villager_groups as actions
from villages.filters_places import VillagerGroupFilter
from villages.forms.places import EndForm
from villages.forms.villager_groups import ManyGroupsForm, VillagerGroupForm
from villages.models import Village, VillagerGroup
from villages.models.terms import absence
from villages.permissions import keep_part, keep_village, see_village_life
from villages.views.cells import person_cell
from villages.views.villages import find_village, tab_url, under

find_group = visible(VillagerGroup, narrow=lambda rows: rows.select_related("village", "head"))


# --- List -------------------------------------------------------------------------------------
def _figure(key: str, title: str) -> Column:
    return Column(key, title, lambda g: getattr(g, key), sort=[key], kind="number", total=True)


COLUMNS = (
    Column(
        "village",
        "村",
        lambda g: g.village.name,
        show=lambda g: link(tab_url(g.village, "groups"), g.village),
        sort=["village__pinyin", "number"],
        head=True,
    ),
    Column("name", "村民小组", str, sort=["number", "village__code"]),
    _figure("households", "户数"),
    _figure("population", "人口"),
    Column(
        "head",
        "组长",
        lambda g: g.head.name if g.head else "",
        show=lambda g: person_cell(g.head, True),
        sort=["head__pinyin"],
        secondary=True,
    ),
    Column("since", "组长任职起", lambda g: g.head_since, kind="date", sort=["head_since"], secondary=True),
    Column("founded", "设立日期", lambda g: g.founded_on, kind="date", file_only=True),
)


def _state(day: date) -> Column:
    """As of the day: what was merged later still existed, what was set up later did not."""

    def state(group: VillagerGroup) -> str:
        if group.ended_on and group.ended_on <= day:
            return f"{full_date(group.ended_on)}撤并"
        return f"{full_date(group.founded_on)}设立" if absence(group, day) else "现有"

    def shown(group: VillagerGroup) -> Any:
        return state(group) if state(group) == "现有" else tag("off", state(group))

    return Column("state", "状态", state, show=shown, secondary=True)


@guarded(see_village_life, methods=LIST_METHODS)
def villager_group_list(request: HttpRequest) -> HttpResponse:
    page = ListPage(
        request,
        VillagerGroup.objects.visible_to(request.user).select_related("village__group", "head"),
        (*COLUMNS, _state(asked_day(request, timezone.localdate()))),
        title="村民小组名册",
        order=["village__group__position", "village__code", "number"],
        filterset=VillagerGroupFilter,
        count=lambda n: f"共{number(n)}个村民小组",
        groups=lambda g: g.village.group.district_name if g.village.group else "未划片区",
        empty_text="还没有登记村民小组。在村页面的“村民小组”栏登记。",
        context={"crumbs": [("村（社区）", reverse("village_list"))]},
    )
    return page.respond()


# --- One of them --------------------------------------------------------------------------------
@guarded(keep_village, find=find_village)
def villager_group_add(request: HttpRequest, village: Village) -> HttpResponse:
    return form_page(
        request,
        VillagerGroupForm(request.POST or None, village=village),
        save=lambda values: actions.add_villager_group(village=village, by=request.user, **values),
        done=lambda group: (tab_url(village, "groups"), f"已登记{village}{group}。"),
        context=under(village, "groups", heading="登记村民小组", submit="登记小组"),
    )


@guarded(keep_village, find=find_village)
def villager_groups_add(request: HttpRequest, village: Village) -> HttpResponse:
    initial = {"last": village.group_count}
    return form_page(
        request,
        ManyGroupsForm(request.POST or None, initial=initial),
        save=lambda values: actions.add_villager_groups(village=village, by=request.user, **values),
        done=lambda groups: (tab_url(village, "groups"), f"已登记{len(groups)}个村民小组。"),
        context=under(
            village,
            "groups",
            heading="批量登记村民小组",
            submit="登记小组",
            intro="按组号连续登记，已有的组号保持不变。户数、人口和组长随后在各组补填。",
        ),
    )


@guarded(keep_part, find=find_group)
def villager_group_edit(request: HttpRequest, group: VillagerGroup) -> HttpResponse:
    return form_page(
        request,
        VillagerGroupForm(request.POST or None, record=group, village=group.village),
        save=lambda values: actions.change_villager_group(group=group, by=request.user, **values),
        done=lambda saved: (tab_url(saved.village, "groups"), "已保存。"),
        context=under(group.village, "groups", heading=f"修改{group.village}{group}", submit="保存修改"),
    )


@guarded(keep_part, find=find_group)
def villager_group_end(request: HttpRequest, group: VillagerGroup) -> HttpResponse:
    return form_page(
        request,
        EndForm(request.POST or None, record=group, label="撤并日期"),
        save=lambda values: actions.end_villager_group(group=group, by=request.user, **values),
        done=lambda saved: (tab_url(saved.village, "groups"), f"{saved}已撤并，历史记录保留。"),
        context=under(
            group.village,
            "groups",
            heading=f"撤并{group.village}{group}",
            submit="撤并小组",
            danger=True,
            effects=[
                "组里的在册人员须先调到别的组，所划入的网格须先调整，才能撤并。",
                "撤并后组号可以另用，历史记录保留。",
            ],
        ),
    )
