"""去向公示: one village's board and door sheet, the list of villages, going out and coming back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import outings as actions
from appraisal.board import AWAY, HERE, OUT, UNKNOWN, Line, board_of, names
from appraisal.filters_board import BoardFilter
from appraisal.forms.outings import OutingForm
from appraisal.models import Outing
from appraisal.outing_times import offered_returns
from appraisal.permissions import NOTES_OUTINGS, note_outing, see_board
from lianzhen import phones
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.pages.forms import LONGEST_ID, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link
from lianzhen.wording import clock, long_date, number
from villages.models import Village


# --- Board --------------------------------------------------------------------------------------
@guarded(see_board, methods=LIST_METHODS)
def board(request: HttpRequest) -> HttpResponse:
    """One village when the address names it or somebody works in no other; otherwise the list."""
    seen = Village.objects.visible_to(request.user).current()
    village = None
    if request.method != "POST":
        village = _asked(request, seen) or (None if _sees_many(request.user) else seen.first())
    return _village_board(request, village) if village else _all_boards(request, seen)


def _sees_many(user: User) -> bool:
    """Whether the list is of use; told from the standing, without asking the database."""
    standing = user.standing
    return standing.has(*TOWN_WIDE, Role.DISTRICT, Role.WINDOW) or len(standing.villages()) > 1


def _asked(request: HttpRequest, villages: Any) -> Village | None:
    """The village of the address; a number that is none of those seen is not found."""
    key = request.GET.get("village", "")
    if not key.isascii() or not key.isdigit() or len(key) > LONGEST_ID:
        return None
    village = villages.filter(pk=key).first()
    if village is None:
        raise Http404
    return village


def _village_board(request: HttpRequest, village: Village) -> HttpResponse:
    now = timezone.localtime()
    lines = board_of([village], now)[village.pk]
    context = {
        "village": village,
        "lines": lines,
        "title": f"{village}去向公示",
        "phone": phones.as_printed(village.office_phone),
        "day": long_date(now.date()),
        "at": clock(now),
        "crumbs": [("去向公示", reverse("outing_board"))] if _sees_many(request.user) else [],
        "here": f"?village={village.pk}",
        "back_url": f"?village={village.pk}",
        **_own_part(request.user, village, lines, now),
    }
    printing = request.GET.get("print") == "1"
    return render(request, "appraisal/board_print.html" if printing else "appraisal/board.html", context)


def _own_part(user: User, village: Village, lines: list[Line], now: datetime) -> dict[str, Any]:
    """What a worker of this village may note down here; for everybody else the board is only read."""
    if village.pk not in user.standing.villages(*NOTES_OUTINGS):
        return {"notes": False}
    own = next((line for line in lines if line.person.user_id == user.pk), None)
    inside = [line.person for line in lines if line.outing is None]
    return {
        "notes": True,
        "own": own if own and own.outing else None,
        "form": OutingForm(people=inside, own=own.person.pk if own else None) if inside else None,
        "times": [clock(at) for at in offered_returns(now)],
        "out_url": f"{reverse('outing_add')}?village={village.pk}",
    }


# --- List ---------------------------------------------------------------------------------------
def _names(key: str, title: str, state: str) -> Column:
    return Column(key, title, lambda village: names(village.board, state))


COLUMNS = (
    Column(
        "village",
        "村",
        lambda village: village.name,
        show=lambda village: link(f"{reverse('outing_board')}?village={village.pk}", village.name),
        sort=["pinyin"],
        head=True,
    ),
    _names("here", "在岗", HERE),
    _names("out", "外出", OUT),
    _names("away", "请假、公出", AWAY),
    Column(
        "unknown",
        "未登记（人）",
        lambda village: sum(line.state == UNKNOWN for line in village.board),
        kind="number",
        secondary=True,
    ),
)


def _all_boards(request: HttpRequest, villages: Any) -> HttpResponse:
    now = timezone.localtime()

    def prepare(rows: list[Village]) -> None:
        boards = board_of(rows, now)
        for village in rows:
            village.board = boards[village.pk]

    page = ListPage(
        request,
        villages.select_related("group"),
        COLUMNS,
        title="去向公示",
        order=["group__position", "code"],
        filterset=BoardFilter,
        count=lambda n: f"共{number(n)}个村（社区），{long_date(now.date())}{clock(now)}",
        groups=lambda village: village.group.district_name if village.group else "未划片区",
        empty_text="没有可以查看的村。",
        prepare=prepare,
    )
    return page.respond()


# --- Going out and coming back --------------------------------------------------------------------
@guarded(note_outing)
def outing_add(request: HttpRequest) -> HttpResponse:
    """Sent from the board; a page of its own where something is missing."""
    own_villages = Village.objects.current().filter(pk__in=request.user.standing.villages(*NOTES_OUTINGS))
    village = _asked(request, own_villages) or own_villages.order_by("code").first()
    if village is None:
        raise Http404
    now = timezone.localtime()
    lines = board_of([village], now)[village.pk]
    own = next((line.person.pk for line in lines if line.person.user_id == request.user.pk), None)
    here = f"{reverse('outing_board')}?village={village.pk}"
    return form_page(
        request,
        OutingForm(request.POST or None, people=[line.person for line in lines], own=own),
        save=lambda values: actions.go_out(village=village, by=request.user, now=now, **values),
        done=lambda outing: (
            here,
            f"已登记外出：{outing.person}，预计{clock(timezone.localtime(outing.back_expected))}返回。",
        ),
        template="appraisal/outing_form.html",
        context={
            "heading": f"登记外出（{village}）",
            "times": [clock(at) for at in offered_returns(now)],
            "cancel_url": here,
            "crumbs": [("去向公示", here)],
        },
    )


@guarded(note_outing, find=visible(Outing), methods=("POST",))
def outing_back(request: HttpRequest, outing: Outing) -> HttpResponse:
    actions.come_back(outing=outing, by=request.user, now=timezone.now())
    messages.success(request, f"已登记返回：{outing.person}。")
    answer = HttpResponseRedirect(f"{reverse('outing_board')}?village={outing.village_id}")
    answer.status_code = 303
    return answer
