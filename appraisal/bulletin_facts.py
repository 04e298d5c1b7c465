"""The facts of a week for its bulletin, town-wide, through the modules that the pages use.

Nothing is worked out here a second way: duty is `duty_week`'s, reports `report_state`'s, points `entry_lines`',
scores `score_facts`'. A fixed number of queries, however many teams.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db.models import Count, Max, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from appraisal.behind import WeekLook, look_from, team_sources
from appraisal.bulletin_terms import (
    Decided,
    DistrictDuty,
    Duty,
    Entries,
    Entry,
    Meeting,
    Named,
    Reports,
    ScoreRow,
    Scores,
    WeekFacts,
)
from appraisal.duty_overview import TeamRow, TownWeek
from appraisal.duty_terms import WeekDuty
from appraisal.duty_week import week_duty
from appraisal.entries_told import (
    COUNTING,
    GIVEN,
    GIVEN_BACK,
    WAITING,
    Kind,
    Settled,
    counts,
    settled_late,
    told_between,
)
from appraisal.entry_lines import line_of
from appraisal.facts import collect
from appraisal.meeting_agenda import decision_state, fixed_days, heard_on
from appraisal.meeting_days import calendar_notes, looked_back_on
from appraisal.models import Bulletin, Decision, ScoreEntry, TownNeed, WeeklyMeeting
from appraisal.ranking import Display
from appraisal.report_overview import teams_of_week
from appraisal.report_state import ReportState, due_moment, due_words, report_states
from appraisal.rules.base import change_in_marks
from appraisal.score_account import TeamScore
from appraisal.score_facts import MonthScores, month_scores
from appraisal.team_rows import order_of
from appraisal.waiting import gather
from lianzhen.pages.days import days_key
from lianzhen.periods import Month, Week
from lianzhen.town.models import CalendarDay, CalendarYear
from lianzhen.wording import UNKNOWN, clock, list_date
from villages.models import LiaisonTeam


def month_of(week: Week) -> Month:
    """The month whose scores a week's bulletin shows: the one that most of its days lie in."""
    return Month.of(week.days[3])


def as_of(now: datetime) -> str:
    """10月22日09:30; `now` is aware."""
    local = timezone.localtime(now)
    return f"{local.month}月{local.day}日{clock(local)}"


# --- A week ---------------------------------------------------------------------------------------
def week_facts(week: Week, now: datetime, *, with_names: bool = False) -> WeekFacts:
    """Everything that the bulletin of the week says, as the records stand now."""
    today = timezone.localdate(now)
    teams = sorted(teams_of_week(LiaisonTeam.objects.all(), week), key=order_of)
    found = collect(teams, week.start, week.end)
    rules = found.rules_of(week)
    duty = {pk: week_duty(week, f, found.calendar, today, rules, found.holidays) for pk, f in found.teams.items()}
    states = report_states(teams, week, now, rules)
    look = look_from(teams, week, today, duty, states, gather(team_sources(week, today)))
    leaders = _leaders(teams, found.teams, min(week.end, today)) if with_names else {}
    why = TownWeek(week, [], [], found.calendar.workdays(week), found.holidays).sentence
    meeting, held_on = _meeting_of(week)
    decisions = [_decided(one, today, with_names) for one in _decisions_of(meeting)]
    heard = f"{reverse('decision_list')}?heard={days_key(held_on, held_on)}"
    settled = _settled(week)
    late = list(_in_order(settled_late(settled))) if settled else []
    return WeekFacts(
        week=week,
        as_of=as_of(now),
        duty=_duty(week, teams, duty, leaders, why),
        reports=_reports(week, teams, states, leaders, due_moment(rules, week), now),
        deductions=_with_late(_deductions(week, today), late, Kind.DEDUCTION, settled, today),
        bonuses=_with_late(
            bonuses_of(told_between(week.start, week.end, Kind.BONUS), _in_days(week)),
            late,
            Kind.BONUS,
            settled,
            today,
        ),
        meeting=Meeting(
            f"{meeting.week.title}例会" if meeting else "",
            reverse("meeting", args=[meeting.week.key]) if meeting else "",
            tuple(decisions),
            f"{reverse('decision_list')}?days={days_key(held_on, held_on)}&state=standing",
        ),
        heard=tuple(_decided(one, today, with_names) for one in heard_on(held_on)),
        heard_url=f"{heard}&state=all",
        done_url=f"{heard}&state=done",
        calendar=tuple(_next_week(week.next())),
        scores=_week_scores(week, today, duty, states),
        behind=_behind(look, leaders),
        due_next=Decision.objects.open().filter(due_on__range=(week.next().start, week.next().end)).count(),
        due_url=f"{reverse('decision_list')}?due={days_key(week.next().start, week.next().end)}",
    )


