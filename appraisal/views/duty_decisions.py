"""What others decide about a duty day: late entries, 有异议, withdrawing; and 不是我 of whoever was named."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import duty_decisions as actions
from appraisal.forms.duty import DecisionForm, DisputeForm, WithdrawPeopleForm
from appraisal.models import DutyAttendance, DutyLog
from appraisal.permissions import decide_duty, dispute_duty
from appraisal.views.duty import find_log, form_context
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.wording import long_date


def _attendance_rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("log__team__village__group", "person", "created_by")


find_attendance = visible(DutyAttendance, narrow=_attendance_rows)


@guarded(decide_duty, find=find_log)
def duty_decide(request: HttpRequest, log: DutyLog) -> HttpResponse:
    """A late entry beyond the days of the rules."""
    form = DecisionForm(request.POST or None, yes="同意补登", no="不同意", value="consents")
    effects = [
        f"{log.team}申请补登{long_date(log.day)}的驻村。",
        f"补登原因：{log.late_reason or '—'}",
        "同意后这一天计入驻村天数；不同意须写明原因。",
    ]
    return form_page(
        request,
        form,
        save=lambda values: actions.decide_make_up(log=log, by=request.user, today=timezone.localdate(), **values),
        done=lambda log: (reverse("duty", args=[log.pk]), f"{_done(log)}，{log.team}会收到通知。"),
        context=form_context(log, "办理补登", "提交办理结果", effects=effects),
    )


def _done(log: DutyLog) -> str:
    return "已同意补登" if log.state == DutyLog.State.REGISTERED else "已答复不同意补登"


@guarded(dispute_duty, find=find_log)
def duty_dispute(request: HttpRequest, log: DutyLog) -> HttpResponse:
    """The reader was entered by somebody else and was not there."""
    row = log.attendances.select_related("log__team", "person").get(person__user=request.user)
    return form_page(
        request,
        DisputeForm(request.POST or None),
        save=lambda values: actions.dispute(attendance=row, by=request.user, today=timezone.localdate(), **values),
        done=lambda row: (reverse("duty", args=[log.pk]), "已提出异议，片区联络组会核实。"),
        context=form_context(
            log,
            "对登记提出异议",
            "提出异议",
            intro=f"{long_date(log.day)}在{log.team.village}驻村的登记不是您本人所作。核实以前，这一天不为您计入。",
        ),
    )


@guarded(decide_duty, find=find_attendance)
def duty_resolve(request: HttpRequest, row: DutyAttendance) -> HttpResponse:
    form = DecisionForm(
        request.POST or None, yes="登记属实，保留", no="登记不实，撤销", value="keep", note_label="核实情况"
    )
    effects = [
        f"{row.created_by or '系统'}登记：{row.person}{long_date(row.log.day)}在{row.log.team.village}驻村。",
        f"{row.person}提出异议：{row.dispute_reason or '—'}",
    ]
    return form_page(
        request,
        form,
        save=lambda values: actions.resolve_dispute(
            attendance=row, by=request.user, today=timezone.localdate(), **values
        ),
        done=lambda row: (reverse("duty", args=[row.log_id]), "异议已处理，双方会收到通知。"),
        context=form_context(row.log, f"处理{row.person}的异议", "提交处理结果", effects=effects),
    )


@guarded(decide_duty, find=find_log)
def duty_withdraw(request: HttpRequest, log: DutyLog) -> HttpResponse:
    """An entry that was wrong from the start."""
    rows = list(log.attendances.exclude(state=DutyAttendance.State.WITHDRAWN).select_related("person"))
    form = WithdrawPeopleForm(request.POST or None, rows=rows)
    return form_page(
        request,
        form,
        save=lambda values: actions.withdraw_people(log=log, by=request.user, today=timezone.localdate(), **values),
        done=lambda log: (reverse("duty", args=[log.pk]), "已撤销登记，本人和登记人会收到通知。"),
        context=form_context(
            log,
            "撤销驻村登记",
            "撤销登记",
            intro=f"{log.team}，{long_date(log.day)}。撤销后不再计入，操作记录里仍可查到。",
            danger=True,
        ),
    )
