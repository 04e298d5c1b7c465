"""Party branches and party groups: list, page of a group, setting up, leaders, members, ending."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html

from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, plain_table, tag
from lianzhen.wording import number
from villages.actions import party as actions
from villages.filters_places import PartyGroupFilter
from villages.forms.party import BranchForm, MembersForm, PartyGroupForm
from villages.forms.places import EndForm
from villages.models import PartyBranch, PartyGroup, Village
from villages.permissions import keep_part, keep_village, see_village_life
from villages.views.cells import person_cell
from villages.views.village_tabs import party_groups
from villages.views.villages import find_village, tab_url, under

find_branch = visible(PartyBranch, narrow=lambda rows: rows.select_related("village"))
find_party_group = visible(PartyGroup, narrow=lambda rows: rows.select_related("branch__village", "leader"))


def _name_cell(group: PartyGroup) -> Any:
    name = link(reverse("party_group", args=[group.pk]), group)
    return name if group.ended_on is None else format_html("{} {}", name, tag("off", "已撤销"))


COLUMNS = (
    Column("name", "党员小组", str, show=_name_cell, sort=["name"], head=True),
    Column(
        "village",
        "村",
        lambda g: g.branch.village.name,
        show=lambda g: link(tab_url(g.branch.village, "party"), g.branch.village),
        sort=["branch__village__pinyin", "name"],
    ),
    Column("branch", "党支部", lambda g: str(g.branch), sort=["branch__name"], secondary=True),
    Column(
        "leader",
        "组长",
        lambda g: str(g.leader or ""),
        show=lambda g: person_cell(g.leader, True),
        sort=["leader__pinyin"],
    ),
    Column("since", "任职起", lambda g: g.leader_since, kind="date", sort=["leader_since"], secondary=True),
    Column(
        "members", "党员", lambda g: g.member_count, kind="number", sort=["member_count"], total=True, secondary=True
    ),
    Column("area", "所辖范围", lambda g: g.area, secondary=True),
)
MEMBER_COLUMNS = (
    Column("name", "姓名", lambda p: p.name, show=lambda p: person_cell(p, True), head=True),
    Column("group", "村民小组", lambda p: str(p.villager_group or "")),
    Column("phone", "手机号", lambda p: p.masked_phone, kind="phone"),
)


@guarded(see_village_life, methods=LIST_METHODS)
def party_group_list(request: HttpRequest) -> HttpResponse:
    page = ListPage(
        request,
        party_groups(PartyGroup.objects.visible_to(request.user)),
        COLUMNS,
        title="党员小组",
        order=["branch__village__group__position", "branch__village__code", "name"],
        filterset=PartyGroupFilter,
        count=lambda n: f"共{number(n)}个党员小组",
        groups=lambda g: str(g.branch.village),
        empty_text="还没有登记党员小组。在村页面的“党建”栏登记。",
        empty_action=("查看村（社区）", reverse("village_list")),
    )
    return page.respond()


@guarded(see_village_life, find=find_party_group, methods=("GET",))
def party_group_page(request: HttpRequest, group: PartyGroup) -> HttpResponse:
    members = group.members.current().select_related("villager_group").order_by("pinyin", "pk")
    table = plain_table("本组党员", MEMBER_COLUMNS, members, empty_text="还没有编入党员。")
    context = {
        "group": group,
        "village": group.branch.village,
        "members": table,
        "crumbs": [
            ("党员小组", reverse("party_group_list")),
            (group.branch.village.name, tab_url(group.branch.village, "party")),
        ],
        "may_keep": keep_part(request.user, group) and group.ended_on is None,
    }
    return render(request, "villages/party_group.html", context)


# --- Branch -----------------------------------------------------------------------------------
@guarded(keep_village, find=find_village)
def party_branch_add(request: HttpRequest, village: Village) -> HttpResponse:
    return form_page(
        request,
        BranchForm(request.POST or None, initial={"name": f"{village}党支部"}),
        save=lambda values: actions.add_branch(village=village, by=request.user, **values),
        done=lambda branch: (tab_url(village, "party"), f"已登记{branch}。"),
        context=under(village, "party", heading="登记党支部", submit="登记党支部"),
    )


@guarded(keep_part, find=find_branch)
def party_branch_edit(request: HttpRequest, branch: PartyBranch) -> HttpResponse:
    return form_page(
        request,
        BranchForm(request.POST or None, record=branch),
        save=lambda values: actions.change_branch(branch=branch, by=request.user, **values),
        done=lambda saved: (tab_url(saved.village, "party"), "已保存。"),
        context=under(branch.village, "party", heading=f"修改{branch}", submit="保存修改"),
    )


@guarded(keep_part, find=find_branch)
def party_branch_end(request: HttpRequest, branch: PartyBranch) -> HttpResponse:
    return form_page(
        request,
        EndForm(request.POST or None, record=branch, label="撤销日期"),
        save=lambda values: actions.end_branch(branch=branch, by=request.user, **values),
        done=lambda saved: (tab_url(saved.village, "party"), f"{saved}已撤销，历史记录保留。"),
        context=under(
            branch.village,
            "party",
            heading=f"撤销{branch}",
            submit="撤销党支部",
            danger=True,
            effects=["党支部下的党员小组须先撤销或改属其他党支部。", "撤销后历史记录保留。"],
        ),
    )


# --- Group ------------------------------------------------------------------------------------
@guarded(keep_village, find=find_village)
def party_group_add(request: HttpRequest, village: Village) -> HttpResponse:
    branches = list(village.party_branches.current()[:2])
    initial = {"branch": branches[0]} if len(branches) == 1 else {}
    return form_page(
        request,
        PartyGroupForm(request.POST or None, village=village, initial=initial),
        save=lambda values: actions.add_party_group(by=request.user, **values),
        done=lambda group: (reverse("party_group", args=[group.pk]), f"已登记{group}。"),
        context=under(village, "party", heading="登记党员小组", submit="登记小组"),
    )


@guarded(keep_part, find=find_party_group)
def party_group_edit(request: HttpRequest, group: PartyGroup) -> HttpResponse:
    return form_page(
        request,
        PartyGroupForm(request.POST or None, record=group, village=group.branch.village),
        save=lambda values: actions.change_party_group(group=group, by=request.user, **values),
        done=lambda saved: (reverse("party_group", args=[saved.pk]), "已保存。"),
        context=_under_group(group, heading=f"修改{group}", submit="保存修改"),
    )


@guarded(keep_part, find=find_party_group)
def party_group_members(request: HttpRequest, group: PartyGroup) -> HttpResponse:
    return form_page(
        request,
        MembersForm(request.POST or None, record=group),
        save=lambda values: actions.set_members(group=group, by=request.user, **values),
        done=lambda saved: (reverse("party_group", args=[saved.pk]), "已保存本组名单。"),
        context=_under_group(
            group,
            heading=f"{group}：编入党员",
            submit="保存名单",
            intro="勾选本组党员。从别的组勾选过来的，会同时从那个组调出。名单里没有的，请先在人员页面登记为中共党员。",
        ),
    )


@guarded(keep_part, find=find_party_group)
def party_group_end(request: HttpRequest, group: PartyGroup) -> HttpResponse:
    return form_page(
        request,
        EndForm(request.POST or None, record=group, label="撤销日期"),
        save=lambda values: actions.end_party_group(group=group, by=request.user, **values),
        done=lambda saved: (tab_url(saved.branch.village, "party"), f"{saved}已撤销，历史记录保留。"),
        context=_under_group(
            group,
            heading=f"撤销{group}",
            submit="撤销小组",
            danger=True,
            effects=["组长以外的党员须先编入其他党员小组。", "撤销后历史记录保留。"],
        ),
    )


def _under_group(group: PartyGroup, **context: Any) -> dict[str, Any]:
    here = reverse("party_group", args=[group.pk])
    crumbs = [("党员小组", reverse("party_group_list")), (f"{group.branch.village}{group}", here)]
    return {"cancel_url": here, "crumbs": crumbs, **context}
