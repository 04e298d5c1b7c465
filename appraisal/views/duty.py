"""驻村登记: entering a day, its page, adding to it, taking it back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from appraisal import facts
from appraisal.actions import duty as actions
from appraisal.actions.duty_contents import add_content, own_attendances, own_note
from appraisal.duty_page import page_context
from appraisal.duty_places import chosen, teams_to_log
from appraisal.forms.duty import ContentForm, DutyForm, PickTeamForm
from appraisal.models import DutyLog
from appraisal.permissions import add_to_duty, log_duty_days, see_duty_days, undo_duty
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.pages.forms import PageForm, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.wording import long_date
from villages.models import LiaisonTeam

CRUMB = ("驻村登记", "/duty/logs/")


def duty_rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("team__village__group", "created_by", "decided_by")


find_log = visible(DutyLog, narrow=duty_rows)


# --- Entering -----------------------------------------------------------------------------------
@guarded(log_duty_days)
def duty_add(request: HttpRequest) -> HttpResponse:
    """Everything preset, so that the second tap is 保存. Whoever may enter for many teams names one first."""
    user, today = request.user, timezone.localdate()
    teams = teams_to_log(user, today)
    team = chosen(teams, request.POST.get("team") or request.GET.get("team")) or _first_own(user, teams)
    if team is None:
        return _pick(request, teams)
    day = _asked_day(request, today)
    here = facts.serving([team], day)[team.pk]
    own = [one.person_id for one in here if one.user_id == user.pk]
    form = DutyForm(
        request.POST or None,
        request.FILES or None,
        teams=teams,
        team=team,
        day=day,
        here=here,
        initial={"people": own},
    )
    return form_page(
        request,
        form,
        save=lambda values: actions.log_duty(by=user, today=today, **values),
        done=lambda logged: (_after(user, logged.log), _told(logged)),
        template="appraisal/duty_new.html",
        context={"heading": "登记驻村", "team": team, "day": day, "today": today, "crumbs": [CRUMB]},
    )


def _first_own(user: User, teams: list[LiaisonTeam]) -> LiaisonTeam | None:
    """Who serves in two teams starts with the first and may change it; the office has to choose."""
    return None if user.standing.has(Role.OFFICE, Role.OFFICE_LEAD) else next(iter(teams), None)


def _pick(request: HttpRequest, teams: list[LiaisonTeam]) -> HttpResponse:
    context = {
        "heading": "登记驻村",
        "pick": PickTeamForm(teams=teams),
        "day": request.GET.get("day", "")[:10],
        "none": "" if teams else "您所在的村目前没有联村工作组，不需要登记驻村。",
        "next": "填写驻村登记",
        "crumbs": [CRUMB],
    }
    return render(request, "appraisal/duty_pick.html", context, status=422 if request.method == "POST" else 200)


def _asked_day(request: HttpRequest, today: date) -> date:
    """The day of the form or the address; today where none, or none that can be, is named."""
    typed = request.POST.get("day") or request.GET.get("day") or ""
    try:
        return min(date.fromisoformat(typed), today)
    except ValueError:
        return today


def _after(user: User, log: DutyLog) -> str:
    """Those who sit in a village go on from home, where the week is; others see what was entered."""
    field = user.standing.has(Role.LEADER, Role.MEMBER, Role.CADRE)
    return reverse("home") if field else reverse("duty", args=[log.pk])


def _told(logged: actions.Logged) -> SafeString:
    undo, more = (reverse(name, args=[logged.log.pk]) for name in ("duty_undo", "duty_edit"))
    return format_html('{} <a href="{}">撤销</a> <a href="{}">补充内容</a>', logged.sentence, undo, more)


# --- The page of a day ----------------------------------------------------------------------------
@guarded(see_duty_days, find=find_log, methods=("GET",))
def duty_page(request: HttpRequest, log: DutyLog) -> HttpResponse:
    return render(request, "appraisal/duty.html", {**page_context(request.user, log), "crumbs": [CRUMB]})


def crumbs_of(log: DutyLog) -> list[tuple[str, str]]:
    return [CRUMB, (f"{log.team.village}{long_date(log.day)}", reverse("duty", args=[log.pk]))]


def form_context(log: DutyLog, heading: str, submit: str, **more: Any) -> dict[str, Any]:
    """What every form about one day shows around itself."""
    url = reverse("duty", args=[log.pk])
    return {"heading": heading, "submit": submit, "cancel_url": url, "crumbs": crumbs_of(log), "log": log, **more}


@guarded(add_to_duty, find=find_log)
def duty_edit(request: HttpRequest, log: DutyLog) -> HttpResponse:
    note = own_note(log, request.user)
    rows = list(own_attendances(log, request.user))
    initial = {"topics": note.topics, "text": note.text} if note else {}
    if rows:
        initial["session"] = rows[0].session
    form = ContentForm(request.POST or None, request.FILES or None, own=bool(rows), initial=initial)
    url = reverse("duty", args=[log.pk])
    return form_page(
        request,
        form,
        save=lambda values: add_content(log=log, by=request.user, **values),
        done=lambda log: (url, "已补充内容。"),
        context=form_context(log, "补充内容", "保存内容", intro=f"{log.team}，{long_date(log.day)}"),
    )


@guarded(undo_duty, find=find_log)
def duty_undo(request: HttpRequest, log: DutyLog) -> HttpResponse:
    """One's own entries of today, after a look at what goes with them."""
    names = "、".join(
        str(row.person) for row in own_attendances(log, request.user) if row.created_by_id == request.user.pk
    )
    effects = [
        f"撤销您为{names}作的登记，连同您写的内容和照片。" if names else "撤销您作的登记，连同您写的内容和照片。",
        "同事自己登记的仍然保留。",
        "撤销后可以重新登记。",
    ]
    return form_page(
        request,
        PageForm(request.POST if request.method == "POST" else None),
        save=lambda values: actions.undo(log=log, by=request.user, today=timezone.localdate()),
        done=lambda log: (reverse("duty", args=[log.pk]), "已撤销驻村登记。"),
        context=form_context(log, f"撤销{long_date(log.day)}的驻村登记", "撤销登记", effects=effects, danger=True),
    )
