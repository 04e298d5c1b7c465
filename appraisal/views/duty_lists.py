"""Lists of duty entries and of shifts, and what waits to be decided about both."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal import facts
from appraisal.duty_page import TONES
from appraisal.filters_duty_records import DutyLogFilter, DutyShiftFilter
from appraisal.models import DutyAttendance, DutyLog, DutyNote, DutyShift
from appraisal.permissions import ask_shifts, decide_duty, log_duty_days, see_duty, see_duty_days
from appraisal.work_areas import topic_names
from lianzhen.accounts.models import User
from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, plain_table, tag
from lianzhen.periods import Week
from lianzhen.wording import long_date, number
from villages.models import LiaisonTeam

SHIFT_TONES = {"asked": "wait", "accepted": "good", "declined": "bad", "withdrawn": "off"}
ORDER = ["-day", "team__village__code"]


def _village(row: Any) -> str:
    return row.team.village.name


def _district(row: Any) -> str:
    group = row.team.village.group
    return group.district_name if group else ""


# --- Entries ------------------------------------------------------------------------------------
def logs_with_people(rows: QuerySet) -> QuerySet:
    """Entries with who stands in them (`there`). One query beyond their own."""
    there = DutyAttendance.objects.exclude(state=DutyAttendance.State.WITHDRAWN).select_related("person")
    rows = rows.select_related("team__village__group", "created_by")
    return rows.prefetch_related(Prefetch("attendances", there, to_attr="there"))


def logs_with_notes(rows: QuerySet) -> QuerySet:
    """The same with what was written (`written`). One more query."""
    written = DutyNote.objects.filter(withdrawn_at=None)
    return logs_with_people(rows).prefetch_related(Prefetch("notes", written, to_attr="written"))


def _people(log: DutyLog) -> str:
    return "、".join(
        f"{row.person}（有异议）" if row.state == DutyAttendance.State.DISPUTED else str(row.person)
        for row in log.there
    )


def _done(log: DutyLog) -> str:
    topics = topic_names([code for note in log.written for code in note.topics])
    return "；".join(part for part in (topics, *(note.text for note in log.written)) if part)


LOG_COLUMNS = (
    Column(
        "day",
        "日期",
        lambda log: log.day,
        show=lambda log: link(reverse("duty", args=[log.pk]), f"{log.day:%Y-%m-%d}"),
        sort=["day"],
        kind="date",
        head=True,
    ),
    Column("village", "村", _village, sort=["team__village__pinyin"]),
    Column("district", "片区", _district, sort=["team__village__group__position"], secondary=True),
    Column("people", "驻村人员", _people),
    Column("done", "做了什么", _done, secondary=True),
    Column("late", "补登原因", lambda log: log.late_reason, secondary=True),
    Column("by", "登记人", lambda log: str(log.created_by or ""), sort=["created_by__pinyin"], secondary=True),
    Column(
        "state",
        "状态",
        lambda log: log.get_state_display(),
        show=lambda log: tag(TONES[DutyLog.State(log.state)], log.get_state_display()),
        sort=["state"],
    ),
)


@guarded(see_duty_days, methods=LIST_METHODS)
def duty_list(request: HttpRequest) -> HttpResponse:
    adds = bool(log_duty_days(request.user))
    page = ListPage(
        request,
        logs_with_notes(DutyLog.objects.visible_to(request.user)),
        LOG_COLUMNS,
        title="驻村登记",
        order=ORDER,
        filterset=DutyLogFilter,
        count=lambda n: f"共{number(n)}条",
        empty_text="还没有驻村登记。驻村当天点“登记驻村”，两步即可。",
        empty_action=("登记驻村", reverse("duty_add")) if adds else None,
        page_size=200,
        context={
            "add_url": reverse("duty_add"),
            "add_text": "登记驻村",
            "may_add": adds,
            "extra_actions": [("补登、调休和异议", reverse("duty_requests"))] if see_duty(request.user) else [],
        },
    )
    return page.respond()


# --- Shifts -------------------------------------------------------------------------------------
SHIFT_COLUMNS = (
    Column(
        "to_day",
        "改为",
        lambda s: s.to_day,
        show=lambda s: link(reverse("duty_shift", args=[s.pk]), f"{s.to_day:%Y-%m-%d}"),
        sort=["to_day"],
        kind="date",
        head=True,
    ),
    Column("from_day", "原固定办公日", lambda s: s.from_day, sort=["from_day"], kind="date"),
    Column("village", "村", _village, sort=["team__village__pinyin"]),
    Column("district", "片区", _district, sort=["team__village__group__position"], secondary=True),
    Column("reason", "原因", lambda s: s.reason, secondary=True),
    Column("by", "提出人", lambda s: str(s.created_by or ""), secondary=True),
    Column("decided_by", "办理人", lambda s: str(s.decided_by or ""), secondary=True),
    Column(
        "state",
        "状态",
        lambda s: s.get_state_display(),
        show=lambda s: tag(SHIFT_TONES[s.state], s.get_state_display()),
        sort=["state"],
    ),
)


@guarded(see_duty, methods=LIST_METHODS)
def duty_shift_list(request: HttpRequest) -> HttpResponse:
    rows = DutyShift.objects.visible_to(request.user)
    asks = bool(ask_shifts(request.user))
    page = ListPage(
        request,
        rows.select_related("team__village__group", "created_by", "decided_by"),
        SHIFT_COLUMNS,
        title="调休",
        order=["-to_day", "team__village__code"],
        filterset=DutyShiftFilter,
        count=lambda n: f"共{number(n)}次",
        empty_text="还没有调休。固定办公日来不了，可以申请改到同一周的另一天。",
        empty_action=("申请调休", reverse("duty_shift_add")) if asks else None,
        context={"add_url": reverse("duty_shift_add"), "add_text": "申请调休", "may_add": asks},
    )
    return page.respond()


# --- What waits ---------------------------------------------------------------------------------
def _to(name: str, text: str) -> Any:
    return lambda row: link(reverse(name, args=[row.pk]), text)


@guarded(see_duty, methods=("GET",))
def duty_requests(request: HttpRequest) -> HttpResponse:
    """Late entries, disputes and shifts that wait, and the days that the arithmetic proposes."""
    user, today = request.user, timezone.localdate()
    logs = list(logs_with_people(DutyLog.objects.visible_to(user).filter(state=DutyLog.State.PENDING)).order_by(*ORDER))
    shifts = DutyShift.objects.visible_to(user).filter(state=DutyShift.State.ASKED).order_by("to_day")
    disputes = DutyAttendance.objects.visible_to(user).disputed()
    context = {
        "make_ups": plain_table("待同意的补登", _make_up_columns(user), logs, empty_text="没有待同意的补登。"),
        "disputes": plain_table(
            "待处理的异议",
            _dispute_columns(user),
            disputes.select_related("log__team__village__group", "person", "created_by").order_by("-log__day"),
            empty_text="没有待处理的异议。",
        ),
        "shifts": plain_table(
            "待同意的调休",
            _shift_columns(),
            shifts.select_related("team__village__group", "created_by"),
            empty_text="没有待同意的调休。",
        ),
        "proposals": proposals(user, today),
        "may_ask": bool(ask_shifts(user)),
    }
    return render(request, "appraisal/duty_requests.html", context)


def proposals(user: User, today: date) -> list[dict[str, Any]]:
    """Teams whose fixed days of this week or the next are holidays, with the days proposed. `QUERIES` + 1."""
    rows = LiaisonTeam.objects.visible_to(user).on(today).select_related("village__group")
    teams = list(rows.order_by("village__code"))
    if not teams:
        return []
    weeks = [Week.of(today), Week.of(today).next()]
    found = facts.duty_of_weeks(teams, weeks, today)
    return [
        {
            "team": team,
            "week": week.title,
            "days": "、".join(long_date(day) for day in found[week][team.pk].proposals),
            "accept_url": reverse("duty_postpone", args=[team.pk]) if decide_duty(user, team) else "",
            "ask_url": f"{reverse('duty_shift_add')}?team={team.pk}&to={found[week][team.pk].proposals[0]:%Y-%m-%d}",
        }
        for week in weeks
        for team in teams
        if found[week][team.pk].proposals
    ]


def _make_up_columns(user: User) -> tuple[Column, ...]:
    return (
        LOG_COLUMNS[0],
        LOG_COLUMNS[1],
        LOG_COLUMNS[3],
        LOG_COLUMNS[5],
        Column("by", "登记人", lambda log: str(log.created_by or ""), secondary=True),
        Column("act", "办理", lambda log: "", show=_act(user, "duty_decide", "办理补登"), screen_only=True),
    )


def _dispute_columns(user: User) -> tuple[Column, ...]:
    return (
        Column(
            "day",
            "日期",
            lambda row: row.log.day,
            show=lambda row: link(reverse("duty", args=[row.log_id]), f"{row.log.day:%Y-%m-%d}"),
            kind="date",
            head=True,
        ),
        Column("village", "村", lambda row: row.log.team.village.name),
        Column("person", "本人", lambda row: str(row.person)),
        Column("by", "登记人", lambda row: str(row.created_by or ""), secondary=True),
        Column("reason", "异议", lambda row: row.dispute_reason, secondary=True),
        Column("act", "办理", lambda row: "", show=_act(user, "duty_resolve", "处理异议"), screen_only=True),
    )


def _shift_columns() -> tuple[Column, ...]:
    act = Column("act", "办理", lambda s: "", show=_to("duty_shift", "查看调休"), screen_only=True)
    return (*SHIFT_COLUMNS[:3], *SHIFT_COLUMNS[4:6], act)


def _act(user: User, name: str, text: str) -> Any:
    """The link for those who may decide; for others who will."""

    def show(row: Any) -> Any:
        verdict = decide_duty(user, row)
        return link(reverse(name, args=[row.pk]), text) if verdict else "待片区联络组办理"

    return show
