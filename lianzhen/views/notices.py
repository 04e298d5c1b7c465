"""In-app notices, and 意见建议 in both directions."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from lianzhen.forms.feedback import AnswerForm, FeedbackForm
from lianzhen.forms.filters import FeedbackFilter
from lianzhen.notices import actions
from lianzhen.notices.models import Feedback, Notice
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, tag
from lianzhen.permissions import answer_feedback, see_feedback, use_own_pages
from lianzhen.views.leading import is_ours, opens_for, page_title
from lianzhen.wording import number

NOTICES_PAGE = 50
CLOSED = "这条消息里的页面现在不对您开放，内容以消息为准。需要时请联系联村工作办。"
#: One's own messages shown under the form.
OWN_SHOWN = 30

find_notice = visible(Notice)
find_feedback = visible(Feedback, narrow=lambda rows: rows.select_related("sent_by", "answered_by"))


# --- Notices --------------------------------------------------------------------------------
@guarded(use_own_pages, methods=("GET",))
def notice_list(request: HttpRequest) -> HttpResponse:
    rows = Notice.objects.visible_to(request.user)
    page = Paginator(rows, NOTICES_PAGE).get_page(request.GET.get("page"))
    days = [(day, list(notices)) for day, notices in groupby(page.object_list, key=_day)]
    # The frame has counted the unread already, but only for its own purpose.
    context = {"days": days, "page_obj": page, "any_unread": rows.unread().exists()}
    return render(request, "notices/list.html", context)


def _day(notice: Notice) -> date:
    return timezone.localtime(notice.created_at).date()


@guarded(use_own_pages, find=find_notice, methods=("POST",))
def notice_open(request: HttpRequest, notice: Notice) -> HttpResponse:
    """What it is about; where that is closed to the reader by now, the notice itself is what he has."""
    actions.mark_read(notices=[notice])
    if not is_ours(notice.url):
        return redirect("notices")
    if not opens_for(request.user, notice.url):
        messages.info(request, CLOSED)
        return redirect("notices")
    return redirect(notice.url)


@guarded(use_own_pages, methods=("POST",))
def notices_read(request: HttpRequest) -> HttpResponse:
    actions.mark_read(notices=Notice.objects.visible_to(request.user).unread())
    return redirect("notices")


# --- One's own suggestions ------------------------------------------------------------------
@guarded(use_own_pages)
def feedback(request: HttpRequest) -> HttpResponse:
    page = request.GET.get("page", "")
    own = Feedback.objects.filter(sent_by=request.user).select_related("answered_by")[:OWN_SHOWN]
    return form_page(
        request,
        FeedbackForm(request.POST or None, initial={"page": page if is_ours(page) else ""}),
        save=lambda values: actions.send_feedback(by=request.user, **values),
        done=lambda sent: (reverse("feedback"), "已提交，联村工作办会在这里答复。"),
        context={
            "own": [{"row": row, "page": page_title(row.page) if row.page else ""} for row in own],
            "page": page_title(page) if is_ours(page) else "",
        },
        template="notices/feedback.html",
    )


# --- The office's side ----------------------------------------------------------------------
def _feedback_state(row: Feedback) -> Any:
    return tag("done", "已答复") if row.answered_at else tag("warn", "未答复")


def _page_link(row: Feedback) -> Any:
    return link(row.page, page_title(row.page)) if is_ours(row.page) else "—"


def _columns(may_answer: bool) -> list[Column]:
    columns = [
        Column("sent_at", "提交于", lambda f: timezone.localtime(f.sent_at).date(), kind="date", sort=["sent_at"]),
        Column("text", "内容", lambda f: f.text, head=True),
        Column("by", "提交人", lambda f: f.sent_by, secondary=True),
        Column("page", "页面", lambda f: f.page, _page_link, secondary=True),
        Column("answer", "答复", lambda f: f.answer, secondary=True),
        Column("state", "状态", lambda f: "已答复" if f.answered_at else "未答复", _feedback_state),
    ]
    if may_answer:
        columns.append(Column("act", "办理", lambda f: "", _answer_link, screen_only=True))
    return columns


def _answer_link(row: Feedback) -> Any:
    return "—" if row.answered_at else link(reverse("feedback_answer", args=[row.pk]), "答复")


@guarded(see_feedback, methods=LIST_METHODS)
def feedback_list(request: HttpRequest) -> HttpResponse:
    page = ListPage(
        request,
        Feedback.objects.visible_to(request.user).select_related("sent_by"),
        _columns(bool(answer_feedback(request.user)) and request.GET.get("print") != "1"),
        title="意见建议",
        order=["-sent_at"],
        filterset=FeedbackFilter,
        count=lambda n: f"共{number(n)}条",
        empty_text="还没有人提意见。每一页的页脚都有“意见建议”。",
    )
    return page.respond()


@guarded(answer_feedback, find=find_feedback)
def feedback_answer(request: HttpRequest, row: Feedback) -> HttpResponse:
    return form_page(
        request,
        AnswerForm(request.POST or None),
        save=lambda values: actions.answer_feedback(feedback=row, by=request.user, **values),
        done=lambda answered: (reverse("feedback_list"), f"已答复，{answered.sent_by}会收到消息。"),
        context={
            "row": row,
            "page": page_title(row.page) if row.page else "",
            "cancel_url": reverse("feedback_list"),
            "crumbs": [("意见建议", reverse("feedback_list"))],
        },
        template="notices/answer.html",
    )