def _in_days(week: Week) -> str:
    """Narrows a list of entries to the days of the week, which may lie in two months."""
    return f"days={days_key(week.start, week.end)}"


def _leaders(teams: Sequence[LiaisonTeam], facts: dict, day: date) -> dict[int, str]:
    found = {}
    for team in teams:
        serving = (s for s in facts[team.pk].services if s.role == "leader" and s.span.covers(day))
        found[team.pk] = next((service.name for service in serving), "")
    return found


def _named(team: LiaisonTeam, leaders: dict[int, str], text: str, url: str) -> Named:
    return Named(team.village.name, text, url, leaders.get(team.pk, ""))


def _duty(
    week: Week, teams: Sequence[LiaisonTeam], duty: dict[int, WeekDuty], leaders: dict[int, str], why: str
) -> Duty:
    url = f"{reverse('duty_matrix')}?week={week.key}"
    by_district: dict[tuple[str, int | None], list[WeekDuty]] = {}
    behind = []
    for team in teams:
        one = duty[team.pk]
        by_district.setdefault((TeamRow(team, one).district, team.village.group_id), []).append(one)
        if one.missing:
            behind.append(_named(team, leaders, f"差{one.missing}{one.unit}", _duty_url(team.pk, week)))
    districts = tuple(
        DistrictDuty(
            name,
            len(found),
            sum(one.need for one in found),
            sum(one.done for one in found),
            sum(one.missing for one in found),
            sum(one.excused for one in found),
            sum(one.is_met for one in found),
            f"{url}&group={group}" if group else url,
        )
        for (name, group), found in by_district.items()
    )
    unit = next(iter(duty.values())).unit if duty else "天"
    return Duty(districts, tuple(behind), unit, why, url)


def _duty_url(team: int, week: Week) -> str:
    return f"{reverse('team_duty', args=[team])}?week={week.key}"


def _reports(
    week: Week,
    teams: Sequence[LiaisonTeam],
    states: dict[int, ReportState],
    leaders: dict[int, str],
    due: datetime,
    now: datetime,
) -> Reports:
    owed = [team for team in teams if states[team.pk].code != "exempt"]

    def named(rows: Sequence[LiaisonTeam]) -> tuple[Named, ...]:
        return tuple(_named(t, leaders, "", reverse("weekly_report", args=[week.key, t.pk])) for t in rows)

    needs = TownNeed.objects.filter(line__report__week_start=week.start).exclude(state=TownNeed.State.WITHDRAWN)
    listed, sent = f"{reverse('weekly_list')}?week={week.key}", f"{reverse('sent_report_list')}?days="
    sent += days_key(week.start, week.start)
    counts = needs.aggregate(all=Count("pk"), open=Count("pk", filter=Q(state__in=_open_states())))
    return Reports(
        owed=len(owed),
        here=sum(states[team.pk].is_here for team in owed),
        late=named([team for team in owed if states[team.pk].is_here and states[team.pk].is_late]),
        missing=named([team for team in owed if not states[team.pk].is_here]),
        needs=counts["all"],
        answered=counts["all"] - counts["open"],
        open_until=due_words(due) if now <= due else "",
        url=listed,
        sent_url=sent,
        late_url=f"{sent}&time=late",
        missing_url=f"{listed}&state=missing",
        needs_url=f"{reverse('need_list')}?week={week.key}",
        answered_url=f"{reverse('need_list')}?week={week.key}&state=answered",
    )


