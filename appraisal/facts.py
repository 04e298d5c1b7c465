"""What was done and what was owed, collected for any number of teams in a fixed number of queries.

The arithmetic is `duty_week`'s; here the rows are fetched and put into its terms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

from django.db.models import CharField, DateField, IntegerField, Q
from django.db.models.functions import Cast

from appraisal.absences import absences_of
from appraisal.duty_terms import PersonDuty, Plan, Presence, Service, Shift, TeamFacts, WeekDuty
from appraisal.duty_week import person_duties, week_duty, weeks_of
from appraisal.models import DutyAttendance, DutyLog, DutyShift, WorkRules
from appraisal.together import Part, Together
from appraisal.working_rules import EXAMPLE, NOT_KEPT, Rules
from lianzhen.periods import Month, Span, Week
from lianzhen.town.models import CalendarDay
from lianzhen.town.workdays import WorkCalendar
from villages.models import CadreTerm, DutyPlan, LiaisonTeam, Person, Posting

#: How many queries `collect` takes, however many teams and weeks.
QUERIES = 3
#: Far enough to find the end of any run of holidays.
BEYOND = timedelta(days=14)


@dataclass(frozen=True)
class Collected:
    """The facts of several teams between two days. `teams`: team id → its facts."""

    teams: dict[int, TeamFacts]
    calendar: WorkCalendar
    holidays: dict[date, str]
    rules_of: Callable[[Week], Rules]


def duty_of(teams: Iterable[LiaisonTeam], week: Week, today: date) -> dict[int, WeekDuty]:
    """Each team's week, by team id. `QUERIES` queries."""
    return duty_of_weeks(teams, [week], today)[week]


def duty_of_weeks(teams: Iterable[LiaisonTeam], weeks: Sequence[Week], today: date) -> dict[Week, dict[int, WeekDuty]]:
    """The same for several weeks, which need not follow each other. `QUERIES` queries."""
    found = collect(list(teams), min(week.start for week in weeks), max(week.end for week in weeks))
    return {
        week: {
            pk: week_duty(week, facts, found.calendar, today, found.rules_of(week), found.holidays)
            for pk, facts in found.teams.items()
        }
        for week in weeks
    }


def person_duty_of(
    teams: Iterable[LiaisonTeam], period: Week | Month, today: date
) -> dict[tuple[int, int], PersonDuty]:
    """Each member's and subsidised cadre's week or month, by (team id, person id): the teams in their order,
    the leader first, cadres last. `QUERIES` queries."""
    weeks = weeks_of(period)
    found = collect(list(teams), weeks[0].start, weeks[-1].end)
    return {
        (pk, duty.person_id): duty
        for pk, facts in found.teams.items()
        for duty in person_duties(period, facts, found.calendar, today, found.rules_of, found.holidays)
    }


# --- Who may be on duty -------------------------------------------------------------------------
@dataclass(frozen=True)
class OnDuty:
    """Somebody who may be on duty on a day. `role`: leader, member, cadre or substitute; `leave_id`: the
    approved leave of whom a substitute stands in for; `away`: his own leave on that day, in words."""

    person_id: int
    name: str
    role: str
    user_id: int | None = None
    leave_id: int | None = None
    away: str = ""

    @property
    def role_name(self) -> str:
        return {"leader": "组长", "member": "组员", "cadre": "村干部", "substitute": "替班"}[self.role]


def serving(teams: Iterable[LiaisonTeam], day: date) -> dict[int, list[OnDuty]]:
    """Who may be on duty in each team on a day: the leader, members, subsidised cadres of the village, and
    substitutes of whoever is on leave. Three queries."""
    wanted = list(teams)
    absences = absences_of(wanted, day, day)
    found: dict[int, list[OnDuty]] = {team.pk: [] for team in wanted}
    seen: set[tuple[int, int]] = set()
    for team_id, person_id, name, role, span, user_id in _services(wanted, day, day):
        if (team_id, person_id) not in seen and span.covers(day):
            seen.add((team_id, person_id))
            leaves = absences.get((team_id, person_id), ())
            found[team_id].append(OnDuty(person_id, name, role, user_id, away=leaves[0].text if leaves else ""))
    stand_ins = {
        (team_id, leave.substitute_id): leave.leave_id
        for (team_id, person_id), leaves in absences.items()
        for leave in leaves
        if leave.substitute_id and (team_id, person_id) in seen and (team_id, leave.substitute_id) not in seen
    }
    for person in _people({person_id for _, person_id in stand_ins}):
        for (team_id, person_id), leave_id in stand_ins.items():
            if person_id == person["pk"]:
                found[team_id].append(OnDuty(person_id, person["name"], "substitute", person["user_id"], leave_id))
    return found


