"""要办的事: what a home page asks somebody to do today, each line with its date and where to do it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone

from appraisal.entry_rules import CLOSING
from appraisal.leave_states import waiting_for
from appraisal.models import (
    Appeal,
    Decision,
    DutyAttendance,
    DutyLog,
    DutyShift,
    Leave,
    ScoreEntry,
    SpotCheck,
    Suggestion,
    TownNeed,
    WeeklyMeeting,
)
from appraisal.permissions_entries import of_own_team
from appraisal.report_state import ReportState
from appraisal.waiting import Item, Source
from lianzhen.periods import Week
from lianzhen.wording import clock, list_date, points_change
from villages.models import LiaisonTeam

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

Items = Mapping[str, Sequence[Item]]


@dataclass(frozen=True)
class Todo:
    """One line. `note`: until when, or how late; `tone`: warn today, bad when late, "" otherwise; `count`: of
    how many matters, 0 where the line is one matter."""

    text: str
    url: str
    note: str = ""
    tone: str = ""
    count: int = 0
    day: date | None = None


# --- What is asked for ------------------------------------------------------------------------------
def own_sources(user: User, today: date) -> dict[str, Source]:
    """What waits for the user himself: decisions to see to, leave to decide, needs of villages in his charge."""
    needs = TownNeed.objects.open().filter(owner__user_id=user.pk)
    return {
        "my_decisions": Source(Decision.objects.open().owed_by(user), "due_on", text="text"),
        "my_leaves": Source(Leave.objects.filter(waiting_for(user)), "starts_on", text="person__name"),
        "my_needs": Source(needs.filter(due_on__isnull=False), "due_on", "", text="text"),
    }


def team_sources_of(teams: Sequence[LiaisonTeam]) -> dict[str, Source]:
    """What waits in the user's own teams: explanations to give, entries under dispute, deductions that can still
    be appealed against and that nobody of the team has marked as read, what is to be put right."""
    disputed = DutyAttendance.objects.disputed().filter(log__team__in=teams)
    deductions = ScoreEntry.objects.filter(team__in=teams, kind=ScoreEntry.Kind.DEDUCTION)
    unread = deductions.filter(state=ScoreEntry.State.NOTIFIED, read_at=None, appeal_until__gte=timezone.now())
    points_and_fact = Concat(Cast("points", CharField()), Value(" "), "fact", output_field=CharField())
    wanting = deductions.filter(rectify_by__isnull=False, rectified_at=None).exclude(state__in=ScoreEntry.OVER)
    return {
        "my_deductions": Source(unread, "appeal_until", text=points_and_fact),
        "my_rectifying": Source(wanting, "rectify_by", text="fact"),
        "my_spots": Source(SpotCheck.objects.filter(team__in=teams, state=SpotCheck.State.ASKED), "explain_by"),
        "my_disputes": Source(DutyLog.objects.filter(pk__in=disputed.values("log_id")), "day"),
    }


def district_sources(user: User) -> dict[str, Source]:
    """What the teams of the district ask of its liaison group. Not of one's own team: somebody else decides."""
    own = user.standing.teams()

    def seen(rows: QuerySet, path: str = "team_id") -> QuerySet:
        return rows.filter(**{f"{path.removesuffix('_id')}__village__group__in": user.standing.groups()}).exclude(
            **{f"{path}__in": own}
        )

    entries = ScoreEntry.objects.exclude(of_own_team(user))
    disputed = seen(DutyAttendance.objects.disputed(), "log__team_id")
    return {
        "asked_makeups": Source(seen(DutyLog.objects.filter(state=DutyLog.State.PENDING)), "created_at"),
        "asked_shifts": Source(seen(DutyShift.objects.filter(state=DutyShift.State.ASKED)), "created_at"),
        "asked_disputes": Source(disputed, "disputed_at", "log__team_id"),
        "asked_confirms": Source(seen(entries.filter(state=ScoreEntry.State.WAITING)), "recorded_at"),
        "asked_opinions": Source(seen(entries.filter(state=ScoreEntry.State.CLAIMED)), "recorded_at"),
        "asked_spots": Source(seen(SpotCheck.objects.filter(state=SpotCheck.State.EXPLAINED)), "explained_at"),
    }


