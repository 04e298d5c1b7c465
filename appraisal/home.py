"""The week on the home pages: one collection of facts, of which every role sees its own part.

A home page asks at most ten questions here, however many teams, and however many roles somebody holds: the
teams, their duty (`facts.QUERIES`), their reports, everything that waits, and the scores of the month.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode

from appraisal.behind import Behind, WeekLook, look_from, team_sources, words_to_copy
from appraisal.bulletin_todos import bulletin_sources, bulletin_todos
from appraisal.duty_calendar import WeekStrip, week_strip
from appraisal.duty_glance import Glance, glance_at
from appraisal.duty_overview import DistrictMean, TeamRow, district_means, teams_in
from appraisal.duty_terms import HERE, TeamFacts, WeekDuty
from appraisal.duty_week import week_duty
from appraisal.facts import Collected, collect
from appraisal.home_past import Past, past_of, past_sources, past_todos
from appraisal.home_scores import (
    MonthProgress,
    OwnScore,
    TownScores,
    WeekPoints,
    found_for,
    mean_of,
    month_sources,
    months_in_progress,
    own_score,
    place_sources,
    town_scores,
    week_points_of,
    week_points_sources,
)
from appraisal.meeting_days import meeting_day
from appraisal.office_behind import CALENDAR_BEFORE, OfficeItem, late_items, office_sources
from appraisal.permissions import keep_meetings, see_meetings
from appraisal.report_state import ReportState, due_moment, owes, state_of, stored_reports
from appraisal.selfgov_todos import selfgov_sources, selfgov_todos
from appraisal.todos import (
    Todo,
    desk_sources,
    desk_todos,
    district_sources,
    district_todos,
    meeting_sources,
    meeting_todos,
    opinions_by_team,
    own_sources,
    own_todos,
    report_todo,
    team_sources_of,
)
from appraisal.todos_signing import signing_sources, signing_todos
from appraisal.waiting import Item, Source, Waiting, gather
from appraisal.year_todos import YearProgress, year_progress, year_signing, year_sources, year_todos
from lianzhen.accounts.roles import Role
from lianzhen.accounts.standing import Standing
from lianzhen.periods import Month, Week
from villages.models import LiaisonTeam, Person

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

#: What waits besides the working week, of the roof.
Extra = Callable[["User", date], Mapping[str, Source]]

OFFICE = (Role.OFFICE, Role.OFFICE_LEAD)
#: Who sees the whole town's week; the auditor reads the trail instead.
BOARD = (*OFFICE, Role.COMMITTEE)
TEAM = (Role.LEADER, Role.MEMBER)
#: Has a part in the working week at all.
WORKING = (*BOARD, Role.DISTRICT, *TEAM, Role.CADRE, Role.INSTRUCTOR, Role.WINDOW)


@dataclass(frozen=True)
class OwnTeam:
    """A team that the user serves in, or sits with as a cadre of its village. `is_logged`: the user is entered
    for today; `here`: who is entered, by name; `own_days`: the user's days in the week; `serving`: who serves
    today, by role and name."""

    team: LiaisonTeam
    strip: WeekStrip
    is_logged: bool
    here: tuple[str, ...]
    own_days: int
    serving: tuple[tuple[str, str], ...]
    log_url: str
    today_url: str
    score: OwnScore | None = None


@dataclass(frozen=True)
class DistrictRow:
    """One team in the table of a liaison group. `points`: what the week took and gave; `opinions`: how much of it
    waits for the group."""

    team: LiaisonTeam
    duty: WeekDuty
    duty_state: tuple[str, str]
    report: ReportState
    behind: Behind | None
    points: WeekPoints
    score: OwnScore
    opinions: int


@dataclass(frozen=True)
class Board:
    """谁没跟上 with the week at a glance. `office`: what the town itself is late with."""

    look: WeekLook
    glance: Glance
    office: Sequence[OfficeItem]
    reminds: bool
    to_copy: str

    @property
    def others(self) -> int:
        return len(self.look.teams) - len(self.look.behind)


@dataclass(frozen=True)
class District:
    """`means`: of each district its week, and its mean score of the month."""

    rows: Sequence[DistrictRow]
    means: Sequence[tuple[DistrictMean, str]]
    board: Board
    month: Month


@dataclass(frozen=True)
class Home:
    """Parts that a role has no use for are empty or None. `signing`: what waits for the reader's own signature;
    `items`: also of the sources that the caller added; `past`: the teams that the reader has left, with what is
    still open about them."""

    todos: Sequence[Todo] = ()
    has_todos: bool = False
    signing: Sequence[Todo] = ()
    signs: bool = False
    scores: TownScores | None = None
    closing: Sequence[MonthProgress | YearProgress] = ()
    teams: Sequence[OwnTeam] = ()
    cadre_of: Sequence[OwnTeam] = ()
    board: Board | None = None
    district: District | None = None
    items: Mapping[str, Sequence[Item]] | None = None
    past: Sequence[Past] = ()
    past_todos: Sequence[Todo] = ()

    @property
    def villages(self) -> set[int]:
        """Those that `teams` and `cadre_of` speak of."""
        return {own.team.village_id for own in (*self.teams, *self.cadre_of)}


def home_of(user: User, today: date, now: datetime, extra: Extra, order: str = "") -> Home:
    """Everything about the working week and the month for this user's home page. `extra`: what else waits, of the
    roof; `order`: how the scores of all teams are to stand (`home_scores.ORDERS`)."""
    standing, week = user.standing, Week.of(today)
    if not standing.has(*WORKING):
        sources = {**extra(user, today), **past_sources(user, now)}
        items = gather(sources) if sources else {}
        return Home(items=items, past=past_of(user), past_todos=past_todos(items, today))
    made = _Maker(user, today, now, week, extra)
    return made.home(order)


def sources_of(user: User, today: date, extra: Extra, served: Sequence[LiaisonTeam] = ()) -> dict[str, Source]:
    """All that may wait for this user. No query: what a source is made from is known of the user's standing."""
    standing = user.standing
    is_board, is_district = standing.has(*BOARD), bool(standing.groups(Role.DISTRICT))
    sources = {**extra(user, today), **own_sources(user, today), **selfgov_sources(user), **year_sources(user, today)}
    if served:
        sources |= {**team_sources_of(served), **place_sources(Month.of(today))}
    if see_meetings(user):
        sources |= meeting_sources(Week.of(today))
    if is_board or is_district:
        sources |= team_sources(Week.of(today), today)
    if is_board:
        sources |= {**office_sources(today), **month_sources(), **signing_sources(user, today)}
    if standing.has(*OFFICE):
        sources |= {**desk_sources(), **bulletin_sources(Week.of(today))}
    if is_district:
        sources |= {**district_sources(user), **week_points_sources(user, Week.of(today))}
    return sources


