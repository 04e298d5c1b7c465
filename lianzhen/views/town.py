"""The town's own facts and its departments."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from lianzhen import phones
from lianzhen.accounts.models import User
from lianzhen.forms.settings import DepartmentForm, EndDepartmentForm, TownForm
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded
from lianzhen.permissions import change_town, see_town
from lianzhen.town import actions
from lianzhen.town.models import Department, Town
from lianzhen.trail import acting

CRUMBS = [("镇与站所", "/settings/town/")]


def find_department(user: User, kwargs: dict[str, Any]) -> Department:
    """Settings have no rows of their own to hide: whoever may open the page sees every department."""
    department = Department.objects.filter(pk=kwargs.pop("pk")).first()
    if department is None:
        raise Http404
    return department


@guarded(see_town, methods=("GET",))
def town_settings(request: HttpRequest) -> HttpResponse:
    town = Town.objects.the_town()
    rows = list(_with_people())
    today = timezone.localdate()
    context = {
        "town": town,
        "office_phone": phones.readable(town.office_phone) if town and town.office_phone else "",
        "working": [d for d in rows if d.kind != Department.Kind.FORMER and not _gone(d, today)],
        "former": [d for d in rows if d.kind == Department.Kind.FORMER],
        "ended": [d for d in rows if d.kind != Department.Kind.FORMER and _gone(d, today)],
        "may_change": change_town(request.user),
    }
    return render(request, "settings/town.html", context)


def _gone(department: Department, today: Any) -> bool:
    return department.ended_on is not None and department.ended_on < today


def _with_people() -> QuerySet[Department]:
    """Departments with the number of people who work there, and of those who came from there."""
    return Department.objects.annotate(
        staff=Count("people", filter=Q(people__ended_on=None), distinct=True),
        sent=Count("people_from", filter=Q(people_from__ended_on=None), distinct=True),
    )


@guarded(change_town)
def town_edit(request: HttpRequest) -> HttpResponse:
    return form_page(
        request,
        TownForm(request.POST or None, record=Town.objects.the_town()),
        save=lambda values: actions.save_town(by=request.user, **values),
        done=lambda town: (reverse("town_settings"), "已保存。"),
        context=_under(heading="修改镇的信息", submit="保存修改"),
    )


@guarded(change_town)
def department_add(request: HttpRequest) -> HttpResponse:
    return form_page(
        request,
        DepartmentForm(request.POST or None, initial={"kind": Department.Kind.OFFICE}),
        save=lambda values: actions.add_department(by=request.user, **values),
        done=lambda made: (reverse("town_settings"), f"已新增{made}。"),
        context=_under(heading="新增站所、办", submit="新增站所、办"),
    )


@guarded(change_town, find=find_department)
def department_edit(request: HttpRequest, department: Department) -> HttpResponse:
    return form_page(
        request,
        DepartmentForm(request.POST or None, record=department),
        save=lambda values: actions.change_department(
            department=department, position=department.position, by=request.user, **values
        ),
        done=lambda saved: (reverse("town_settings"), "已保存。"),
        context=_under(heading=f"修改{department}", submit="保存修改"),
    )


@guarded(change_town, find=find_department)
def department_end(request: HttpRequest, department: Department) -> HttpResponse:
    staff = _with_people().get(pk=department.pk).staff
    effects = ["撤销后不再出现在可选名单里，历史记录保留。"]
    if staff:
        effects.insert(0, f"还有{staff}人在{department}，撤销后请由联村工作办在人员页调整。")
    return form_page(
        request,
        EndDepartmentForm(request.POST or None, record=department, initial={"ended_on": timezone.localdate()}),
        save=lambda values: actions.end_department(department=department, by=request.user, **values),
        done=lambda ended: (reverse("town_settings"), f"{ended}已撤销。"),
        context=_under(heading=f"撤销{department}", submit="撤销站所、办", danger=True, effects=effects),
    )


@guarded(change_town, find=find_department, methods=("POST",))
def department_move(request: HttpRequest, department: Department) -> HttpResponse:
    move_department(department, up=request.POST.get("to") == "up", by=request.user)
    return redirect(f"{reverse('town_settings')}#department-{department.pk}")


def move_department(department: Department, *, up: bool, by: User) -> None:
    """Change places with the neighbour of the same list, numbering that list anew. At the end: nothing.

    The former stations are a list of their own."""
    with acting(by=by, action="department.move", label="调整站所、办顺序"):
        former = Q(kind=Department.Kind.FORMER)
        same_list = former if department.kind == Department.Kind.FORMER else ~former
        rows = list(Department.objects.select_for_update().filter(same_list, ended_on=None))
        if department not in rows:
            return
        here = rows.index(department)
        there = here - 1 if up else here + 1
        if not 0 <= there < len(rows):
            return
        places = sorted(row.position for row in rows)
        if len(set(places)) < len(places):
            places = [places[0] + 10 * n for n in range(len(rows))]
        rows[here], rows[there] = rows[there], rows[here]
        for row, place in zip(rows, places, strict=True):
            if row.position != place:
                actions.change_department(department=row, name=row.name, kind=row.kind, position=place, by=by)


def _under(**context: Any) -> dict[str, Any]:
    return {"cancel_url": reverse("town_settings"), "crumbs": CRUMBS, **context}