def desk_sources() -> dict[str, Source]:
    """What the office has on its desk besides `office_behind.office_sources`."""
    return {
        "to_answer": Source(Appeal.objects.open(), "answer_by", "entry__team_id"),
        "suggested": Source(Suggestion.objects.filter(state=Suggestion.State.OPEN), "occurred_on"),
    }


def meeting_sources(week: Week) -> dict[str, Source]:
    return {"meeting": Source(WeeklyMeeting.objects.filter(week_start=week.start), "held_on", "", text="state")}


# --- In words ---------------------------------------------------------------------------------------
def own_todos(items: Items, today: date) -> list[Todo]:
    """Those of `own_sources` and `team_sources_of`, the earliest first. No query."""
    found = [
        *_each(items, "my_decisions", lambda item: _dated(item, today, item.text or "", "decision")),
        *_each(items, "my_needs", lambda item: _dated(item, today, item.text or "", "need")),
        *_each(items, "my_deductions", lambda item: deduction_todo(item, today)),
        *_each(items, "my_rectifying", lambda item: _dated(item, today, f"整改：{item.text}", "deduction")),
        *_each(items, "my_spots", lambda item: _dated(item, today, "说明抽查时的情况", "spot_check")),
        *_each(items, "my_leaves", lambda item: _leave(item, today)),
        *_each(items, "my_disputes", lambda item: _dispute(item, today)),
    ]
    return sorted(found, key=lambda todo: (todo.day or date.max, todo.text))


def district_todos(items: Items) -> list[Todo]:
    return [
        *_counted(items, "asked_makeups", "补登待同意", f"{reverse('duty_requests')}"),
        *_counted(items, "asked_shifts", "调休待同意", reverse("duty_shift_list")),
        *_counted(items, "asked_disputes", "驻村登记异议待处理", reverse("duty_requests")),
        *_counted(items, "asked_confirms", "扣分待复核", reverse("approval_list")),
        *_counted(items, "asked_opinions", "加分待出意见", reverse("approval_list")),
        *_counted(items, "asked_spots", "抽查说明待认定", reverse("spot_check_list")),
    ]


def opinions_by_team(items: Items) -> Counter[int]:
    """How much of each team waits for the liaison group of its district."""
    asked = [item for kind, rows in items.items() if kind.startswith("asked_") for item in rows]
    return Counter(item.team_id for item in asked if item.team_id is not None)


def desk_todos(items: Items, signing: Collection[str] = ()) -> list[Todo]:
    """Those of `desk_sources`, and of `office_behind.office_sources` what is the office's own. Nothing where the
    former were not asked for: whoever looks at the office has no desk there. `signing`: kinds of which each matter
    has its own line already (`todos_signing`); only what is for somebody else is counted."""
    if "to_answer" not in items:
        return []
    items = {kind: _others(rows, items, signing, kind) for kind, rows in items.items()}
    return [
        *_counted(items, "need_new", "需镇里解决的事待交办", reverse("need_list")),
        *_counted(items, "entry_waiting", "扣分待复核", f"{reverse('deduction_list')}?state=waiting"),
        *_counted(items, "bonus_opinion", "加分待核实", f"{reverse('bonus_list')}?state=opinion"),
        *_counted(items, "bonus_verified", "加分待决定", f"{reverse('bonus_list')}?state=verified"),
        *_counted(items, "to_answer", "申诉待答复", reverse("appeal_list")),
        *_counted(items, "suggested", "建议扣分待办理", reverse("suggestion_list")),
    ]


#: Kinds of `todos_signing` and what they are called here.
SIGNED = {"entry_waiting": "sign_entries", "bonus_verified": "sign_bonuses", "to_answer": "sign_appeals"}


