"""谁没跟上: which teams fell behind in a week and why, in words (design §7.2), and what the office itself owes.

Only what can be named counts: days of duty already missed, the report after its deadline, decisions and
explanations whose date has passed. Sorted by the number of reasons, then in the order of the villages; this is
no ranking, and nobody's use of the platform is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from appraisal.actions.reminders import Item as ReminderItem
from appraisal.duty_terms import WeekDuty
from appraisal.duty_week import week_duty
from appraisal.facts import collect
from appraisal.models import Decision, SpotCheck
from appraisal.office_behind import CALENDAR_BEFORE, OfficeItem, late_items, office_sources
from appraisal.report_state import ReportState, due_words, report_states
from appraisal.waiting import Item, Source, gather
from lianzhen.periods import Week
from villages.models import LiaisonTeam

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


@dataclass(frozen=True)
class Reason:
    """One thing a team is behind with. `key` names it for reminders, `notice` is what the team is told then."""

    text: str
    url: str
    key: str
    notice: str


@dataclass(frozen=True)
class Behind:
    team: LiaisonTeam
    reasons: tuple[Reason, ...]

    @property
    def words(self) -> str:
        """驻村差2天，周报逾期未报; what is said of two things in the same words, once."""
        return "，".join(dict.fromkeys(reason.text for reason in self.reasons))

    @property
    def reminders(self) -> list[ReminderItem]:
        return [ReminderItem(one.key, self.team, one.notice, one.url) for one in self.reasons]


@dataclass(frozen=True)
class WeekLook:
    """A week of several teams. `duty`, `reports`: by team id; `office`: what the town itself is late with."""

    week: Week
    teams: tuple[LiaisonTeam, ...]
    duty: Mapping[int, WeekDuty]
    reports: Mapping[int, ReportState]
    behind: tuple[Behind, ...]
    office: tuple[OfficeItem, ...] = ()

    @property
    def duty_met(self) -> int:
        return sum(duty.is_met for duty in self.duty.values())

    @property
    def reports_owed(self) -> int:
        return sum(state.code != "exempt" for state in self.reports.values())

    @property
    def reports_here(self) -> int:
        return sum(state.is_here for state in self.reports.values())


def behind(teams: Iterable[LiaisonTeam], week: Week, today: date, now: datetime) -> tuple[Behind, ...]:
    """The teams that are behind, those with most reasons first. The teams come with `village__group`."""
    return look_at(teams, week, today, now).behind


def look_at(
    teams: Iterable[LiaisonTeam], week: Week, today: date, now: datetime, *, with_office: bool = False
) -> WeekLook:
    """Everything about the week; `with_office`: what the town itself is late with today. `facts.QUERIES`
    queries and two more."""
    listed = list(teams)
    last = max(week.end, today) if with_office else week.end
    found = collect(listed, week.start, last, calendar_before=CALENDAR_BEFORE)
    rules = found.rules_of(week)
    duty = {
        pk: week_duty(week, facts, found.calendar, today, rules, found.holidays) for pk, facts in found.teams.items()
    }
    reports = report_states(listed, week, now, rules)
    items = gather({**team_sources(week, today), **(office_sources(today) if with_office else {})})
    look = look_from(listed, week, today, duty, reports, items)
    if not with_office:
        return look
    return replace(look, office=tuple(late_items(items, today, found.calendar, found.rules_of(Week.of(today)))))


def look_from(
    teams: Iterable[LiaisonTeam],
    week: Week,
    today: date,
    duty: Mapping[int, WeekDuty],
    reports: Mapping[int, ReportState],
    items: Mapping[str, Sequence[Item]],
) -> WeekLook:
    """The same from what is at hand; `items` answers `team_sources`. No query."""
    listed = tuple(teams)
    found = [Behind(team, _reasons(team, week, today, duty, reports, items)) for team in listed]
    late = [one for one in found if one.reasons]
    late.sort(key=lambda one: (-len(one.reasons), village_place(one.team)))
    return WeekLook(
        week,
        listed,
        {team.pk: duty[team.pk] for team in listed},
        {team.pk: reports[team.pk] for team in listed},
        tuple(late),
    )


def teams_seen(user: User, day: date) -> list[LiaisonTeam]:
    """The teams that work on the day and that the user sees, in the order of the villages. One query."""
    return sorted(LiaisonTeam.objects.visible_to(user).on(day).with_place(), key=village_place)


def words_to_copy(week: Week, found: Sequence[Behind]) -> str:
    """One message for the group in which everybody already is."""
    told = "；".join(f"{one.team.village.name}{'、'.join(reason.text for reason in one.reasons)}" for one in found)
    return f"第{week.number}周提醒：{told}。请及时办理。" if found else ""


def team_sources(week: Week, today: date) -> dict[str, Source]:
    """Open matters of teams whose date passed in the week or before it. Today's are not late yet."""
    last = min(week.end, today)
    decisions = Decision.objects.overdue(today).filter(team__isnull=False, due_on__lte=last)
    checks = SpotCheck.objects.filter(state=SpotCheck.State.ASKED, explain_by__lt=today, day__lte=last)
    return {"decision": Source(decisions, "due_on"), "spot": Source(checks, "explain_by")}


