"""The working weeks of the demo town, one after another as they would have been lived: the Monday meeting, duty
days, leave, spot checks, reports, and what is behind in the week that runs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from appraisal import facts
from appraisal.actions import (
    decisions,
    leave,
    meetings,
    spot_checks,
    suggestions,
    town_needs,
    weekly_reports,
    work_rules,
)
from appraisal.actions.duty import log_duty
from appraisal.duty_week import week_duty
from appraisal.models import Decision, DutyAttendance, Leave, MeetingAttendance, SpotCheck, TownNeed
from appraisal.report_lines import HAND, Line
from appraisal.report_prefill import prefill
from lianzhen.accounts.models import User
from lianzhen.demo import work_words as words
from lianzhen.demo.announcing import Announcing
from lianzhen.demo.appraising import Appraising
from lianzhen.demo.plan import Scale
from lianzhen.periods import Month, Week
from lianzhen.town.models import Department
from villages.models import LiaisonTeam, Person, Posting

#: A whole county lives the last week only, through the same acts.
WEEKS_OF_A_COUNTY, COUNTY = 1, 100


class WorkingWeeks:
    """`clerk` and `lead` are the office's accounts. A few teams are slack, so that the pages have something to
    say about who is behind; which ones follows from the seed."""

    def __init__(self, scale: Scale, clerk: User, lead: User, district: User) -> None:
        self.scale, self.clerk, self.lead, self.district = scale, clerk, lead, district
        self.random: Random = scale.random("working weeks")
        self.departments = list(Department.objects.exclude(kind=Department.Kind.FORMER))
        self.weeks = [Week.of(scale.today)]
        while len(self.weeks) <= (WEEKS_OF_A_COUNTY if scale.villages > COUNTY else scale.weeks):
            self.weeks.insert(0, self.weeks[0].previous())
        teams = list(LiaisonTeam.objects.on(scale.today).select_related("village"))
        self.teams = [team for team in teams if team.starts_on <= self.weeks[0].start]
        leading = Posting.objects.on(scale.today).leaders().filter(team__in=self.teams).select_related("person__user")
        self.leaders = {posting.team_id: posting.person.user for posting in leading}
        self.slack = set(self.random.sample([team.pk for team in self.teams], max(1, len(self.teams) // 12)))

    def live(self) -> None:
        work_rules.set_work_rules(starts_on=self.weeks[0].start, today=self.scale.today, by=None)
        # From the first month that is lived whole; from the running one where there is none.
        first = Month.of(self.weeks[0].start)
        first = first if self.weeks[0].start == first.start else min(first.next(), Month.of(self.scale.today))
        appraising = Appraising(self.scale, self.clerk, self.lead, self.district, first)
        for week in self.weeks:
            self._meeting(week)
            self._leaves(week)
            self._duty(week)
            self._checks(week)
            self._reports(week)
            self._needs(week)
            appraising.live(week, self.teams, self.leaders)
        appraising.close(self.weeks)
        Announcing(self.clerk, self.lead, self.scale.today).announce(self.weeks)
        suggestions.refresh_suggestions(
            today=self.scale.today, now=self._moment(self.scale.today, 18), weeks=self.weeks
        )

    # --- Monday -----------------------------------------------------------------------------------
    def _meeting(self, week: Week) -> None:
        today = self.scale.today
        held_on = week.start
        if held_on > today:
            return
        meeting = meetings.plan_meeting(
            week=week,
            held_on=held_on,
            held_at=time(8, 30),
            place="镇政府三楼会议室",
            chair=Person.objects.filter(user=self.lead).first(),
            now=self._moment(held_on, 8),
            by=self.clerk,
        )
        self._close_earlier(held_on)
        for text in self.random.sample(words.DECISIONS, 2):
            due_on = held_on + timedelta(days=self.random.choice((3, 4, 10)))
            team, department = self.random.choice(self.teams), self.random.choice(self.departments)
            whose = {"team": team} if self.random.random() < 0.6 else {"department": department}
            decisions.decide(meeting=meeting, text=text, due_on=due_on, today=held_on, by=self.clerk, **whose)
        self._attendance(meeting)
        meetings.write_minutes(meeting=meeting, minutes=words.MINUTES, by=self.clerk)
        meetings.close_meeting(meeting=meeting, today=today, by=self.lead)

    def _close_earlier(self, day: date) -> None:
        """What earlier meetings decided is done, all but a little."""
        for decision in Decision.objects.open().filter(due_on__lt=day):
            if self.random.random() < 0.8:
                result = self.random.choice(words.RESULTS)
                decisions.report_done(decision=decision, result=result, today=day, by=self.clerk)

    def _attendance(self, meeting: object) -> None:
        marks = []
        for row in MeetingAttendance.objects.filter(meeting=meeting):
            chance = self.random.random()
            if row.team_id in self.slack and chance < 0.3:
                marks.append(meetings.Mark(row.pk, "absent", "", (row.state, row.note)))
            elif chance < 0.04:
                note = self.random.choice(words.ABSENT_NOTES)
                marks.append(meetings.Mark(row.pk, "excused", note, (row.state, row.note)))
        meetings.mark_attendance(meeting=meeting, marks=marks, by=self.clerk, rest_came=True)

    # --- The days ---------------------------------------------------------------------------------
    def _leaves(self, week: Week) -> None:
        """One or two people a week; the office writes it down, the head of the office decides."""
        workdays = facts.calendar_around(week.start, week.end).workdays(week)[:4]
        for team in self.random.sample(self.teams, min(2, len(self.teams)) if workdays else 0):
            member = Posting.objects.on(week.start).filter(team=team, is_leader=False).select_related("person").first()
            if member is None:
                continue
            kind = self.random.choice(list(words.REASONS))
            reason, destination, proof = words.REASONS[kind]
            first = self.random.choice(workdays)
            asked = leave.ask_leave(
                person=member.person,
                kind=kind,
                starts_on=first,
                ends_on=first + timedelta(days=self.random.randrange(0, 2)),
                reason=reason,
                destination=destination,
                proof=proof,
                by=self.clerk,
                today=min(first, self.scale.today),
            )
            if first <= self.scale.today:
                self._decide(asked)

    def _decide(self, asked: Leave) -> None:
        leave.approve(leave=asked, by=self.lead)
        back = asked.ends_on + timedelta(days=1)
        if back <= self.scale.today:
            asked.refresh_from_db()
            leave.return_to_post(leave=asked, returned_on=back, by=self.clerk, today=back)

    def _duty(self, week: Week) -> None:
        collected = facts.collect(self.teams, week.start, week.end)
        for team in self.teams:
            owed = week_duty(week, collected.teams[team.pk], collected.calendar, week.start)
            keeps = 0.7 if team.pk in self.slack else 0.99
            for day in (*owed.due_days, *owed.proposals):
                if day <= self.scale.today and self.random.random() < keeps:
                    self._log(team, day)

    def _log(self, team: LiaisonTeam, day: date) -> None:
        here = [one for one in facts.serving([team], day)[team.pk] if not one.away]
        members = [one.person_id for one in here if one.role != "cadre"]
        cadres = [one.person_id for one in here if one.role == "cadre"]
        if not members:
            return
        there = members[: self.random.choice((1, 2, 3))] + cadres[: self.random.choice((1, 2))]
        chosen = self.random.sample(words.DONE, self.random.choice((0, 1, 1, 2)))
        log_duty(
            team=team,
            day=day,
            people=there,
            topics=sorted({topic for topic, _ in chosen}),
            text="".join(text for _, text in chosen),
            by=None,
            today=day,
            source=DutyAttendance.Source.OFFICE if self.random.random() < 0.1 else None,
        )

    def _checks(self, week: Week) -> None:
        """One look into one village office a week."""
        day = week.start + timedelta(days=2)
        if day >= self.scale.today:
            return
        team = self.random.choice(self.teams)
        people = list(Person.objects.filter(duty_attendances__log__team=team, duty_attendances__log__day=day))
        if people:
            spot_checks.record_check(
                team=team,
                day=day,
                at=time(10, 20),
                found=SpotCheck.Found.PRESENT,
                people=people,
                by=self.clerk,
                today=day,
            )

    # --- Friday -----------------------------------------------------------------------------------
    def _reports(self, week: Week) -> None:
        """Sent on Friday; the slack ones late or not at all, of the running week only some."""
        friday = week.start + timedelta(days=4)
        if friday > self.scale.today + timedelta(days=2):
            return
        sending = min(friday, self.scale.today)
        proposed = prefill(self.teams, week, sending)
        for team in self.teams:
            chance, slack = self.random.random(), team.pk in self.slack
            if chance < (0.2 if slack else 0.01) or (week == self.weeks[-1] and chance < 0.5):
                continue
            late = slack and self.random.random() < 0.4 and week != self.weeks[-1]
            lines = [*proposed.lines[team.pk], *self._own_lines()]
            if lines:
                moment = min(self._moment(sending + timedelta(days=3 if late else 0), 15), timezone.now())
                report = weekly_reports.send_report(
                    team=team, week=week, lines=lines, by=self.leaders[team.pk], now=moment
                )
                if week != self.weeks[-1] and chance > 0.3:
                    weekly_reports.mark_read(report=report, by=self.clerk, now=moment + timedelta(hours=1))

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

    def _needs(self, week: Week) -> None:
        """The office hands out what villages asked, and what was handed out long ago is answered."""
        day = min(week.end, self.scale.today)
        for need in TownNeed.objects.filter(state=TownNeed.State.NEW, raised_on__lte=week.end):
            if week == self.weeks[-1] or self.random.random() < 0.2:
                continue
            department = self.random.choice(self.departments)
            due_on = day + timedelta(days=self.random.choice((5, 7, 15)))
            town_needs.assign_need(
                need=need, department=department, owner=None, due_on=due_on, by=self.clerk, today=day
            )
        for need in TownNeed.objects.filter(state=TownNeed.State.ASSIGNED, due_on__lte=day):
            if self.random.random() < 0.7:
                answer = self.random.choice(words.ANSWERS)
                town_needs.close_need(need=need, answer=answer, by=self.clerk, today=day)

    def _moment(self, day: date, hour: int) -> datetime:
        return timezone.make_aware(datetime.combine(day, time(hour, 0)))
