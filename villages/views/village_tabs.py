"""The register's own tabs of the village page. Parts nearer the roof register theirs in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from lianzhen.pages.tables import Column, link, plain_table
from villages.charter_text import paragraphs
from villages.extensions import Section, VillageTab, register_tab
from villages.history import village_history
from villages.models import PartyGroup, Person, Village, VillageCharter, VillagerGroup
from villages.permissions import keep_village, see_village_life, see_villages
from villages.views.cells import person_cell, row_links
from villages.views.village_overview import overview, overview_dossier

#: People shown on the tab; the rest are one click away in the filtered list.
PEOPLE_SHOWN = 30
ENTRIES_SHOWN = 50
#: Of a changed text; longer than any line a form takes, except a charter.
WORDS_SHOWN = 300


# --- 村民小组 ---------------------------------------------------------------------------------
GROUP_COLUMNS = (
    Column("number", "村民小组", str, head=True),
    Column("households", "户数", lambda g: g.households, kind="number", total=True, secondary=True),
    Column("population", "人口", lambda g: g.population, kind="number", total=True),
    Column("head", "组长", lambda g: str(g.head or ""), show=lambda g: person_cell(g.head, True)),
    Column("since", "任职起", lambda g: g.head_since, kind="date", secondary=True),
    Column("people", "登记人员", lambda g: g.people_count, kind="number", total=True, secondary=True),
    Column("founded", "设立日期", lambda g: g.founded_on, kind="date", secondary=True),
)
GROUP_ACTS = Column(
    "act",
    "办理",
    lambda g: "",
    show=lambda g: row_links(
        ("修改", reverse("villager_group_edit", args=[g.pk])), ("撤并", reverse("villager_group_end", args=[g.pk]))
    ),
    screen_only=True,
)


def groups(request: HttpRequest, village: Village) -> dict[str, Any]:
    rows = list(_villager_groups(village))
    current = [group for group in rows if group.ended_on is None]
    keeps = bool(keep_village(request.user, village)) and village.ended_on is None
    columns = (*GROUP_COLUMNS, GROUP_ACTS) if keeps else GROUP_COLUMNS
    return {
        "groups": plain_table("村民小组", columns, current, empty_text="还没有登记村民小组。登记后可以划入网格。"),
        "group_total": len(current),
        "differs": village.group_count is not None and village.group_count != len(current),
        "ended": [group for group in rows if group.ended_on is not None],
    }


def _villager_groups(village: Village) -> Any:
    rows = VillagerGroup.objects.filter(village=village).select_related("head").order_by("number", "pk")
    return rows.annotate(people_count=Count("people", filter=Q(people__ended_on=None)))


def groups_dossier(request: HttpRequest, village: Village) -> Section:
    rows = _villager_groups(village).filter(ended_on=None)
    return _section("村民小组", GROUP_COLUMNS, rows, "还没有登记村民小组。")


def _section(caption: str, columns: Sequence[Column], rows: QuerySet, empty_text: str) -> Section:
    """One list, one table."""
    return Section([rows], lambda listed: [plain_table(caption, columns, listed, empty_text=empty_text)])


# --- 党建 -------------------------------------------------------------------------------------
PARTY_COLUMNS = (
    Column("name", "党员小组", str, show=lambda g: link(reverse("party_group", args=[g.pk]), g), head=True),
    Column("branch", "党支部", lambda g: str(g.branch), secondary=True),
    Column("leader", "组长", lambda g: str(g.leader or ""), show=lambda g: person_cell(g.leader, True)),
    Column("since", "任职起", lambda g: g.leader_since, kind="date", secondary=True),
    Column("members", "党员", lambda g: g.member_count, kind="number", total=True),
    Column("area", "所辖范围", lambda g: g.area, secondary=True),
)


def party(request: HttpRequest, village: Village) -> dict[str, Any]:
    branches = list(village.party_branches.all())
    members = Person.objects.current().filter(village=village, is_party_member=True)
    counts = members.aggregate(all=Count("pk"), placed=Count("party_group"))
    rows = party_groups(PartyGroup.objects.filter(branch__village=village, ended_on=None)).order_by("pk")
    return {
        "branches": [branch for branch in branches if branch.ended_on is None],
        "ended_branches": [branch for branch in branches if branch.ended_on is not None],
        "groups": plain_table(
            "党员小组", PARTY_COLUMNS, rows, empty_text="还没有登记党员小组。先登记党支部，再登记党员小组。"
        ),
        "registered": counts["all"],
        "unplaced": counts["all"] - counts["placed"],
    }


def party_groups(rows: Any) -> Any:
    """Party groups with what their rows show."""
    rows = rows.select_related("branch__village__group", "leader")
    return rows.annotate(member_count=Count("members", filter=Q(members__ended_on=None)))


def party_dossier(request: HttpRequest, village: Village) -> Section:
    rows = party_groups(PartyGroup.objects.filter(branch__village=village, ended_on=None)).order_by("pk")
    return _section("党员小组", PARTY_COLUMNS, rows, "还没有登记党员小组。")


# --- 人员 -------------------------------------------------------------------------------------
PEOPLE_COLUMNS = (
    Column("name", "姓名", lambda p: p.name, show=lambda p: person_cell(p, True), head=True),
    Column("group", "村民小组", lambda p: str(p.villager_group or "")),
    Column("party", "党员", lambda p: "是" if p.is_party_member else "", secondary=True),
    Column("party_group", "党员小组", lambda p: str(p.party_group or ""), secondary=True),
    Column("phone", "手机号", lambda p: p.masked_phone, kind="phone"),
)


def people(request: HttpRequest, village: Village) -> dict[str, Any]:
    rows = Person.objects.visible_to(request.user).current().filter(village=village)
    total = rows.count()
    shown = rows.select_related("villager_group", "party_group").order_by("pinyin", "pk")[:PEOPLE_SHOWN]
    return {
        "people": plain_table("在册人员", PEOPLE_COLUMNS, shown, empty_text="还没有登记人员。"),
        "people_total": total,
        "people_shown": min(total, PEOPLE_SHOWN),
    }


# --- 村规民约 ---------------------------------------------------------------------------------
def charter(request: HttpRequest, village: Village) -> dict[str, Any]:
    versions = list(VillageCharter.objects.filter(village=village).order_by("-number"))
    current = versions[0] if versions else None
    return {
        "charter": current,
        "paragraphs": paragraphs(current.text) if current else [],
        "older": versions[1:],
    }


CHARTER_COLUMNS = (
    Column("number", "版次", lambda c: f"第{c.number}版", head=True),
    Column("title", "标题", lambda c: c.title),
    Column("adopted", "村民会议通过", lambda c: c.adopted_on, kind="date"),
    Column("filed", "报镇备案", lambda c: c.filed_on, kind="date"),
)


def charter_dossier(request: HttpRequest, village: Village) -> Section:
    rows = VillageCharter.objects.filter(village=village).order_by("-number")
    return _section("村规民约", CHARTER_COLUMNS, rows, "还没有登记村规民约。")


# --- 变更记录 ---------------------------------------------------------------------------------
def history(request: HttpRequest, village: Village) -> dict[str, Any]:
    page = Paginator(village_history(village), ENTRIES_SHOWN).get_page(request.GET.get("page"))
    for entry in page.object_list:
        entry.text = "" if entry.object_label == str(village) else entry.object_label
        for change in entry.changes:  # a charter's whole text stands on the charter's own page
            change.update({side: shorten(change[side]) for side in ("before", "after")})
    return {"entries": page.object_list, "page_obj": page}


def shorten(words: str) -> str:
    return words if len(words) <= WORDS_SHOWN else f"{words[:WORDS_SHOWN]}…"


def register() -> None:
    """Put the register's own tabs into their places; called once when the app is ready."""
    for tab in (
        VillageTab("overview", "概况", "villages/village_overview.html", overview, see_villages, 10, overview_dossier),
        VillageTab("groups", "村民小组", "villages/village_groups.html", groups, see_village_life, 40, groups_dossier),
        VillageTab("party", "党建", "villages/village_party.html", party, see_village_life, 50, party_dossier),
        VillageTab("people", "人员", "villages/village_people.html", people, see_village_life, 70),
        VillageTab(
            "charter", "村规民约", "villages/village_charter.html", charter, see_village_life, 80, charter_dossier
        ),
        VillageTab("history", "变更记录", "villages/village_history.html", history, see_village_life, 90),
    ):
        register_tab(tab)
