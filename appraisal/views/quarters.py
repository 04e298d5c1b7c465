"""季讲评: the quarters, the task list of one, its material, and the steps that change its state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import quarters as actions
from appraisal.closing import Step, for_reader
from appraisal.forms.quarters import QuarterBackForm, QuarterStepForm
from appraisal.models import Payout, QuarterlyReview, TeamReview
from appraisal.permissions_quarters import decide_quarters, keep_quarters, review_teams, see_payouts, see_quarters
from appraisal.quarter_facts import TeamFigures, figures_of, months_of, quarter_terms_of, sealed_of, terms_of
from appraisal.quarter_material import materials_of
from appraisal.quarter_steps import Standing, missing_sentence, steps
from lianzhen.accounts.models import User
from lianzhen.pages.forms import form_page, taken_meanwhile
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, tag
from lianzhen.periods import Quarter
from lianzhen.wording import full_date, number
from villages.models import LiaisonTeam

State = QuarterlyReview.State
CRUMBS = [("季讲评", "/quarters/")]
PEOPLE = ("opened_by", "handed_by", "approved_by", "paid_by")

find_team = visible(LiaisonTeam, narrow=lambda teams: teams.select_related("village__group"))


def asked_quarter(key: str) -> Quarter:
    """The quarter of an address. An address with another key leads nowhere."""
    try:
        return Quarter.parse(key)
    except ValueError as problem:
        raise Http404(str(problem)) from problem


def review_of(quarter: Quarter) -> QuarterlyReview | None:
    return QuarterlyReview.objects.select_related("scheme", *PEOPLE).filter(quarter=quarter.start).first()


def begun(quarter: Quarter) -> QuarterlyReview:
    review = review_of(quarter)
    if review is None:
        raise Http404(f"{quarter.title}讲评还没有开始。")
    return review


def page_url(quarter: Quarter) -> str:
    return reverse("quarter", args=[quarter.key])


def under(quarter: Quarter) -> dict[str, Any]:
    return {"cancel_url": page_url(quarter), "crumbs": [*CRUMBS, (f"{quarter.title}讲评", page_url(quarter))]}


def taken(request: HttpRequest, review: QuarterlyReview, *states: str, url: str = "") -> HttpResponse | None:
    """A step that is not due has no form: to the page that says how far the quarter is."""
    if request.method != "GET" or review.state in states:
        return None
    return taken_meanwhile(request, actions.closed_sentence(review, *states), url or page_url(review.period))


def state_tag(review: QuarterlyReview) -> Any:
    return tag("good" if review.is_decided else "wait", review.get_state_display())


# --- The quarters -----------------------------------------------------------------------------------
COLUMNS = (
    Column(
        "quarter",
        "季度",
        lambda r: r.period.title,
        show=lambda r: link(page_url(r.period), r.period.title),
        sort=["quarter"],
        head=True,
    ),
    Column("state", "状态", lambda r: r.get_state_display(), show=state_tag, sort=["state"]),
    Column("scheme", "考核方案", lambda r: str(r.scheme), secondary=True),
    Column("approved", "审定", lambda r: r.approved_at and timezone.localdate(r.approved_at), kind="date"),
    Column("basis", "依据", lambda r: r.basis, secondary=True),
)


@guarded(see_quarters, methods=LIST_METHODS)
def quarter_list(request: HttpRequest) -> HttpResponse:
    current = Quarter.of(timezone.localdate())
    offered = [current.previous(), current]
    page = ListPage(
        request,
        QuarterlyReview.objects.visible_to(request.user).select_related("scheme"),
        COLUMNS,
        title="季讲评",
        order=["-quarter"],
        count=lambda n: f"共{number(n)}个季度",
        empty_text="还没有开始讲评的季度。一个季度的三个月都定稿后可以开始。",
        context={"extra_actions": [(one.title, page_url(one)) for one in offered]},
    )
    return page.respond()


@guarded(see_quarters, methods=("GET",))
def quarter(request: HttpRequest, quarter: str) -> HttpResponse:
    """The task list of four steps."""
    period, user = asked_quarter(quarter), request.user
    months, review = months_of(period), review_of(period)
    keeps = bool(keep_quarters(user))
    scheme = review.scheme if review else next((row.scheme for row in reversed(months.values())), None)
    terms = terms_of(review) if review else quarter_terms_of(scheme) if scheme else None
    at = standing_of(period, months, review, money=bool(see_payouts(user)))
    context = {
        "title": f"{period.title}讲评",
        "quarter": period,
        "review": review,
        "scheme": scheme,
        "terms": terms,
        "steps": steps_for(user, at),
        "missing": at.missing,
        "months": [(month, months.get(month)) for month in period.months],
        "signed": signed(review) if review else [],
        "state": ("good" if review.is_decided else "wait", review.get_state_display()) if review else ("off", "未开始"),
        "previous": page_url(period.previous()),
        "following": page_url(period.next()),
        "crumbs": CRUMBS,
        "hands_in": bool(review and review.state == State.REVIEW and keeps),
        "sends_back": bool(review and review.state == State.COMMITTEE and decide_quarters(user)),
        "pays": bool(review and review.state == State.APPROVED and keeps),
        "papers": bool(review and review.is_decided),
    }
    return render(request, "appraisal/quarter.html", context)


def steps_for(user: User, at: Standing) -> list[Step]:
    """The four steps as far as they are this reader's."""
    may = {
        "quarter_materials": True,
        "quarter_start": bool(keep_quarters(user)),
        "quarter_review": bool(review_teams(user)),
        "quarter_approval": True,
        "quarter_payout": bool(see_payouts(user)),
    }
    return for_reader(steps(at), may)


