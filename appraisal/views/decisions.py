"""议定事项: the list that follows them, one with its history, and the acts on it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import decisions as actions
from appraisal.filters_decisions import DecisionFilter
from appraisal.forms.meetings import ChangeDecisionForm, ReasonForm, ResultForm
from appraisal.meeting_agenda import decision_state
from appraisal.models import Decision, WeeklyMeeting
from appraisal.permissions import keep_meetings, report_decision, see_decision, see_meetings
from lianzhen.accounts.models import User
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, tag
from lianzhen.wording import number


def _rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("meeting", "team__village", "department", "owner", "need__village", "ended_by")


find_decision = visible(Decision, narrow=_rows)


def _state(decision: Decision) -> tuple[str, str]:
    return decision_state(decision, timezone.localdate())


COLUMNS = (
    Column(
        "text",
        "议定事项",
        lambda d: d.text,
        show=lambda d: link(reverse("decision", args=[d.pk]), d.text),
        head=True,
    ),
    Column(
        "week",
        "例会",
        lambda d: f"{d.meeting.week.year}年第{d.meeting.week.number}周第{d.number}项",
        show=lambda d: link(
            reverse("meeting", args=[d.meeting.week.key]), f"{d.meeting.week.year}年第{d.meeting.week.number}周"
        ),
        sort=["meeting__week_start", "number"],
        secondary=True,
    ),
    Column("owners", "责任单位、责任人", lambda d: d.owners),
    Column("due_on", "期限", lambda d: d.due_on, sort=["due_on"], kind="date"),
    Column("state", "状态", lambda d: _state(d)[1], show=lambda d: tag(*_state(d))),
    Column("result", "落实情况", lambda d: d.result, secondary=True),
)


@guarded(see_meetings, methods=LIST_METHODS)
def decision_list(request: HttpRequest) -> HttpResponse:
    page = ListPage(
        request,
        _rows(Decision.objects.visible_to(request.user)),
        COLUMNS,
        title="议定事项",
        order=["due_on", "meeting__week_start", "number"],
        filterset=DecisionFilter,
        count=lambda n: f"共{number(n)}项",
        empty_text="没有正在办理的议定事项。例会上议定的事在这里跟到落实。",
        page_size=200,
        context={"extra_actions": [("周例会", reverse("meeting_list"))]},
    )
    return page.respond()


@guarded(see_decision, find=find_decision, methods=("GET",))
def decision(request: HttpRequest, decision: Decision) -> HttpResponse:
    is_open = decision.state == Decision.State.OPEN
    keeps = bool(keep_meetings(request.user))
    context = {
        "decision": decision,
        "state": _state(decision),
        "reports": is_open and bool(report_decision(request.user, decision)),
        "changes": is_open and keeps,
        "resumes": not is_open and keeps,
        "sees_need": decision.need is not None and type(decision.need).objects.visible_to(request.user)
        .filter(pk=decision.need_id).exists(),
        "reads": bool(see_meetings(request.user)),
        "crumbs": [_crumb(request.user)],
    }  # fmt: skip
    return render(request, "appraisal/decision.html", context)


@guarded(keep_meetings, find=find_decision)
def decision_edit(request: HttpRequest, decision: Decision) -> HttpResponse:
    fixed = decision.meeting.state == WeeklyMeeting.State.CLOSED
    return form_page(
        request,
        ChangeDecisionForm(request.POST or None, record=decision, fixed=fixed),
        save=lambda values: actions.change_decision(
            decision=decision, by=request.user, today=timezone.localdate(), **values
        ),
        done=lambda saved: (_page(saved), "已调整，责任人会收到通知。"),
        context=under(
            request.user,
            decision,
            heading="调整议定事项",
            submit="保存调整",
            intro="会议记录已经完成，议定的内容不再改，可以调整责任单位、责任人和期限。" if fixed else "",
        ),
    )


@guarded(report_decision, find=find_decision)
def decision_result(request: HttpRequest, decision: Decision) -> HttpResponse:
    effects = [f"{decision.need.village}提出的这件事同时办结，村里会看到答复。"] if decision.need else []
    return form_page(
        request,
        ResultForm(request.POST or None, record=decision),
        save=lambda values: actions.report_done(
            decision=decision, today=timezone.localdate(), by=request.user, **values
        ),
        done=lambda saved: (_page(saved), "已报告落实情况。"),
        context=under(
            request.user, decision, heading="报告落实情况", submit="报告已落实", intro=decision.text, effects=effects
        ),
    )


@guarded(keep_meetings, find=find_decision)
def decision_drop(request: HttpRequest, decision: Decision) -> HttpResponse:
    return form_page(
        request,
        ReasonForm(request.POST or None, record=decision),
        save=lambda values: actions.drop_decision(
            decision=decision, by=request.user, today=timezone.localdate(), **values
        ),
        done=lambda saved: (_page(saved), "已改为不再办理，责任人会收到通知。"),
        context=under(
            request.user, decision, heading="不再办理这项议定事项", submit="不再办理", intro=decision.text, danger=True
        ),
    )


@guarded(keep_meetings, find=find_decision)
def decision_resume(request: HttpRequest, decision: Decision) -> HttpResponse:
    return form_page(
        request,
        ReasonForm(request.POST or None, record=decision),
        save=lambda values: actions.resume_decision(
            decision=decision, by=request.user, today=timezone.localdate(), **values
        ),
        done=lambda saved: (_page(saved), "已退回办理，责任人会收到通知。"),
        context=under(
            request.user,
            decision,
            heading="退回办理",
            submit="退回办理",
            intro=decision.text,
            effects=["原来填写的落实情况保留在变更记录里。"],
        ),
    )


def _page(decision: Decision) -> str:
    return reverse("decision", args=[decision.pk])


def under(user: User, decision: Decision, **context: Any) -> dict[str, Any]:
    here = _page(decision)
    return {"cancel_url": here, "crumbs": [_crumb(user), ("本项", here)], **context}


def _crumb(user: User) -> tuple[str, str]:
    """Whoever is to see to something, and sits in no meeting, has no list of them."""
    return "议定事项", reverse("decision_list") if see_meetings(user) else ""
