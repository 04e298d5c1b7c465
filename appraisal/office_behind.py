"""What the town itself is late with: the office, the liaison groups, whoever took something over.

Stands beside the teams in 谁没跟上 (design §3, Fairness): who chases others is seen to be chased.
A matter is late when it has waited longer than the working days that a team has to explain an empty office
(`Rules.explain_workdays`), or when its own date has passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.urls import reverse

from appraisal.models import (
    Appeal,
    Decision,
    DutyAttendance,
    DutyLog,
    DutyShift,
    Leave,
    ScoreEntry,
    SpotCheck,
    TownNeed,
    WorkRules,
)
from appraisal.waiting import Item, Source, gather
from appraisal.working_rules import Rules
from lianzhen.town.models import CalendarDay
from lianzhen.town.workdays import WorkCalendar

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

#: Far enough back to find `Rules.explain_workdays` (20 at most) before any run of holidays.
CALENDAR_BEFORE = timedelta(days=60)


@dataclass(frozen=True)
class OfficeItem:
    """One kind of late matter: whose, in words, how many, where to deal with it."""

    who: str
    text: str
    count: int
    url: str


@dataclass(frozen=True)
class _Kind:
    who: str
    text: str
    url_name: str
    query: str = ""
    #: The item's day is a limit of its own that has passed; otherwise it is when the waiting began.
    is_limit: bool = False


KINDS = {
    "makeup": _Kind("片区联络组", "补登待同意", "duty_requests"),
    "shift": _Kind("片区联络组", "调休待同意", "duty_requests"),
    "dispute": _Kind("片区联络组", "驻村登记异议未处理", "duty_requests"),
    "explained": _Kind("片区联络组", "抽查说明未认定", "spot_check_list"),
    "leave_group": _Kind("片区联络组", "请假公出待批", "leave_list"),
    "leave_office": _Kind("联村工作办", "请假公出待批", "leave_list"),
    "leave_committee": _Kind("党委委员", "请假公出待批", "leave_list"),
    "entry_waiting": _Kind("联村工作办主任和片区联络组", "扣分待复核", "deduction_list", "?state=waiting"),
    "bonus_claimed": _Kind("片区联络组", "加分待出意见", "bonus_list", "?state=claimed"),
    "bonus_opinion": _Kind("联村工作办", "加分待核实", "bonus_list", "?state=opinion"),
    "bonus_verified": _Kind("联村工作办主任", "加分待决定", "bonus_list", "?state=verified"),
    "appeal_late": _Kind("联村工作办", "申诉超期未答复", "appeal_list", "?state=late", is_limit=True),
    "need_new": _Kind("联村工作办", "需镇里解决的事未交办", "need_list"),
    "need_late": _Kind("承办站所（办）", "需镇里解决的事超期", "need_list", is_limit=True),
    "decided": _Kind("责任站所（办）和责任人", "议定事项超期", "decision_list", "?state=overdue", is_limit=True),
}


def office_behind(today: date) -> list[OfficeItem]:
    """All that the town is late with. Three queries."""
    calendar = WorkCalendar(CalendarDay.objects.between(today - CALENDAR_BEFORE, today).as_exceptions())
    return late_items(gather(office_sources(today)), today, calendar, WorkRules.objects.in_force(today))


def office_sources(today: date, user: User | None = None) -> dict[str, Source]:
    """What waits for the town's people, late or not; of what `user` sees, or all of it."""

    def seen(rows: QuerySet) -> QuerySet:
        return rows.visible_to(user) if user is not None else rows

    asked = seen(Leave.objects.filter(state=Leave.State.ASKED))
    needs = seen(TownNeed.objects.open())
    entries, appeals = seen(ScoreEntry.objects.all()), seen(Appeal.objects.open())
    disputed = seen(DutyAttendance.objects.disputed())
    steps = {
        Leave.Step.GROUP: "leave_group",
        Leave.Step.OFFICE: "leave_office",
        Leave.Step.COMMITTEE: "leave_committee",
    }
    recorded = {ScoreEntry.State.WAITING: "entry_waiting", ScoreEntry.State.CLAIMED: "bonus_claimed"}
    return {
        "makeup": Source(seen(DutyLog.objects.filter(state=DutyLog.State.PENDING)), "created_at"),
        "shift": Source(seen(DutyShift.objects.filter(state=DutyShift.State.ASKED)), "created_at"),
        "dispute": Source(disputed, "disputed_at", "log__team_id"),
        "explained": Source(seen(SpotCheck.objects.filter(state=SpotCheck.State.EXPLAINED)), "explained_at"),
        "leave": Source(asked.filter(step__in=steps), "created_at", text="step", kinds=steps),
        "recorded": Source(entries.filter(state__in=recorded), "recorded_at", text="state", kinds=recorded),
        "bonus_opinion": Source(entries.filter(state=ScoreEntry.State.OPINION), "opinion_at"),
        "bonus_verified": Source(entries.filter(state=ScoreEntry.State.VERIFIED), "verified_at"),
        "appeal_late": Source(appeals.filter(answer_by__lt=today), "answer_by", "entry__team_id"),
        "need_new": Source(needs.filter(state=TownNeed.State.NEW), "raised_on", ""),
        "need_late": Source(needs.filter(state=TownNeed.State.ASSIGNED, due_on__lt=today), "due_on", ""),
        "decided": Source(seen(Decision.objects.overdue(today)).filter(team=None), "due_on", ""),
    }


def late_items(
    items: Mapping[str, Sequence[Item]], today: date, calendar: WorkCalendar, rules: Rules
) -> list[OfficeItem]:
    """Those that have waited too long, a line for each kind. No query."""
    since = calendar.add_workdays(today, -rules.explain_workdays)
    found = []
    for name, kind in KINDS.items():
        late = [item for item in items.get(name, ()) if kind.is_limit or item.day < since]
        if late:
            oldest = late[0].day
            url = reverse(kind.url_name) + kind.query
            words = "最早应于" if kind.is_limit else "最早"
            text = f"{kind.text}{len(late)}件（{words}{oldest.month}月{oldest.day}日）"
            found.append(OfficeItem(kind.who, text, len(late), url))
    return found
