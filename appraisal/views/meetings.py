"""周例会: the list by week, the page with agenda, attendance, minutes and decisions, the acts on it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import meetings as actions
from appraisal.actions.decisions import decide
from appraisal.filters_meetings import MeetingFilter
from appraisal.forms.meetings import AttendanceForm, CallForm, DecisionForm, MeetingForm, MinutesForm, ReasonForm
from appraisal.meeting_agenda import Agenda, decision_state
from appraisal.meeting_days import meeting_day
from appraisal.models import Decision, MeetingAttendance, TownNeed, WeeklyMeeting, WorkRules
from appraisal.permissions import keep_meetings, reopen_meetings, see_meetings
from lianzhen.pages.forms import PageForm, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, tag
from lianzhen.periods import Week
from lianzhen.town.models import CalendarDay
from lianzhen.town.workdays import WorkCalendar
from lianzhen.wording import clock, full_date, long_date, number

CAME = ("present", "late")


def _rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("chair", "closed_by")


find_meeting = visible(WeeklyMeeting, narrow=_rows)


def asked(week: str) -> Week:
    """The week of an address; one that does not exist leads nowhere."""
    try:
        return Week.parse(week)
    except ValueError as problem:
        raise Http404(str(problem)) from problem


def page_of(meeting: WeeklyMeeting) -> str:
    return reverse("meeting", args=[meeting.week.key])


# --- List -----------------------------------------------------------------------------------------
COLUMNS = (
    Column(
        "week",
        "周",
        lambda m: m.week.title,
        show=lambda m: link(page_of(m), m.week.title),
        sort=["week_start"],
        head=True,
    ),
    Column("held_on", "日期", lambda m: m.held_on, sort=["held_on"], kind="date"),
    Column("chair", "主持人", lambda m: m.chair.name if m.chair else "", secondary=True),
    Column("came", "到会", lambda m: m.came, kind="number", secondary=True),
    Column("called", "应到", lambda m: m.called, kind="number", secondary=True),
    Column("decided", "议定事项", lambda m: m.decided, kind="number", total=True),
    Column("open", "未落实", lambda m: m.open, kind="number", total=True),
    Column(
        "state",
        "状态",
        lambda m: _state(m, timezone.localdate())[1],
        show=lambda m: tag(*_state(m, timezone.localdate())),
    ),
)


def with_counts(rows: QuerySet) -> QuerySet:
    """Each count by itself: joined, the forty called to a meeting would be read once for each of its decisions."""

    def count(of: QuerySet) -> Coalesce:
        found = of.filter(meeting=OuterRef("pk")).order_by().values("meeting").annotate(n=Count("pk"))
        return Coalesce(Subquery(found.values("n")), 0)

    called = MeetingAttendance.objects.all()
    return rows.annotate(
        called=count(called),
        came=count(called.filter(state__in=CAME)),
        decided=count(Decision.objects.all()),
        open=count(Decision.objects.open()),
    )


@guarded(see_meetings, methods=LIST_METHODS)
def meeting_list(request: HttpRequest) -> HttpResponse:
    week = Week.of(timezone.localdate())
    page = ListPage(
        request,
        with_counts(_rows(WeeklyMeeting.objects.visible_to(request.user))),
        COLUMNS,
        title="周例会",
        order=["-week_start"],
        filterset=MeetingFilter,
        count=lambda n: f"共{number(n)}次例会",
        empty_text="还没有建立例会。打开一周的页面，议程自动生成。",
        empty_action=("打开本周例会", reverse("meeting", args=[week.key])),
        page_size=60,
        context={
            "extra_actions": [
                ("议定事项", reverse("decision_list")),
                (f"第{week.next().number}周例会", reverse("meeting", args=[week.next().key])),
                (f"第{week.number}周例会", reverse("meeting", args=[week.key])),
            ]
        },
    )
    return page.respond()


# --- Page -----------------------------------------------------------------------------------------
@guarded(see_meetings, methods=("GET",))
def meeting(request: HttpRequest, week: str) -> HttpResponse:
    """The meeting of a week; before it is set up, when it would be and how to set it up."""
    asked_week = asked(week)
    found = _rows(WeeklyMeeting.objects.visible_to(request.user)).filter(week_start=asked_week.start).first()
    context = {
        "week": asked_week,
        "meeting": found,
        "keeps": bool(keep_meetings(request.user)),
        "reopens": bool(reopen_meetings(request.user)),
        "crumbs": [("周例会", reverse("meeting_list"))],
        "before": asked_week.previous(),
        "after": asked_week.next(),
    }
    if found is None:
        return render(request, "appraisal/meeting_none.html", {**context, "day": usual_day(asked_week)})
    today = timezone.localdate()
    attendances = list(found.attendances.select_related("person").order_by("pk"))
    decisions = list(decisions_of(found))
    context |= {
        "agenda": Agenda.from_json(found.agenda).seen_by(request.user) if found.agenda else None,
        "is_open": found.state == WeeklyMeeting.State.PLANNED,
        "state": _state(found, today),
        "attendances": attendances,
        "attendance": attendance_words(attendances),
        "decisions": [(one, decision_state(one, today)) for one in decisions],
        "when": _when(found),
    }
    sheet = {"1": "appraisal/meeting_print_agenda.html", "decisions": "appraisal/meeting_print_decisions.html"}
    template = sheet.get(request.GET.get("print", ""), "appraisal/meeting.html")
    return render(request, template, context)


def decisions_of(meeting: WeeklyMeeting) -> QuerySet[Decision]:
    rows = meeting.decisions.select_related("meeting", "team__village", "department", "owner")
    return rows.order_by("number")


def usual_day(week: Week) -> date | None:
    """The day of the rules. Two queries."""
    calendar = WorkCalendar(CalendarDay.objects.between(week.start, week.end).as_exceptions())
    return meeting_day(week, WorkRules.objects.in_force(week.start), calendar)


def attendance_words(attendances: list[MeetingAttendance]) -> dict[str, Any]:
    """应到50人，到会46人（迟到2人）… and who was excused or absent, by name. No query."""
    counts = Counter(row.state for row in attendances)
    told = f"应到{len(attendances)}人"
    if counts["called"] < len(attendances):
        late = f"（其中迟到{counts['late']}人）" if counts["late"] else ""
        told += (
            f"，到会{counts['present'] + counts['late']}人{late}，请假{counts['excused']}人，缺席{counts['absent']}人"
        )
    if counts["called"]:
        told += f"，{counts['called']}人未登记"
    named = {state: [row for row in attendances if row.state == state] for state in ("late", "excused", "absent")}
    return {"sentence": f"{told}。", **named}


def _state(meeting: WeeklyMeeting, today: date) -> tuple[str, str]:
    """(tone, words). A day that has passed without a closed record is the office's to finish."""
    if meeting.state == WeeklyMeeting.State.CLOSED:
        return "done", "已召开"
    return ("warn", "记录未完成") if meeting.held_on < today else ("wait", "待召开")


