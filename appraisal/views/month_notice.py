"""公示表: on the screen, on A4, as a file, and onto the shelf."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.month_notice import issue_notice, issue_refusal
from appraisal.forms.months import StepForm
from appraisal.models import AppraisalMonth
from appraisal.month_notice import differs, latest_notice, notice_of
from appraisal.papers.responses import print_page, word_response
from appraisal.permissions_documents import follow_figures
from appraisal.permissions_months import close_months, see_months, see_publicity, see_scores
from appraisal.views.month_steps import step_page
from appraisal.views.months import page_url, publicity_of, row_of
from appraisal.views.scores import asked_month
from lianzhen.pages.guard import guarded


@guarded(see_publicity, methods=("GET",))
def month_notice(request: HttpRequest, month: str) -> HttpResponse:
    """Only once the publicity has begun. `?print=1` on A4, `?format=docx` as a file."""
    period = asked_month(month)
    row = row_of(period)
    public = row is not None and row.state in AppraisalMonth.CLOSED_FOR_ENTRIES
    context: dict[str, Any] = {
        "title": f"{period.title}联村工作考核得分公示",
        "month": period,
        "public": public,
        "crumbs": [("得分", reverse("score_list", args=[period.key]))] if see_scores(request.user) else [],
        "month_url": page_url(period) if see_months(request.user) else "",
    }
    if row is None or not public:
        return render(request, "appraisal/month_notice.html", context)
    paper = notice_of(row, timezone.now())
    if request.GET.get("format") == "docx":
        return word_response(paper, context["title"], draft=False)
    if request.GET.get("print") == "1":
        return print_page(request, paper, back_url=request.path)
    issued, keeps = latest_notice(period), bool(close_months(request.user))
    context |= {
        "paper": paper,
        "dates": publicity_of(row),
        "links": bool(follow_figures(request.user)),
        "issued": issued,
        "may_issue": keeps and differs(issued, paper),
        "moved": keeps and issued is not None and differs(issued, paper),
    }
    return render(request, "appraisal/month_notice.html", context)


@guarded(close_months)
def month_notice_issue(request: HttpRequest, month: str) -> HttpResponse:
    return step_page(
        request,
        month,
        StepForm,
        lambda row, now, values: _issued(row, now, request, values),
        lambda row: "公示表已印发，存入文件柜。",
        lambda row, today: issue_refusal(row),
        submit="印发公示表",
        effects=[
            "现在的公示表原样存入文件柜，以后不再改变。",
            "申诉后得分有变化的，可以再印发一份，标明更正原来的一份。",
        ],
    )


def _issued(row: AppraisalMonth, now: Any, request: HttpRequest, values: dict[str, Any]) -> AppraisalMonth:
    issue_notice(row=row, by=request.user, now=now, **values)
    return row
