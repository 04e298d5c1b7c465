"""调休: asking, the page of one, deciding, taking back; and taking up a day that the arithmetic proposes."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal import facts
from appraisal.actions import duty_shifts as actions
from appraisal.duty_places import chosen, teams_to_shift
from appraisal.forms.duty import DecisionForm, ProposalForm, ShiftForm
from appraisal.models import DutyShift
from appraisal.permissions import ask_shifts, decide_duty, decide_shift, record_checks, see_duty, withdraw_shift
from appraisal.views.duty_lists import SHIFT_TONES
from lianzhen.pages.forms import PageForm, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.periods import Week
from lianzhen.wording import long_date
from villages.models import LiaisonTeam
from villages.serving import entries_about

State = DutyShift.State
CRUMBS = [("补登、调休和异议", "/duty/requests/"), ("调休", "/duty/shifts/")]


def _shift_rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("team__village__group", "created_by", "decided_by")


def _team_rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("village__group")


find_shift = visible(DutyShift, narrow=_shift_rows)
find_team = visible(LiaisonTeam, narrow=_team_rows)


@guarded(ask_shifts)
def duty_shift_add(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    teams = teams_to_shift(request.user, today)
    team = chosen(teams, request.POST.get("team") or request.GET.get("team"))
    initial = {"team": team.pk if team else "", "from_day": request.GET.get("from", "")[:10]}
    form = ShiftForm(request.POST or None, teams=teams, initial={**initial, "to_day": request.GET.get("to", "")[:10]})
    return form_page(
        request,
        form,
        save=lambda values: actions.ask_shift(by=request.user, today=today, **values),
        done=lambda shift: (reverse("duty_shift", args=[shift.pk]), "已申请调休，片区联络组会收到通知。"),
        context={
            "heading": "申请调休",
            "submit": "提交调休申请",
            "intro": _expected(team),
            "cancel_url": reverse("duty_requests"),
            "crumbs": CRUMBS,
        },
    )


def _expected(team: LiaisonTeam | None) -> str:
    """What the team owes this week and the next, so that nobody has to look it up."""
    general = "固定办公日来不了，可以改到同一周的另一天，片区联络组同意后生效。"
    if team is None:
        return general
    today = timezone.localdate()
    weeks = [Week.of(today), Week.of(today).next()]
    found = facts.duty_of_weeks([team], weeks, today)
    days = [day for week in weeks for day in found[week][team.pk].due_days if day >= today]
    return f"{general}{team}近期应到：{'、'.join(long_date(day) for day in days) or '没有'}。"


@guarded(see_duty, find=find_shift, methods=("GET",))
def duty_shift(request: HttpRequest, shift: DutyShift) -> HttpResponse:
    user = request.user
    decides = decide_shift(user, shift)
    coming = shift.state == State.ACCEPTED and shift.to_day > user.standing.on
    context: dict[str, Any] = {
        "shift": shift,
        "state": (SHIFT_TONES[shift.state], shift.get_state_display()),
        "may_decide": bool(decides) and shift.state == State.ASKED,
        "why_not": decides.reason if shift.state == State.ASKED and record_checks(user) else "",
        "may_withdraw": bool(withdraw_shift(user, shift)) and (shift.state == State.ASKED or coming),
        "history": entries_about([shift]),
        "crumbs": CRUMBS,
    }
    return render(request, "appraisal/duty_shift.html", context)


def _about(shift: DutyShift, heading: str, submit: str, **more: Any) -> dict[str, Any]:
    url = reverse("duty_shift", args=[shift.pk])
    crumbs = [*CRUMBS, (f"{shift.team.village}{long_date(shift.to_day)}", url)]
    return {"heading": heading, "submit": submit, "cancel_url": url, "crumbs": crumbs, **more}


@guarded(decide_shift, find=find_shift)
def duty_shift_decide(request: HttpRequest, shift: DutyShift) -> HttpResponse:
    form = DecisionForm(request.POST or None, yes="同意调休", no="不同意", value="accepts")
    was = long_date(shift.from_day) if shift.from_day else "本周放假的固定办公日"
    effects = [f"{shift.team}：{was}改为{long_date(shift.to_day)}。", f"原因：{shift.reason}", "不同意须写明原因。"]
    today = timezone.localdate()
    return form_page(
        request,
        form,
        save=lambda values: actions.decide_shift(shift=shift, by=request.user, today=today, **values),
        done=lambda s: (reverse("duty_shift", args=[s.pk]), f"{s.get_state_display()}，{s.team}会收到通知。"),
        context=_about(shift, "办理调休", "提交办理结果", effects=effects),
    )


@guarded(withdraw_shift, find=find_shift)
def duty_shift_withdraw(request: HttpRequest, shift: DutyShift) -> HttpResponse:
    effects = [f"{long_date(shift.to_day)}不再顶替固定办公日，应到日按原来的安排。"]
    today = timezone.localdate()
    return form_page(
        request,
        PageForm(request.POST if request.method == "POST" else None),
        save=lambda values: actions.withdraw_shift(shift=shift, by=request.user, today=today),
        done=lambda s: (reverse("duty_shift", args=[s.pk]), "已撤回调休。"),
        context=_about(shift, "撤回调休", "撤回调休", effects=effects, danger=True),
    )


@guarded(decide_duty, find=find_team)
def duty_postpone(request: HttpRequest, team: LiaisonTeam) -> HttpResponse:
    """顺延: the liaison group takes up a proposed day without waiting to be asked."""
    today = timezone.localdate()
    weeks = [Week.of(today), Week.of(today).next()]
    found = facts.duty_of_weeks([team], weeks, today)
    days = [day for week in weeks for day in found[week][team.pk].proposals]
    form = ProposalForm(request.POST or None, days=days)
    return form_page(
        request,
        form,
        save=lambda values: actions.accept_proposal(team=team, by=request.user, today=today, **values),
        done=lambda s: (reverse("duty_shift", args=[s.pk]), f"已同意顺延，{team}会收到通知。"),
        context={
            "heading": f"{team}顺延驻村",
            "submit": "同意顺延",
            "intro": "固定办公日放假，本周工作日够时，顺延到下一个工作日。"
            if days
            else f"{team}本周和下周的固定办公日不需要顺延。",
            "cancel_url": reverse("duty_requests"),
            "crumbs": CRUMBS,
        },
    )
