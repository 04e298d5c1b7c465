"""What a week owes: the arithmetic of the duty days of one team, and of each person who sits there with it.

Source: the article (每周定点不少于2天) and the compliance algorithm of domain.md §1.2. Pure: no query, no
clock; `today` only decides what is still to come. `facts` collects what these functions are given.

* A week owes `min(rules.need_days, workdays on which the team exists)`; 调休 counts in both directions.
* Fixed days that are holidays are exempt, and the next workday of the same week is proposed instead (顺延).
* 公假 excuses: a due day on which every member is on official travel is not owed and not made up for.
* Leave excuses the person, not the village: it is served when a substitute sits there.
* Any day on which the team sat there is a day done, fixed or not: the article counts days. A fixed day on
  which nobody came is marked 缺 nevertheless, because the villagers had been told of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

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
    PersonDuty,
    Presence,
    Service,
    TeamFacts,
    WeekDuty,
)
from appraisal.working_rules import EXAMPLE, Rules
from lianzhen.periods import Month, Span, Week
from lianzhen.town.workdays import WorkCalendar
from lianzhen.wording import WEEKDAYS


# --- The week of a team -----------------------------------------------------------------------
def week_duty(
    week: Week,
    team: TeamFacts,
    calendar: WorkCalendar,
    today: date,
    rules: Rules = EXAMPLE,
    holidays: Mapping[date, str] | None = None,
) -> WeekDuty:
    """What the week owes, what was done, and what each of its seven days looks like."""
    look = _Look(week, team, calendar, today, holidays or {}, rules)
    owed = look.owed(rules)
    done = look.done
    days = tuple(look.team_day(day) for day in week)
    unfilled = owed.unfilled(done)
    need, count, missing, missed, unit = owed.need, len(done), len(unfilled), _before(unfilled, today), "天"
    if rules.counted_per_person:
        need, count, missed = _sum_of_members(look, rules)
        missing, unit = need - count, "人天"
    proposals = look.proposals(owed)
    sentence = _sentence(look, need, count, missing, unit, proposals, owed.excused)
    return WeekDuty(
        week,
        need,
        count,
        missing,
        days,
        look.due_days,
        proposals,
        sentence,
        missed,
        owed.excused,
        unit,
        slots=owed.slots,
        unfilled=unfilled,
    )


def person_duties(
    period: Week | Month,
    team: TeamFacts,
    calendar: WorkCalendar,
    today: date,
    rules_of: Callable[[Week], Rules] = lambda week: EXAMPLE,
    holidays: Mapping[date, str] | None = None,
) -> list[PersonDuty]:
    """Each member and subsidised cadre who serves on a day of the period, in the order of the services."""
    looks = [_Look(week, team, calendar, today, holidays or {}, rules_of(week)) for week in weeks_of(period)]
    people: dict[int, Service] = {}
    for service in team.services:
        if any(service.span.covers(day) for day in period):
            people[service.person_id] = service
    return [_person(period, looks, service, rules_of) for service in people.values()]


def _need_days(rules: Rules) -> int:
    return rules.need_days if rules.kept else 0


def weeks_of(period: Week | Month) -> list[Week]:
    """The ISO weeks that share a day with the period."""
    weeks = [Week.of(period.start)]
    while weeks[-1].end < period.end:
        weeks.append(weeks[-1].next())
    return weeks


class _Look:
    """One team in one week: the sets of days that every figure is made from."""

    def __init__(
        self,
        week: Week,
        team: TeamFacts,
        calendar: WorkCalendar,
        today: date,
        holidays: Mapping[date, str],
        rules: Rules,
    ) -> None:
        self.kept = rules.kept
        # Before the working week was kept here nobody was expected on any day.
        team = team if rules.kept else replace(team, plans=(), shifts=())
        self.week, self.team, self.calendar, self.today, self.holidays = week, team, calendar, today, holidays
        self.workdays = [day for day in calendar.workdays(week) if team.span.covers(day)]
        self.fixed = [day for day in week if team.span.covers(day) and any(plan.fixes(day) for plan in team.plans)]
        in_week = [shift for shift in team.shifts if shift.to_day in week and team.span.covers(shift.to_day)]
        self.moved_to = {shift.to_day: shift for shift in in_week if shift.accepted}
        self.moved_from = {shift.from_day: shift for shift in in_week if shift.accepted and shift.from_day}
        self.asked_shifts = {shift.to_day for shift in in_week if not shift.accepted}
        worked = {day for day in self.fixed if calendar.is_workday(day)}
        self.due_days = tuple(sorted((worked - self.moved_from.keys()) | self.moved_to.keys()))
        self.here: dict[date, set[int]] = {}
        self.entered: dict[tuple[date, int], Presence] = {}
        for presence in team.presences:
            if presence.day in week:
                self.entered[presence.day, presence.person_id] = presence
                if presence.state == "here":
                    self.here.setdefault(presence.day, set()).add(presence.person_id)
        self.asked_days = {presence.day for presence in self.entered.values() if presence.state == "asked"}
        self.done = frozenset(day for day, people in self.here.items() if any(self.of_team(p, day) for p in people))
        self.exempt = frozenset(day for day in week if day not in self.done and self.all_away(day, official=True))

    def of_team(self, person_id: int, day: date) -> bool:
        """Whether the person's presence makes the day one of the team: a member, or who stands in for one."""
        members = self.members(day)
        if person_id in members or self.entered[day, person_id].stands_in:
            return True
        return any((away := self.away(member, day)) and away.substitute_id == person_id for member in members)

    def members(self, day: date) -> set[int]:
        return {s.person_id for s in self.team.services if not s.is_cadre and s.span.covers(day)}

    def away(self, person_id: int, day: date) -> Away | None:
        return next((away for away in self.team.absences.get(person_id, ()) if away.covers(day)), None)

    def all_away(self, day: date, *, official: bool) -> bool:
        """Whether every member has leave on the day (official travel, where asked for). Nobody serving is
        no excuse: a village without a team's people is what the office must see."""
        leaves = [self.away(member, day) for member in self.members(day)]
        return bool(leaves) and all(leave and (leave.is_official or not official) for leave in leaves)

    def owed(self, rules: Rules) -> Owed:
        return _owed(self.workdays, self.due_days, self.fixed, self.exempt, _need_days(rules))

    def owed_by(self, person_id: int, spans: Sequence[Span], rules: Rules) -> Owed:
        """The same for one person: the days of his service, any approved leave excusing him."""

        def serving(day: date) -> bool:
            return any(span.covers(day) for span in spans)

        excused = {d for d in self.week if self.away(person_id, d) and person_id not in self.here.get(d, ())}
        workdays = [day for day in self.workdays if serving(day)]
        due = tuple(day for day in self.due_days if serving(day))
        return _owed(workdays, due, [day for day in self.fixed if serving(day)], excused, _need_days(rules))

    def proposals(self, owed: Owed) -> tuple[date, ...]:
        """Workdays from today on for the fixed days that are not worked, unless somebody came on another day
        or has asked for one."""
        extra = {day for day in self.done | self.asked_shifts if day not in self.due_days}
        short = owed.need + owed.excused - len(self.due_days) - len(extra)
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
        return DayFact(day, self.calendar.is_workday(day), day in self.fixed, mark, STATES[mark], note)

    def _team_mark(self, day: date) -> tuple[str, str]:
        if day in self.done:
            return HERE, ""
        if day in self.asked_days:
            return ASKED, LEGEND[ASKED]
        if not self.team.span.covers(day):
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
        if not self.calendar.is_workday(day):
            return OFF, self.holidays.get(day, "")
        if shift := self.moved_from.get(day):
            return NONE, f"已调至{_short(shift.to_day)}"
        return NONE, self._why(day)

    def _why(self, day: date) -> str:
        if any(entry.state == "disputed" and entry.day == day for entry in self.entered.values()):
            return IN_DISPUTE
        if day in self.here:
            return "只有村干部在岗"
        if shift := self.moved_to.get(day):
            return f"顶替{_short(shift.from_day)}" if shift.from_day else "顺延"
        return ""

    def _person_mark(self, day: date, person_id: int, serving: bool, own: bool) -> tuple[str, str]:
        if entry := self.entered.get((day, person_id)):
            return self._entered_mark(entry)
        if not serving:
            return NONE, ""
        if not self.calendar.is_workday(day) and day not in self.moved_to:
            return OFF, self.holidays.get(day, "")
        if away := self.away(person_id, day):
            return (OFFICIAL if away.is_official else LEAVE), away.text
        if day not in self.due_days:
            return self._idle_mark(day)
        if not own and day in self.done:
            return NONE, "组内已有人在岗"
        return (DUE, self._why(day)) if day >= self.today else (ABSENT, self._why(day))

    def _entered_mark(self, entry: Presence) -> tuple[str, str]:
        if entry.state == "here":
            return HERE, entry.note or ("替班" if entry.stands_in else "")
        return (ASKED, LEGEND[ASKED]) if entry.state == "asked" else (NONE, IN_DISPUTE)


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


