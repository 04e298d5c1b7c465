"""Changing the head of a grid (design §9.10): replacing, leaving, correcting what was entered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from grids import actions
from grids.forms import CorrectHeadForm, EndHeadForm, ReplaceHeadForm
from grids.models import Grid, GridHeadTerm
from grids.permissions import keep_grid, keep_head_term
from grids.views.grids import find_grid, under
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.wording import full_date

find_term = visible(GridHeadTerm, narrow=lambda rows: rows.select_related("grid__village", "person", "updated_by"))


@guarded(keep_grid, find=find_grid)
def grid_replace(request: HttpRequest, grid: Grid) -> HttpResponse:
    last = actions.heads_as_opened(grid)
    form = ReplaceHeadForm(request.POST or None, grid=grid, record=last)
    if "effects" in request.GET:
        return render(request, "grids/includes/effects.html", {"effects": _effects(last, _day_asked(request, form))})
    word, submit = ("更换", "确认更换") if last.pk and last.ends_on is None else ("确定", "确认任职")
    return form_page(
        request,
        form,
        save=lambda values: _appoint(request, grid, values),
        done=lambda term: (_page(grid), f"{term.person}自{full_date(term.starts_on)}起任{grid.head_title}。"),
        context=under(
            grid,
            heading=f"{word}{grid.head_title}",
            submit=submit,
            effects=_effects(last, _day_asked(request, form)),
        ),
        template="grids/replace.html",
    )


@guarded(keep_grid, find=find_grid)
def grid_vacate(request: HttpRequest, grid: Grid) -> HttpResponse:
    last = actions.heads_as_opened(grid)
    form = EndHeadForm(request.POST or None, record=last, initial={"ends_on": timezone.localdate(), "end_reason": ""})
    who = last.person if last.pk else "网格长"
    return form_page(
        request,
        form,
        save=lambda values: actions.end_head(
            grid=grid,
            last_day=values["ends_on"],
            reason=values["end_reason"],
            version=values["version"],
            by=request.user,
        ),
        done=lambda term: (
            _page(grid),
            f"{term.person}任期止于{full_date(term.ends_on)}，{grid}暂无网格长。",
        ),
        context=under(
            grid,
            heading=f"{grid.head_title}离任",
            submit="确认离任",
            intro="接任的人已经确定的，请用“更换网格长”办理。",
            effects=[
                f"{who}的任期止于所填日期，历史记录保留。",
                f"次日起{grid}列为“暂无网格长”，直到确定新的网格长。",
            ],
        ),
    )


@guarded(keep_head_term, find=find_term)
def grid_term_edit(request: HttpRequest, term: GridHeadTerm) -> HttpResponse:
    return form_page(
        request,
        CorrectHeadForm(request.POST or None, record=term),
        save=lambda values: actions.correct_head(term=term, by=request.user, **values),
        done=lambda saved: (_page(term.grid), "已更正，更正前后的内容都留在变更记录中。"),
        context=under(
            term.grid,
            heading=f"更正{term.person}的任期",
            submit="保存更正",
            intro="只用于更正登记错误。换人请用“更换网格长”，离任请用“网格长离任”。",
        ),
    )


def _appoint(request: HttpRequest, grid: Grid, values: dict[str, Any]) -> GridHeadTerm:
    person, name, phone = values.pop("person"), values.pop("name"), values.pop("phone")
    if person is None:
        return actions.appoint_new_person(grid=grid, name=name, phone=phone, by=request.user, **values)
    return actions.replace_head(grid=grid, person=person, by=request.user, **values)


def _day_asked(request: HttpRequest, form: ReplaceHeadForm) -> date:
    """The starting day as it stands in the form; today until a readable one is typed."""
    typed = request.POST.get("starts_on") or request.GET.get("starts_on") or ""
    try:
        return form.fields["starts_on"].clean(typed)
    except ValidationError:
        return timezone.localdate()


def _effects(last: GridHeadTerm, starts_on: date) -> list[str]:
    """What confirming would do, in the words of the office."""
    if last.pk is None:
        return ["这是首任网格长。"]
    if last.ends_on is not None:
        gap = (starts_on - last.ends_on).days - 1
        told = f"上一任{last.person}任期止于{full_date(last.ends_on)}"
        return [f"{told}，空缺{gap}天如实记录。" if gap > 0 else f"{told}。", "历史记录保留。"]
    if starts_on <= last.starts_on:
        return [f"{last.person}自{full_date(last.starts_on)}起任，起始日期应在此之后。"]
    return [
        f"{last.person}任期止于{full_date(starts_on - timedelta(days=1))}。",
        "历史记录保留，以前的报表仍是当时的网格长。",
    ]


def _page(grid: Grid) -> str:
    return reverse("grid", args=[grid.pk])
