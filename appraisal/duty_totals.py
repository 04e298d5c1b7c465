"""A month of duty in figures alone: the same as counting the days of `week_duty` and `person_duties`, without
making a day for everybody. A county's month has sixty thousand of them, of which a sum needs none.

Pure, as `duty_week`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from appraisal.duty_look import Look
from appraisal.duty_terms import Service, TeamFacts
from appraisal.duty_week import weeks_of
from appraisal.working_rules import Rules
from lianzhen.periods import Span, Stretch, Week
from lianzhen.town.workdays import WorkCalendar


class PersonTotals(NamedTuple):
    """The figures of a `PersonDuty` of a month."""

    person_id: int
    name: str
    role: str
    need: int
    done: int
    missed: int
    leave: int
    official: int


@dataclass(frozen=True)
class TeamTotals:
    """`need`, `missed`: of the weeks that the team owes together; what its people owe is in `people`."""

    need: int
    done: int
    missed: int
    people: list[PersonTotals]


def month_totals(
    month: Stretch,
    team: TeamFacts,
    calendar: WorkCalendar,
    today: date,
    rules_of: Callable[[Week], Rules],
    holidays: Mapping[date, str],
) -> TeamTotals:
    """The team's month, or any other run of days, and that of each member and subsidised cadre, in the order of the
    services. A day belongs to the month that it lies in, also where its week does not."""
    looks = [Look(week, team, calendar, today, holidays, rules_of(week)) for week in weeks_of(month)]
    inside = Span(month.start, month.end)
    need = done = missed = 0
    there: Counter[int] = Counter()
    for look in looks:
        done += sum(map(inside.covers, look.done))
        there.update(pid for (day, pid), one in look.entered.items() if one.state == "here" and inside.covers(day))
        rules = rules_of(look.week)
        if not rules.counted_per_person:
            owed = look.owed(rules)
            need += sum(map(inside.covers, owed.slots))
            missed += sum(inside.covers(day) and day < today for day in owed.unfilled(look.done))
    people = {service.person_id: service for service in team.services if service.span.overlaps(inside)}
    counted = [_person(inside, looks, service, there, rules_of) for service in people.values()]
    return TeamTotals(need, done, missed, counted)


def _person(
    inside: Span, looks: Sequence[Look], service: Service, there: Counter[int], rules_of: Callable[[Week], Rules]
) -> PersonTotals:
    person_id, team = service.person_id, looks[0].team
    need = missed = leave = official = 0
    spans = [s.span for s in team.services if s.person_id == person_id]
    for look in looks:
        rules = rules_of(look.week)
        if rules.counted_per_person:
            owed = look.owed_by(person_id, spans, rules)
            need += sum(map(inside.covers, owed.slots))
            unfilled = owed.unfilled(look.days_there(person_id))
            missed += sum(inside.covers(day) and day < look.today for day in unfilled)
        if person_id in team.absences:
            away = [look.away(person_id, day) for day in _missable(look, person_id, spans) if inside.covers(day)]
            official += sum(one is not None and one.is_official for one in away)
            leave += sum(one is not None and not one.is_official for one in away)
    return PersonTotals(person_id, service.name, service.role, need, there[person_id], missed, leave, official)


def _missable(look: Look, person_id: int, spans: Sequence[Span]) -> list[date]:
    """Days of service on which the person could be missed and for which nothing was entered."""
    return [
        day
        for day in look.existing
        if (day, person_id) not in look.entered and look.is_open(day) and any(span.covers(day) for span in spans)
    ]