def _people(ids: set[int]) -> Iterable[dict]:
    return Person.objects.filter(pk__in=ids).values("pk", "name", "user_id") if ids else ()


# --- Fetching -----------------------------------------------------------------------------------
def collect(
    teams: Sequence[LiaisonTeam], first: date, last: date, *, calendar_before: timedelta = timedelta(0)
) -> Collected:
    """All that `duty_week` asks about the teams between two days; the calendar from `calendar_before` earlier.
    `QUERIES` queries."""
    rows = _statement(_places(teams), first, last, first - calendar_before).fetch()
    plans, services = _plans(rows["plan"]), _by_team(_services_of(teams, rows))
    presences, shifts = _presences(rows["here"]), _shifts(rows["shift"])
    absences: dict[int, dict[int, list]] = defaultdict(dict)
    for (team_id, person_id), leaves in absences_of(teams, first, last).items():
        absences[team_id][person_id] = leaves
    exceptions = {day: (bool(works), name) for _, day, _, _, name, works, *_ in rows["day"]}
    facts = {
        team.pk: TeamFacts(
            span=Span(team.starts_on, team.ends_on),
            plans=plans[team.pk],
            services=services[team.pk],
            presences=presences[team.pk],
            absences=absences[team.pk],
            shifts=shifts[team.pk],
        )
        for team in teams
    }
    return Collected(
        teams=facts,
        calendar=WorkCalendar({day: works for day, (works, _) in exceptions.items()}),
        holidays={day: name for day, (_, name) in exceptions.items() if name},
        rules_of=rules_of_weeks(last),
    )


def calendar_around(first: date, last: date | None = None) -> WorkCalendar:
    """The work calendar from a fortnight before to a fortnight after. One query."""
    rows = CalendarDay.objects.between(first - BEYOND, (last or first) + BEYOND)
    return WorkCalendar(rows.as_exceptions())


def rules_of_weeks(last: date) -> Callable[[Week], Rules]:
    """The rules of each week up to a day: those in force on its Monday. One query."""
    versions = [(row.starts_on, row.as_rules()) for row in WorkRules.objects.all()]
    versions.sort(key=lambda version: version[0], reverse=True)
    before = NOT_KEPT if versions else EXAMPLE

    @cache
    def rules_of(week: Week) -> Rules:
        return next((rules for starts_on, rules in versions if starts_on <= week.start), before)

    return rules_of


# --- Rows ---------------------------------------------------------------------------------------
#: id, first day, last day, whose (team or village), text, number, person, account, four codes: see `_parts`.
TYPES = (
    IntegerField(),
    DateField(),
    DateField(),
    IntegerField(),
    CharField(max_length=80),
    IntegerField(),
    IntegerField(),
    IntegerField(),
    *[CharField(max_length=300)] * 4,
)
#: A part that says nothing in some of the last columns.
NO_CODES = (None,) * 4
NOBODY = (None,) * 6
#: Where a posting tells whether it leads.
LEADS = 5
Rows = Sequence[Sequence[Any]]
#: Id and village of each team.
Places = tuple[tuple[int, int], ...]
#: Statements kept: pages of many people about many weeks.
KEPT = 200


def _places(teams: Iterable[LiaisonTeam]) -> Places:
    return tuple((team.pk, team.village_id) for team in teams)


@lru_cache(maxsize=KEPT)
def _statement(places: Places, first: date, last: date, calendar_first: date) -> Together:
    """What is dated about the teams, table by table, in the columns of `TYPES`."""
    ids = [pk for pk, _ in places]
    entered = DutyAttendance.objects.filter(
        log__team__in=ids,
        log__day__range=(first, last),
        log__state__in=[DutyLog.State.REGISTERED, DutyLog.State.PENDING],
        state__in=[DutyAttendance.State.PRESENT, DutyAttendance.State.DISPUTED],
    )
    codes = ("state", "session", "source", "log__late_reason")
    shifts = DutyShift.objects.filter(
        team__in=ids, to_day__range=(first, last), state__in=[DutyShift.State.ASKED, DutyShift.State.ACCEPTED]
    )
    plans = DutyPlan.objects.filter(_touching(first, last), team__in=ids)
    days = CalendarDay.objects.between(calendar_first, last)
    parts = {
        **_service_parts(places, first, last),
        "plan": Part(plans, ("pk", "starts_on", "ends_on", "team_id", "weekdays", None, *NOBODY)),
        "here": Part(
            entered,
            ("pk", "log__day", None, "log__team_id", "log__state", "as_substitute__team_id", "person_id", None, *codes),
        ),
        "shift": Part(shifts, ("pk", "to_day", "from_day", "team_id", "state", None, *NOBODY)),
        "day": Part(days, ("pk", "date", None, None, "name", Cast("is_workday", IntegerField()), *NOBODY)),
    }
    return Together(parts, TYPES)


