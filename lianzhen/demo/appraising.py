"""Appraisal in the demo town: the example scheme, what was found and claimed week by week, months that are closed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from appraisal.actions import bonuses, entries, from_suggestions, month_lock, months, schemes, suggestions
from appraisal.actions.month_notice import issue_notice
from appraisal.models import Clause, Scheme, ScoreEntry, Suggestion
from lianzhen.accounts.models import User
from lianzhen.demo.plan import Scale
from lianzhen.demo.reviewing import Reviewing
from lianzhen.periods import Month, Week
from villages.models import LiaisonTeam

#: Clause, how many at most, what was found. Every fact is invented.
FOUND = (
    ("A1", 1, "当月主题党日没有按计划开展。"),
    ("A2", 2, "两个党员小组没有无职党员履职记录。"),
    ("B1", 1, "一起邻里纠纷超过三天没有上报。"),
    ("B2", 2, "网格上报的路灯损坏超过时限没有修复。"),
    ("C2", 1, "一件医保代办超过承诺时限。"),
    ("D1", 4, "公路沿线有垃圾和杂物堆放。"),
    ("D1", 2, "农户庭院检查不合格。"),
    ("D2", 1, "垃圾分类桶没有配齐。"),
    ("E1", 1, "发现一处秸秆露天焚烧，未及时制止。"),
    ("F1", 2, "自建房用电隐患没有按期整改。"),
)
CLAIMS = ("五星级文明户评选全部完成并公示。", "湘莲基地完成标准化改造，经镇认定。", "文旅线路完成农家书屋打造。")


class Appraising:
    """Called week by week with the office's accounts; `close` afterwards, for every month that is over."""

    def __init__(self, scale: Scale, clerk: User, lead: User, district: User, first: Month) -> None:
        self.scale, self.clerk, self.lead, self.district = scale, clerk, lead, district
        self.random: Random = scale.random("appraising")
        self.first = first
        self.reviewing = Reviewing(clerk, lead, scale.random("reviewing"), first)
        self.scheme = self._adopt(first)
        self.clauses = {clause.number: clause for clause in self.scheme.clauses.all()}

    def _adopt(self, first: Month) -> Scheme:
        scheme = schemes.install_example(by=self.clerk)
        schemes.submit(scheme=scheme, by=self.lead)
        day = first.start - timedelta(days=10)
        return schemes.adopt(
            scheme=scheme,
            month_from=first.start,
            basis="镇党委会议研究同意（示例）",
            adopted_on=day,
            today=self.scale.today,
            by=self.lead,
        )

    def live(self, week: Week, teams: list[LiaisonTeam], leaders: dict[int, User]) -> None:
        """What inspections found in a week, and what one team claimed."""
        day = week.start + timedelta(days=3)
        if day > self.scale.today or day < self.first.start:
            return
        now = self._moment(day, 17)
        for team in self.random.sample(teams, max(1, len(teams) // 5)):
            number, most, fact = self.random.choice(FOUND)
            self._record(team, self.clauses[number], self.random.randint(1, most), fact, day, now)
        if self.random.random() < 0.6:
            team = self.random.choice(teams)
            self._claim(team, leaders[team.pk], day, now)

    def _record(self, team: LiaisonTeam, clause: Clause, many: int, fact: str, day: date, now: datetime) -> None:
        recorded = entries.record_deduction(
            village=team.village,
            clause=clause,
            occurred_on=day,
            answers={"quantity": str(many)},
            fact=fact,
            record_number=f"督查{day:%m%d}",
            by=self.clerk,
            now=now,
            again=True,
        )
        if recorded.entry.state == ScoreEntry.State.WAITING:
            entries.confirm(entry=recorded.entry, by=self.lead, now=now + timedelta(minutes=30))

    def _claim(self, team: LiaisonTeam, leader: User, day: date, now: datetime) -> None:
        claimed = bonuses.claim_bonus(
            village=team.village,
            clause=self.clauses["G2"],
            occurred_on=day,
            answers={"choice": "镇认定", "points": "1.0"},
            fact=self.random.choice(CLAIMS),
            by=leader,
            now=now,
            again=True,
        ).entry
        if day > self.scale.today - timedelta(days=10):
            return  # still waits for somebody
        if bonuses.wants_opinion(claimed, now):
            claimed = bonuses.give_opinion(
                entry=claimed, is_for=True, opinion="情况属实。", by=self.district, now=now
            ).entry
        claimed = bonuses.verify(entry=claimed, verified_points=claimed.points, note="", by=self.clerk, now=now).entry
        bonuses.agree(entry=claimed, by=self.lead, now=now)

    # --- Months that are over -----------------------------------------------------------------------
    def close(self, weeks: list[Week]) -> None:
        """Every whole month that ended long enough ago is closed; suggestions of its weeks are decided before."""
        month = self.first
        while self._closing_day(month) < self.scale.today:
            self._suggestions(month, [week for week in weeks if week.end <= month.end])
            self._close(month)
            self.reviewing.after(month, self._moment(self._closing_day(month), 15))
            month = month.next()

    def _closing_day(self, month: Month) -> date:
        return month.end + timedelta(days=16)

    def _suggestions(self, month: Month, weeks: list[Week]) -> None:
        now = self._moment(month.end + timedelta(days=1), 9)
        suggestions.refresh_suggestions(today=month.end + timedelta(days=1), now=now, weeks=weeks)
        waiting = Suggestion.objects.filter(state=Suggestion.State.OPEN, occurred_on__range=(month.start, month.end))
        for one in waiting.select_related("team__village"):
            if from_suggestions.clause_for(self.scheme, one.kind) is None or self.random.random() < 0.2:
                suggestions.decline(suggestions=[one], reason="其他：已当面提醒", by=self.lead)
            else:
                from_suggestions.confirm_suggestions(suggestions=[one], by=self.clerk, now=now)
        for entry in ScoreEntry.objects.filter(month=month.start, state=ScoreEntry.State.WAITING):
            entries.confirm(entry=entry, by=self.lead, now=now)

    def _close(self, month: Month) -> None:
        first = month.end + timedelta(days=2)
        row = months.start_checks(month=month, by=self.clerk, today=first)
        row = months.hand_in(row=row, by=self.clerk, now=self._moment(first, 10))
        row = months.review(row=row, by=self.lead, now=self._moment(first, 11))
        row = months.publish(row=row, starts_on=first + timedelta(days=1), by=self.clerk, now=self._moment(first, 14))
        issue_notice(row=row, by=self.clerk, now=self._moment(first, 15))
        row = months.end_publicity(row=row, by=self.clerk, today=row.publicity_until + timedelta(days=1))
        locked = self._moment(self._closing_day(month), 10)
        month_lock.lock_month(row=row, typed=month.title, by=self.lead, now=locked)

    def _moment(self, day: date, hour: int) -> datetime:
        return min(timezone.make_aware(datetime.combine(day, time(hour, 0))), timezone.now())
