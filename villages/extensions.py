"""Where parts nearer the roof add to the register's pages, so that nothing here imports them.

A part registers itself once in its `AppConfig.ready`: a tab of the village page, a column of the village
list, a source of somebody's roles over time, a page beside that of a team or a district, what is still open when
a village asks to govern itself, its last yearly assessment, where what keeps a village from ending is seen to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.urls import reverse

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest

    from lianzhen.accounts.models import User
    from lianzhen.accounts.verdicts import Verdict
    from lianzhen.pages.tables import Column, Table
    from villages.models import LiaisonGroup, LiaisonTeam, Person, Village


@dataclass(frozen=True)
class RoleLine:
    """One role somebody held: what, where (with a link), from when to when, why it ended."""

    role: str
    place: str
    url: str
    starts_on: date | None
    ends_on: date | None
    note: str = ""

    def __str__(self) -> str:
        """示例一村第1网格网格长"""
        return f"{self.place}{self.role}"


@dataclass(frozen=True)
class Section:
    """A part of the printed 村档案: lists that are fetched with those of all parts in one query (`fetch_together`),
    and the tables that are made of their records, given list by list."""

    lists: Sequence[QuerySet]
    tables: Callable[..., Iterable[Table]]


@dataclass(frozen=True)
class VillageTab:
    """A tab of the village page.

    `template` extends `villages/village.html` and fills its block `tab`; `build` answers what that block
    needs. `key` is the last word of the address. `dossier` answers what the tab gives to the printed 村档案
    (without columns of links), each table printed under its caption.
    """

    key: str
    title: str
    template: str
    build: Callable[[HttpRequest, Village], dict[str, Any]]
    permission: Callable[[User, Village], Verdict]
    place: int
    dossier: Callable[[HttpRequest, Village], Section] | None = None


@dataclass(frozen=True)
class VillageColumn:
    """A column of the village list with the annotation that feeds it, as of a day."""

    column: Column
    annotate: Callable[[QuerySet, date], QuerySet]


@dataclass(frozen=True)
class RecordPage:
    """A further page about a team or a district, a tab beside its own page. `key` tells which is open."""

    key: str
    title: str
    url: Callable[[Any], str]
    permission: Callable[[User, Any], Verdict]


@dataclass(frozen=True)
class Matter:
    """Something still open about a village that a decision on 村为主自治 should know of, with where it is."""

    text: str
    url: str


RoleSource = Callable[["Person"], Iterable[RoleLine]]
CodeFollower = Callable[["Village"], None]
MatterSource = Callable[["Village", date], Iterable[Matter]]
#: A village's last yearly assessment in words, by village id.
AssessmentSource = Callable[[Iterable[int]], dict[int, tuple[str, str]]]

_role_sources: list[RoleSource] = []
_tabs: list[VillageTab] = []
_columns: list[VillageColumn] = []
_team_pages: list[RecordPage] = []
_district_pages: list[RecordPage] = []
_code_followers: list[CodeFollower] = []
_matters: list[MatterSource] = []
_row_pages: dict[type[Model], tuple[Callable[[Any], str], Sequence[str]]] = {}
_assessments: list[AssessmentSource] = []


def register_roles(source: RoleSource) -> None:
    _role_sources.append(source)


def register_tab(tab: VillageTab) -> None:
    _tabs.append(tab)


def register_column(column: VillageColumn) -> None:
    _columns.append(column)


def register_team_page(page: RecordPage) -> None:
    _team_pages.append(page)


def register_district_page(page: RecordPage) -> None:
    _district_pages.append(page)


def team_tabs(user: User, team: LiaisonTeam, current: str = "") -> list[dict[str, Any]]:
    """The row of tabs of a team's pages; none when there is but its own page. No `current`: that one."""
    return _record_tabs(user, team, "组情", "team", _team_pages, current)


def district_tabs(user: User, group: LiaisonGroup, current: str = "") -> list[dict[str, Any]]:
    return _record_tabs(user, group, "概况", "district", _district_pages, current)


def _record_tabs(
    user: User, record: Any, title: str, url_name: str, pages: list[RecordPage], current: str
) -> list[dict[str, Any]]:
    offered = [page for page in pages if page.permission(user, record)]
    own = {"title": title, "url": reverse(url_name, args=[record.pk]), "current": not current, "count": None}
    more = [
        {"title": page.title, "url": page.url(record), "current": page.key == current, "count": None}
        for page in offered
    ]
    return [own, *more] if more else []


def register_matters(source: MatterSource) -> None:
    _matters.append(source)


def open_matters(village: Village, today: date) -> list[Matter]:
    """Appeals and months of the village that are not finished yet."""
    return [matter for source in _matters for matter in source(village, today)]


def register_row_page(model: type[Model], url: Callable[[Any], str], related: Sequence[str] = ()) -> None:
    """Where a row is seen to that keeps a village from ending; its name and address read what is `related`."""
    _row_pages[model] = (url, related)


def row_page(model: type[Model]) -> tuple[Callable[[Any], str], Sequence[str]] | None:
    return _row_pages.get(model)


def register_assessments(source: AssessmentSource) -> None:
    _assessments.append(source)


def last_assessments(villages: Iterable[int]) -> dict[int, tuple[str, str]]:
    """(words, address) of the last yearly assessment, by village id."""
    ids = list(villages)
    return {pk: found for source in _assessments for pk, found in source(ids).items()}


def register_code_follower(follow: CodeFollower) -> None:
    """Something is numbered by the village's statistics code: `follow(village)` renumbers it, inside the
    act that changed the code."""
    _code_followers.append(follow)


def follow_code(village: Village) -> None:
    for follow in _code_followers:
        follow(village)


def village_tabs() -> list[VillageTab]:
    return sorted(_tabs, key=lambda tab: tab.place)


def village_columns() -> list[VillageColumn]:
    return list(_columns)


def roles_over_time(person: Person) -> list[RoleLine]:
    """Every role of a person, the running ones first, then newest first."""
    lines = [line for source in _role_sources for line in source(person)]
    return sorted(
        lines,
        key=lambda line: (line.ends_on is None, line.ends_on or date.min, line.starts_on or date.min),
        reverse=True,
    )


def open_roles(person: Person) -> list[str]:
    """The roles that have no end yet, in words."""
    return [str(line) for line in roles_over_time(person) if line.ends_on is None]
