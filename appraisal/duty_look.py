"""One team in one week as sets of days: what `duty_week` and `duty_totals` make their figures from.

Pure. A county asks about six hundred teams in six weeks at once: what can be known once for the week is, and
nobody is looked for among leaves where nobody is away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from appraisal.duty_terms import (
    ABSENT,
    ASKED,
    DUE,
    HERE,
    IN_DISPUTE,
    LEAVE,
    LEGEND,
    NONE,
    OFF,
    OFFICIAL,
    STATES,
    Away,
    DayFact,
    Owed,
    Presence,
    TeamFacts,
)
from appraisal.working_rules import Rules
from lianzhen.periods import Span, Week
from lianzhen.town.workdays import WorkCalendar
from lianzhen.wording import WEEKDAYS

DIGITS = "1234567"


@lru_cache(maxsize=600)
def days_of(week: Week) -> tuple[date, ...]:
    """Monday to Sunday."""
    return week.days


class Look:
    """The sets of days that every figure of a team's week is made from."""

    def __init__(
        self,
        week: Week,
        team: TeamFacts,
        calendar: WorkCalendar,
        today: date,
        holidays: Mapping[date, str],
        rules: Rules,
    ) -> None:
        self.week, self.team, self.calendar, self.today, self.holidays = week, team, calendar, today, holidays
        self.kept, self.days = rules.kept, days_of(week)
        self.works = {day for day in self.days if calendar.is_workday(day)}
        self.existing = self._existing(team.span)
        self.workdays = [day for day in self.existing if day in self.works]
        self._expect()
        self._enter()
        self._members: dict[date, set[int]] = {}
        self.done = frozenset(day for day, people in self.here.items() if any(self.of_team(p, day) for p in people))
        self.exempt = frozenset(self._exempt()) if team.absences else frozenset()

    def _existing(self, span: Span) -> Sequence[date]:
        if span.covers(self.days[0]) and span.covers(self.days[-1]):
            return self.days
        return [day for day in self.days if span.covers(day)]

    def _expect(self) -> None:
        """The fixed days with what was moved. Before the working week was kept here nobody was expected."""
        plans, shifts = (self.team.plans, self.team.shifts) if self.kept else ((), ())
        named = {
            day
            for plan in plans
            for digit, day in zip(DIGITS, self.days, strict=True)
            if digit in plan.weekdays and plan.span.covers(day)
        }
        self.fixed = [day for day in self.existing if day in named]
        in_week = [shift for shift in shifts if shift.to_day in self.existing]
        self.moved_to = {shift.to_day: shift for shift in in_week if shift.accepted}
        self.moved_from = {shift.from_day: shift for shift in in_week if shift.accepted and shift.from_day}
        self.asked_shifts = {shift.to_day for shift in in_week if not shift.accepted}
        worked = {day for day in self.fixed if day in self.works}
        self.due_days = tuple(sorted((worked - self.moved_from.keys()) | self.moved_to.keys()))

    def _enter(self) -> None:
        """Who was entered for a day of the week, and the days by what they were entered as."""
        self.here: dict[date, set[int]] = {}
        self.entered: dict[tuple[date, int], Presence] = {}
        for presence in self.team.by_week.get(self.days[0], ()):
            self.entered[presence.day, presence.person_id] = presence
            if presence.state == "here":
                self.here.setdefault(presence.day, set()).add(presence.person_id)
        self.asked_days = {presence.day for presence in self.entered.values() if presence.state == "asked"}
        self.disputed_days = {presence.day for presence in self.entered.values() if presence.state == "disputed"}

    def _exempt(self) -> list[date]:
        return [day for day in self.days if day not in self.done and self.all_away(day, official=True)]

    def of_team(self, person_id: int, day: date) -> bool:
        """Whether the person's presence makes the day one of the team: a member, or who stands in for one."""
        members = self.members(day)
        if person_id in members or self.entered[day, person_id].stands_in:
            return True
        return any((away := self.away(member, day)) and away.substitute_id == person_id for member in members)

    def members(self, day: date) -> set[int]:
        found = self._members.get(day)
        if found is None:
            services = self.team.services
            found = {s.person_id for s in services if s.role != "cadre" and s.span.covers(day)}
            self._members[day] = found
        return found

    def away(self, person_id: int, day: date) -> Away | None:
        return next((away for away in self.team.absences.get(person_id, ()) if away.covers(day)), None)

    def all_away(self, day: date, *, official: bool) -> bool:
        """Whether every member has leave on the day (official travel, where asked for). Nobody serving is
        no excuse: a village without a team's people is what the office must see."""
        if not self.team.absences:
            return False
        leaves = [self.away(member, day) for member in self.members(day)]
        return bool(leaves) and all(leave and (leave.is_official or not official) for leave in leaves)

    def owed(self, rules: Rules) -> Owed:
        return _owed(self.workdays, self.due_days, self.fixed, self.exempt, need_days(rules))

    def owed_by(self, person_id: int, spans: Sequence[Span], rules: Rules) -> Owed:
        """The same for one person: the days of his service, any approved leave excusing him."""

        def serving(day: date) -> bool:
            return any(span.covers(day) for span in spans)

        excused = {d for d in self.days if self.away(person_id, d) and person_id not in self.here.get(d, ())}
        workdays = [day for day in self.workdays if serving(day)]
        due = tuple(day for day in self.due_days if serving(day))
        return _owed(workdays, due, [day for day in self.fixed if serving(day)], excused, need_days(rules))

    def days_there(self, person_id: int) -> list[date]:
        return [day for day, people in self.here.items() if person_id in people]

    def proposals(self, owed: Owed) -> tuple[date, ...]:
        """Workdays from today on for the fixed days that are not worked, unless somebody came on another day
        or has asked for one."""
        extra = {day for day in self.done | self.asked_shifts if day not in self.due_days}
        short = owed.need + owed.excused - len(self.due_days) - len(extra)
        if short <= 0:
            return ()
        free = [day for day in self.workdays if day >= self.today and day not in extra | self.exempt]
        return _fallbacks(short, self.fixed, self.due_days, free)

    # --- One day ------------------------------------------------------------------------------
    def team_day(self, day: date) -> DayFact:
        mark, note = self._team_mark(day)
        return self._fact(day, mark, note)

    def person_day(self, day: date, person_id: int, serving: bool, own: bool) -> DayFact:
        mark, note = self._person_mark(day, person_id, serving, own)
        return self._fact(day, mark, note)

    def _fact(self, day: date, mark: str, note: str) -> DayFact:
        return DayFact(day, day in self.works, day in self.fixed, mark, STATES[mark], note)

    def _team_mark(self, day: date) -> tuple[str, str]:
        if day in self.done:
            return HERE, ""
        if day in self.asked_days:
            return ASKED, LEGEND[ASKED]
        if day not in self.existing:
            return NONE, "工作组还没有成立" if day < self.team.span.starts_on else "工作组已经结束"
        if day in self.due_days:
            return self._due_mark(day)
        return self._idle_mark(day)

    def _due_mark(self, day: date) -> tuple[str, str]:
        if day in self.exempt:
            return OFFICIAL, "组内人员均公出，不计应到"
        if self.all_away(day, official=False):
            return LEAVE, "组内人员均已请假，没有替班"
        note = self._why(day)
        return (DUE, note) if day >= self.today else (ABSENT, note)

    def _idle_mark(self, day: date) -> tuple[str, str]:
        if day not in self.works:
            return OFF, self.holidays.get(day, "")
        if shift := self.moved_from.get(day):
            return NONE, f"已调至{short_day(shift.to_day)}"
        return NONE, self._why(day)

    def _why(self, day: date) -> str:
        if day in self.disputed_days:
            return IN_DISPUTE
        if day in self.here:
            return "只有村干部在岗"
        if shift := self.moved_to.get(day):
            return f"顶替{short_day(shift.from_day)}" if shift.from_day else "顺延"
        return ""

    def _person_mark(self, day: date, person_id: int, serving: bool, own: bool) -> tuple[str, str]:
        if entry := self.entered.get((day, person_id)):
            return self._entered_mark(entry)
        if not serving:
            return NONE, ""
        if not self.is_open(day):
            return OFF, self.holidays.get(day, "")
        if away := self.away(person_id, day):
            return (OFFICIAL if away.is_official else LEAVE), away.text
        if day not in self.due_days:
            return self._idle_mark(day)
        if not own and day in self.done:
            return NONE, "组内已有人在岗"
        return (DUE, self._why(day)) if day >= self.today else (ABSENT, self._why(day))

    def is_open(self, day: date) -> bool:
        """A day on which somebody could be missed: worked, or moved to."""
        return day in self.works or day in self.moved_to

    def _entered_mark(self, entry: Presence) -> tuple[str, str]:
        if entry.state == "here":
            return HERE, entry.note or ("替班" if entry.stands_in else "")
        return (ASKED, LEGEND[ASKED]) if entry.state == "asked" else (NONE, IN_DISPUTE)