@lru_cache(maxsize=500)
def _waiting(user: User, standing: Standing, today: date, extra: Extra) -> Waiting:
    """Written once for a user's day; `standing` is that of the (bare) user, and another one waits for other things."""
    return Waiting(sources_of(user, today, extra))


class _Maker:
    """Collects once, then makes the parts."""

    def __init__(self, user: User, today: date, now: datetime, week: Week, extra: Extra) -> None:
        self.user, self.today, self.now, self.week = user, today, now, week
        standing = user.standing
        self.is_board, self.is_district = standing.has(*BOARD), bool(standing.groups(Role.DISTRICT))
        self.is_office = standing.has(*OFFICE)
        self.teams = self._teams()
        served, villages = standing.teams(*TEAM), standing.villages(Role.CADRE)
        self.served = [team for team in self.teams if team.pk in served]
        self.sat_with = [t for t in self.teams if t.village_id in villages and t.pk not in served]
        self.facts: Collected = collect(self.teams, week.start, week.end, calendar_before=CALENDAR_BEFORE)
        self.rules = self.facts.rules_of(week)
        self.duty = {pk: self._week_duty(facts) for pk, facts in self.facts.teams.items()}
        self.reports = self._reports()
        if self.served or standing.served:  # what can still be appealed against depends on the minute
            self.items = gather({**sources_of(user, today, extra, self.served), **past_sources(user, now)})
        else:
            self.items = _waiting(user.bare(), standing, today, extra).items()
        whole = self.is_board or self.is_district or bool(self.items.get("places"))
        self.scored = found_for(user, self.served, today, whole=whole) if whole or self.served else None

    def _teams(self) -> list[LiaisonTeam]:
        """The town's where the page compares, otherwise those one works in. One query."""
        if self.is_board or self.is_district:
            return teams_in(self.week, self.user)
        standing = self.user.standing
        own = Q(pk__in=standing.teams(*TEAM)) | Q(village_id__in=standing.villages(Role.CADRE))
        rows = LiaisonTeam.objects.on(self.today).filter(own).select_related("village__group")
        return list(rows.order_by("village__code"))

    def _week_duty(self, facts: TeamFacts) -> WeekDuty:
        return week_duty(self.week, facts, self.facts.calendar, self.today, self.rules, self.facts.holidays)

    def _reports(self) -> dict[tuple[int, Week], ReportState]:
        """Of this week and the last. One query."""
        weeks = (self.week.previous(), self.week)
        reports = stored_reports([team.pk for team in self.teams], weeks)
        found = {}
        for week in weeks:
            rules = self.facts.rules_of(week)
            due = due_moment(rules, week)
            for team in self.teams:
                report = reports.get((team.pk, week.start))
                found[team.pk, week] = state_of(report, owed=owes(team, due, rules), due=due, now=self.now)
        return found

    # --- Parts ------------------------------------------------------------------------------------
    def home(self, order: str) -> Home:
        return Home(
            todos=self._todos(),
            has_todos=True,
            signing=[*signing_todos(self.items, self.today), *year_signing(self.items, self.user)],
            signs=self.user.standing.has(Role.COMMITTEE, Role.OFFICE_LEAD),
            scores=town_scores(self.scored, self.today, order) if self.is_board and self.scored else None,
            closing=[
                *months_in_progress(self.items.get("months", ()), self.today),
                *year_progress(self.items, self.today),
            ],
            teams=[self._own(team) for team in self.served],
            cadre_of=[self._own(team) for team in self.sat_with],
            board=self._board(self.teams) if self.is_board else None,
            district=self._district() if self.is_district else None,
            items=self.items,
            past=past_of(self.user),
            past_todos=past_todos(self.items, self.today),
        )

    def _todos(self) -> list[Todo]:
        several = len(self.served) > 1
        reports = [
            todo
            for team in self.served
            for week in (self.week.previous(), self.week)
            for todo in report_todo(team, week, self.reports[team.pk, week], self.today, named=several)
        ]
        usual = meeting_day(self.week, self.rules, self.facts.calendar)
        keeps = bool(keep_meetings(self.user))
        dated = [
            *reports,
            *own_todos(self.items, self.today),
            *meeting_todos(self.items, self.week, usual, self.today, keeps=keeps),
        ]
        dated.sort(key=lambda todo: (todo.day or date.max, todo.text))
        signing = [kind for kind in self.items if kind.startswith("sign_")]
        found = [*dated, *district_todos(self.items), *desk_todos(self.items, signing), *selfgov_todos(self.items)]
        found += year_todos(self.items, self.today)
        signs = self.user.standing.has(Role.OFFICE_LEAD)
        return found + (bulletin_todos(self.items, self.week, self.today, signs=signs) if self.is_office else [])

    def _own(self, team: LiaisonTeam) -> OwnTeam:
        facts, me = self.facts.teams[team.pk], self.user.standing.person
        entered = [one for one in facts.presences if one.state != "disputed"]
        there = [one.person_id for one in entered if one.day == self.today]
        names = {service.person_id: service.name for service in facts.services}
        unknown = [pk for pk in there if pk not in names]
        if unknown:  # somebody's substitute
            names |= dict(Person.objects.filter(pk__in=unknown).values_list("pk", "name"))
        roles = {"leader": "组长", "member": "组员"}
        serving = [s for s in facts.services if s.role in roles and s.span.covers(self.today)]
        return OwnTeam(
            team=team,
            serving=tuple((roles[service.role], service.name) for service in serving),
            strip=week_strip(self.duty[team.pk], self.today, self._day_urls(team)),
            is_logged=me in there,
            here=tuple(names[pk] for pk in there),
            own_days=sum(one.person_id == me and one.state == "here" for one in entered),
            log_url=f"{reverse('duty_add')}?{urlencode({'team': team.pk})}",
            today_url=self._day_url(team, self.today),
            score=own_score(self.scored, team) if self.scored and team in self.served else None,
        )

    def _day_urls(self, team: LiaisonTeam) -> dict[date, str]:
        return {d.day: self._day_url(team, d.day) for d in self.duty[team.pk].days if d.mark == HERE}

    def _day_url(self, team: LiaisonTeam, day: date) -> str:
        return f"{reverse('duty_day')}?{urlencode({'team': team.pk, 'day': day.isoformat()})}"

    def _board(self, teams: Sequence[LiaisonTeam]) -> Board:
        reports = {team.pk: self.reports[team.pk, self.week] for team in teams}
        look = look_from(teams, self.week, self.today, self.duty, reports, self.items)
        office: Sequence[OfficeItem] = ()
        if self.is_board:
            office = late_items(self.items, self.today, self.facts.calendar, self.rules)
        glance = glance_at([self.duty[team.pk] for team in teams], self.week, self.today)
        reminds = self.is_office or self.is_district
        return Board(look, glance, office, reminds, words_to_copy(self.week, look.behind))

    def _district(self) -> District:
        groups = self.user.standing.groups(Role.DISTRICT)
        own = [team for team in self.teams if team.village.group_id in groups]
        board = self._board(own)
        late = {one.team.pk: one for one in board.look.behind}
        opinions = opinions_by_team(self.items)
        assert self.scored is not None
        rows = [
            DistrictRow(
                team=team,
                duty=self.duty[team.pk],
                duty_state=TeamRow(team, self.duty[team.pk]).state,
                report=self.reports[team.pk, self.week],
                behind=late.get(team.pk),
                points=week_points_of(self.items.get("week_points", ()), team, self.week),
                score=own_score(self.scored, team),
                opinions=opinions[team.pk],
            )
            for team in own
        ]
        weeks = district_means([TeamRow(team, self.duty[team.pk]) for team in self.teams])
        means = self.scored.means
        return District(rows, [(one, mean_of(means, one.district)) for one in weeks], board, Month.of(self.today))
