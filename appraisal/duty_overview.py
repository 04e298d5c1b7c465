"""The town's week: each team's duty side by side, district by district, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import BooleanField, Case, Q, When

from appraisal.duty_calendar import is_worth_showing
from appraisal.duty_terms import PersonDuty, WeekDuty
from appraisal.duty_week import person_duties, week_duty, weeks_of
from appraisal.facts import collect
from appraisal.team_rows import OfTeam
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.periods import Month, Stretch, Week
from lianzhen.wording import date_range
from villages.models import LiaisonTeam
from villages.models.teams import LiaisonTeamQuerySet
from villages.visibility import in_seen_villages


@dataclass(frozen=True)
class TeamRow(OfTeam):
    """One team in a week."""

    team: LiaisonTeam
    duty: WeekDuty

    @property
    def pk(self) -> int:
        return self.team.pk

    @property
    def done(self) -> int:
        return self.duty.done

    @property
    def need(self) -> int:
        return self.duty.need

    @property
    def missing(self) -> int:
        return self.duty.missing

    @property
    def state(self) -> tuple[str, str]:
        """Tone and words: 达标, 还差1天, 不计应到."""
        if self.missing:
            return ("bad" if self.duty.missed else "warn"), f"还差{self.missing}{self.duty.unit}"
        return ("good", "达标") if self.need else ("off", "不计应到")


@dataclass(frozen=True)
class DistrictMean:
    """One district in a week, without persons or single teams. Means over its teams, one decimal."""

    district: str
    teams: int
    met: int
    done: Decimal
    need: Decimal


@dataclass(frozen=True)
class TownWeek:
    """The week of some teams. `workdays` of the calendar; `names` of its special days; `means` of all districts."""

    week: Week
    rows: list[TeamRow]
    means: list[DistrictMean]
    workdays: list[date]
    names: dict[date, str]

    @property
    def shown(self) -> list[int]:
        """Places (0 Monday … 6 Sunday) of the columns: the weekend only when it is worked or something was entered."""
        return [n for n in range(7) if n < 5 or any(is_worth_showing(row.duty.days[n]) for row in self.rows)]

    @property
    def counts(self) -> dict[str, str]:
        """第一片区 13个组，达标9个, by district."""
        found: dict[str, list[bool]] = {}
        for row in self.rows:
            found.setdefault(row.district, []).append(row.duty.is_met)
        return {name: f"{name}　{len(met)}个组，达标{sum(met)}个" for name, met in found.items()}

    @property
    def sentence(self) -> str:
        """Why less is owed than usual: the holidays of the week, in words."""
        off = [day for day in self.week if day.weekday() < 5 and day not in self.workdays]
        added = [day for day in self.workdays if day.weekday() > 4]
        told = [f"{self._days(off)}放假"] if off else []
        told += [f"{self._days(added)}上班"] if added else []
        return f"{'，'.join(told)}，工作日{len(self.workdays)}天，应到按工作日计。" if told else ""

    def _days(self, days: Sequence[date]) -> str:
        names = list(dict.fromkeys(self.names[day] for day in days if self.names.get(day)))
        if len(days) > 1 and (days[-1] - days[0]).days == len(days) - 1:
            text = date_range(days[0], days[-1], days[0].year)
        else:
            text = "、".join(f"{day.month}月{day.day}日" for day in days)
        return f"{text}{'、'.join(names)}"


def seen_teams(user: User, period: Stretch) -> list[LiaisonTeam]:
    """The teams that existed on a day of the period in villages that the user sees, in the order of districts
    and villages. One query."""
    return _ordered(LiaisonTeam.objects.visible_to(user).filter(_exists_in(period)))


def teams_in(period: Stretch, user: User) -> list[LiaisonTeam]:
    """Every team of the town in the period; `is_seen` marks those whose rows the user sees. One query."""
    seen = Case(When(in_seen_villages(user, "village"), then=True), default=False, output_field=BooleanField())
    return _ordered(LiaisonTeam.objects.filter(_exists_in(period)).annotate(is_seen=seen))


def _ordered(rows: LiaisonTeamQuerySet) -> list[LiaisonTeam]:
    rows = rows.with_place()
    return list(rows.order_by("village__group__position", "village__code", "starts_on"))


def _exists_in(period: Stretch) -> Q:
    return Q(starts_on__lte=period.end) & (Q(ends_on=None) | Q(ends_on__gte=period.start))


def compares_districts(user: User) -> bool:
    """Who sees the means of all districts beside his own teams."""
    return user.standing.has(*TOWN_WIDE, Role.DISTRICT)


def town_week(user: User, week: Week, today: date) -> TownWeek:
    """The teams that the user sees, and all districts' means for those who compare. `facts.QUERIES` + 1."""
    compares = compares_districts(user)
    everyone = teams_in(week, user) if compares else seen_teams(user, week)
    found = collect(everyone, week.start, week.end)
    rules = found.rules_of(week)
    rows = [
        TeamRow(team, week_duty(week, found.teams[team.pk], found.calendar, today, rules, found.holidays))
        for team in everyone
    ]
    return TownWeek(
        week,
        [row for row in rows if not compares or row.team.is_seen],
        district_means(rows) if compares else [],
        found.calendar.workdays(week),
        found.holidays,
    )


def district_means(rows: Iterable[TeamRow]) -> list[DistrictMean]:
    """In the order of the districts."""
    found: dict[tuple[int, str], list[TeamRow]] = {}
    for row in rows:
        found.setdefault((row.place, row.district), []).append(row)
    return [
        DistrictMean(
            name,
            len(teams),
            sum(row.duty.is_met for row in teams),
            _mean([row.done for row in teams]),
            _mean([row.need for row in teams]),
        )
        for (_, name), teams in sorted(found.items())
    ]


def _mean(values: Sequence[int]) -> Decimal:
    return (Decimal(sum(values)) / len(values)).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True)
class TeamAccount:
    """One team in several weeks, and its people in one month."""

    weeks: dict[Week, WeekDuty]
    people: list[PersonDuty]

    def of(self, weeks: Iterable[Week]) -> list[WeekDuty]:
        return [self.weeks[week] for week in weeks]


def team_account(team: LiaisonTeam, month: Month, weeks: Sequence[Week], today: date) -> TeamAccount:
    """The weeks of a month and `weeks` besides. `facts.QUERIES` queries."""
    wanted = sorted({*weeks_of(month), *weeks})
    found = collect([team], wanted[0].start, wanted[-1].end)
    facts = found.teams[team.pk]
    return TeamAccount(
        {w: week_duty(w, facts, found.calendar, today, found.rules_of(w), found.holidays) for w in wanted},
        person_duties(month, facts, found.calendar, today, found.rules_of, found.holidays),
    )
