"""The years of the demo town: begun in December, the leaders' own reports, the districts' opinions, the office's check,
the committee's grades once December is sealed, the result announced and the forms filed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from appraisal.actions import annual_summaries, year_papers, years
from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary
from appraisal.year_facts import quota_of, terms_of
from lianzhen.demo import appraisal_words as words
from lianzhen.demo.hands import Hands
from lianzhen.periods import Month

BASIS = "镇党委会议研究同意（示例）"
#: In December and in the January after: begun, written from, judged from, handed in at the earliest.
BEGUN, WRITTEN, JUDGED, HANDED = (12, 12), 14, 3, 20


class Yearly:
    """`first`: the first month that is judged; the year that it lies in is the first that is assessed."""

    def __init__(self, hands: Hands, first: Month, say: Callable[[str], None]) -> None:
        self.hands, self.first, self.say = hands, first, say
        self.random = hands.scale.random("yearly")

    def plan(self) -> None:
        for year in range(self.first.year, self.hands.scale.today.year + 1):
            self.hands.agenda.on(date(year, *BEGUN), 9, self._start, year)

    def _start(self, now: datetime, year: int) -> None:
        self.hands.forget_standings()
        assessment = years.start_year(year=year, by=self.hands.clerk, now=now)
        summaries = AnnualSummary.objects.filter(assessment=assessment).select_related("assessment", "team__village")
        for summary in summaries:
            write_on = date(year, 12, WRITTEN + self.random.randrange(14))
            self.hands.agenda.on(write_on, 15, self._write, summary)
        self.hands.agenda.on(date(year + 1, 1, HANDED), 9, self._hand_in, assessment)

    # --- 自评、意见、核查 --------------------------------------------------------------------------------
    def _write(self, now: datetime, summary: AnnualSummary) -> None:
        """Step by step, with what is proposed where it says enough. Some are kept back for another day."""
        by = self.hands.leader(summary.team, now.date())
        self.write(summary, by, now)
        if self.random.random() < 0.8:
            self._send(now, summary)
        else:
            self.hands.agenda.on(self.hands.workday(now.date(), 5), 10, self._send, summary)

    def write(self, summary: AnnualSummary, by: object, now: datetime) -> None:
        summary.refresh_from_db()
        for step in annual_summaries.STEPS:
            text = getattr(summary, step, "") if step in annual_summaries.TEXTS else ""
            if step in words.OWN_REPORT and len(text) < 30:
                text = self.random.choice(words.OWN_REPORT[step])
            annual_summaries.write_step(summary=summary, step=step, text=text, by=by, now=now)  # type: ignore[arg-type]

    def _send(self, now: datetime, summary: AnnualSummary) -> None:
        day = now.date()
        annual_summaries.submit(summary=summary, by=self.hands.leader(summary.team, day), now=now)
        judged = date(summary.assessment.year + 1, 1, JUDGED + self.random.randrange(4))
        soon = self.hands.workday(day, 2)
        self.hands.agenda.on(soon if self.random.random() < 0.5 else max(judged, soon), 10, self._opine, summary)

    def _opine(self, now: datetime, summary: AnnualSummary) -> None:
        choices = terms_of(summary.assessment).choices
        grade = choices[0] if self.random.random() < 0.3 else choices[1]
        opinion, guide = self.random.choice(words.OPINIONS), self.hands.guide(summary.team, now.date())
        annual_summaries.give_opinion(summary=summary, opinion=opinion, grade=grade, by=guide, now=now)
        self.hands.agenda.on(self.hands.workday(now.date(), 3), 10, self._check, summary)

    def _check(self, now: datetime, summary: AnnualSummary) -> None:
        summary.refresh_from_db()
        if not summary.returned_at and self.random.random() < 0.06:
            reason = "问题部分请写具体，并说明整改情况。"
            annual_summaries.send_back(summary=summary, reason=reason, by=self.hands.lead, now=now)
            self.hands.agenda.on(self.hands.workday(now.date(), 1), 15, self._write, summary)
            return
        note = self.random.choice(words.CHECKS)
        annual_summaries.check(summary=summary, note=note, by=self.hands.clerk, now=now)

    # --- 评定和通报 -------------------------------------------------------------------------------------
    def _hand_in(self, now: datetime, assessment: AnnualAssessment) -> None:
        """Once December is sealed and everybody checked; until then, tomorrow."""
        for summary in AnnualSummary.objects.filter(assessment=assessment).exclude(state=AnnualSummary.State.OUT):
            if summary.team.ends_on is not None and summary.team.ends_on < now.date():
                reason = "本村实行村为主自治，另行年度考核。"
                annual_summaries.leave_out(summary=summary, reason=reason, by=self.hands.clerk, now=now)
        if years.hand_in_problem(assessment):
            self.hands.agenda.on(self.hands.workday(now.date(), 1), 9, self._hand_in, assessment)
            return
        assessment = years.hand_in(assessment=assessment, by=self.hands.lead, now=now)
        self.hands.agenda.on(self.hands.workday(now.date(), 2), 9, self._grade, assessment)

    def _grade(self, now: datetime, assessment: AnnualAssessment) -> None:
        """As proposed, but 优秀 to no more than the quota allows, to one in the smallest town."""
        rows = list(AnnualGrade.objects.standing().filter(assessment=assessment).exclude(proposed="").order_by("place"))
        best, next_best = terms_of(assessment).choices[:2]
        allowed = max(1, quota_of(assessment, rows).allowed)
        for row in [row for row in rows if row.proposed == best][allowed:]:
            by = self.hands.committee
            years.save_grade(row=row, grade=next_best, reason=words.BEYOND_QUOTA, by=by, now=now)
        years.accept_proposals(assessment=assessment, by=self.hands.committee, now=now)
        self.hands.agenda.on(self.hands.workday(now.date(), 1), 10, self._decide, assessment)

    def _decide(self, now: datetime, assessment: AnnualAssessment) -> None:
        years.decide(
            assessment=assessment,
            decided_on=now.date(),
            basis=BASIS,
            over_quota_reason="参加考核的工作组少，按比例不足一个名额，评一个。",
            by=self.hands.committee,
            now=now,
        )
        self.hands.agenda.on(self.hands.workday(now.date(), 1), 10, self._announce, assessment)

    def _announce(self, now: datetime, assessment: AnnualAssessment) -> None:
        year_papers.issue_result(assessment=assessment, by=self.hands.lead, now=now)
        teams = AnnualGrade.objects.standing().filter(assessment=assessment).count()
        self.say(f"{assessment.year}年：{teams}个组的年考核结果已通报")
        self.hands.agenda.on(self.hands.workday(now.date(), 1), 10, self._file, assessment)

    def _file(self, now: datetime, assessment: AnnualAssessment) -> None:
        while year_papers.file_forms(assessment=assessment, by=self.hands.lead, now=now)[1]:
            pass
