"""What each role finds in the rail and in the phone's five tabs (design §4.1).

Items a role cannot use are absent, never greyed. Only pages that exist are listed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from django.urls import get_script_prefix, reverse

from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.standing import Standing

FIELD = (Role.DISTRICT, Role.LEADER, Role.MEMBER, Role.INSTRUCTOR, Role.CADRE)
OFFICE = (Role.OFFICE, Role.OFFICE_LEAD)
#: Who sits in the village offices.
SITTING = (Role.LEADER, Role.MEMBER, Role.CADRE)
TEAM = (Role.LEADER, Role.MEMBER)
#: Who sits in the weekly meeting or is bound by it.
MEETING = (*TOWN_WIDE, Role.DISTRICT, Role.LEADER, Role.MEMBER, Role.INSTRUCTOR)


@dataclass
class Item:
    """A link of the navigation; `current` is set for the page being shown."""

    title: str
    url: str
    icon: str
    current: bool = False


@dataclass
class Group:
    title: str
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """A page that may stand in the navigation: who finds it, and under which heading."""

    group: str
    title: str
    name: str
    icon: str
    roles: tuple[Role, ...]


PLACES = (
    Place("", "首页", "home", "home", tuple(Role)),
    Place("日常", "驻村办公", "duty_matrix", "calendar-check", (*TOWN_WIDE, Role.DISTRICT)),
    Place("日常", "我的驻村", "duty_me", "calendar-check", (Role.LEADER, Role.MEMBER, Role.CADRE)),
    Place("日常", "驻村登记", "duty_list", "calendar-check", (Role.FORMER,)),
    Place("日常", "补登和调休", "duty_requests", "switch-horizontal", (*TOWN_WIDE, Role.DISTRICT, *SITTING)),
    Place("日常", "抽查", "spot_check_list", "eye", (*TOWN_WIDE, Role.DISTRICT, *SITTING)),
    Place("日常", "请假公出", "leave_list", "calendar-event", (*TOWN_WIDE, *FIELD, Role.FORMER)),
    Place("日常", "去向公示", "outing_board", "map-pin", (*TOWN_WIDE, *FIELD, Role.WINDOW)),
    Place("日常", "周报", "weekly_list", "report", (*TOWN_WIDE, Role.DISTRICT, *SITTING, Role.FORMER)),
    Place("日常", "村里提出的事", "need_list", "message-2", (*TOWN_WIDE, *FIELD)),
    Place("日常", "周例会", "meeting_list", "clipboard-text", MEETING),
    Place("日常", "议定事项", "decision_list", "list-check", MEETING),
    Place("日常", "谁没跟上", "behind", "alert-triangle", (*TOWN_WIDE, Role.DISTRICT)),
    Place("考核", "待审", "approval_list", "checklist", (*OFFICE, Role.COMMITTEE, Role.DISTRICT)),
    Place("考核", "扣分", "deduction_list", "clipboard-text", (*TOWN_WIDE, *FIELD, Role.FORMER)),
    Place("考核", "加分", "bonus_list", "heart-handshake", (*TOWN_WIDE, *FIELD, Role.FORMER)),
    Place("考核", "建议扣分", "suggestion_list", "scale", (*TOWN_WIDE, Role.DISTRICT, *TEAM, Role.FORMER)),
    Place("考核", "申诉", "appeal_list", "message-2", (*TOWN_WIDE, *FIELD, Role.FORMER)),
    Place("考核", "得分", "score_now", "report", (*TOWN_WIDE, *FIELD, Role.FORMER)),
    Place("考核", "月考核", "month_list", "lock", TOWN_WIDE),
    Place("考核", "季讲评", "quarter_list", "flag", (*TOWN_WIDE, Role.DISTRICT)),
    Place("考核", "年总结年考核", "year_list", "clipboard-text", (*TOWN_WIDE, Role.DISTRICT, Role.LEADER, Role.MEMBER)),
    Place("考核", "更正单", "correction_list", "pencil", (*TOWN_WIDE, *FIELD, Role.FORMER)),
    Place("考核", "通报", "bulletin_list", "news", (*TOWN_WIDE, *FIELD, Role.WINDOW, Role.FORMER)),
    Place("考核", "文件柜", "document_list", "clipboard-text", (*TOWN_WIDE, *FIELD, Role.WINDOW, Role.FORMER)),
    Place("考核", "自治村年度考核", "selfgov_year_list", "checklist", (*TOWN_WIDE, *FIELD)),
    Place("台账", "村（社区）", "village_list", "building-community", (*TOWN_WIDE, *FIELD, Role.WINDOW)),
    Place("台账", "联村工作组", "team_list", "users-group", (*TOWN_WIDE, *FIELD, Role.WINDOW)),
    Place("台账", "自治村", "selfgov_list", "home", (*TOWN_WIDE, *FIELD)),
    Place("台账", "申请村为主自治", "selfgov_new", "pencil", (Role.CADRE,)),
    Place("台账", "片区联络组", "district_list", "map", (*TOWN_WIDE, *FIELD)),
    Place("台账", "网格", "grid_list", "grid-dots", (*TOWN_WIDE, *FIELD, Role.WINDOW, Role.GRIDHEAD)),
    Place("台账", "网格四类人员", "grid_coverage", "checklist", (*TOWN_WIDE, *FIELD)),
    Place("台账", "社会组织", "organization_list", "heart-handshake", (*TOWN_WIDE, *FIELD)),
    Place("台账", "党员小组", "party_group_list", "flag", (*TOWN_WIDE, *FIELD)),
    Place("台账", "人员", "person_list", "address-book", (*TOWN_WIDE, *FIELD, Role.WINDOW)),
    Place("工具", "导入", "import_list", "file-import", (*OFFICE, Role.SYSADMIN)),
    Place("设置", "镇与站所", "town_settings", "settings", (*OFFICE, Role.SYSADMIN, Role.COMMITTEE, Role.AUDITOR)),
    Place("设置", "工作制度", "work_rules", "checklist", (*TOWN_WIDE, *FIELD, Role.FORMER)),
    Place("设置", "考核方案", "scheme_list", "scale", (*TOWN_WIDE, *FIELD, Role.WINDOW, Role.FORMER)),
    Place("设置", "考核条款", "clause_list", "list-check", (*TOWN_WIDE, *FIELD, Role.WINDOW, Role.FORMER)),
    Place("设置", "编印设置", "paper_settings", "printer", TOWN_WIDE),
    Place("设置", "工作日历", "calendar", "calendar", (*TOWN_WIDE, Role.SYSADMIN)),
    Place("设置", "账号", "account_list", "user-cog", (Role.SYSADMIN, Role.OFFICE_LEAD, Role.COMMITTEE, Role.AUDITOR)),
    Place("设置", "操作记录", "audit_list", "history", (Role.SYSADMIN, Role.OFFICE_LEAD, Role.COMMITTEE, Role.AUDITOR)),
    Place("设置", "意见建议", "feedback_list", "message-2", OFFICE),
    Place("设置", "管理面板", "admin:index", "layout-dashboard", (*TOWN_WIDE, Role.SYSADMIN)),
)

#: The phone's tabs by role, the first role held decides; 更多 always closes the row.
TABS = {
    Role.GRIDHEAD: ("home", "grid_list"),
    Role.LEADER: ("home", "duty_me", "weekly_list", "score_now"),
    Role.MEMBER: ("home", "duty_me", "weekly_list", "score_now"),
    Role.CADRE: ("home", "duty_me", "grid_list", "person_list"),
    Role.SYSADMIN: ("home", "account_list", "calendar", "audit_list"),
    Role.AUDITOR: ("home", "audit_list", "account_list", "village_list"),
    Role.WINDOW: ("home", "village_list", "team_list", "person_list"),
    Role.FORMER: ("home", "deduction_list", "appeal_list", "score_now"),
}
USUAL_TABS = ("home", "village_list", "grid_list", "person_list")


def rail(standing: Standing, path: str) -> list[Group]:
    """The groups of the rail for a standing, with the current page marked."""
    groups: dict[str, Group] = {}
    for place in PLACES:
        if standing.has(*place.roles) or place.name == "home":
            group = groups.setdefault(place.group, Group(place.group))
            group.items.append(_item(place, path))
    _mark_current(groups.values(), path)
    return list(groups.values())


def tabs(standing: Standing, groups: list[Group], path: str) -> list[Item]:
    """At most five: four places the role uses most, and 更多."""
    wanted = next((TABS[h.role] for h in standing.holdings if h.role in TABS), USUAL_TABS)
    urls = [_address(name) for name in wanted]
    known = {item.url: item for group in groups for item in group.items}
    chosen = [known[url] for url in urls if url in known]
    more = _address("more")
    return [*chosen, Item("更多", more, "menu-2", current=path == more)]


def _address(name: str) -> str:
    return _address_below(get_script_prefix(), name)


@cache
def _address_below(script_prefix: str, name: str) -> str:
    """Forty addresses stand on every page, always the same ones."""
    return reverse(name)


def _item(place: Place, path: str) -> Item:
    return Item(title=place.title, url=_address(place.name), icon=place.icon)


def _mark_current(groups: object, path: str) -> None:
    """The longest address that the page's path begins with is where the reader is."""
    items = [item for group in groups for item in group.items]  # type: ignore[attr-defined]
    matching = [i for i in items if path == i.url or (i.url != "/" and path.startswith(i.url))]
    if matching:
        max(matching, key=lambda i: len(i.url)).current = True