def need_days(rules: Rules) -> int:
    return rules.need_days if rules.kept else 0


def short_day(day: date) -> str:
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()][-1]}）"


def _owed(
    workdays: Sequence[date], due: Sequence[date], fixed: Sequence[date], excused: Iterable[date], need_days: int
) -> Owed:
    """`min(need_days, workdays)`, less the due days excused that the other due days do not stand for."""
    away = set(excused)
    full = min(need_days, len(workdays))
    kept = [day for day in due if day not in away]
    left = [day for day in workdays if day not in away]
    lost = max(0, min(full, len(due)) - len(kept))
    need = min(full - lost, len(left))
    slots = [*kept, *_fallbacks(need - len(kept), fixed, due, left)]
    return Owed(need, tuple(sorted(slots[:need])), full - need)


def _fallbacks(wanted: int, fixed: Sequence[date], due: Sequence[date], free: Sequence[date]) -> tuple[date, ...]:
    """顺延: for each fixed day that is not due, the next free workday of the week; where there is none, the
    nearest before it. Without fixed days the first workdays of the week."""
    chosen: list[date] = []
    open_days = [day for day in free if day not in due]
    anchors = [day for day in fixed if day not in due]
    while len(chosen) < wanted and open_days:
        anchor = anchors.pop(0) if anchors else None
        later = [day for day in open_days if anchor is None or day > anchor]
        day = later[0] if later else open_days[-1]
        chosen.append(day)
        open_days.remove(day)
    return tuple(sorted(chosen))
