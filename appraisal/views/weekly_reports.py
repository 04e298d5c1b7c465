"""One team's report of one week: reading, filling in, sending, taking back, commenting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import weekly_reports as actions
from appraisal.forms.weekly_reports import CommentForm, ReportForm
from appraisal.models import TownNeed, WeeklyReport
from appraisal.models.duty import SITTING
from appraisal.permissions import RECUSED, comment_report, see_needs, see_sent_reports, write_report
from appraisal.report_lines import ADVISED_LENGTH, BLOCKS, NUMERALS, SECTIONS, Line, length_of, merge, moved_up
from appraisal.report_prefill import prefill
from appraisal.report_state import ReportState, due_moment, due_words, owes, rules_of, state_of
from appraisal.views.meetings import asked
from appraisal.work_areas import WORK_AREAS
from lianzhen.accounts.models import User
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.periods import Week
from lianzhen.trail.versions import EditConflict
from lianzhen.wording import clock
from villages.models import LiaisonTeam
from villages.visibility import works_for

find_team = visible(LiaisonTeam, narrow=lambda rows: rows.select_related("village__group"))
DRAFT = WeeklyReport.State.DRAFT


def report_of(team: LiaisonTeam, week: Week) -> WeeklyReport | None:
    rows = WeeklyReport.objects.filter(team=team, week_start=week.start)
    report = rows.select_related("sent_by", "read_by", "updated_by").first()
    if report is not None:
        report.team = team
    return report


def page_of(team: LiaisonTeam, week: Week) -> str:
    return reverse("weekly_report", args=[week.key, team.pk])


def edit_page_of(team: LiaisonTeam, week: Week) -> str:
    return reverse("weekly_edit", args=[week.key, team.pk])


def is_open(team: LiaisonTeam, week: Week, report: WeeklyReport | None) -> bool:
    """Whether there is, or may be, a draft: the week has begun, the team exists in it, nothing is sent."""
    begun = week.start <= timezone.localdate() and any(team.covers(day) for day in week)
    return begun and (report is None or report.state == DRAFT)


def crumbs(team: LiaisonTeam, week: Week, *, inner: bool = False) -> list[tuple[str, str]]:
    here = [("周报", f"{reverse('weekly_list')}?week={week.key}")]
    return [*here, (f"{team.village}第{week.number}周", page_of(team, week))] if inner else here


# --- Reading ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Part:
    """One part of a report as it is read. `sections`: title ("" outside part two), lines."""

    title: str
    sections: list[tuple[str, list[Line]]]


def parts_of(lines: list[Line]) -> list[Part]:
    """Only what is reported; a part without lines says so on the page."""
    kept = [line for line in lines if not line.is_left_out]
    found = []
    for code, title in BLOCKS.items():
        sections = []
        for block, category in SECTIONS:
            told = [line for line in kept if line.section == (block, category)]
            if block == code and told:
                name = WORK_AREAS.get(category, "其他工作") if code == "work" else ""
                sections.append((name, told))
        found.append(Part(f"{NUMERALS[code]} {title}", sections))
    return found


def find_reported(user: User, kwargs: dict[str, Any]) -> LiaisonTeam:
    """A team whose reports are the user's to read, or that he served in within the week. Leaves the week to the
    view."""
    week = asked(kwargs["week"])
    rows = LiaisonTeam.objects.readable_by(user, week.start, week.end, SITTING).select_related("village__group")
    team = rows.filter(pk=kwargs.pop("pk")).first()
    if team is None:
        raise Http404
    return team


@guarded(see_sent_reports, find=find_reported, methods=("GET",))
def weekly_report(request: HttpRequest, team: LiaisonTeam, week: str) -> HttpResponse:
    """Who is to write it is led to the form while it is not sent; a draft is nobody else's to read."""
    of_week, user, now = asked(week), request.user, timezone.now()
    report = report_of(team, of_week)
    writes = bool(write_report(user, team))
    fillable = writes and is_open(team, of_week, report)
    if fillable and team.pk in user.standing.teams():
        return redirect(edit_page_of(team, of_week))
    rules = rules_of(of_week)
    due = due_moment(rules, of_week)
    state = state_of(report, owed=owes(team, due, rules), due=due, now=now)
    shown = report is not None and (writes or state.is_here)
    lines = actions.lines_of(report) if shown else []
    verdict = comment_report(user, team)
    links = works_for(user, team.village_id, team.village.group_id)
    opened = [week for week in (of_week.previous(), of_week.next()) if reads_week(user, team, week)]
    context = {
        "team": team,
        "week": of_week,
        "report": report,
        "state": state,
        "due": due_words(due),
        "shown": shown,
        "parts": parts_of(lines),
        "length": length_of(lines),
        "needs": needs_of(user, report) if state.is_here and links else [],
        "comments": list(report.comments.select_related("created_by")) if report else [],
        "comments_by_me": bool(verdict) and state.is_here,
        "recused": verdict.reason if state.is_here and verdict.reason == RECUSED else "",
        "fill_url": edit_page_of(team, of_week) if fillable else "",
        "withdraws": writes and state.is_here and now <= due,
        "marks_read": bool(verdict) and state.code in ("sent", "late"),
        "links": links,
        "before": page_of(team, of_week.previous()) if of_week.previous() in opened else "",
        "after": page_of(team, of_week.next())
        if of_week.next() in opened and of_week.end < timezone.localdate()
        else "",
        "not_begun": of_week.start > timezone.localdate(),
        "crumbs": crumbs(team, of_week),
        "title": f"{team}周报",
    }
    printing = request.GET.get("print") == "1"
    return render(request, f"appraisal/weekly_report{'_print' if printing else ''}.html", context)