def standing_of(period: Quarter, months: Any, review: QuarterlyReview | None, *, money: bool) -> Standing:
    """One or two queries."""
    sealed = sealed_of(months)
    if review is None:
        count = len(figures_of(period)) if len(sealed) == len(period.months) else 0
        return Standing(period, sealed, count)
    done = list(TeamReview.objects.filter(review=review).values_list("reviewed_at", flat=True))
    total = None
    if money and review.is_decided:
        paid = Payout.objects.filter(review=review, state=Payout.State.APPROVED).values_list("total", flat=True)
        total = sum(paid) if paid else None
    has_awards = bool(terms_of(review).awards)
    return Standing(period, sealed, len(done), review.state, sum(at is not None for at in done), has_awards, total)


def signed(review: QuarterlyReview) -> list[tuple[str, str]]:
    """Who did what when."""
    told = []
    for word, name in (("开始讲评", "opened"), ("提交审定", "handed"), ("党委审定", "approved"), ("登记兑现", "paid")):
        moment = getattr(review, f"{name}_at")
        if moment is not None:
            told.append((word, f"{getattr(review, f'{name}_by') or '系统'}，{full_date(timezone.localdate(moment))}"))
    if review.basis:
        told.append(("审定依据", review.basis))
    return told


# --- Material ---------------------------------------------------------------------------------------
def teams_in(rows: Iterable[TeamReview | TeamFigures], user: Any) -> list[LiaisonTeam]:
    """Those of the rows whose village the user sees, in the order of districts and villages. One query."""
    places = {one.team_id: one.position for one in rows}
    teams = LiaisonTeam.objects.visible_to(user).filter(pk__in=places).select_related("village__group")
    return sorted(teams, key=lambda team: places[team.pk])


@guarded(see_quarters, methods=("GET",))
def quarter_materials(request: HttpRequest, quarter: str) -> HttpResponse:
    """Links to the page of each team; with `?print=1` all of them, one A4 each."""
    period = asked_quarter(quarter)
    review, months = review_of(period), months_of(period)
    reviewed = list(TeamReview.objects.filter(review=review)) if review else []
    figures = [] if review else figures_of(period)
    teams = teams_in(reviewed or figures, request.user)
    context = {
        **under(period),
        "title": f"{period.title}讲评材料",
        "quarter": period,
        "missing": missing_sentence(period, sealed_of(months)),
        "back_url": request.path,
    }
    if request.GET.get("print") == "1":
        found = materials_of(period, teams, months, review, timezone.localdate(), reviewed, figures)
        return render(request, "appraisal/quarter_material_print.html", {**context, "materials": found})
    rows = {row.team_id: row for row in reviewed}
    context["rows"] = [(team, rows.get(team.pk)) for team in teams]
    return render(request, "appraisal/quarter_materials.html", context)


