"""What happens to a leave once it is asked for: decided, withdrawn, come back from, another substitute."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import leave as actions
from appraisal.forms.leave import DecideForm, ReturnForm, SubstituteForm, WithdrawLeaveForm
from appraisal.leave_rules import days_words
from appraisal.leave_seats import seat_of
from appraisal.models import Leave
from appraisal.permissions import decide_leave, handle_leave
from appraisal.views.leave import find_leave
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded
from lianzhen.wording import full_date


@guarded(decide_leave, find=find_leave)
def leave_decide(request: HttpRequest, leave: Leave) -> HttpResponse:
    def save(values: dict[str, Any]) -> Leave:
        act = actions.approve if values.pop("decision") == "approve" else actions.decline
        return act(leave=leave, by=request.user, **values)

    return form_page(
        request,
        DecideForm(request.POST or None, record=leave),
        save=save,
        done=lambda saved: (
            _page(saved),
            f"{'已批准' if saved.state == Leave.State.APPROVED else '未批准'}，{saved.person}会收到消息。",
        ),
        context=_under(leave, heading=f"批假：{leave.person}", submit="提交审批意见"),
    )


@guarded(handle_leave, find=find_leave)
def leave_withdraw(request: HttpRequest, leave: Leave) -> HttpResponse:
    granted = leave.state == Leave.State.APPROVED
    return form_page(
        request,
        WithdrawLeaveForm(request.POST or None, record=leave),
        save=lambda values: actions.withdraw(leave=leave, by=request.user, today=timezone.localdate(), **values),
        done=lambda saved: (_page(saved), "已撤回。"),
        context=_under(
            leave,
            heading="撤回请假公出",
            submit="撤回请假公出",
            effects=["撤回后这几天照常上班、应到。", *(["批假的同志和替班人会收到消息。"] if granted else [])],
            danger=True,
        ),
    )


@guarded(handle_leave, find=find_leave)
def leave_return(request: HttpRequest, leave: Leave) -> HttpResponse:
    return form_page(
        request,
        ReturnForm(request.POST or None, record=leave),
        save=lambda values: actions.return_to_post(leave=leave, by=request.user, today=timezone.localdate(), **values),
        done=lambda saved: (_page(saved), f"已销假，{full_date(saved.returned_on)}起在岗。"),
        context=_under(
            leave,
            heading="销假",
            submit="办理销假",
            effects=["提前回岗的，回岗当天起照常应到。"],
        ),
    )


@guarded(handle_leave, find=find_leave)
def leave_substitute(request: HttpRequest, leave: Leave) -> HttpResponse:
    return form_page(
        request,
        SubstituteForm(request.POST or None, record=leave, seat=seat_of(leave.person, leave.starts_on)),
        save=lambda values: actions.change_substitute(
            leave=leave, by=request.user, today=timezone.localdate(), **values
        ),
        done=lambda saved: (
            _page(saved),
            f"替班人已改为{saved.substitute}。" if saved.substitute else "已取消替班人。",
        ),
        context=_under(
            leave,
            heading="更换替班人",
            submit="更换替班人",
            intro=f"现在的替班人：{leave.substitute or '没有'}。",
        ),
    )


def _page(leave: Leave) -> str:
    return reverse("leave", args=[leave.pk])


def _under(leave: Leave, **context: Any) -> dict[str, Any]:
    days = days_words(leave.starts_on, leave.ends_on, timezone.localdate().year)
    name = f"{leave.person}{leave.get_kind_display()}（{days}）"
    return {
        "cancel_url": _page(leave),
        "crumbs": [("请假公出", reverse("leave_list")), (name, _page(leave))],
        "intro": f"{name}，工作日{leave.workdays}天。",
        **context,
    }
