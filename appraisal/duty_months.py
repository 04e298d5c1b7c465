"""A month of duty, or any other run of days, team by team and person by person: for the statistics with their
workbook, and for what papers say of it.

Figures of work that was owed and done, and nothing else: no places, no points, nothing about who used what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from appraisal.duty_terms import TeamFacts
from appraisal.duty_totals import PersonTotals, TeamTotals, month_totals
from appraisal.duty_week import weeks_of
from appraisal.facts import Collected, collect
from appraisal.team_rows import OfTeam
from lianzhen.periods import Stretch, Year
from villages.models import LiaisonTeam

ROLES = {"leader": "组长", "member": "组员", "cadre": "村定补干部"}
#: A run of days.
Run = TypeVar("Run", bound=Stretch)


@dataclass(frozen=True)
class MonthRow(OfTeam):
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
    person: PersonTotals | None = None

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


def team_months(teams: Sequence[LiaisonTeam], month: Stretch, today: date) -> list[MonthRow]:
    """`facts.QUERIES` queries, however many teams."""
    found = _collected(teams, [month])
    return [_team_month(team, month, found, today) for team in teams]


def months_of_teams(
    teams: Sequence[LiaisonTeam], months: Sequence[Run], today: date
) -> tuple[dict[Run, list[MonthRow]], bool]:
    """The same for months that follow each other, of the teams that existed in each, and whether any of their weeks
    counts what everybody owes (人天). `facts.QUERIES` queries."""
    found = _collected(teams, months)
    rows = {
        month: [_team_month(team, month, found, today) for team in teams if _existed(team, month)] for month in months
    }
    by_person = any(found.rules_of(week).counted_per_person for month in months for week in weeks_of(month))
    return rows, by_person


def year_row(team: LiaisonTeam, year: int, found: Collected, today: date) -> MonthRow:
    """The same for a whole year, from facts collected for all its weeks. No query."""
    return _team_month(team, Year(year), found, today)


def _existed(team: LiaisonTeam, month: Stretch) -> bool:
    return team.starts_on <= month.end and (team.ends_on is None or team.ends_on >= month.start)


def _team_month(team: LiaisonTeam, month: Stretch, found: Collected, today: date) -> MonthRow:
    facts = found.teams[team.pk]
    totals = _totals(month, facts, found, today)
    owing = [person for person in totals.people if person.role != "cadre"]
    return MonthRow(
        pk=team.pk,
        team=team,
        need=totals.need + sum(person.need for person in owing),
        done=totals.done,
        missed=totals.missed + sum(person.missed for person in owing),
        late=len({day for days in _late_days(facts, month).values() for day in days}),
        leave=sum(person.leave for person in totals.people),
        official=sum(person.official for person in totals.people),
    )


def person_months(teams: Sequence[LiaisonTeam], month: Stretch, today: date) -> list[MonthRow]:
    """The same for each person, the teams in their order. `facts.QUERIES` queries."""
    found = _collected(teams, [month])
    own = any(found.rules_of(week).counted_per_person for week in weeks_of(month))
    rows = []
    for team in teams:
        facts = found.teams[team.pk]
        late = _late_days(facts, month)
        for person in _totals(month, facts, found, today).people:
            counted = own and person.role != "cadre"
            rows.append(
                MonthRow(
                    pk=person.person_id,
                    team=team,
                    need=person.need if counted else None,
                    done=person.done,
                    missed=person.missed if counted else None,
                    late=len(late.get(person.person_id, ())),
                    leave=person.leave,
                    official=person.official,
                    person=person,
                )
            )
    return rows


def _collected(teams: Sequence[LiaisonTeam], months: Sequence[Stretch]) -> Collected:
    return collect(teams, weeks_of(months[0])[0].start, weeks_of(months[-1])[-1].end)


def _totals(month: Stretch, facts: TeamFacts, found: Collected, today: date) -> TeamTotals:
    return month_totals(month, facts, found.calendar, today, found.rules_of, found.holidays)


def _late_days(facts: TeamFacts, month: Stretch) -> dict[int, set[date]]:
    """Days entered later with a reason, by person; not while they wait for consent."""
    days: dict[int, set[date]] = {}
    presences = (presence for week in weeks_of(month) for presence in facts.by_week.get(week.start, ()))
    for presence in presences:
        if presence.late and presence.state == "here" and month.start <= presence.day <= month.end:
            days.setdefault(presence.person_id, set()).add(presence.day)
    return days
