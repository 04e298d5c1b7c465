"""One grid: its page with everybody in it, and everything that is done to it except changing its head."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from grids import actions
from grids.coverage import kinds_in_every_grid, people_in
from grids.forms import AddGridForm, EndGridForm, GridForm, ReturnGridForm
from grids.models import Grid, GridHeadTerm
from grids.permissions import arrange_grids, keep_grid, see_grids
from grids.succession import Stretch, succession
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE
from lianzhen.pages.forms import DayField, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.trail.models import AuditEntry
from lianzhen.wording import number, term
from villages.models import Person
from villages.permissions import reveal_phone, see_villages


def _grid_rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("village__group", "updated_by")


find_grid = visible(Grid, narrow=_grid_rows)


@dataclass(frozen=True)
class Line:
    """One line of the timeline of heads."""

    when: str
    label: str
    url: str = ""
    text: str = ""
    reason: str = ""


# --- Pages ------------------------------------------------------------------------------------
@guarded(see_grids, find=find_grid, methods=("GET",))
def grid_page(request: HttpRequest, grid: Grid) -> HttpResponse:
    today = timezone.localdate()
    terms = list(grid.head_terms.select_related("person__village"))
    for row in terms:
        row.grid = grid
    stretches = succession(terms, today, grid.ended_on)
    in_grid = people_in(grid, kinds_in_every_grid(today), today)
    people = {p.pk: p for _, found in in_grid for p in found} | {t.person_id: t.person for t in terms}
    linked = _may_open(request.user, people)
    context = {
        "grid": grid,
        "crumbs": crumbs(),
        "now": _running(terms, today),
        "vacancy": next((s for s in stretches if s.term is None and s.last is None), None),
        "lines": [_timeline_line(s, linked, today) for s in reversed(stretches)],
        "kinds": [(kind, [(p, p.pk in linked) for p in found]) for kind, found in in_grid],
        "linked": linked,
        "may_keep": keep_grid(request.user, grid),
        "may_arrange": arrange_grids(request.user, grid),
        "may_see_village": see_villages(request.user),
        **_asked_day(request, terms),
    }
    context["may_reveal"] = _may_reveal(request.user, context["now"], linked)
    return render(request, "grids/grid.html", context)


@guarded(see_grids, find=find_grid, methods=("GET",))
def grid_history(request: HttpRequest, grid: Grid) -> HttpResponse:
    """Every term and every change, to the first."""
    today = timezone.localdate()
    terms = list(grid.head_terms.select_related("person", "updated_by"))
    linked = _may_open(request.user, {t.person_id: t.person for t in terms})
    lines = [_timeline_line(s, linked, today) for s in reversed(succession(terms, today, grid.ended_on))]
    context = {
        "grid": grid,
        "crumbs": crumbs(grid),
        "lines": lines,
        "terms": terms,
        "entries": AuditEntry.objects.about(grid).select_related("by"),
        "may_keep": keep_grid(request.user, grid),
    }
    return render(request, "grids/history.html", context)


# --- Acts -------------------------------------------------------------------------------------
@guarded(arrange_grids)
def grid_add(request: HttpRequest) -> HttpResponse:
    form = AddGridForm(request.POST or None, initial=request.GET.dict())
    return form_page(
        request,
        form,
        save=lambda values: actions.add_grid(by=request.user, **values),
        done=lambda grid: (_page(grid), "".join([f"已新增{grid}，还没有网格长。", *form.moves()])),
        context={
            "heading": "新增网格",
            "submit": "新增网格",
            "intro": "网格编码由村的统计代码和两位网格号组成。",
            "cancel_url": reverse("grid_list"),
            "crumbs": crumbs(),
        },
    )


@guarded(keep_grid, find=find_grid)
def grid_edit(request: HttpRequest, grid: Grid) -> HttpResponse:
    form = GridForm(request.POST or None, record=grid)
    return form_page(
        request,
        form,
        save=lambda values: actions.change_grid(grid=grid, by=request.user, **values),
        done=lambda saved: (_page(saved), "".join(["已保存。", *form.moves()])),
        context=under(grid, heading=f"修改{grid}", submit="保存修改"),
    )


@guarded(arrange_grids, find=find_grid)
def grid_end(request: HttpRequest, grid: Grid) -> HttpResponse:
    form = EndGridForm(request.POST or None, record=grid, initial={"ended_on": timezone.localdate(), "end_reason": ""})

    def save(values: dict[str, Any]) -> Grid:
        reason = values.pop("end_reason")
        return actions.end_grid(grid=grid, by=request.user, reason=reason, **values)

    return form_page(
        request,
        form,
        save=save,
        done=lambda saved: (_page(saved), f"{saved}已撤并，历史记录保留。"),
        context=under(grid, heading=f"撤并{grid}", submit="确认撤并", danger=True, effects=_effects_of_end(grid)),
    )


@guarded(arrange_grids, find=find_grid)
def grid_return(request: HttpRequest, grid: Grid) -> HttpResponse:
    return form_page(
        request,
        ReturnGridForm(request.POST or None),
        save=lambda values: actions.return_grid(grid=grid, by=request.user, **values),
        done=lambda saved: (_page(saved), f"{saved}已恢复，请重新划定村民小组、确定网格长。"),
        context=under(
            grid,
            heading=f"恢复{grid}",
            submit="恢复网格",
            intro="撤并登记有误时使用。恢复后网格长和所辖村民小组需要重新确定。",
        ),
    )


# --- Parts ------------------------------------------------------------------------------------
def crumbs(grid: Grid | None = None) -> list[tuple[str, str]]:
    way = [("网格", reverse("grid_list"))]
    return way if grid is None else [*way, (str(grid), _page(grid))]


def under(grid: Grid, **context: Any) -> dict[str, Any]:
    """Context of a form that belongs to a grid."""
    return {"cancel_url": _page(grid), "crumbs": crumbs(grid), **context}


def _page(grid: Grid) -> str:
    return reverse("grid", args=[grid.pk])


def _running(terms: list[GridHeadTerm], day: date) -> GridHeadTerm | None:
    return next((t for t in terms if t.covers(day)), None)


def _may_open(user: User, people: dict[int, Person]) -> frozenset[int]:
    """Ids of those whose page the user may open; one query, none for who sees everybody."""
    if user.standing.has(*TOWN_WIDE):
        return frozenset(people)
    return frozenset(Person.objects.visible_to(user).filter(pk__in=people).values_list("pk", flat=True))


def _may_reveal(user: User, now: GridHeadTerm | None, linked: frozenset[int]) -> bool:
    return now is not None and now.person_id in linked and bool(reveal_phone(user, now.person))


def _timeline_line(stretch: Stretch, linked: frozenset[int], today: date) -> Line:
    if stretch.term is None:
        return Line(term(stretch.first, stretch.last), f"空缺{number(stretch.days)}天")
    row = stretch.term
    text = "尚未到任" if row.starts_on > today else ""
    ended = f"离任：{row.end_reason}" if row.end_reason else ""
    return Line(
        when=term(row.starts_on, row.ends_on),
        label=str(row.person),
        url=reverse("person", args=[row.person_id]) if row.person_id in linked else "",
        text="；".join(part for part in (row.get_reason_display(), ended, text) if part),
    )


def _asked_day(request: HttpRequest, terms: list[GridHeadTerm]) -> dict[str, Any]:
    """Who headed the grid on the day asked for in `?on=`."""
    asked = request.GET.get("on", "").strip()
    if not asked:
        return {}
    try:
        day = DayField(label="日期").clean(asked)
    except ValidationError as problem:
        return {"asked": asked, "asked_problem": problem.messages[0]}
    return {"asked": day.isoformat(), "asked_day": day, "asked_term": _running(terms, day)}


def _effects_of_end(grid: Grid) -> list[str]:
    head = grid.head_terms.open().select_related("person").first()
    groups = "、".join(str(group) for group in grid.villager_groups)
    effects = [f"{head.person}任期止于撤并日期的前一天。"] if head else []
    if groups:
        effects.append(f"{groups}不再属于任何网格，请随后划入其他网格。")
    return [*effects, f"网格编码{grid.code}不再使用，历史记录保留。"]
