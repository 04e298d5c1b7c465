"""Village cadres: the town's list of a day, appointing, ending, replacing, correcting."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Value, When
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link_to
from lianzhen.wording import full_date, number
from villages.actions import cadres as actions
from villages.filters_places import CadreFilter
from villages.forms.cadres import AppointCadreForm, CorrectCadreForm, EndCadreForm, ReplaceCadreForm
from villages.models import CadreTerm, Village
from villages.permissions import appoint_cadres, see_village_life
from villages.views.cells import person_cell
from villages.views.villages import find_village, tab_url, under


def _cadre_rows(rows: Any) -> Any:
    """With what a row shows, and `rank` for the order of the posts."""
    places = [When(position=position, then=Value(place)) for place, position in enumerate(CadreTerm.Position.values)]
    return rows.select_related("village__group", "person__department").annotate(rank=Case(*places))


find_cadre = visible(CadreTerm, narrow=_cadre_rows)

COLUMNS = (
    Column(
        "village",
        "村",
        lambda c: c.village.name,
        show=lambda c: link_to("village", c.village_id, c.village),
        sort=["village__pinyin", "rank"],
        head=True,
    ),
    Column("position", "职务", lambda c: c.get_position_display(), sort=["rank", "village__code"]),
    Column(
        "person", "姓名", lambda c: c.person.name, show=lambda c: person_cell(c.person, True), sort=["person__pinyin"]
    ),
    Column(
        "phone",
        "手机号",
        lambda c: c.person.masked_phone,
        kind="phone",
        secondary=True,
        export=lambda c: c.person.phone,
    ),
    Column("starts_on", "任职起", lambda c: c.starts_on, kind="date", sort=["starts_on"], secondary=True),
    Column("ends_on", "任职止", lambda c: c.ends_on or "至今", kind="date", secondary=True),
    Column("subsidised", "村定补", lambda c: c.is_subsidised, sort=["-is_subsidised"], secondary=True),
)


@guarded(see_village_life, methods=LIST_METHODS)
def cadre_list(request: HttpRequest) -> HttpResponse:
    page = ListPage(
        request,
        _cadre_rows(CadreTerm.objects.visible_to(request.user)),
        COLUMNS,
        title="村干部名册",
        order=["village__group__position", "village__code", "rank", "starts_on"],
        filterset=CadreFilter,
        count=lambda n: f"共{number(n)}人次",
        groups=lambda c: c.village.group.district_name if c.village.group else "未划片区",
        empty_text="还没有登记村干部。在村页面的“概况”栏任命。",
        context={"crumbs": [("村（社区）", reverse("village_list"))]},
    )
    return page.respond()


@guarded(appoint_cadres, find=find_village)
def cadre_add(request: HttpRequest, village: Village) -> HttpResponse:
    return form_page(
        request,
        AppointCadreForm(request.POST or None, village=village, initial=request.GET.dict()),
        save=lambda values: actions.appoint_cadre(village=village, by=request.user, **values),
        done=lambda term: (tab_url(village), f"已登记{term.person}任{village}{term.get_position_display()}。"),
        context=under(village, heading="任命村干部", submit="任命干部"),
    )


@guarded(appoint_cadres, find=find_cadre)
def cadre_end(request: HttpRequest, term: CadreTerm) -> HttpResponse:
    return form_page(
        request,
        EndCadreForm(request.POST or None, record=term),
        save=lambda values: actions.end_cadre(term=term, by=request.user, **values),
        done=lambda saved: (tab_url(saved.village), f"{saved.person}的任期止于{full_date(saved.ends_on)}。"),
        context=under(
            term.village,
            heading=f"{term.person}离任{term.village}{term.get_position_display()}",
            submit="办理离任",
            danger=True,
            effects=[
                f"任期从{full_date(term.starts_on)}起，止于所填的日期，历史记录保留。",
                "因这一职务而有的权限从次日起停止。",
            ],
        ),
    )


@guarded(appoint_cadres, find=find_cadre)
def cadre_replace(request: HttpRequest, term: CadreTerm) -> HttpResponse:
    return form_page(
        request,
        ReplaceCadreForm(request.POST or None, record=term),
        save=lambda values: actions.replace_cadre(term=term, by=request.user, **values),
        done=lambda new: (
            tab_url(new.village),
            f"{new.get_position_display()}自{full_date(new.starts_on)}起由{new.person}担任。",
        ),
        context=under(
            term.village,
            heading=f"更换{term.village}{term.get_position_display()}",
            submit="确认更换",
            effects=[
                f"{term.person}的任期止于接任日期的前一天，中间没有空缺。",
                "两任都保留在历史记录中。",
            ],
        ),
    )


@guarded(appoint_cadres, find=find_cadre)
def cadre_edit(request: HttpRequest, term: CadreTerm) -> HttpResponse:
    return form_page(
        request,
        CorrectCadreForm(request.POST or None, record=term),
        save=lambda values: actions.correct_cadre(term=term, by=request.user, **values),
        done=lambda saved: (tab_url(saved.village), "已更正。"),
        context=under(
            term.village,
            heading=f"更正{term.person}任{term.village}{term.get_position_display()}的登记",
            submit="保存更正",
            intro="这里只更正录入的差错。换人请用“更换”，不再担任请用“离任”。",
        ),
    )