@lru_cache(maxsize=KEPT)
def _services_statement(places: Places, first: date, last: date) -> Together:
    return Together(_service_parts(places, first, last), TYPES)


def _service_parts(places: Places, first: date, last: date) -> dict[str, Part]:
    posts = Posting.objects.filter(_touching(first, last), team__in=[pk for pk, _ in places])
    villages = [village for _, village in places]
    terms = CadreTerm.objects.filter(_touching(first, last), village__in=villages, is_subsidised=True)
    leads, who = Cast("is_leader", IntegerField()), ("person_id", "person__user_id", *NO_CODES)
    return {
        "post": Part(posts, ("pk", "starts_on", "ends_on", "team_id", "person__name", leads, *who)),
        "cadre": Part(terms, ("pk", "starts_on", "ends_on", "village_id", "person__name", None, *who)),
    }


def _touching(first: date, last: date) -> Q:
    return Q(starts_on__lte=last) & (Q(ends_on=None) | Q(ends_on__gte=first))


def _plans(rows: Rows) -> dict[int, list[Plan]]:
    found: dict[int, list[Plan]] = defaultdict(list)
    for _, starts_on, ends_on, team_id, weekdays, *_rest in sorted(rows, key=lambda row: row[1]):
        found[team_id].append(Plan(Span(starts_on, ends_on), weekdays))
    return found


def _services(
    teams: Sequence[LiaisonTeam], first: date, last: date
) -> list[tuple[int, int, str, str, Span, int | None]]:
    """Team id, person id, name, role, span, account: leaders, members, then the villages' subsidised cadres.
    One query."""
    return _services_of(teams, _services_statement(_places(teams), first, last).fetch())


def _services_of(
    teams: Sequence[LiaisonTeam], rows: Mapping[str, Rows]
) -> list[tuple[int, int, str, str, Span, int | None]]:
    by_village: dict[int, list[int]] = defaultdict(list)
    for team in teams:
        by_village[team.village_id].append(team.pk)
    posts, cadres = sorted(rows["post"], key=_by_start), sorted(rows["cadre"], key=_by_start)
    roles = {
        "leader": [row for row in posts if row[LEADS]],
        "member": [row for row in posts if not row[LEADS]],
        "cadre": cadres,
    }
    found = []
    for role, listed in roles.items():
        for _, starts_on, ends_on, place, name, _leads, person_id, user_id, *_codes in listed:
            for team_id in by_village[place] if role == "cadre" else [place]:
                found.append((team_id, person_id, name, role, Span(starts_on, ends_on), user_id))
    return found


def _by_start(row: tuple[Any, ...]) -> tuple[date, int]:
    return row[1], row[0]


def _by_team(services: Iterable[tuple[int, int, str, str, Span, int | None]]) -> dict[int, list[Service]]:
    found: dict[int, list[Service]] = defaultdict(list)
    for team_id, person_id, name, role, span, _ in services:
        found[team_id].append(Service(person_id, name, span, role))
    return found


def _presences(rows: Rows) -> dict[int, list[Presence]]:
    found: dict[int, list[Presence]] = defaultdict(list)
    for _, day, _none, team_id, log_state, stood_in, person_id, _user, *codes in sorted(rows, key=itemgetter(0)):
        state, session, source, late_reason = codes
        told = "here" if state == DutyAttendance.State.PRESENT else "disputed"
        if log_state == DutyLog.State.PENDING:
            told = "asked"
        half = "" if session == DutyAttendance.Session.WHOLE else DutyAttendance.Session(session).label
        # Signed on paper on the day and keyed later is not late.
        late = bool(late_reason) and source != DutyAttendance.Source.OFFICE
        found[team_id].append(Presence(day, person_id, told, stood_in == team_id, half, late))
    return found


def _shifts(rows: Rows) -> dict[int, list[Shift]]:
    found: dict[int, list[Shift]] = defaultdict(list)
    for _, to_day, from_day, team_id, state, *_rest in sorted(rows, key=_by_start):
        found[team_id].append(Shift(to_day, from_day, state == DutyShift.State.ACCEPTED))
    return found