def _when(meeting: WeeklyMeeting) -> str:
    at = f" {clock(meeting.held_at)}" if meeting.held_at else ""
    return f"{long_date(meeting.held_on)}{at}"


# --- Acts -----------------------------------------------------------------------------------------
@guarded(keep_meetings)
def meeting_add(request: HttpRequest) -> HttpResponse:
    """Set up the meeting of the week that the address names, this week's without one."""
    today = timezone.localdate()
    week = asked(request.GET.get("week") or Week.of(today).key)
    earlier = WeeklyMeeting.objects.order_by("-week_start").first()
    initial = {"held_on": usual_day(week)}
    if earlier is not None:
        initial |= {"held_at": earlier.held_at, "place": earlier.place, "chair": earlier.chair_id}
    return form_page(
        request,
        MeetingForm(request.POST or None, initial=initial),
        save=lambda values: actions.plan_meeting(week=week, now=timezone.now(), by=request.user, **values),
        done=lambda made: (page_of(made), f"{made}已建立，议程和应到名单已生成。"),
        context={
            "heading": f"建立{week.title}例会",
            "submit": "建立例会",
            "intro": "" if initial["held_on"] else "这一周没有剩余的上班日，一般不开例会。",
            "cancel_url": reverse("meeting", args=[week.key]),
            "crumbs": [("周例会", reverse("meeting_list"))],
        },
    )


@guarded(keep_meetings, find=find_meeting)
def meeting_edit(request: HttpRequest, meeting: WeeklyMeeting) -> HttpResponse:
    return form_page(
        request,
        MeetingForm(request.POST or None, record=meeting),
        save=lambda values: actions.change_meeting(meeting=meeting, by=request.user, **values),
        done=lambda saved: (page_of(saved), "已保存。"),
        context=under(meeting, heading="修改例会安排", submit="保存安排"),
    )


@guarded(keep_meetings, find=find_meeting)
def meeting_agenda(request: HttpRequest, meeting: WeeklyMeeting) -> HttpResponse:
    return form_page(
        request,
        PageForm(request.POST or None),
        save=lambda values: actions.prepare_agenda(meeting=meeting, now=timezone.now()),
        done=lambda saved: (page_of(saved), "议程已更新。"),
        context=under(
            meeting, heading="更新议程", submit="更新议程", intro="按现在的记录重新生成议程，会议记录和议定事项不变。"
        ),
    )


