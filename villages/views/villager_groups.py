"""Villager groups: adding one or many, correcting, naming a head, ending. Shown on the village's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from villages.actions import villager_groups as actions
from villages.forms.places import EndForm
from villages.forms.villager_groups import ManyGroupsForm, VillagerGroupForm
from villages.models import Village, VillagerGroup
from villages.permissions import keep_part, keep_village
from villages.views.villages import find_village, tab_url, under

find_group = visible(VillagerGroup, narrow=lambda rows: rows.select_related("village", "head"))


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