def village_place(team: LiaisonTeam) -> tuple[int, str]:
    """The order of every list of teams: by district, then by the village's code."""
    group = team.village.group
    return (group.position if group else 10_000, team.village.code)


def _reasons(
    team: LiaisonTeam,
    week: Week,
    today: date,
    duty: Mapping[int, WeekDuty],
    reports: Mapping[int, ReportState],
    waiting: Mapping[str, Sequence[Item]],
) -> tuple[Reason, ...]:
    found = [
        _duty_reason(team, week, today, duty[team.pk]),
        _report_reason(team, week, reports[team.pk]),
        _decision_reason(team, [item for item in waiting["decision"] if item.team_id == team.pk]),
        *[_spot_reason(item) for item in waiting["spot"] if item.team_id == team.pk],
    ]
    return tuple(reason for reason in found if reason)


def _duty_reason(team: LiaisonTeam, week: Week, today: date, duty: WeekDuty) -> Reason | None:
    """Days that have passed. While the week runs the sentence says 还差: there is time to make up for them."""
    if not duty.missed:
        return None
    url = f"{reverse('team_duty', args=[team.pk])}?week={week.key}"
    over = today > week.end
    text = f"驻村{'' if over else '还'}差{duty.missing}{duty.unit}"
    ask = "请核对，漏登的请补登。" if over else "请安排好驻村，漏登的请补登。"
    return Reason(text, url, f"duty:{week.key}", f"第{week.number}周{text}，{ask}")


def _report_reason(team: LiaisonTeam, week: Week, state: ReportState) -> Reason | None:
    if state.code != "overdue":
        return None
    url = reverse("weekly_report", args=[week.key, team.pk])
    notice = f"第{week.number}周周报{due_words(state.due)}已截止，请尽快报送。"
    return Reason(f"周报{state.text}", url, f"report:{week.key}", notice)


def _decision_reason(team: LiaisonTeam, items: Sequence[Item]) -> Reason | None:
    if not items:
        return None
    if len(items) == 1:
        url, key = reverse("decision", args=[items[0].pk]), f"decision:{items[0].pk}"
        return Reason("议定事项超期", url, key, "有1项议定事项已过期限，请报告落实情况。")
    url = f"{reverse('decision_list')}?state=overdue&team={team.pk}"
    text = f"议定事项超期{len(items)}项"
    return Reason(text, url, "decisions", f"有{len(items)}项议定事项已过期限，请报告落实情况。")


def _spot_reason(item: Item) -> Reason:
    until = f"{item.day.month}月{item.day.day}日"
    url = reverse("spot_check", args=[item.pk])
    notice = f"抽查情况应在{until}前说明，请尽快填写。"
    return Reason(f"抽查超过{until}未说明", url, f"spot:{item.pk}", notice)