def _others(rows: Sequence[Item], items: Items, signing: Collection[str], kind: str) -> Sequence[Item]:
    own = SIGNED.get(kind)
    if own is None or own not in signing:
        return rows
    mine = {item.pk for item in items.get(own, ())}
    return [item for item in rows if item.pk not in mine]


def meeting_todos(items: Items, week: Week, usual: date | None, today: date, *, keeps: bool) -> list[Todo]:
    """This week's meeting: that it is today, that it has no record yet, that it is not set up. `usual`: the day
    of the rules; `keeps`: the office, whose work the record is."""
    url = reverse("meeting", args=[week.key])
    found = next(iter(items.get("meeting", ())), None)
    if found is None:
        if not keeps or usual is None:
            return []
        return [Todo(f"建立第{week.number}周例会", url, list_date(usual, today.year), day=usual)]
    if found.text != WeeklyMeeting.State.PLANNED or (found.day < today and not keeps):
        return []
    if found.day < today:
        return [Todo(f"完成第{week.number}周例会记录", url, list_date(found.day, today.year), "warn", day=found.day)]
    note, tone = ("今天", "warn") if found.day == today else (list_date(found.day, today.year), "")
    return [Todo(f"第{week.number}周例会", url, note, tone, day=found.day)]


def report_todo(team: LiaisonTeam, week: Week, state: ReportState, today: date, *, named: bool) -> list[Todo]:
    """The report that is still to be sent. `named`: with the village, for who serves in several teams."""
    if not state.is_missing:
        return []
    due = timezone.localtime(state.due)
    text = f"第{week.number}周周报" + (f"（{team.village.name}）" if named else "")
    day = due.date()
    words = f"{'今天' if day == today else list_date(day, today.year)}{clock(due)}"
    url = reverse("weekly_report", args=[week.key, team.pk])
    if state.code == "overdue":
        return [Todo(text, url, f"已过{words}", "bad", day=day)]
    return [Todo(text, url, f"{words}前", "warn" if day == today else "", day=day)]


def _each(items: Items, kind: str, make: Callable[[Item], Todo]) -> list[Todo]:
    return [make(item) for item in items.get(kind, ())]


def _counted(items: Items, kind: str, text: str, url: str) -> list[Todo]:
    count = sum(item.count for item in items.get(kind, ()))
    return [Todo(text, url, count=count)] if count else []


#: Characters of one line at a desk; a phone cuts it shorter.
SHORT = 40


def _dated(item: Item, today: date, text: str, page: str) -> Todo:
    note, tone = until(item.day, today)
    text = text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"
    return Todo(text, reverse(page, args=[item.pk]), note, tone, day=item.day)


def deduction_todo(item: Item, today: date) -> Todo:
    """扣分 −1.0分：会议没有开 · 11月22日17:00前可申诉"""
    points, fact = (item.text or "").split(" ", 1)
    day = "今天" if item.day == today else list_date(item.day, today.year)
    found = _dated(item, today, f"扣分 {points_change(-Decimal(points))}：{fact}", "deduction")
    return replace(found, note=f"{day}{CLOSING:%H:%M}前可申诉")


def _leave(item: Item, today: date) -> Todo:
    note = f"{list_date(item.day, today.year)}起"
    return Todo(f"批{item.text}的请假公出", reverse("leave", args=[item.pk]), note, day=item.day)


def _dispute(item: Item, today: date) -> Todo:
    text = f"{list_date(item.day, today.year)}驻村登记有异议"
    return Todo(text, reverse("duty", args=[item.pk]), "待处理", "warn", day=item.day)


def until(day: date, today: date) -> tuple[str, str]:
    """(note, tone): 超期3天, 今天到期, 12月3日前."""
    if day < today:
        return f"超期{(today - day).days}天", "bad"
    return ("今天到期", "warn") if day == today else (f"{list_date(day, today.year)}前", "")
