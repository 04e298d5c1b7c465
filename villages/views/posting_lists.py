"""任职名册: who serves in teams, in liaison groups and as instructors on a day."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link_to
from lianzhen.wording import number
from villages.filters_teams import PostingFilter
from villages.models import LiaisonGroup, Posting
from villages.permissions import see_village_life
from villages.serving import NO_DISTRICT
from villages.views.cells import person_cell

#: Everything by which a posting leads to a district.
DISTRICT = ("team__village__group", "village__group", "group")


def _rows(rows: QuerySet) -> QuerySet:
    """With their district in the order of the lists."""
    places = [f"{path}__position" for path in DISTRICT]
    codes = Coalesce("team__village__code", "village__code")
    joined = rows.select_related("person__department", *DISTRICT)
    return joined.annotate(district_place=Coalesce(*places, NO_DISTRICT), code=codes)


def _district(posting: Posting) -> str:
    group: LiaisonGroup | None = posting.group
    if posting.team is not None:
        group = posting.team.village.group
    elif posting.village is not None:
        group = posting.village.group
    return group.district_name if group else ""


def _place(posting: Posting) -> Any:
    pages = {"team": posting.team_id, "district": posting.group_id, "selfgov_village": posting.village_id}
    page, pk = next((page, pk) for page, pk in pages.items() if pk)
    return link_to(page, pk, posting.target)


COLUMNS = (
    Column(
        "person",
        "姓名",
        lambda p: p.person.name,
        show=lambda p: person_cell(p.person, True),
        sort=["person__pinyin"],
        head=True,
    ),
    Column("role", "职务", lambda p: p.role_name, sort=["-is_leader", "code"]),
    Column("place", "在哪里任职", lambda p: str(p.target), show=_place, sort=["code"]),
    Column("district", "片区", _district, sort=["district_place", "code"], secondary=True),
    Column(
        "department",
        "站所（办）",
        lambda p: str(p.person.department or ""),
        sort=["person__department__position"],
        secondary=True,
    ),
    Column(
        "phone",
        "手机号",
        lambda p: p.person.masked_phone,
        kind="phone",
        secondary=True,
        export=lambda p: p.person.phone,
    ),
    Column("starts_on", "任职起", lambda p: p.starts_on, kind="date", sort=["starts_on"], secondary=True),
    Column("ends_on", "任职止", lambda p: p.ends_on or "至今", kind="date", secondary=True),
)


@guarded(see_village_life, methods=LIST_METHODS)
def posting_list(request: HttpRequest) -> HttpResponse:
    page = ListPage(
        request,
        _rows(Posting.objects.visible_to(request.user)),
        COLUMNS,
        title="任职名册",
        order=["district_place", "code", "-is_leader", "starts_on"],
        filterset=PostingFilter,
        count=lambda n: f"共{number(n)}人次",
        groups=lambda p: _district(p) or "未划片区",
        empty_text="还没有登记任职。在联村工作组的页面登记组长和组员。",
        context={"crumbs": [("联村工作组", reverse("team_list"))]},
    )
    return page.respond()
