"""谁没跟上 of a week, and reminding those who are."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.reminders import remind_of
from appraisal.behind import behind, look_at, teams_seen, words_to_copy
from appraisal.forms.behind import RemindForm
from appraisal.models import Reminder
from appraisal.permissions import remind_teams, see_behind
from lianzhen.accounts.roles import TOWN_WIDE
from lianzhen.pages.computed import asked_week
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded
from lianzhen.periods import Week


@guarded(see_behind, methods=("GET",))
def behind_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    week = asked_week(request, today)
    teams = teams_seen(request.user, min(week.end, today))
    runs = week == Week.of(today) and request.user.standing.has(*TOWN_WIDE)
    look = look_at(teams, week, today, timezone.now(), with_office=runs)
    late = look.behind
    context = {
        "week": week,
        "before": week.previous(),
        "after": week.next() if week.end < today else None,
        "behind": late,
        "others": len(teams) - len(late),
        "office": look.office,
        "reminds": bool(remind_teams(request.user)),
        "to_copy": words_to_copy(week, late),
    }
    template = "appraisal/behind_print.html" if request.GET.get("print") == "1" else "appraisal/behind.html"
    return render(request, template, context)


@guarded(remind_teams)
def behind_remind(request: HttpRequest) -> HttpResponse:
    """Look over what would be sent, or send it; the buttons of the home page post here with one team."""
    today = timezone.localdate()
    week = asked_week(request, today)
    late = behind(teams_seen(request.user, min(week.end, today)), week, today, timezone.now())
    keys = [item.full_key for one in late for item in one.reminders]
    done = set(Reminder.objects.filter(day=today, key__in=keys).values_list("key", flat=True))
    here = f"{reverse('behind')}?week={week.key}"
    back = reverse("home") if request.GET.get("from") == "home" else here

    def send(values: dict[str, Any]) -> Any:
        chosen = {team.pk for team in values["teams"]}
        items = [item for one in late if one.team.pk in chosen for item in one.reminders]
        return remind_of(items=items, by=request.user, today=today)

    return form_page(
        request,
        RemindForm(request.POST or None, behind=late, done=done),
        save=send,
        done=lambda sent: (back, sent.sentence),
        context={
            "heading": f"提醒没跟上的工作组（第{week.number}周）",
            "submit": "发送提醒",
            "intro": "组长和组员会在消息里收到，同一件事一天只提醒一次。" if late else "这一周各工作组都已跟上。",
            "cancel_url": back,
            "crumbs": [("谁没跟上", here)],
        },
    )