# --- Persons ----------------------------------------------------------------------------------
def _sum_of_members(look: _Look, rules: Rules) -> tuple[int, int, int]:
    """Owed, done towards it, and missed, summed over the members of the team."""
    need = done = missed = 0
    spans: dict[int, list[Span]] = {}
    for service in look.team.services:
        if not service.is_cadre:
            spans.setdefault(service.person_id, []).append(service.span)
    for person_id, served in spans.items():
        owed = look.owed_by(person_id, served, rules)
        days = _days_of(look, person_id)
        unfilled = owed.unfilled(days)
        need += owed.need
        done += owed.need - len(unfilled)
        missed += _before(unfilled, look.today)
    return need, done, missed


def _person(
    period: Week | Month, looks: Sequence[_Look], service: Service, rules_of: Callable[[Week], Rules]
) -> PersonDuty:
    person_id, team = service.person_id, looks[0].team
    spans = [s.span for s in team.services if s.person_id == person_id]
    facts: list[DayFact] = []
    slots: list[date] = []
    unfilled: list[date] = []
    for look in looks:
        rules = rules_of(look.week)
        own = rules.counted_per_person
        for day in look.week:
            if day in period:
                serving = team.span.covers(day) and any(span.covers(day) for span in spans)
                facts.append(look.person_day(day, person_id, serving, own))
        if own:
            owed = look.owed_by(person_id, spans, rules)
            slots += [day for day in owed.slots if day in period]
            unfilled += [day for day in owed.unfilled(_days_of(look, person_id)) if day in period]
    marks = [fact.mark for fact in facts]
    return PersonDuty(
        person_id=person_id,
        name=service.name,
        role=service.role,
        need=len(slots),
        done=marks.count(HERE),
        missing=len(unfilled),
        missed=_before(unfilled, looks[0].today),
        leave=marks.count(LEAVE),
        official=marks.count(OFFICIAL),
        days=tuple(facts),
    )


