"""The rules of the working week, as values: how many days, until when, who decides.

Pure. The article gives one figure only (at least two fixed days a week); all others are defaults of
domain.md §7, shown as 示例 until the town adopts a version (`WorkRules`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from lianzhen.periods import Week


@dataclass(frozen=True)
class Rules:
    """One version of the rules, in force from a day on.

    `need_days`: fixed days a week (天). `counted_per_person`: every member owes them, not the team together.
    `makeup_days`: days (天) within which a missed entry may be made up without consent.
    `explain_workdays`: working days to explain an empty office. `report_weekday`, `report_time`: until when
    the weekly report is due (ISO weekday). `meeting_weekday`: of the weekly meeting.
    `leave_leader_days`, `leave_group_days`: up to how many days the team leader, the liaison group decide;
    beyond, the head of the office. `leave_paper_days`: days to hand in the papers of an oral leave.
    `adopted`: False while the figures are the shipped example. `kept`: False for a week before the town's first
    version: the working week was not kept here yet, so nothing is owed and nothing is missing.
    """

    need_days: int = 2
    counted_per_person: bool = False
    makeup_days: int = 7
    explain_workdays: int = 2
    report_weekday: int = 5
    report_time: time = time(17, 0)
    meeting_weekday: int = 1
    leave_leader_days: int = 1
    leave_group_days: int = 3
    leave_paper_days: int = 2
    adopted: bool = False
    kept: bool = True

    def report_due(self, week: Week) -> datetime:
        """The local moment, without a time zone, until which the report of the week is in time."""
        return datetime.combine(week.start + timedelta(days=self.report_weekday - 1), self.report_time)

    def meeting_day(self, week: Week) -> date:
        return week.start + timedelta(days=self.meeting_weekday - 1)


EXAMPLE = Rules()
#: Of the weeks before the first version.
NOT_KEPT = replace(EXAMPLE, kept=False)