def reads_week(user: User, team: LiaisonTeam, week: Week) -> bool:
    """As `find_reported`, without a query."""
    served = (one for one in user.standing.served if one.team == team.pk)
    works = works_for(user, team.village_id, team.village.group_id, SITTING)
    return works or any(one.touches(week.start, week.end) for one in served)


def needs_of(user: User, report: WeeklyReport) -> list[TownNeed]:
    rows = TownNeed.objects.filter(line__report=report).exclude(state=TownNeed.State.WITHDRAWN)
    return list(rows.select_related("department", "owner")) if see_needs(user) else []


# --- Filling in -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Drafted:
    """What the form starts from. `changes`: what a refresh of a stored draft would change, in words."""

    report: WeeklyReport | None
    lines: list[Line]
    changes: list[str]
    state: ReportState

    @property
    def version(self) -> int:
        return self.report.version if self.report else 0


def drafted(team: LiaisonTeam, week: Week, report: WeeklyReport | None, now: datetime) -> Drafted:
    found = prefill([team], week, timezone.localdate(now))
    fresh, due = found.lines[team.pk], due_moment(found.rules, week)
    state = state_of(report, owed=owes(team, due, found.rules), due=due, now=now)
    if report is None:
        return Drafted(None, fresh, [], state)
    stored = actions.lines_of(report)
    return Drafted(report, stored, merge(stored, fresh).changes, state)


@guarded(write_report, find=find_team)
def weekly_edit(request: HttpRequest, team: LiaisonTeam, week: str) -> HttpResponse:
    of_week, now = asked(week), timezone.now()
    report = report_of(team, of_week)
    if request.method == "GET" and not is_open(team, of_week, report):
        return redirect(page_of(team, of_week))
    start = drafted(team, of_week, report, now)
    form = ReportForm(request.POST or None, lines=start.lines, version=start.version)
    act = request.POST.get("act", "save")

    def save(values: dict[str, Any]) -> WeeklyReport:
        if act.startswith("up-"):
            values["lines"] = moved_up(values["lines"], act.removeprefix("up-"))
        write = actions.send_report if act == "send" else actions.save_draft
        return write(team=team, week=of_week, by=request.user, now=now, **values)

    def done(saved: WeeklyReport) -> tuple[str, str]:
        if act == "send":
            return page_of(team, of_week), sent_sentence(saved, start.state.due)
        return edit_page_of(team, of_week), f"已存草稿 {clock(timezone.localtime(now))}"

    context = {
        "team": team,
        "week": of_week,
        "start": start,
        "due": due_words(start.state.due),
        "advised": ADVISED_LENGTH,
        "draft_url": reverse("weekly_draft", args=[of_week.key, team.pk]),
        "crumbs": crumbs(team, of_week),
        "cancel_url": edit_page_of(team, of_week),
    }
    return form_page(request, form, save=save, done=done, context=context, template="appraisal/weekly_edit.html")


