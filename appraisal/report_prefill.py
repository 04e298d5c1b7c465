"""What the records of a week propose for each team's report, collected in a fixed number of queries.

Each source is a function of what was collected; what comes with later parts of the platform is added to
`SOURCES`. Every line names where it comes from. Words are as short as the office writes them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from appraisal.duty_terms import WeekDuty
from appraisal.duty_week import week_duty
from appraisal.facts import QUERIES as DUTY_QUERIES
from appraisal.facts import Collected, collect
from appraisal.models import Decision, DutyLog, TownNeed
from appraisal.report_lines import Line, in_order
from appraisal.work_areas import TOPICS, WORK_AREAS
from appraisal.working_rules import Rules
from lianzhen.periods import Week
from lianzhen.wording import bare, list_date
from villages.models import LiaisonTeam, Person

#: However many teams: the duty's, logs with their notes, names of substitutes, decisions, needs.
QUERIES = DUTY_QUERIES + 4
SERVICE_TOPICS = ("visitors", "households")
LONGEST = 500


@dataclass(frozen=True)
class Note:
    pk: int
    topics: tuple[str, ...]
    text: str


@dataclass
class Day:
    """One day on which a team sat in the village: its entry, who was there, what was noted."""

    day: date
    log_id: int
    names: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"/duty/{self.log_id}/"


@dataclass
class TeamWeek:
    """Everything that the sources may speak of, for one team in one week."""

    team: LiaisonTeam
    week: Week
    duty: WeekDuty
    days: list[Day]
    away: list[tuple[str, int, str]]
    decisions: list[Decision]
    answered: list[TownNeed]


@dataclass(frozen=True)
class Prefilled:
    """`lines`: team id → proposed lines in the order of the page; `rules`: those of the week."""

    lines: dict[int, list[Line]]
    rules: Rules


# --- Sources ----------------------------------------------------------------------------------
def duty_lines(found: TeamWeek) -> Iterator[Line]:
    """How many days of how many, then each day with who was there."""
    if not found.days:
        return
    duty = found.duty
    told = f"本周驻村{duty.done}{duty.unit}，应到{duty.need}{duty.unit}。"
    yield Line("duty-week", "duty", told, source_name="驻村办公", source_url=f"/duty/?week={found.week.key}")
    for day in found.days:
        names = "、".join(day.names)
        key = f"duty-{day.day:%Y-%m-%d}"
        yield Line(key, "duty", f"{_day(day.day)}：{names}。", source_name="驻村登记", source_url=day.url)


def absence_lines(found: TeamWeek) -> Iterator[Line]:
    for name, leave_id, text in found.away:
        url = f"/leave/{leave_id}/"
        yield Line(f"leave-{leave_id}", "duty", f"{name}{text}。", source_name="请假公出", source_url=url)


def work_lines(found: TeamWeek) -> Iterator[Line]:
    """What was noted about the six areas. A note's words stand under the first of its areas; an area that
    was only ticked is told with its days."""
    ticked: dict[str, list[Day]] = defaultdict(list)
    for day in found.days:
        for note in day.notes:
            areas = [code for code in WORK_AREAS if code in note.topics]
            told = note.text and (areas or not set(note.topics) & set(SERVICE_TOPICS))
            if told:
                yield _noted(day, note, "work", areas[0] if areas else "")
            for code in areas[1:] if told else areas:
                ticked[code].append(day)
    for code, days in ticked.items():
        text = f"{_days(days)}开展{WORK_AREAS[code]}工作。"
        yield Line(f"area-{code}", "work", text, code, source_name="驻村登记", source_url=days[0].url)


def service_lines(found: TeamWeek) -> Iterator[Line]:
    """接待群众、入户走访: on which days, and what was noted about nothing else."""
    for code in SERVICE_TOPICS:
        days = [day for day in found.days if any(code in note.topics for note in day.notes)]
        if days:
            text = f"{TOPICS[code]}{len(days)}天（{_days(days)}）。"
            yield Line(f"topic-{code}", "service", text, source_name="驻村登记", source_url=days[0].url)
    for day in found.days:
        for note in day.notes:
            areas = set(note.topics) & set(WORK_AREAS)
            if note.text and not areas and set(note.topics) & set(SERVICE_TOPICS):
                yield _noted(day, note, "service", "")


def decision_lines(found: TeamWeek) -> Iterator[Line]:
    """What the weekly meeting charged the team with: ended this week, or still to do."""
    for decision in found.decisions:
        key, year = f"decision-{decision.pk}", found.week.end.year
        url = f"/meetings/{Week.of(decision.meeting.week_start).key}/"
        if decision.state == Decision.State.OPEN:
            text = f"落实例会议定事项：{bare(decision.text)}（期限{list_date(decision.due_on, year)}）。"
            yield Line(key, "plan", _cut(text), source_name="议定事项", source_url=url)
        else:
            text = f"例会议定事项“{bare(decision.text)}”{decision.get_state_display()}：{bare(decision.result)}。"
            yield Line(key, "work", _cut(text), source_name="议定事项", source_url=url)


def need_lines(found: TeamWeek) -> Iterator[Line]:
    """What the town answered this week."""
    for need in found.answered:
        since = list_date(need.raised_on, found.week.end.year)
        text = f"{since}提出的“{bare(need.text)}”{need.get_state_display()}：{bare(need.answer)}。"
        url = reverse("need", args=[need.pk])
        yield Line(f"need-{need.pk}", "needs", _cut(text), source_name="村里提出的事", source_url=url)


SOURCES: tuple[Callable[[TeamWeek], Iterator[Line]], ...] = (
    duty_lines,
    absence_lines,
    work_lines,
    service_lines,
    need_lines,
    decision_lines,
)


# --- Collecting -------------------------------------------------------------------------------
def prefill(teams: Iterable[LiaisonTeam], week: Week, today: date) -> Prefilled:
    """Proposed lines for the teams. At most `QUERIES` queries, however many they are."""
    listed = list(teams)
    collected = collect(listed, week.start, week.end)
    days = _days_of(listed, week, collected)
    decisions, answered = _decisions(listed, week), _answered(listed, week)
    rules = collected.rules_of(week)
    lines = {}
    for team in listed:
        facts = collected.teams[team.pk]
        found = TeamWeek(
            team=team,
            week=week,
            duty=week_duty(week, facts, collected.calendar, today, rules, collected.holidays),
            days=days[team.pk],
            away=_away(facts.services, facts.absences),
            decisions=decisions[team.pk],
            answered=answered[team.village_id],
        )
        lines[team.pk] = in_order(line for source in SOURCES for line in source(found))
    return Prefilled(lines, rules)


def _days_of(teams: Sequence[LiaisonTeam], week: Week, collected: Collected) -> dict[int, list[Day]]:
    """The days of duty that count, with names and notes. One query; one more for names of substitutes."""
    logs = DutyLog.objects.counted().filter(team__in=teams, day__range=(week.start, week.end))
    rows = logs.order_by("day", "notes__id").values_list(
        "team_id", "day", "pk", "notes__id", "notes__topics", "notes__text", "notes__withdrawn_at"
    )
    found: dict[int, dict[date, Day]] = defaultdict(dict)
    for team_id, day, log_id, note_id, topics, text, withdrawn_at in rows:
        entry = found[team_id].setdefault(day, Day(day, log_id))
        if note_id is not None and withdrawn_at is None:
            entry.notes.append(Note(note_id, tuple(topics or ()), " ".join((text or "").split())))
    names = _names(collected)
    for team_id, by_day in found.items():
        for presence in collected.teams[team_id].presences:
            if presence.state == "here" and presence.day in by_day:
                half = f"（{presence.note}）" if presence.note else ""
                by_day[presence.day].names.append(names[presence.person_id] + half)
    # An entry whose people are all in dispute, or withdrawn, tells nothing yet.
    return defaultdict(list, {pk: [day for day in days.values() if day.names] for pk, days in found.items()})


def _names(collected: Collected) -> dict[int, str]:
    facts = collected.teams.values()
    names = {service.person_id: service.name for team in facts for service in team.services}
    unknown = {presence.person_id for team in facts for presence in team.presences} - names.keys()
    if unknown:
        names.update(Person.objects.filter(pk__in=unknown).values_list("pk", "name"))
    return names


def _away(services: Sequence, absences: object) -> list[tuple[str, int, str]]:
    """Name, leave, words; each leave once."""
    names = {service.person_id: service.name for service in services}
    told: dict[int, tuple[str, int, str]] = {}
    for person_id, leaves in absences.items():  # type: ignore[attr-defined]
        for leave in leaves:
            if person_id in names:
                told.setdefault(leave.leave_id, (names[person_id], leave.leave_id, leave.text))
    return list(told.values())


def _decisions(teams: Sequence[LiaisonTeam], week: Week) -> dict[int, list[Decision]]:
    """Decided before the week is over, and open now or ended in it. One query."""
    ended = Q(ended_at__gte=_midnight(week.start), ended_at__lt=_midnight(week.next().start))
    rows = Decision.objects.filter(
        Q(state=Decision.State.OPEN) | ended, team__in=teams, meeting__week_start__lte=week.start
    )
    found: dict[int, list[Decision]] = defaultdict(list)
    for decision in rows.select_related("meeting").order_by("due_on", "pk"):
        found[decision.team_id].append(decision)
    return found


def _answered(teams: Sequence[LiaisonTeam], week: Week) -> dict[int, list[TownNeed]]:
    """By village. One query."""
    rows = TownNeed.objects.filter(
        village__in=[team.village_id for team in teams],
        closed_at__gte=_midnight(week.start),
        closed_at__lt=_midnight(week.next().start),
    )
    found: dict[int, list[TownNeed]] = defaultdict(list)
    for need in rows.order_by("closed_at", "pk"):
        found[need.village_id].append(need)
    return found


# --- Words ------------------------------------------------------------------------------------
def _noted(day: Day, note: Note, block: str, category: str) -> Line:
    text = _cut(f"{day.day.month}月{day.day.day}日，{bare(note.text)}。")
    return Line(f"note-{note.pk}", block, text, category, source_name="驻村登记", source_url=day.url)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日（周{'一二三四五六日'[day.weekday()]}）"


def _days(days: Sequence[Day]) -> str:
    """11月24日、26日: the month once, as long as it is the same."""
    told, month = [], 0
    for day in sorted({entry.day for entry in days}):
        told.append(f"{day.day}日" if day.month == month else f"{day.month}月{day.day}日")
        month = day.month
    return "、".join(told)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
