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
from datetime import date

from appraisal.duty_look import Look, short_day
from appraisal.duty_terms import HERE, LEAVE, OFFICIAL, DayFact, PersonDuty, Service, TeamFacts, WeekDuty
from appraisal.working_rules import EXAMPLE, Rules
from lianzhen.periods import Month, Span, Stretch, Week
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
    look = Look(week, team, calendar, today, holidays or {}, rules)
    owed = look.owed(rules)
    done = look.done
    days = tuple(look.team_day(day) for day in look.days)
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
    looks = [Look(week, team, calendar, today, holidays or {}, rules_of(week)) for week in weeks_of(period)]
    people: dict[int, Service] = {}
    for service in team.services:
        if service.span.overlaps(Span(period.start, period.end)):
            people[service.person_id] = service
    return [_person(period, looks, service, rules_of) for service in people.values()]


def weeks_of(period: Stretch) -> list[Week]:
    """The ISO weeks that share a day with it."""
    weeks = [Week.of(period.start)]
    while weeks[-1].end < period.end:
        weeks.append(weeks[-1].next())
    return weeks


# --- Persons ----------------------------------------------------------------------------------
def _sum_of_members(look: Look, rules: Rules) -> tuple[int, int, int]:
    """Owed, done towards it, and missed, summed over the members of the team."""
    need = done = missed = 0
    spans: dict[int, list[Span]] = {}
    for service in look.team.services:
        if not service.is_cadre:
            spans.setdefault(service.person_id, []).append(service.span)
    for person_id, served in spans.items():
        owed = look.owed_by(person_id, served, rules)
        days = look.days_there(person_id)
        unfilled = owed.unfilled(days)
        need += owed.need
        done += owed.need - len(unfilled)
        missed += _before(unfilled, look.today)
    return need, done, missed


def _person(
    period: Week | Month, looks: Sequence[Look], service: Service, rules_of: Callable[[Week], Rules]
) -> PersonDuty:
    person_id = service.person_id
    spans = [s.span for s in looks[0].team.services if s.person_id == person_id]
    facts: list[DayFact] = []
    slots: list[date] = []
    unfilled: list[date] = []
    first, last = period.start, period.end
    for look in looks:
        rules = rules_of(look.week)
        own = rules.counted_per_person
        for day in look.days:
            if first <= day <= last:
                serving = day in look.existing and any(span.covers(day) for span in spans)
                facts.append(look.person_day(day, person_id, serving, own))
        if own:
            owed = look.owed_by(person_id, spans, rules)
            slots += [day for day in owed.slots if day in period]
            unfilled += [day for day in owed.unfilled(look.days_there(person_id)) if day in period]
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


def _before(days: Iterable[date], today: date) -> int:
    return sum(day < today for day in days)


# --- Words ------------------------------------------------------------------------------------
def _sentence(
    look: Look, need: int, done: int, missing: int, unit: str, proposals: Sequence[date], excused: int
) -> str:
    week = "本周" if look.today in look.days else "这一周"
    if not look.existing:
        gone = look.days[0] > look.team.span.starts_on
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


def _expected(look: Look, proposals: Sequence[date]) -> str:
    moved = any(day not in look.fixed for day in look.due_days)
    days = "、".join(f"周{WEEKDAYS[day.weekday()][-1]}" for day in look.due_days)
    told = f"{'应到日' if moved else '固定日'}：{days}" if days else "还没有设置固定办公日"
    if not days and look.fixed:
        told = "固定日放假"
    if proposals:
        told += f"，建议顺延至{'、'.join(short_day(day) for day in proposals)}"
    return told
