"""What follows an entry in the demo town: confirmed or sent back, read, appealed against, reversed, put right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import cycle

from appraisal.actions import appeals, bonuses, corrections, entries, entry_ends
from appraisal.models import Appeal, AppraisalMonth, Correction, MonthlyScore, ScoreEntry
from lianzhen.accounts.models import User
from lianzhen.demo import appraisal_words as words
from lianzhen.demo.hands import Hands
from villages.models import LiaisonTeam

State = ScoreEntry.State
HALF = Decimal("0.5")


class Aftermath:
    """Each step looks at the entry as it stands when its day comes, and plans the next one."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self.random = hands.scale.random("aftermath")
        #: In turn, so that each comes about in the smallest town.
        self.outcomes = cycle(words.ANSWERS)
        self.withdrawn = cycle((False, False, True, False, False, False))

    def take_effect(self, now: datetime) -> None:
        entry_ends.take_effect(now=now)

    # --- Deductions -----------------------------------------------------------------------------------
    def of_deduction(self, entry: ScoreEntry, team: LiaisonTeam, now: datetime) -> None:
        """To be called when one was recorded."""
        if entry.state == State.WAITING:
            self._later(1, 9, self._second, entry, team)
        elif self.random.random() < 0.03:
            soon = now + timedelta(minutes=10)
            entry_ends.withdraw(entry=entry, by=self.hands.clerk, now=soon, reason=words.WITHDRAWN)
        else:
            self._told(entry, team)

    def _second(self, now: datetime, entry: ScoreEntry, team: LiaisonTeam) -> None:
        """复核: agreed, or sent back and written anew."""
        entry.refresh_from_db()
        if entry.state != State.WAITING:
            return
        if self.random.random() < 0.08:
            entries.send_back(entry=entry, by=self.hands.lead, now=now, note=words.SENT_BACK)
            self._later(1, 10, self._anew, entry, team)
            return
        self._told(entries.confirm(entry=entry, by=self.hands.lead, now=now).entry, team)

    def _anew(self, now: datetime, entry: ScoreEntry, team: LiaisonTeam) -> None:
        entry.refresh_from_db()
        if AppraisalMonth.objects.filter(month=entry.month, state__in=AppraisalMonth.CLOSED_FOR_ENTRIES).exists():
            entry_ends.withdraw(entry=entry, by=self.hands.clerk, now=now, reason=words.WITHDRAWN)
            return
        written = entries.record_deduction(
            village=entry.village,
            clause=entry.clause,
            occurred_on=entry.occurred_on,
            answers=entry.values,
            fact=f"{entry.fact}{words.WRITTEN_ANEW}",
            record_number=entry.record_number,
            by=self.hands.clerk,
            now=now,
            again=True,
            entry=entry,
        ).entry
        if written.state == State.WAITING:
            self._later(1, 9, self._second, written, team)

    def _told(self, entry: ScoreEntry, team: LiaisonTeam) -> None:
        """The team knows: read, and now and then appealed against, found wrong, to be put right."""
        chance = self.random.random()
        if chance < 0.85:
            self._later(1, 8, self._read, entry, team)
        if chance < 0.12:
            self._later(1, 15, self._appeal, entry, team)
        elif chance < 0.15:
            self._later(2, 10, self._reverse, entry)
        if entry.rectify_by is not None:
            self.hands.agenda.on(entry.rectify_by, 15, self._put_right, entry, team)

    def _read(self, now: datetime, entry: ScoreEntry, team: LiaisonTeam) -> None:
        entry_ends.mark_entry_read(entry=entry, by=self.hands.leader(team, now.date()), now=now)

    def _reverse(self, now: datetime, entry: ScoreEntry) -> None:
        entry.refresh_from_db()
        if self._stands(entry):
            entry_ends.reverse(entry=entry, by=self.hands.lead, now=now, reason=words.REVERSED)

    def _stands(self, entry: ScoreEntry) -> bool:
        sealed = AppraisalMonth.objects.sealed().filter(month=entry.month).exists()
        return entry.state in ScoreEntry.COUNTING and not sealed

    # --- 整改 -----------------------------------------------------------------------------------------
    def _put_right(self, now: datetime, entry: ScoreEntry, team: LiaisonTeam) -> None:
        entry.refresh_from_db()
        if entry.state in ScoreEntry.OVER:
            return
        by, result = self.hands.leader(team, now.date()), self.random.choice(words.RECTIFIED)
        entry_ends.report_rectified(entry=entry, rectified_on=now.date(), result=result, by=by, now=now)
        self._later(2, 10, self._look_again, entry, team)

    def _look_again(self, now: datetime, entry: ScoreEntry, team: LiaisonTeam) -> None:
        entry.refresh_from_db()
        if entry.state in ScoreEntry.OVER:
            return
        ok = self.random.random() < 0.8
        note = "" if ok else words.NOT_YET
        entry_ends.check_rectified(entry=entry, ok=ok, note=note, by=self.hands.clerk, now=now)
        if not ok:
            self._later(3, 15, self._put_right, entry, team)

    # --- 申诉 -----------------------------------------------------------------------------------------
    def _appeal(self, now: datetime, entry: ScoreEntry, team: LiaisonTeam) -> None:
        entry.refresh_from_db()
        if entry.state == State.NOTIFIED and not appeals.closed_sentence(entry, now):
            appeal = self.appeal(entry, team, now)
            self._later(1, 10, self._look_into, appeal)
            self._later(3, 15, self._answer, appeal)

    def appeal(self, entry: ScoreEntry, team: LiaisonTeam, now: datetime) -> Appeal:
        reason, text = self.random.choice(words.APPEALS)
        by = self.hands.leader(team, now.date())
        return appeals.file_appeal(entry=entry, reason=reason, text=text, by=by, now=now)

    def _look_into(self, now: datetime, appeal: Appeal) -> None:
        if next(self.withdrawn):
            appeals.withdraw_appeal(appeal=appeal, by=appeal.filed_by, now=now)
        else:
            self.look_into(appeal, now)

    def look_into(self, appeal: Appeal, now: datetime) -> Appeal:
        return appeals.note_check(appeal=appeal, note=words.CHECKED, by=self.hands.lead, now=now)

    def _answer(self, now: datetime, appeal: Appeal) -> None:
        appeal.refresh_from_db()
        if appeal.state == Appeal.State.WITHDRAWN:
            return
        outcome = next(self.outcomes)
        if outcome == Appeal.Outcome.CHANGE and appeal.points_before <= HALF:
            outcome = Appeal.Outcome.KEEP
        after = appeal.points_before - HALF if outcome == Appeal.Outcome.CHANGE else None
        answer, by = words.ANSWERS[outcome], self._judge(appeal)
        appeals.decide(appeal=appeal, outcome=outcome, answer=answer, by=by, now=now, points_after=after)

    def _judge(self, appeal: Appeal) -> User:
        """The head of the office, or a member of the committee where he confirmed it himself."""
        return self.hands.committee if self.hands.lead.pk == appeal.confirmer_id else self.hands.lead

    # --- Bonuses --------------------------------------------------------------------------------------
    def of_claim(self, entry: ScoreEntry, team: LiaisonTeam, now: datetime) -> None:
        if bonuses.wants_opinion(entry, now):
            self._later(1, 10, self._opinion, entry, team)
        self._later(2, 15, self._verify, entry)
        self._later(4, 10, self._agree, entry)

    def _opinion(self, now: datetime, entry: ScoreEntry, team: LiaisonTeam) -> None:
        is_for = self.random.random() < 0.9
        opinion = "情况属实，材料齐全。" if is_for else words.AGAINST
        guide = self.hands.guide(team, now.date())
        bonuses.give_opinion(entry=entry, is_for=is_for, opinion=opinion, by=guide, now=now)

    def _verify(self, now: datetime, entry: ScoreEntry) -> None:
        entry.refresh_from_db()
        fewer = entry.points > HALF and self.random.random() < 0.15
        points, note = (entry.points - HALF, words.FEWER) if fewer else (entry.points, "")
        bonuses.verify(entry=entry, verified_points=points, note=note, by=self.hands.clerk, now=now)

    def _agree(self, now: datetime, entry: ScoreEntry) -> None:
        entry.refresh_from_db()
        if entry.opinion_for is False or self.random.random() < 0.06:
            bonuses.decline_bonus(entry=entry, note=words.DECLINED, by=self.hands.lead, now=now)
        else:
            bonuses.agree(entry=entry, by=self.hands.lead, now=now)

    # --- 更正 -----------------------------------------------------------------------------------------
    def correct(self, row: AppraisalMonth, now: datetime) -> None:
        """After the seal, in every other month: one line is asked to be put right."""
        if self.random.random() < 0.5 and (slip := self.ask_correction(row, now)) is not None:
            self._later(2, 10, self._decide_correction, slip)

    def ask_correction(self, row: AppraisalMonth, now: datetime) -> Correction | None:
        counted = ScoreEntry.objects.counting().filter(month=row.month, kind=ScoreEntry.Kind.DEDUCTION)
        lines = counted.filter(points__gte=1, corrects=None, corrections=None).exclude(team=None)
        entry = lines.select_related("clause").order_by("pk").first()
        if entry is None:
            return None
        score = MonthlyScore.objects.select_related("month").filter(month=row, village=entry.village_id).first()
        if score is None:
            return None
        by = self.hands.clerk
        return corrections.ask_correction(score=score, entry=entry, points=HALF, reason=words.CORRECTED, by=by, now=now)

    def _decide_correction(self, now: datetime, slip: Correction) -> None:
        if self.random.random() < 0.65:
            corrections.approve(slip=slip, by=self.hands.lead, now=now)
        else:
            corrections.decline(slip=slip, by=self.hands.lead, now=now, note=words.NOT_CORRECTED)

    def _later(self, workdays: int, hour: int, act: Callable[..., None], *args: object) -> None:
        """So many workdays after the day on which the clock stands."""
        day = self.hands.workday(self.hands.clock.moment.date(), workdays)
        self.hands.agenda.on(day, hour, act, *args)
