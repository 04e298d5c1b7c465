"""Kinds of social organisations: the three of the article, and those that the town adds."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from lianzhen.accounts.models import User
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, tag
from lianzhen.wording import full_date, number
from villages.actions import organizations as actions
from villages.forms.organizations import EndKindForm, KindForm
from villages.models import OrganizationKind
from villages.permissions import change_kinds, see_village_life
from villages.views.cells import row_links


def find_kind(user: User, kwargs: dict[str, Any]) -> OrganizationKind:
    """Kinds belong to no village: whoever sees one sees all."""
    kind = OrganizationKind.objects.filter(pk=kwargs.pop("pk")).first()
    if kind is None:
        raise Http404
    return kind


def _state_cell(kind: OrganizationKind) -> Any:
    return tag("off", f"{full_date(kind.ended_on)}停用") if kind.ended_on else "在用"


def _acts(kind: OrganizationKind) -> Any:
    acts = [("修改", reverse("organization_kind_edit", args=[kind.pk]))]
    if kind.ended_on is None and not kind.in_every_grid:
        acts.append(("停用", reverse("organization_kind_end", args=[kind.pk])))
    return row_links(*acts)


COLUMNS = (
    Column("name", "种类", lambda k: k.name, head=True),
    Column("short", "简称", lambda k: k.short_name),
    Column("grid", "每个网格都应有成员", lambda k: k.in_every_grid, secondary=True),
    Column(
        "count",
        "现有社会组织",
        lambda k: k.count,
        show=lambda k: link(f"{reverse('organization_list')}?kind={k.pk}", number(k.count)),
        kind="number",
        total=True,
    ),
    Column("state", "状态", lambda k: "停用" if k.ended_on else "在用", show=_state_cell, secondary=True),
)
ACTS = Column("act", "办理", lambda k: "", show=_acts, screen_only=True)


@guarded(see_village_life, methods=LIST_METHODS)
def organization_kinds(request: HttpRequest) -> HttpResponse:
    changes = change_kinds(request.user)
    current = Q(organizations__ended_on=None) & Q(organizations__isnull=False)
    page = ListPage(
        request,
        OrganizationKind.objects.annotate(count=Count("organizations", filter=current)),
        (*COLUMNS, ACTS) if changes else COLUMNS,
        title="社会组织种类",
        order=["position"],
        count=lambda n: f"共{number(n)}种",
        empty_text="还没有社会组织种类。",
        empty_action=("新增种类", reverse("organization_kind_add")) if changes else None,
        context={
            "intro": "每个网格都应有红白喜事理事会、爱卫会、关爱委的成员，这三种不能停用；其他种类由镇里增减。",
            "crumbs": [("社会组织", reverse("organization_list"))],
            "add_url": reverse("organization_kind_add"),
            "add_text": "新增种类",
            "may_add": changes,
        },
    )
    return page.respond()


@guarded(change_kinds)
def organization_kind_add(request: HttpRequest) -> HttpResponse:
    return form_page(
        request,
        KindForm(request.POST or None),
        save=lambda values: actions.add_kind(by=request.user, **values),
        done=lambda kind: (reverse("organization_kinds"), f"已新增{kind}。"),
        context=_context(heading="新增社会组织种类", submit="新增种类"),
    )


@guarded(change_kinds, find=find_kind)
def organization_kind_edit(request: HttpRequest, kind: OrganizationKind) -> HttpResponse:
    return form_page(
        request,
        KindForm(request.POST or None, record=kind),
        save=lambda values: actions.rename_kind(kind=kind, by=request.user, **values),
        done=lambda saved: (reverse("organization_kinds"), "已保存。"),
        context=_context(heading=f"修改{kind}", submit="保存修改"),
    )


@guarded(change_kinds, find=find_kind)
def organization_kind_end(request: HttpRequest, kind: OrganizationKind) -> HttpResponse:
    form = EndKindForm(request.POST or None, record=kind, initial={"ended_on": timezone.localdate()})
    return form_page(
        request,
        form,
        save=lambda values: actions.end_kind(kind=kind, by=request.user, **values),
        done=lambda saved: (reverse("organization_kinds"), f"{saved}已停用。"),
        context=_context(
            heading=f"停用{kind}",
            submit="停用种类",
            danger=True,
            effects=["停用后不再登记这一种类的社会组织，以前登记的都保留。"],
        ),
    )


def _context(**context: Any) -> dict[str, Any]:
    here = reverse("organization_kinds")
    crumbs = [("社会组织", reverse("organization_list")), ("种类", here)]
    return {"cancel_url": here, "crumbs": crumbs, **context}
