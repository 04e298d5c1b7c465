"""Rows of the weekly meeting and of what follows from a week, for the sweeps."""

from __future__ import annotations

from datetime import date
from typing import Any

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import Cast

MONDAY = date(2026, 11, 23)


def meeting_rows(cast: Cast) -> dict[str, list[Any]]:
    """By what their addresses begin with: a meeting still open, a decision of the own team, a suggestion about
    each team. To be called inside an act."""
    from appraisal.models import Decision, MeetingAttendance, Suggestion, WeeklyMeeting

    meeting = WeeklyMeeting(week_start=MONDAY, held_on=MONDAY, chair=cast.people[Role.DISTRICT], minutes="略")
    meeting.save()
    MeetingAttendance(
        meeting=meeting, person=cast.people[Role.LEADER], team=cast.team, called_as="示例一村联村工作组组长"
    ).save()
    decision = Decision(meeting=meeting, number=1, text="清理主干道沟渠", team=cast.team, due_on=date(2026, 12, 3))
    decision.save()
    suggestions = [
        Suggestion(
            kind="duty",
            key=f"duty:{team.pk}:2026-W47",
            team=team,
            week_start=date(2026, 11, 16),
            occurred_on=date(2026, 11, 17),
            text="第47周驻村差1天",
            facts=[{"label": "本周应到", "value": "2天", "url": ""}],
        )
        for team in (cast.team, cast.other_team)
    ]
    for row in suggestions:
        row.save()
    return {"meetings": [meeting] * 2, "decisions": [decision] * 2, "suggestions": suggestions}
