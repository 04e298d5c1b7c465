"""Whose hands the demo's acts go through: the office's accounts, and who led a team or a district on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from lianzhen.accounts.models import User
from lianzhen.demo.clock import Agenda, Clock
from lianzhen.demo.plan import Scale
from lianzhen.periods import Span
from lianzhen.town.models import CalendarDay
from lianzhen.town.workdays import WorkCalendar
from villages.models import LiaisonTeam, Person, Posting

T = TypeVar("T")
#: Deadlines reach beyond the day the demo is built for.
BEYOND = timedelta(days=60)


@dataclass
class Hands:
    """`clerk` and `lead` are the office's accounts, `committee` a member's; `staff` makes a member of the town's
    staff. Read once: nothing below asks again who serves where."""

    scale: Scale
    clock: Clock
    clerk: User
    lead: User
    committee: User
    staff: Callable[..., Person]
    agenda: Agenda = field(init=False)

    def __post_init__(self) -> None:
        self.agenda = Agenda(self.clock)
        days = CalendarDay.objects.between(self.scale.begin - BEYOND, self.scale.today + BEYOND)
        self.calendar = WorkCalendar(days.as_exceptions())
        self.teams = list(LiaisonTeam.objects.select_related("village__group").order_by("village__code", "starts_on"))
        self._leaders: dict[int, list[tuple[Span, User]]] = defaultdict(list)
        self._guides: dict[int, list[tuple[Span, User]]] = defaultdict(list)
        self._members: dict[int, list[tuple[Span, Person]]] = defaultdict(list)
        postings = Posting.objects.filter(village=None).select_related("person__user").order_by("starts_on", "pk")
        for one in postings:
            span, user = Span(one.starts_on, one.ends_on), one.person.user
            if one.team_id and not one.is_leader:
                self._members[one.team_id].append((span, one.person))
            elif one.is_leader and user is not None:
                (self._leaders[one.team_id] if one.team_id else self._guides[one.group_id]).append((span, user))

    def teams_on(self, day: date) -> list[LiaisonTeam]:
        return [team for team in self.teams if team.covers(day)]

    def leader(self, team: LiaisonTeam, day: date) -> User:
        """The account of whoever led the team on the day; the next one where nobody did."""
        return _on(self._leaders[team.pk], day)

    def guide(self, team: LiaisonTeam, day: date) -> User:
        """The account of the head of the district's liaison group."""
        return _on(self._guides[team.village.group_id], day)

    def members(self, team: LiaisonTeam, day: date) -> list[Person]:
        return [person for span, person in self._members[team.pk] if span.covers(day)]

    def workday(self, day: date, after: int = 0) -> date:
        """The day itself or the first workday after it; `after`: so many workdays later."""
        return self.calendar.add_workdays(day, after)

    def forget_standings(self) -> None:
        """What an account is, is asked anew: posts changed hands."""
        for held in (self._leaders, self._guides):
            for found in held.values():
                for _, user in found:
                    user.__dict__.pop("standing", None)
        for user in (self.clerk, self.lead, self.committee):
            user.__dict__.pop("standing", None)


def _on(found: Sequence[tuple[Span, User]], day: date) -> User:
    for span, user in found:
        if span.covers(day):
            return user
    return next((user for span, user in found if span.starts_on > day), found[-1][1])


def some(random: object, of: Sequence[T], count: int) -> list[T]:
    """So many of them, or as many as there are."""
    return random.sample(list(of), min(count, len(of)))  # type: ignore[attr-defined]
