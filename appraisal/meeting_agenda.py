"""议程 of a weekly meeting, made from what is on record: nobody types it.

A meeting hears what became of the last decisions (domain.md §1.4), who is behind and why, what the villages
ask of the town, and what the calendar brings. The meeting keeps it as JSON, with the moment it was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from appraisal.behind import look_at, village_place
from appraisal.meeting_days import Fixed, calendar_notes, looked_ahead_to, looked_back_on
from appraisal.models import Decision, TownNeed, WeeklyMeeting
from lianzhen.periods import Week
from lianzhen.town.models import CalendarDay, CalendarYear
from lianzhen.wording import list_date
from villages.models import DutyPlan, LiaisonTeam, Village
from villages.visibility import sees_all_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


@dataclass(frozen=True)
class Line:
    """One sentence with its state and where it leads. `village`: whose matter it is; the link is for those who
    see that village (None: for everybody who sees the meeting). `need`: of a village's request, to decide on."""

    text: str
    state: str = ""
    tone: str = ""
    url: str = ""
    village: int | None = None
    need: int | None = None


@dataclass(frozen=True)
class Section:
    title: str
    lines: tuple[Line, ...]
    empty: str


@dataclass(frozen=True)
class Agenda:
    """`made_at`: as of when, aware."""

    made_at: datetime
    sections: tuple[Section, ...]

    def as_json(self) -> dict[str, Any]:
        return {"made_at": self.made_at.isoformat(), "sections": [asdict(section) for section in self.sections]}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Agenda:
        sections = [Section(one["title"], _lines(one["lines"]), one["empty"]) for one in kept["sections"]]
        return cls(datetime.fromisoformat(kept["made_at"]), tuple(sections))

    def seen_by(self, user: User) -> Agenda:
        """The same with links only where they lead somewhere for this user. At most one query."""
        if sees_all_villages(user):
            return self
        seen = set(Village.objects.visible_to(user).values_list("pk", flat=True))

        def shown(line: Line) -> Line:
            hidden = line.village is not None and line.village not in seen
            return Line(line.text, line.state, line.tone) if hidden else line

        sections = (Section(s.title, tuple(map(shown, s.lines)), s.empty) for s in self.sections)
        return Agenda(self.made_at, tuple(sections))


def _lines(kept: Sequence[dict[str, Any]]) -> tuple[Line, ...]:
    return tuple(Line(**line) for line in kept)


def make_agenda(held_on: date, now: datetime) -> Agenda:
    """The agenda of the meeting of a day, as things stand now. A fixed number of queries."""
    today = timezone.localdate(now)
    back = looked_back_on(held_on)
    sections = (
        Section("上次议定事项落实情况", _decisions(held_on, today), "没有需要跟进的议定事项。"),
        Section(f"{back.title}谁没跟上", _behind(back, today, now), "各工作组都已跟上。"),
        Section("村里需镇里解决的事", _needs(today), "没有待解决的事。"),
        Section("节假日和固定办公日", _calendar(held_on), "近两周没有放假和调休。"),
    )
    return Agenda(now, sections)


def _decisions(held_on: date, today: date) -> tuple[Line, ...]:
    return tuple(decision_line(decision, today) for decision in heard_on(held_on))


def heard_on(held_on: date) -> list[Decision]:
    """What a meeting of a day hears about: the decisions of the meeting before, whatever became of them, and
    older ones that are still open. One query."""
    before = WeeklyMeeting.objects.filter(week_start__lt=Week.of(held_on).start).order_by("-week_start")
    latest = before.values("pk")[:1]
    earlier = Decision.objects.filter(meeting__week_start__lt=Week.of(held_on).start)
    rows = earlier.filter(Q(meeting__in=latest) | Q(state=Decision.State.OPEN))
    return list(rows.select_related("meeting", "team__village", "department", "owner").order_by("due_on", "pk"))


def decision_line(decision: Decision, today: date) -> Line:
    """第47周第2项：… （示例一村联村工作组，12月1日前） with how far it is."""
    year = decision.meeting.held_on.year
    text = f"第{decision.meeting.week.number}周第{decision.number}项：{decision.text}"
    text += f"（{decision.owners}，{list_date(decision.due_on, year)}前）"
    if decision.result:
        text += f" {decision.get_state_display()}：{decision.result}"
    tone, state = decision_state(decision, today)
    return Line(text, state, tone, reverse("decision", args=[decision.pk]))


def decision_state(decision: Decision, today: date) -> tuple[str, str]:
    """(tone, words): 超期3天, 今天到期, 办理中, 已落实, 不再办理."""
    if decision.state == Decision.State.DONE:
        return "done", "已落实"
    if decision.state == Decision.State.DROPPED:
        return "off", "不再办理"
    if decision.due_on < today:
        return "bad", f"超期{(today - decision.due_on).days}天"
    return ("warn", "今天到期") if decision.due_on == today else ("wait", "办理中")


def _behind(week: Week, today: date, now: datetime) -> tuple[Line, ...]:
    last = min(week.end, today)
    teams = LiaisonTeam.objects.on(last).select_related("village__group")
    look = look_at(sorted(teams, key=village_place), week, today, now, with_office=True)
    lines = [
        Line(f"{one.team}：{one.words}", url=one.reasons[0].url, village=one.team.village_id) for one in look.behind
    ]
    return tuple(lines + [Line(f"{item.who}：{item.text}") for item in look.office])


def _needs(today: date) -> tuple[Line, ...]:
    rows = TownNeed.objects.open().select_related("village", "department", "owner").order_by("raised_on", "pk")
    return tuple(_need_line(need, today) for need in rows)


def _need_line(need: TownNeed, today: date) -> Line:
    who = "、".join(str(one) for one in (need.department, need.owner) if one)
    told = f"{list_date(need.raised_on, today.year)}提出"
    if who:
        told += f"，{who}承办，{list_date(need.due_on, today.year)}前"
    late = need.due_on is not None and need.due_on < today
    return Line(
        f"{need.village}：{need.text}（{told}）",
        f"超期{(today - need.due_on).days}天" if late else need.get_state_display(),
        "bad" if late else "wait",
        reverse("need", args=[need.pk]),
        need.village_id,
        need.pk,
    )


def _calendar(held_on: date) -> tuple[Line, ...]:
    weeks = looked_ahead_to(held_on)
    first, last = weeks[0].start, weeks[-1].end
    specs = {row.date: row.spec for row in CalendarDay.objects.between(first, last)}
    fixed = fixed_days(first, last)
    lines = [Line(f"{week.title}：{note}") for week in weeks for note in calendar_notes(week, specs, fixed)]
    for year in sorted({first.year, last.year} - CalendarYear.objects.years()):
        lines.append(Line(f"{year}年工作日历还没有导入，放假和调休以通知为准。"))
    return tuple(lines)


def fixed_days(first: date, last: date) -> Sequence[Fixed]:
    """The fixed days of every team that works in between. One query."""
    plans = DutyPlan.objects.filter(Q(ends_on=None) | Q(ends_on__gte=first), starts_on__lte=last)
    plans = plans.filter(Q(team__ends_on=None) | Q(team__ends_on__gte=first))
    rows = plans.order_by("team__village__code").values_list("team__village__name", "weekdays", "starts_on", "ends_on")
    return [Fixed(name, frozenset(map(int, days)), start, end) for name, days, start, end in rows]
