"""Announcing in the demo town: a bulletin for every week that is over and every month that is sealed, signed as the
office signs them; a report to the county after each half-year."""

from __future__ import annotations

from datetime import datetime, timedelta

from appraisal.actions import bulletins
from appraisal.actions.documents import issue
from appraisal.county_facts import county_facts
from appraisal.county_report import county_paper
from appraisal.models import AppraisalMonth, Bulletin, IssuedDocument, PaperSettings
from appraisal.papers.heads import town_name, unit_name
from appraisal.report_period import ReportPeriod
from lianzhen.demo.hands import Hands
from lianzhen.periods import Month, Week

#: What the office adds by hand to some of them.
ADDED = "各片区联络组要把防火和安全用电作为下周走访的重点。"
MISTAKEN = "第三部分的天数有误。"
CORRECTED = "第二部分一个组的名称有误。"
PROBLEMS = "部分村集体收入来源少，懂电脑的年轻人手不够。"
PLANS = "继续抓实固定办公日，把群众反映的事在村里办完。"


class Announcing:
    """The clerk writes, the head of the office signs."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self.random = hands.scale.random("announcing")
        self._count = 0

    def plan(self, week: Week, *, is_last: bool) -> None:
        """On the first workday after the week. `is_last`: of the last week that is over, it waits for the
        signature."""
        day = self.hands.workday(week.end, 1)
        self.hands.agenda.on(day, 14, self._of_week, week, is_last)

    def _of_week(self, now: datetime, week: Week, is_last: bool) -> None:
        self._count += 1
        row = bulletins.make_bulletin(period=week, by=self.hands.clerk, now=now)
        if self._count % 6 == 2:
            words = f"{bulletins.words_in(row, 'overview')}\n{ADDED}"
            row = self._edit(row, now, {"overview": bulletins.Edit(words)})
        row = bulletins.submit_bulletin(bulletin=row, by=self.hands.clerk, now=now)
        if is_last:
            return
        row = bulletins.sign_bulletin(bulletin=row, by=self.hands.lead, now=now + timedelta(hours=2), keeps_data=True)
        if self._count % 20 == 4:
            self.hands.agenda.on(self.hands.workday(now.date(), 1), 10, self._correct, row)

    def _correct(self, now: datetime, wrong: Bulletin) -> None:
        """Begun twice: the first draft of the correction said the wrong thing itself."""
        for reason in (MISTAKEN, CORRECTED):
            row = bulletins.correct_bulletin(bulletin=wrong, reason=reason, by=self.hands.clerk, now=now)
            if reason == MISTAKEN:
                bulletins.drop_correction(
                    bulletin=row, reason="更正的原因写错，重新起草。", by=self.hands.clerk, now=now
                )
        self._sign(row, now)

    def of_month(self, row: AppraisalMonth, now: datetime) -> None:
        """On the day of the seal; with a 发文字号 after each quarter."""
        month: Month = row.period
        made = bulletins.make_bulletin(period=month, by=self.hands.clerk, now=now)
        if month == month.quarter.months[-1]:
            made = self._edit(made, now, {}, official=f"荷联发〔{now.year}〕{month.number // 3}号")
        self._sign(made, now)
        if month.number in (6, 12):
            self._report(month, now)

    def _report(self, last: Month, now: datetime) -> None:
        """To the county, of the year so far."""
        period, lead = ReportPeriod.of(Month(last.year, 1), last), self.hands.lead
        name, unit = town_name(), unit_name(PaperSettings.current())
        facts = county_facts(period, now.date())
        paper = county_paper(facts, name, unit, now.date(), problems=PROBLEMS, plans=PLANS)
        issue(
            kind=IssuedDocument.Kind.COUNTY_REPORT,
            period=period.key,
            year=last.year,
            paper=paper,
            signed_by=lead,
            by=lead,
            now=now,
        )

    def _edit(self, row: Bulletin, now: datetime, edits: dict[str, bulletins.Edit], official: str = "") -> Bulletin:
        return bulletins.edit_bulletin(
            bulletin=row,
            title=row.title,
            style=Bulletin.Style.OFFICIAL if official else row.style,
            official_number=official,
            with_names=False,
            edits=edits,
            by=self.hands.clerk,
            now=now,
        )

    def _sign(self, row: Bulletin, now: datetime) -> None:
        row = bulletins.submit_bulletin(bulletin=row, by=self.hands.clerk, now=now)
        later = now + timedelta(hours=1)
        bulletins.sign_bulletin(bulletin=row, by=self.hands.lead, now=later, keeps_edited=True, keeps_data=True)
