"""What the demo town has under way on its last day: one of everything that waits for somebody, so that no page of
waiting work is empty. What the weeks have left waiting by themselves stays as well."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from appraisal import facts
from appraisal.actions import (
    bonuses,
    bulletins,
    duty_decisions,
    duty_shifts,
    entries,
    leave,
    meetings,
    quarters,
    schemes,
    spot_checks,
    town_needs,
    weekly_reports,
)
from appraisal.actions.duty import log_duty
from appraisal.actions.outings import go_out
from appraisal.models import (
    AppraisalMonth,
    Bulletin,
    DutyAttendance,
    DutyLog,
    QuarterlyReview,
    Scheme,
    ScoreEntry,
    SpotCheck,
    WeeklyMeeting,
    WeeklyReport,
)
from appraisal.report_lines import HAND, Line
from appraisal.report_state import due_moment, rules_of
from lianzhen.demo import appraisal_words as found
from lianzhen.demo import work_words as words
from lianzhen.demo.announcing import Announcing
from lianzhen.demo.appraising import Appraising
from lianzhen.demo.hands import Hands
from lianzhen.notices.actions import answer_feedback, send_feedback
from lianzhen.periods import Week
from villages.actions import teams
from villages.models import LiaisonTeam, Person

#: An entry so old needs consent, and is still entered.
LATE, LATEST = timedelta(days=8), timedelta(days=24)


class UnderWay:
    def __init__(self, hands: Hands, appraising: Appraising, announcing: Announcing) -> None:
        self.hands, self.appraising, self.announcing = hands, appraising, announcing
        self.today = hands.scale.today
        self.now: datetime = hands.clock.moment
        self.teams = hands.teams_on(self.today)
        self._turn = 0

    def leave(self) -> None:
        if not self.teams or self.today < self.appraising.first.start:
            return
        self._entries()
        self._claims()
        self._duty()
        self._working_week()
        self._reports()
        self._money()
        self._feedback()
        self._papers()

    def _team(self) -> LiaisonTeam:
        """One after another, so that not everything waits in one village."""
        self._turn += 1
        return self.teams[(self._turn * 5) % len(self.teams)]

    # --- Entries --------------------------------------------------------------------------------------
    def _entries(self) -> None:
        lead, aftermath = self.hands.lead, self.appraising.aftermath
        self._deduction(self._team(), 1, draft=True)
        self._deduction(self._team(), 6)
        sent_back = self._deduction(self._team(), 6)
        entries.send_back(entry=sent_back, by=lead, now=self.now, note=found.SENT_BACK)
        self._deduction(self._team(), 1)
        for looked_into in (False, True):
            team = self._team()
            appeal = aftermath.appeal(self._deduction(team, 1), team, self.now)
            if looked_into:
                aftermath.look_into(appeal, self.now)
        sealed = AppraisalMonth.objects.sealed().order_by("-month").first()
        if sealed is not None:
            aftermath.ask_correction(sealed, self.now)

    def _deduction(self, team: LiaisonTeam, many: int, *, draft: bool = False) -> ScoreEntry:
        """D1 counts by places; six are more than the office may notify without a second person."""
        return entries.record_deduction(
            village=team.village,
            clause=self.appraising.clauses["D1"],
            occurred_on=self.today,
            answers={"quantity": str(many)},
            fact="公路沿线有垃圾和杂物堆放。",
            record_number=f"督查{self.today:%m%d}",
            by=self.hands.clerk,
            now=self.now,
            draft=draft,
            again=True,
        ).entry

    def _claims(self) -> None:
        """Claimed; with the district's opinion; verified."""
        for steps in range(3):
            team = self._team()
            entry = self.appraising.claim(team, self.now)
            if steps > 0 and bonuses.wants_opinion(entry, self.now):
                guide = self.hands.guide(team, self.today)
                entry = bonuses.give_opinion(
                    entry=entry, is_for=True, opinion="情况属实，材料齐全。", by=guide, now=self.now
                ).entry
            if steps > 1:
                bonuses.verify(entry=entry, verified_points=entry.points, note="", by=self.hands.clerk, now=self.now)

    # --- The village office -----------------------------------------------------------------------------
    def _duty(self) -> None:
        """A day entered too late, one disputed, one to be moved, two empty offices, somebody out."""
        clerk, today = self.hands.clerk, self.today
        owed = [(team, day) for team in self.teams for day in self._days_owed(team)]
        open_days = [(team, day) for team, day in owed if not DutyLog.objects.filter(team=team, day=day).exists()]
        late = [one for one in open_days if LATE <= today - one[1] <= LATEST]
        for team, day in late[:1]:
            people = [one.person_id for one in facts.serving([team], day)[team.pk] if one.role != "cadre"]
            by = self.hands.leader(team, today)
            log_duty(team=team, day=day, people=people[:1], by=by, today=today, late_reason=words.LATE)
        sealed = AppraisalMonth.objects.sealed().order_by("-month").first()
        since = max(today - LATEST, sealed.period.next().start) if sealed is not None else today - LATEST
        by_office = DutyAttendance.objects.filter(
            source=DutyAttendance.Source.OFFICE,
            state=DutyAttendance.State.PRESENT,
            log__day__range=(since, today - timedelta(days=1)),
        ).exclude(person__user=None)
        for row in by_office.select_related("person__user", "log").order_by("-log__day", "pk")[:1]:
            duty_decisions.dispute(attendance=row, reason=words.NOT_I, by=row.person.user, today=today)
        found = [one for one in owed if today - timedelta(days=6) <= one[1] <= today and one not in late[:1]]
        for place, (team, day) in enumerate(sorted(found, key=lambda one: one in open_days, reverse=True)[:2]):
            check = spot_checks.record_check(
                team=team,
                day=day,
                at=time(9, 5),
                source=SpotCheck.Source.TOWN if place else SpotCheck.Source.COUNTY,
                found=SpotCheck.Found.NOBODY,
                by=clerk,
                today=today,
            )
            if place:
                by = self.hands.leader(team, today)
                spot_checks.explain_check(check=check, explanation=words.WENT_OUT, by=by, today=today)
        self._shift()
        for team in self.teams[:1]:
            for person in self.hands.members(team, today)[:1]:
                back, by = self.now + timedelta(hours=2), self.hands.leader(team, today)
                go_out(person=person, village=team.village, where="field", back_expected=back, by=by, now=self.now)

    def _days_owed(self, team: LiaisonTeam) -> list[date]:
        weeks = [Week.of(self.today - timedelta(days=back)) for back in (21, 14, 7, 0)]
        sealed = [row.period for row in AppraisalMonth.objects.sealed()]
        duty = facts.duty_of_weeks([team], weeks, self.today)
        days = [day for week in weeks for day in duty[week][team.pk].due_days]
        return [day for day in days if day <= self.today and not any(day in month for month in sealed)]

    def _shift(self) -> None:
        """Next week one team wants to sit in its village on another day."""
        week = Week.of(self.today).next()
        for team in self.teams:
            duty = facts.duty_of([team], week, self.today)[team.pk]
            fixed = [fact.day for fact in duty.days if fact.is_fixed and fact.day in duty.due_days]
            free = [day for day in self.hands.calendar.workdays(week) if day not in duty.due_days]
            if fixed and free and not duty.proposals:
                by = self.hands.leader(team, self.today)
                duty_shifts.ask_shift(
                    team=team, from_day=fixed[-1], to_day=free[-1], reason=words.MOVED, by=by, today=self.today
                )
                return

    # --- The working week -------------------------------------------------------------------------------
    def _working_week(self) -> None:
        clerk, team = self.hands.clerk, self._team()
        first = self.hands.workday(self.today, 2)
        for person in self.hands.members(team, first)[:1]:
            reason, destination, proof = words.REASONS["training"]
            leave.ask_leave(
                person=person,
                kind="training",
                starts_on=first,
                ends_on=first,
                reason=reason,
                destination=destination,
                proof=proof,
                by=clerk,
                today=self.today,
            )
        town_needs.add_need(village=team.village, text=words.NEEDS[0], raised_on=self.today, by=clerk, today=self.today)
        following = Week.of(self.today).next()
        held_on = next(iter(self.hands.calendar.workdays(following)), None)
        if held_on is not None and not WeeklyMeeting.objects.filter(week_start=following.start).exists():
            meetings.plan_meeting(
                week=following,
                held_on=held_on,
                held_at=time(8, 30),
                place="镇政府三楼会议室",
                chair=Person.objects.filter(user=self.hands.lead).first(),
                now=self.now,
                by=clerk,
            )

    def _reports(self) -> None:
        """One taken back with what it asked of the town, one begun; both by teams that have not sent theirs."""
        week = Week.of(self.today)
        sent = set(WeeklyReport.objects.filter(week_start=week.start).values_list("team_id", flat=True))
        due = due_moment(rules_of(week), week)
        for place, team in enumerate([team for team in self.teams if team.pk not in sent][:2]):
            by = self.hands.leader(team, self.today)
            lines = [
                Line(f"{HAND}plan", "plan", words.PLANS[place]),
                Line(f"{HAND}needs", "needs", words.NEEDS[place + 1], is_need=True),
            ]
            if place == 0 and self.now <= due:
                report = weekly_reports.send_report(team=team, week=week, lines=lines, by=by, now=self.now)
                weekly_reports.withdraw_report(report=report, by=by, now=self.now)
            else:
                weekly_reports.save_draft(team=team, week=week, lines=lines, by=by, now=self.now)

    # --- Money and words --------------------------------------------------------------------------------
    def _money(self) -> None:
        """A member's posting was written down late: of the last two quarters that were paid, one further list was
        refused, one waits."""
        decided = list(QuarterlyReview.objects.filter(state__in=QuarterlyReview.DECIDED).order_by("quarter"))[-2:]
        if not decided:
            return
        team, clerk = self._team(), self.hands.clerk
        starts_on = decided[0].period.months[1].start
        if team.starts_on > starts_on:
            return
        person = self.hands.staff(job_title="干事")
        teams.post_to_team(
            team=team, person=person, is_leader=False, starts_on=starts_on, by=clerk, basis="镇党委研究（补登）"
        )
        for review in decided:
            payout = quarters.ask_further(review=review, reason=words.POSTED_LATE, by=clerk, now=self.now)
            if review != decided[-1]:
                by, note = self.hands.committee, "任职文件还没有归档，补齐后再提。"
                quarters.decide_further(payout=payout, agrees=False, by=by, now=self.now, note=note)

    def _feedback(self) -> None:
        """One answered, one new."""
        for place, text in enumerate(words.FEEDBACK):
            by = self.hands.leader(self._team(), self.today)
            sent = send_feedback(text=text, page="/duty/", by=by)
            if place == 0:
                answer_feedback(feedback=sent, answer=words.FEEDBACK_ANSWER, by=self.hands.lead)

    # --- Papers ---------------------------------------------------------------------------------------
    def _papers(self) -> None:
        week = Week.of(self.today)
        if not Bulletin.objects.filter(starts_on=week.start, kind=Bulletin.Kind.WEEK).exists():
            bulletins.make_bulletin(period=week, by=self.hands.clerk, now=self.now)
        current = Scheme.objects.in_force(self.today.replace(day=1))
        if current is not None and not Scheme.objects.filter(state__in=["draft", "submitted"]).exists():
            schemes.copy_version(scheme=current, by=self.hands.clerk)
