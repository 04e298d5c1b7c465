"""A month of duty, team by team and person by person, for the statistics and their workbook.

Figures of work that was owed and done, and nothing else: no places, no points, nothing about who used what.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from appraisal.duty_overview import LAST, NO_DISTRICT
from appraisal.duty_terms import HERE, PersonDuty, TeamFacts, WeekDuty
from appraisal.duty_week import person_duties, week_duty, weeks_of
from appraisal.facts import Collected, collect
from lianzhen.periods import Month
from villages.models import LiaisonTeam

ROLES = {"leader": "组长", "member": "组员", "cadre": "村定补干部"}


@dataclass(frozen=True)
class MonthRow:
    """A team, or one of its people (`person`), in a month.

    `need` days owed (None: nothing is counted for this person), `done` days there, `missed` owed days past
    that no day done stands for, `late` days entered later with a reason. `leave`, `official`: workdays away;
    for a team the sum over its people (人天).
    """

    pk: int
    team: LiaisonTeam
    need: int | None
    done: int
    missed: int | None
    late: int
    leave: int
    official: int
    person: PersonDuty | None = None

    @property
    def district(self) -> str:
        group = self.team.village.group
        return group.district_name if group else NO_DISTRICT

    @property
    def place(self) -> int:
        group = self.team.village.group
        return group.position if group else LAST

    @property
    def code(self) -> str:
        return self.team.village.code

    @property
    def pinyin(self) -> str:
        return self.team.village.pinyin

    @property
    def name(self) -> str:
        return self.person.name if self.person else self.team.village.name

    @property
    def rank(self) -> int:
        """The leader first, cadres last."""
        return list(ROLES).index(self.person.role) if self.person else 0

    @property
    def role(self) -> str:
        return ROLES.get(self.person.role, "") if self.person else ""


def team_months(teams: Sequence[LiaisonTeam], month: Month, today: date) -> list[MonthRow]:
    """`facts.QUERIES` queries, however many teams."""
    found, weeks = _collected(teams, month)
    rows = []
    for team in teams:
        facts = found.teams[team.pk]
        duties = [week_duty(w, facts, found.calendar, today, found.rules_of(w), found.holidays) for w in weeks]
        together = [duty for duty in duties if not found.rules_of(duty.week).counted_per_person]
        people = _people(month, facts, found, today)
        rows.append(
            MonthRow(
                pk=team.pk,
                team=team,
                need=_owed(together, month) + sum(p.need for p in people if p.role != "cadre"),
                done=sum(fact.mark == HERE for duty in duties for fact in duty.days if fact.day in month),
                missed=_missed(together, month, today) + sum(p.missed for p in people if p.role != "cadre"),
                late=len(_late_days(facts, month)),
                leave=sum(person.leave for person in people),
                official=sum(person.official for person in people),
            )
        )
    return rows


def person_months(teams: Sequence[LiaisonTeam], month: Month, today: date) -> list[MonthRow]:
    """The same for each person, the teams in their order. `facts.QUERIES` queries."""
    found, weeks = _collected(teams, month)
    own = any(found.rules_of(week).counted_per_person for week in weeks)
    rows = []
    for team in teams:
        facts = found.teams[team.pk]
        for person in _people(month, facts, found, today):
            counted = own and person.role != "cadre"
            rows.append(
                MonthRow(
                    pk=person.person_id,
                    team=team,
                    need=person.need if counted else None,
                    done=person.done,
                    missed=person.missed if counted else None,
                    late=len(_late_days(facts, month, person.person_id)),
                    leave=person.leave,
                    official=person.official,
                    person=person,
                )
            )
    return rows


def _collected(teams: Sequence[LiaisonTeam], month: Month) -> tuple[Collected, list]:
    weeks = weeks_of(month)
    return collect(teams, weeks[0].start, weeks[-1].end), weeks


def _people(month: Month, facts: TeamFacts, found: Collected, today: date) -> list[PersonDuty]:
    return person_duties(month, facts, found.calendar, today, found.rules_of, found.holidays)


def _owed(duties: Iterable[WeekDuty], month: Month) -> int:
    return sum(day in month for duty in duties for day in duty.slots)


def _missed(duties: Iterable[WeekDuty], month: Month, today: date) -> int:
    return sum(day in month and day < today for duty in duties for day in duty.unfilled)


def _late_days(facts: TeamFacts, month: Month, person_id: int | None = None) -> set[date]:
    return {
        presence.day
        for presence in facts.presences
        if presence.late and presence.day in month and person_id in (None, presence.person_id)
    }