@guarded(see_quarters, find=find_team, methods=("GET",))
def quarter_material(request: HttpRequest, team: LiaisonTeam, quarter: str) -> HttpResponse:
    """One team's page for the review."""
    period = asked_quarter(quarter)
    months = months_of(period)
    material = materials_of(period, [team], months, review_of(period), timezone.localdate())[0]
    context = {
        "title": f"{team}{period.title}讲评材料",
        "quarter": period,
        "material": material,
        "missing": missing_sentence(period, sealed_of(months)),
        "crumbs": [*under(period)["crumbs"], ("讲评材料", reverse("quarter_materials", args=[period.key]))],
        "back_url": request.path,
    }
    if request.GET.get("print") == "1":
        return render(request, "appraisal/quarter_material_print.html", {**context, "materials": [material]})
    return render(request, "appraisal/quarter_material.html", context)


# --- Steps --------------------------------------------------------------------------------------------
def step_page(
    request: HttpRequest,
    quarter: str,
    state: str,
    kind: type[forms.Form],
    save: Callable[[QuarterlyReview, datetime, dict[str, Any]], QuarterlyReview],
    said: Callable[[QuarterlyReview], str],
    **context: Any,
) -> HttpResponse:
    """One step about a quarter that was begun and is in the state: form, action, back to the task list."""
    period = asked_quarter(quarter)
    review, now = begun(period), timezone.now()
    if closed := taken(request, review, state):
        return closed
    return form_page(
        request,
        kind(request.POST or None, record=review),
        save=lambda values: save(review, now, values),
        done=lambda saved: (page_url(period), said(saved)),
        context={**under(period), "heading": f"{period.title}讲评：{context['submit']}", **context},
    )


def _not_yet(period: Quarter) -> str:
    """Why there is nothing to begin. One or two queries."""
    if QuarterlyReview.objects.filter(quarter=period.start).exists():
        return f"{period.title}讲评已经开始。"
    return missing_sentence(period, sealed_of(months_of(period)))


@guarded(keep_quarters)
def quarter_start(request: HttpRequest, quarter: str) -> HttpResponse:
    period = asked_quarter(quarter)
    if request.method == "GET" and (said := _not_yet(period)):
        return taken_meanwhile(request, said, page_url(period))
    return form_page(
        request,
        QuarterStepForm(request.POST or None),
        save=lambda values: actions.start_review(quarter=period, by=request.user, now=timezone.now()),
        done=lambda review: (page_url(period), f"{period.title}讲评已开始。"),
        context={
            **under(period),
            "heading": f"{period.title}讲评：开始讲评",
            "submit": "开始讲评",
            "effects": [
                "由三个月的定稿得分生成各组季度得分、名次和建议等次，此后不再变动。",
                "等次和金额按最后一个月的考核方案办理。",
            ],
        },
    )


@guarded(keep_quarters)
def quarter_hand_in(request: HttpRequest, quarter: str) -> HttpResponse:
    period = asked_quarter(quarter)
    rows = TeamReview.objects.filter(review__quarter=period.start)
    left = rows.filter(reviewed_at=None).count()
    effects = ["提交后，等次和讲评意见不能再改；党委退回后可以修改。", "提交的人不能审定，由党委委员审定。"]
    if left:
        effects.insert(0, f"还有{left}个组没有讲评，按建议等次提交。")
    return step_page(
        request,
        quarter,
        State.REVIEW,
        QuarterStepForm,
        lambda review, now, values: actions.hand_in(review=review, by=request.user, now=now, **values),
        lambda review: "已提交党委审定。",
        submit="提交党委审定",
        effects=effects,
    )


@guarded(decide_quarters)
def quarter_back(request: HttpRequest, quarter: str) -> HttpResponse:
    return step_page(
        request,
        quarter,
        State.COMMITTEE,
        QuarterBackForm,
        lambda review, now, values: actions.send_back(review=review, by=request.user, **values),
        lambda review: "已退回讲评。",
        submit="退回讲评",
        effects=["退回后，联村办可以修改等次和讲评意见，再次提交。"],
    )


@guarded(keep_quarters)
def quarter_paid(request: HttpRequest, quarter: str) -> HttpResponse:
    return step_page(
        request,
        quarter,
        State.APPROVED,
        QuarterStepForm,
        lambda review, now, values: actions.mark_paid(review=review, by=request.user, now=now, **values),
        lambda review: "已登记兑现。",
        submit="登记兑现",
        effects=["签领后的清单收回后登记。登记后仍可提出补充清单。"],
    )
