"""请假公出: list, page, asking."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from appraisal.actions import leave as actions
from appraisal.actions.leave import calendar_around
from appraisal.filters_leave import LeaveFilter
from appraisal.forms.leave import LeaveForm
from appraisal.leave_page import duty_days, leave_context
from appraisal.leave_rules import chain_words, overdue_before
from appraisal.leave_seats import seat_of
from appraisal.leave_states import HEADINGS, state_of, with_rank
from appraisal.models import Leave
from appraisal.permissions import ask_leave, ask_leave_for, read_leave_reason, see_leave_months, see_leaves
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.pages.forms import LONGEST_ID, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, tag
from lianzhen.wording import dense_date, number
from villages.models import Person


def _leave_rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("person", "village", "team__village", "group", "substitute", "created_by", "decided_by")


#: Who may find something to decide without a leave of his own.
DECIDES = (Role.OFFICE_LEAD, Role.COMMITTEE)

find_leave = visible(Leave, narrow=_leave_rows)


# --- List -------------------------------------------------------------------------------------
def columns(user: User, today: date) -> tuple[Column, ...]:
    overdue = overdue_before(today, calendar_around(today, today))

    def short(day: date) -> str:
        return dense_date(day) if day.year == today.year else day.isoformat()

    def reason(leave: Leave) -> str:
        return leave.reason if read_leave_reason(user, leave) else ""

    return (
        Column(
            "person",
            "姓名",
            lambda one: one.person.name,
            show=lambda one: format_html('<span class="nowrap">{}</span>', link(_url(one), one.person)),
            sort=["person__pinyin"],
            head=True,
        ),
        Column("place", "村", lambda one: str(one.village or one.group), sort=["village__code"], secondary=True),
        Column("kind", "类别", lambda one: one.get_kind_display(), sort=["kind"]),
        Column(
            "start",
            "起",
            lambda one: one.starts_on,
            show=lambda one: short(one.starts_on),
            sort=["starts_on"],
            kind="date",
        ),
        Column(
            "end",
            "止",
            lambda one: one.ends_on,
            show=lambda one: short(one.ends_on),
            sort=["ends_on"],
            kind="date",
            secondary=True,
        ),
        Column("days", "工作日（天）", lambda one: one.workdays, sort=["workdays"], kind="number", secondary=True),
        Column("reason", "事由", reason, secondary=True),
        Column("where", "去向", lambda one: one.destination, secondary=True),
        Column("substitute", "替班人", lambda one: str(one.substitute or ""), secondary=True),
        Column(
            "state",
            "状态",
            lambda one: state_of(one, today, overdue)[1],
            show=lambda one: tag(*state_of(one, today, overdue)),
        ),
        Column("papers", "补办", lambda one: _papers(one), secondary=True),
        Column(
            "returned",
            "回岗",
            lambda one: one.returned_on,
            show=lambda one: short(one.returned_on) if one.returned_on else "—",
            kind="date",
            secondary=True,
        ),
    )


def _url(leave: Leave) -> str:
    return reverse("leave", args=[leave.pk])


def _papers(leave: Leave) -> str:
    if not leave.is_oral:
        return ""
    return "逾期补办" if leave.is_late else "补办"


@guarded(see_leaves, methods=LIST_METHODS)
def leave_list(request: HttpRequest) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    own, other = bool(ask_leave(user)), bool(ask_leave_for(user))
    rows = with_rank(_leave_rows(Leave.objects.visible_to(user)), user)
    page = ListPage(
        request,
        rows,
        columns(user, today),
        title="请假公出",
        order=["rank", "-starts_on", "-id"],
        filterset=LeaveFilter,
        count=lambda n: f"共{number(n)}条",
        groups=(lambda one: HEADINGS[one.rank]) if own or user.standing.has(*DECIDES) else None,
        empty_text="没有请假记录。" + ("请假、公出在这里申请，批准后这几天不再应到。" if own else ""),
        empty_action=("申请请假公出", reverse("leave_add")) if own else None,
        context={
            "add_url": reverse("leave_add"),
            "add_text": "申请请假公出",
            "may_add": own,
            "extra_actions": [
                *([("按月一览", reverse("leave_month"))] if see_leave_months(user) else []),
                *([("代为申请", reverse("leave_add_for"))] if other else []),
            ],
        },
    )
    return page.respond()


@guarded(see_leaves, find=find_leave, methods=("GET",))
def leave_page(request: HttpRequest, leave: Leave) -> HttpResponse:
    return render(request, "appraisal/leave.html", leave_context(request.user, leave, timezone.localdate()))


# --- Asking -------------------------------------------------------------------------------------
@guarded(ask_leave)
def leave_add(request: HttpRequest) -> HttpResponse:
    """For oneself."""
    person = Person.objects.get(user=request.user)
    return _asking(request, person, name="leave_add", lead="")


@guarded(ask_leave_for)
def leave_add_for(request: HttpRequest) -> HttpResponse:
    """The office in somebody's place."""
    lead = "本人不便上网时由联村工作办代为申请，批假的同志和本人都会收到消息。"
    return _asking(request, None, name="leave_add_for", lead=lead)


def _asking(request: HttpRequest, asker: Person | None, *, name: str, lead: str) -> HttpResponse:
    today, official = timezone.localdate(), request.GET.get("official") == "1"
    who = {"person": asker} if asker else {}
    form = LeaveForm(
        request.POST or None,
        official=official,
        asker=asker,
        seat=seat_of(asker, today) if asker else None,
        initial={} if asker else {"person": request.GET.get("person", "")[:LONGEST_ID]},
    )
    noun = "公出" if official else "请假"
    return form_page(
        request,
        form,
        save=lambda values: actions.ask_leave(by=request.user, today=today, **{**who, **values}),
        done=lambda saved: (_url(saved), _asked_sentence(saved)),
        template="appraisal/leave_new.html",
        context={
            "heading": f"申请{noun}" if asker else f"代为申请{noun}",
            "submit": f"提交{noun}申请",
            "intro": lead,
            "cancel_url": reverse("leave_list"),
            "crumbs": [("请假公出", reverse("leave_list"))],
            "tabs": [
                {"title": "请假", "url": reverse(name), "current": not official},
                {"title": "公出", "url": reverse(name) + "?official=1", "current": official},
            ],
        },
    )


def _asked_sentence(leave: Leave) -> str:
    late = "已过补办期限，记为逾期补办。" if leave.is_late else ""
    logged = duty_days(leave)
    kept = f"{'、'.join(logged)}登记过驻村，两项都保留。" if logged else ""
    return f"已提交，{chain_words(leave.workdays, leave.step)}。{late}{kept}"
