"""考核方案: the versions, one version on a page and on paper, its settings, categories and formula."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import schemes as actions
from appraisal.actions.open_month import with_terms
from appraisal.forms.schemes import CategoryForm, ReasonForm, SettingsForm, SubsidyForm
from appraisal.models import Category, Scheme
from appraisal.permissions_schemes import decide_schemes, keep_schemes, see_schemes, try_schemes
from appraisal.rules.parameters import BadParameters
from appraisal.scheme_words import (
    catalogue,
    current_of,
    decision_of,
    differences,
    effect_sentence,
    formula_of,
    judged_months,
    problems_of,
    settings_of,
    state_tag,
)
from appraisal.subsidy_formulas import PART_CHOICES
from lianzhen.pages.forms import PageForm, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import Column, link_to, plain_table, tag

State = Scheme.State
CRUMBS = [("考核方案", "/settings/scheme/")]


find_scheme = visible(Scheme)
find_with_terms = visible(Scheme, narrow=with_terms)
find_category = visible(Category, narrow=lambda rows: rows.select_related("scheme"))


# --- Versions --------------------------------------------------------------------------------------
def columns(judged: dict[int, str]) -> tuple[Column, ...]:
    def state(scheme: Scheme) -> Any:
        marks = [tag(*state_tag(scheme))]
        if scheme.is_example:
            marks.append(tag("warn", "示例"))
        return marks[0] if len(marks) == 1 else marks[0] + marks[1]

    return (
        Column(
            "title",
            "方案",
            lambda s: str(s),
            show=lambda s: link_to("scheme", s.pk, s),
            head=True,
        ),
        Column("state", "状态", lambda s: s.get_state_display(), show=state),
        Column("months", "考核的月份", lambda s: judged.get(s.pk, "")),
        Column("basis", "依据", lambda s: s.basis, secondary=True),
        Column("adopted_on", "通过日期", lambda s: s.adopted_on, kind="date", secondary=True),
    )


@guarded(see_schemes, methods=("GET",))
def scheme_list(request: HttpRequest) -> HttpResponse:
    """Every version that the reader may see, the newest first, with the months that it judges."""
    versions = list(Scheme.objects.visible_to(request.user))
    adopted = [one for one in versions if one.state == State.ADOPTED]
    current = current_of(adopted, timezone.localdate())
    context = {
        "table": plain_table("各版考核方案", columns(judged_months(adopted)), versions),
        "has_versions": bool(versions),
        "current": current,
        "may_keep": keep_schemes(request.user),
        "open_one": next((one for one in versions if one.state in (State.DRAFT, State.SUBMITTED)), None),
    }
    return render(request, "appraisal/scheme_list.html", context)


@guarded(keep_schemes)
def scheme_example(request: HttpRequest) -> HttpResponse:
    effects = [
        "装入的是一版草稿：六个类别、各条款、加分和补助办法都可以修改，页面上注明“示例”。",
        "草稿不影响考核。提交后由党委通过，从起始月份起执行。",
    ]
    return form_page(
        request,
        PageForm(sent(request)),
        save=lambda values: actions.install_example(by=request.user),
        done=lambda made: (reverse("scheme", args=[made.pk]), "示例方案已装入，请按本镇实际修改。"),
        context={
            "heading": "装入示例方案",
            "submit": "装入示例方案",
            "effects": effects,
            "cancel_url": reverse("scheme_list"),
            "crumbs": CRUMBS,
        },
    )


# --- One version -----------------------------------------------------------------------------------
@guarded(see_schemes, find=find_scheme, methods=("GET",))
def scheme_page(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    """The whole version; with `?print=1` the 考核办法 with its annex table."""
    scheme, former = _with_former(scheme)
    printing = request.GET.get("print") == "1"
    user = request.user
    draft = scheme.state == State.DRAFT
    context = {
        "scheme": scheme,
        "state": state_tag(scheme),
        "settings": settings_of(scheme),
        "decision": decision_of(scheme),
        "months": judged_months(list(Scheme.objects.adopted())).get(scheme.pk, ""),
        "effect": effect_sentence(scheme.month_from) if scheme.month_from else "",
        "catalogue": catalogue(scheme),
        "problems": problems_of(scheme) if draft else [],
        "differences": differences(scheme, former) if former else [],
        "former": former,
        "changes": draft and keep_schemes(user),
        "drops": scheme.state in (State.DRAFT, State.SUBMITTED) and keep_schemes(user),
        "decides": scheme.state == State.SUBMITTED and decide_schemes(user),
        "copies": scheme.state == State.ADOPTED and keep_schemes(user),
        "tries": try_schemes(user),
        "crumbs": CRUMBS,
        "title": scheme.title,
    }
    return render(request, "appraisal/scheme_print.html" if printing else "appraisal/scheme.html", context)


def _with_former(scheme: Scheme) -> tuple[Scheme, Scheme | None]:
    """The version and the one that it was made from, both with their terms. Three queries."""
    wanted = Scheme.objects.filter(pk__in=[pk for pk in (scheme.pk, scheme.made_from_id) if pk])
    found = {one.pk: one for one in with_terms(wanted)}
    former = found.get(scheme.made_from_id)
    shown = found[scheme.pk]
    shown.made_from = former
    return shown, former


def sent(request: HttpRequest) -> Any:
    """What a form without fields gets: a sending is one even where nothing was typed."""
    return request.POST if request.method == "POST" else None


def under(scheme: Scheme, **context: Any) -> dict[str, Any]:
    """What a form about a version stands under."""
    page = reverse("scheme", args=[scheme.pk])
    return {"cancel_url": page, "crumbs": [*CRUMBS, (str(scheme), page)], **context}


def led_away(request: HttpRequest, scheme: Scheme) -> HttpResponse | None:
    """A version that is no draft any more has no form to show: its page says where it stands."""
    if request.method == "GET" and scheme.state != State.DRAFT:
        return redirect("scheme", pk=scheme.pk)
    return None


# --- Editing a draft -------------------------------------------------------------------------------
@guarded(keep_schemes, find=find_scheme)
def scheme_edit(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    return led_away(request, scheme) or form_page(
        request,
        SettingsForm(request.POST or None, record=scheme),
        save=lambda values: actions.change_settings(scheme=scheme, by=request.user, **values),
        done=lambda made: (reverse("scheme", args=[made.pk]), _changed("设置已修改", made)),
        context=under(scheme, heading="修改方案设置", submit="保存设置"),
    )


def _changed(what: str, scheme: Scheme) -> str:
    return f"{what}，{effect_sentence(scheme.month_from)}" if scheme.month_from else f"{what}，通过以前不影响考核。"


@guarded(keep_schemes, find=find_scheme)
def scheme_subsidy(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    """The formula as parts; `?add=by_band` shows one more part to fill in."""
    added = request.GET.get("add", "")
    added = added if added in dict(PART_CHOICES) else ""
    context = under(scheme, heading="修改补助办法", submit="保存补助办法", parts=PART_CHOICES, added=added)
    try:
        context["intro"] = f"现在的办法：{formula_of(scheme).sentence()}。"
    except BadParameters as problem:
        context["intro"] = f"现在的办法还不完整：{problem}。"
    return led_away(request, scheme) or form_page(
        request,
        SubsidyForm(request.POST or None, record=scheme, added=added),
        save=lambda values: actions.change_settings(scheme=scheme, by=request.user, **values),
        done=lambda made: (
            reverse("scheme_subsidy", args=[made.pk]) if added else reverse("scheme", args=[made.pk]),
            f"补助办法已修改：{formula_of(made).sentence()}。",
        ),
        context=context,
        template="appraisal/scheme_subsidy.html",
    )


@guarded(keep_schemes, find=find_scheme)
def category_add(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    return led_away(request, scheme) or form_page(
        request,
        CategoryForm(request.POST or None),
        save=lambda values: actions.save_category(scheme=scheme, by=request.user, **values),
        done=lambda made: (reverse("scheme", args=[scheme.pk]), f"类别“{made}”已增加。"),
        context=under(scheme, heading="增加考核类别", submit="增加类别"),
    )


@guarded(keep_schemes, find=find_category)
def category_edit(request: HttpRequest, category: Category) -> HttpResponse:
    scheme = category.scheme
    return led_away(request, scheme) or form_page(
        request,
        CategoryForm(request.POST or None, record=category),
        save=lambda values: actions.save_category(scheme=scheme, category=category, by=request.user, **values),
        done=lambda made: (reverse("scheme", args=[scheme.pk]), f"类别“{made}”已修改。"),
        context=under(scheme, heading=f"修改类别：{category}", submit="保存类别"),
    )


@guarded(keep_schemes, find=find_category)
def category_remove(request: HttpRequest, category: Category) -> HttpResponse:
    scheme = category.scheme
    return led_away(request, scheme) or form_page(
        request,
        PageForm(sent(request)),
        save=lambda values: actions.remove_category(category=category, by=request.user),
        done=lambda made: (reverse("scheme", args=[scheme.pk]), f"类别“{category}”已移除。"),
        context=under(
            scheme,
            heading=f"移除类别：{category}",
            submit="移除类别",
            danger=True,
            effects=["有条款的类别不能移除，请先把条款移到别的类别。", "已经通过的各版不受影响。"],
        ),
    )


# --- The next version ------------------------------------------------------------------------------
@guarded(keep_schemes, find=find_scheme)
def scheme_copy(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    return form_page(
        request,
        PageForm(sent(request)),
        save=lambda values: actions.copy_version(scheme=scheme, by=request.user),
        done=lambda made: (reverse("scheme", args=[made.pk]), f"{made}已起草，请修改后提交。"),
        context=under(
            scheme,
            heading="另起一版",
            submit="另起一版",
            effects=[
                f"新的一版先照{scheme}抄录，再逐项修改，是一版草稿。",
                "通过以前仍按现行方案考核；已经开始的月份一直用原来的方案。",
            ],
        ),
    )


@guarded(keep_schemes, find=find_scheme)
def scheme_drop(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    return form_page(
        request,
        ReasonForm(request.POST or None, record=scheme),
        save=lambda values: actions.drop(scheme=scheme, by=request.user, **values),
        done=lambda made: (reverse("scheme", args=[made.pk]), f"{made}已作废。"),
        context=under(
            scheme,
            heading=f"作废{scheme}",
            submit="作废这一版",
            danger=True,
            effects=["作废的一版仍可查看，不能再修改和提交。"],
        ),
    )
