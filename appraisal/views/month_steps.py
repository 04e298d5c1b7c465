"""The steps of closing a month, each a page of its own that says what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from appraisal.actions import month_lock
from appraisal.actions import months as actions
from appraisal.forms.minutes import asking_minutes
from appraisal.forms.months import BackForm, LockForm, PublishForm, ReviewForm, StepForm
from appraisal.models import AppraisalMonth
from appraisal.permissions_months import close_months, lock_months, review_months, send_back_months
from appraisal.views.months import CRUMBS, State, compared, page_url, publicity_of, row_of
from appraisal.views.scores import asked_month
from lianzhen.accounts.verdicts import NotAllowed, Verdict
from lianzhen.pages.forms import form_page, taken_meanwhile
from lianzhen.pages.guard import guarded
from lianzhen.periods import Month

#: Why the step about the month is not taken on the day; empty when it is.
Refusal = Callable[[AppraisalMonth, date], str]


def at(state: str) -> Refusal:
    """A step that is taken in the state, whatever the day."""
    return lambda row, today: actions.not_due(row, state)


def step_page(
    request: HttpRequest,
    month: str,
    kind: Callable[..., forms.Form],
    save: Callable[[AppraisalMonth, datetime, dict[str, Any]], AppraisalMonth],
    said: Callable[[AppraisalMonth], str],
    closed: Refusal,
    template: str = "pages/form_page.html",
    **context: Any,
) -> HttpResponse:
    """One step about a month that was opened: form, action, back to the task list, where a step that is not due leads
    at once. `context` says what the button is called (`submit`) and what follows (`effects`)."""
    period = asked_month(month)
    row = row_of(period)
    if row is None:
        raise Http404
    now = timezone.now()
    if request.method == "GET" and (told := closed(row, timezone.localdate(now))):
        return taken_meanwhile(request, told, page_url(period))
    return form_page(
        request,
        kind(request.POST or None, record=row),
        save=lambda values: save(row, now, values),
        done=lambda saved: (page_url(period), said(saved)),
        context={**under(period), "heading": f"{period.title}考核：{context['submit']}", **context},
        template=template,
    )


def step(
    permission: Callable[..., Verdict],
    act: Callable[..., AppraisalMonth],
    said: Callable[[AppraisalMonth], str],
    closed: Refusal,
    kind: type[forms.Form] = StepForm,
    **context: Any,
) -> Callable[..., HttpResponse]:
    """The view of a step that only acts: `act` takes the row, `by`, `now` and what the form asks."""

    @guarded(permission)
    def page(request: HttpRequest, month: str) -> HttpResponse:
        save = lambda row, now, values: act(row=row, by=request.user, now=now, **values)  # noqa: E731
        return step_page(request, month, kind, save, said, closed, **context)

    return page


def under(month: Month) -> dict[str, Any]:
    return {"cancel_url": page_url(month), "crumbs": [*CRUMBS, (f"{month.title}考核", page_url(month))]}


@guarded(close_months)
def month_start(request: HttpRequest, month: str) -> HttpResponse:
    """The month may not have a row yet: nothing was recorded in it."""
    period = asked_month(month)
    if request.method == "GET" and (told := actions.start_refusal(period, row_of(period), timezone.localdate())):
        return taken_meanwhile(request, told, page_url(period))
    return form_page(
        request,
        StepForm(request.POST or None),
        save=lambda values: actions.start_checks(month=period, by=request.user, today=timezone.localdate()),
        done=lambda row: (page_url(period), f"已开始检查{period.title}考核。"),
        context={
            **under(period),
            "heading": f"{period.title}考核：开始检查",
            "submit": "开始检查",
            "effects": ["开始检查后，本月的扣分、加分和申诉仍照常办理，到公示时截止登记。"],
        },
    )


def _end_publicity(*, now: datetime, **values: Any) -> AppraisalMonth:
    return actions.end_publicity(today=timezone.localdate(now), **values)


def _step_back(*, now: datetime, **values: Any) -> AppraisalMonth:
    return actions.step_back(**values)


month_hand_in = step(
    close_months,
    actions.hand_in,
    lambda row: "已提交审核。",
    at(State.CHECKING),
    submit="提交审核",
    effects=["未复核的扣分和未办完的加分须先办完或顺延。", "提交的人不能审核，由另一位同志审核。"],
)


@guarded(review_months)
def month_review(request: HttpRequest, month: str) -> HttpResponse:
    """审核: of the month at hand, whoever may sign it; the page says where he registers what the body decided."""
    row = row_of(asked_month(month))
    verdict = review_months(request.user, row)
    if not verdict:
        raise NotAllowed(verdict.reason)
    return step_page(
        request,
        month,
        lambda *posted, record: asking_minutes(ReviewForm(*posted, record=record), verdict),
        lambda row, now, values: actions.review(row=row, by=request.user, now=now, **values),
        lambda row: "审核已通过，可以开始公示。",
        lambda row, today: actions.review_refusal(row),
        template="appraisal/month_review.html",
        period=asked_month(month),
        **compared(asked_month(month)),
        submit="审核通过",
        effects=[*filter(None, [verdict.reason]), "审核通过后可以开始公示。不通过的，请用“退回”写明原因。"],
    )


month_publish = step(
    close_months,
    actions.publish,
    lambda row: f"公示已开始：{publicity_of(row)}。",
    lambda row, today: actions.publish_refusal(row),
    PublishForm,
    submit="开始公示",
    effects=["公示期间全体干部可以看到各组得分，可打印公示表。", "公示开始后，本月不再登记新的扣分和加分。"],
)
month_unpublish = step(
    close_months,
    _end_publicity,
    lambda row: "公示已结束，请办完申诉后定稿。",
    actions.end_refusal,
    submit="结束公示",
    effects=["公示到期后才能结束。正在办理的申诉不受影响。"],
)
month_lock_page = step(
    lock_months,
    month_lock.lock_month,
    lambda row: f"{row}已定稿。",
    at(State.APPEALS),
    LockForm,
    submit="定稿",
    danger=True,
    effects=[
        "定稿后，得分、名单、条款内容和每一条记录都不能再改。",
        "以后发现有误的，填写更正单，计入以后的月份。",
    ],
)
month_back = step(
    send_back_months,
    _step_back,
    lambda row: f"已退回到“{row.get_state_display()}”。",
    lambda row, today: actions.back_refusal(row),
    BackForm,
    submit="退回",
    effects=["退回后，这一步以后的审核和公示须重新办理。"],
)
month_archive = step(
    close_months,
    month_lock.archive,
    lambda row: f"{row}已归档。",
    at(State.PAID),
    submit="归档",
    effects=["补助核对后归档。归档后仍可查看和打印。"],
)
