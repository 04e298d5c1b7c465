"""建议扣分: what was noticed, with the facts, and setting it aside with a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from appraisal.actions.entries import like_entries, like_sentence
from appraisal.actions.from_suggestions import Confirmed, clause_for, confirm_suggestions
from appraisal.actions.open_month import NoScheme, month_ahead
from appraisal.actions.suggestions import decline
from appraisal.filters_decisions import SuggestionFilter
from appraisal.forms.suggestions import ConfirmManyForm, DeclineForm, DeclineManyForm
from appraisal.models import ScoreEntry, Suggestion, WorkRules
from appraisal.permissions import decide_suggestion, decide_suggestions, see_suggestions
from appraisal.permissions_entries import of_own_team
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, tag
from lianzhen.periods import Week
from lianzhen.wording import number
from villages.visibility import works_for

KEPT = "建议不会自动扣分，由人核定。应扣的点“确认扣分”，不应扣的注明理由。"
TONES = {"open": "wait", "confirmed": "bad", "declined": "off", "lapsed": "off"}


def _rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("team__village__group", "person", "decided_by")


find_suggestion = visible(Suggestion, narrow=_rows)


def _state(row: Suggestion) -> tuple[str, str]:
    return TONES[row.state], row.get_state_display()


COLUMNS = (
    Column(
        "text",
        "情况",
        lambda s: s.text,
        show=lambda s: link(reverse("suggestion", args=[s.pk]), s.text),
        head=True,
    ),
    Column("team", "工作组", lambda s: s.team.village.name, sort=["team__village__pinyin"]),
    Column(
        "district",
        "片区",
        lambda s: s.team.village.group.district_name if s.team.village.group else "",
        secondary=True,
    ),
    Column("kind", "类别", lambda s: s.get_kind_display(), sort=["kind"], secondary=True),
    Column("day", "发生日期", lambda s: s.occurred_on, sort=["occurred_on"], kind="date"),
    Column("quantity", "数量", lambda s: s.quantity, kind="number", secondary=True),
    Column("state", "状态", lambda s: _state(s)[1], show=lambda s: tag(*_state(s))),
    Column("reason", "理由", lambda s: s.decision_reason, secondary=True),
)


@guarded(see_suggestions, methods=LIST_METHODS)
def suggestion_list(request: HttpRequest) -> HttpResponse:
    decides = bool(decide_suggestions(request.user))
    page = ListPage(
        request,
        _rows(Suggestion.objects.visible_to(request.user)),
        COLUMNS,
        title="建议扣分",
        order=["-week_start", "team__village__code", "pk"],
        filterset=SuggestionFilter,
        count=lambda n: f"共{number(n)}条",
        groups=lambda s: Week.of(s.week_start).title,
        empty_text="没有待办理的建议扣分。",
        page_size=200,
        context={
            "intro": KEPT if decides else "系统按记录提出，不会自动扣分，由联村工作办核定。",
            "extra_actions": [
                ("批量确认扣分", reverse("suggestions_confirm")),
                ("批量不扣", reverse("suggestions_decline")),
            ]
            if decides
            else [],
        },
    )
    return page.respond()


@guarded(see_suggestions, find=find_suggestion, methods=("GET",))
def suggestion(request: HttpRequest, suggestion: Suggestion) -> HttpResponse:
    verdict = decide_suggestion(request.user, suggestion)
    is_open = suggestion.state == Suggestion.State.OPEN
    context = {
        "suggestion": suggestion,
        "week": Week.of(suggestion.week_start),
        "state": _state(suggestion),
        "links": works_for(request.user, suggestion.team.village_id, suggestion.team.village.group_id),
        "declines": is_open and bool(verdict),
        "entry": ScoreEntry.objects.visible_to(request.user).filter(suggestion=suggestion).first(),
        **_as_clause(suggestion, is_open=is_open),
        "recused": verdict.reason if is_open and decide_suggestions(request.user) and not verdict else "",
        "rules": WorkRules.objects.in_force(suggestion.week_start),
        "kept": is_open,
        "crumbs": [("建议扣分", reverse("suggestion_list"))],
    }
    return render(request, "appraisal/suggestion.html", context)


def _as_clause(suggestion: Suggestion, *, is_open: bool) -> dict[str, Any]:
    """What it would become, and the deductions of that day and clause that stand already. At most seven queries."""
    if not is_open:
        return {}
    try:
        clause = clause_for(month_ahead(suggestion.occurred_on).scheme, suggestion.kind)
    except NoScheme as problem:
        return {"no_scheme": "".join(problem.messages)}
    if clause is None:
        return {}
    like = like_entries(suggestion.team.village_id, suggestion.occurred_on, clause.number)[:3]
    return {"clause": clause, "like": [(one, like_sentence(one, timezone.localdate())) for one in like]}


@guarded(decide_suggestions)
def suggestions_confirm(request: HttpRequest) -> HttpResponse:
    """Several at once, one entry each, by the clause that the scheme names for their kind."""
    return form_page(
        request,
        ConfirmManyForm(request.POST or None, offered=_offered(request)),
        save=lambda values: confirm_suggestions(by=request.user, now=timezone.now(), **values),
        done=lambda made: _told(request, made),
        context=under(
            heading="批量确认扣分",
            submit="确认所选扣分",
            intro="每条建议按考核方案对应的条款和数量各登记一条扣分，工作组会收到通知，可以申诉。不能这样登记的留在建议中，并说明原因。",
        ),
    )


def _told(request: HttpRequest, made: Confirmed) -> tuple[str, str]:
    """Back to the list, with a line for each that stays and why."""
    for row, why in made.kept:
        link_to_it = link(reverse("suggestion", args=[row.pk]), str(row))
        messages.warning(request, format_html("没有登记，仍待办理：{}。{}", link_to_it, why))
    return reverse("suggestion_list"), f"已登记{number(len(made.done))}条扣分，工作组会收到通知。"


def _offered(request: HttpRequest) -> QuerySet:
    """Open ones that the user may decide, of the week that the address names."""
    offered = _rows(Suggestion.objects.visible_to(request.user)).filter(state=Suggestion.State.OPEN)
    offered = offered.exclude(of_own_team(request.user))
    week = request.GET.get("week")
    return offered.filter(week_start=_monday(week)) if week else offered


@guarded(decide_suggestion, find=find_suggestion)
def suggestion_decline(request: HttpRequest, suggestion: Suggestion) -> HttpResponse:
    return form_page(
        request,
        DeclineForm(request.POST or None, record=suggestion),
        save=lambda values: decline(suggestions=[suggestion], by=request.user, **values),
        done=lambda rows: (reverse("suggestion", args=[suggestion.pk]), "已注明不扣的理由。"),
        context=under(heading="不扣分", submit="不扣分", intro=f"{suggestion.team}：{suggestion.text}"),
    )


@guarded(decide_suggestions)
def suggestions_decline(request: HttpRequest) -> HttpResponse:
    """Several at once, e.g. a holiday that was not in the calendar."""
    return form_page(
        request,
        DeclineManyForm(request.POST or None, offered=_offered(request)),
        save=lambda values: decline(by=request.user, **values),
        done=lambda rows: (reverse("suggestion_list"), f"已注明{len(rows)}条不扣的理由。"),
        context=under(heading="批量不扣", submit="不扣所选建议", intro=KEPT),
    )


def _monday(key: str) -> Any:
    try:
        return Week.parse(key).start
    except ValueError:
        return timezone.localdate()


def under(**context: Any) -> dict[str, Any]:
    back = reverse("suggestion_list")
    return {"cancel_url": back, "crumbs": [("建议扣分", back)], **context}