def _open_states() -> list[str]:
    return [TownNeed.State.NEW, TownNeed.State.ASSIGNED]


def _behind(look: WeekLook, leaders: dict[int, str]) -> tuple[Named, ...]:
    return tuple(_named(one.team, leaders, f"（{one.words}）", one.reasons[0].url) for one in look.behind)


# --- Deductions and bonuses -----------------------------------------------------------------------
def _deductions(week: Week, today: date) -> Entries:
    found = list(_in_order(told_between(week.start, week.end, Kind.DEDUCTION)))
    counting = [row for row in found if counts(row)]
    given = ScoreEntry.objects.filter(GIVEN_BACK, state=ScoreEntry.State.AGREED)
    rows = f"{reverse('deduction_list')}?{_in_days(week)}"
    return Entries(
        tuple(_entry(row, reverse("deduction", args=[row.pk]), _rectify(row, today)) for row in counting),
        len(found) - len(counting),
        f"{rows}&{COUNTING[Kind.DEDUCTION]}",
        f"{rows}&{WAITING[Kind.DEDUCTION]}",
        tuple(line_of(row).own for row in given.filter(occurred_on__range=(week.start, week.end))),
        f"{reverse('bonus_list')}?{_in_days(week)}&{GIVEN}",
    )


def _settled(week: Week) -> Settled | None:
    """Since the data of the last bulletin of a week before, and up to those of the first of a week after, where there
    is one. None: no bulletin of a week before was submitted."""
    moments = Bulletin.objects.filter(kind=Bulletin.Kind.WEEK, corrects=None, submitted_at__isnull=False).aggregate(
        since=Max("submitted_at", filter=Q(starts_on__lt=week.start)),
        until=Min("submitted_at", filter=Q(starts_on__gt=week.start)),
    )
    return Settled(week.start, moments["since"], moments["until"]) if moments["since"] else None


def _with_late(found: Entries, late: Sequence[ScoreEntry], kind: Kind, settled: Settled | None, today: date) -> Entries:
    """With what happened in weeks before and could not stand in their bulletins: told or agreed to after them."""
    rows = [row for row in late if row.kind == kind]
    if not rows or settled is None:
        return found
    name = kind.value
    told = tuple(
        _entry(row, reverse(name, args=[row.pk]), _rectify(row, today), list_date(row.occurred_on, settled.before.year))
        for row in rows
    )
    return replace(found, late=told, late_url=f"{reverse(f'{name}_list')}?settled={settled.key}&{COUNTING[kind]}")


def _rectify(row: ScoreEntry, today: date) -> str:
    if row.rectify_by is None:
        return ""
    if row.rectify_ok:
        return "已整改"
    return f"{list_date(row.rectify_by, row.occurred_on.year)}前整改"


def bonuses_of(rows: QuerySet[ScoreEntry], narrowed: str) -> Entries:
    """`rows`: of those that are told; `narrowed`: what narrows the list of bonuses to them."""
    found = list(_in_order(rows))
    agreed = [row for row in found if counts(row)]
    listed = f"{reverse('bonus_list')}?{narrowed}"
    return Entries(
        tuple(_entry(row, reverse("bonus", args=[row.pk])) for row in agreed),
        len(found) - len(agreed),
        f"{listed}&{COUNTING[Kind.BONUS]}",
        f"{listed}&{WAITING[Kind.BONUS]}",
    )


def _in_order(rows: QuerySet[ScoreEntry]) -> QuerySet[ScoreEntry]:
    rows = rows.select_related("village__group")
    return rows.order_by("village__group__position", "village__code", "occurred_on", "number")