@guarded(keep_meetings, find=find_meeting)
def meeting_attendance(request: HttpRequest, meeting: WeeklyMeeting) -> HttpResponse:
    attendances = list(meeting.attendances.select_related("person").order_by("pk"))
    return form_page(
        request,
        AttendanceForm(request.POST or None, attendances=attendances),
        save=lambda values: actions.mark_attendance(meeting=meeting, by=request.user, **values),
        done=lambda changed: (page_of(meeting), f"已登记{changed}人的到会情况。" if changed else "到会情况没有变化。"),
        context=under(meeting, heading="登记到会情况", submit="保存到会情况"),
        template="appraisal/meeting_attendance.html",
    )


@guarded(keep_meetings, find=find_meeting)
def meeting_call(request: HttpRequest, meeting: WeeklyMeeting) -> HttpResponse:
    return form_page(
        request,
        CallForm(request.POST or None),
        save=lambda values: actions.call_person(meeting=meeting, by=request.user, **values),
        done=lambda row: (reverse("meeting_attendance", args=[meeting.pk]), f"{row.person}已加入应到名单。"),
        context=under(meeting, heading="增加应到人员", submit="加入名单"),
    )


@guarded(keep_meetings, find=find_meeting)
def meeting_refresh(request: HttpRequest, meeting: WeeklyMeeting) -> HttpResponse:
    return form_page(
        request,
        PageForm(request.POST or None),
        save=lambda values: actions.refresh_called(meeting=meeting, by=request.user),
        done=lambda counts: (
            reverse("meeting_attendance", args=[meeting.pk]),
            f"应到名单已更新：增加{counts[0]}人，减少{counts[1]}人。",
        ),
        context=under(
            meeting,
            heading="更新应到名单",
            submit="更新名单",
            intro=f"按{full_date(meeting.held_on)}在任的组长、片区联络组和联村工作办人员核对名单。",
            effects=["已登记到会情况的、另外通知的人员不变。"],
        ),
    )


@guarded(keep_meetings, find=find_meeting)
def meeting_minutes(request: HttpRequest, meeting: WeeklyMeeting) -> HttpResponse:
    return form_page(
        request,
        MinutesForm(request.POST or None, record=meeting),
        save=lambda values: actions.write_minutes(meeting=meeting, by=request.user, **values),
        done=lambda saved: (page_of(saved), "会议记录已保存。"),
        context=under(meeting, heading="填写会议记录", submit="保存记录"),
    )


@guarded(keep_meetings, find=find_meeting)
def meeting_close(request: HttpRequest, meeting: WeeklyMeeting) -> HttpResponse:
    return form_page(
        request,
        PageForm(request.POST or None, record=meeting),
        save=lambda values: actions.close_meeting(
            meeting=meeting, today=timezone.localdate(), by=request.user, **values
        ),
        done=lambda saved: (page_of(saved), "会议记录已完成，可以打印议定事项。"),
        context=under(
            meeting,
            heading="完成会议记录",
            submit="完成记录",
            effects=[
                "会议记录、到会情况、议程和议定的内容从此固定。",
                "议定事项继续办理，责任单位和期限可写明原因后调整。",
                "确需修改记录的，由联村办主任重新打开。",
            ],
        ),
    )


@guarded(reopen_meetings, find=find_meeting)
def meeting_reopen(request: HttpRequest, meeting: WeeklyMeeting) -> HttpResponse:
    return form_page(
        request,
        ReasonForm(request.POST or None, record=meeting),
        save=lambda values: actions.reopen_meeting(meeting=meeting, by=request.user, **values),
        done=lambda saved: (page_of(saved), "会议记录已重新打开。"),
        context=under(meeting, heading="重新打开会议记录", submit="重新打开", effects=["原因写入操作记录。"]),
    )


@guarded(keep_meetings, find=find_meeting)
def decision_add(request: HttpRequest, meeting: WeeklyMeeting) -> HttpResponse:
    need = TownNeed.objects.visible_to(request.user).open().filter(pk=_number(request.GET.get("need"))).first()
    initial = {"need": need.pk, "text": need.text, "department": need.department_id} if need else {}
    return form_page(
        request,
        DecisionForm(request.POST or None, initial=initial),
        save=lambda values: decide(meeting=meeting, today=timezone.localdate(), by=request.user, **values),
        done=lambda made: (page_of(meeting), f"已登记第{made.number}项，责任人会收到通知。"),
        context=under(meeting, heading="登记议定事项", submit="登记事项"),
    )


def _number(typed: str | None) -> int:
    """A row's id out of an address; 0, which no row has, for anything else."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def under(meeting: WeeklyMeeting, **context: Any) -> dict[str, Any]:
    """Context of a form page that belongs to a meeting."""
    here = page_of(meeting)
    crumbs = [("周例会", reverse("meeting_list")), (str(meeting), here)]
    return {"meeting": meeting, "cancel_url": here, "crumbs": crumbs, **context}