def _days_of(look: _Look, person_id: int) -> list[date]:
    return [day for day, people in look.here.items() if person_id in people]


def _before(days: Iterable[date], today: date) -> int:
    return sum(day < today for day in days)


# --- Words ------------------------------------------------------------------------------------
def _sentence(
    look: _Look, need: int, done: int, missing: int, unit: str, proposals: Sequence[date], excused: int
) -> str:
    week = "本周" if look.today in look.week else "这一周"
    if not any(look.team.span.covers(day) for day in look.week):
        gone = look.week.start > look.team.span.starts_on
        return f"{week}工作组{'已经结束' if gone else '还没有成立'}，不计应到"
    if not look.kept:
        return f"{week}还没有在平台上登记驻村，不计应到"
    told = f"{week}已登记{done}{unit}"
    if need == 0 and not look.workdays:
        return f"{week}放假，不计应到" if not done else f"{told}，放假不计应到"
    if need == 0:
        return f"{week}公出，不计应到" if not done else f"{told}，公出不计应到"
    if missing == 0:
        return f"{told}，应到{need}{unit}"
    return f"{told}，还差{missing}{unit}（{_expected(look, proposals)}）"


def _expected(look: _Look, proposals: Sequence[date]) -> str:
    moved = any(day not in look.fixed for day in look.due_days)
    days = "、".join(f"周{WEEKDAYS[day.weekday()][-1]}" for day in look.due_days)
    told = f"{'应到日' if moved else '固定日'}：{days}" if days else "还没有设置固定办公日"
    if not days and look.fixed:
        told = "固定日放假"
    if proposals:
        told += f"，建议顺延至{'、'.join(_short(day) for day in proposals)}"
    return told


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()][-1]}）"