def _entry(row: ScoreEntry, url: str, rectify: str = "", day: str = "") -> Entry:
    return Entry(row.village.name, f"§{row.clause_number}", row.fact, line_of(row).own, url, rectify, day)


# --- Meetings -------------------------------------------------------------------------------------
def _meeting_of(week: Week) -> tuple[WeeklyMeeting | None, date]:
    """The meeting that looked back on the week, else the week's own, with the day by which decisions are heard."""
    rows = list(WeeklyMeeting.objects.filter(week_start__in=[week.start, week.next().start]).order_by("-week_start"))
    for meeting in rows:
        if looked_back_on(meeting.held_on) == week:
            return meeting, meeting.held_on
    own = next((meeting for meeting in rows if meeting.week == week), None)
    return own, own.held_on if own else week.end


def _decisions_of(meeting: WeeklyMeeting | None) -> Sequence[Decision]:
    if meeting is None:
        return ()
    rows = meeting.decisions.standing().select_related("team__village", "department", "owner")
    return list(rows.order_by("number"))


def _decided(one: Decision, today: date, with_names: bool) -> Decided:
    owners = one.owners if with_names else "、".join(str(who) for who in (one.team, one.department) if who)
    return Decided(
        text=one.text,
        owners=owners or "有关责任人",
        due=f"{list_date(one.due_on, today.year)}前",
        url=reverse("decision", args=[one.pk]),
        state=decision_state(one, today)[1],
        is_done=one.state == Decision.State.DONE,
        result=one.result,
    )


def _next_week(week: Week) -> list[str]:
    """Holidays and fixed days that fall out, as the agenda of a meeting tells them. Three queries."""
    specs = {row.date: row.spec for row in CalendarDay.objects.between(week.start, week.end)}
    told = calendar_notes(week, specs, fixed_days(week.start, week.end))
    for year in sorted({week.start.year, week.end.year} - CalendarYear.objects.years()):
        told.append(f"{year}年工作日历还没有导入，放假和调休以通知为准。")
    return told


# --- Scores -----------------------------------------------------------------------------------------
def scores_of(found: MonthScores) -> Scores:
    """The table of a month, as its version ranks it. No query."""
    scores = list(found.scores.values())
    if found.display is Display.PLACE:
        scores.sort(key=lambda one: (one.number or 0, one.district_position, one.code))
    rows = tuple(_score_row(found, one, place) for place, one in enumerate(scores, start=1))
    url = reverse("score_list", args=[found.month.key])
    return Scores(found.month, rows, found.display.column, found.is_frozen, url)


def _score_row(found: MonthScores, one: TeamScore, place: int) -> ScoreRow:
    return ScoreRow(
        place=str(place) if found.display is Display.NONE else one.column,
        district=one.district,
        name=one.village_name,
        deducted=one.deducted,
        bonus=one.bonus,
        total=one.total,
        change=change_in_marks(one.change),
        url=reverse("score_page", args=[found.month.key, one.team_id]),
        team=one.team_id,
    )


def _report_word(state: ReportState) -> str:
    """As short as its column: what a team owes nothing for is 「—」."""
    if state.code == "exempt":
        return UNKNOWN
    return ("逾期报送" if state.is_late else "已报送") if state.is_here else "未报送"


def _week_scores(week: Week, today: date, duty: dict[int, WeekDuty], states: dict[int, ReportState]) -> Scores:
    found = month_scores(month_of(week), today, for_team=True)
    scores = scores_of(found)

    def with_week(row: ScoreRow) -> ScoreRow:
        pk = row.team
        if pk not in duty:
            return row
        return replace(
            row,
            duty=f"{duty[pk].done}/{duty[pk].need}",
            report=_report_word(states[pk]),
            duty_url=_duty_url(pk, week),
            report_url=reverse("weekly_report", args=[week.key, pk]),
        )

    return Scores(scores.month, tuple(map(with_week, scores.rows)), scores.column, scores.is_final, scores.url)
