"""What every page's frame needs, in at most one query beyond the standing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from lianzhen import phones
from lianzhen.accounts.middleware import FOR_LATER
from lianzhen.accounts.roles import Role
from lianzhen.navigation import Group, Item, rail, tabs
from lianzhen.notices.models import Notice
from lianzhen.town.calendars import missing_years
from lianzhen.town.models import CalendarYear, Town

#: The town's name and its calendar years change a few times a year; every page shows them. Seconds.
TOWN_CACHE_SECONDS = 60
TOWN_CACHE_KEY = "frame-town"


@dataclass(frozen=True)
class TownFacts:
    name: str
    is_demo: bool
    office_phone: str
    years: frozenset[int]


@dataclass
class Alert:
    text: str
    url: str = ""
    link_text: str = ""


@dataclass
class Frame:
    """The shell around every page; see `templates/base.html`."""

    town_name: str
    product: str
    is_demo: bool
    office_phone: str
    large_text: bool
    user_name: str = ""
    unread: int = 0
    #: Sits in a village office on duty days: enters from a phone, often without a network.
    keeps_queue: bool = False
    #: The office: 登记扣分 stands in the bar of every page.
    records_deductions: bool = False
    #: Fetched for the time without a network; nobody looks at it now.
    for_later: bool = False
    nav: list[Group] = field(default_factory=list)
    tabs: list[Item] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    idle_seconds: int = settings.SESSION_IDLE_MINUTES * 60


def town_facts() -> TownFacts:
    """The town as the frame shows it; kept in the process for a minute."""
    facts = cache.get(TOWN_CACHE_KEY)
    if facts is None:
        town = Town.objects.first()
        facts = TownFacts(
            name=town.name if town else "本镇",
            is_demo=bool(town and town.is_demo),
            office_phone=phones.readable(town.office_phone) if town and town.office_phone else "",
            years=frozenset(CalendarYear.objects.values_list("year", flat=True)),
        )
        cache.set(TOWN_CACHE_KEY, facts, TOWN_CACHE_SECONDS)
    return facts


def forget_town(**kwargs: Any) -> None:
    """Signal handler: the next page reads the town anew."""
    cache.delete(TOWN_CACHE_KEY)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor. On the way out of a broken database the error page still gets a frame."""
    try:
        return {"frame": _frame(request)}
    except DatabaseError:
        return {"frame": Frame("本镇", "联村工作平台", is_demo=False, office_phone="", large_text=False)}


def _frame(request: HttpRequest) -> Frame:
    facts = town_facts()
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    made = Frame(
        town_name=facts.name,
        product=f"{facts.name}联村工作平台",
        is_demo=facts.is_demo,
        office_phone=facts.office_phone,
        large_text=user.large_text if signed_in else request.COOKIES.get("large_text") == "1",
        for_later=FOR_LATER in request.headers,
    )
    if signed_in and not user.must_change_password:
        made.user_name = user.name
        made.unread = Notice.objects.visible_to(user).unread().count()
        made.records_deductions = user.standing.has(Role.OFFICE, Role.OFFICE_LEAD)
        made.keeps_queue = user.standing.has(Role.LEADER, Role.MEMBER, Role.CADRE)
        made.nav = rail(user.standing, request.path)
        made.tabs = tabs(user.standing, made.nav, request.path)
        if user.standing.has(Role.OFFICE, Role.OFFICE_LEAD, Role.SYSADMIN):
            made.alerts = [_missing_year(year) for year in missing_years(timezone.localdate(), facts.years)]
    return made


def _missing_year(year: int) -> Alert:
    text = f"{year}年工作日历还没有导入，节假日和调休暂按周一至周五推算。"
    return Alert(text, f"{reverse('calendar')}?year={year}", "去导入")