def sent_sentence(report: WeeklyReport, due: datetime) -> str:
    told = f"第{report.week.number}周周报已报送"
    return f"{told}，记为逾期报送。" if report.is_late else f"{told}，{due_words(due)}前可以撤回修改。"


@guarded(write_report, find=find_team, methods=("POST",))
def weekly_draft(request: HttpRequest, team: LiaisonTeam, week: str) -> HttpResponse:
    """Autosave: the form as it stands, answered to the script in JSON."""
    of_week, now = asked(week), timezone.now()
    form = ReportForm(request.POST, lines=[], version=0)
    if not form.lines or not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    try:
        report = actions.save_draft(team=team, week=of_week, by=request.user, now=now, **form.values)
    except EditConflict as conflict:
        at = timezone.localtime(conflict.theirs.updated_at)
        told = f"{conflict.theirs.updated_by or '系统'}{clock(at)}修改过这份周报，您写的还没有保存。"
        return JsonResponse({"sentence": f"{told}点“存草稿”核对两份内容。"}, status=409)
    except (ValidationError, IntegrityError) as problem:
        told = problem.messages[0] if isinstance(problem, ValidationError) else "暂时没有存下，请点“存草稿”。"
        return JsonResponse({"sentence": told}, status=422)
    saved = f"已存草稿 {clock(timezone.localtime(now))}"
    return JsonResponse({"version": report.version, "sentence": saved})


@guarded(write_report, find=find_team, methods=("POST",))
def weekly_refresh(request: HttpRequest, team: LiaisonTeam, week: str) -> HttpResponse:
    of_week = asked(week)

    def work() -> str:
        changes = actions.refresh_draft(team=team, week=of_week, by=request.user, now=timezone.now())
        return f"已按最新登记更新{len(changes)}处：{'；'.join(changes)}" if changes else "登记没有变化。"

    return carried_out(request, work, edit_page_of(team, of_week))


# --- After sending ----------------------------------------------------------------------------
@guarded(write_report, find=find_team, methods=("POST",))
def weekly_withdraw(request: HttpRequest, team: LiaisonTeam, week: str) -> HttpResponse:
    of_week = asked(week)
    report = report_of(team, of_week)

    def work() -> str:
        if report is None:
            raise ValidationError("这一周的周报还没有报送。")
        actions.withdraw_report(report=report, by=request.user, now=timezone.now())
        return "已撤回，修改后请再报送。"

    return carried_out(request, work, page_of(team, of_week))


@guarded(comment_report, find=find_team, methods=("POST",))
def weekly_read(request: HttpRequest, team: LiaisonTeam, week: str) -> HttpResponse:
    of_week = asked(week)
    report = report_of(team, of_week)

    def work() -> str:
        if report is None:
            raise ValidationError("这一周的周报还没有报送。")
        actions.mark_read(report=report, by=request.user, now=timezone.now())
        return f"{team}第{of_week.number}周周报已阅。"

    return carried_out(request, work, page_of(team, of_week))


@guarded(comment_report, find=find_team)
def weekly_comment(request: HttpRequest, team: LiaisonTeam, week: str) -> HttpResponse:
    of_week = asked(week)
    report = report_of(team, of_week)
    if report is None or report.state == DRAFT:
        messages.warning(request, "这份周报还没有报送，报送后再提意见。")
        return redirect(page_of(team, of_week))
    return form_page(
        request,
        CommentForm(request.POST or None),
        save=lambda values: actions.comment_report(report=report, by=request.user, now=timezone.now(), **values),
        done=lambda comment: (page_of(team, of_week), "意见已发给这个工作组，周报同时标为已阅。"),
        context={
            "heading": f"对{team.village}第{of_week.number}周周报提意见",
            "submit": "发送意见",
            "cancel_url": page_of(team, of_week),
            "crumbs": crumbs(team, of_week, inner=True),
        },
    )


def carried_out(request: HttpRequest, work: Callable[[], str], url: str) -> HttpResponse:
    """A button without a form: carry it out, or say why not, and lead back."""
    try:
        messages.success(request, work())
    except ValidationError as problem:
        messages.warning(request, " ".join(problem.messages))
    return HttpResponseRedirect(url, status=303)
