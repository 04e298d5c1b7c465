"""The days in the villages: who asks for leave, who sits in the village office, what is entered late, moved, disputed
or found when somebody looks in."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from itertools import cycle

from appraisal import facts
from appraisal.actions import duty_decisions, duty_shifts, leave, spot_checks
from appraisal.actions.duty import log_duty, undo
from appraisal.duty_terms import WeekDuty
from appraisal.facts import OnDuty
from appraisal.models import DutyAttendance, DutyLog, DutyShift, Leave, SpotCheck
from lianzhen.demo import work_words as words
from lianzhen.demo.hands import Hands, some
from lianzhen.periods import Week
from villages.models import LiaisonTeam

OFFICE = DutyAttendance.Source.OFFICE
#: In turn, so that each comes about in the smallest town: what becomes of a shift, how many days an entry is late,
#: whether the district consents, who found the office empty.
ANSWERS = {
    "shift": ("accepted", "declined", "withdrawn", "accepted"),
    "late": (9, 2, 10, 5),
    "consents": (False, True),
    "source": ("town", "county", "town"),
}


class DutyDays:
    """`slack`: ids of the teams that are often behind."""

    def __init__(self, hands: Hands, slack: set[int]) -> None:
        self.hands, self.slack = hands, slack
        self.random = hands.scale.random("duty days")
        self.answers = {name: cycle(found) for name, found in ANSWERS.items()}
        #: Person id → the last day of a leave that he has asked for.
        self.away: dict[int, date] = {}

    def plan(self, week: Week, teams: list[LiaisonTeam]) -> None:
        """Everything of the week, on its days; to be called before its Monday."""
        agenda, workdays = self.hands.agenda, self.hands.calendar.workdays(week)
        if not workdays:
            return
        agenda.on(workdays[0], 9, self._leaves, teams, workdays)
        agenda.on(week.start, 9, self._shifts, week, teams)
        agenda.on(week.start, 12, self._plan_duty, week, teams)
        if len(workdays) > 2:
            agenda.on(workdays[2], 18, self._look_in, teams, workdays[2])

    # --- Leave and official travel ------------------------------------------------------------------
    def _leaves(self, now: datetime, teams: list[LiaisonTeam], workdays: list[date]) -> None:
        """One or two people a week; the office writes it down, the head of the office decides."""
        today = workdays[0]
        for team in some(self.random, teams, 2):
            first = self.random.choice(workdays[:4])
            members = [one for one in self.hands.members(team, first) if self.away.get(one.pk, today) <= today]
            if not members:
                continue
            person, kind = self.random.choice(members), self.random.choice(list(words.REASONS))
            reason, destination, proof = words.REASONS[kind]
            asked = leave.ask_leave(
                person=person,
                kind=kind,
                starts_on=first,
                ends_on=first + timedelta(days=self.random.randrange(0, 2)),
                reason=reason,
                destination=destination,
                proof=proof,
                by=self.hands.clerk,
                today=today,
            )
            self.away[person.pk] = asked.ends_on + timedelta(days=1)
            self.hands.agenda.on(today, 11, self._decide_leave, asked)

    def _decide_leave(self, now: datetime, asked: Leave) -> None:
        chance, lead = self.random.random(), self.hands.lead
        if chance < 0.05:
            leave.decline(leave=asked, by=lead, note="本周人手紧，请改期再请。")
        elif chance < 0.1:
            leave.withdraw(leave=asked, by=self.hands.clerk, today=now.date())
        else:
            leave.approve(leave=asked, by=lead)
            back = asked.ends_on + timedelta(days=1)
            self.hands.agenda.on(back, 9, self._back, asked, back)

    def _back(self, now: datetime, asked: Leave, day: date) -> None:
        leave.return_to_post(leave=asked, returned_on=day, by=self.hands.clerk, today=day)

    # --- Fixed days and their shifts ------------------------------------------------------------------
    def _shifts(self, now: datetime, week: Week, teams: list[LiaisonTeam]) -> None:
        """Days that a holiday moves are taken up by the district; one team in a while asks to move a day itself."""
        duty = facts.duty_of(teams, week, week.start)
        for team in teams:
            for day in duty[team.pk].proposals:
                if self.random.random() < 0.7:
                    guide = self.hands.guide(team, week.start)
                    duty_shifts.accept_proposal(team=team, to_day=day, by=guide, today=week.start)
        if self.random.random() < 0.35:
            for team in some(self.random, teams, 1):
                self._ask_shift(team, duty[team.pk], week)

    def _ask_shift(self, team: LiaisonTeam, duty: WeekDuty, week: Week) -> None:
        fixed = [fact.day for fact in duty.days if fact.is_fixed and fact.day in duty.due_days]
        free = [day for day in self.hands.calendar.workdays(week) if day not in duty.due_days]
        if len(fixed) < 2 or not free or duty.proposals:
            return
        shift = duty_shifts.ask_shift(
            team=team,
            from_day=fixed[-1],
            to_day=free[-1],
            reason="当天参加镇里集中学习，调到本周另一天。",
            by=self.hands.leader(team, week.start),
            today=week.start,
        )
        self.hands.agenda.on(week.start, 10, self._decide_shift, shift, team)

    def _decide_shift(self, now: datetime, shift: DutyShift, team: LiaisonTeam) -> None:
        answer, day = next(self.answers["shift"]), now.date()
        if answer == "withdrawn":
            duty_shifts.withdraw_shift(shift=shift, by=self.hands.leader(team, day), today=day)
            return
        note = "" if answer == "accepted" else "当天村里有接访安排，请按固定办公日驻村。"
        guide = self.hands.guide(team, day)
        duty_shifts.decide_shift(shift=shift, accepts=not note, note=note, by=guide, today=day)

    # --- Duty -----------------------------------------------------------------------------------------
    def _plan_duty(self, now: datetime, week: Week, teams: list[LiaisonTeam]) -> None:
        """Who sits where on which day, and who does not come."""
        coming: dict[date, list[LiaisonTeam]] = defaultdict(list)
        duty = facts.duty_of(teams, week, week.start)
        for team in teams:
            keeps = 0.75 if team.pk in self.slack else 0.985
            for day in duty[team.pk].due_days:
                if self.random.random() < keeps:
                    coming[day].append(team)
                else:
                    self.hands.agenda.on(day, 17, self._missed, team, day)
        for day, there in coming.items():
            self.hands.agenda.on(day, 17, self._duty, there, day)

    def _duty(self, now: datetime, teams: list[LiaisonTeam], day: date) -> None:
        here = facts.serving(teams, day)
        for team in teams:
            self._log(team, day, here[team.pk])

    def _log(self, team: LiaisonTeam, day: date, serving: list[OnDuty]) -> None:
        there, leader = self._there(serving), self.hands.leader(team, day)
        if not there:
            return
        by, source = leader, None
        chance = self.random.random()
        if chance < 0.1:
            by, source = self.hands.clerk, OFFICE
        elif leader.pk not in {one.user_id for one in serving if one.person_id in there}:
            by, source = None, DutyAttendance.Source.SELF
        chosen = self.random.sample(words.DONE, self.random.choice((0, 1, 1, 2)))
        entry = {
            "team": team,
            "day": day,
            "people": there,
            "topics": sorted({topic for topic, _ in chosen}),
            "text": "".join(text for _, text in chosen),
            "by": by,
            "today": day,
            "source": source,
        }
        log = log_duty(**entry).log
        if chance > 0.99 and by == leader:  # entered for the wrong village: taken back, and entered anew
            undo(log=log, by=leader, today=day)
            if chance > 0.995:
                log_duty(**entry)
        elif source == OFFICE and chance < 0.015:
            self._dispute(team, log, leader, day)

    def _there(self, serving: list[OnDuty]) -> list[int]:
        members = [one.person_id for one in serving if one.role != "cadre" and not one.away]
        cadres = [one.person_id for one in serving if one.role == "cadre" and not one.away]
        if not members:
            return []
        return members[: self.random.choice((1, 2, 3))] + cadres[: self.random.choice((1, 2))]

    def _dispute(self, team: LiaisonTeam, log: DutyLog, leader: object, day: date) -> None:
        """Entered by the office from the paper sheet, and he says that it was another day."""
        row = log.attendances.filter(person__user=leader).first()
        if row is None:
            return
        agenda = self.hands.agenda
        agenda.on(day + timedelta(days=1), 9, self._say_no, row, leader)
        agenda.on(self.hands.workday(day, 3), 10, self._resolve, row, team)

    def _say_no(self, now: datetime, row: DutyAttendance, leader: object) -> None:
        reason = "这天我在县里开会，应是组员在岗。"
        duty_decisions.dispute(attendance=row, reason=reason, by=leader, today=now.date())  # type: ignore[arg-type]

    def _resolve(self, now: datetime, row: DutyAttendance, team: LiaisonTeam) -> None:
        keep, guide = self.random.random() < 0.5, self.hands.guide(team, now.date())
        note = "已核对参会名册，本人签名属实。" if keep else "已核对会议名册，本人不在村。"
        duty_decisions.resolve_dispute(attendance=row, keep=keep, note=note, by=guide, today=now.date())

    # --- Nobody came --------------------------------------------------------------------------------
    def _missed(self, now: datetime, team: LiaisonTeam, day: date) -> None:
        """Sometimes somebody looked in just then; sometimes it was only forgotten and is entered late."""
        if DutyLog.objects.filter(team=team, day=day).exists() or not self._there(facts.serving([team], day)[team.pk]):
            return
        chance = self.random.random()
        if chance < 0.45:
            self._found_empty(team, day)
        elif chance < 0.75:
            self.hands.agenda.on(day + timedelta(days=next(self.answers["late"])), 16, self._make_up, team, day)

    def _found_empty(self, team: LiaisonTeam, day: date) -> None:
        check = spot_checks.record_check(
            team=team,
            day=day,
            at=time(10, 20),
            source=next(self.answers["source"]),
            found=SpotCheck.Found.NOBODY,
            by=self.hands.clerk,
            today=day,
            note="村部开门，没有见到工作组的同志。",
        )
        agenda, chance = self.hands.agenda, self.random.random()
        if chance < 0.12:
            agenda.on(self.hands.workday(day, 1), 9, self._withdraw_check, check)
            return
        if chance < 0.8:
            agenda.on(self.hands.workday(day, 2), 9, self._explain, check, team)
        agenda.on(self.hands.workday(day, 4), 10, self._decide_check, check, chance < 0.45)

    def _withdraw_check(self, now: datetime, check: SpotCheck) -> None:
        spot_checks.withdraw_check(check=check, reason="走错村部，登记有误。", by=self.hands.clerk, today=now.date())

    def _explain(self, now: datetime, check: SpotCheck, team: LiaisonTeam) -> None:
        explanation = "上午全组在三组处理山塘渗水，十一点半回到村部。"
        leader = self.hands.leader(team, now.date())
        spot_checks.explain_check(check=check, explanation=explanation, by=leader, today=now.date())

    def _decide_check(self, now: datetime, check: SpotCheck, accepts: bool) -> None:
        note = "已向村里核实，当时确在组里处置。" if accepts else "没有能说明去向的记录。"
        spot_checks.decide_check(check=check, accepts=accepts, note=note, by=self.hands.lead, today=now.date())

    def _make_up(self, now: datetime, team: LiaisonTeam, day: date) -> None:
        """Within a week it counts at once, later the district has to consent."""
        today, leader = now.date(), self.hands.leader(team, now.date())
        here = [one for one in facts.serving([team], day)[team.pk] if one.role != "cadre" and not one.away]
        if not here:
            return
        reason = "当天在组里处理纠纷到很晚，忘记登记。"
        people = [one.person_id for one in here[:2]]
        log = log_duty(team=team, day=day, people=people, by=leader, today=today, late_reason=reason).log
        if log.state == DutyLog.State.PENDING:
            self.hands.agenda.on(self.hands.workday(today, 2), 10, self._consent, log, team)

    def _consent(self, now: datetime, log: DutyLog, team: LiaisonTeam) -> None:
        consents, guide = next(self.answers["consents"]), self.hands.guide(team, now.date())
        note = "" if consents else "村干部反映当天没有见到，不同意补登。"
        duty_decisions.decide_make_up(log=log, consents=consents, note=note, by=guide, today=now.date())

    # --- Looking in -----------------------------------------------------------------------------------
    def _look_in(self, now: datetime, teams: list[LiaisonTeam], day: date) -> None:
        """One look into one village office a week."""
        for team in some(self.random, teams, 1):
            there = DutyAttendance.objects.filter(log__team=team, log__day=day, state=DutyAttendance.State.PRESENT)
            people = [row.person for row in there.select_related("person")]
            if people:
                spot_checks.record_check(
                    team=team,
                    day=day,
                    at=time(10, 20),
                    found=SpotCheck.Found.PRESENT,
                    people=people,
                    by=self.hands.clerk,
                    today=day,
                )
