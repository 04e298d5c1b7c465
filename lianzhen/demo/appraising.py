"""Appraisal in the demo town: the scheme and its versions, what was found, claimed and suggested week by week."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError

from appraisal.actions import bonuses, entries, from_suggestions, schemes, suggestions
from appraisal.models import Clause, Scheme, ScoreEntry, Suggestion
from lianzhen.demo import appraisal_words as words
from lianzhen.demo.aftermath import Aftermath
from lianzhen.demo.hands import Hands, some
from lianzhen.periods import Month, Week
from villages.models import LiaisonTeam

State = ScoreEntry.State
BASIS = "镇党委会议研究同意（示例）"


class Appraising:
    """`first`: the first month that is judged."""

    def __init__(self, hands: Hands, first: Month) -> None:
        self.hands, self.first = hands, first
        self.random = hands.scale.random("appraising")
        self.aftermath = Aftermath(hands)
        self.scheme = self._adopt(first)
        self.clauses = {clause.number: clause for clause in self.scheme.clauses.all()}
        for year in range(first.year, hands.scale.today.year + 1):
            if date(year, 12, 15) > first.start:
                hands.agenda.on(date(year, 12, 15), 9, self._next_version, year + 1)

    # --- The scheme -----------------------------------------------------------------------------------
    def _adopt(self, first: Month) -> Scheme:
        """Loaded twice, by mistake; the one is dropped, the other adopted."""
        clock, hands = self.hands.clock, self.hands
        day = first.start - timedelta(days=10)
        clock.at(day - timedelta(days=20), 10)
        twice = schemes.install_example(by=hands.clerk)
        schemes.drop(scheme=twice, reason="重复装入，以另一份为准。", by=hands.lead)
        scheme = schemes.install_example(by=hands.clerk)
        for clause in scheme.clauses.filter(number__in=words.PUT_RIGHT).select_related("category__scheme"):
            schemes.save_clause(category=clause.category, clause=clause, rectify_days=7, by=hands.clerk)
        schemes.submit(scheme=scheme, by=hands.lead, today=day - timedelta(days=20))
        clock.at(day, 16)
        return schemes.adopt(
            scheme=scheme, month_from=first.start, basis=BASIS, adopted_on=day, today=day, by=hands.lead
        )

    def _next_version(self, now: datetime, year: int) -> None:
        """Looked through once a year, adopted for the next."""
        day, current = now.date(), Scheme.objects.in_force(now.date().replace(day=1))
        made = schemes.copy_version(scheme=current, by=self.hands.clerk)
        made = schemes.submit(scheme=made, by=self.hands.lead, today=day)
        begin = date(year, 1, 1)
        schemes.adopt(scheme=made, month_from=begin, basis=BASIS, adopted_on=day, today=day, by=self.hands.lead)

    # --- The week -------------------------------------------------------------------------------------
    def plan(self, week: Week, teams: list[LiaisonTeam]) -> None:
        """What inspections find in the week, what is claimed, and what follows from the week before."""
        agenda, workdays = self.hands.agenda, self.hands.calendar.workdays(week)
        agenda.on(week.start, 7, self.aftermath.take_effect)
        agenda.on(week.start, 7, self._refresh)
        agenda.on(week.start + timedelta(days=1), 7, self._refresh)
        agenda.on(week.start + timedelta(days=2), 14, self._decide)
        if workdays and (day := workdays[min(3, len(workdays) - 1)]) >= self.first.start:
            agenda.on(day, 17, self._inspect, teams)
            if self.random.random() < 0.6:
                agenda.on(day, 16, self._claim, self.random.choice(teams))
            for team in some(self.random, teams, len(teams) // 10):
                agenda.on(day, 16, self._claim, team)

    def _inspect(self, now: datetime, teams: list[LiaisonTeam]) -> None:
        for team in some(self.random, teams, max(1, len(teams) // 5)):
            number, most, fact = self.random.choice(words.FOUND)
            self.record(team, number, self.random.randint(1, most), fact, now)

    def record(self, team: LiaisonTeam, number: str, many: int, fact: str, now: datetime) -> ScoreEntry:
        clause: Clause = self.clauses[number]
        recorded = entries.record_deduction(
            village=team.village,
            clause=clause,
            occurred_on=now.date(),
            answers={"quantity": str(many)},
            fact=fact,
            source=self.random.choice(words.SOURCES),
            record_number=f"督查{now:%m%d}",
            by=self.hands.clerk,
            now=now,
            again=True,
        )
        self.aftermath.of_deduction(recorded.entry, team, now)
        return recorded.entry

    def _claim(self, now: datetime, team: LiaisonTeam) -> None:
        self.aftermath.of_claim(self.claim(team, now), team, now)

    def claim(self, team: LiaisonTeam, now: datetime) -> ScoreEntry:
        points = self.random.choice((Decimal("0.5"), Decimal("1.0"), Decimal("1.0")))
        return bonuses.claim_bonus(
            village=team.village,
            clause=self.clauses["G2"],
            occurred_on=now.date(),
            answers={"choice": "镇认定", "points": str(points)},
            fact=self.random.choice(words.CLAIMS),
            by=self.hands.leader(team, now.date()),
            now=now,
            again=True,
        ).entry

    # --- Suggestions ------------------------------------------------------------------------------------
    def _refresh(self, now: datetime) -> None:
        suggestions.refresh_suggestions(today=now.date(), now=now)

    def _decide(self, now: datetime) -> None:
        """Most become deductions; where the scheme has no clause, or one like it stands already, none."""
        waiting = Suggestion.objects.filter(state=Suggestion.State.OPEN, occurred_on__gte=self.first.start)
        found = list(waiting.select_related("team__village").order_by("pk"))
        if self.hands.scale.today - now.date() < timedelta(days=7):
            found = found[: len(found) * 2 // 3]  # the rest waits
        for one in found:
            entry = None
            if from_suggestions.clause_for(self.scheme, one.kind) is not None and self.random.random() > 0.2:
                entry = self._confirmed(one, now)
            if entry is None:
                suggestions.decline(suggestions=[one], reason="其他：已当面提醒", by=self.hands.lead)
            else:
                self.aftermath.of_deduction(entry, one.team, now)

    def _confirmed(self, one: Suggestion, now: datetime) -> ScoreEntry | None:
        try:
            return from_suggestions.confirm_suggestions(suggestions=[one], by=self.hands.clerk, now=now).done[0].entry
        except ValidationError:  # a like one of the same day stands already
            return None
