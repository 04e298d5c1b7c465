"""The working weeks of the demo town, one after another as they would have been lived: the Monday meeting, reports
on Friday, what villages ask; with them the duty days, what was found, and the closing of every month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from appraisal.actions import decisions, meetings, town_needs, weekly_reports, work_rules
from appraisal.models import Decision, MeetingAttendance, TownNeed, WeeklyMeeting, WeeklyReport
from appraisal.report_lines import HAND, Line
from appraisal.report_prefill import prefill
from lianzhen.demo import work_words as words
from lianzhen.demo.announcing import Announcing
from lianzhen.demo.appraising import Appraising
from lianzhen.demo.closing import Closing
from lianzhen.demo.duty_days import DutyDays
from lianzhen.demo.hands import Hands, some
from lianzhen.demo.under_way import UnderWay
from lianzhen.demo.yearly import Yearly
from lianzhen.notices.actions import mark_read
from lianzhen.notices.models import Notice
from lianzhen.periods import Month, Week
from lianzhen.town.models import Department
from villages.models import LiaisonTeam, Person


class WorkingWeeks:
    """A few teams are slack, so that the pages have something to say about who is behind; which ones follows from
    the seed. `say` is told of every month that was sealed."""

    def __init__(self, hands: Hands, say: Callable[[str], None]) -> None:
        self.hands = hands
        self.random = hands.scale.random("working weeks")
        self.weeks = hands.scale.lived()
        self.departments = list(Department.objects.exclude(kind=Department.Kind.FORMER))
        villages = sorted({team.village_id for team in hands.teams})
        slack = set(some(self.random, villages, max(1, len(villages) // 12)))
        self.slack = {team.pk for team in hands.teams if team.village_id in slack}
        self.duty = DutyDays(hands, self.slack)
        self.announcing = Announcing(hands)
        self.say = say

    def live(self) -> None:
        if not self.weeks:
            return
        hands, first, today = self.hands, self.weeks[0], self.hands.scale.today
        hands.clock.at(first.start - timedelta(days=14), 9)
        work_rules.set_work_rules(starts_on=first.start, today=today, by=None)
        appraising = Appraising(hands, self._first_month())
        Closing(hands, appraising, self.announcing, self.say).plan()
        Yearly(hands, appraising.first, self.say).plan()
        for week in self.weeks:
            self._plan(week, appraising)
            hands.agenda.until(min(week.end, today))
        hands.clock.at(today, 18)
        UnderWay(hands, appraising, self.announcing).leave()

    def _first_month(self) -> Month:
        """The first month all of whose Mondays are lived; the running one where there is none."""
        start = self.weeks[0].start
        month = Month.of(start)
        return month if start.day <= 7 else min(month.next(), Month.of(self.hands.scale.today))

    def _plan(self, week: Week, appraising: Appraising) -> None:
        teams, agenda = self.hands.teams_on(week.start), self.hands.agenda
        if not teams:
            return
        if week.start.day <= 7:
            self.hands.forget_standings()
            agenda.on(week.start, 8, self._read_notices)
        workdays = self.hands.calendar.workdays(week)
        if workdays:
            agenda.on(workdays[0], 8, self._meeting, week, teams)
        self.duty.plan(week, teams)
        appraising.plan(week, teams)
        agenda.on(week.start + timedelta(days=4), 15, self._reports, week, teams)
        self.announcing.plan(week, is_last=week == Week.of(self.hands.scale.today).previous())

    def _read_notices(self, now: datetime) -> None:
        """Once a month everybody has gone through what is older than a week."""
        mark_read(notices=Notice.objects.filter(read_at=None, created_at__lt=now - timedelta(days=7)))

    # --- Monday -----------------------------------------------------------------------------------
    def _meeting(self, now: datetime, week: Week, teams: list[LiaisonTeam]) -> None:
        today, clerk, lead = now.date(), self.hands.clerk, self.hands.lead
        meeting = meetings.plan_meeting(
            week=week,
            held_on=today,
            held_at=time(8, 30),
            place="镇政府三楼会议室",
            chair=Person.objects.filter(user=lead).first(),
            now=now,
            by=clerk,
        )
        for text in self.random.sample(words.DECISIONS, 2):
            due_on = today + timedelta(days=self.random.choice((3, 4, 10)))
            team, department = self.random.choice(teams), self.random.choice(self.departments)
            whose = {"team": team} if self.random.random() < 0.6 else {"department": department}
            made = decisions.decide(meeting=meeting, text=text, due_on=due_on, today=today, by=clerk, **whose)
            # Some drag on for weeks; none for the whole of the history.
            days = (-2, -1, -1, 0, 0, 3) if self.random.random() < 0.92 else (20, 30, 45)
            self.hands.agenda.on(due_on + timedelta(days=self.random.choice(days)), 17, self._done, made)
        self._attendance(meeting, teams)
        meetings.write_minutes(meeting=meeting, minutes=words.MINUTES, by=clerk)
        meetings.close_meeting(meeting=meeting, today=today, by=lead)

    def _done(self, now: datetime, made: Decision) -> None:
        if self.random.random() < 0.04:
            why = "县里已统一安排，不再单独办理。"
            decisions.drop_decision(decision=made, reason=why, by=self.hands.lead, today=now.date())
            return
        by = self.hands.leader(made.team, now.date()) if made.team else self.hands.clerk
        result = self.random.choice(words.RESULTS)
        decisions.report_done(decision=made, result=result, today=now.date(), by=by)

    def _attendance(self, meeting: WeeklyMeeting, teams: list[LiaisonTeam]) -> None:
        marks = []
        for row in MeetingAttendance.objects.filter(meeting=meeting):
            chance, slack = self.random.random(), row.team_id in self.slack
            if chance < (0.25 if slack else 0.01):
                marks.append(meetings.Mark(row.pk, "absent", "", (row.state, row.note)))
            elif chance < (0.35 if slack else 0.04):
                note = self.random.choice(words.ABSENT_NOTES)
                marks.append(meetings.Mark(row.pk, "excused", note, (row.state, row.note)))
            elif chance > 0.98:
                marks.append(meetings.Mark(row.pk, "late", "", (row.state, row.note)))
        meetings.mark_attendance(meeting=meeting, marks=marks, by=self.hands.clerk, rest_came=True)

    # --- Friday -----------------------------------------------------------------------------------
    def _reports(self, now: datetime, week: Week, teams: list[LiaisonTeam]) -> None:
        """Sent on Friday; the slack ones late or not at all, of the running week only some."""
        running = week == self.weeks[-1]
        proposed = prefill(teams, week, now.date())
        for team in teams:
            chance, slack = self.random.random(), team.pk in self.slack
            lines = [*proposed.lines[team.pk], *self._own_lines()]
            if not lines or chance < (0.15 if slack else 0.008):
                continue
            if running and chance < 0.6:
                if chance < 0.35:
                    by = self.hands.leader(team, now.date())
                    weekly_reports.save_draft(team=team, week=week, lines=lines, by=by, now=now)
            elif slack and self.random.random() < 0.4:
                self.hands.agenda.on(week.end + timedelta(days=1), 15, self._send, team, week, lines)
            else:
                self._send(now, team, week, lines)

    def _send(self, now: datetime, team: LiaisonTeam, week: Week, lines: list[Line]) -> None:
        by, agenda, chance = self.hands.leader(team, now.date()), self.hands.agenda, self.random.random()
        report = weekly_reports.send_report(team=team, week=week, lines=lines, by=by, now=now)
        if chance < 0.01 and not report.is_late:
            agenda.on(now.date(), 16, self._send_again, report)
        elif chance < 0.9:
            agenda.on(self.hands.workday(now.date(), 1), 10, self._read, report)
        for need in TownNeed.objects.filter(line__report=report, state=TownNeed.State.NEW):
            if self.random.random() < 0.9:
                day = self.hands.workday(now.date(), self.random.choice((1, 2, 6)))
                agenda.on(day, 11, self._assign, need)

    def _send_again(self, now: datetime, report: WeeklyReport) -> None:
        """Taken back within the hour, and sent anew as it stands."""
        report = weekly_reports.withdraw_report(report=report, by=report.sent_by, now=now)
        if self.random.random() < 0.8:
            by = self.hands.leader(report.team, now.date())
            weekly_reports.send_report(team=report.team, week=report.week, by=by, now=now + timedelta(minutes=20))

    def _read(self, now: datetime, report: WeeklyReport) -> None:
        guide = self.hands.guide(report.team, now.date())
        if self.random.random() < 0.06:
            weekly_reports.comment_report(report=report, text=self.random.choice(words.COMMENTS), by=guide, now=now)
        else:
            weekly_reports.mark_read(report=report, by=guide, now=now)

    def _own_lines(self) -> list[Line]:
        lines = []
        if self.random.random() < 0.12:
            lines.append(self._line("needs", words.NEEDS, is_need=True))
        elif self.random.random() < 0.2:
            lines.append(self._line("needs", words.PROBLEMS))
        if self.random.random() < 0.7:
            lines.append(self._line("plan", words.PLANS))
        return lines

    def _line(self, block: str, choice: tuple[str, ...], *, is_need: bool = False) -> Line:
        return Line(f"{HAND}{block}", block, self.random.choice(choice), is_need=is_need)

    # --- What villages ask of the town ------------------------------------------------------------------
    def _assign(self, now: datetime, need: TownNeed) -> None:
        """The office hands it out, and in time it is answered."""
        need.refresh_from_db()
        if need.state != TownNeed.State.NEW:
            return
        day, department = now.date(), self.random.choice(self.departments)
        due_on = day + timedelta(days=self.random.choice((5, 7, 15)))
        town_needs.assign_need(
            need=need, department=department, owner=None, due_on=due_on, by=self.hands.clerk, today=day
        )
        if self.random.random() < 0.93:
            self.hands.agenda.on(due_on + timedelta(days=self.random.choice((-2, -1, 0, 2))), 16, self._answer, need)

    def _answer(self, now: datetime, need: TownNeed) -> None:
        day: date = now.date()
        if self.random.random() < 0.08:
            reason = "今年资金已安排完，列入明年计划。"
            town_needs.decline_need(need=need, answer=reason, by=self.hands.clerk, today=day)
        else:
            answer = self.random.choice(words.ANSWERS)
            town_needs.close_need(need=need, answer=answer, by=self.hands.clerk, today=day)
