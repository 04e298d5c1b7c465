"""The register of persons: list, page with roles over time, adding, correcting, leaving."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, link_to, plain_table, tag
from lianzhen.wording import number
from villages.actions import people as actions
from villages.extensions import RoleLine, roles_over_time
from villages.filters import PersonFilter
from villages.forms.people import EndPersonForm, PersonForm, ReasonForm
from villages.models import Person
from villages.permissions import add_people, keep_person, reveal_phone, see_people, see_villages


def _person_rows(rows: Any) -> Any:
    return rows.select_related("village", "villager_group", "department", "party_group")


def _listed(rows: Any) -> Any:
    """Only what the list shows: building whole joined rows took half the time of 500 of them."""
    fields = ("name", "phone", "job_title", "is_party_member", "ended_on", "pinyin")
    joined = ("village__name", "villager_group__name", "villager_group__number", "department__name")
    return rows.select_related("village", "villager_group", "department").only(*fields, *joined)


find_person = visible(Person, narrow=_person_rows)

COLUMNS = (
    Column(
        "name",
        "姓名",
        lambda p: p.name,
        show=lambda p: link_to("person", p.pk, p.name),
        sort=["pinyin"],
        head=True,
    ),
    Column(
        "place", "村或站所", lambda p: str(p.village or p.department), sort=["village__code", "department__position"]
    ),
    Column("group", "村民小组", lambda p: str(p.villager_group or ""), sort=["villager_group__number"], secondary=True),
    Column("title", "职务", lambda p: p.job_title, secondary=True),
    Column("party", "党员", lambda p: "是" if p.is_party_member else "", sort=["-is_party_member"], secondary=True),
    Column("phone", "手机号", lambda p: p.masked_phone, kind="phone", export=lambda p: p.phone),
    Column(
        "state",
        "状态",
        lambda p: "在册" if p.ended_on is None else "离册",
        show=lambda p: "在册" if p.ended_on is None else tag("off", "离册"),
        secondary=True,
    ),
)

ROLE_COLUMNS = (
    Column("role", "角色", lambda r: r.role, head=True),
    Column("place", "在哪里", lambda r: r.place, show=lambda r: link(r.url, r.place)),
    Column("since", "起", lambda r: r.starts_on, kind="date"),
    Column("until", "止", lambda r: r.ends_on or "至今", kind="date"),
    Column("note", "结束原因", lambda r: r.note, secondary=True),
)


@guarded(see_people, methods=LIST_METHODS)
def person_list(request: HttpRequest) -> HttpResponse:
    page = ListPage(
        request,
        _listed(Person.objects.visible_to(request.user)),
        COLUMNS,
        title="人员",
        order=["pinyin"],
        filterset=PersonFilter,
        count=lambda n: f"共{number(n)}人",
        empty_text="还没有登记人员。",
        context={"add_url": reverse("person_add"), "add_text": "登记人员", "may_add": add_people(request.user)},
    )
    return page.respond()


@guarded(see_people, find=find_person, methods=("GET",))
def person_page(request: HttpRequest, person: Person) -> HttpResponse:
    return render(request, "villages/person.html", _person_context(request, person))


@guarded(reveal_phone, find=find_person, methods=("POST",))
def person_phone(request: HttpRequest, person: Person) -> HttpResponse:
    """Show the whole number: alone where the page asks for a fragment, otherwise on the page."""
    number_shown = actions.look_at_phone(person=person, by=request.user)
    if request.headers.get("HX-Request"):
        return render(request, "villages/includes/phone_shown.html", {"phone": number_shown})
    return render(request, "villages/person.html", {**_person_context(request, person), "phone": number_shown})


@guarded(add_people)
def person_add(request: HttpRequest) -> HttpResponse:
    return form_page(
        request,
        PersonForm(request.POST or None, user=request.user, initial=request.GET.dict()),
        save=lambda values: actions.add_person(by=request.user, **values),
        done=lambda person: (reverse("person", args=[person.pk]), f"已登记{person}。"),
        context={
            "heading": "登记人员",
            "submit": "登记人员",
            "cancel_url": reverse("person_list"),
            "crumbs": [("人员", reverse("person_list"))],
        },
    )


@guarded(keep_person, find=find_person)
def person_edit(request: HttpRequest, person: Person) -> HttpResponse:
    return form_page(
        request,
        PersonForm(request.POST or None, user=request.user, record=person),
        save=lambda values: actions.change_person(person=person, by=request.user, **values),
        done=lambda saved: (reverse("person", args=[saved.pk]), "已保存。"),
        context=_under(person, heading=f"修改{person}", submit="保存修改"),
    )


@guarded(keep_person, find=find_person)
def person_end(request: HttpRequest, person: Person) -> HttpResponse:
    return form_page(
        request,
        EndPersonForm(request.POST or None, record=person, initial={"ended_on": None} if person.ended_on else None),
        save=lambda values: actions.end_person(person=person, by=request.user, **values),
        done=lambda saved: (reverse("person", args=[saved.pk]), f"{saved}已离册，历史记录保留。"),
        context=_under(
            person,
            heading=f"{person}离册",
            submit="确认离册",
            intro="离册后不再出现在可选名单里，任过的职务和历史记录都保留，可以恢复。",
        ),
    )


@guarded(keep_person, find=find_person)
def person_return(request: HttpRequest, person: Person) -> HttpResponse:
    return form_page(
        request,
        ReasonForm(request.POST or None),
        save=lambda values: actions.return_person(person=person, by=request.user, **values),
        done=lambda saved: (reverse("person", args=[saved.pk]), f"{saved}已恢复在册。"),
        context=_under(person, heading=f"恢复{person}在册", submit="恢复在册"),
    )


def _person_context(request: HttpRequest, person: Person) -> dict[str, Any]:
    lines: list[RoleLine] = roles_over_time(person)
    # A grid head finds the people of his grid, and neither the list of all nor the page of the village.
    return {
        "person": person,
        "village_url": reverse("village", args=[person.village_id])
        if person.village_id and see_villages(request.user)
        else "",
        "crumbs": [("人员", reverse("person_list") if see_people(request.user) else "")],
        "roles": plain_table("任职和角色", ROLE_COLUMNS, lines, empty_text="还没有任职记录。"),
        "may_keep": keep_person(request.user, person),
        "may_reveal": reveal_phone(request.user, person),
    }


def _under(person: Person, **context: Any) -> dict[str, Any]:
    here = reverse("person", args=[person.pk])
    return {"cancel_url": here, "crumbs": [("人员", reverse("person_list")), (person.name, here)], **context}
